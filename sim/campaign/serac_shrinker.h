/* serac_shrinker.h - a case that is being shrunk; private to serac_shrink*.c. */
#ifndef SERAC_SHRINKER_H
#define SERAC_SHRINKER_H

#include <time.h>

#include "serac_legal.h"
#include "serac_shrink.h"

struct serac_shrinker {
    struct serac_case *best;
    struct serac_insn blocks[SERAC_LEGAL_BLOCKS];   /* of best */
    uint32_t count;
    bool legal, overhang, deadlock;                 /* what best was at first */
    const struct serac_rtl_ops *ops;
    struct serac_shrink *how;
    struct serac_error *error;
    enum serac_status status;                       /* anything but a difference ends it */
    time_t end;
};

/* Is the program, in the case's memory, as legal as the best was at first? */
bool serac_shrink_allows(const struct serac_shrinker *s, const struct serac_case *c, const struct serac_insn *blocks,
                         uint32_t count);
bool serac_shrink_gives_up(const struct serac_shrinker *s);
/* Runs the candidate, which is taken over or freed; true if it differs: it is the best then. */
bool serac_shrink_differs(struct serac_shrinker *s, struct serac_case *c);
bool serac_shrink_try_blocks(struct serac_shrinker *s, const struct serac_insn *blocks, uint32_t count);

/* serac_shrink_fields.c: smaller fields of block i; true if any is. */
bool serac_shrink_fields(struct serac_shrinker *s, uint32_t i);

/* serac_shrink_memory.c: simpler timing; true if any is. */
bool serac_shrink_timing(struct serac_shrinker *s);
/* Closes the gaps between tensors; what lies on each other stays so. */
void serac_shrink_places(struct serac_shrinker *s);
/* Cuts the memory behind the last byte that is used. */
void serac_shrink_memory(struct serac_shrinker *s);
/* Zeros for bytes from..to of the memory where they may be: halves what must stay until it is a few bytes. */
void serac_shrink_data(struct serac_shrinker *s, uint64_t from, uint64_t to);

#endif
