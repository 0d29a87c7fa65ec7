/* serac_steady_words.h - sequences of words as a shape is made; private to serac_steady*. */
#ifndef SERAC_STEADY_WORDS_H
#define SERAC_STEADY_WORDS_H

#include "serac_steady_shape.h"

struct serac_words {
    uint32_t *words;
    uint32_t count, room;
    bool failed;
};

/* Room for one word more; false, and l->failed, without memory. */
bool serac_words_grow(struct serac_words *l);

static inline void serac_words_put(struct serac_words *l, uint32_t word)
{
    if (l->count == l->room && !serac_words_grow(l))
        return;
    l->words[l->count++] = word;
}

/* The place of the sequence in `l`, which is then empty. */
uint32_t serac_words_keep(struct serac_steady *s, struct serac_words *l);

#endif
