/* serac_accuracy.h - accuracy against bits, as scripts/train/accuracy.py measured it. */
#ifndef SERAC_ACCURACY_H
#define SERAC_ACCURACY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serac_design.h"

#define SERAC_ACCURACY_NAME 32

/* One trained network: a row of reports/accuracy.csv. */
struct serac_accuracy_row {
    char network[SERAC_ACCURACY_NAME], method[SERAC_ACCURACY_NAME];
    uint64_t parameters;
    uint32_t weight_bits, act_bits;              /* 32: float */
    double held_out_loss, accuracy, log_loss;    /* log losses in nats; accuracy 0..1 */
};

struct serac_accuracy {
    struct serac_accuracy_row *rows;             /* owned */
    size_t count;
};

/* What a width costs on the measured network that is nearest in size. */
struct serac_accuracy_loss {
    const char *network, *method;                /* borrowed from the table */
    uint64_t parameters;
    double loss;         /* classification: points of accuracy; generation: percent of perplexity */
    bool outside;        /* the size asked for is smaller or larger than all measured */
};

/* Reads the columns it needs, found by name. SERAC_E_INPUT, with file and line, if one is missing or a
 * cell is no number. On failure *table is untouched. */
enum serac_status serac_accuracy_load(const char *path, struct serac_accuracy *table, struct serac_error *error);
void serac_accuracy_free(struct serac_accuracy *table);

/* Mean over the seeds against the float networks' mean, for the training method whose log loss on held-out
 * data is the least. `generation`: language models, else the others. false: these widths were not measured. */
bool serac_accuracy_find(const struct serac_accuracy *table, bool generation, uint64_t parameters,
                         uint32_t weight_bits, uint32_t act_bits, struct serac_accuracy_loss *loss);

#endif
