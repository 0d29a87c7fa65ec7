/* time.c - time in closed form against the timeline, on as many random layers as wanted.
 *
 * usage: time COUNT SEED FIRST. Each layer is also timed beside sixteen neighbours with other memories
 * and planes, sixteen at once. Stops at the first difference and says which case it was. */
#include <stdlib.h>
#include <time.h>

#include "steady.h"

static struct serac_counters sums;

static void add(const struct serac_counters *c)
{
#define ADD(name, offset) sums.name += c->name;
    SERAC_COUNTER_LIST(ADD)
#undef ADD
}

/* Sixteen points around the case's own; the last one but one is timed by the timeline as well. */
static int compare(struct steady_case *c, uint64_t seed, uint64_t index)
{
    struct serac_counters walked, closed[17];
    struct serac_steady_point points[17];
    struct steady_case other = *c, last = *c;
    struct serac_rng rng = {index};
    if (steady_walk(c, &walked) != SERAC_OK) {
        fprintf(stderr, "FAIL time: seed %llu case %llu: the timeline ends with an error\n",
                (unsigned long long)seed, (unsigned long long)index);
        return 1;
    }
    struct serac_steady *s = serac_steady_create(&c->design, &c->insn, c->program);
    if (!s) {
        fprintf(stderr, "FAIL time: seed %llu case %llu: no closed form\n", (unsigned long long)seed,
                (unsigned long long)index);
        return 1;
    }
    serac_steady_point(&c->design, &c->insn, &c->memory, &points[0]);
    for (int i = 1; i < 17; i++) {
        other.memory.latency_cycles = steady_pick(&rng, 1, 200);
        other.memory.bytes_per_cycle = steady_pick(&rng, 1, 64);
        other.design.weight_planes = 1u << steady_pick(&rng, 0, 3);
        serac_steady_point(&other.design, &other.insn, &other.memory, &points[i]);
        if (i == 15)
            last = other;
    }
    serac_steady_times(s, points, 17, closed);   /* sixteen at once, one alone */
    int different = steady_differences(seed, index, &walked, &closed[0]);
    add(&walked);
    serac_steady_times_singly(s, points, 1, closed);
    different += steady_differences(seed, index, &walked, &closed[0]);
    if (!different && index % 8 == 0 && steady_walk(&last, &walked) == SERAC_OK)
        different = steady_differences(seed, index, &walked, &closed[15]);
    serac_steady_destroy(s);
    return different;
}

int main(int argc, char **argv)
{
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    for (uint64_t i = first; i < first + count; i++) {
        struct steady_case c;
        steady_make(seed, i, &c);
        if (compare(&c, seed, i)) {
            fprintf(stderr, "repeat: build/soak/time 1 %llu %llu\n", (unsigned long long)seed,
                    (unsigned long long)i);
            return 1;
        }
    }
    printf("%llu layers, %llu cycles: busy %.1f, fetch %.1f, requant %.1f, store %.1f, fill and drain %.1f %%; "
           "closed form = timeline\n", (unsigned long long)count, (unsigned long long)sums.cycles,
           100.0 * (double)sums.array_busy_cycles / (double)sums.cycles,
           100.0 * (double)sums.stall_fetch_cycles / (double)sums.cycles,
           100.0 * (double)sums.stall_requant_cycles / (double)sums.cycles,
           100.0 * (double)sums.stall_store_cycles / (double)sums.cycles,
           100.0 * (double)sums.fill_drain_cycles / (double)sums.cycles);
    return count == 0;
}
