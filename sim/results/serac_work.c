/* serac_work.c - what a layer or a network did on the machine, summed. */
#include "serac_work.h"

#include <string.h>

#include "serac_host_memory.h"

void serac_work_add_layer(struct serac_work *w, const struct serac_design *d,
                          const struct serac_layer *l,
                          const struct serac_insn *insn,
                          const struct serac_counters *c, uint64_t times)
{
    uint64_t macs = serac_layer_macs(l);
    struct serac_activity one = {.cycles = 0};
    serac_activity_add(&one, d, l, insn, c);
    serac_activity_sum(&w->activity, &one, (double)times);
    w->macs += times * macs;
    w->products += times * macs * l->weight_bits * l->act_bits;
#define ADD(name, offset) w->counters.name += times * c->name;
    SERAC_COUNTER_LIST(ADD)
#undef ADD
}

enum serac_status serac_program_blocks(const struct serac_program *p,
                                       const struct serac_memory_config *memory,
                                       struct serac_counters *blocks)
{
    struct serac_run run = {.status = SERAC_OK};
    struct serac_host_memory host = {.bytes = NULL};
    enum serac_status status =
        serac_host_memory_init(&host, 0x80000000u, p->memory_bytes);
    if (status == SERAC_OK) {
        struct serac_bus bus = serac_host_memory_bus(&host);
        memcpy(host.bytes, p->image, p->image_bytes);
        serac_program_relocate(p, host.base, host.bytes);
        for (uint32_t i = 0; status == SERAC_OK && i < p->num_steps; i++) {
            const struct serac_program_step *step = &p->steps[i];
            if (step->host)
                continue;
            run = (struct serac_run){.blocks = blocks + step->first, .max_blocks = step->count};
            status = serac_run_program(&p->design, memory, &bus,
                                       host.base + (uint64_t)p->layers[step->first].block * SERAC_INSN_BLOCK_STRIDE,
                                       0, &run);
            if (status == SERAC_OK)
                status = run.status;
        }
    }
    serac_host_memory_free(&host);
    return status;
}
