/* serac_sweep.h - what a sweep file asks for. */
#ifndef SERAC_SWEEP_H
#define SERAC_SWEEP_H

#include "serac_expr.h"

#define SERAC_SWEEP_NAMES 64           /* in a list of the file */
#define SERAC_SWEEP_VALUES 1024        /* of one key */
#define SERAC_SWEEP_VARIANTS 1000000   /* of one kind, all combinations */
#define SERAC_SWEEP_CONSTRAINTS 32

/* Texts in order; owned. */
struct serac_sweep_list {
    uint32_t count;
    char **names;
};

struct serac_sweep_widths {
    uint32_t weight_bits, act_bits, weight_store_bits;
};

struct serac_sweep {
    /* Names, each with every variation that the file asks for: "tiny:rows=8". */
    struct serac_sweep_list designs, memories, technologies, workloads;
    bool varied_designs, varied_memories;   /* a combination may be none, and is left out */
    struct serac_sweep_list networks;       /* this or workloads may be empty */
    struct serac_sweep_widths *precisions;  /* owned; of workloads */
    uint32_t num_precisions;
    uint32_t unstorable;                    /* left out: stored wider than computed */
    uint32_t *batches;                      /* owned; of workloads */
    uint32_t num_batches;
    struct serac_expr *constraints[SERAC_SWEEP_CONSTRAINTS];    /* owned */
    uint32_t num_constraints;
    char dataset[256];
    uint32_t images;            /* per point of a network; 0: all */
};

/* Keys are documented in configs/sweeps/example.cfg and configs/README.md. On failure
 * *sweep is untouched, else the caller's to free. */
enum serac_status serac_sweep_load(const char *name, struct serac_sweep *sweep,
                                   struct serac_error *error);
void serac_sweep_free(struct serac_sweep *sweep);

#endif
