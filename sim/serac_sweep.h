/* serac_sweep.h - what a sweep file asks for. */
#ifndef SERAC_SWEEP_H
#define SERAC_SWEEP_H

#include "serac_design.h"

#define SERAC_SWEEP_NAMES 64

struct serac_sweep_list {
    uint32_t count;
    char names[SERAC_SWEEP_NAMES][256];
};

struct serac_sweep {
    struct serac_sweep_list designs, memories, technologies;
    struct serac_sweep_list networks, workloads;   /* one may be empty */
    struct serac_sweep_list precisions;            /* "W/A", with workloads */
    char dataset[256];
    uint32_t images;            /* per point; 0: all */
};

/* Keys are documented in configs/sweeps/example.cfg. */
enum serac_status serac_sweep_load(const char *name, struct serac_sweep *sweep,
                                   struct serac_error *error);

#endif
