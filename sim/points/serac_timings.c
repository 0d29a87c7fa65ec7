/* serac_timings.c - what layers took. */
#include "serac_timings.h"

#include <stdlib.h>
#include <string.h>

struct timing {
    struct serac_layer layer;           /* without its name */
    struct serac_counters counters;
    struct serac_insn insn;
};

struct serac_timings {
    struct serac_design design;
    struct serac_memory_config memory;
    struct timing *list;                /* owned */
    size_t count, room;
    uint64_t timed;
};

struct serac_timings *serac_timings_create(void)
{
    return calloc(1, sizeof(struct serac_timings));
}

void serac_timings_destroy(struct serac_timings *t)
{
    if (!t)
        return;
    free(t->list);
    free(t);
}

uint64_t serac_timings_count(const struct serac_timings *t)
{
    return t->timed;
}

bool serac_timings_find(struct serac_timings *t, const struct serac_design *d,
                        const struct serac_memory_config *m,
                        const struct serac_layer *layer,
                        struct serac_counters *counters, struct serac_insn *insn)
{
    struct serac_layer key = *layer;
    memset(key.name, 0, sizeof key.name);
    if (memcmp(&t->design, d, sizeof *d) || memcmp(&t->memory, m, sizeof *m)) {
        memcpy(&t->design, d, sizeof *d);
        memcpy(&t->memory, m, sizeof *m);
        t->count = 0;
    }
    for (size_t i = 0; i < t->count; i++)
        if (!memcmp(&t->list[i].layer, &key, sizeof key)) {
            *counters = t->list[i].counters;
            *insn = t->list[i].insn;
            return true;
        }
    return false;
}

enum serac_status serac_timings_add(struct serac_timings *t,
                                    const struct serac_layer *layer,
                                    const struct serac_counters *counters,
                                    const struct serac_insn *insn)
{
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : 32;
        struct timing *more = realloc(t->list, room * sizeof *more);
        if (!more)
            return SERAC_E_NOMEM;
        t->list = more;
        t->room = room;
    }
    struct timing *timing = &t->list[t->count++];
    memcpy(&timing->layer, layer, sizeof *layer);
    memset(timing->layer.name, 0, sizeof timing->layer.name);
    timing->counters = *counters;
    timing->insn = *insn;
    t->timed++;
    return SERAC_OK;
}
