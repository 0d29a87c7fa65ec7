/* serac_fast.c - a block at the host's speed, and the layers that stay packed. */
#include "serac_fast.h"

#include <stdlib.h>
#include <string.h>

#include "serac_block.h"
#include "serac_fast_job.h"

void *serac_fast_room(struct serac_fast_buffer *buffer, size_t bytes)
{
    bytes = (bytes + 127) / 64 * 64;
    if (buffer->bytes < bytes) {
        free(buffer->at);
        buffer->at = aligned_alloc(64, bytes);
        buffer->bytes = buffer->at ? bytes : 0;
    }
    return buffer->at;
}

static void *zeros(struct serac_fast_buffer *buffer, size_t bytes)
{
    return serac_fast_room(buffer, bytes) ? memset(buffer->at, 0, bytes) : NULL;
}

struct serac_fast *serac_fast_create(uint32_t threads)
{
    struct serac_fast *fast = calloc(1, sizeof *fast);
    if (fast)
        fast->threads = threads < SERAC_FAST_THREADS ? threads : SERAC_FAST_THREADS;
    return fast;
}

/* Layers with weights in this range. */
static void forget(struct serac_fast *fast, uint64_t address, uint64_t bytes)
{
    for (struct serac_fast_layer **at = &fast->layers; *at;) {
        struct serac_fast_layer *layer = *at;
        if (layer->address < address + bytes && address < layer->address + layer->bytes) {
            *at = layer->next;
            serac_fast_layer_destroy(layer);
        } else {
            at = &layer->next;
        }
    }
}

void serac_fast_written(struct serac_fast *fast, uint64_t address, uint64_t bytes)
{
    if (fast)
        forget(fast, address, bytes);
}

void serac_fast_destroy(struct serac_fast *fast)
{
    if (!fast)
        return;
    while (fast->layers) {
        struct serac_fast_layer *layer = fast->layers;
        fast->layers = layer->next;
        serac_fast_layer_destroy(layer);
    }
    for (uint32_t i = 0; i < SERAC_FAST_THREADS; i++) {
        struct serac_fast_share *share = &fast->shares[i];
        free(share->planes_room.at);
        free(share->packed_room.at);
        free(share->sums_room.at);
        free(share->dots_room.at);
        free(share->held_room.at);
    }
    free(fast->acts.at);
    free(fast->pad.at);
    free(fast->out.at);
    free(fast->bytes.at);
    free(fast);
}

static struct serac_fast_layer *find(struct serac_fast *fast, const struct serac_insn *insn)
{
    for (struct serac_fast_layer *l = fast->layers; l; l = l->next)
        if (!memcmp(&l->insn, insn, sizeof *insn))
            return l;
    return NULL;
}

/* Takes the layer out of the list while it runs: what it writes may be another's weights. */
static struct serac_fast_layer *take(struct serac_fast *fast, const struct serac_insn *insn)
{
    struct serac_fast_layer *found = find(fast, insn);
    for (struct serac_fast_layer **at = &fast->layers; found; at = &(*at)->next)
        if (*at == found) {
            *at = found->next;
            break;
        }
    return found;
}

/* Layers whose weights the block's results may have overwritten. */
static void forget_output(struct serac_fast *fast, const struct serac_insn_store *s)
{
    forget(fast, serac_fast_join(s->out_addr_lo, s->out_addr_hi),
           (uint64_t)((s->pixels - 1) / s->out_width) * s->line_stride + (uint64_t)s->out_width * s->pixel_bytes);
}

static bool allocate(struct serac_fast_job *job, struct serac_fast *fast)
{
    const struct serac_insn *i = job->insn;
    uint32_t most = job->layer->blocks > i->exec.blocks ? job->layer->blocks : i->exec.blocks;
    job->acts = serac_fast_room(&fast->acts, (size_t)i->exec.in_height * i->fetch.line_bytes);
    job->pad = zeros(&fast->pad, (size_t)most * i->exec.act_store * (job->design->lanes / 8));
    job->out = zeros(&fast->out, (size_t)i->store.pixels * i->store.pixel_bytes);
    return job->acts && job->pad && job->out;
}

/* Each part of several sees its own blocks of a padded pixel, so those must be alike; and each must see one. */
static bool takes_bytes(const struct serac_fast_layer *layer)
{
    const struct serac_insn_exec *e = &layer->insn.exec;
    for (uint32_t i = 0; i < layer->num_parts; i++)
        if (!layer->parts[i].blocks || (layer->num_parts > 1 && e->last_lanes != layer->spare))
            return false;
    return serac_gemm_takes_bytes(layer->parts[0].gemm);
}

/* Everything but the weights, which are packed again, all lanes, if activations are not zero where they were
 * left out. */
static enum serac_status run(struct serac_fast_job *job, const struct serac_bus *bus, struct serac_fast *fast,
                             struct serac_fast_layer **layer)
{
    bool bytes = takes_bytes(*layer);
    enum serac_status status = allocate(job, fast) ? serac_fast_load_lines(job, bus) : SERAC_E_NOMEM;
    if (status == SERAC_OK && bytes && !serac_fast_allocate_bytes(job, fast))
        status = SERAC_E_NOMEM;
    if (status == SERAC_OK && !(bytes ? serac_fast_make_bytes(job) : serac_fast_spare_is_zero(job))) {
        struct serac_fast_layer *wide;
        status = serac_fast_layer_create(job->design, job->insn, bus, false, &wide);
        if (status == SERAC_OK) {
            serac_fast_layer_destroy(*layer);
            job->layer = *layer = wide;
            if (bytes && !serac_fast_allocate_bytes(job, fast))
                status = SERAC_E_NOMEM;
            else if (bytes)
                serac_fast_make_bytes(job);
        }
    }
    if (status == SERAC_OK) {
        serac_fast_make_pad(job);
        status = serac_fast_compute(job, fast);
    }
    if (status == SERAC_OK)
        status = serac_block_write(job->insn, bus, job->out);
    return status;
}

/* Does what a padded pixel is filled with fit into the planes that are stored? The mapper sees to it; a program
 * that computes at a greater width than it stores need not. */
static bool pad_fits(const struct serac_insn_exec *e)
{
    int32_t zero = e->act_signed ? (int8_t)e->act_zero : (int32_t)(e->act_zero & 0xff);
    int32_t low = e->act_signed ? -(1 << (e->act_store - 1)) : 0;
    return zero >= low && zero < low + (1 << e->act_store);
}

static enum serac_status run_kept(struct serac_fast *fast, const struct serac_design *design,
                                  const struct serac_insn *insn, const struct serac_bus *bus)
{
    struct serac_fast_layer *layer = take(fast, insn);
    enum serac_status status = SERAC_OK;
    if (!layer)
        status = serac_fast_layer_create(design, insn, bus, true, &layer);
    if (status != SERAC_OK)
        return status;
    struct serac_fast_job job = {.design = design, .insn = insn, .layer = layer};
    status = run(&job, bus, fast, &layer);
    if (status != SERAC_OK) {
        serac_fast_layer_destroy(layer);
        return status;
    }
    layer->next = fast->layers;
    fast->layers = layer;
    forget_output(fast, &insn->store);
    return SERAC_OK;
}

enum serac_status serac_fast_block(struct serac_fast *fast, const struct serac_design *design,
                                   const struct serac_insn *insn, const struct serac_bus *bus)
{
    const struct serac_insn_exec *e = &insn->exec;
    uint32_t rows = ((e->groups - 1) * e->group_mtiles + e->group_last_mtiles) * design->rows;
    struct serac_insn real = *insn;
    if (!pad_fits(e)) {
        enum serac_status status = serac_function_block(design, insn, bus);
        if (fast && status == SERAC_OK)
            forget_output(fast, &insn->store);
        return status;
    }
    if (real.exec.channels > rows)
        real.exec.channels = rows;   /* those beyond the last m-tile are of no row */
    if (fast)
        return run_kept(fast, design, &real, bus);
    struct serac_fast *once = serac_fast_create(1);
    enum serac_status status = once ? run_kept(once, design, &real, bus) : SERAC_E_NOMEM;
    serac_fast_destroy(once);
    return status;
}
