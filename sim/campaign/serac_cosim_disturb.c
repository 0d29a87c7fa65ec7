/* serac_cosim_disturb.c - serac cosim --random N --disturb: errors and resets put into
 * random programs, and what they covered. */
#include "serac_cosim_disturb.h"

#include <stdio.h>
#include <string.h>

#include "serac_rng.h"

static uint64_t draw(struct serac_rng *rng, uint64_t below)
{
    return serac_rng_next(rng) % below;
}

/* One of `count`; often the first or the last. */
static uint64_t place(struct serac_rng *rng, uint64_t count)
{
    switch (draw(rng, 6)) {
    case 0: return 0;
    case 1: return count - 1;
    default: return draw(rng, count);
    }
}

static struct serac_disturbance choose(struct serac_rng *rng, const struct serac_counters *run)
{
    struct serac_disturbance d = {.reset_edges = 1 + (uint32_t)draw(rng, 3)};
    struct serac_memory_error *e = &d.error;
    if (draw(rng, 3) == 0) {
        d.reset_cycle = place(rng, run->cycles);
        return d;
    }
    e->channel = draw(rng, 2) ? SERAC_WRITE : SERAC_READ;
    e->response = draw(rng, 2) ? 3 : 2;
    e->burst = place(rng, e->channel == SERAC_READ ? run->read_bursts : run->write_bursts);
    e->beat = (uint32_t)place(rng, 128);
    e->lasting = draw(rng, 2);
    return d;
}

static void count_disturbance(struct serac_disturb_counts *h, const struct serac_disturbance *d)
{
    const struct serac_memory_error *e = &d->error;
    if (!e->response)
        return;
    h->errors[e->channel][e->response == 3]++;
    h->lasting += e->lasting;
    h->first += e->burst == 0;
    if (e->channel == SERAC_READ)
        h->beats[e->beat == 0 ? 0 : e->beat == 127 ? 2 : 1]++;
}

enum serac_status serac_cosim_disturb(const struct serac_design *design, struct serac_random_case *made,
                                      const struct serac_rtl_ops *ops, uint64_t seed,
                                      struct serac_disturb_counts *h, struct serac_lockstep_result *result,
                                      struct serac_error *error)
{
    struct serac_disturbance list[SERAC_DISTURB_EACH];
    struct serac_bus bus = serac_host_memory_bus(&made->memory);
    struct serac_run run = {.blocks = NULL};
    struct serac_rng rng = {seed};
    /* In every other program addresses wait for long, also when an error comes. */
    if (draw(&rng, 2)) {
        made->memory_config.address_stall_percent = 70;
        made->memory_config.max_stall_cycles = 40;
    }
    enum serac_status status = serac_run_time(design, &made->memory_config, &bus, made->program, NULL, &run);
    if (status != SERAC_OK)
        return status;
    if (run.status != SERAC_OK) {      /* a program that is broken on purpose has its own error */
        h->broken++;
        return SERAC_OK;
    }
    for (uint32_t i = 0; i < SERAC_DISTURB_EACH; i++) {
        list[i] = choose(&rng, &run.total);
        count_disturbance(h, list + i);
    }
    status = serac_lockstep_disturbed(design, &made->memory_config, ops, &made->memory, made->program, seed, list,
                                      SERAC_DISTURB_EACH, result, error);
    h->programs++;
    h->resets += result->resets;
    h->reset_reads += result->reset_reads;
    h->reset_writes += result->reset_writes;
    h->reset_waiting += result->reset_waiting;
    h->reset_polls += result->reset_polls;
    h->error_waiting += result->error_waiting;
    h->cycles += result->cycles_compared;
    h->transfers += result->transfers;
    return status;
}

bool serac_cosim_disturb_print(const struct serac_disturb_counts *h)
{
    printf("errors         read SLVERR:%u DECERR:%u, first beat:%u later:%u last:%u; write SLVERR:%u DECERR:%u; in "
           "the first burst:%u; all behind it, too:%u; while a transfer waits:%u\n", h->errors[SERAC_READ][0],
           h->errors[SERAC_READ][1], h->beats[0], h->beats[1], h->beats[2], h->errors[SERAC_WRITE][0],
           h->errors[SERAC_WRITE][1], h->first, h->lasting, h->error_waiting);
    printf("resets         %u; with reads open:%u writes open:%u a transfer waiting:%u a register access open:%u\n",
           h->resets, h->reset_reads, h->reset_writes, h->reset_waiting, h->reset_polls);
    printf("%u programs, each disturbed %d times and then run to its end on the same device; %u broken ones left "
           "out\n%llu cycles compared and %llu AXI transfers checked, no difference\n", h->programs,
           SERAC_DISTURB_EACH, h->broken, (unsigned long long)h->cycles, (unsigned long long)h->transfers);
    const uint32_t bins[] = {h->errors[0][0], h->errors[0][1], h->errors[1][0], h->errors[1][1], h->beats[0],
                             h->beats[1], h->beats[2], h->first, h->lasting, h->resets, h->reset_reads,
                             h->reset_writes, h->reset_waiting, h->reset_polls, h->error_waiting};
    for (size_t i = 0; i < sizeof bins / sizeof *bins; i++)
        if (!bins[i])
            return false;
    return true;
}
