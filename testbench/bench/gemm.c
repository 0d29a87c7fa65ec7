/* gemm.c - a workload's products, by Serac and by oneDNN's int8, round by round in one process.
 *
 * usage: gemm WORKLOAD DESIGN ROUNDS. One thread, on the first processor; weights are packed beforehand by both.
 * oneDNN multiplies unsigned by signed bytes to 32 bits, whatever the widths; results must be equal. Prints one row
 * a round and pair of widths as CSV, milliseconds over all products of the workload, equal ones measured once:
 *   onednn     its matmul, plain activations to plain results
 *   bare       our method's kernel alone, on packed activations
 *   function   activations from bit planes to packed, the kernel, and the cycles in closed form
 *   layer      the same from the machine's memory and back to it, requantised and packed, through serac_fast.h
 *   methods    our times by method, kernel alone, of the first three rounds; empty: the method has not these widths
 *
 * gemm NETWORK DESIGN ROUNDS: of one image, the kernels alone of its convolutions and full layers, in milliseconds. */
#define _GNU_SOURCE
#include <dnnl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "serac_config.h"
#include "serac_fast.h"
#include "serac_gemm.h"
#include "serac_map.h"
#include "serac_network.h"
#include "serac_steady.h"
#include "serac_workload.h"

enum { JOBS = 32, METHODS = 16, WIDTHS = 4 };

/* A shape, and its operands at the widths of now. */
struct job {
    uint32_t m, n, k, count, repeats;
    struct serac_workload_layer shape;
    struct serac_layer layer;
    struct serac_insn insn;
    struct serac_steady *steady;
    uint8_t *weights, *planes, *acts;   /* codes; planes; codes as bytes */
    struct serac_gemm *gemms[METHODS];
    void *packed[METHODS];
    int32_t *sums, *out;
    struct serac_layer at_widths;       /* the layer with numbers, in `bytes` of the machine's memory */
    struct serac_insn packed_insn;
    struct serac_param *params;
    uint8_t *bytes;
    uint64_t num_bytes;
    struct serac_fast *fast;
    dnnl_primitive_t matmul;
    dnnl_memory_t source, packed_weights, result;
    int32_t *dnnl_out;
};

static struct serac_design design;
static struct serac_memory_config memory;
static struct job jobs[JOBS];
static uint32_t num_jobs;
static dnnl_engine_t engine;
static dnnl_stream_t stream;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void check(bool right, const char *what)
{
    if (right)
        return;
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static void *buffer(size_t bytes)
{
    void *at = aligned_alloc(64, (bytes + 127) / 64 * 64);
    check(at != NULL, "out of memory");
    memset(at, 0, (bytes + 127) / 64 * 64);
    return at;
}

static void add_job(const struct serac_workload_layer *l)
{
    struct serac_error error = {""};
    struct serac_mapping mapping;
    struct serac_counters counters;
    struct job *j = &jobs[num_jobs];
    check(num_jobs < JOBS, "more shapes than JOBS");
    check(serac_workload_layer_at(l, 8, 8, &j->layer, &error) == SERAC_OK, error.text);
    j->m = j->layer.output.channels;
    j->n = j->layer.output.height * j->layer.output.width;
    j->k = j->layer.kernel_h * j->layer.kernel_w * j->layer.input.channels;
    for (uint32_t i = 0; i < num_jobs; i++)
        if (jobs[i].m == j->m && jobs[i].n == j->n && jobs[i].k == j->k) {
            jobs[i].count += l->count;
            return;
        }
    j->count = l->count;
    j->shape = *l;
    j->repeats = (uint32_t)(200e6 / ((double)j->m * j->n * j->k)) + 1;
    check(serac_map_best(&j->layer, &design, &memory, &mapping, NULL, &error) == SERAC_OK, error.text);
    check(serac_map_time(&j->layer, &design, &memory, &mapping, &counters, &j->insn, &error) == SERAC_OK, error.text);
    j->steady = serac_steady_create(&design, &j->insn, 4096);
    check(j->steady != NULL, "no closed form");
    num_jobs++;
}

static dnnl_memory_t dnnl_buffer(const dnnl_memory_desc_t *desc, void *at)
{
    dnnl_memory_t made;
    check(dnnl_memory_create(&made, desc, engine, at) == dnnl_success, "oneDNN: memory");
    return made;
}

/* The matmul [n][k] x [k][m], and its weights in the order it likes best. */
static void make_matmul(struct job *j)
{
    dnnl_dims_t source = {j->n, j->k}, weights = {j->k, j->m}, result = {j->n, j->m};
    dnnl_memory_desc_t src, wgt, any, dst;
    dnnl_matmul_desc_t desc;
    dnnl_primitive_desc_t made, reorder;
    dnnl_primitive_t pack;
    dnnl_memory_desc_init_by_tag(&src, 2, source, dnnl_u8, dnnl_ab);
    dnnl_memory_desc_init_by_tag(&wgt, 2, weights, dnnl_s8, dnnl_ba);
    dnnl_memory_desc_init_by_tag(&any, 2, weights, dnnl_s8, dnnl_format_tag_any);
    dnnl_memory_desc_init_by_tag(&dst, 2, result, dnnl_s32, dnnl_ab);
    check(dnnl_matmul_desc_init(&desc, &src, &any, NULL, &dst) == dnnl_success, "oneDNN: matmul");
    check(dnnl_primitive_desc_create(&made, &desc, NULL, engine, NULL) == dnnl_success, "oneDNN: descriptor");
    check(dnnl_primitive_create(&j->matmul, made) == dnnl_success, "oneDNN: primitive");
    const dnnl_memory_desc_t *best = dnnl_primitive_desc_query_md(made, dnnl_query_weights_md, 0);
    j->packed_weights = dnnl_buffer(best, DNNL_MEMORY_ALLOCATE);
    j->source = dnnl_buffer(&src, DNNL_MEMORY_ALLOCATE);
    j->dnnl_out = buffer((size_t)j->n * j->m * 4);
    j->result = dnnl_buffer(&dst, j->dnnl_out);
    dnnl_memory_t plain = dnnl_buffer(&wgt, j->weights);
    check(dnnl_reorder_primitive_desc_create(&reorder, &wgt, engine, best, engine, NULL) == dnnl_success &&
              dnnl_primitive_create(&pack, reorder) == dnnl_success, "oneDNN: reorder");
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, plain}, {DNNL_ARG_TO, j->packed_weights}};
    dnnl_primitive_execute(pack, stream, 2, args);
    dnnl_stream_wait(stream);
    void *at;
    dnnl_memory_get_data_handle(j->source, &at);
    memcpy(at, j->acts, (size_t)j->n * j->k);
    dnnl_memory_destroy(plain);
    dnnl_primitive_destroy(pack);
    dnnl_primitive_desc_destroy(reorder);
    dnnl_primitive_desc_destroy(made);
}

/* Operands of these widths: weights signed, activations not. */
static void make_operands(struct job *j, uint32_t w, uint32_t a)
{
    const struct serac_gemm_shape shape = {j->m, j->k, w, a, true, false};
    size_t plane = serac_gemm_plane_bytes(j->k);
    j->weights = buffer((size_t)j->m * j->k);
    j->acts = buffer((size_t)j->n * j->k);
    j->planes = buffer(j->n * a * plane);
    j->sums = buffer(j->n * sizeof *j->sums);
    j->out = buffer(j->n * serac_gemm_stride(j->m) * 4);
    for (size_t i = 0; i < (size_t)j->m * j->k; i++) {
        int32_t code = rand() >> 8 & ((1 << w) - 1);
        j->weights[i] = (uint8_t)(code >> (w - 1) ? code - (1 << w) : code);    /* low bits: the code; a byte: the value */
    }
    for (uint32_t n = 0; n < j->n; n++)
        for (uint32_t k = 0; k < j->k; k++) {
            uint32_t code = (uint32_t)rand() >> 8 & ((1u << a) - 1);
            j->acts[n * j->k + k] = (uint8_t)code;
            for (uint32_t p = 0; p < a; p++)
                j->planes[(n * a + a - 1 - p) * plane + k / 8] |= (uint8_t)((code >> p & 1) << k % 8);
        }
    for (uint32_t i = 0; serac_gemm_method(i); i++)
        if (serac_gemm_has(i, w, a)) {
            j->gemms[i] = serac_gemm_create(&shape, i, j->weights);
            check(j->gemms[i] != NULL, "out of memory");
            j->packed[i] = buffer(serac_gemm_room(j->gemms[i], j->n));
            serac_gemm_pack(j->gemms[i], j->planes, j->n, j->packed[i], j->sums);
        }
    make_matmul(j);
}

static int read_bytes(void *ctx, uint64_t address, void *to, size_t count)
{
    const struct job *j = ctx;
    if (address + count > j->num_bytes)
        return 3;
    memcpy(to, j->bytes + address, count);
    return 0;
}

static int write_bytes(void *ctx, uint64_t address, const void *from, size_t count)
{
    struct job *j = ctx;
    if (address + count > j->num_bytes)
        return 3;
    memcpy(j->bytes + address, from, count);
    return 0;
}

/* The layer in the machine's memory: random activations, the weights above, gemmlowp's requantisation. */
static void make_layer(struct job *j, uint32_t w, uint32_t a)
{
    struct serac_error error = {""};
    struct serac_layer *l = &j->at_widths;
    struct serac_mapping mapping;
    struct serac_footprint print;
    check(serac_workload_layer_at(&j->shape, w, a, l, &error) == SERAC_OK, error.text);
    l->run_time = SERAC_RUN_TIME_NONE;
    l->weight_kind = SERAC_WEIGHT_SIGNED;
    l->mode = SERAC_MODE_DOUBLE;
    l->weights = (const int8_t *)j->weights;
    j->params = buffer(j->m * sizeof *j->params);
    for (uint32_t m = 0; m < j->m; m++)
        j->params[m] = (struct serac_param){.bias = rand() % 1000, .mult = 1 << 30 | rand() >> 1, .shift = -6};
    l->params = j->params;
    check(serac_map_best(l, &design, &memory, &mapping, NULL, &error) == SERAC_OK, error.text);
    serac_map_footprint(l, &design, &print);
    struct serac_addresses at = {.weights = 0};
    at.input = (print.weights + 4095) / 4096 * 4096;
    at.output = at.input + (print.input + 4095) / 4096 * 4096;
    j->num_bytes = at.output + (print.output + 4095) / 4096 * 4096;
    j->bytes = buffer(j->num_bytes);
    check(serac_map_apply(l, &design, &mapping, &at, 0, true, &j->packed_insn, &error) == SERAC_OK, error.text);
    serac_pack_weights(l, &design, &j->packed_insn, j->bytes);
    for (uint64_t i = at.input; i < at.output; i++)
        j->bytes[i] = (uint8_t)(rand() >> 8);
    j->fast = serac_fast_create(1);
    check(j->fast != NULL, "out of memory");
}

static void drop_operands(struct job *j)
{
    serac_fast_destroy(j->fast);
    free(j->bytes);
    free(j->params);
    for (uint32_t i = 0; serac_gemm_method(i); i++) {
        serac_gemm_destroy(j->gemms[i]);
        free(j->packed[i]);
        j->gemms[i] = NULL;
        j->packed[i] = NULL;
    }
    dnnl_primitive_destroy(j->matmul);
    dnnl_memory_destroy(j->source);
    dnnl_memory_destroy(j->packed_weights);
    dnnl_memory_destroy(j->result);
    free(j->weights);
    free(j->acts);
    free(j->planes);
    free(j->sums);
    free(j->out);
    free(j->dnnl_out);
}

static void run_onednn(struct job *j)
{
    const dnnl_exec_arg_t args[] = {
        {DNNL_ARG_SRC, j->source}, {DNNL_ARG_WEIGHTS, j->packed_weights}, {DNNL_ARG_DST, j->result}};
    dnnl_primitive_execute(j->matmul, stream, 3, args);
    dnnl_stream_wait(stream);
}

static void run_bare(struct job *j, uint32_t i)
{
    serac_gemm_run(j->gemms[i], j->planes, j->packed[i], j->sums, j->n, j->out);
}

static void run_function(struct job *j, uint32_t i)
{
    struct serac_steady_point point;
    struct serac_counters counters;
    serac_gemm_pack(j->gemms[i], j->planes, j->n, j->packed[i], j->sums);
    serac_gemm_run(j->gemms[i], j->planes, j->packed[i], j->sums, j->n, j->out);
    serac_steady_point(&design, &j->insn, &memory, &point);
    serac_steady_times(j->steady, &point, 1, &counters);
    check(counters.cycles > 0, "no cycles");
}

static void run_layer(struct job *j)
{
    const struct serac_bus bus = {read_bytes, write_bytes, j};
    struct serac_steady_point point;
    struct serac_counters counters;
    check(serac_fast_block(j->fast, &design, &j->packed_insn, &bus) == SERAC_OK, "a layer failed");
    serac_steady_point(&design, &j->insn, &memory, &point);
    serac_steady_times(j->steady, &point, 1, &counters);
    check(counters.cycles > 0, "no cycles");
}

/* Every result of every method is oneDNN's. */
static void compare(struct job *j)
{
    run_onednn(j);
    for (uint32_t i = 0; serac_gemm_method(i); i++) {
        if (!j->gemms[i])
            continue;
        run_bare(j, i);
        for (uint32_t n = 0; n < j->n; n++)
            check(!memcmp(j->out + n * serac_gemm_stride(j->m), j->dnnl_out + (size_t)n * j->m, j->m * 4),
                  serac_gemm_method(i));
    }
}

enum { ONEDNN = -3, LAYER = -2, FUNCTION = -1 };   /* else a method alone */

static void run_once(struct job *j, int kind, uint32_t best)
{
    if (kind == ONEDNN)
        run_onednn(j);
    else if (kind == LAYER)
        run_layer(j);
    else if (kind == FUNCTION)
        run_function(j, best);
    else
        run_bare(j, (uint32_t)kind);
}

/* Milliseconds of one run, times the count; the first, which finds another's data in the caches, does not count. */
static double measure(struct job *j, int kind, uint32_t best)
{
    run_once(j, kind, best);
    double start = now();
    for (uint32_t r = 0; r < j->repeats; r++)
        run_once(j, kind, best);
    return (now() - start) / j->repeats * j->count;
}

/* Of a shape all kinds one after the other: whatever else the machine does meets all of them. */
static void measure_round(uint32_t best, double *sums, bool methods)
{
    for (uint32_t i = 0; i < num_jobs; i++)
        for (int kind = ONEDNN; kind < METHODS; kind++)
            if (kind < 0 || kind == (int)best ||
                (methods && jobs[0].gemms[kind] && !strstr(serac_gemm_method((uint32_t)kind), "plain")))
                sums[kind - ONEDNN] += measure(&jobs[i], kind, best);
}

static void bench_widths(const char *name, uint32_t w, uint32_t a, int rounds)
{
    uint32_t best = serac_gemm_best(w, a);
    for (uint32_t i = 0; i < num_jobs; i++) {
        make_operands(&jobs[i], w, a);
        make_layer(&jobs[i], w, a);
        compare(&jobs[i]);
        run_layer(&jobs[i]);
    }
    for (int r = 0; r < rounds; r++) {
        double sums[METHODS - ONEDNN] = {0};
        measure_round(best, sums, r < 3);
        printf("%s,%u,%u,%d,%s,%.3f,%.3f,%.3f,%.3f", name, w, a, r, serac_gemm_method(best), sums[0],
               sums[(int)best - ONEDNN], sums[FUNCTION - ONEDNN], sums[LAYER - ONEDNN]);
        for (int i = 0; serac_gemm_method((uint32_t)i); i++)
            printf(sums[i - ONEDNN] > 0 ? ",%.3f" : ",", sums[i - ONEDNN]);
        printf("\n");
        fflush(stdout);
    }
    for (uint32_t i = 0; i < num_jobs; i++)
        drop_operands(&jobs[i]);
}

/* A network's own widths, and no oneDNN. */
static void add_network_job(const struct serac_layer *l)
{
    struct job *j = &jobs[num_jobs++];
    check(num_jobs < JOBS, "more layers than JOBS");
    j->m = l->output.channels;
    j->n = l->pool * l->pool * l->output.height * l->output.width;
    j->k = l->kernel_h * l->kernel_w * l->input.channels;
    j->count = 1;
    j->repeats = (uint32_t)(20e6 / ((double)j->m * j->n * j->k)) + 1;
    uint32_t best = serac_gemm_best(l->weight_store_bits, l->input.bits);
    const struct serac_gemm_shape shape = {j->m, j->k, l->weight_store_bits, l->input.bits, false, l->input.is_signed};
    uint8_t *codes = buffer((size_t)j->m * j->k);
    for (size_t i = 0; i < (size_t)j->m * j->k; i++)
        codes[i] = (uint8_t)(rand() >> 8);
    j->gemms[best] = serac_gemm_create(&shape, best, codes);
    check(j->gemms[best] != NULL, "out of memory");
    j->planes = buffer(j->n * shape.act_bits * serac_gemm_plane_bytes(j->k));
    j->packed[best] = buffer(serac_gemm_room(j->gemms[best], j->n));
    j->sums = buffer(j->n * sizeof *j->sums);
    j->out = buffer(j->n * serac_gemm_stride(j->m) * 4);
    serac_gemm_pack(j->gemms[best], j->planes, j->n, j->packed[best], j->sums);
    j->shape.count = best;             /* its method */
    free(codes);
}

static int bench_network(const char *name, int rounds)
{
    struct serac_error error = {""};
    struct serac_network *network;
    check(serac_network_load(name, &network, &error) == SERAC_OK, error.text);
    for (uint32_t i = 0; i < network->num_layers; i++)
        if (network->layers[i].op == SERAC_OP_CONV)
            add_network_job(&network->layers[i]);
    for (int r = 0; r < rounds; r++) {
        double sum = 0;
        for (uint32_t i = 0; i < num_jobs; i++)
            sum += measure(&jobs[i], (int)jobs[i].shape.count, 0);
        printf("%s,%d,%.6f\n", name, r, sum);
    }
    serac_network_destroy(network);
    return 0;
}

int main(int argc, char **argv)
{
    static const uint32_t widths[WIDTHS] = {1, 2, 4, 8};
    struct serac_error error = {""};
    struct serac_workload *workload;
    cpu_set_t first;
    if (argc != 4)
        return 2;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    sched_setaffinity(0, sizeof first, &first);
    check(serac_design_load(argv[2], &design, &error) == SERAC_OK, error.text);
    check(serac_memory_load("default", &memory, &error) == SERAC_OK, error.text);
    if (serac_workload_load(argv[1], &workload, &error) != SERAC_OK)
        return bench_network(argv[1], atoi(argv[3]));
    for (uint32_t i = 0; i < workload->num_layers; i++)
        if (workload->layers[i].op == SERAC_WORKLOAD_GEMM || workload->layers[i].op == SERAC_WORKLOAD_CONV)
            add_job(&workload->layers[i]);
    serac_workload_destroy(workload);
    check(dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success &&
              dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) == dnnl_success, "oneDNN: engine");
    printf("workload,weight_bits,act_bits,round,method,onednn_ms,bare_ms,function_ms,layer_ms");
    for (uint32_t i = 0; serac_gemm_method(i); i++)
        printf(",%s_ms", serac_gemm_method(i));
    printf("\n");
    for (uint32_t w = 0; w < WIDTHS; w++)
        for (uint32_t a = 0; a < WIDTHS; a++)
            bench_widths(argv[1], widths[w], widths[a], atoi(argv[3]));
    for (uint32_t i = 0; i < num_jobs; i++)
        serac_steady_destroy(jobs[i].steady);
    dnnl_stream_destroy(stream);
    dnnl_engine_destroy(engine);
    return 0;
}
