/* cells_text.c - the text of a library without some of it, or with parts exchanged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"

/* Without `text`, or without memory for what is to be changed in it: the exit code. */
static int refuse(char *text, const struct liberty_error *error)
{
    int code = text ? 3 : 2;
    fprintf(stderr, "%s\n", text ? "synth_cells: out of memory" : error->text);
    free(text);
    return code;
}

/* --- without cells -------------------------------------------------------- */

/* A stretch of the text that is left out. */
struct cut {
    size_t begin, end;
};

static int by_begin(const void *a, const void *b)
{
    const struct cut *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

static bool starts(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

/* Avoided cells and the library's own wire loads, in order; NULL without memory. */
static struct cut *cuts_of(const struct liberty *lib, const bool *avoided, size_t *count)
{
    size_t n = 0;
    for (const struct liberty_group *g = lib->root->groups; g; g = g->next)
        n++;
    for (const struct liberty_attr *a = lib->root->attrs; a; a = a->next)
        n++;
    struct cut *cuts = calloc(n + 1, sizeof *cuts);
    *count = 0;
    for (const struct liberty_group *g = lib->root->groups; cuts && g; g = g->next) {
        bool cell = !strcmp(g->type, "cell");
        if (cell ? avoided[liberty_cell_find(lib, g->args[0]) - lib->cells]
                 : starts(g->type, "wire_load"))
            cuts[(*count)++] = (struct cut){g->begin, g->end};
    }
    for (const struct liberty_attr *a = lib->root->attrs; cuts && a; a = a->next)
        if (starts(a->name, "default_wire_load"))
            cuts[(*count)++] = (struct cut){a->begin, a->end};
    if (cuts)
        qsort(cuts, *count, sizeof *cuts, by_begin);
    return cuts;
}

/* As liberty_wire_f() has it, for abc and OpenSTA. abc wants every fanout listed. */
static void print_wire_load(const struct liberty *lib)
{
    printf("default_wire_load : \"serac\";\n  default_wire_load_mode : \"top\";\n"
           "  wire_load (\"serac\") {\n    capacitance : %.6g;\n    resistance : 0.0;\n"
           "    area : 0.0;\n    slope : 1.0;\n", liberty_wire_f(lib) / lib->cap_f);
    for (int i = 1; i <= 32; i++)
        printf("    fanout_length (%d, %d.0);\n", i, i);
    printf("  }\n  ");
}

int cells_print_pruned(const struct liberty *lib, const bool *avoided)
{
    size_t count, at = 0, cells = liberty_child(lib->root, "cell", NULL)->begin;
    struct liberty_error error = {""};
    char *text = liberty_read(lib->path, &error);
    struct cut *cuts = text ? cuts_of(lib, avoided, &count) : NULL;
    if (!cuts)
        return refuse(text, &error);
    for (size_t i = 0; i <= count; i++) {
        size_t until = i < count ? cuts[i].begin : strlen(text);
        if (at <= cells && cells <= until) {           /* behind the units */
            fwrite(text + at, 1, cells - at, stdout);
            print_wire_load(lib);
            at = cells;
        }
        fwrite(text + at, 1, until - at, stdout);
        at = i < count ? cuts[i].end : until;
    }
    free(cuts);
    free(text);
    return 0;
}

/* --- clear and preset exchanged ------------------------------------------- */

/* Clear and preset of the flip-flops that store the negation of a pin, in order of the text;
 * NULL without memory. */
static const struct liberty_attr **resets_of(const struct liberty *lib, size_t *count)
{
    const struct liberty_attr **resets = malloc((2 * (size_t)lib->num_cells + 1) * sizeof(void *));
    *count = 0;
    for (const struct liberty_group *g = lib->root->groups; resets && g; g = g->next) {
        const struct liberty_cell *c =
            !strcmp(g->type, "cell") ? liberty_cell_find(lib, g->args[0]) : NULL;
        bool inverted = false;
        if (!c || c->group != g || c->kind != LIBERTY_FF ||
            !cells_single(c, liberty_text(c->state, "next_state"), &inverted) || !inverted)
            continue;
        for (const struct liberty_attr *a = c->state->attrs; a; a = a->next)
            if (!strcmp(a->name, "clear") || !strcmp(a->name, "preset"))
                resets[(*count)++] = a;
    }
    return resets;
}

int cells_print_exchanged(const struct liberty *lib)
{
    size_t count = 0, at = 0;
    struct liberty_error error = {""};
    char *text = liberty_read(lib->path, &error);
    const struct liberty_attr **resets = text ? resets_of(lib, &count) : NULL;
    if (!resets)
        return refuse(text, &error);
    for (size_t i = 0; i < count; i++) {
        fwrite(text + at, 1, resets[i]->begin - at, stdout);
        fputs(strcmp(resets[i]->name, "clear") ? "clear" : "preset", stdout);
        at = resets[i]->begin + strlen(resets[i]->name);
    }
    fputs(text + at, stdout);
    free(resets);
    free(text);
    return 0;
}
