/* serac_steady_train.h - trains: the bursts that are read or written at one go; private to serac_steady*. */
#ifndef SERAC_STEADY_TRAIN_H
#define SERAC_STEADY_TRAIN_H

#include "serac_steady_words.h"

#define SERAC_TRAINS 64          /* remembered by what they follow from */

enum { SERAC_TRAIN_BURSTS, SERAC_TRAIN_PARTS, SERAC_TRAIN_LAST, SERAC_TRAIN_HEAD };

void serac_train_begin(struct serac_words *l);
/* The bursts of a command for `bytes` at `address`. */
void serac_train_command(struct serac_words *l, uint64_t address, uint64_t bytes, uint32_t beat);
/* Joins what the last command but one ends with to what is before it: only the last command's own
 * bursts have to be known apart. Called before every command but the first. */
void serac_train_join(struct serac_words *l);

/* What a train follows from, and which it is. */
struct serac_train {
    uint64_t key[4];
    uint32_t train;
    uint64_t bytes;
};

struct serac_trains {
    struct serac_train list[SERAC_TRAINS];
    uint32_t count, next;
};

/* NULL: not remembered, or not any more. */
const struct serac_train *serac_trains_find(const struct serac_trains *t, const uint64_t key[4]);
const struct serac_train *serac_trains_remember(struct serac_trains *t, const uint64_t key[4], uint32_t train,
                                                uint64_t bytes);

#endif
