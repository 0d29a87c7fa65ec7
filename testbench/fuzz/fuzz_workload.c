/* fuzz_workload.c - configs/workloads: what was read has layers at every width. */
#include "fuzz.h"
#include "serac_workload.h"

static void use(struct serac_workload **loaded)
{
    struct serac_workload *w = *loaded;
    struct serac_error error = {""};
    struct serac_layer layer;
    (void)serac_workload_macs(w);
    (void)serac_workload_parameters(w);
    (void)serac_workload_host_operations(w);
    for (uint32_t i = 0; i < w->num_layers; i++)
        if (w->layers[i].op != SERAC_WORKLOAD_HOST)
            (void)fuzz_good(serac_workload_layer_at(&w->layers[i], 1 + i % 8, 8, &layer, &error), &error);
    serac_workload_destroy(w);
}

FUZZ_LOADER(struct serac_workload *, serac_workload_load, "workload.cfg")
