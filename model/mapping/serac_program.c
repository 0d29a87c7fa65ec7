/* serac_program.c - a network as one image. */
#include "serac_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_host.h"

#define PAGE 4096u

static uint64_t round_up(uint64_t bytes, uint64_t to)
{
    return (bytes + to - 1) / to * to;
}

/* A tensor's place: free again after the layer that reads it last. */
struct place {
    uint64_t offset, bytes;
    int32_t last_use;        /* layer index; INT32_MAX: the network's output */
};

struct builder {
    const struct serac_network *network;
    struct serac_program *program;
    struct place *places;    /* [0] input, [1 + i] output of layer i */
    struct serac_error *error;
};

static void find_lifetimes(struct builder *b)
{
    const struct serac_network *n = b->network;
    for (uint32_t i = 0; i < n->num_layers; i++) {
        b->places[1 + i].last_use = (int32_t)i;
        for (int k = 0; k < 2; k++)
            if (n->inputs[i][k] >= -1)
                b->places[1 + n->inputs[i][k]].last_use = (int32_t)i;
    }
    b->places[n->num_layers].last_use = INT32_MAX;
}

/* Lowest offset at which tensor `t`, born in layer `born`, meets no living one.
 * Places 0..t-1 are set. */
static uint64_t find_room(const struct builder *b, uint32_t t, int32_t born,
                          uint64_t base)
{
    uint64_t at = base;
    for (bool moved = true; moved;) {
        moved = false;
        for (uint32_t i = 0; i < t; i++) {
            const struct place *p = &b->places[i];
            bool alive = p->last_use >= born;
            if (alive && at < p->offset + p->bytes &&
                p->offset < at + b->places[t].bytes) {
                at = p->offset + p->bytes;
                moved = true;
            }
        }
    }
    return at;
}

static void lay_out(struct builder *b, uint64_t base)
{
    struct serac_program *p = b->program;
    const struct serac_network *n = b->network;
    uint64_t top = base;
    find_lifetimes(b);
    for (uint32_t t = 0; t <= n->num_layers; t++) {
        const struct serac_tensor *tensor =
            t ? &n->layers[t - 1].output : &n->input;
        b->places[t].bytes =
            round_up(serac_layout_of(tensor, &p->design).bytes, PAGE);
        b->places[t].offset = find_room(b, t, (int32_t)t - 1, base);
        if (b->places[t].offset + b->places[t].bytes > top)
            top = b->places[t].offset + b->places[t].bytes;
    }
    p->memory_bytes = top;
    p->input = b->places[0].offset;
    p->output = b->places[n->num_layers].offset;
}

static enum serac_status map_layer(struct builder *b,
                                   const struct serac_memory_config *memory,
                                   uint32_t i)
{
    const struct serac_layer *layer = &b->network->layers[i];
    struct serac_program_layer *to = &b->program->layers[i];
    memcpy(to->name, layer->name, sizeof to->name);
    if (layer->op == SERAC_OP_HOST) {
        to->block = SERAC_NO_BLOCK;
        return SERAC_OK;
    }
    to->block = b->program->num_blocks++;
    struct serac_footprint footprint;
    serac_map_footprint(layer, &b->program->design, &footprint);
    to->weight_bytes = footprint.weights;
    to->macs = serac_layer_macs(layer);
    to->array_busy_cycles = serac_map_busy_cycles(layer, &b->program->design);
    return serac_map_best(layer, &b->program->design, memory, &to->mapping,
                          NULL, b->error);
}

/* Does the host have a step before this layer, or in its place? */
static bool host_comes(const struct serac_network *n, uint32_t i)
{
    return n->layers[i].op == SERAC_OP_HOST || n->layers[i].run_time;
}

static void find_steps(struct serac_program *p, const struct serac_network *n)
{
    for (uint32_t i = 0; i < p->num_layers; i++) {
        struct serac_program_step *last = p->num_steps ? &p->steps[p->num_steps - 1] : NULL;
        if (host_comes(n, i))
            p->steps[p->num_steps++] = (struct serac_program_step){true, i, 1};
        else if (last && !last->host)
            last->count++;
        if (p->layers[i].block != SERAC_NO_BLOCK && (host_comes(n, i) || !last || last->host))
            p->steps[p->num_steps++] = (struct serac_program_step){false, i, 1};
    }
}

/* Blocks, weights and addresses of every layer. Stores are in order, so the
 * token of the layer before also says that all earlier ones are written; the first
 * of a run needs none. */
static enum serac_status write_image(struct builder *b)
{
    struct serac_program *p = b->program;
    const struct serac_network *n = b->network;
    uint64_t at = round_up((uint64_t)p->num_blocks * SERAC_INSN_BLOCK_STRIDE,
                           PAGE);
    for (uint32_t i = 0; i < n->num_layers; i++) {
        struct serac_program_layer *l = &p->layers[i];
        int32_t second = n->inputs[i][1];
        bool first = i == 0 || p->layers[i - 1].block == SERAC_NO_BLOCK || host_comes(n, i);
        bool last = i == n->num_layers - 1 || host_comes(n, i + 1);
        l->input = b->places[1 + n->inputs[i][0]].offset;
        l->input2 = second >= -1 ? b->places[1 + second].offset : 0;
        l->output = b->places[1 + i].offset;
        if (l->block == SERAC_NO_BLOCK)
            continue;
        struct serac_addresses addresses = {
            .weights = at, .input = l->input, .input2 = l->input2, .output = l->output};
        enum serac_status status = serac_map_apply(&n->layers[i], &p->design, &l->mapping, &addresses, !first,
                                                   last, &l->insn, b->error);
        if (status != SERAC_OK)
            return status;
        l->weights = at;
        if (n->layers[i].params && !n->layers[i].run_time)
            serac_pack_weights(&n->layers[i], &p->design, &l->insn,
                               p->image + at);
        at += l->weight_bytes;
    }
    serac_program_relocate(p, 0, p->image);
    return SERAC_OK;
}

static enum serac_status build(struct builder *b,
                               const struct serac_memory_config *memory)
{
    struct serac_program *p = b->program;
    const struct serac_network *n = b->network;
    uint64_t bytes = 0;
    p->num_layers = n->num_layers;
    p->layers = calloc(n->num_layers, sizeof *p->layers);
    p->steps = calloc(2 * (size_t)n->num_layers, sizeof *p->steps);
    b->places = calloc(n->num_layers + 1, sizeof *b->places);
    if (!p->layers || !p->steps || !b->places)
        return SERAC_E_NOMEM;
    for (uint32_t i = 0; i < n->num_layers; i++) {
        enum serac_status status = map_layer(b, memory, i);
        if (status != SERAC_OK)
            return status;
        bytes += p->layers[i].weight_bytes;
    }
    if (!p->num_blocks) {
        if (b->error)
            snprintf(b->error->text, sizeof b->error->text, "%s: all layers are the host's", n->name);
        return SERAC_E_INPUT;
    }
    find_steps(p, n);
    p->image_bytes = round_up(round_up((uint64_t)p->num_blocks * SERAC_INSN_BLOCK_STRIDE, PAGE) + bytes, PAGE);
    p->image = calloc(1, p->image_bytes);
    if (!p->image)
        return SERAC_E_NOMEM;
    lay_out(b, p->image_bytes);
    p->input_tensor = n->input;
    p->output_tensor = n->layers[n->num_layers - 1].output;
    p->input_layout = serac_layout_of(&p->input_tensor, &p->design);
    p->output_layout = serac_layout_of(&p->output_tensor, &p->design);
    return write_image(b);
}

enum serac_status serac_program_build(const struct serac_network *network,
                                      const struct serac_design *design,
                                      const struct serac_memory_config *memory,
                                      struct serac_program **program,
                                      struct serac_error *error)
{
    struct builder b = {.network = network, .error = error};
    b.program = calloc(1, sizeof *b.program);
    if (!b.program)
        return SERAC_E_NOMEM;
    b.program->design = *design;
    enum serac_status status = build(&b, memory);
    free(b.places);
    if (status == SERAC_OK)
        *program = b.program;
    else
        serac_program_destroy(b.program);
    return status;
}

/* --- the host's steps ------------------------------------------------------- */

void serac_program_places(const struct serac_program *p, const struct serac_network *n, uint32_t i,
                          struct serac_program_places *places)
{
    const struct serac_layer *l = &n->layers[i];
    const struct serac_program_layer *at = &p->layers[i];
    uint64_t second = serac_layer_operands(l) == 2 ? serac_layout_of(&l->operand, &p->design).bytes : 0;
    if (l->run_time)
        *places = (struct serac_program_places){.in = at->input2, .in_bytes = second, .out = at->weights,
                                                .out_bytes = at->weight_bytes};
    else
        *places = (struct serac_program_places){.in = at->input, .in2 = at->input2, .out = at->output,
                                                .in_bytes = serac_layout_of(&l->input, &p->design).bytes,
                                                .in2_bytes = second,
                                                .out_bytes = serac_layout_of(&l->output, &p->design).bytes};
}

/* The second operand of a product as unsigned weights with a zero point. */
static enum serac_status make_weights(const struct serac_program *p, const struct serac_layer *l,
                                      const struct serac_insn *insn, const uint8_t *in, uint8_t *out)
{
    size_t k = l->input.channels, m = l->output.channels;
    bool pixels = l->run_time == SERAC_RUN_TIME_PIXELS;
    int32_t offset = l->operand.is_signed ? 1 << (l->operand.bits - 1) : 0;
    int32_t *codes = malloc(m * k * sizeof *codes);
    int8_t *weights = malloc(m * k);
    struct serac_param *params = malloc(m * sizeof *params);
    enum serac_status status = codes && weights && params ? SERAC_OK : SERAC_E_NOMEM;
    if (status == SERAC_OK) {
        serac_unpack_tensor(&l->operand, &p->design, in, codes);
        for (size_t i = 0; i < m * k; i++)
            weights[i] = (int8_t)(uint8_t)(codes[pixels ? i : i % k * m + i / k] + offset);
        for (size_t i = 0; i < m; i++) {
            params[i] = l->params[i];
            params[i].zero = l->operand.zero_point + offset;
        }
        struct serac_layer with = *l;
        with.weights = weights;
        with.params = params;
        serac_pack_weights(&with, &p->design, insn, out);
    }
    free(codes);
    free(weights);
    free(params);
    return status;
}

enum serac_status serac_program_host(const struct serac_program *p, const struct serac_network *n, uint32_t i,
                                     const uint8_t *in, const uint8_t *in2, uint8_t *out)
{
    const struct serac_layer *l = &n->layers[i];
    if (l->run_time)
        return make_weights(p, l, &p->layers[i].insn, in, out);
    size_t inputs = (size_t)l->input.height * l->input.width * l->input.channels;
    size_t outputs = (size_t)l->output.height * l->output.width * l->output.channels;
    size_t seconds = serac_layer_operands(l) == 2
                         ? (size_t)l->operand.height * l->operand.width * l->operand.channels : 0;
    int32_t *codes = malloc((inputs + seconds + outputs) * sizeof *codes);
    if (!codes)
        return SERAC_E_NOMEM;
    serac_unpack_tensor(&l->input, &p->design, in, codes);
    if (seconds)
        serac_unpack_tensor(&l->operand, &p->design, in2, codes + inputs);
    serac_host_run(l, codes, codes + inputs, codes + inputs + seconds);
    serac_pack_tensor(&l->output, &p->design, codes + inputs + seconds, out);
    free(codes);
    return SERAC_OK;
}

void serac_program_destroy(struct serac_program *program)
{
    if (!program)
        return;
    free(program->layers);
    free(program->steps);
    free(program->image);
    free(program);
}

static void move(uint32_t *low, uint32_t *high, uint64_t base)
{
    uint64_t address = (*low | (uint64_t)*high << 32) + base;
    *low = (uint32_t)address;
    *high = (uint32_t)(address >> 32);
}

void serac_program_relocate(const struct serac_program *program, uint64_t base,
                            uint8_t *image)
{
    for (uint32_t i = 0; i < program->num_layers; i++) {
        if (program->layers[i].block == SERAC_NO_BLOCK)
            continue;
        struct serac_insn insn = program->layers[i].insn;
        move(&insn.fetch.act_addr_lo, &insn.fetch.act_addr_hi, base);
        move(&insn.fetch.wgt_addr_lo, &insn.fetch.wgt_addr_hi, base);
        move(&insn.store.out_addr_lo, &insn.store.out_addr_hi, base);
        serac_insn_encode(&insn, image + (size_t)program->layers[i].block * SERAC_INSN_BLOCK_STRIDE);
    }
}
