/* cells_kind.c - what a cell is, by its functions, tables and names. */
#include <ctype.h>
#include <string.h>

#include "cells.h"

static struct liberty_error ignored;

static int resolve_pin(const void *ctx, const char *name)
{
    return liberty_pin_find(ctx, name);
}

bool cells_computes(const struct liberty_cell *c, uint32_t inputs, uint32_t truth)
{
    struct liberty_expr expr;
    int in[2] = {0, 0}, out = -1;
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->num_pins; i++)
        if (c->pins[i].direction == LIBERTY_INPUT) {
            if (count == inputs)
                return false;
            in[count++] = (int)i;
        } else if (c->pins[i].direction != LIBERTY_OUTPUT || out >= 0) {
            return false;
        } else {
            out = (int)i;
        }
    if (c->kind != LIBERTY_COMBINATIONAL || count != inputs || out < 0 ||
        c->num_pins > 64 ||
        !liberty_expr_parse(c->pins[out].function, resolve_pin, c, c->name,
                            &expr, &ignored))
        return false;
    bool same = true;
    for (uint32_t s = 0; s < 1u << inputs; s++) {
        uint64_t values = 0;
        for (uint32_t i = 0; i < inputs; i++)
            values |= (uint64_t)(s >> i & 1) << in[i];
        same &= liberty_expr_at(&expr, values) == (truth >> s & 1);
    }
    liberty_expr_free(&expr);
    return same;
}

const struct liberty_pin *cells_pin(const struct liberty_cell *c, enum liberty_direction direction)
{
    for (uint32_t i = 0; c && i < c->num_pins; i++)
        if (c->pins[i].direction == direction)
            return c->pins + i;
    return NULL;
}

double cells_arc(const struct liberty *lib, const struct liberty_cell *c, const char *rise,
                 const char *fall, double load)
{
    const struct liberty_pin *out = cells_pin(c, LIBERTY_OUTPUT);
    const struct liberty_group *timing =
        out ? liberty_child(out->group, "timing", NULL) : NULL;
    const char *names[2] = {rise, fall};
    double sum = 0;
    int found = 0;
    for (int i = 0; timing && i < 2; i++) {
        const struct liberty_group *group = liberty_child(timing, names[i],
                                                          NULL);
        struct liberty_table t;
        if (!group || !liberty_table_read(lib, group, &t, &ignored))
            continue;
        const double *slews = t.load_first ? t.col_index : t.row_index;
        uint32_t count = t.load_first ? t.cols : t.rows;
        sum += liberty_table_at(&t, slews ? slews[count / 4] : 0, load);
        found++;
        liberty_table_free(&t);
    }
    return found ? sum / found : -1;
}

static bool has_word(const char *name, const char *const *words)
{
    char lower[256];
    size_t i = 0;
    for (; name[i] && i + 1 < sizeof lower; i++)
        lower[i] = (char)tolower((unsigned char)name[i]);
    lower[i] = '\0';
    for (; *words; words++)
        if (strstr(lower, *words))
            return true;
    return false;
}

bool cells_special(const struct liberty_cell *c)
{
    static const char *const words[] = {"dly", "delay", "probe", "lpflow",
                                        "sparecell", "antenna", "decap",
                                        "fill", "tap", NULL};
    if (liberty_true(c->group, "is_isolation_cell") ||
        liberty_true(c->group, "is_level_shifter") ||
        liberty_true(c->group, "always_on") ||
        liberty_text(c->group, "level_shifter_type"))
        return true;
    for (uint32_t i = 0; i < c->num_pins; i++)
        if (liberty_true(c->pins[i].group, "always_on"))
            return true;
    /* HB1xp67: a hold buffer */
    bool hold = !strncmp(c->name, "HB", 2) &&
                isdigit((unsigned char)c->name[2]);
    return hold || has_word(c->name, words);
}

/* Scan flops have a test_cell group, or pins of scan signal types. */
static bool scan(const struct liberty_cell *c)
{
    if (liberty_child(c->group, "test_cell", NULL))
        return true;
    for (uint32_t i = 0; i < c->num_pins; i++) {
        const char *type = liberty_text(c->pins[i].group, "nextstate_type");
        if (type && !strncmp(type, "scan", 4))
            return true;
    }
    return false;
}

bool cells_avoid(const struct liberty *lib, const struct liberty_cell *c, double buffer_delay,
                 double load)
{
    if (c->kind == LIBERTY_GATE)
        return liberty_true(c->group, "dont_use") && scan(c);
    if (c->kind == LIBERTY_OTHER || liberty_true(c->group, "dont_use") ||
        cells_special(c) || scan(c))
        return true;
    for (uint32_t i = 0; i < c->num_pins; i++)
        if (c->pins[i].three_state || c->pins[i].direction == LIBERTY_INOUT)
            return true;
    /* A buffer four times as slow as the usual one is a delay cell. */
    return buffer_delay > 0 && cells_computes(c, 1, BUFFER) &&
           cells_arc(lib, c, "cell_rise", "cell_fall", load) > 4 * buffer_delay;
}

const char *cells_single(const struct liberty_cell *c, const char *text, bool *inverted)
{
    struct liberty_expr e;
    const char *name = NULL;
    if (!text || c->num_pins > 64 ||
        !liberty_expr_parse(text, resolve_pin, c, c->name, &e, &ignored))
        return NULL;
    uint32_t nots = 0;
    for (uint32_t i = 1; i < e.length; i++)
        nots += e.code[i] == 64;
    if (e.length && e.code[0] < 64 && nots + 1 == e.length) {
        name = c->pins[e.code[0]].name;
        *inverted = nots & 1;
    }
    liberty_expr_free(&e);
    return name;
}

const char *cells_flagged(const struct liberty_cell *c, const char *flag)
{
    for (uint32_t i = 0; c && i < c->num_pins; i++)
        if (liberty_true(c->pins[i].group, flag))
            return c->pins[i].name;
    return NULL;
}
