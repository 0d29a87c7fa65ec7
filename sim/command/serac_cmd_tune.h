/* serac_cmd_tune.h - what the files of serac tune share; private to serac_cmd_tune*.c. */
#ifndef SERAC_CMD_TUNE_H
#define SERAC_CMD_TUNE_H

#include "serac_key.h"
#include "serac_tune_knobs.h"

struct serac_tune_budgets {
    bool loss;                       /* accuracy to lose at most; else cost to spend at most */
    enum serac_column column;        /* of the cost */
    double values[SERAC_TUNE_BUDGETS];
    uint32_t count;
};

/* serac_cmd_tune_show.c: prints what was measured and chosen for each budget, and writes those networks. Returns an
 * exit code. */
int serac_cmd_tune_show(struct serac_tune_job *job, struct serac_tune *t, const struct serac_tune_budgets *b,
                        const char *out, struct serac_error *error);

/* serac_cmd_tune_store.c: what was measured, in DIR/results.db. */
struct serac_tune_store {
    struct serac_db *db;
    const struct serac_network *network;
    uint8_t digests[4][SERAC_SHA256_BYTES];    /* design, memory, technology, network and images */
    uint32_t num_layers;
};

/* `names`: of design, memory, technology and network, as given. */
enum serac_status serac_tune_store_open(const struct serac_tune_job *job, const char *const names[4], const char *out,
                                        struct serac_tune_store *s, struct serac_error *error);
/* As serac_tune_job has them; `store`: a struct serac_tune_store. */
bool serac_tune_store_recall(void *store, const uint8_t *bits, struct serac_row *row);
enum serac_status serac_tune_store_keep(void *store, const uint8_t *bits, const struct serac_row *row,
                                        struct serac_error *error);

#endif
