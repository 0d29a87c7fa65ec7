/* vcd.c - counts toggles in a value change dump. */
#include "vcd.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { UNKNOWN = 2 };

struct bit {
    uint64_t toggles, high, since;   /* since: time of the last change */
    uint8_t value;
};

struct signal {
    uint64_t code;                   /* the dump's identifier, packed */
    uint32_t first, width;           /* its bits */
};

/* A net's name; several may share a signal. */
struct name {
    char *path;
    uint32_t signal;
    int32_t low;                     /* index of its lowest bit */
    bool vector, descending;
};

struct array {
    void *items;
    size_t count, room;
};

struct vcd {
    uint64_t from, to, now, first;
    bool header;                     /* before $enddefinitions */
    bool timed;                      /* a time was seen */
    bool begun, ended;               /* within, after the window */
    char *token;                     /* the token being collected */
    size_t length, room;
    char words[8][512];              /* of the declaration being read */
    uint32_t num_words;
    char *value;                     /* a vector's, waiting for its code */
    size_t value_room;
    bool waiting;
    char *scope;
    size_t scope_length;
    struct array lengths;            /* of the scopes around the present one */
    struct array signals, bits, names;
    uint32_t *table;                 /* hash of codes: signal + 1, or 0 */
    size_t table_size;
    char problem[256];
};

static bool fail(struct vcd *v, const char *what, const char *detail)
{
    snprintf(v->problem, sizeof v->problem, "%s%s%.160s", what,
             *detail ? ": " : "", detail);
    return false;
}

/* Room for `more` items behind the last; NULL without memory. */
static void *extend(struct array *a, size_t size, size_t more)
{
    if (a->count + more > a->room) {
        size_t room = 2 * a->room + more + 64;
        void *items = realloc(a->items, room * size);
        if (!items)
            return NULL;
        a->items = items;
        a->room = room;
    }
    void *at = (char *)a->items + a->count * size;
    memset(at, 0, more * size);
    a->count += more;
    return at;
}

struct vcd *vcd_create(uint64_t from, uint64_t to)
{
    struct vcd *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    v->from = from;
    v->to = to;
    v->header = true;
    v->scope = calloc(1, 1);
    v->room = 4096;
    v->token = malloc(v->room);
    if (v->scope && v->token)
        return v;
    vcd_destroy(v);
    return NULL;
}

void vcd_destroy(struct vcd *v)
{
    if (!v)
        return;
    struct name *names = v->names.items;
    for (size_t i = 0; i < v->names.count; i++)
        free(names[i].path);
    free(v->lengths.items);
    free(v->signals.items);
    free(v->bits.items);
    free(v->names.items);
    free(v->table);
    free(v->token);
    free(v->value);
    free(v->scope);
    free(v);
}

const char *vcd_problem(const struct vcd *v) { return v->problem; }

uint64_t vcd_span(const struct vcd *v)
{
    return v->begun ? v->now - v->first : 0;
}

/* --- identifiers ------------------------------------------------------ */

/* Identifiers of up to eight characters, packed; 0 if longer. */
static uint64_t pack(const char *code)
{
    uint64_t packed = 0;
    for (int i = 0; code[i]; i++) {
        if (i == 8)
            return 0;
        packed = packed << 8 | (unsigned char)code[i];
    }
    return packed;
}

static size_t slot_of(const struct vcd *v, uint64_t code)
{
    const struct signal *signals = v->signals.items;
    size_t slot = (size_t)((code * 0x9e3779b97f4a7c15u) >> 20) &
                  (v->table_size - 1);
    while (v->table[slot] && signals[v->table[slot] - 1].code != code)
        slot = (slot + 1) & (v->table_size - 1);
    return slot;
}

static bool grow_table(struct vcd *v)
{
    const struct signal *signals = v->signals.items;
    if (v->table_size > 2 * v->signals.count)
        return true;
    free(v->table);
    v->table_size = v->table_size ? 4 * v->table_size : 4096;
    v->table = calloc(v->table_size, sizeof *v->table);
    for (size_t i = 0; v->table && i < v->signals.count; i++)
        v->table[slot_of(v, signals[i].code)] = (uint32_t)i + 1;
    return v->table != NULL;
}

/* Index of the signal, made if it is new; UINT32_MAX on failure. */
static uint32_t signal_of(struct vcd *v, uint64_t code, uint32_t width)
{
    if (!grow_table(v))
        return UINT32_MAX;
    size_t slot = slot_of(v, code);
    if (v->table[slot])
        return v->table[slot] - 1;
    uint32_t first = (uint32_t)v->bits.count;
    struct bit *bits = extend(&v->bits, sizeof *bits, width);
    struct signal *signal = extend(&v->signals, sizeof *signal, 1);
    if (!bits || !signal)
        return UINT32_MAX;
    for (uint32_t i = 0; i < width; i++)
        bits[i].value = UNKNOWN;
    *signal = (struct signal){code, first, width};
    v->table[slot] = (uint32_t)v->signals.count;
    return (uint32_t)v->signals.count - 1;
}

/* --- declarations ----------------------------------------------------- */

/* $var TYPE WIDTH CODE NAME [RANGE] */
static bool declare(struct vcd *v)
{
    int high, low, got;
    long width = v->num_words > 4 ? strtol(v->words[2], NULL, 10) : 0;
    uint64_t code = v->num_words > 4 ? pack(v->words[3]) : 0;
    if (width < 1 || width > 1 << 20 || !code)
        return fail(v, "malformed $var", v->num_words > 4 ? v->words[4] : "");
    if (!strcmp(v->words[1], "real") || !strcmp(v->words[1], "event"))
        return true;
    uint32_t signal = signal_of(v, code, (uint32_t)width);
    struct name *name = extend(&v->names, sizeof *name, 1);
    size_t room = v->scope_length + strlen(v->words[4]) + 2;
    if (!name || signal == UINT32_MAX || !(name->path = malloc(room)))
        return fail(v, "out of memory", "");
    snprintf(name->path, room, "%s%s%s", v->scope, *v->scope ? "." : "",
             v->words[4]);
    name->signal = signal;
    got = v->num_words > 5 ? sscanf(v->words[5], "[%d:%d]", &high, &low) : 0;
    name->vector = got >= 1;
    if (got == 1)
        low = high;
    name->low = got >= 1 ? (high < low ? high : low) : 0;
    name->descending = got < 2 || high >= low;
    return true;
}

static bool open_scope(struct vcd *v)
{
    const char *name = v->num_words > 2 ? v->words[2] : "";
    size_t *length = extend(&v->lengths, sizeof *length, 1);
    char *more = realloc(v->scope, v->scope_length + strlen(name) + 2);
    if (more)
        v->scope = more;
    if (!length || !more)
        return fail(v, "out of memory", "");
    *length = v->scope_length;
    v->scope_length += (size_t)sprintf(more + v->scope_length, "%s%s",
                                       *more ? "." : "", name);
    return true;
}

static bool close_scope(struct vcd *v)
{
    const size_t *lengths = v->lengths.items;
    if (!v->lengths.count)
        return fail(v, "$upscope without $scope", "");
    v->scope_length = lengths[--v->lengths.count];
    v->scope[v->scope_length] = '\0';
    return true;
}

/* A declaration is complete at its $end. */
static bool header_token(struct vcd *v, const char *token)
{
    bool ok = true;
    if (strcmp(token, "$end")) {
        if (v->num_words < 8)
            snprintf(v->words[v->num_words++], sizeof *v->words, "%s", token);
        return true;
    }
    const char *kind = v->num_words ? v->words[0] : "";
    if (!strcmp(kind, "$var"))
        ok = declare(v);
    else if (!strcmp(kind, "$scope"))
        ok = open_scope(v);
    else if (!strcmp(kind, "$upscope"))
        ok = close_scope(v);
    else if (!strcmp(kind, "$enddefinitions"))
        v->header = false;
    v->num_words = 0;
    return ok;
}

/* --- changes ---------------------------------------------------------- */

static void set_bit(struct vcd *v, struct bit *bit, char character)
{
    uint8_t value = character == '0' ? 0 : character == '1' ? 1 : UNKNOWN;
    if (value == bit->value || v->ended)
        return;
    if (v->begun) {
        bit->toggles += value != UNKNOWN && bit->value != UNKNOWN;
        if (bit->value == 1)
            bit->high += v->now - bit->since;
    }
    bit->value = value;
    bit->since = v->now;
}

static bool change(struct vcd *v, const char *value, const char *code)
{
    size_t slot = v->table_size ? slot_of(v, pack(code)) : 0;
    if (!v->table_size || !v->table[slot])
        return true;                 /* reals and events are not declared */
    const struct signal *s =
        (const struct signal *)v->signals.items + v->table[slot] - 1;
    struct bit *bits = (struct bit *)v->bits.items + s->first;
    size_t length = strlen(value);
    /* The last character is bit 0; missing ones repeat x or are 0. */
    char rest = length && value[0] != '0' && value[0] != '1' ? value[0] : '0';
    for (uint32_t i = 0; i < s->width; i++)
        set_bit(v, bits + i, i < length ? value[length - 1 - i] : rest);
    return true;
}

/* Counting starts from the state at the window's first time. */
static void begin(struct vcd *v)
{
    struct bit *bits = v->bits.items;
    v->begun = true;
    v->first = v->now > v->from ? v->now : v->from;
    for (size_t i = 0; i < v->bits.count; i++)
        bits[i].since = v->first;
}

static bool set_time(struct vcd *v, const char *digits)
{
    char *end;
    uint64_t time = strtoull(digits, &end, 10);
    if (end == digits || *end || (v->timed && time < v->now))
        return fail(v, "malformed time", digits);
    if (v->timed && !v->begun && time > v->from && v->now < v->to)
        begin(v);
    v->ended |= v->begun && time > v->to;
    v->timed = true;
    v->now = v->ended ? v->to : time;
    return true;
}

static bool value_token(struct vcd *v, const char *token)
{
    char scalar[2] = {token[0], '\0'};
    if (v->waiting) {
        v->waiting = false;
        return change(v, v->value, token);
    }
    switch (token[0]) {
    case '#':
        return set_time(v, token + 1);
    case 'b':
    case 'B':
    case 'r':                        /* nobody asks for reals: skipped */
    case 'R':
        if (strlen(token) > v->value_room) {
            char *more = realloc(v->value, 2 * strlen(token));
            if (!more)
                return fail(v, "out of memory", "");
            v->value = more;
            v->value_room = 2 * strlen(token);
        }
        strcpy(v->value, token + 1);
        v->waiting = true;
        return true;
    case '$':
        return true;
    default:
        if (strchr("01xXzZ", token[0]) && token[1])
            return change(v, scalar, token + 1);
        return fail(v, "unexpected text", token);
    }
}

/* --- the stream ------------------------------------------------------- */

static bool take_token(struct vcd *v)
{
    v->token[v->length] = '\0';
    v->length = 0;
    return v->header ? header_token(v, v->token) : value_token(v, v->token);
}

bool vcd_feed(struct vcd *v, const char *text, size_t length)
{
    if (v->problem[0])
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!isspace((unsigned char)text[i])) {
            if (v->length + 1 == v->room) {
                char *more = realloc(v->token, 2 * v->room);
                if (!more)
                    return fail(v, "out of memory", "");
                v->token = more;
                v->room *= 2;
            }
            v->token[v->length++] = text[i];
        } else if (v->length && !take_token(v)) {
            return false;
        }
    }
    return true;
}

static bool write_net(const struct vcd *v, const struct name *n, FILE *file)
{
    const struct signal *s =
        (const struct signal *)v->signals.items + n->signal;
    const struct bit *bits = (const struct bit *)v->bits.items + s->first;
    double span = (double)vcd_span(v);
    for (uint32_t i = 0; i < s->width; i++) {
        uint64_t high = bits[i].high;
        int32_t index = n->descending ? n->low + (int32_t)i
                                      : n->low + (int32_t)(s->width - 1 - i);
        if (bits[i].value == 1)
            high += v->now - bits[i].since;
        fprintf(file, "net %llu %.6g %s", (unsigned long long)bits[i].toggles,
                (double)high / span, n->path);
        if (n->vector)
            fprintf(file, "[%d]", (int)index);
        if (fputc('\n', file) == EOF)
            return false;
    }
    return true;
}

bool vcd_write(struct vcd *v, FILE *file, uint64_t cycles)
{
    const struct name *names = v->names.items;
    if (v->length && !v->problem[0])
        (void)take_token(v);
    if (v->problem[0])
        return false;
    if (!vcd_span(v))
        return fail(v, "nothing was recorded within the window", "");
    fprintf(file, "serac-activity 1\ncycles %llu\n",
            (unsigned long long)cycles);
    for (size_t i = 0; i < v->names.count; i++)
        if (!write_net(v, names + i, file))
            return fail(v, "the activity could not be written", "");
    return fflush(file) == 0 ||
           fail(v, "the activity could not be written", "");
}
