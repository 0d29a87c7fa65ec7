/* events.c - synth_events: the terms of model/cost/serac_activity.h for a network on a design.
 *
 *     synth_events DESIGN NETWORK
 *
 * A line of CSV per group of units: its number, macro reads, macro writes, then "clock" and its
 * terms, then "data" and its terms; for scripts/synth/fit.py. With the memory that `serac
 * cosim --netlist` uses unless told otherwise, configs/memory/default.cfg. */
#include <stdio.h>
#include <stdlib.h>

#include "serac_config.h"
#include "serac_work.h"

static enum serac_status count(const struct serac_design *d,
                               const struct serac_network *network,
                               struct serac_activity *activity,
                               struct serac_error *error)
{
    struct serac_memory_config timing;
    struct serac_program *p = NULL;
    struct serac_counters *blocks = calloc(network->num_layers, sizeof *blocks);
    enum serac_status status = blocks ? SERAC_OK : SERAC_E_NOMEM;
    if (status == SERAC_OK)
        status = serac_memory_load("default", &timing, error);
    if (status == SERAC_OK)
        status = serac_program_build(network, d, &timing, &p, error);
    if (status == SERAC_OK)
        status = serac_program_blocks(p, &timing, blocks);
    for (uint32_t i = 0; status == SERAC_OK && i < network->num_layers; i++)
        if (p->layers[i].block != SERAC_NO_BLOCK)
            serac_activity_add(activity, d, &network->layers[i], &p->layers[i].insn, &blocks[i]);
    serac_program_destroy(p);
    free(blocks);
    return status;
}

int main(int argc, char **argv)
{
    struct serac_error error = {""};
    struct serac_design design;
    struct serac_network *network = NULL;
    struct serac_activity activity = {.cycles = 0};
    struct serac_activity_terms terms[SERAC_GROUPS];
    if (argc != 3) {
        fprintf(stderr, "usage: synth_events DESIGN NETWORK\n");
        return 2;
    }
    enum serac_status status = serac_design_load(argv[1], &design, &error);
    if (status == SERAC_OK)
        status = serac_network_load(argv[2], &network, &error);
    if (status == SERAC_OK)
        status = count(&design, network, &activity, &error);
    serac_network_destroy(network);
    if (status != SERAC_OK) {
        fprintf(stderr, "synth_events: %s\n", error.text[0] ? error.text : "failed");
        return 2;
    }
    serac_activity_terms(&design, &activity, terms);
    for (int g = 0; g < SERAC_GROUPS; g++) {
        const struct serac_activity_terms *t = terms + g;
        printf("%d,%.9g,%.9g,clock", g, t->reads, t->writes);
        for (uint32_t i = 0; i < t->clock_terms; i++)
            printf(",%.9g", t->clock[i]);
        printf(",data");
        for (uint32_t i = 0; i < t->data_terms; i++)
            printf(",%.9g", t->data[i]);
        printf("\n");
    }
    return 0;
}
