/* area.c - synth_area: area by unit of a mapped, hierarchical netlist.
 *
 *     synth_area NETLIST.json TOP FILE.lib MACROS.lib
 *     synth_area --fpga NETLIST.json TOP
 *
 * One line of CSV per unit: path (instances without indices, so that an array's
 * are one), module, instances, then at and below it: um2 of cells and of macros, cells,
 * flip-flops (cells of MACROS.lib are macros); of an FPGA LUTs (one with two
 * outputs is one; of distributed RAM as many as it takes of a slice; inverters of one
 * net are one, yosys gives each flip-flop its own for a reset that is active low),
 * flip-flops, block RAMs (a RAMB18 is half of one), DSPs. */
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liberty.h"

enum { COLUMNS = 4 };

struct sums {
    double of[COLUMNS];
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

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

/* LUTs of distributed RAM, 64 bits each: RAM<words>X<bits>S or D, the latter read at a
 * second address, which takes a copy; RAM32M and RAM64M are four of a slice. 0: none of them. */
static unsigned ram_luts(const char *type)
{
    unsigned words, bits;
    char ports;
    if (!strcmp(type, "RAM32M") || !strcmp(type, "RAM64M"))
        return 4;
    if (sscanf(type, "RAM%uX%u%c", &words, &bits, &ports) != 3 || (ports != 'S' && ports != 'D'))
        return 0;
    return bits * ((words + 63) / 64) * (ports == 'D' ? 2 : 1);
}

/* The first inverter of its net, among those that `nets` has. */
static bool first_of_net(const cJSON *inverter, cJSON *nets)
{
    char net[32];
    const cJSON *bit = cJSON_GetArrayItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(inverter, "connections"), "I"), 0);
    snprintf(net, sizeof net, "%d", cJSON_IsNumber(bit) ? bit->valueint : -1);
    if (cJSON_HasObjectItem(nets, net))
        return false;
    return cJSON_AddTrueToObject(nets, net) != NULL;
}

/* A leaf's contribution; false: it is a module. */
static bool fpga_leaf(const char *type, struct sums *s)
{
    static const char *const none[] = {"CARRY", "MUXF", "SB_CARRY", "GND", "VCC", "$scopeinfo"};
    *s = (struct sums){{0, 0, 0, 0}};
    if (begins(type, "SB_RAM40") || begins(type, "RAMB"))
        s->of[2] = begins(type, "RAMB18") ? 0.5 : 1;
    else if (begins(type, "DSP48") || begins(type, "SB_MAC"))
        s->of[3] = 1;
    else if (begins(type, "FD") || begins(type, "SB_DFF"))
        s->of[1] = 1;
    else if (ram_luts(type))
        s->of[0] = ram_luts(type);
    else if (begins(type, "LUT") || begins(type, "SRL") || begins(type, "SB_LUT") ||
             !strcmp(type, "INV"))
        s->of[0] = 1;
    else {
        for (size_t i = 0; i < sizeof none / sizeof *none; i++)
            if (begins(type, none[i]))
                return true;
        return false;
    }
    return true;
}

static bool asic_leaf(const char *type, struct sums *s)
{
    const struct liberty_cell *cell = liberty_cell_find(cells, type);
    const struct liberty_cell *macro = cell ? NULL : liberty_cell_find(macros, type);
    *s = (struct sums){{cell ? cell->area : 0, macro ? macro->area : 0, cell != NULL,
                        cell && cell->kind == LIBERTY_FF}};
    return cell || macro;
}

static void add(struct sums *to, const struct sums *s, double times)
{
    for (int i = 0; i < COLUMNS; i++)
        to->of[i] += times * s->of[i];
}

static struct sums sum_module(const char *name, const char *path, double times)
{
    struct sums total = {{0, 0, 0, 0}}, s;
    const cJSON *module = cJSON_GetObjectItemCaseSensitive(modules, name), *cell;
    size_t mine = line_of(path, plain(name));
    cJSON *inverted = cJSON_CreateObject();
    /* A black box of the RTL is meant so, one of the synthesiser is a cell we do not know. */
    if (!module || (!cells && !strstr(name, "serac_") &&
                    cJSON_GetObjectItem(cJSON_GetObjectItem(module, "attributes"), "blackbox"))) {
        fprintf(stderr, "synth_area: %s: no such module or cell\n", name);
        exit(2);
    }
    lines[mine].instances += times;
    cJSON_ArrayForEach(cell, cJSON_GetObjectItem(module, "cells")) {
        const char *type = cJSON_GetObjectItem(cell, "type")->valuestring;
        if (!(cells ? asic_leaf(type, &s) : fpga_leaf(type, &s))) {
            char below[512];
            extend(below, sizeof below, path, cell->string);
            s = sum_module(type, below, times);
        }
        if (cells || strcmp(type, "INV") || first_of_net(cell, inverted))
            add(&total, &s, 1);
    }
    cJSON_Delete(inverted);
    add(&lines[mine].sums, &total, times);
    return total;
}

int main(int argc, char **argv)
{
    struct liberty_error error;
    bool fpga = argc == 4 && !strcmp(argv[1], "--fpga");
    if (argc != 5 && !fpga) {
        fprintf(stderr, "usage: synth_area NETLIST.json TOP FILE.lib MACROS.lib\n"
                        "       synth_area --fpga NETLIST.json TOP\n");
        return 2;
    }
    argv += fpga;
    char *text = liberty_read(argv[1], &error);
    if (!text || (!fpga && (!(cells = liberty_load(argv[3], &error)) ||
                            !(macros = liberty_load(argv[4], &error))))) {
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
    printf(fpga ? "path,module,instances,luts,flip_flops,block_rams,dsps\n"
                : "path,module,instances,cells_um2,macros_um2,cells,flip_flops\n");
    for (size_t i = 0; i < num_lines; i++) {
        printf("%s,%s,%.0f", lines[i].path, lines[i].module, lines[i].instances);
        for (int c = 0; c < COLUMNS; c++)
            printf(",%.8g", lines[i].sums.of[c]);
        printf("\n");
    }
    return 0;
}
