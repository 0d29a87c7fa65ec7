/* regs_c.c - model/machine/serac_regs.h. */
#include "regs.h"

static void c_register(config_setting_t *reg, void *ctx)
{
    FILE *out = ctx;
    const char *name = regs_upper(&(struct regs_upper){""}, regs_text(reg, "name"));
    fprintf(out, "#define SERAC_REG_%s 0x%03xu /* %s: %s */\n", name,
            regs_number(reg, "offset"), regs_text(reg, "access"),
            regs_text(reg, "text"));
    config_setting_t *fields = config_setting_get_member(reg, "fields");
    for (int i = 0; fields && i < config_setting_length(fields); i++) {
        config_setting_t *f = config_setting_get_elem(fields, (unsigned)i);
        const char *field = regs_upper(&(struct regs_upper){""}, regs_text(f, "name"));
        unsigned lsb = regs_number(f, "lsb"), width = regs_number(f, "width");
        fprintf(out, "#define SERAC_REG_%s_%s_LSB %u\n", name, field, lsb);
        fprintf(out, "#define SERAC_REG_%s_%s_WIDTH %u\n", name, field, width);
        fprintf(out, "#define SERAC_REG_%s_%s_MASK 0x%08llxu\n", name, field,
                ((1ull << width) - 1) << lsb);
    }
}

static void c_counter(config_setting_t *counter, void *ctx)
{
    struct regs_counted *c = ctx;
    fprintf(c->out, " \\\n    X(%s, 0x%03x)", regs_text(counter, "name"),
            c->base + 8 * c->index++);
}

static void c_counter_text(config_setting_t *counter, void *ctx)
{
    fprintf(ctx, " \\\n    X(%s, \"%s\")", regs_text(counter, "name"),
            regs_text(counter, "text"));
}

static void c_code(config_setting_t *e, void *ctx)
{
    struct regs_counted *c = ctx;
    fprintf(c->out, "#define SERAC_%s_%s %u /* %s */\n", c->name,
            regs_upper(&(struct regs_upper){""}, regs_text(e, "name")),
            regs_number(e, "code"), regs_text(e, "text"));
}

static void c_depth(config_setting_t *e, void *ctx)
{
    fprintf(ctx, "#define SERAC_%s_DEPTH %u /* %s */\n",
            regs_upper(&(struct regs_upper){""}, regs_text(e, "name")),
            regs_number(e, "depth"), regs_text(e, "text"));
}

static void c_section_struct(config_setting_t *section, void *ctx)
{
    FILE *out = ctx;
    fprintf(out, "struct serac_insn_%s {\n", regs_text(section, "name"));
    config_setting_t *fields = regs_member(section, "fields");
    for (int i = 0; i < config_setting_length(fields); i++)
        fprintf(out, "    uint32_t %s;\n",
                regs_text(config_setting_get_elem(fields, (unsigned)i), "name"));
    fprintf(out, "};\n\n");
}

static void c_section_list(config_setting_t *section, void *ctx)
{
    FILE *out = ctx;
    config_setting_t *fields = regs_member(section, "fields");
    for (int i = 0; i < config_setting_length(fields); i++) {
        config_setting_t *f = config_setting_get_elem(fields, (unsigned)i);
        fprintf(out, " \\\n    X(%s, %s, %u, %u, %u)",
                regs_text(section, "name"), regs_text(f, "name"),
                regs_number(f, "word"), regs_number(f, "lsb"),
                regs_number(f, "width"));
    }
}

static void c_section_member(config_setting_t *section, void *ctx)
{
    fprintf(ctx, "    struct serac_insn_%s %s;\n", regs_text(section, "name"),
            regs_text(section, "name"));
}

static void c_record(FILE *out, config_setting_t *record)
{
    fprintf(out, "#define SERAC_RECORD_BYTES %u\n"
                 "#define SERAC_RECORD_THRESHOLD_BYTES %u\n",
            regs_number(record, "bytes"), regs_number(record, "threshold_bytes"));
    config_setting_t *fields = regs_member(record, "fields");
    for (int i = 0; i < config_setting_length(fields); i++) {
        config_setting_t *f = config_setting_get_elem(fields, (unsigned)i);
        const char *name = regs_upper(&(struct regs_upper){""}, regs_text(f, "name"));
        fprintf(out, "#define SERAC_RECORD_%s_WORD %u\n"
                     "#define SERAC_RECORD_%s_LSB %u\n"
                     "#define SERAC_RECORD_%s_WIDTH %u\n",
                name, regs_number(f, "word"), name, regs_number(f, "lsb"), name,
                regs_number(f, "width"));
    }
}

static void c_counters(FILE *out, config_setting_t *root)
{
    struct regs_counted c = {out, 0, regs_number(root, "counters_offset"), ""};
    fprintf(out, "\n/* 64-bit counters: X(name, offset) */\n"
                 "#define SERAC_REG_COUNTERS 0x%03xu\n"
                 "#define SERAC_COUNTER_LIST(X)", c.base);
    regs_for_each(root, "counters", c_counter, &c);
    fprintf(out, "\n#define SERAC_COUNTERS %u\n\n"
                 "/* X(name, text) */\n#define SERAC_COUNTER_TEXT_LIST(X)",
            c.index);
    regs_for_each(root, "counters", c_counter_text, out);
    fprintf(out, "\n\n");
}

static void c_instruction(FILE *out, config_setting_t *insn)
{
    struct regs_counted c = {out, 0, 0, "INSN_MODE"};
    fprintf(out, "\n#define SERAC_INSN_MAGIC 0x%04xu\n"
                 "#define SERAC_INSN_BLOCK_STRIDE %u\n"
                 "#define SERAC_INSN_BLOCK_BYTES %u\n"
                 "#define SERAC_INSN_SECTION_WORDS %u\n",
            regs_number(insn, "magic"), regs_number(insn, "block_stride"),
            regs_number(insn, "block_bytes"), regs_number(insn, "section_words"));
    regs_for_each(insn, "modes", c_code, &c);
    fprintf(out, "\n");
    regs_for_each(insn, "sections", c_section_struct, out);
    fprintf(out, "struct serac_insn {\n");
    regs_for_each(insn, "sections", c_section_member, out);
    fprintf(out, "};\n\n/* X(section, name, word, lsb, width); word within the "
                 "section */\n#define SERAC_INSN_FIELD_LIST(X)");
    regs_for_each(insn, "sections", c_section_list, out);
    fprintf(out, "\n\n");
}

void regs_write_c(config_setting_t *root, FILE *out)
{
    fprintf(out, "/* serac_regs.h - generated by `make regs` from "
                 "configs/regs.cfg; do not edit. */\n"
                 "#ifndef SERAC_REGS_H\n#define SERAC_REGS_H\n\n"
                 "#include <stdint.h>\n\n"
                 "#define SERAC_REGS_VERSION %uu\n"
                 "#define SERAC_REGS_ID 0x%08xu\n\n",
            regs_number(root, "version"), REGS_ID);
    regs_for_each(root, "registers", c_register, out);
    c_counters(out, root);
    struct regs_counted c = {out, 0, 0, "ERROR"};
    regs_for_each(root, "errors", c_code, &c);
    fprintf(out, "\n");
    regs_for_each(root, "pipeline", c_depth, out);
    c_instruction(out, regs_member(root, "instruction"));
    c_record(out, regs_member(root, "record"));
    fprintf(out, "\n#endif\n");
}
