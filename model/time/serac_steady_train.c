/* serac_steady_train.c - commands cut into bursts, as the read and write masters do. */
#include "serac_steady_train.h"

#include <string.h>

#include "serac_stages.h"

void serac_train_begin(struct serac_words *l)
{
    l->count = 0;
    for (int i = 0; i < SERAC_TRAIN_HEAD; i++)
        serac_words_put(l, 0);
}

void serac_train_command(struct serac_words *l, uint64_t address, uint64_t bytes, uint32_t beat)
{
    if (l->failed)
        return;
    l->words[SERAC_TRAIN_LAST] = l->words[SERAC_TRAIN_PARTS];
    bool own = true;             /* the command's first part is one of its own */
    while (bytes) {
        uint64_t to_edge = SERAC_BURST_BYTES - address % SERAC_BURST_BYTES;
        uint64_t now = bytes < to_edge ? bytes : to_edge;
        uint32_t beats = (uint32_t)((address % beat + now + beat - 1) / beat), times = 1;
        if (now == SERAC_BURST_BYTES) {
            times = (uint32_t)(bytes / SERAC_BURST_BYTES);
            now *= times;
        }
        if (!own && l->words[l->count - 2] == beats) {
            l->words[l->count - 1] += times;
        } else {
            serac_words_put(l, beats);
            serac_words_put(l, times);
            l->words[SERAC_TRAIN_PARTS]++;
        }
        l->words[SERAC_TRAIN_BURSTS] += times;
        own = false;
        address += now;
        bytes -= now;
    }
}

void serac_train_join(struct serac_words *l)
{
    uint32_t last = l->words[SERAC_TRAIN_LAST];
    if (l->failed || last == 0)
        return;
    uint32_t *at = l->words + SERAC_TRAIN_HEAD + 2 * last;
    if (at[0] != at[-2])
        return;
    at[-1] += at[1];
    memmove(at, at + 2, (l->words[SERAC_TRAIN_PARTS] - last - 1) * 2 * sizeof *at);
    l->words[SERAC_TRAIN_PARTS]--;
    l->count -= 2;
}

const struct serac_train *serac_trains_find(const struct serac_trains *t, const uint64_t key[4])
{
    for (uint32_t i = t->count; i-- > 0;)
        if (!memcmp(t->list[i].key, key, sizeof t->list[i].key))
            return &t->list[i];
    return NULL;
}

const struct serac_train *serac_trains_remember(struct serac_trains *t, const uint64_t key[4], uint32_t train,
                                                uint64_t bytes)
{
    struct serac_train *k = &t->list[t->next];
    memcpy(k->key, key, sizeof k->key);
    k->train = train;
    k->bytes = bytes;
    t->next = (t->next + 1) % SERAC_TRAINS;
    t->count += t->count < SERAC_TRAINS;
    return k;
}
