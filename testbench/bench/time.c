/* time.c - design points per second, timing alone: constant memory, mapping fixed.
 *
 * usage: time WORKLOAD DESIGN ROUNDS. A point is a design and memory on which every layer of the workload is
 * timed, by cause; layers of one shape once, as sweeps do. Points differ in planes, requantisers, latency
 * and rate of the memory, all of which every layer's time depends on; the mapping is the one found for
 * the design on the default memory at 8 bits. Prints one row a round as CSV:
 *   together   shapes made once, points that are equal for a shape once, sixteen at a time where the host has AVX-512
 *   singly     the same, one at a time
 *   anew       the instruction and its shape made for each point again
 *   timeline   nanoseconds per tile or burst of the timeline, on the same layers */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "serac_config.h"
#include "serac_map.h"
#include "serac_steady.h"
#include "serac_workload.h"

#define LAYERS 64
#define POINTS 4096
#define WALKS 32          /* points a round by the timeline */

struct job {
    struct serac_layer layer;
    struct serac_mapping mapping;
    struct serac_insn insn;
    struct serac_steady *steady;
    uint64_t times;
};

static struct serac_design design;
static struct serac_memory_config memory;
static struct job jobs[LAYERS];
static uint32_t num_jobs;

/* The points, and what they take in all. */
static struct serac_design designs[POINTS];
static struct serac_memory_config memories[POINTS];
static struct serac_steady_point points[POINTS];
static struct serac_counters counters[POINTS];
static uint64_t sums[POINTS], again[POINTS];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void check(enum serac_status status, const struct serac_error *error)
{
    if (status == SERAC_OK)
        return;
    fprintf(stderr, "bench: %s\n", error->text);
    exit(2);
}

static void add_job(const struct serac_workload_layer *l)
{
    struct serac_error error = {""};
    struct serac_layer shape;
    memset(&shape, 0, sizeof shape);
    check(serac_workload_layer_at(l, 8, 8, &shape, &error), &error);
    memset(shape.name, 0, sizeof shape.name);
    for (uint32_t i = 0; i < num_jobs; i++)
        if (!memcmp(&jobs[i].layer, &shape, sizeof shape)) {
            jobs[i].times += l->count;
            return;
        }
    struct job *j = &jobs[num_jobs++];
    struct serac_counters c;
    memcpy(&j->layer, &shape, sizeof shape);
    j->times = l->count;
    check(serac_map_best(&shape, &design, &memory, &j->mapping, NULL, &error), &error);
    check(serac_map_time(&shape, &design, &memory, &j->mapping, &c, &j->insn, &error), &error);
    j->steady = serac_steady_create(&design, &j->insn, 4096);
    if (!j->steady)
        exit(3);
}

static void make_points(void)
{
    for (uint32_t i = 0; i < POINTS; i++) {
        designs[i] = design;
        memories[i] = memory;
        designs[i].weight_planes = 1u << (i & 3);
        designs[i].act_planes = 1u << (i >> 2 & 3);
        designs[i].requant_lanes = 1u << (i >> 4 & 3);   /* legal from 8 rows on */
        memories[i].latency_cycles = 20 + 20 * (i >> 6 & 7);
        memories[i].bytes_per_cycle = 2 * (1 + (i >> 9 & 7));   /* a beat takes 1 to 8 cycles */
    }
}

typedef void times_fn(const struct serac_steady *, const struct serac_steady_point *, size_t,
                      struct serac_counters *);

/* Points per second. */
static double run(times_fn *times)
{
    double start = now();
    memset(sums, 0, sizeof sums);
    for (uint32_t k = 0; k < num_jobs; k++) {
        for (uint32_t i = 0; i < POINTS; i++)
            serac_steady_point(&designs[i], &jobs[k].insn, &memories[i], &points[i]);
        times(jobs[k].steady, points, POINTS, counters);
        for (uint32_t i = 0; i < POINTS; i++)
            sums[i] += jobs[k].times * counters[i].cycles;
    }
    return POINTS / (now() - start);
}

static double run_anew(void)
{
    uint32_t count = POINTS / 16;
    double start = now();
    memset(again, 0, sizeof again);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < num_jobs; k++) {
            struct serac_counters c;
            check(serac_map_time(&jobs[k].layer, &designs[16 * i], &memories[16 * i], &jobs[k].mapping, &c, NULL,
                                 NULL), &(struct serac_error){"no longer fits"});
            again[i] += jobs[k].times * c.cycles;
        }
    double seconds = now() - start;
    for (uint32_t i = 0; i < count; i++)
        if (again[i] != sums[16 * i])
            exit(1);
    return count / seconds;
}

/* Tiles and bursts of a point, and that the timeline agrees. */
static uint64_t walk(uint32_t point)
{
    uint64_t units = 0, cycles = 0;
    for (uint32_t k = 0; k < num_jobs; k++) {
        struct serac_counters c;
        struct serac_steady_point p;
        check(serac_map_timeline(&jobs[k].layer, &designs[point], &memories[point], &jobs[k].mapping, &c, NULL),
              &(struct serac_error){"no longer fits"});
        serac_steady_point(&designs[point], &jobs[k].insn, &memories[point], &p);
        units += c.array_busy_cycles / p.pairs + c.read_bursts + c.write_bursts;
        cycles += jobs[k].times * c.cycles;
    }
    if (cycles != sums[point])
        exit(1);
    return units;
}

/* Nanoseconds per tile or burst, over WALKS points. */
static double run_timeline(int round)
{
    uint64_t units = 0;
    double start = now();
    for (uint32_t i = 0; i < WALKS; i++)
        units += walk((uint32_t)(round * WALKS + i) * 997 % POINTS);
    return (now() - start) / (double)units * 1e9;
}

int main(int argc, char **argv)
{
    struct serac_error error = {""};
    struct serac_workload *workload;
    if (argc != 4)
        return 2;
    int rounds = atoi(argv[3]);
    check(serac_design_load(argv[2], &design, &error), &error);
    check(serac_memory_load("default", &memory, &error), &error);
    check(serac_workload_load(argv[1], &workload, &error), &error);
    for (uint32_t i = 0; i < workload->num_layers && num_jobs < LAYERS; i++)
        if (workload->layers[i].op != SERAC_WORKLOAD_HOST)
            add_job(&workload->layers[i]);
    serac_workload_destroy(workload);
    make_points();
    for (int r = 0; r < rounds; r++) {
        double together = run(serac_steady_times), singly = run(serac_steady_times_singly), anew = run_anew();
        double timeline = run_timeline(r);
        printf("%s,%u,%d,%.0f,%.0f,%.0f,%.2f\n", argv[1], num_jobs, r, together, singly, anew, timeline);
    }
    for (uint32_t k = 0; k < num_jobs; k++)
        serac_steady_destroy(jobs[k].steady);
    return 0;
}
