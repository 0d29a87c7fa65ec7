/* serac_infer.h - one network on one device through the driver, measured. */
#ifndef SERAC_INFER_H
#define SERAC_INFER_H

#include <stdio.h>

#include "serac_cli.h"
#include "serac_program.h"
#include "serac_result.h"

struct serac_infer_job {
    const struct serac_setting *setting;
    const char *network;         /* name or path */
    const struct serac_network *built;   /* NULL, or the network itself (`network` only names it) */
    const char *backend;         /* model, rtl, systemc, systemc-rtl */
    const char *dataset;         /* NULL: the network's own, 500 images */
    const char *input;           /* NULL, or a file of raw inputs in place of a data set */
    uint64_t limit;              /* images; 0: all */
    FILE *outputs;               /* NULL, or gets raw outputs, a line per image */
    void (*take)(void *ctx, const int32_t *outputs, uint32_t count);   /* NULL, or gets each image's */
    void *ctx;
    const char *trace;           /* NULL, or a file for the first image's timeline or
                                    waveform (serac_recording.h) */
    const char *trace_cycles;    /* NULL, or the waveform's cycles */
    uint32_t threads;            /* that share images, or a layer if these are few, of the model; 0 is 1 */
    bool progress;
};

struct serac_infer_result {
    struct serac_row *rows;      /* owned: one per layer, total last */
    size_t num_rows;
    uint64_t images, correct;
    bool labelled;               /* `correct` and `log_loss` are known */
    double log_loss;             /* mean of -ln(probability of the label), the outputs times their scale
                                    being logits; NAN where the network ends with softmax */
    uint32_t host_layers;        /* rows whose backend is "host" */
    double host_us;              /* an image's, on this computer: not in the total row */
    uint64_t host_bytes;         /* read and written by them */
    double float_accuracy;       /* < 0: unknown */
};

/* SERAC_E_INPUT, with the reason: network, data, design or backend cannot be had, or do not go together; SERAC_E_FIT;
 * SERAC_E_NOMEM; else what the driver returned. On failure nothing of *result is to be freed. */
enum serac_status serac_infer_run(const struct serac_infer_job *job,
                                  struct serac_infer_result *result,
                                  struct serac_error *error);
void serac_infer_free(struct serac_infer_result *result);

/* Bounds of the 95 % Wilson score interval of `right` out of `n`. */
void serac_wilson(uint64_t right, uint64_t n, double *low, double *high);

#endif
