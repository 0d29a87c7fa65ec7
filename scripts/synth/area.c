/* area.c - synth_area: area by unit of a mapped, hierarchical netlist.
 *
 *     synth_area NETLIST.json TOP FILE.lib MACROS.lib
 *
 * One line of CSV per unit: path (instances without indices, so that an array's
 * are one), module, instances, um2 of cells and of macros at and below it, cells,
 * flip-flops. Cells of MACROS.lib are macros. */
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liberty.h"

struct sums {
    double cells_um2, macros_um2, cells, ffs;
};

struct line {
    char path[512], module[256];
    double instances;
    struct sums sums;
};

static struct liberty *cells, *macros;
static const cJSON *modules;
static struct line *lines;
static size_t num_lines, room_lines;

/* A module's name as the RTL has it: yosys puts parameters before it. */
static const char *plain(const char *name)
{
    static char text[256];
    const char *s = strstr(name, "\\serac_");
    snprintf(text, sizeof text, "%s", s && name[0] == '$' ? s + 1 : name);
    text[strcspn(text, "\\")] = 0;
    return text;
}

static size_t line_of(const char *path, const char *module)
{
    for (size_t i = 0; i < num_lines; i++)
        if (!strcmp(lines[i].path, path) && !strcmp(lines[i].module, module))
            return i;
    if (num_lines == room_lines) {
        room_lines = room_lines * 2 + 64;
        lines = realloc(lines, room_lines * sizeof *lines);
        if (!lines)
            exit(3);
    }
    memset(lines + num_lines, 0, sizeof *lines);
    snprintf(lines[num_lines].path, sizeof lines->path, "%s", path);
    snprintf(lines[num_lines].module, sizeof lines->module, "%s", module);
    return num_lines++;
}

/* path.name without what is in brackets and without gen_ blocks. */
static void extend(char *to, size_t room, const char *path, const char *name)
{
    size_t length = (size_t)snprintf(to, room, "%s", path);
    const char *last = strstr(name, "u_");
    if (last && length + 1 < room && length)
        to[length++] = '.';
    for (name = last ? last : name; *name && length + 1 < room; name++)
        if (*name == '[')
            name = strchr(name, ']') ? strchr(name, ']') : name;
        else
            to[length++] = *name;
    to[length] = 0;
}

static struct sums sum_module(const char *name, const char *path, double times)
{
    struct sums total = {0, 0, 0, 0};
    const cJSON *module = cJSON_GetObjectItemCaseSensitive(modules, name), *cell;
    size_t mine = line_of(path, plain(name));
    if (!module) {
        fprintf(stderr, "synth_area: %s: no such module or cell\n", name);
        exit(2);
    }
    lines[mine].instances += times;
    cJSON_ArrayForEach(cell, cJSON_GetObjectItem(module, "cells")) {
        const char *type = cJSON_GetObjectItem(cell, "type")->valuestring;
        const struct liberty_cell *leaf = liberty_cell_find(cells, type);
        const struct liberty_cell *macro = leaf ? NULL : liberty_cell_find(macros, type);
        if (leaf) {
            total.cells_um2 += leaf->area;
            total.cells++;
            total.ffs += leaf->kind == LIBERTY_FF;
        } else if (macro) {
            total.macros_um2 += macro->area;
        } else {
            char below[512];
            extend(below, sizeof below, path, cell->string);
            struct sums s = sum_module(type, below, times);
            total.cells_um2 += s.cells_um2;
            total.macros_um2 += s.macros_um2;
            total.cells += s.cells;
            total.ffs += s.ffs;
        }
    }
    lines[mine].sums.cells_um2 += times * total.cells_um2;
    lines[mine].sums.macros_um2 += times * total.macros_um2;
    lines[mine].sums.cells += times * total.cells;
    lines[mine].sums.ffs += times * total.ffs;
    return total;
}

int main(int argc, char **argv)
{
    struct liberty_error error;
    if (argc != 5) {
        fprintf(stderr, "usage: synth_area NETLIST.json TOP FILE.lib MACROS.lib\n");
        return 2;
    }
    char *text = liberty_read(argv[1], &error);
    if (!text || !(cells = liberty_load(argv[3], &error)) ||
        !(macros = liberty_load(argv[4], &error))) {
        fprintf(stderr, "synth_area: %s\n", error.text);
        return 2;
    }
    const cJSON *json = cJSON_Parse(text);
    modules = cJSON_GetObjectItem(json, "modules");
    if (!modules) {
        fprintf(stderr, "synth_area: %s: no yosys JSON\n", argv[1]);
        return 2;
    }
    sum_module(argv[2], "", 1);
    printf("path,module,instances,cells_um2,macros_um2,cells,flip_flops\n");
    for (size_t i = 0; i < num_lines; i++)
        printf("%s,%s,%.0f,%.8g,%.8g,%.0f,%.0f\n", lines[i].path, lines[i].module,
               lines[i].instances, lines[i].sums.cells_um2, lines[i].sums.macros_um2,
               lines[i].sums.cells, lines[i].sums.ffs);
    return 0;
}
