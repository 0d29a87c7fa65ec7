/* serac_random.c - random programs for co-simulation. */
#include "serac_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_random_layer.h"

void serac_random_memory(struct serac_rng *rng, struct serac_memory_config *m)
{
    memset(m, 0, sizeof *m);
    snprintf(m->name, sizeof m->name, "random");
    m->latency_cycles = (uint32_t)serac_rng_pick(rng, 1, 100);
    m->bytes_per_cycle = (uint32_t)serac_rng_pick(rng, 1, 64);
    m->shared_bus = serac_rng_chance(rng, 30);
    if (serac_rng_chance(rng, 40)) {
        m->page_bytes = 1u << serac_rng_pick(rng, 8, 12);
        m->page_miss_cycles = (uint32_t)serac_rng_pick(rng, 1, 30);
    }
    if (serac_rng_chance(rng, 40)) {
        m->refresh_interval = (uint32_t)serac_rng_pick(rng, 200, 2000);
        m->refresh_cycles = (uint32_t)serac_rng_pick(rng, 5, 60);
    }
    if (serac_rng_chance(rng, 50)) {
        m->address_stall_percent = (uint32_t)serac_rng_pick(rng, 1, 60);
        m->data_stall_percent = (uint32_t)serac_rng_pick(rng, 0, 40);
        m->max_stall_cycles = (uint32_t)serac_rng_pick(rng, 1, 12);
    }
    m->seed = serac_rng_next(rng);
}

/* Both operands, drawn. */
static void fill_input(struct serac_rng *rng, const struct serac_design *d,
                       struct serac_random_case *c,
                       struct serac_random_layer *r)
{
    const struct serac_tensor *t = &r->layer.input;
    size_t count = (size_t)t->height * t->width * t->channels;
    int32_t *codes = malloc(count * sizeof *codes);
    uint64_t where[2] = {r->addresses.input, r->addresses.input2};
    for (int o = 0; codes && o < 2; o++) {
        bool extreme = serac_rng_chance(rng, 10);
        for (size_t i = 0; i < count; i++)
            codes[i] = extreme ? -1 : (int32_t)serac_rng_next(rng);
        serac_pack_tensor(t, d, codes,
                          c->memory.bytes + (where[o] - c->memory.base));
    }
    free(codes);
}

/* A layer after the first may take the output before it as its input: the same
 * channels, lines and pixels, read after store's token. */
static void chain(struct serac_random_layer *from,
                  struct serac_random_layer *to, const struct serac_design *d,
                  struct serac_rng *rng, bool last, uint32_t tokens)
{
    struct serac_random_layer saved = *to;
    const struct serac_tensor *o = &from->layer.output;
    struct serac_layer *l = &to->layer;
    if (o->bits > 8 || l->op != SERAC_OP_CONV || l->input.is_bipolar ||
        o->channels != l->input.channels || o->height != l->input.height ||
        o->width != l->input.width || o->bits != l->input.bits)
        return;
    to->addresses.input = from->addresses.output;
    if (!serac_random_layer_map(rng, d, to, tokens, last))
        *to = saved;
}

/* Breaks one block of the program: no magic, weights or output outside the
 * memory, or a token that never comes. */
static void break_block(struct serac_rng *rng, struct serac_random_case *c)
{
    uint32_t which = (uint32_t)serac_rng_pick(rng, 0, c->num_layers - 1);
    struct serac_insn *insn = &c->layers[which].insn;
    uint64_t beyond = c->memory.base + c->memory.size +
                      ((uint64_t)serac_rng_pick(rng, 0, 1000) << 6);
    c->fault = (enum serac_random_fault)serac_rng_pick(rng, 1, SERAC_FAULTS - 1);
    switch (c->fault) {
    case SERAC_FAULT_MAGIC:
        insn->fetch.magic ^= 1u << serac_rng_pick(rng, 0, 15);
        break;
    case SERAC_FAULT_READ:
        insn->fetch.wgt_addr_lo = (uint32_t)beyond;
        insn->fetch.wgt_addr_hi = (uint32_t)(beyond >> 32);
        break;
    case SERAC_FAULT_WRITE:
        insn->store.out_addr_lo = (uint32_t)beyond;
        insn->store.out_addr_hi = (uint32_t)(beyond >> 32);
        break;
    default:
        insn->fetch.store_tokens = 200;
        break;
    }
    serac_insn_encode(insn, c->memory.bytes +
                                (size_t)which * SERAC_INSN_BLOCK_STRIDE);
}

/* A layer that fits, its tensors from *top on, which it moves; false if none was found. */
static bool draw_layer(struct serac_rng *rng, const struct serac_design *design,
                       struct serac_random_layer *r, uint32_t turn, uint64_t *top,
                       bool last)
{
    for (int attempt = 0; attempt < 200; attempt++) {
        uint64_t here = *top;
        if (serac_random_layer_make(rng, design, r, turn, &here, last)) {
            *top = here;
            return true;
        }
        serac_random_layer_free(&r->layer);
    }
    return false;
}

/* Inputs, weights and block of layer i, in memory. */
static void place_layer(struct serac_rng *rng, const struct serac_design *design,
                        struct serac_random_case *made, uint32_t i)
{
    struct serac_random_layer *r = &made->layers[i];
    uint64_t base = made->memory.base;
    fill_input(rng, design, made, r);
    if (i > 0)
        chain(&made->layers[i - 1], r, design, rng, i == made->num_layers - 1, i);
    serac_pack_weights(&r->layer, design, &r->insn,
                       made->memory.bytes + (r->addresses.weights - base));
    /* The mapper has signed weights in depthwise layers only; the machine, anywhere. */
    if (r->layer.op == SERAC_OP_CONV && serac_rng_chance(rng, 40))
        r->insn.exec.wgt_signed = r->recoded = true;
    serac_insn_encode(&r->insn, made->memory.bytes + i * SERAC_INSN_BLOCK_STRIDE);
}

enum serac_status serac_random_make(const struct serac_design *design,
                                    uint64_t seed, uint32_t index,
                                    struct serac_random_case *made)
{
    struct serac_rng rng = {seed * 0x100000001b3u + index};
    memset(made, 0, sizeof *made);
    serac_random_memory(&rng, &made->memory_config);
    uint32_t wanted = (uint32_t)serac_rng_pick(&rng, 1, SERAC_RANDOM_LAYERS);
    uint64_t base = (uint64_t)serac_rng_pick(&rng, 1, 1 << 20) << 12, top;
    if (serac_rng_chance(&rng, 30))
        base += (uint64_t)1 << 32;
    made->program = base;
    top = base + 4096;
    for (uint32_t i = 0; i < wanted; i++) {
        if (!draw_layer(&rng, design, &made->layers[i], index + 67 * i, &top,
                        i == wanted - 1))
            return SERAC_E_FIT;
        made->num_layers = i + 1;
    }
    if (serac_host_memory_init(&made->memory, base, top - base) != SERAC_OK)
        return SERAC_E_NOMEM;
    for (uint32_t i = 0; i < made->num_layers; i++)
        place_layer(&rng, design, made, i);
    if (serac_rng_chance(&rng, 10))
        break_block(&rng, made);
    return SERAC_OK;
}

void serac_random_free(struct serac_random_case *made)
{
    for (uint32_t i = 0; i < made->num_layers; i++)
        serac_random_layer_free(&made->layers[i].layer);
    serac_host_memory_free(&made->memory);
}
