/* serac_host.c - layers that the host computes: their names, what runs, and what it costs. */
#include <string.h>

#include "serac_host_functions.h"

static const struct {
    const char *name;
    int factors;
} functions[SERAC_HOST_FUNCTIONS] = {
    [SERAC_HOST_SOFTMAX] = {"softmax", 3},
    [SERAC_HOST_ADD] = {"add", 6},
    [SERAC_HOST_AVERAGE_POOL] = {"average_pool", 0},
    [SERAC_HOST_MAX_POOL] = {"max_pool", 0},
    [SERAC_HOST_PAD] = {"pad", 0},
    [SERAC_HOST_REQUANTISE] = {"requantise", 2},
    [SERAC_HOST_PATCHES] = {"patches", 0},
    [SERAC_HOST_QUANTISE_FLOAT] = {"quantise_float", 0},
    [SERAC_HOST_THRESHOLDS] = {"thresholds", 2},
    [SERAC_HOST_ADD_FLOAT] = {"add_float", 1},
    [SERAC_HOST_ADD_FLOOR] = {"add_floor", 9},
    [SERAC_HOST_NORM] = {"norm", 0},
    [SERAC_HOST_TABLE] = {"table", 0},
    [SERAC_HOST_CONCAT] = {"concat", 0},
};

const char *serac_host_name(enum serac_host_function function)
{
    return functions[function].name;
}

int serac_host_factors(enum serac_host_function function)
{
    return functions[function].factors;
}

uint64_t serac_host_words(const struct serac_layer *l)
{
    switch (l->host) {
    case SERAC_HOST_QUANTISE_FLOAT: return 2 * (uint64_t)l->input.channels;
    case SERAC_HOST_THRESHOLDS: return l->input.channels * (1 + (uint64_t)l->factors[0]);
    case SERAC_HOST_ADD_FLOAT: return 3;
    case SERAC_HOST_NORM: return 1 + 2 * (uint64_t)l->input.channels;
    case SERAC_HOST_TABLE: return (uint64_t)1 << l->input.bits;
    default: return 0;
    }
}

bool serac_host_takes_raw(enum serac_host_function function)
{
    return function == SERAC_HOST_QUANTISE_FLOAT || function == SERAC_HOST_THRESHOLDS;
}

bool serac_host_makes_raw(enum serac_host_function function)
{
    return function == SERAC_HOST_QUANTISE_FLOAT;
}

int serac_host_find(const char *name)
{
    for (int i = 0; i < SERAC_HOST_FUNCTIONS; i++)
        if (!strcmp(name, functions[i].name))
            return i;
    return -1;
}

void serac_host_run(const struct serac_layer *l, const int32_t *in, const int32_t *in2, int32_t *out)
{
    switch (l->host) {
    case SERAC_HOST_SOFTMAX: serac_host_softmax(l, in, out); break;
    case SERAC_HOST_ADD: serac_host_add(l, in, in2, out); break;
    case SERAC_HOST_AVERAGE_POOL:
    case SERAC_HOST_MAX_POOL: serac_host_pool(l, in, out); break;
    case SERAC_HOST_PAD: serac_host_pad(l, in, out); break;
    case SERAC_HOST_REQUANTISE: serac_host_requantise(l, in, out); break;
    case SERAC_HOST_PATCHES: serac_host_patches(l, in, out); break;
    case SERAC_HOST_QUANTISE_FLOAT: serac_host_quantise_float(l, in, out); break;
    case SERAC_HOST_THRESHOLDS: serac_host_thresholds(l, in, out); break;
    case SERAC_HOST_ADD_FLOAT: serac_host_add_float(l, in, in2, out); break;
    case SERAC_HOST_ADD_FLOOR: serac_host_add_floor(l, in, in2, out); break;
    case SERAC_HOST_NORM: serac_host_norm(l, in, out); break;
    case SERAC_HOST_TABLE: serac_host_table(l, in, out); break;
    case SERAC_HOST_CONCAT: serac_host_concat(l, in, in2, out); break;
    case SERAC_HOST_FUNCTIONS: break;
    }
}

static uint64_t elements(const struct serac_tensor *t)
{
    return (uint64_t)t->height * t->width * t->channels;
}

/* Of a search in so many limits. */
static uint64_t compares(uint32_t limits)
{
    uint64_t count = 0;
    for (; limits; limits /= 2)
        count++;
    return count;
}

static uint64_t operations(const struct serac_layer *l)
{
    uint64_t in = elements(&l->input), out = elements(&l->output);
    if (l->op != SERAC_OP_HOST)
        return elements(&l->operand);
    switch (l->host) {
    case SERAC_HOST_SOFTMAX: return in * (16 + 4);
    case SERAC_HOST_ADD: return in * 6;
    case SERAC_HOST_REQUANTISE: return in * 3;
    case SERAC_HOST_QUANTISE_FLOAT: return in * 4;
    case SERAC_HOST_THRESHOLDS: return in * (1 + compares((uint32_t)l->factors[0]));
    case SERAC_HOST_ADD_FLOAT: return in * 5;
    case SERAC_HOST_ADD_FLOOR: return in * 8;
    case SERAC_HOST_NORM: return in * 7;
    case SERAC_HOST_AVERAGE_POOL:
    case SERAC_HOST_MAX_POOL: return out * ((uint64_t)l->kernel_h * l->kernel_w + 1);
    default: return out;
    }
}

void serac_host_count(const struct serac_layer *l, struct serac_host_work *work)
{
    uint64_t in = elements(&l->input), out = elements(&l->output);
    work->bytes_read = (in * l->input.bits + 7) / 8;
    work->bytes_written = (out * l->output.bits + 7) / 8;
    if (l->op != SERAC_OP_HOST)      /* its second operand becomes weights */
        work->bytes_read = (elements(&l->operand) * l->operand.bits + 7) / 8;
    else if (serac_layer_adds(l))
        work->bytes_read *= 2;
    else if (l->host == SERAC_HOST_CONCAT)
        work->bytes_read += (elements(&l->operand) * l->operand.bits + 7) / 8;
    work->operations = operations(l);
}
