/* gen_regs.c - writes the register and instruction headers from
 * configs/regs.cfg.
 *
 * usage: gen_regs REGS.cfg OUTDIR
 *
 * Writes OUTDIR/model/machine/serac_regs.h, OUTDIR/rtl/serac_regs.vh and
 * OUTDIR/drivers/REGISTERS.md; a file that would not change is not touched.
 * Everything is checked first: keys, names, codes, offsets, and that fields fit
 * their words and do not overlap. A mistake is one line `file:line: ...` and
 * exit code 2, and nothing is written.
 *
 * Longer than other files because the Makefile builds it alone, before there is
 * a header that anything else could be compiled with. */
#include <ctype.h>
#include <errno.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID 0x53455241u          /* "SERA" */
#define NAME_MAX_LENGTH 40
#define SPACE 4096u             /* bytes of the register space */
#define SECTION_WORDS_MAX 256u

static const char *regs_path;

static void die(const config_setting_t *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", regs_path,
            at && config_setting_source_line(at)
                ? (int)config_setting_source_line(at) : 1);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

/* Upper case into the caller's buffer. */
struct upper {
    char text[NAME_MAX_LENGTH + 1];
};

static const char *upper(struct upper *to, const char *name)
{
    size_t i;
    for (i = 0; name[i] && i < sizeof to->text - 1; i++)
        to->text[i] = (char)toupper((unsigned char)name[i]);
    to->text[i] = 0;
    return to->text;
}

static config_setting_t *member(config_setting_t *group, const char *name)
{
    config_setting_t *found = config_setting_get_member(group, name);
    if (!found)
        die(group, "%s: missing", name);
    return found;
}

static const char *text_of(config_setting_t *group, const char *name)
{
    config_setting_t *s = member(group, name);
    if (config_setting_type(s) != CONFIG_TYPE_STRING)
        die(s, "%s: not a string", name);
    return config_setting_get_string(s);
}

static unsigned number_of(config_setting_t *group, const char *name)
{
    config_setting_t *s = member(group, name);
    if (config_setting_type(s) != CONFIG_TYPE_INT ||
        config_setting_get_int(s) < 0)
        die(s, "%s: not a non-negative integer", name);
    return (unsigned)config_setting_get_int(s);
}

typedef void visit_fn(config_setting_t *element, void *ctx);

/* Calls `visit` for every element of the list `name` in `group`. */
static void for_each(config_setting_t *group, const char *name,
                     visit_fn *visit, void *ctx)
{
    config_setting_t *list = member(group, name);
    for (int i = 0; i < config_setting_length(list); i++)
        visit(config_setting_get_elem(list, (unsigned)i), ctx);
}

/* --- checks -------------------------------------------------------------- */

/* Keys a group may have, each surrounded by spaces. */
static void only_keys(config_setting_t *group, const char *allowed)
{
    for (int i = 0; i < config_setting_length(group); i++) {
        config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
        char key[NAME_MAX_LENGTH + 3];
        int length = snprintf(key, sizeof key, " %s ", config_setting_name(s));
        if (length >= (int)sizeof key || !strstr(allowed, key))
            die(s, "%s: unknown key, allowed are:%s", config_setting_name(s),
                allowed);
    }
}

/* A name becomes an identifier in two languages, as it is and in capitals. */
static const char *checked_name(config_setting_t *group)
{
    const char *name = text_of(group, "name");
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (!islower((unsigned char)name[0]) || name[length] ||
        length > NAME_MAX_LENGTH)
        die(group, "name = \"%s\": not lower case letters, digits and _, "
            "starting with a letter, up to %d", name, NAME_MAX_LENGTH);
    return name;
}

/* A text becomes a comment, a string and a table cell. */
static void check_text(config_setting_t *group)
{
    const char *text = text_of(group, "text");
    if (strpbrk(text, "\"\\\n") || strstr(text, "*/") || strstr(text, "/*"))
        die(group, "text: has a quote, backslash, line end or comment mark");
}

/* The list's elements are groups with these keys and with unique names. */
static config_setting_t *checked_list(config_setting_t *group,
                                      const char *name, const char *keys)
{
    config_setting_t *list = member(group, name);
    if (config_setting_type(list) != CONFIG_TYPE_LIST ||
        config_setting_length(list) == 0)
        die(list, "%s: not a list (...) with elements", name);
    for (int i = 0; i < config_setting_length(list); i++) {
        config_setting_t *e = config_setting_get_elem(list, (unsigned)i);
        if (config_setting_type(e) != CONFIG_TYPE_GROUP)
            die(e, "%s: an element is not a group {...}", name);
        only_keys(e, keys);
        const char *own = checked_name(e);
        if (strstr(keys, " text "))
            check_text(e);
        for (int j = 0; j < i; j++) {
            config_setting_t *other =
                config_setting_get_elem(list, (unsigned)j);
            if (!strcmp(own, text_of(other, "name")))
                die(e, "%s: defined twice, before in line %d", own,
                    (int)config_setting_source_line(other));
        }
    }
    return list;
}

/* Numbers `key` of a list are unique and at most `max`. */
static void check_codes(config_setting_t *list, const char *key, unsigned max)
{
    for (int i = 0; i < config_setting_length(list); i++) {
        config_setting_t *e = config_setting_get_elem(list, (unsigned)i);
        unsigned code = number_of(e, key);
        if (code > max)
            die(e, "%s: %s = %u: outside 0..%u", text_of(e, "name"), key,
                code, max);
        for (int j = 0; j < i; j++) {
            config_setting_t *other =
                config_setting_get_elem(list, (unsigned)j);
            if (number_of(other, key) == code)
                die(e, "%s: %s = %u: taken by %s", text_of(e, "name"), key,
                    code, text_of(other, "name"));
        }
    }
}

/* Fields of `words` words, or of a register (0), inside 32 bits and apart. */
static void check_fields(config_setting_t *group, unsigned words)
{
    int owner[SECTION_WORDS_MAX][32] = {{0}};       /* index + 1 */
    config_setting_t *fields = checked_list(
        group, "fields",
        words ? " name word lsb width text " : " name lsb width text ");
    for (int i = 0; i < config_setting_length(fields); i++) {
        config_setting_t *f = config_setting_get_elem(fields, (unsigned)i);
        const char *name = text_of(f, "name");
        unsigned word = words ? number_of(f, "word") : 0;
        unsigned lsb = number_of(f, "lsb"), width = number_of(f, "width");
        if (width < 1 || width > 32 || lsb > 32 - width)
            die(f, "%s: lsb %u, width %u: not within 32 bits", name, lsb,
                width);
        if (words && word >= words)
            die(f, "%s: word = %u: outside 0..%u", name, word, words - 1);
        for (unsigned bit = lsb; bit < lsb + width; bit++) {
            int taken = owner[word][bit];
            if (taken)
                die(f, "%s: overlaps %s in bit %u", name,
                    text_of(config_setting_get_elem(fields,
                                                    (unsigned)taken - 1),
                            "name"), bit);
            owner[word][bit] = i + 1;
        }
    }
}

static void check_register(config_setting_t *reg, void *ctx)
{
    const unsigned *counters = ctx;             /* from, below */
    const char *name = text_of(reg, "name"), *access = text_of(reg, "access");
    unsigned offset = number_of(reg, "offset");
    if (offset % 4)
        die(reg, "%s: offset = 0x%03x: not a multiple of 4", name, offset);
    if (offset >= counters[0] && offset < counters[1])
        die(reg, "%s: offset = 0x%03x: inside the counters", name, offset);
    if (strcmp(access, "ro") && strcmp(access, "rw"))
        die(reg, "%s: access = \"%s\": neither \"ro\" nor \"rw\"", name,
            access);
    if (config_setting_get_member(reg, "fields"))
        check_fields(reg, 0);
}

static void check_registers(config_setting_t *root)
{
    config_setting_t *list = checked_list(root, "registers",
                                          " name offset access text fields ");
    check_codes(list, "offset", SPACE - 4);
    unsigned from = number_of(root, "counters_offset");
    unsigned below = from + 8 * (unsigned)config_setting_length(
        checked_list(root, "counters", " name text "));
    if (from % 8 || from >= SPACE || below > SPACE)
        die(member(root, "counters_offset"), "counters_offset = 0x%03x: "
            "not a multiple of 8, or counters end after 0x%03x", from, SPACE);
    for_each(root, "registers", check_register, (unsigned[]){from, below});
}

static void check_section(config_setting_t *section, void *ctx)
{
    check_fields(section, *(unsigned *)ctx);
}

static void check_instruction(config_setting_t *insn)
{
    only_keys(insn, " magic block_stride block_bytes section_words sections "
                    "modes ");
    unsigned words = number_of(insn, "section_words");
    if (words < 1 || words > SECTION_WORDS_MAX)
        die(member(insn, "section_words"), "section_words = %u: outside 1..%u",
            words, SECTION_WORDS_MAX);
    if (number_of(insn, "magic") > 0xffff)
        die(member(insn, "magic"), "magic: wider than 16 bits");
    int sections = config_setting_length(
        checked_list(insn, "sections", " name fields "));
    unsigned bytes = number_of(insn, "block_bytes");
    if (bytes != 4 * words * (unsigned)sections)
        die(member(insn, "block_bytes"), "block_bytes = %u: %d sections of %u "
            "words are %u", bytes, sections, words,
            4 * words * (unsigned)sections);
    if (number_of(insn, "block_stride") < bytes)
        die(member(insn, "block_stride"), "block_stride: less than "
            "block_bytes");
    for_each(insn, "sections", check_section, &words);
    check_codes(checked_list(insn, "modes", " name code text "), "code", 7);
}

static void check_depth(config_setting_t *stage, void *ctx)
{
    (void)ctx;
    number_of(stage, "depth");
}

static void check_all(config_setting_t *root)
{
    only_keys(root, " version registers counters_offset counters errors "
                    "pipeline instruction record ");
    number_of(root, "version");
    check_registers(root);
    check_codes(checked_list(root, "errors", " name code text "), "code", 15);
    checked_list(root, "pipeline", " name depth text ");
    for_each(root, "pipeline", check_depth, NULL);
    check_instruction(member(root, "instruction"));
    config_setting_t *record = member(root, "record");
    only_keys(record, " bytes threshold_bytes fields ");
    unsigned bytes = number_of(record, "bytes");
    if (bytes < 4 || bytes % 4 || bytes > 4 * SECTION_WORDS_MAX)
        die(record, "bytes = %u: not a multiple of 4 from 4 to %u", bytes,
            4 * SECTION_WORDS_MAX);
    number_of(record, "threshold_bytes");
    check_fields(record, bytes / 4);
}

/* --- C header ------------------------------------------------------------ */

static void c_register(config_setting_t *reg, void *ctx)
{
    FILE *out = ctx;
    const char *name = upper(&(struct upper){""}, text_of(reg, "name"));
    fprintf(out, "#define SERAC_REG_%s 0x%03xu /* %s: %s */\n", name,
            number_of(reg, "offset"), text_of(reg, "access"),
            text_of(reg, "text"));
    config_setting_t *fields = config_setting_get_member(reg, "fields");
    for (int i = 0; fields && i < config_setting_length(fields); i++) {
        config_setting_t *f = config_setting_get_elem(fields, (unsigned)i);
        const char *field = upper(&(struct upper){""}, text_of(f, "name"));
        unsigned lsb = number_of(f, "lsb"), width = number_of(f, "width");
        fprintf(out, "#define SERAC_REG_%s_%s_LSB %u\n", name, field, lsb);
        fprintf(out, "#define SERAC_REG_%s_%s_WIDTH %u\n", name, field, width);
        fprintf(out, "#define SERAC_REG_%s_%s_MASK 0x%08llxu\n", name, field,
                ((1ull << width) - 1) << lsb);
    }
}

struct counted {
    FILE *out;
    unsigned index, base;
    const char *name;
};

static void c_counter(config_setting_t *counter, void *ctx)
{
    struct counted *c = ctx;
    fprintf(c->out, " \\\n    X(%s, 0x%03x)", text_of(counter, "name"),
            c->base + 8 * c->index++);
}

static void c_counter_text(config_setting_t *counter, void *ctx)
{
    fprintf(ctx, " \\\n    X(%s, \"%s\")", text_of(counter, "name"),
            text_of(counter, "text"));
}

static void c_code(config_setting_t *e, void *ctx)
{
    struct counted *c = ctx;
    fprintf(c->out, "#define SERAC_%s_%s %u /* %s */\n", c->name,
            upper(&(struct upper){""}, text_of(e, "name")),
            number_of(e, "code"), text_of(e, "text"));
}

static void c_depth(config_setting_t *e, void *ctx)
{
    fprintf(ctx, "#define SERAC_%s_DEPTH %u /* %s */\n",
            upper(&(struct upper){""}, text_of(e, "name")),
            number_of(e, "depth"), text_of(e, "text"));
}

static void c_section_struct(config_setting_t *section, void *ctx)
{
    FILE *out = ctx;
    fprintf(out, "struct serac_insn_%s {\n", text_of(section, "name"));
    config_setting_t *fields = member(section, "fields");
    for (int i = 0; i < config_setting_length(fields); i++)
        fprintf(out, "    uint32_t %s;\n",
                text_of(config_setting_get_elem(fields, (unsigned)i), "name"));
    fprintf(out, "};\n\n");
}

static void c_section_list(config_setting_t *section, void *ctx)
{
    FILE *out = ctx;
    config_setting_t *fields = member(section, "fields");
    for (int i = 0; i < config_setting_length(fields); i++) {
        config_setting_t *f = config_setting_get_elem(fields, (unsigned)i);
        fprintf(out, " \\\n    X(%s, %s, %u, %u, %u)",
                text_of(section, "name"), text_of(f, "name"),
                number_of(f, "word"), number_of(f, "lsb"),
                number_of(f, "width"));
    }
}

static void c_section_member(config_setting_t *section, void *ctx)
{
    fprintf(ctx, "    struct serac_insn_%s %s;\n", text_of(section, "name"),
            text_of(section, "name"));
}

static void c_record(FILE *out, config_setting_t *record)
{
    fprintf(out, "#define SERAC_RECORD_BYTES %u\n"
                 "#define SERAC_RECORD_THRESHOLD_BYTES %u\n",
            number_of(record, "bytes"), number_of(record, "threshold_bytes"));
    config_setting_t *fields = member(record, "fields");
    for (int i = 0; i < config_setting_length(fields); i++) {
        config_setting_t *f = config_setting_get_elem(fields, (unsigned)i);
        const char *name = upper(&(struct upper){""}, text_of(f, "name"));
        fprintf(out, "#define SERAC_RECORD_%s_WORD %u\n"
                     "#define SERAC_RECORD_%s_LSB %u\n"
                     "#define SERAC_RECORD_%s_WIDTH %u\n",
                name, number_of(f, "word"), name, number_of(f, "lsb"), name,
                number_of(f, "width"));
    }
}

static void c_counters(FILE *out, config_setting_t *root)
{
    struct counted c = {out, 0, number_of(root, "counters_offset"), ""};
    fprintf(out, "\n/* 64-bit counters: X(name, offset) */\n"
                 "#define SERAC_REG_COUNTERS 0x%03xu\n"
                 "#define SERAC_COUNTER_LIST(X)", c.base);
    for_each(root, "counters", c_counter, &c);
    fprintf(out, "\n#define SERAC_COUNTERS %u\n\n"
                 "/* X(name, text) */\n#define SERAC_COUNTER_TEXT_LIST(X)",
            c.index);
    for_each(root, "counters", c_counter_text, out);
    fprintf(out, "\n\n");
}

static void c_instruction(FILE *out, config_setting_t *insn)
{
    struct counted c = {out, 0, 0, "INSN_MODE"};
    fprintf(out, "\n#define SERAC_INSN_MAGIC 0x%04xu\n"
                 "#define SERAC_INSN_BLOCK_STRIDE %u\n"
                 "#define SERAC_INSN_BLOCK_BYTES %u\n"
                 "#define SERAC_INSN_SECTION_WORDS %u\n",
            number_of(insn, "magic"), number_of(insn, "block_stride"),
            number_of(insn, "block_bytes"), number_of(insn, "section_words"));
    for_each(insn, "modes", c_code, &c);
    fprintf(out, "\n");
    for_each(insn, "sections", c_section_struct, out);
    fprintf(out, "struct serac_insn {\n");
    for_each(insn, "sections", c_section_member, out);
    fprintf(out, "};\n\n/* X(section, name, word, lsb, width); word within the "
                 "section */\n#define SERAC_INSN_FIELD_LIST(X)");
    for_each(insn, "sections", c_section_list, out);
    fprintf(out, "\n\n");
}

static void write_c(config_setting_t *root, FILE *out)
{
    fprintf(out, "/* serac_regs.h - generated by `make regs` from "
                 "configs/regs.cfg; do not edit. */\n"
                 "#ifndef SERAC_REGS_H\n#define SERAC_REGS_H\n\n"
                 "#include <stdint.h>\n\n"
                 "#define SERAC_REGS_VERSION %uu\n"
                 "#define SERAC_REGS_ID 0x%08xu\n\n",
            number_of(root, "version"), ID);
    for_each(root, "registers", c_register, out);
    c_counters(out, root);
    struct counted c = {out, 0, 0, "ERROR"};
    for_each(root, "errors", c_code, &c);
    fprintf(out, "\n");
    for_each(root, "pipeline", c_depth, out);
    c_instruction(out, member(root, "instruction"));
    c_record(out, member(root, "record"));
    fprintf(out, "\n#endif\n");
}

/* --- Verilog header ------------------------------------------------------ */

static void v_register(config_setting_t *reg, void *ctx)
{
    FILE *out = ctx;
    const char *name = upper(&(struct upper){""}, text_of(reg, "name"));
    fprintf(out, "`define SERAC_REG_%s 12'h%03x\n", name,
            number_of(reg, "offset"));
    config_setting_t *fields = config_setting_get_member(reg, "fields");
    for (int i = 0; fields && i < config_setting_length(fields); i++) {
        config_setting_t *f = config_setting_get_elem(fields, (unsigned)i);
        fprintf(out, "`define SERAC_REG_%s_%s_LSB %u\n", name,
                upper(&(struct upper){""}, text_of(f, "name")),
                number_of(f, "lsb"));
    }
}

static void v_error(config_setting_t *e, void *ctx)
{
    fprintf(ctx, "`define SERAC_ERROR_%s 4'd%u\n",
            upper(&(struct upper){""}, text_of(e, "name")),
            number_of(e, "code"));
}

static void v_mode(config_setting_t *e, void *ctx)
{
    fprintf(ctx, "`define SERAC_MODE_%s 3'd%u\n",
            upper(&(struct upper){""}, text_of(e, "name")),
            number_of(e, "code"));
}

static void v_depth(config_setting_t *e, void *ctx)
{
    fprintf(ctx, "`define SERAC_%s_DEPTH %u\n",
            upper(&(struct upper){""}, text_of(e, "name")),
            number_of(e, "depth"));
}

static void v_fields(FILE *out, const char *prefix, config_setting_t *fields)
{
    for (int i = 0; i < config_setting_length(fields); i++) {
        config_setting_t *f = config_setting_get_elem(fields, (unsigned)i);
        const char *name = upper(&(struct upper){""}, text_of(f, "name"));
        unsigned at = 32 * number_of(f, "word") + number_of(f, "lsb");
        fprintf(out, "`define SERAC_%s_%s %u +: %u\n"
                     "`define SERAC_%s_%s_LSB %u\n",
                prefix, name, at, number_of(f, "width"), prefix, name, at);
    }
}

static void v_section(config_setting_t *section, void *ctx)
{
    v_fields(ctx, upper(&(struct upper){""}, text_of(section, "name")),
             member(section, "fields"));
}

static void write_verilog(config_setting_t *root, FILE *out)
{
    config_setting_t *insn = member(root, "instruction");
    fprintf(out, "// serac_regs.vh - generated by `make regs` from "
                 "configs/regs.cfg; do not edit.\n"
                 "// A field is used as section[`SERAC_FETCH_RUN].\n"
                 "`ifndef SERAC_REGS_VH\n`define SERAC_REGS_VH\n\n"
                 "`define SERAC_REGS_VERSION 32'd%u\n"
                 "`define SERAC_REGS_ID 32'h%08x\n"
                 "`define SERAC_REG_COUNTERS 12'h%03x\n"
                 "`define SERAC_COUNTERS %d\n",
            number_of(root, "version"), ID, number_of(root, "counters_offset"),
            config_setting_length(member(root, "counters")));
    for_each(root, "registers", v_register, out);
    for_each(root, "errors", v_error, out);
    for_each(insn, "modes", v_mode, out);
    for_each(root, "pipeline", v_depth, out);
    fprintf(out, "`define SERAC_INSN_MAGIC 16'h%04x\n"
                 "`define SERAC_INSN_BLOCK_STRIDE 64'd%u\n"
                 "`define SERAC_INSN_BLOCK_BYTES 32'd%u\n"
                 "`define SERAC_INSN_SECTION_WORDS %u\n",
            number_of(insn, "magic"), number_of(insn, "block_stride"),
            number_of(insn, "block_bytes"), number_of(insn, "section_words"));
    for_each(insn, "sections", v_section, out);
    v_fields(out, "RECORD", member(member(root, "record"), "fields"));
    fprintf(out, "\n`endif\n");
}

/* --- reference page ------------------------------------------------------ */

/* A table cell: a bar would end it. */
static void md_cell(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            fputc('\\', out);
        fputc(*text, out);
    }
    fprintf(out, " |\n");
}

static void md_fields(FILE *out, config_setting_t *fields, int words)
{
    fprintf(out, words ? "| word | bits | field | meaning |\n|--|--|--|--|\n"
                       : "| bits | field | meaning |\n|--|--|--|\n");
    for (int i = 0; i < config_setting_length(fields); i++) {
        config_setting_t *f = config_setting_get_elem(fields, (unsigned)i);
        unsigned lsb = number_of(f, "lsb"), width = number_of(f, "width");
        if (words)
            fprintf(out, "| %u ", number_of(f, "word"));
        fprintf(out, "| %u:%u | `%s` | ", lsb + width - 1, lsb,
                text_of(f, "name"));
        md_cell(out, text_of(f, "text"));
    }
    fprintf(out, "\n");
}

static void md_register(config_setting_t *reg, void *ctx)
{
    FILE *out = ctx;
    fprintf(out, "## 0x%03x `%s` (%s)\n\n%s\n\n", number_of(reg, "offset"),
            text_of(reg, "name"), text_of(reg, "access"), text_of(reg, "text"));
    config_setting_t *fields = config_setting_get_member(reg, "fields");
    if (fields)
        md_fields(out, fields, 0);
}

static void md_counter(config_setting_t *counter, void *ctx)
{
    struct counted *c = ctx;
    fprintf(c->out, "| 0x%03x | `%s` | ", c->base + 8 * c->index++,
            text_of(counter, "name"));
    md_cell(c->out, text_of(counter, "text"));
}

static void md_code(config_setting_t *e, void *ctx)
{
    fprintf(ctx, "| %u | `%s` | ", number_of(e, "code"), text_of(e, "name"));
    md_cell(ctx, text_of(e, "text"));
}

static void md_section(config_setting_t *section, void *ctx)
{
    FILE *out = ctx;
    fprintf(out, "### Section `%s`\n\n", text_of(section, "name"));
    md_fields(out, member(section, "fields"), 1);
}

static void write_markdown(config_setting_t *root, FILE *out)
{
    config_setting_t *insn = member(root, "instruction");
    fprintf(out, "# Registers and instructions\n\nGenerated by `make regs` "
                 "from `configs/regs.cfg`; do not edit.\n\n");
    for_each(root, "registers", md_register, out);
    struct counted c = {out, 0, number_of(root, "counters_offset"), ""};
    fprintf(out, "## Counters\n\n64 bits, read-only, of the last run.\n\n"
                 "| offset | counter | meaning |\n|--|--|--|\n");
    for_each(root, "counters", md_counter, &c);
    fprintf(out, "\n## Errors\n\n| code | name | meaning |\n|--|--|--|\n");
    for_each(root, "errors", md_code, out);
    fprintf(out, "\n## Instructions\n\nA block has %u bytes and starts every "
                 "%u bytes. What the machine does with it: "
                 "`rtl/MACHINE.md`.\n\n",
            number_of(insn, "block_bytes"), number_of(insn, "block_stride"));
    for_each(insn, "sections", md_section, out);
    fprintf(out, "### Modes\n\n| code | name | meaning |\n|--|--|--|\n");
    for_each(insn, "modes", md_code, out);
    fprintf(out, "\n### Parameter record\n\n");
    md_fields(out, member(member(root, "record"), "fields"), 1);
}

/* --- files --------------------------------------------------------------- */

static void die_of_file(const char *path)
{
    fprintf(stderr, "gen_regs: %s: %s\n", path, strerror(errno));
    exit(2);
}

static bool same_as_file(const char *path, const char *text, size_t length)
{
    FILE *in = fopen(path, "r");
    if (!in)
        return false;
    size_t at = 0;
    int c;
    while ((c = getc(in)) != EOF && at < length &&
           (unsigned char)text[at] == c)
        at++;
    fclose(in);
    return c == EOF && at == length;
}

/* A file that stays as it is keeps its time, so nothing is built again. */
static void write_file(config_setting_t *root, const char *dir,
                       const char *name,
                       void (*write)(config_setting_t *, FILE *))
{
    char path[1024], *text = NULL;
    size_t length = 0;
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        die_of_file(dir);
    }
    FILE *memory = open_memstream(&text, &length);
    if (!memory)
        die_of_file(path);
    write(root, memory);
    if (fclose(memory))
        die_of_file(path);
    if (!same_as_file(path, text, length)) {
        FILE *out = fopen(path, "w");
        if (!out)
            die_of_file(path);
        bool failed = fwrite(text, 1, length, out) != length;
        if (fclose(out) || failed)
            die_of_file(path);
    }
    free(text);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: gen_regs REGS.cfg OUTDIR\n");
        return 2;
    }
    regs_path = argv[1];
    FILE *in = fopen(regs_path, "r");
    if (!in)
        die_of_file(regs_path);
    config_t config;
    config_init(&config);
    if (!config_read(&config, in)) {
        fprintf(stderr, "%s:%d: %s\n", regs_path, config_error_line(&config),
                config_error_text(&config));
        return 2;
    }
    fclose(in);
    config_setting_t *root = config_root_setting(&config);
    check_all(root);
    write_file(root, argv[2], "model/machine/serac_regs.h", write_c);
    write_file(root, argv[2], "rtl/serac_regs.vh", write_verilog);
    write_file(root, argv[2], "drivers/REGISTERS.md", write_markdown);
    config_destroy(&config);
    return 0;
}
