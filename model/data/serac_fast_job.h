/* serac_fast_job.h - one run of a layer, and the room that it takes. Private to serac_fast*.c. */
#ifndef SERAC_FAST_JOB_H
#define SERAC_FAST_JOB_H

#include "serac_fast_layer.h"

/* Output pixels at a time, so that their results stay in the second cache; the most threads. */
enum { SERAC_FAST_CHUNK = 96, SERAC_FAST_THREADS = 64 };

/* Memory that stays from run to run, and grows. */
struct serac_fast_buffer {
    void *at;                           /* owned */
    size_t bytes;
};

/* A thread's share of the output pixels, and its room: for SERAC_FAST_CHUNK pixels each. */
struct serac_fast_share {
    const struct serac_fast_job *job;
    uint32_t first, end;
    struct serac_fast_buffer planes_room, packed_room, sums_room, dots_room, held_room;
    uint8_t *planes;
    void *packed;
    int32_t *sums, *dots, *held;
};

struct serac_fast {
    uint32_t threads;
    struct serac_fast_layer *layers;
    struct serac_fast_buffer acts, pad, out, bytes;
    struct serac_fast_share shares[SERAC_FAST_THREADS];
};

/* One run of a layer. */
struct serac_fast_job {
    const struct serac_design *design;
    const struct serac_insn *insn;
    const struct serac_fast_layer *layer;
    uint8_t *acts;                      /* [line][line_bytes] */
    uint8_t *pad;                       /* a padded pixel's planes */
    /* Where the method works on bytes: the picture with its borders, [height][width][step]. */
    uint8_t *bytes;
    uint32_t height, width;
    size_t step;
    uint8_t *out;                       /* [pixel][pixel_bytes] */
};

/* serac_fast.c: `bytes` bytes that start on a multiple of 64, rounded up to one, and 64 spare ones; NULL: no memory. */
void *serac_fast_room(struct serac_fast_buffer *buffer, size_t bytes);

/* serac_fast_input.c: activations as they lie in memory, and what a padded pixel has. */
enum serac_status serac_fast_load_lines(struct serac_fast_job *job, const struct serac_bus *bus);
void serac_fast_make_pad(struct serac_fast_job *job);
/* Are all activations zero in the lanes that were left out? */
bool serac_fast_spare_is_zero(const struct serac_fast_job *job);
/* Room for what windows reach, borders included, as bytes; false: no memory. */
bool serac_fast_allocate_bytes(struct serac_fast_job *job, struct serac_fast *fast);
/* Fills it; false if a lane that was left out is not zero. */
bool serac_fast_make_bytes(struct serac_fast_job *job);

/* serac_fast_windows.c: do vectors lie one behind the other, so that they need no windows? */
bool serac_fast_in_order(const struct serac_fast_job *job);
/* What `count` output pixels from `from` on see in one phase, packed for the product; and its sums. */
const void *serac_fast_windows(const struct serac_fast_share *share, const struct serac_fast_part *part,
                               uint32_t from, uint32_t count, uint32_t phase);

/* serac_fast_compute.c: all output pixels, by as many threads as are worth it; one that cannot be started is
 * done here. */
enum serac_status serac_fast_compute(const struct serac_fast_job *job, struct serac_fast *fast);

#endif
