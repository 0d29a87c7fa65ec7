/* serac_tune.h - widths per layer: what they cost, what they lose, and which are worth it.
 *
 * A knob is the width of one layer's weights, or of the activations that one layer makes (of two tensors that are
 * added: of both). Widths are searched on a set of images that the network was not trained on. The loss of one knob at one
 * width is measured; losses and layers' costs are then taken to add up, and the cheapest sums of every size are
 * measured, on the timeline and on the images. From the best of them, steps of one or two knobs go on while they
 * pay and evaluations are left. Widths at which a sum could overflow or a layer does not fit are left out. */
#ifndef SERAC_TUNE_H
#define SERAC_TUNE_H

#include "serac_infer.h"
#include "serac_narrow.h"

#define SERAC_TUNE_WIDTHS 8
#define SERAC_TUNE_BUDGETS 8
#define SERAC_TUNE_LAYERS 256
#define SERAC_TUNE_KNOBS (2 * SERAC_TUNE_LAYERS)     /* layer i's weights: i; its activations: LAYERS + i */
#define SERAC_TUNE_CALIBRATION 200                   /* images at most that activations' ratios are fitted on */

/* Ascending; the layers' own widths are always there. */
struct serac_tune_widths {
    uint32_t bits[SERAC_TUNE_WIDTHS], count;
};

struct serac_tune_job {
    const struct serac_setting *setting;
    const struct serac_network *network;     /* 8-bit weights, say */
    const char *dataset;                     /* validation; NULL: the network's own held-out images */
    uint64_t images;                         /* of it; 0: all */
    const char *test;                        /* NULL: the chosen ones are not confirmed */
    enum serac_column cost;                  /* cycles, time_us, energy_uj or weight_bytes */
    struct serac_tune_widths weights, acts;  /* acts.count 0: activations stay as they are */
    uint32_t evaluations;                    /* at most; knobs alone and uniform widths not counted */
    bool progress;
    /* NULL, or a store of what was measured: the total row of these widths, if it has it ... */
    bool (*recall)(void *ctx, const uint8_t *bits, struct serac_row *row);
    /* ... and after every point, new or not. */
    enum serac_status (*keep)(void *ctx, const uint8_t *bits, const struct serac_row *row,
                              struct serac_error *error);
    void *ctx;
};

/* One assignment that was measured. */
struct serac_tune_point {
    uint8_t bits[SERAC_TUNE_KNOBS];          /* 0: not tuned */
    struct serac_row row;                    /* the total's; accuracy on the validation images */
    double accuracy, cost;
    uint64_t correct, tested, right;         /* of the images; of the test set, if it was confirmed */
    bool uniform;                            /* all weights at one width, all activations at one, as far as it goes */
};

struct serac_tune {
    struct serac_tune_point *points;         /* owned; [0]: as the network is */
    uint32_t num_points, room;
    uint8_t own[SERAC_TUNE_KNOBS];           /* the network's widths; 0: not tuned */
    uint16_t with[SERAC_TUNE_KNOBS];         /* the knob that this one goes with: itself or a lower one */
    struct serac_narrow_act *acts;           /* owned; [layer][width of job->acts]; bits 0: not one of its widths */
    double *sensitivity;                     /* owned; [knob][width]: accuracy lost by it alone */
    double *costs;                           /* owned; [layer][width of weights][width of its input] */
};

/* Everything but the budgets. SERAC_E_INPUT: nothing in the network can be tuned, or no data. */
enum serac_status serac_tune_run(const struct serac_tune_job *job, struct serac_tune *tune,
                                 struct serac_error *error);
/* The cheapest measured point that loses at most `loss` against point 0, among uniform ones only or all. */
uint32_t serac_tune_best(const struct serac_tune *tune, double loss, bool uniform);
/* The most accurate one that costs at most `cost`. UINT32_MAX: none. */
uint32_t serac_tune_most_accurate(const struct serac_tune *tune, double cost, bool uniform);
/* Goes on from the best point of a budget while that pays. */
enum serac_status serac_tune_refine(const struct serac_tune_job *job, struct serac_tune *tune, double loss,
                                    struct serac_error *error);
/* Measures a point on job->test, once. */
enum serac_status serac_tune_confirm(const struct serac_tune_job *job, struct serac_tune *tune, uint32_t point,
                                     struct serac_error *error);
/* The network at these widths; *copy is the caller's. Errors as serac_narrow()'s. */
enum serac_status serac_tune_network(const struct serac_tune_job *job, const struct serac_tune *tune,
                                     const uint8_t *bits, const char *name, struct serac_build *copy,
                                     struct serac_error *error);
/* The widths of all layers of the machine, tuned or not: weights, and after a slash activations that they make, as
 * "8-4-4-2/8-6-8". */
#define SERAC_TUNE_TEXT (2 * SERAC_TUNE_KNOBS + 2)
void serac_tune_text(const struct serac_network *network, const uint8_t *bits, char text[SERAC_TUNE_TEXT]);
void serac_tune_free(struct serac_tune *tune);

#endif
