/* serac_sweep_read.h - shared by serac_sweep*.c, private to them. */
#ifndef SERAC_SWEEP_READ_H
#define SERAC_SWEEP_READ_H

#include "serac_config.h"
#include "serac_sweep.h"

/* A key of the file; NULL if it is not there. */
const struct serac_group *serac_sweep_child(const struct serac_config *config,
                                            const char *key);

/* precisions, weight_bits, act_bits, weight_store_bits, batch. Names have been read. */
enum serac_status serac_sweep_read_widths(const struct serac_config *config,
                                          struct serac_sweep *sweep,
                                          struct serac_error *error);

/* design, memory, technology, workload: the names become those of all variants. */
enum serac_status serac_sweep_read_variations(const struct serac_config *config,
                                              struct serac_sweep *sweep,
                                              struct serac_error *error);

/* A key and what it is set to, as texts of a variation. */
struct serac_sweep_axis {
    char keys[8][256];                 /* of one value at a time */
    uint32_t num_keys;
    struct serac_sweep_list values;
    const struct serac_group *place;   /* borrowed; in the file */
};

#define SERAC_SWEEP_AXES 32

/* A list of values, a range { from, to, step or times }, or one value. Appends to
 * *values; SERAC_E_INPUT with the place, or SERAC_E_NOMEM. */
enum serac_status serac_sweep_values(const struct serac_config *config,
                                     const struct serac_group *from,
                                     const char *key,
                                     struct serac_sweep_list *values,
                                     struct serac_error *error);

/* Appends a copy; false if out of memory. */
bool serac_sweep_append(struct serac_sweep_list *list, const char *text);
void serac_sweep_list_free(struct serac_sweep_list *list);

/* Every name with every combination of the axes' values, the first axis slowest, in place
 * of the names. `what` names them in messages. */
enum serac_status serac_sweep_expand(const struct serac_config *config,
                                     const struct serac_sweep_axis *axes,
                                     uint32_t count, const char *what,
                                     struct serac_sweep_list *names,
                                     struct serac_error *error);

#endif
