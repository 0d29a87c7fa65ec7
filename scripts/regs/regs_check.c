/* regs_check.c - keys, names, codes and offsets; fields fit their words and do not overlap. */
#include "regs.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define SPACE 4096u             /* bytes of the register space */
#define SECTION_WORDS_MAX 256u

/* Keys a group may have, each surrounded by spaces. */
static void only_keys(config_setting_t *group, const char *allowed)
{
    for (int i = 0; i < config_setting_length(group); i++) {
        config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
        char key[REGS_NAME_MAX + 3];
        int length = snprintf(key, sizeof key, " %s ", config_setting_name(s));
        if (length >= (int)sizeof key || !strstr(allowed, key))
            regs_die(s, "%s: unknown key, allowed are:%s", config_setting_name(s),
                allowed);
    }
}

/* A name becomes an identifier in two languages, as it is and in capitals. */
static const char *checked_name(config_setting_t *group)
{
    const char *name = regs_text(group, "name");
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (!islower((unsigned char)name[0]) || name[length] ||
        length > REGS_NAME_MAX)
        regs_die(group, "name = \"%s\": not lower case letters, digits and _, "
            "starting with a letter, up to %d", name, REGS_NAME_MAX);
    return name;
}

/* A text becomes a comment, a string and a table cell. */
static void check_text(config_setting_t *group)
{
    const char *text = regs_text(group, "text");
    if (strpbrk(text, "\"\\\n") || strstr(text, "*/") || strstr(text, "/*"))
        regs_die(group, "text: has a quote, backslash, line end or comment mark");
}

/* The list's elements are groups with these keys and with unique names. */
static config_setting_t *checked_list(config_setting_t *group,
                                      const char *name, const char *keys)
{
    config_setting_t *list = regs_member(group, name);
    if (config_setting_type(list) != CONFIG_TYPE_LIST ||
        config_setting_length(list) == 0)
        regs_die(list, "%s: not a list (...) with elements", name);
    for (int i = 0; i < config_setting_length(list); i++) {
        config_setting_t *e = config_setting_get_elem(list, (unsigned)i);
        if (config_setting_type(e) != CONFIG_TYPE_GROUP)
            regs_die(e, "%s: an element is not a group {...}", name);
        only_keys(e, keys);
        const char *own = checked_name(e);
        if (strstr(keys, " text "))
            check_text(e);
        for (int j = 0; j < i; j++) {
            config_setting_t *other =
                config_setting_get_elem(list, (unsigned)j);
            if (!strcmp(own, regs_text(other, "name")))
                regs_die(e, "%s: defined twice, before in line %d", own,
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
        unsigned code = regs_number(e, key);
        if (code > max)
            regs_die(e, "%s: %s = %u: outside 0..%u", regs_text(e, "name"), key,
                code, max);
        for (int j = 0; j < i; j++) {
            config_setting_t *other =
                config_setting_get_elem(list, (unsigned)j);
            if (regs_number(other, key) == code)
                regs_die(e, "%s: %s = %u: taken by %s", regs_text(e, "name"), key,
                    code, regs_text(other, "name"));
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
        const char *name = regs_text(f, "name");
        unsigned word = words ? regs_number(f, "word") : 0;
        unsigned lsb = regs_number(f, "lsb"), width = regs_number(f, "width");
        if (width < 1 || width > 32 || lsb > 32 - width)
            regs_die(f, "%s: lsb %u, width %u: not within 32 bits", name, lsb,
                width);
        if (words && word >= words)
            regs_die(f, "%s: word = %u: outside 0..%u", name, word, words - 1);
        for (unsigned bit = lsb; bit < lsb + width; bit++) {
            int taken = owner[word][bit];
            if (taken)
                regs_die(f, "%s: overlaps %s in bit %u", name,
                    regs_text(config_setting_get_elem(fields,
                                                    (unsigned)taken - 1),
                            "name"), bit);
            owner[word][bit] = i + 1;
        }
    }
}

static void check_register(config_setting_t *reg, void *ctx)
{
    const unsigned *counters = ctx;             /* from, below */
    const char *name = regs_text(reg, "name"), *access = regs_text(reg, "access");
    unsigned offset = regs_number(reg, "offset");
    if (offset % 4)
        regs_die(reg, "%s: offset = 0x%03x: not a multiple of 4", name, offset);
    if (offset >= counters[0] && offset < counters[1])
        regs_die(reg, "%s: offset = 0x%03x: inside the counters", name, offset);
    if (strcmp(access, "ro") && strcmp(access, "rw"))
        regs_die(reg, "%s: access = \"%s\": neither \"ro\" nor \"rw\"", name,
            access);
    if (config_setting_get_member(reg, "fields"))
        check_fields(reg, 0);
}

static void check_registers(config_setting_t *root)
{
    config_setting_t *list = checked_list(root, "registers",
                                          " name offset access text fields ");
    check_codes(list, "offset", SPACE - 4);
    unsigned from = regs_number(root, "counters_offset");
    unsigned below = from + 8 * (unsigned)config_setting_length(
        checked_list(root, "counters", " name text "));
    if (from % 8 || from >= SPACE || below > SPACE)
        regs_die(regs_member(root, "counters_offset"), "counters_offset = 0x%03x: "
            "not a multiple of 8, or counters end after 0x%03x", from, SPACE);
    regs_for_each(root, "registers", check_register, (unsigned[]){from, below});
}

static void check_section(config_setting_t *section, void *ctx)
{
    check_fields(section, *(unsigned *)ctx);
}

static void check_instruction(config_setting_t *insn)
{
    only_keys(insn, " magic block_stride block_bytes section_words sections "
                    "modes ");
    unsigned words = regs_number(insn, "section_words");
    if (words < 1 || words > SECTION_WORDS_MAX)
        regs_die(regs_member(insn, "section_words"), "section_words = %u: outside 1..%u",
            words, SECTION_WORDS_MAX);
    if (regs_number(insn, "magic") > 0xffff)
        regs_die(regs_member(insn, "magic"), "magic: wider than 16 bits");
    int sections = config_setting_length(
        checked_list(insn, "sections", " name fields "));
    unsigned bytes = regs_number(insn, "block_bytes");
    if (bytes != 4 * words * (unsigned)sections)
        regs_die(regs_member(insn, "block_bytes"), "block_bytes = %u: %d sections of %u "
            "words are %u", bytes, sections, words,
            4 * words * (unsigned)sections);
    if (regs_number(insn, "block_stride") < bytes)
        regs_die(regs_member(insn, "block_stride"), "block_stride: less than "
            "block_bytes");
    regs_for_each(insn, "sections", check_section, &words);
    check_codes(checked_list(insn, "modes", " name code text "), "code", 7);
}

static void check_depth(config_setting_t *stage, void *ctx)
{
    (void)ctx;
    regs_number(stage, "depth");
}

void regs_check(config_setting_t *root)
{
    only_keys(root, " version registers counters_offset counters errors "
                    "pipeline instruction record ");
    regs_number(root, "version");
    check_registers(root);
    check_codes(checked_list(root, "errors", " name code text "), "code", 15);
    checked_list(root, "pipeline", " name depth text ");
    regs_for_each(root, "pipeline", check_depth, NULL);
    check_instruction(regs_member(root, "instruction"));
    config_setting_t *record = regs_member(root, "record");
    only_keys(record, " bytes threshold_bytes fields ");
    unsigned bytes = regs_number(record, "bytes");
    if (bytes < 4 || bytes % 4 || bytes > 4 * SECTION_WORDS_MAX)
        regs_die(record, "bytes = %u: not a multiple of 4 from 4 to %u", bytes,
            4 * SECTION_WORDS_MAX);
    regs_number(record, "threshold_bytes");
    check_fields(record, bytes / 4);
}
