/* serac_workload_read.h - shared by serac_workload*.c, private to them. */
#ifndef SERAC_WORKLOAD_READ_H
#define SERAC_WORKLOAD_READ_H

#include "serac_config.h"
#include "serac_workload.h"

/* Reads element `index` of `layers` into workload->layers[index], all of it
 * checked, at the workload's sizes. Earlier layers have been read. */
enum serac_status serac_workload_read_layer(const struct serac_config *config,
                                            const struct serac_group *group,
                                            struct serac_workload *workload,
                                            uint32_t index,
                                            struct serac_error *error);

/* Reads a group of sizes, NULL if there is none. `set`: they get other values
 * and must be there. */
enum serac_status serac_workload_read_sizes(const struct serac_config *config,
                                            const struct serac_group *group,
                                            bool set,
                                            struct serac_workload *workload,
                                            struct serac_error *error);

/* SERAC_E_INPUT at a size that no layer uses: a slip of one that is. */
enum serac_status serac_workload_check_sizes(const struct serac_config *config,
                                             const struct serac_workload *workload,
                                             struct serac_error *error);

struct serac_workload_range {
    const char *key;         /* for the message */
    uint64_t min, max;
};

/* The integer at `element`, or the value of the expression there: sizes, digits,
 * + - * / and parentheses. Every quotient must be whole, no difference negative. The
 * sizes in it are marked as used. */
enum serac_status serac_workload_number(const struct serac_config *config,
                                        const struct serac_group *element,
                                        struct serac_workload *workload,
                                        const struct serac_workload_range *range,
                                        uint64_t *value,
                                        struct serac_error *error);

#endif
