/* gates_delay.c - the delays of gates, registers and memories from the library's tables. */
#include <math.h>
#include <string.h>

#include "gates_internal.h"

/* Rise and fall of one input and output of a kind of cell. */
struct arc {
    struct liberty_table table[2];
};

static bool names(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; at && (at = strstr(at, name)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
            return true;
    return false;
}

/* The first timing of `out` by the pin `related`; NULL: by any clock edge. */
static bool read_arc(const struct liberty *lib, const struct liberty_pin *out, const char *related,
                     struct arc *arc, struct liberty_error *error)
{
    static const char *const kinds[2] = {"cell_rise", "cell_fall"};
    const struct liberty_group *owners[2] = {out->group, out->bus};
    for (int owner = 0; owner < 2 && owners[owner]; owner++)
        for (const struct liberty_group *t = NULL; (t = liberty_child(owners[owner], "timing", t));) {
            const char *type = liberty_text(t, "timing_type");
            bool edge = type && strstr(type, "_edge");
            const struct liberty_group *tables[2] = {liberty_child(t, kinds[0], NULL),
                                                     liberty_child(t, kinds[1], NULL)};
            if ((!tables[0] && !tables[1]) ||
                (related ? !names(liberty_text(t, "related_pin"), related) : !edge))
                continue;
            for (int i = 0; i < 2; i++)
                if (tables[i] && !liberty_table_read(lib, tables[i], &arc->table[i], error))
                    return false;
            return true;
        }
    return true;                         /* none: the shortest delay */
}

static uint16_t arc_ps(const struct liberty *lib, const struct arc *arc, double slew_s, double load_f)
{
    double sum = 0;
    int found = 0;
    for (int i = 0; i < 2; i++)
        if (arc->table[i].rows) {
            sum += liberty_table_at(&arc->table[i], slew_s / lib->time_s, load_f / lib->cap_f);
            found++;
        }
    double ps = found ? sum / found * lib->time_s * 1e12 : 0;
    return ps < 1 ? 1 : ps > WHEEL - 2 ? WHEEL - 2 : (uint16_t)lround(ps);
}

static void free_arc(struct arc *arc)
{
    liberty_table_free(&arc->table[0]);
    liberty_table_free(&arc->table[1]);
}

static double load_of(const struct gates *g, uint32_t net, double wire_f)
{
    const struct netlist_net *n = g->netlist->nets + net;
    return n->load + n->fanout * wire_f;
}

/* Delays of all memories of one kind: every bit has its own load. */
static bool set_memories(struct gates *g, uint32_t kind, double slew_s, double wire_f,
                         struct liberty_error *error)
{
    const struct gate_memory *pins = &g->cells[kind].memory;
    const struct energy_cell *ec = g->netlist->cells + kind;
    bool good = true;
    for (uint32_t b = 0; good && b < pins->width; b++) {
        struct arc arc = {{{0}}};
        good = read_arc(ec->lib, ec->cell->pins + pins->rdata[b], NULL, &arc, error);
        for (uint32_t i = 0; good && i < g->num_memories; i++) {
            struct memory *m = g->memories + i;
            if (m->pins == pins && m->nets[pins->rdata[b]] != NONE)
                m->delays[b] = arc_ps(ec->lib, &arc, slew_s,
                                      load_of(g, m->nets[pins->rdata[b]], wire_f));
        }
        free_arc(&arc);
    }
    return good;
}

/* Delays of all other instances of one kind. */
static bool set_kind(struct gates *g, uint32_t kind, double slew_s, double wire_f,
                     struct liberty_error *error)
{
    const struct gate_cell *cell = g->cells + kind;
    const struct energy_cell *ec = g->netlist->cells + kind;
    bool logic = cell->kind == GATE_LOGIC;
    uint32_t inputs = logic ? cell->num_inputs : 1, outputs = cell->num_outputs;
    struct arc arcs[GATE_INPUTS][GATE_OUTPUTS];
    bool good = true;
    memset(arcs, 0, sizeof arcs);
    for (uint32_t k = 0; k < inputs; k++)
        for (uint32_t o = 0; good && o < outputs; o++)
            good = read_arc(ec->lib, ec->cell->pins + cell->outputs[o],
                            logic ? ec->cell->pins[cell->inputs[k]].name : NULL, &arcs[k][o], error);
    for (uint32_t i = 0; good && i < g->netlist->num_instances; i++) {
        if (g->instances[i].kind != kind)
            continue;
        for (uint32_t o = 0; o < outputs; o++) {
            uint32_t net = g->instances[i].out[o];
            for (uint32_t k = 0; net != NONE && k < inputs; k++)
                gates_time_set(g, i, k, o,
                               arc_ps(ec->lib, &arcs[k][o], slew_s, load_of(g, net, wire_f)));
        }
    }
    for (uint32_t k = 0; k < inputs; k++)
        for (uint32_t o = 0; o < outputs; o++)
            free_arc(&arcs[k][o]);
    return good;
}

bool gates_delays(struct gates *g, double slew_s, double wire_f, struct liberty_error *error)
{
    gates_settle(g);
    gates_time_start(g);
    for (uint32_t kind = 0; kind < g->netlist->num_cells; kind++)
        if (!(g->cells[kind].kind == GATE_MEMORY ? set_memories : set_kind)(g, kind, slew_s, wire_f, error))
            return false;
    return true;
}
