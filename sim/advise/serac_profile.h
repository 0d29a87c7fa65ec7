/* serac_profile.h - a task profile: what a user has, needs and tolerates. */
#ifndef SERAC_PROFILE_H
#define SERAC_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "serac_design.h"

#define SERAC_PROFILE_DESIGNS 8

enum serac_hardware { SERAC_HARDWARE_ASIC, SERAC_HARDWARE_FPGA, SERAC_HARDWARE_ARM, SERAC_HARDWARE_CPU,
                      SERAC_HARDWARE_GPU };

struct serac_profile {
    char name[64], about[256];
    bool generation;             /* what is lost is perplexity; else points of accuracy */
    bool harm;                   /* a wrong answer harms or binds somebody */
    bool head;                   /* its last layers regress: boxes, masks */
    char workload[256];          /* shapes that are timed */
    uint64_t parameters;         /* of the user's network; 0: the workload's */
    enum serac_hardware hardware;
    uint32_t num_designs;
    char designs[SERAC_PROFILE_DESIGNS][256];
    uint64_t memory_bytes;       /* packed weights and activations; 0: no limit */
    double latency_ms;           /* of one input; 0: no limit */
    double power_w;              /* mean, at the rate below; 0: no limit */
    double loss;                 /* tolerated: points of accuracy, or percent of perplexity */
    double requests_per_second;  /* 0: one after the other, without pause */
    double cost_per_device;      /* any currency; 0: not asked */
};

/* Reads a name in configs/profiles or a path; keys in configs/README.md. On failure *profile is
 * untouched. */
enum serac_status serac_profile_load(const char *name, struct serac_profile *profile, struct serac_error *error);
const char *serac_hardware_name(enum serac_hardware hardware);

/* The scoring matrix: four criteria of 0..10. Anchors at 10, 5, 0, linear in between (memory and parameters in
 * their logarithm): resources 50 MB, 1 GB, 16 GB or no limit; tolerated loss 5, 3, 0; parameters 1 B, 316 M, 100 M;
 * hardware ASIC or FPGA, ARM, CPU or GPU. */
struct serac_matrix {
    double resources, loss, parameters, hardware, sum;
    uint32_t narrow, wide;       /* weight bits that the sum's band speaks for; 0, 0: none below 8 */
    const char *band;            /* in words */
};
void serac_matrix_score(const struct serac_profile *profile, uint64_t parameters, struct serac_matrix *matrix);

#endif
