/* serac_pareto.c - the points that no other beats. */
#include "serac_pareto.h"

#include <stdlib.h>

struct place {
    const double *values;
    size_t index;
    unsigned measures;
};

/* By the first measure, then the second ... */
static int in_order(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    for (unsigned m = 0; m < x->measures; m++)
        if (x->values[m] != y->values[m])
            return x->values[m] < y->values[m] ? -1 : 1;
    return 0;
}

static bool beats(const struct place *x, const struct place *y)
{
    bool better = false;
    for (unsigned m = 0; m < x->measures; m++) {
        if (x->values[m] > y->values[m])
            return false;
        better = better || x->values[m] < y->values[m];
    }
    return better;
}

/* In this order no point is beaten by a later one, and what a beaten one beats, one of the
 * front does too: so each is compared with the front so far. */
bool serac_pareto_front(const double *values, size_t count, unsigned measures,
                        bool *on)
{
    struct place *places = calloc(count + 1, sizeof *places);
    size_t front = 0;
    if (!places)
        return false;
    for (size_t i = 0; i < count; i++)
        places[i] = (struct place){values + i * measures, i, measures};
    qsort(places, count, sizeof *places, in_order);
    for (size_t i = 0; i < count; i++) {
        bool beaten = false;
        for (size_t f = front; f-- > 0 && !beaten;)
            beaten = beats(&places[f], &places[i]);
        on[places[i].index] = !beaten;
        if (!beaten)
            places[front++] = places[i];
    }
    free(places);
    return true;
}
