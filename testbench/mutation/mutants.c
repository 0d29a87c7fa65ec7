/* mutants.c - finds and makes small faults in C and Verilog.
 *
 *     mutants draw COUNT SEED FILE...     a list, one mutant a line, to standard output
 *     mutants apply FILE START LENGTH NEW  the file with these bytes replaced, to standard output
 *
 * A line of the list, separated by tabs: number, file, line, byte where it starts, bytes that go, kind, old
 * text, new text; in the texts a new line is \\n, a tab \\t, a backslash two. A file is read as tokens, so comments, strings and directives are never touched;
 * nothing more is known of either language, so some mutants do not compile and who runs them draws more.
 *
 * Drawn like this: files in turn, each as often as the logarithm of its size gives (all at least once if COUNT
 * reaches), in a file a kind, then a place, each with equal chance, none twice. So a seed gives the same list, and
 * a longer list begins with the shorter one.
 *
 * The kinds are those of Mothra and of Just et al., "Are mutants a valid substitute for real faults in
 * software testing?" (FSE 2014), with what hardware adds: stuck bits, exchanged ports, resets that are missing. */
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_rng.h"

enum kind {
    RELATION, ARITHMETIC, LOGIC, BITWISE, SHIFT, CONSTANT, CONDITION, STATEMENT, RESET, RETURN, STUCK, PORTS,
    NUM_KINDS
};
static const char *const kind_names[NUM_KINDS] = {
    "relation", "arithmetic", "logic", "bitwise", "shift", "constant", "condition", "statement", "reset", "return",
    "stuck bit", "ports",
};

struct token {
    char type;            /* i identifier, n number, s string or character, p all else */
    size_t start, length;
    int line;
};

struct mutant {
    int line;
    size_t start, length;
    enum kind kind;
    char *text;           /* owned */
    bool drawn;
};

struct source {
    const char *path;
    bool verilog;
    char *text;           /* owned */
    size_t size;
    struct token *tokens; /* owned */
    int num_tokens;
    struct mutant *mutants;
    int num_mutants, left[NUM_KINDS];
    double due;           /* mutants drawn until it is this file's turn again */
};

static void *grown(void *old, size_t count, size_t size)
{
    void *p = realloc(old, (count + 1) * size);
    if (!p) {
        fputs("mutants: out of memory\n", stderr);
        exit(3);
    }
    return p;
}

static char *read_all(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "mutants: %s: cannot be read\n", path);
        exit(2);
    }
    char *text = NULL;
    size_t n = 0, got;
    do {
        text = grown(text, n + 65536, 1);
        got = fread(text + n, 1, 65536, file);
        n += got;
    } while (got);
    text[n] = 0;
    *size = n;
    fclose(file);
    return text;
}

/* --- tokens ---------------------------------------------------------------- */

static const char *const operators[] = {   /* longer before their beginnings */
    ">>>", "<<<", "===", "!==", "<<=", ">>=", "...", "<=", ">=", "==", "!=", "&&", "||", "<<", ">>", "++", "--",
    "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "->", "+:", "-:", "~^", "~&", "~|", "(*", "*)", "**",
};

/* The end of what is no code and begins at p; p if code does. */
static const char *skip(const char *p, const char *begin, bool verilog)
{
    bool first = true;
    for (const char *q = p; q > begin && q[-1] != '\n'; q--)
        first = first && isspace((unsigned char)q[-1]);
    if (isspace((unsigned char)*p))
        return p + 1;
    if (!strncmp(p, "//", 2))
        return p + strcspn(p, "\n");
    if (!strncmp(p, "/*", 2)) {
        const char *end = strstr(p + 2, "*/");
        return end ? end + 2 : p + strlen(p);
    }
    if (first && *p == (verilog ? '`' : '#')) {
        while (*p && *p != '\n')
            p += *p == '\\' && p[1] == '\n' ? 2 : 1;
        return p;
    }
    return p;
}

static size_t token_length(const char *p, char *type, bool verilog)
{
    size_t n = 0;
    if (isalpha((unsigned char)*p) || *p == '_' || *p == '`' || *p == '$') {
        *type = 'i';
        for (n = 1; isalnum((unsigned char)p[n]) || p[n] == '_' || p[n] == '$'; n++) {}
        return n;
    }
    if (isdigit((unsigned char)*p) || (verilog && *p == '\'')) {
        *type = 'n';
        for (n = 1; isalnum((unsigned char)p[n]) || strchr("._", p[n] ? p[n] : ' ') || (verilog && p[n] == '\''); n++) {}
        return n;
    }
    if (*p == '"' || *p == '\'') {
        *type = 's';
        for (n = 1; p[n] && p[n] != *p; n++)
            n += p[n] == '\\' && p[n + 1];
        return n + 1;
    }
    *type = 'p';
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (!strncmp(p, operators[i], strlen(operators[i])) &&
            (verilog || operators[i][0] != '(' ) && (verilog || strcmp(operators[i], "*)")))
            return strlen(operators[i]);
    return 1;
}

static void tokenise(struct source *s)
{
    int line = 1;
    const char *p = s->text;
    while (*p) {
        const char *next = skip(p, s->text, s->verilog);
        if (next == p) {
            s->tokens = grown(s->tokens, (size_t)s->num_tokens, sizeof *s->tokens);
            struct token *t = &s->tokens[s->num_tokens++];
            t->start = (size_t)(p - s->text);
            t->line = line;
            t->length = token_length(p, &t->type, s->verilog);
            next = p + t->length;
        }
        for (; p < next && *p; p++)
            line += *p == '\n';
    }
}

static bool is(const struct source *s, int i, const char *text)
{
    if (i < 0 || i >= s->num_tokens)
        return false;
    const struct token *t = &s->tokens[i];
    return t->type != 's' && t->length == strlen(text) && !strncmp(s->text + t->start, text, t->length);
}

static bool is_any(const struct source *s, int i, const char *const *texts)
{
    for (; *texts; texts++)
        if (is(s, i, *texts))
            return true;
    return false;
}

/* What stands before a binary operator. */
static bool is_operand(const struct source *s, int i)
{
    static const char *const words[] = {"return", "begin", "else", "case", "sizeof", NULL};
    if (i < 0)
        return false;
    return ((s->tokens[i].type == 'i' && !is_any(s, i, words)) || s->tokens[i].type == 'n' || is(s, i, ")") ||
            is(s, i, "]") || (s->verilog && is(s, i, "}")));
}

/* The bracket that closes the one at i; num_tokens if none does. */
static int closing(const struct source *s, int i)
{
    static const char *const open[] = {"(", "[", "{", NULL}, *const close[] = {")", "]", "}", NULL};
    int depth = 0;
    for (; i < s->num_tokens; i++) {
        depth += is_any(s, i, open) - is_any(s, i, close);
        if (depth == 0)
            return i;
    }
    return i;
}

/* The end, a semicolon, of the statement at i; num_tokens if it is a block, or stands in a loop's head. */
static int semicolon(const struct source *s, int i)
{
    static const char *const open[] = {"(", "[", "{", NULL}, *const close[] = {")", "]", "}", NULL};
    for (; i < s->num_tokens && !is(s, i, ";"); i++) {
        if (is_any(s, i, close))
            return s->num_tokens;
        if (is_any(s, i, open))
            i = closing(s, i);
    }
    return i;
}

/* --- mutants --------------------------------------------------------------- */

/* Replaces tokens first to last. */
static void add(struct source *s, enum kind kind, int first, int last, const char *format, const char *a, const char *b)
{
    char text[4096];
    size_t start = s->tokens[first].start, end = s->tokens[last].start + s->tokens[last].length;
    int n = snprintf(text, sizeof text, format, a, b);
    if (n < 0 || (size_t)n >= sizeof text || end - start >= sizeof text)
        return;   /* not small */
    s->mutants = grown(s->mutants, (size_t)s->num_mutants, sizeof *s->mutants);
    struct mutant *m = &s->mutants[s->num_mutants++];
    *m = (struct mutant){.line = s->tokens[first].line, .start = start, .length = end - start, .kind = kind};
    m->text = strcpy(grown(NULL, (size_t)n, 1), text);
    s->left[kind]++;
}

static char *between(const struct source *s, int first, int last)
{
    static char buffers[2][4096];
    static int which;
    char *text = buffers[which ^= 1];
    *text = 0;
    if (first <= last) {
        size_t start = s->tokens[first].start, end = s->tokens[last].start + s->tokens[last].length;
        snprintf(text, sizeof buffers[0], "%.*s", (int)(end - start), s->text + start);
    }
    return text;
}

static const struct swap {
    const char *old, *new;
    enum kind kind;
    bool binary;          /* needs an operand before it */
} swaps[] = {
    {"<", "<=", RELATION, true}, {"<", ">=", RELATION, true}, {">", ">=", RELATION, true}, {">", "<=", RELATION, true},
    {">=", ">", RELATION, true}, {"==", "!=", RELATION, true}, {"!=", "==", RELATION, true},
    {"+", "-", ARITHMETIC, true}, {"-", "+", ARITHMETIC, true}, {"*", "+", ARITHMETIC, true}, {"/", "*", ARITHMETIC, true},
    {"%", "/", ARITHMETIC, true}, {"+=", "-=", ARITHMETIC, true}, {"-=", "+=", ARITHMETIC, true},
    {"++", "--", ARITHMETIC, false}, {"&&", "||", LOGIC, true}, {"||", "&&", LOGIC, true}, {"!", "", LOGIC, false},
    {"&", "|", BITWISE, true}, {"|", "&", BITWISE, true}, {"^", "&", BITWISE, true}, {"~", "", BITWISE, false},
    {"&=", "|=", BITWISE, true}, {"|=", "&=", BITWISE, true}, {"<<", ">>", SHIFT, true}, {">>", "<<", SHIFT, true},
    {">>>", ">>", SHIFT, true},
};

/* Pointers have no space behind their asterisk, products do. */
static bool spaced(const struct source *s, int i)
{
    return isspace((unsigned char)s->text[s->tokens[i].start + s->tokens[i].length]);
}

static void swap_operator(struct source *s, int i)
{
    for (size_t k = 0; k < sizeof swaps / sizeof *swaps; k++)
        if (is(s, i, swaps[k].old) && (!swaps[k].binary || (is_operand(s, i - 1) && spaced(s, i))))
            add(s, swaps[k].kind, i, i, "%s%s", swaps[k].new, "");
}

/* One more and one less; of a sized number the last digit another. */
static void change_number(struct source *s, int i)
{
    char *text = between(s, i, i), digits[4096];
    char *quote = strchr(text, '\''), *end;
    if (quote) {
        size_t n = strlen(text);
        char last = text[n - 1];
        char base = (char)tolower((unsigned char)quote[1]);
        if (!isxdigit((unsigned char)last))
            return;
        text[n - 1] = base == 'b' ? (last == '0' ? '1' : '0') : last == '0' ? '1' : last == '9' ? '8' : (char)(last + 1);
        if (!isxdigit((unsigned char)text[n - 1]))
            text[n - 1] = 'e';
        strcpy(digits, text);
        add(s, CONSTANT, i, i, "%s%s", digits, "");
        return;
    }
    unsigned long long value = strtoull(text, &end, 0);
    if (*end == '.' || *end == 'e')
        return;
    for (int sign = -1; sign <= 1; sign += 2) {
        if (sign < 0 && value == 0)
            continue;
        snprintf(digits, sizeof digits, "%llu%s", value + (unsigned long long)sign, end);
        add(s, CONSTANT, i, i, "%s%s", digits, "");
    }
}

/* if (x): always, never, the other way round. */
static void change_condition(struct source *s, int i)
{
    int end = closing(s, i + 1);
    if (end >= s->num_tokens)
        return;
    add(s, CONDITION, i + 1, end, "%s%s", "(1)", "");
    add(s, CONDITION, i + 1, end, "%s%s", "(0)", "");
    add(s, CONDITION, i + 1, end, "(!%s)%s", between(s, i + 1, end), "");
}

/* .a(x), .b(y): what is connected, exchanged. */
static void swap_ports(struct source *s, int i)
{
    char text[4096];
    int x = i + 2, x_end = closing(s, x), y = x_end + 4;
    if (!is(s, x, "(") || !is(s, x_end + 1, ",") || !is(s, x_end + 2, ".") || !is(s, y, "("))
        return;
    int y_end = closing(s, y);
    if (y_end >= s->num_tokens || !strcmp(between(s, x, x_end), between(s, y, y_end)))
        return;
    size_t middle = s->tokens[x_end].start + 1, middle_end = s->tokens[y].start;
    snprintf(text, sizeof text, "%s%.*s", between(s, y, y_end), (int)(middle_end - middle), s->text + middle);
    add(s, PORTS, x, y_end, "%s%s", text, between(s, x, x_end));
}

/* An assignment or, in C, a call, that is left out. */
static void drop_statement(struct source *s, int i, bool in_reset)
{
    static const char *const not[] = {"return", "if", "for", "while", "do", "else", "case", "default", "goto", "break",
                                      "continue", "begin", "end", "typedef", "struct", "static", "const", "enum", "wire",
                                      "reg", "integer", "genvar", "localparam", "parameter", "assign", "input", "output",
                                      "endcase", "module", "initial", NULL};
    static const char *const second[] = {"=", "<=", "+=", "-=", "|=", "&=", "^=", "[", "->", ".", "(", "++", NULL};
    if (is_any(s, i, not) || !is_any(s, i + 1, second))
        return;
    int after = i + 1;
    while (s->verilog && is(s, after, "["))
        after = closing(s, after) + 1;
    if (s->verilog && !is(s, after, "=") && !is(s, after, "<="))
        return;
    int end = semicolon(s, i);
    if (end < s->num_tokens)
        add(s, in_reset ? RESET : STATEMENT, i, end, "%s%s", ";", "");
}

static void stick(struct source *s, int i)
{
    int equals = i, end = semicolon(s, i);
    while (equals < end && !is(s, equals, "="))
        equals++;
    if (end >= s->num_tokens || equals + 1 >= end)
        return;
    add(s, STUCK, equals + 1, end - 1, "(%s) & ~1%s", between(s, equals + 1, end - 1), "");
    add(s, STUCK, equals + 1, end - 1, "(%s) | 1%s", between(s, equals + 1, end - 1), "");
}

/* Whether `<=` at i assigns: the first of its statement, outside brackets. */
static bool assigns(const struct source *s, int i)
{
    static const char *const ends[] = {";", "begin", "end", "else", ":", NULL};
    int depth = 0;
    for (i--; i >= 0 && (depth > 0 || !is_any(s, i, ends)); i--) {
        depth += is(s, i, ")") + is(s, i, "]") + is(s, i, "}") - is(s, i, "(") - is(s, i, "[") - is(s, i, "{");
        if (depth < 0 || (depth == 0 && (is(s, i, "=") || is(s, i, "<=") || is(s, i, "?"))))
            return false;
    }
    return true;
}

/* Whether the bracket that ends at i belongs to an if or a loop. */
static bool is_head(const struct source *s, int i)
{
    static const char *const heads[] = {"if", "while", "for", "@", "case", NULL};
    int depth = 0;
    for (; i >= 0; i--) {
        depth += is(s, i, ")") - is(s, i, "(");
        if (depth == 0)
            return is_any(s, i - 1, heads);
    }
    return false;
}

/* Where a statement may begin. */
static bool begins(const struct source *s, int i)
{
    static const char *const before[] = {";", "{", "}", "begin", "else", NULL};
    return is_any(s, i - 1, before) || (s->verilog && is(s, i - 1, ":")) || (is(s, i - 1, ")") && is_head(s, i - 1));
}

static void find(struct source *s)
{
    int reset_end = -1;
    for (int i = 0; i < s->num_tokens; i++) {
        if (s->verilog && is(s, i, "if") && (is(s, i + 3, "rst_ni") || is(s, i + 2, "rst_ni")))
            for (reset_end = i; reset_end < s->num_tokens && !is(s, reset_end, "end"); reset_end++) {}
        if (s->tokens[i].type == 'n')
            change_number(s, i);
        else if (is(s, i, "<=")) {
            if (!s->verilog || !assigns(s, i))
                add(s, RELATION, i, i, "%s%s", "<", "");
        } else if (s->tokens[i].type == 'p')
            swap_operator(s, i);
        if (s->verilog && is(s, i, ".") && (is(s, i - 1, "(") || is(s, i - 1, ",")))
            swap_ports(s, i);
        if (is(s, i, "if"))
            change_condition(s, i);
        else if (!s->verilog && is(s, i, "return") && !is(s, i + 1, ";") && !is(s, i + 1, "0") && semicolon(s, i) < s->num_tokens)
            add(s, RETURN, i, semicolon(s, i), "%s%s", "return 0;", "");
        else if (s->verilog && is(s, i, "assign"))
            stick(s, i);
        else if (s->tokens[i].type == 'i' && begins(s, i))
            drop_statement(s, i, i < reset_end);
    }
}

/* --- drawing --------------------------------------------------------------- */

static struct mutant *draw(struct source *s, struct serac_rng *rng)
{
    int kinds = 0, kind = 0;
    for (int k = 0; k < NUM_KINDS; k++)
        kinds += s->left[k] > 0;
    if (!kinds)
        return NULL;
    int chosen = (int)(serac_rng_next(rng) % (uint64_t)kinds);
    for (; !s->left[kind] || chosen-- > 0; kind++) {}
    chosen = (int)(serac_rng_next(rng) % (uint64_t)s->left[kind]--);
    for (struct mutant *m = s->mutants;; m++)
        if (m->kind == (enum kind)kind && !m->drawn && chosen-- == 0) {
            m->drawn = true;
            return m;
        }
}

static void print_text(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        switch (text[i]) {
        case '\n': fputs("\\n", stdout); break;
        case '\t': fputs("\\t", stdout); break;
        case '\\': fputs("\\\\", stdout); break;
        default: putchar(text[i]);
        }
}

static void print(const struct source *s, const struct mutant *m, int number)
{
    printf("%d\t%s\t%d\t%zu\t%zu\t%s\t", number, s->path, m->line, m->start, m->length, kind_names[m->kind]);
    print_text(s->text + m->start, m->length);
    putchar('\t');
    print_text(m->text, strlen(m->text));
    putchar('\n');
}

static int draw_all(int count, uint64_t seed, char **paths, int num)
{
    struct serac_rng rng = {seed};
    struct source *sources = grown(NULL, (size_t)num, sizeof *sources);
    memset(sources, 0, (size_t)num * sizeof *sources);
    for (int i = 0; i < num; i++) {
        struct source *s = &sources[i];
        size_t n = strlen(paths[i]);
        s->path = paths[i];
        s->verilog = n > 2 && !strcmp(paths[i] + n - 2, ".v");
        s->text = read_all(paths[i], &s->size);
        tokenise(s);
        find(s);
    }
    int drawn = 0;
    while (drawn < count) {
        struct source *turn = NULL;
        for (int i = 0; i < num; i++)
            if (sources[i].due < INFINITY && (!turn || sources[i].due < turn->due))
                turn = &sources[i];
        if (!turn)
            break;
        struct mutant *m = draw(turn, &rng);
        turn->due = m ? turn->due + 1 / log2(2.0 + turn->num_mutants) : INFINITY;
        if (m)
            print(turn, m, ++drawn);
    }
    for (struct source *s = sources; s < sources + num; s++) {
        for (int i = 0; i < s->num_mutants; i++)
            free(s->mutants[i].text);
        free(s->mutants);
        free(s->tokens);
        free(s->text);
    }
    free(sources);
    return 0;
}

static int apply(const char *path, size_t start, size_t length, const char *text)
{
    size_t size;
    char *old = read_all(path, &size);
    if (start + length > size) {
        fprintf(stderr, "mutants: %s has no bytes %zu to %zu\n", path, start, start + length);
        return 2;
    }
    fwrite(old, 1, start, stdout);
    for (; *text; text++) {
        bool escaped = *text == '\\' && text[1];
        text += escaped;
        putchar(!escaped ? *text : *text == 'n' ? '\n' : *text == 't' ? '\t' : *text);
    }
    fwrite(old + start + length, 1, size - start - length, stdout);
    free(old);
    return ferror(stdout) || fflush(stdout) ? 3 : 0;
}

int main(int argc, char **argv)
{
    if (argc > 4 && !strcmp(argv[1], "draw"))
        return draw_all(atoi(argv[2]), strtoull(argv[3], NULL, 10), argv + 4, argc - 4);
    if (argc == 6 && !strcmp(argv[1], "apply"))
        return apply(argv[2], strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10), argv[5]);
    fputs("usage: mutants draw COUNT SEED FILE... | mutants apply FILE START LENGTH NEW\n", stderr);
    return 2;
}
