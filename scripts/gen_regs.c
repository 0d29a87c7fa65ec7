/* gen_regs.c - writes the register and instruction headers from
 * configs/regs.cfg.
 *
 * usage: gen_regs REGS.cfg OUTDIR
 *
 * Writes OUTDIR/model/serac_regs.h, OUTDIR/rtl/serac_regs.vh and
 * OUTDIR/drivers/REGISTERS.md. Checks that fields fit their words, do not
 * overlap and have unique names; a mistake is one line and exit code 2. */
#include <ctype.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *regs_path;

static void die(const config_setting_t *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", regs_path,
            at ? config_setting_source_line(at) : 0);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

/* Upper case into the caller's buffer. */
struct upper {
    char text[64];
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

static void only_keys(config_setting_t *group, const char *allowed)
{
    for (int i = 0; i < config_setting_length(group); i++) {
        config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
        char key[72];
        snprintf(key, sizeof key, " %s ", config_setting_name(s));
        if (!strstr(allowed, key))
            die(s, "%s: unknown key", config_setting_name(s));
    }
}

/* Calls `visit` for every element of the list `name` in `group`. */
typedef void visit_fn(config_setting_t *element, void *ctx);
static void for_each(config_setting_t *group, const char *name,
                     visit_fn *visit, void *ctx)
{
    config_setting_t *list = member(group, name);
    for (int i = 0; i < config_setting_length(list); i++)
        visit(config_setting_get_elem(list, (unsigned)i), ctx);
}

/* Fields of one word or register: inside 32 bits, apart, named once. */
static void check_fields(config_setting_t *fields, unsigned words)
{
    unsigned long long used[256] = {0};
    for (int i = 0; i < config_setting_length(fields); i++) {
        config_setting_t *f = config_setting_get_elem(fields, (unsigned)i);
        only_keys(f, " name word lsb width text ");
        unsigned word = words ? number_of(f, "word") : 0;
        unsigned lsb = number_of(f, "lsb"), width = number_of(f, "width");
        if (width < 1 || lsb + width > 32)
            die(f, "%s: lsb %u, width %u: beyond 32 bits", text_of(f, "name"),
                lsb, width);
        if (word >= (words ? words : 1))
            die(f, "%s: word = %u: outside 0..%u", text_of(f, "name"), word,
                words - 1);
        unsigned long long bits = ((1ull << width) - 1) << lsb;
        if (used[word] & bits)
            die(f, "%s: overlaps another field", text_of(f, "name"));
        used[word] |= bits;
        for (int j = 0; j < i; j++)
            if (!strcmp(text_of(f, "name"),
                        text_of(config_setting_get_elem(fields, (unsigned)j),
                                "name")))
                die(f, "%s: defined twice", text_of(f, "name"));
    }
}

static void check_register(config_setting_t *reg, void *ctx)
{
    (void)ctx;
    only_keys(reg, " name offset access text fields ");
    if (number_of(reg, "offset") % 4)
        die(reg, "offset: not a multiple of 4");
    config_setting_t *fields = config_setting_get_member(reg, "fields");
    if (fields)
        check_fields(fields, 0);
}

static void check_section(config_setting_t *section, void *ctx)
{
    check_fields(member(section, "fields"), *(unsigned *)ctx);
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

static void c_code(config_setting_t *e, void *ctx)
{
    struct counted *c = ctx;
    fprintf(c->out, "#define SERAC_%s_%s %u /* %s */\n", c->name,
            upper(&(struct upper){""}, text_of(e, "name")), number_of(e, "code"),
            text_of(e, "text"));
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

static void write_c(config_setting_t *root, FILE *out)
{
    config_setting_t *insn = member(root, "instruction");
    config_setting_t *record = member(root, "record");
    fprintf(out, "/* serac_regs.h - generated by `make regs` from "
                 "configs/regs.cfg; do not edit. */\n"
                 "#ifndef SERAC_REGS_H\n#define SERAC_REGS_H\n\n"
                 "#include <stdint.h>\n\n");
    fprintf(out, "#define SERAC_REGS_VERSION %uu\n", number_of(root, "version"));
    fprintf(out, "#define SERAC_REGS_ID 0x53455241u\n\n");
    for_each(root, "registers", c_register, out);
    struct counted c = {out, 0, number_of(root, "counters_offset"), ""};
    fprintf(out, "\n/* 64-bit counters: X(name, offset) */\n"
                 "#define SERAC_REG_COUNTERS 0x%03xu\n"
                 "#define SERAC_COUNTER_LIST(X)", c.base);
    for_each(root, "counters", c_counter, &c);
    fprintf(out, "\n#define SERAC_COUNTERS %u\n\n", c.index);
    c.name = "ERROR";
    for_each(root, "errors", c_code, &c);
    fprintf(out, "\n");
    for_each(root, "pipeline", c_depth, out);
    fprintf(out, "\n#define SERAC_INSN_MAGIC 0x%04xu\n"
                 "#define SERAC_INSN_BLOCK_STRIDE %u\n"
                 "#define SERAC_INSN_BLOCK_BYTES %u\n"
                 "#define SERAC_INSN_SECTION_WORDS %u\n",
            number_of(insn, "magic"), number_of(insn, "block_stride"),
            number_of(insn, "block_bytes"), number_of(insn, "section_words"));
    c.name = "INSN_MODE";
    for_each(insn, "modes", c_code, &c);
    fprintf(out, "\n");
    for_each(insn, "sections", c_section_struct, out);
    fprintf(out, "struct serac_insn {\n");
    for_each(insn, "sections", c_section_member, out);
    fprintf(out, "};\n\n/* X(section, name, word, lsb, width); word within the "
                 "section */\n#define SERAC_INSN_FIELD_LIST(X)");
    for_each(insn, "sections", c_section_list, out);
    fprintf(out, "\n\n#define SERAC_RECORD_BYTES %u\n"
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
                upper(&(struct upper){""}, text_of(f, "name")), number_of(f, "lsb"));
    }
}

static void v_error(config_setting_t *e, void *ctx)
{
    fprintf(ctx, "`define SERAC_ERROR_%s 4'd%u\n", upper(&(struct upper){""}, text_of(e, "name")),
            number_of(e, "code"));
}

static void v_mode(config_setting_t *e, void *ctx)
{
    fprintf(ctx, "`define SERAC_MODE_%s 3'd%u\n", upper(&(struct upper){""}, text_of(e, "name")),
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
    v_fields(ctx, upper(&(struct upper){""}, text_of(section, "name")), member(section, "fields"));
}

static void write_verilog(config_setting_t *root, FILE *out)
{
    config_setting_t *insn = member(root, "instruction");
    fprintf(out, "// serac_regs.vh - generated by `make regs` from "
                 "configs/regs.cfg; do not edit.\n"
                 "// A field is used as section[`SERAC_FETCH_RUN].\n"
                 "`ifndef SERAC_REGS_VH\n`define SERAC_REGS_VH\n\n"
                 "`define SERAC_REGS_VERSION 32'd%u\n"
                 "`define SERAC_REGS_ID 32'h53455241\n"
                 "`define SERAC_REG_COUNTERS 12'h%03x\n",
            number_of(root, "version"), number_of(root, "counters_offset"));
    for_each(root, "registers", v_register, out);
    for_each(root, "errors", v_error, out);
    for_each(insn, "modes", v_mode, out);
    for_each(root, "pipeline", v_depth, out);
    fprintf(out, "`define SERAC_INSN_MAGIC 16'h%04x\n"
                 "`define SERAC_INSN_BLOCK_STRIDE 64'd%u\n"
                 "`define SERAC_INSN_BLOCK_BYTES 32'd%u\n",
            number_of(insn, "magic"), number_of(insn, "block_stride"),
            number_of(insn, "block_bytes"));
    for_each(insn, "sections", v_section, out);
    v_fields(out, "RECORD", member(member(root, "record"), "fields"));
    fprintf(out, "\n`endif\n");
}

/* --- reference page ------------------------------------------------------ */

static void md_fields(FILE *out, config_setting_t *fields, int words)
{
    fprintf(out, words ? "| word | bits | field | meaning |\n|--|--|--|--|\n"
                       : "| bits | field | meaning |\n|--|--|--|\n");
    for (int i = 0; i < config_setting_length(fields); i++) {
        config_setting_t *f = config_setting_get_elem(fields, (unsigned)i);
        unsigned lsb = number_of(f, "lsb"), width = number_of(f, "width");
        if (words)
            fprintf(out, "| %u ", number_of(f, "word"));
        fprintf(out, "| %u:%u | `%s` | %s |\n", lsb + width - 1, lsb,
                text_of(f, "name"), text_of(f, "text"));
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
    fprintf(c->out, "| 0x%03x | `%s` | %s |\n", c->base + 8 * c->index++,
            text_of(counter, "name"), text_of(counter, "text"));
}

static void md_code(config_setting_t *e, void *ctx)
{
    fprintf(ctx, "| %u | `%s` | %s |\n", number_of(e, "code"),
            text_of(e, "name"), text_of(e, "text"));
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

static void write_file(config_setting_t *root, const char *dir,
                       const char *name,
                       void (*write)(config_setting_t *, FILE *))
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *out = fopen(path, "w");
    if (!out) {
        perror(path);
        exit(2);
    }
    write(root, out);
    if (fclose(out)) {
        perror(path);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: gen_regs REGS.cfg OUTDIR\n");
        return 2;
    }
    regs_path = argv[1];
    config_t config;
    config_init(&config);
    if (!config_read_file(&config, regs_path)) {
        fprintf(stderr, "%s:%d: %s\n", regs_path, config_error_line(&config),
                config_error_text(&config));
        return 2;
    }
    config_setting_t *root = config_root_setting(&config);
    only_keys(root, " version registers counters_offset counters errors "
                    "pipeline instruction record ");
    unsigned words = number_of(member(root, "instruction"), "section_words");
    for_each(root, "registers", check_register, NULL);
    for_each(member(root, "instruction"), "sections", check_section, &words);
    words = 4;
    check_fields(member(member(root, "record"), "fields"), words);
    write_file(root, argv[2], "model/serac_regs.h", write_c);
    write_file(root, argv[2], "rtl/serac_regs.vh", write_verilog);
    write_file(root, argv[2], "drivers/REGISTERS.md", write_markdown);
    config_destroy(&config);
    return 0;
}
