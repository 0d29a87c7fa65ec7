/* serac_advise.h - which widths and which design suit a task profile, and why.
 *
 * Every width of the accuracy table is held against the profile's limits on every design it allows: time and energy
 * are the cycle model's for the profile's workload, losses those of the measured network nearest in size. Or
 * what serac tune measured of the user's own network is held against them: its losses and costs, on its design. */
#ifndef SERAC_ADVISE_H
#define SERAC_ADVISE_H

#include "serac_accuracy.h"
#include "serac_cli.h"
#include "serac_result.h"
#include "serac_tune.h"
#include "serac_profile.h"
#include "serac_workload.h"

#define SERAC_ADVICE_WHY 256

struct serac_advise_job {
    const struct serac_profile *profile;
    const struct serac_workload *workload;
    const struct serac_accuracy *accuracy;
    const struct serac_setting *setting;     /* memory and technology; its design is not used */
    const char *tune;                        /* NULL, or serac tune's folder, in place of accuracies and times */
    bool progress;                           /* on a terminal */
};

/* A width on a design. What was not timed is NAN. */
struct serac_advice_point {
    uint32_t weight_bits, act_bits;          /* of tuned widths, the narrowest */
    char widths[SERAC_TUNE_TEXT];            /* "4/8"; layer by layer where they are mixed */
    char design[256];                        /* "": not timed */
    double latency_ms, energy_uj, power_w;   /* of one input; power of all devices, at the profile's rate */
    double devices;                          /* NAN: no rate */
    uint64_t memory_bytes;                   /* weights packed, and if timed the workload's activations */
    struct serac_accuracy_loss loss;
    char excluded[SERAC_ADVICE_WHY];         /* "": meets every limit */
};

struct serac_advice {
    struct serac_matrix matrix;
    uint64_t parameters;                     /* the user's network's, as the profile or the workload says */
    double scale;                            /* of time and energy: parameters over the workload's */
    uint32_t num_points, best;               /* best: UINT32_MAX if none meets all limits */
    uint32_t head_bits;                      /* of the weights of a regression head; 0: no head */
    struct serac_advice_point *points;       /* owned */
};

/* Of those that meet all limits: least cost of devices where the profile asks for it, then least energy,
 * then least memory. A design on which a layer does not fit is excluded, with the reason. Of tuned assignments
 * those that another beats in loss, latency, energy and memory are left out, but for the first, the network as it is,
 * against which losses count. SERAC_E_INPUT: a folder that has none, or of another kind of hardware. On failure
 * *advice holds nothing. */
enum serac_status serac_advise(const struct serac_advise_job *job, struct serac_advice *advice,
                               struct serac_error *error);
void serac_advise_free(struct serac_advice *advice);

#endif
