/* serac_steady.c - a layer's recurrence, and its points. */
#include "serac_steady.h"

#include <stdlib.h>

#include "serac_math.h"
#include "serac_stages.h"
#include "serac_steady_shape.h"

bool serac_steady_memory(const struct serac_memory_config *m)
{
    bool stalls = m->max_stall_cycles && (m->address_stall_percent || m->data_stall_percent);
    return !m->shared_bus && !m->page_bytes && !m->refresh_interval && !stalls;
}

/* --- creation --------------------------------------------------------------------------- */

static void constants(struct serac_steady *s, const struct serac_design *d, const struct serac_insn *insn)
{
    const struct serac_insn_exec *e = &insn->exec;
    uint64_t phases = e->phases_y * e->phases_x;
    s->cols = d->cols;
    s->outstanding = d->outstanding;
    s->section_cycles = 4 * SERAC_INSN_SECTION_WORDS / (d->axi_bits / 8) + 2;
    s->wgt_halves = e->wgt_halves;
    s->act_halves = e->act_halves;
    s->last_cols = e->last_cols;
    s->tiles = e->run * phases;
    s->last_full = e->last_steps * phases;
    s->last_less = (e->run_last - e->last_steps) * phases;
    uint64_t mtiles = (uint64_t)(e->groups - 1) * e->group_mtiles + e->group_last_mtiles;
    uint64_t columns = (e->n_tiles - 1) * s->tiles * d->cols + s->last_full * e->last_cols +
                       s->last_less * (e->last_cols - 1);
    s->drained_tiles = mtiles * ((e->n_tiles - 1) * s->tiles + s->last_full + s->last_less);
    s->results = mtiles * columns * d->rows;
}

struct serac_steady *serac_steady_create(const struct serac_design *design,
                                         const struct serac_insn *insn, uint64_t program)
{
    if (!insn->fetch.last || insn->fetch.store_tokens || insn->exec.last_steps > insn->exec.run_last ||
        serac_insn_check(insn) != SERAC_OK)
        return NULL;
    struct serac_steady *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    constants(s, design, insn);
    if (!serac_steady_walk(s, insn, program, design->axi_bits / 8)) {
        serac_steady_destroy(s);
        return NULL;
    }
    return s;
}

void serac_steady_destroy(struct serac_steady *s)
{
    if (!s)
        return;
    free(s->words);
    free(s->table);
    free(s);
}

/* --- points ------------------------------------------------------------------------------- */

void serac_steady_point(const struct serac_design *d, const struct serac_insn *insn,
                        const struct serac_memory_config *memory, struct serac_steady_point *point)
{
    const struct serac_insn_exec *e = &insn->exec;
    bool slow = e->mode == SERAC_INSN_MODE_RAW || e->mode == SERAC_INSN_MODE_THRESHOLD;
    uint32_t beat = d->axi_bits / 8;
    point->pairs = (uint64_t)e->kernel_h * e->kernel_w * e->blocks *
                   serac_ceil_div(e->wgt_bits, d->weight_planes) *
                   serac_ceil_div(e->act_bits, d->act_planes);
    point->column_drain = (uint64_t)d->rows / d->requant_lanes * (slow ? 4 : 1);
    point->latency = memory->latency_cycles;
    point->gap = serac_ceil_div(beat, memory->bytes_per_cycle);
}

/* What does not depend on the point, and the rest of the cycles. */
void serac_steady_complete(const struct serac_steady *s, const struct serac_steady_point *point,
                     struct serac_counters *c)
{
    c->array_busy_cycles = s->drained_tiles * point->pairs;
    c->stall_control_cycles = 0;
    c->fill_drain_cycles = c->cycles - c->array_busy_cycles - c->stall_fetch_cycles -
                           c->stall_requant_cycles - c->stall_store_cycles;
    c->bytes_read = s->bytes_read;
    c->bytes_written = s->bytes_written;
    c->read_bursts = s->read_bursts;
    c->write_bursts = s->write_bursts;
    c->results = s->results;
    c->blocks = 1;
}
