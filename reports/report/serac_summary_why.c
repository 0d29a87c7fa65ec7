/* serac_summary_why.c - why the fastest is, and break-even widths. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_summary.h"

/* --- why ---------------------------------------------------------------------------- */

static const struct {
    enum serac_column column;
    const char *text;
} causes[] = {
    {SERAC_COLUMN_stall_fetch_cycles, "waiting for operands from memory"},
    {SERAC_COLUMN_stall_requant_cycles, "waiting for the requantiser"},
    {SERAC_COLUMN_stall_store_cycles, "waiting for results to be stored"},
    {SERAC_COLUMN_stall_control_cycles, "control"},
    {SERAC_COLUMN_fill_drain_cycles, "filling and draining the pipeline"}};

/* "array busy 61 % of the cycles, most of the rest waiting for ... (30 %)" */
static size_t say_cycles(const struct serac_row *row, char *text, size_t room)
{
    double cycles = serac_row_get(row, SERAC_COLUMN_cycles), most = -1;
    double busy = serac_row_get(row, SERAC_COLUMN_array_busy_cycles);
    const char *cause = "";
    if (!(cycles > 0) || isnan(busy))
        return 0;
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (serac_row_get(row, causes[i].column) > most) {
            most = serac_row_get(row, causes[i].column);
            cause = causes[i].text;
        }
    int used = snprintf(text, room, "array busy %.0f %% of the cycles", 100 * busy / cycles);
    if (most > 0)
        used += snprintf(text + used, room - (size_t)used,
                         ", most of the rest is %s (%.0f %%)", cause, 100 * most / cycles);
    return (size_t)used;
}

/* The speed-up, its two factors cycles and clock, and what the cycles go with. */
void serac_say_why(const struct serac_row *winner, const struct serac_row *int8,
                   char *text, size_t room)
{
    char design[2 * SERAC_CELL];
    text[0] = 0;
    size_t used = say_cycles(winner, text, room);
    if (!int8 || int8 == winner || used >= room)
        return;
    double speed = serac_row_get(int8, SERAC_COLUMN_time_us) /
                   serac_row_get(winner, SERAC_COLUMN_time_us);
    double cycles = serac_row_get(winner, SERAC_COLUMN_cycles) /
                    serac_row_get(int8, SERAC_COLUMN_cycles);
    double busy = serac_row_get(winner, SERAC_COLUMN_array_busy_cycles) /
                  serac_row_get(int8, SERAC_COLUMN_array_busy_cycles);
    double clock = serac_row_get(winner, SERAC_COLUMN_clock_mhz) /
                   serac_row_get(int8, SERAC_COLUMN_clock_mhz);
    double bytes = serac_row_get(winner, SERAC_COLUMN_bytes_read) /
                   serac_row_get(int8, SERAC_COLUMN_bytes_read);
    serac_short_design(int8, design);
    if (isfinite(speed) && isfinite(cycles) && isfinite(busy) && isfinite(clock) &&
        isfinite(bytes))
        snprintf(text + used, room - used, "%s%.3g times as fast as the best at 8/8 (%s): %.3g times "
                 "its clock in %.3g times its cycles, with %.3g times its array-busy cycles and "
                 "%.3g times the bytes it reads", used ? "; " : "", speed, design, clock, cycles,
                 busy, bytes);
}

/* --- break-even widths ---------------------------------------------------------------- */

/* The numbers of a point that are asked for hundreds of times; as texts they cost seconds. */
struct fact {
    uint32_t weight_planes, act_planes, weight_bits;     /* weight_bits 0: mixed */
    bool acts8;                    /* activations of 8 bits, weights in memory as computed */
    bool clock_beyond, energy_beyond;    /* extrapolated */
    double peak, time, energy;
};

static double value(const struct fact *f, bool energy)
{
    return energy ? f->energy : f->time;
}

static bool beyond(const struct fact *f, bool energy)
{
    return energy ? f->energy_beyond : f->clock_beyond;
}

static void read_fact(const struct serac_row *row, struct fact *f)
{
    char widths[SERAC_CELL];
    serac_widths(row, widths);
    const char *slash = strchr(widths, '/');
    f->weight_planes = (uint32_t)strtoul(row->cells[SERAC_COLUMN_weight_planes], NULL, 10);
    f->act_planes = (uint32_t)strtoul(row->cells[SERAC_COLUMN_act_planes], NULL, 10);
    f->weight_bits = serac_weight_bits(row);
    f->acts8 = slash && !strcmp(slash, "/8");
    f->clock_beyond = strstr(row->cells[SERAC_COLUMN_extrapolated], "clock") != NULL;
    f->energy_beyond = strstr(row->cells[SERAC_COLUMN_extrapolated], "energy") != NULL;
    f->peak = serac_row_get(row, SERAC_COLUMN_rows) * serac_row_get(row, SERAC_COLUMN_cols) *
              serac_row_get(row, SERAC_COLUMN_lanes) * f->weight_planes * f->act_planes;
    f->time = serac_row_get(row, SERAC_COLUMN_time_us);
    f->energy = serac_row_get(row, SERAC_COLUMN_energy_uj);
}

/* With the least time or energy of a pair of planes at a peak and width, beside 8-bit
 * activations; NULL: there is none. */
static const struct fact *least(const struct fact *facts, size_t count, uint32_t weight_planes,
                                uint32_t act_planes, double peak, uint32_t bits, bool energy)
{
    const struct fact *found = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct fact *f = &facts[i];
        if (f->weight_planes == weight_planes && f->act_planes == act_planes &&
            f->peak == peak && f->weight_bits == bits && f->acts8 && !isnan(value(f, energy)) &&
            (!found || value(f, energy) < value(found, energy)))
            found = f;
    }
    return found;
}

/* `same`: (8,8) at the same widths, else at 8/8. */
static struct serac_even even(const struct fact *facts, size_t count,
                              const struct serac_break_even *b, bool energy, bool same)
{
    struct serac_even e = {.measured = 0};
    for (uint32_t bits = 1; bits <= 8 && !e.lost; bits++) {
        const struct fact *ours = least(facts, count, b->weight_planes, b->act_planes, b->peak,
                                        bits, energy);
        const struct fact *theirs = least(facts, count, 8, 8, b->peak, same ? bits : 8, energy);
        if (!ours || !theirs)
            continue;
        e.measured |= 1u << (bits - 1);
        e.extrapolated = e.extrapolated || beyond(ours, energy) || beyond(theirs, energy);
        if (value(ours, energy) < value(theirs, energy))
            e.widest = bits;
        else
            e.lost = bits;
    }
    return e;
}

static bool has_peak(const struct fact *facts, size_t count, double peak)
{
    for (size_t i = 0; i < count; i++)
        if (facts[i].weight_planes == 8 && facts[i].act_planes == 8 && facts[i].peak == peak)
            return true;
    return false;
}

/* The largest peak that a pair has in common with (8,8); 0: none. */
static double shared_peak(const struct fact *facts, size_t count, uint32_t weight_planes,
                          uint32_t act_planes)
{
    double peak = 0, without = 0;
    for (size_t i = 0; i < count; i++) {
        const struct fact *f = &facts[i];
        if (f->weight_planes != weight_planes || f->act_planes != act_planes ||
            !(f->peak > peak) || f->peak == without)
            continue;
        if (has_peak(facts, count, f->peak))
            peak = f->peak;
        else
            without = f->peak;
    }
    return peak;
}

enum serac_status serac_find_break_even(const struct serac_report *r, struct serac_group *g)
{
    struct fact *facts = calloc(g->count + 1, sizeof *facts);
    if (!facts)
        return SERAC_E_NOMEM;
    for (size_t i = 0; i < g->count; i++)
        read_fact(&r->totals[g->points[i]], &facts[i]);
    for (int pair = 0; pair < SERAC_PLANE_PAIRS - 1; pair++) {
        struct serac_break_even b = {.weight_planes = 1u << pair / 4,
                                     .act_planes = 1u << pair % 4};
        b.peak = shared_peak(facts, g->count, b.weight_planes, b.act_planes);
        if (!(b.peak > 0))
            continue;
        b.time = even(facts, g->count, &b, false, true);
        b.energy = even(facts, g->count, &b, true, true);
        b.time_int8 = even(facts, g->count, &b, false, false);
        b.energy_int8 = even(facts, g->count, &b, true, false);
        g->pairs[g->num_pairs++] = b;
    }
    free(facts);
    return SERAC_OK;
}
