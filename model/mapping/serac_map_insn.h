/* serac_map_insn.h - the fields of an instruction, section by section; private to serac_map*.c.
 *
 * Those that return a bool: false if a value is beyond its field. */
#ifndef SERAC_MAP_INSN_H
#define SERAC_MAP_INSN_H

#include "serac_geometry.h"

/* Fetch's but for addresses, segment_beats and what is the program's. */
void serac_map_set_fetch(struct serac_insn_fetch *f, const struct serac_geometry *g, const struct serac_layer *l,
                         const struct serac_mapping *m, uint32_t run_last);
/* Execute's, after fetch's and its segment_beats. `rest`: pixels of the last tile. */
bool serac_map_set_exec(struct serac_insn_exec *e, const struct serac_geometry *g, const struct serac_layer *l,
                        const struct serac_design *d, const struct serac_mapping *m,
                        const struct serac_insn_fetch *f, uint32_t rest);
/* Store's, and execute's that follow from them. */
bool serac_map_set_output(struct serac_insn *insn, const struct serac_geometry *g, const struct serac_layer *l,
                          const struct serac_design *d, const struct serac_mapping *m);
void serac_map_set_addresses(struct serac_insn *insn, const struct serac_geometry *g, const struct serac_layer *l,
                             const struct serac_addresses *a);

#endif
