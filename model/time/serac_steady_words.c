/* serac_steady_words.c - sequences of words, equal ones kept once. */
#include "serac_steady_words.h"

#include <stdlib.h>
#include <string.h>

bool serac_words_grow(struct serac_words *l)
{
    uint32_t room = l->room ? 2 * l->room : 256;
    uint32_t *more = realloc(l->words, room * sizeof *more);
    if (!more) {
        l->failed = true;
        return false;
    }
    l->words = more;
    l->room = room;
    return true;
}

static uint32_t hash(const uint32_t *words, uint32_t count)
{
    uint64_t h = count;
    for (uint32_t i = 0; i < count; i++)
        h = (h ^ words[i]) * 0x9e3779b97f4a7c15u ^ h >> 29;
    return (uint32_t)(h >> 32);
}

/* Twice the slots, the same places. */
static bool grow_table(struct serac_steady *s)
{
    uint32_t slots = s->slots ? 2 * s->slots : 256;
    uint32_t *table = calloc(slots, sizeof *table);
    if (!table)
        return false;
    for (uint32_t i = 0; i < s->slots; i++) {
        if (!s->table[i])
            continue;
        uint32_t at = hash(s->words + s->table[i], s->words[s->table[i] - 1]);
        while (table[at & (slots - 1)])
            at++;
        table[at & (slots - 1)] = s->table[i];
    }
    free(s->table);
    s->table = table;
    s->slots = slots;
    return true;
}

static uint32_t append(struct serac_steady *s, const struct serac_words *l)
{
    if (s->num_words + l->count + 1 > s->max_words) {
        uint32_t room = 2 * s->max_words + l->count + 1024;
        uint32_t *more = realloc(s->words, room * sizeof *more);
        if (!more) {
            s->failed = true;
            return 1;
        }
        s->words = more;
        s->max_words = room;
    }
    s->words[s->num_words++] = l->count;
    memcpy(s->words + s->num_words, l->words, l->count * sizeof *l->words);
    s->num_words += l->count;
    return s->num_words - l->count;
}

uint32_t serac_words_keep(struct serac_steady *s, struct serac_words *l)
{
    s->failed |= l->failed || (4 * s->used >= 3 * s->slots && !grow_table(s));
    if (s->failed) {
        l->count = 0;
        return 1;
    }
    uint32_t at = hash(l->words, l->count), place;
    for (; (place = s->table[at & (s->slots - 1)]) != 0; at++)
        if (s->words[place - 1] == l->count &&
            !memcmp(s->words + place, l->words, l->count * sizeof *l->words))
            break;
    if (!place) {
        place = append(s, l);
        s->table[at & (s->slots - 1)] = place;
        s->used++;
    }
    l->count = 0;
    return place;
}
