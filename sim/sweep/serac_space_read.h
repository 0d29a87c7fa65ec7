/* serac_space_read.h - shared by serac_space*.c, private to them. */
#ifndef SERAC_SPACE_READ_H
#define SERAC_SPACE_READ_H

#include "serac_network.h"
#include "serac_space.h"

/* One thing with its digest. */
struct serac_space_part {
    uint8_t digest[SERAC_SHA256_BYTES];
    union {
        struct serac_design design;
        struct serac_memory_config memory;
    } is;
};

struct serac_space_program {
    uint8_t digest[SERAC_SHA256_BYTES];
    struct serac_network *network;       /* owned; this, */
    char dataset[256];                   /* the one it runs on, */
    struct serac_workload *workload;     /* owned; or this */
};

/* A name of the rows that had to be cut, and the sweep's. */
struct serac_space_name {
    const char *kind, *name, *whole;     /* borrowed */
};

struct serac_space {
    const struct serac_sweep *sweep;     /* borrowed */
    struct serac_space_part *designs, *memories;     /* owned */
    struct serac_tech *technologies;                 /* owned */
    uint8_t (*technology_digests)[SERAC_SHA256_BYTES];
    uint32_t num_designs, num_memories, num_technologies;
    struct serac_space_program *programs;            /* owned */
    uint32_t num_programs;               /* networks, then workloads */
    struct serac_space_name *names;      /* owned */
    uint32_t num_names;
    uint64_t runs;                       /* programs with their widths and batches */
    struct serac_space_tally tally;
    uint64_t count;
    uint64_t *combinations;              /* owned; of each point */
    char (*keys)[SERAC_DB_KEY];          /* owned */
    char id[SERAC_DB_KEY];
};

/* One combination, taken apart. */
struct serac_space_point {
    const struct serac_space_part *design, *memory;
    const struct serac_tech *technology;
    const uint8_t *technology_digest;
    const struct serac_space_program *program;
    struct serac_sweep_widths widths;    /* of workloads */
    uint32_t batch;
};

/* Files of designs, memories, technologies, networks with their data, workloads. */
enum serac_status serac_space_read(struct serac_space *space,
                                   struct serac_error *error);

struct serac_space_point serac_space_point(const struct serac_space *space,
                                           uint64_t combination);
/* What is known of a point before it runs. */
void serac_space_known(const struct serac_space_point *point, struct serac_row *row);

#endif
