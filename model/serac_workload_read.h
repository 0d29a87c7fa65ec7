/* serac_workload_read.h - shared by serac_workload*.c, private to them. */
#ifndef SERAC_WORKLOAD_READ_H
#define SERAC_WORKLOAD_READ_H

#include "serac_config.h"
#include "serac_workload.h"

/* Reads element `index` of `layers` into workload->layers[index], all of it
 * checked. Earlier layers have been read. */
enum serac_status serac_workload_read_layer(const struct serac_config *config,
                                            const struct serac_group *group,
                                            struct serac_workload *workload,
                                            uint32_t index,
                                            struct serac_error *error);

#endif
