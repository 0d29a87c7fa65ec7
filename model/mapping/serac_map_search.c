/* serac_map_search.c - which mapping of a layer takes the fewest cycles. */
#include <stdlib.h>
#include <string.h>

#include "serac_geometry.h"
#include "serac_math.h"
#include "serac_run.h"
#include "serac_steady.h"

#define CANDIDATES 4096

struct candidate {
    struct serac_mapping mapping;
    uint64_t bytes;          /* read from memory, estimated exactly for weights */
    uint64_t loads;          /* activation loads: fewer is better at equal bytes */
};

struct search {
    const struct serac_layer *layer;
    const struct serac_design *design;
    struct serac_geometry geometry;
    struct candidate *list;
    uint32_t count;
    struct serac_error *error;
};

/* Any addresses: 4 KiB apart is enough for feasibility and time. */
static struct serac_addresses some_addresses(void)
{
    return (struct serac_addresses){1u << 20, 1u << 28, 1u << 29, 1u << 30};
}

static bool apply(const struct search *s, const struct serac_mapping *m,
                  struct serac_insn *insn)
{
    struct serac_addresses addresses = some_addresses();
    return serac_map_apply(s->layer, s->design, m, &addresses, 0, true, insn,
                           s->error) == SERAC_OK;
}

static void consider(struct search *s, const struct serac_mapping *m)
{
    struct serac_insn insn;
    if (s->count == CANDIDATES || !apply(s, m, &insn))
        return;
    const struct serac_insn_fetch *f = &insn.fetch;
    uint64_t tensor = serac_layout_of(&s->layer->input, s->design).bytes;
    uint64_t weights = (uint64_t)s->geometry.mtiles *
                       (f->tile_param_bytes + f->tile_wgt_bytes);
    /* Lines that neighbouring tiles both read. */
    uint64_t halo = (uint64_t)(f->kernel_lines - 1) * s->geometry.in_line_stride;
    uint64_t passes_w = !m->order && f->groups > 1 ? f->n_tiles : 1;
    uint64_t passes_a = m->order && f->n_tiles > 1 ? f->groups : 1;
    s->list[s->count++] = (struct candidate){
        *m, weights * passes_w + (tensor + halo * f->n_tiles) * passes_a,
        f->n_tiles * passes_a};
}

/* Group and gather sizes for a given run. */
static void vary_groups(struct search *s, struct serac_mapping m)
{
    const struct serac_geometry *g = &s->geometry;
    for (uint32_t gather = g->gather_min;; gather *= 2) {
        if (gather > g->gather_max)
            gather = g->gather_max;
        m.gather = gather;
        for (uint32_t group = 1;; group *= 2) {
            m.group_mtiles = group < g->mtiles ? group : g->mtiles;
            consider(s, &m);
            if (group >= g->mtiles)
                break;
        }
        if (gather >= g->gather_max)
            break;
    }
}

/* Pixels per column and tile: the whole share, powers of two, and what makes whole
 * output lines. */
static void vary_runs(struct search *s, struct serac_mapping m)
{
    const struct serac_geometry *g = &s->geometry;
    uint32_t share = serac_ceil_div(g->pixels, s->design->cols);
    uint32_t most = g->out_width < share ? g->out_width : share;
    uint32_t last = 0;
    for (uint32_t run = most; run > 0; run--) {
        bool power = (run & (run - 1)) == 0;
        bool divides = g->out_width % run == 0 && run < 128;
        bool even = share % run == 0 && run < 128;
        if (run != most && run != 3 && !power && !divides && !even)
            continue;
        if (run == last)
            continue;
        last = run;
        m.run = run;
        vary_groups(s, m);
    }
}

static int by_bytes(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? -1 : 1;
    return (x->loads > y->loads) - (x->loads < y->loads);
}

/* --- timing one block --------------------------------------------------------- */

#define PROGRAM 4096u

static int block_read(void *ctx, uint64_t address, void *to, size_t bytes)
{
    if (address >= PROGRAM && address < PROGRAM + SERAC_INSN_BLOCK_STRIDE)
        memcpy(to, (const uint8_t *)ctx + (address - PROGRAM), bytes);
    return 0;
}

static int no_write(void *ctx, uint64_t address, const void *from, size_t bytes)
{
    (void)ctx, (void)address, (void)from, (void)bytes;
    return 0;
}

/* The block alone, by the timeline. */
static enum serac_status walk_block(const struct serac_design *design,
                                    const struct serac_memory_config *memory,
                                    const struct serac_insn *insn,
                                    struct serac_counters *counters)
{
    uint8_t block[SERAC_INSN_BLOCK_STRIDE] = {0};
    serac_insn_encode(insn, block);
    struct serac_bus bus = {block_read, no_write, block};
    struct serac_run run = {0};
    enum serac_status status =
        serac_run_program(design, memory, &bus, PROGRAM, 0, &run);
    *counters = run.total;
    return status == SERAC_OK ? run.status : status;
}

/* The same in closed form, or false. */
static bool steady_block(const struct serac_design *design,
                         const struct serac_memory_config *memory,
                         const struct serac_insn *insn,
                         struct serac_counters *counters)
{
    if (!serac_steady_memory(memory))
        return false;
    struct serac_steady *steady = serac_steady_create(design, insn, PROGRAM);
    if (!steady)
        return false;
    struct serac_steady_point point;
    serac_steady_point(design, insn, memory, &point);
    serac_steady_times(steady, &point, 1, counters);
    serac_steady_destroy(steady);
    return true;
}

enum serac_status serac_map_time(const struct serac_layer *layer,
                                 const struct serac_design *design,
                                 const struct serac_memory_config *memory,
                                 const struct serac_mapping *mapping,
                                 struct serac_counters *counters,
                                 struct serac_insn *insn,
                                 struct serac_error *error)
{
    struct serac_insn own;
    struct serac_addresses addresses = some_addresses();
    enum serac_status status = serac_map_apply(
        layer, design, mapping, &addresses, 0, true, &own, error);
    if (status != SERAC_OK)
        return status;
    if (insn)
        *insn = own;
    if (steady_block(design, memory, &own, counters))
        return SERAC_OK;
    return walk_block(design, memory, &own, counters);
}

enum serac_status serac_map_timeline(const struct serac_layer *layer,
                                     const struct serac_design *design,
                                     const struct serac_memory_config *memory,
                                     const struct serac_mapping *mapping,
                                     struct serac_counters *counters,
                                     struct serac_error *error)
{
    struct serac_insn insn;
    struct serac_addresses addresses = some_addresses();
    enum serac_status status = serac_map_apply(
        layer, design, mapping, &addresses, 0, true, &insn, error);
    if (status != SERAC_OK)
        return status;
    return walk_block(design, memory, &insn, counters);
}

enum serac_status serac_map_best(const struct serac_layer *layer,
                                 const struct serac_design *design,
                                 const struct serac_memory_config *memory,
                                 struct serac_mapping *mapping,
                                 uint64_t *cycles, struct serac_error *error)
{
    struct search s = {.layer = layer, .design = design, .error = error};
    serac_geometry_init(&s.geometry, layer, design);
    s.list = malloc(CANDIDATES * sizeof *s.list);
    if (!s.list)
        return SERAC_E_NOMEM;
    for (uint32_t i = 0; i < 8; i++) {
        struct serac_mapping m = {.order = i & 1, .wgt_halves = 1 + (i >> 1 & 1),
                                  .act_halves = 1 + (i >> 2 & 1)};
        vary_runs(&s, m);
    }
    enum serac_status status = SERAC_OK;
    if (s.count && error)
        error->text[0] = 0;
    if (s.count == 0) {   /* the reason: why the smallest of all does not fit */
        struct serac_insn insn;
        struct serac_mapping least = {.run = 1, .group_mtiles = 1,
                                      .gather = s.geometry.gather_min,
                                      .wgt_halves = 2, .act_halves = 2};
        (void)apply(&s, &least, &insn);
        status = SERAC_E_FIT;
    }
    qsort(s.list, s.count, sizeof *s.list, by_bytes);
    uint64_t best = UINT64_MAX;
    for (uint32_t i = 0; i < s.count && i < SERAC_MAP_TRIES; i++) {
        struct serac_counters now;
        status = serac_map_time(layer, design, memory, &s.list[i].mapping,
                                &now, NULL, error);
        if (status != SERAC_OK)
            break;
        if (now.cycles < best) {
            best = now.cycles;
            *mapping = s.list[i].mapping;
        }
    }
    if (cycles)
        *cycles = best;
    free(s.list);
    return status;
}

uint64_t serac_map_busy_cycles(const struct serac_layer *layer,
                               const struct serac_design *design)
{
    struct serac_geometry g;
    serac_geometry_init(&g, layer, design);
    uint64_t digits = (uint64_t)serac_ceil_div(g.wgt_bits, design->weight_planes) *
                      serac_ceil_div(layer->act_bits, design->act_planes);
    uint64_t phases = g.dual ? 2 : (uint64_t)layer->pool * layer->pool;
    return (uint64_t)g.mtiles * serac_ceil_div(g.pixels, design->cols) *
           layer->kernel_h * layer->kernel_w * g.blocks * digits * phases;
}
