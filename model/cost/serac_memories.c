/* serac_memories.c - banks and words as the RTL's local parameters make them. */
#include "serac_memories.h"

#define WORD_BITS 64u           /* a word has at least so many */

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static struct serac_memory_kind ram(const char *unit, uint32_t width,
                                    uint32_t depth, uint32_t granule,
                                    uint32_t ports, uint32_t count)
{
    struct serac_memory_kind kind = {
        unit, width, depth, ports, width / granule, count,
        (uint64_t)width * depth <= SERAC_REGISTER_BITS};
    return kind;
}

/* `banks` banks of two halves each. */
static struct serac_memory_kind buffer(const char *unit, uint32_t word,
                                       uint32_t bytes, uint32_t banks,
                                       uint32_t granule, uint32_t count)
{
    uint32_t words = bytes / (word / 8) / banks;
    return ram(unit, word, words / 2, granule, 1, 2 * banks * count);
}

/* serac_plane_buffer: any `read` successive planes lie in different banks. */
static struct serac_memory_kind planes(const char *unit, uint32_t plane,
                                       uint32_t read, uint32_t beat,
                                       uint32_t bytes, uint32_t count)
{
    uint32_t group = plane < WORD_BITS ? WORD_BITS / plane : 1;
    uint32_t word = group * plane;
    uint32_t touched = group == 1 ? read
                       : read == 1 ? 1
                       : read <= group ? 2 : 2 * read / group;
    uint32_t per_beat = beat > word ? beat / word : 1;
    return buffer(unit, word, bytes, larger(touched, per_beat),
                  word > beat ? beat : word, count);
}

/* serac_output_buffer: eight planes are written at once. */
static struct serac_memory_kind outputs(const struct serac_design *d)
{
    uint32_t group = d->lanes < WORD_BITS ? WORD_BITS / d->lanes : 1;
    uint32_t word = group * d->lanes;
    uint32_t touched = group == 1 ? 8 : group == 8 ? 2 : 16 / group;
    uint32_t per_beat = d->axi_bits > word ? d->axi_bits / word : 1;
    return buffer("output buffer", word, d->output_buffer_bytes,
                  larger(touched, per_beat), d->requant_lanes, 1);
}

void serac_memories(const struct serac_design *d,
                    struct serac_memory_kind kinds[SERAC_MEMORIES])
{
    uint32_t depth = 2;         /* of a section queue, a power of two */
    while (depth < d->queue_depth)
        depth *= 2;
    kinds[SERAC_MEMORY_WEIGHTS] =
        planes("weight buffer", d->rows * d->lanes, d->weight_planes,
               d->axi_bits, d->weight_buffer_bytes, 1);
    kinds[SERAC_MEMORY_ACTIVATIONS] =
        planes("activation buffer", d->lanes, d->act_planes, d->axi_bits,
               d->act_buffer_bytes / d->cols, d->cols);
    kinds[SERAC_MEMORY_PARAMETERS] =
        planes("parameter buffer", d->requant_lanes * 128, 1, d->axi_bits,
               d->param_buffer_bytes, 1);
    kinds[SERAC_MEMORY_OUTPUTS] = outputs(d);
    kinds[SERAC_MEMORY_HELD] =
        ram("held values", d->requant_lanes * 32,
            d->rows * d->cols / d->requant_lanes, d->requant_lanes * 32, 2, 1);
    kinds[SERAC_MEMORY_QUEUES] =
        ram("section queues", d->axi_bits, 1024 / d->axi_bits * depth,
            d->axi_bits, 2, 2);
}
