/* fanout.c - synth_fanout: buffer trees on nets that drive too much.
 *
 *     synth_fanout FILE.lib[,MACROS.lib] BUFFER IN OUT LIMIT_PF < in.json > out.json
 *
 * abc sizes and buffers within a module and knows neither what lies behind a
 * module's ports nor what flip-flops drive. Here modules are taken from the
 * leaves up: a net whose pins, wires (liberty_wire_f()) and sub-modules' ports load it with
 * more than LIMIT_PF gets buffers, each with at most so much, in as many levels as it takes. The
 * netlist is yosys JSON. Nets with clock pins are left alone: a clock tree is not
 * part of synthesis. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liberty.h"

#define MAX_LIBS 8

struct sink {
    uint32_t net;
    double load;
    cJSON *bits;          /* the connection's array, and the place in it */
    int index;
};

struct port_load {
    const char *name;
    double *load;         /* per bit */
    bool *clock;
    int width;
};

struct module {
    const char *name;
    cJSON *json;
    bool done, busy;
    struct port_load *ports;
    int num_ports;
};

struct run {
    struct liberty *libs[MAX_LIBS];
    int num_libs;
    const char *buffer, *in, *out;
    double buffer_load, limit;
    double wire;          /* pF that a sink adds, liberty_wire_f() */
    struct module *modules;
    int num_modules;
    cJSON *template;      /* a buffer cell without connections */
    uint64_t buffers;
    double largest;       /* load that is left on a net of several sinks */
};

static struct liberty_error error;

static void *allocate(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p) {
        fprintf(stderr, "synth_fanout: out of memory\n");
        exit(3);
    }
    return p;
}

static int by_name(const void *a, const void *b)
{
    const struct module *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static struct module *find_module(struct run *r, const char *name)
{
    struct module key = {.name = name};
    return bsearch(&key, r->modules, (size_t)r->num_modules, sizeof key, by_name);
}

static const struct liberty_cell *find_cell(struct run *r, const char *type, double *farad)
{
    for (int i = 0; i < r->num_libs; i++) {
        const struct liberty_cell *cell = liberty_cell_find(r->libs[i], type);
        if (cell) {
            *farad = r->libs[i]->cap_f;
            return cell;
        }
    }
    return NULL;
}

/* Load of bit `index` of a cell's pin in pF; false: an output. */
static bool pin_load(const struct liberty_cell *cell, double farad, const char *pin, int index,
                     double *load, bool *clock)
{
    char name[256];
    int i = liberty_pin_find(cell, pin);
    if (i < 0) {
        snprintf(name, sizeof name, "%s[%d]", pin, index);
        i = liberty_pin_find(cell, name);
    }
    if (i < 0 || cell->pins[i].direction != LIBERTY_INPUT)
        return false;
    *load = cell->pins[i].capacitance * farad * 1e12;
    *clock = cell->pins[i].clock;
    return true;
}

static void do_module(struct run *r, struct module *m);

struct gather {
    struct sink *sinks;
    size_t count, room;
    uint32_t nets;
};

static void add_sink(struct gather *g, cJSON *bits, int index, double load)
{
    const cJSON *bit = cJSON_GetArrayItem(bits, index);
    if (!cJSON_IsNumber(bit))
        return;
    if (g->count == g->room) {
        g->room = g->room * 2 + 1024;
        g->sinks = realloc(g->sinks, g->room * sizeof *g->sinks);
        if (!g->sinks)
            exit(3);
    }
    g->sinks[g->count++] = (struct sink){(uint32_t)bit->valuedouble, load, bits, index};
}

static const struct port_load *find_port(const struct module *m, const char *name)
{
    for (int i = 0; i < m->num_ports; i++)
        if (!strcmp(m->ports[i].name, name))
            return m->ports + i;
    return NULL;
}

static void note_nets(struct gather *g, const cJSON *bits)
{
    const cJSON *bit;
    cJSON_ArrayForEach(bit, bits)
        if (cJSON_IsNumber(bit) && bit->valuedouble >= g->nets)
            g->nets = (uint32_t)bit->valuedouble + 1;
}

/* Every sink of every net; a clock's have a negative load. */
static void gather(struct run *r, struct module *m, struct gather *g)
{
    cJSON *cell, *bits, *port;
    cJSON_ArrayForEach(port, cJSON_GetObjectItem(m->json, "ports"))
        note_nets(g, cJSON_GetObjectItem(port, "bits"));
    cJSON_ArrayForEach(cell, cJSON_GetObjectItem(m->json, "cells")) {
        const char *type = cJSON_GetObjectItem(cell, "type")->valuestring;
        double farad = 1;
        const struct liberty_cell *leaf = find_cell(r, type, &farad);
        struct module *sub = leaf ? NULL : find_module(r, type);
        if (!leaf && !sub) {
            fprintf(stderr, "synth_fanout: %s: neither a cell nor a module\n", type);
            exit(2);
        }
        if (sub)
            do_module(r, sub);
        cJSON_ArrayForEach(bits, cJSON_GetObjectItem(cell, "connections")) {
            const struct port_load *p = sub ? find_port(sub, bits->string) : NULL;
            int width = cJSON_GetArraySize(bits);
            note_nets(g, bits);
            for (int i = 0; i < width; i++) {
                double load = 0;
                bool clock = false;
                if (leaf && !pin_load(leaf, farad, bits->string, i, &load, &clock))
                    continue;
                if (sub && (!p || i >= p->width))
                    continue;
                if (sub) {
                    load = p->load[i];
                    clock = p->clock[i];
                } else {
                    load += r->wire;
                }
                add_sink(g, bits, i, clock ? -1 : load);
            }
        }
    }
}

static int by_net(const void *a, const void *b)
{
    const struct sink *x = a, *y = b;
    if (x->net != y->net)
        return x->net < y->net ? -1 : 1;
    return (x->load > y->load) - (x->load < y->load);
}

static void connect(cJSON *bits, int index, uint32_t net)
{
    cJSON_ReplaceItemInArray(bits, index, cJSON_CreateNumber(net));
}

/* Groups sinks under buffers until the net's load is within the limit; returns
 * what is left of it. The sinks come sorted by load, light ones first. */
static double build_tree(struct run *r, struct gather *g, cJSON *cells, struct sink *s,
                         size_t count, uint32_t net)
{
    for (double before = HUGE_VAL;;) {
        double total = 0;
        for (size_t i = 0; i < count; i++)
            total += s[i].load;
        if (total <= r->limit || count < 2 || total >= before)
            return total;
        before = total;
        size_t groups = 0;
        for (size_t i = 0; i < count;) {
            char name[64];
            double load = 0;
            uint32_t out = g->nets;
            size_t first = i;
            /* Equal groups: as many as the limit asks for, spread evenly. */
            double share = total / (double)((size_t)(total / r->limit) + 1);
            while (i < count && (i == first || load + s[i].load <= share * 1.0001))
                load += s[i++].load;
            if (i == first + 1 && load <= 2 * r->buffer_load) {   /* as good as a buffer */
                s[groups++] = s[first];
                continue;
            }
            g->nets++;
            for (size_t k = first; k < i; k++)
                connect(s[k].bits, s[k].index, out);
            cJSON *cell = cJSON_Duplicate(r->template, true);
            cJSON *pins = cJSON_GetObjectItem(cell, "connections");
            cJSON *in_bits = cJSON_CreateArray(), *out_bits = cJSON_CreateArray();
            cJSON_AddItemToArray(in_bits, cJSON_CreateNumber(net));
            cJSON_AddItemToArray(out_bits, cJSON_CreateNumber(out));
            cJSON_AddItemToObject(pins, r->in, in_bits);
            cJSON_AddItemToObject(pins, r->out, out_bits);
            snprintf(name, sizeof name, "fanout_%u", out);
            cJSON_AddItemToObject(cells, name, cell);
            r->buffers++;
            s[groups++] = (struct sink){net, r->buffer_load, in_bits, 0};
        }
        count = groups;
    }
}

static void do_module(struct run *r, struct module *m)
{
    struct gather g = {NULL, 0, 0, 2};
    if (m->done)
        return;
    if (m->busy) {
        fprintf(stderr, "synth_fanout: %s contains itself\n", m->name);
        exit(2);
    }
    m->busy = true;
    gather(r, m, &g);
    if (g.count)
        qsort(g.sinks, g.count, sizeof *g.sinks, by_net);
    uint32_t before = g.nets;
    double *loads = allocate(before, sizeof *loads);
    bool *clocks = allocate(before, sizeof *clocks);
    cJSON *cells = cJSON_GetObjectItem(m->json, "cells");
    for (size_t i = 0, end; i < g.count; i = end) {
        uint32_t net = g.sinks[i].net;
        for (end = i; end < g.count && g.sinks[end].net == net; end++)
            clocks[net] |= g.sinks[end].load < 0;
        if (!clocks[net])
            loads[net] = build_tree(r, &g, cells, g.sinks + i, end - i, net);
        if (end - i > 1 && loads[net] > r->largest)
            r->largest = loads[net];
    }
    cJSON *port, *ports = cJSON_GetObjectItem(m->json, "ports");
    m->ports = allocate((size_t)cJSON_GetArraySize(ports), sizeof *m->ports);
    cJSON_ArrayForEach(port, ports) {
        const cJSON *bits = cJSON_GetObjectItem(port, "bits"), *bit;
        struct port_load *p = m->ports + m->num_ports++;
        int i = 0;
        if (strcmp(cJSON_GetObjectItem(port, "direction")->valuestring, "input"))
            bits = NULL;
        p->name = port->string;
        p->width = bits ? cJSON_GetArraySize(bits) : 0;
        p->load = allocate((size_t)p->width, sizeof *p->load);
        p->clock = allocate((size_t)p->width, sizeof *p->clock);
        cJSON_ArrayForEach(bit, bits) {
            uint32_t net = cJSON_IsNumber(bit) ? (uint32_t)bit->valuedouble : 0;
            p->load[i] = net < before ? loads[net] : 0;
            p->clock[i++] = net < before && clocks[net];
        }
    }
    free(loads);
    free(clocks);
    free(g.sinks);
    m->done = true;
}

static char *read_stdin(void)
{
    size_t room = 1 << 20, length = 0, got;
    char *text = allocate(room, 1);
    while ((got = fread(text + length, 1, room - length - 1, stdin)) > 0) {
        length += got;
        if (length + 1 == room && !(text = realloc(text, room *= 2)))
            exit(3);
    }
    text[length] = 0;
    return text;
}

static bool set_up(struct run *r, char **argv)
{
    char *save = NULL, *text;
    double farad = 1;
    bool clock;
    for (char *path = strtok_r(argv[1], ",", &save); path && r->num_libs < MAX_LIBS;
         path = strtok_r(NULL, ",", &save))
        if (!(r->libs[r->num_libs++] = liberty_load(path, &error))) {
            fprintf(stderr, "synth_fanout: %s\n", error.text);
            return false;
        }
    r->buffer = argv[2];
    r->in = argv[3];
    r->out = argv[4];
    r->limit = strtod(argv[5], NULL);
    const struct liberty_cell *cell = find_cell(r, r->buffer, &farad);
    if (!cell || r->limit <= 0 || !pin_load(cell, farad, r->in, 0, &r->buffer_load, &clock)) {
        fprintf(stderr, "synth_fanout: %s: no such buffer, or the limit is not positive\n", r->buffer);
        return false;
    }
    r->wire = liberty_wire_f(r->libs[0]) * 1e12;
    r->buffer_load += r->wire;
    text = allocate(1, 1024);
    snprintf(text, 1024, "{\"hide_name\":0,\"type\":\"%s\",\"parameters\":{},\"attributes\":{},"
             "\"port_directions\":{\"%s\":\"input\",\"%s\":\"output\"},\"connections\":{}}",
             r->buffer, r->in, r->out);
    r->template = cJSON_Parse(text);
    free(text);
    return r->template;
}

int main(int argc, char **argv)
{
    struct run r = {0};
    if (argc != 6) {
        fprintf(stderr, "usage: synth_fanout FILE.lib[,MORE.lib] BUFFER IN OUT LIMIT_PF < in.json > out.json\n");
        return 2;
    }
    if (!set_up(&r, argv))
        return 2;
    char *text = read_stdin();
    cJSON *json = cJSON_Parse(text), *module;
    cJSON *modules = cJSON_GetObjectItem(json, "modules");
    free(text);
    if (!modules) {
        fprintf(stderr, "synth_fanout: standard input is no yosys JSON\n");
        return 2;
    }
    r.modules = allocate((size_t)cJSON_GetArraySize(modules), sizeof *r.modules);
    cJSON_ArrayForEach(module, modules)
        r.modules[r.num_modules++] = (struct module){.name = module->string, .json = module};
    qsort(r.modules, (size_t)r.num_modules, sizeof *r.modules, by_name);
    for (int i = 0; i < r.num_modules; i++)
        do_module(&r, r.modules + i);
    text = cJSON_PrintUnformatted(json);
    if (!text || fputs(text, stdout) < 0 || fflush(stdout)) {
        fprintf(stderr, "synth_fanout: cannot write\n");
        return 3;
    }
    fprintf(stderr, "synth_fanout: %llu buffers; no net of several pins drives more than %.3g pF (limit "
            "%.3g)\n", (unsigned long long)r.buffers, r.largest, r.limit);
    return 0;
}
