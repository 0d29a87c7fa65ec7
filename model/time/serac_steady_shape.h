/* serac_steady_shape.h - the shape of a layer's recurrence; private to serac_steady*.
 *
 * Everything is a sequence of words, and equal sequences are one: a train of bursts, an
 * iteration, a row (the iterations of the inner loop), the whole. Sequences are known by the place of their
 * first word.
 *
 *   train      bursts, parts, first part of the last command, (beats, bursts of a part)...
 *   iteration  uses, train of weights or NONE, of activations or NONE, lines before them that are padding,
 *              flags, fragments, (m-tiles, opens an output tile?, train that stores it or NONE)...
 *   plan       uses, elements, loops, (first element, period, repeats, uses)..., elements
 *
 * A plan's elements are iterations (a row) or rows (the whole), its loops cover them in order. */
#ifndef SERAC_STEADY_SHAPE_H
#define SERAC_STEADY_SHAPE_H

#include "serac_steady.h"

#define SERAC_STEADY_NONE 0      /* place 0 is the length of the first sequence */
#define SERAC_STEADY_LOOP 4      /* words of a loop */

enum { SERAC_USES_READS = 1, SERAC_USES_WEIGHTS = 2, SERAC_USES_ACTS = 4, SERAC_USES_STORES = 8 };
enum { SERAC_FREES_WEIGHTS = 1, SERAC_FREES_ACTS = 2, SERAC_LAST_TILE = 4 };

struct serac_steady {
    uint32_t *words;             /* each sequence behind its length */
    uint32_t num_words, max_words;
    uint32_t *table;             /* hash table of places, 0: free */
    uint32_t slots, used;
    bool failed;                 /* out of memory */
    uint32_t whole;              /* the plan of all */
    uint32_t program;            /* the train that reads the block */
    /* Uniform over iterations. */
    uint32_t cols, outstanding, section_cycles;
    uint32_t wgt_halves, act_halves;
    uint32_t most_skipped;       /* lines of padding before a tile's */
    uint32_t last_cols;          /* of the last tile: columns drained in its first tiles ... */
    uint64_t tiles;              /* an m-tile's tiles ... */
    uint64_t last_full, last_less;   /* ... in the last tile: with last_cols, with one less */
    /* Sums over the layer. */
    uint64_t iterations, drained_tiles, results;
    uint64_t bytes_read, bytes_written, read_bursts, write_bursts;
};

/* The counters beside cycles and stalls, which are there. */
void serac_steady_complete(const struct serac_steady *steady,
                           const struct serac_steady_point *point,
                           struct serac_counters *counters);

/* Walks all iterations of the block at `program`: the plan of all, and sums. False: a shape that is not for
 * us, or no memory. Needs `cols`. */
bool serac_steady_walk(struct serac_steady *steady, const struct serac_insn *insn, uint64_t program,
                       uint32_t beat);

/* Cycles and stalls of one point, or of sixteen none of which takes 2^31 cycles. */
void serac_steady_one(const struct serac_steady *steady,
                      const struct serac_steady_point *points,
                      struct serac_counters *counters);
bool serac_steady_has_sixteen(void);
void serac_steady_sixteen(const struct serac_steady *steady,
                          const struct serac_steady_point *points,
                          struct serac_counters *counters);

#endif
