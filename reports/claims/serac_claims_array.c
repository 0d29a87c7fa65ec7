/* serac_claims_array.c - claims on speed, bytes and energy. */
#include <math.h>
#include <string.h>

#include "serac_claims.h"
#include "serac_workload.h"

#define BERT "build/serac sweep claims-bert --out DIR; build/serac export DIR"
#define SIX_MS "build/serac sweep claims-six-ms --out DIR; build/serac export DIR"
#define LLAMA "build/serac sweep claims-llama --out DIR; build/serac export DIR"

static const char *const designs[] = {"serial", "weight-serial", "parallel"};
#define DESIGNS (sizeof designs / sizeof *designs)

/* NVIDIA A100 Tensor Core GPU Architecture, 2020, table 1: 624 tera-operations a second of INT8 beside 312 of FP16. */
#define CITED_INT8 624.0
#define CITED_FP16 312.0

/* "it runs on a at 2/8, 1/8, or b at 1/8"; a design's precisions come one after the other. */
static void list(char *text, size_t room, const char *design, const char *precision)
{
    if (strstr(text, design))
        serac_say(text, room, ", %s", precision);
    else
        serac_say(text, room, "%s%s at %s", *text ? ", or " : "it runs on ", design, precision);
}

/* Time of BERT-base on a float array that is always busy, in the place of `parallel`: FP16 at the cited share of its INT8
 * rate, weights of two bytes read once. */
static double float_us(const struct serac_claims_data *d)
{
    const char *p = "parallel", *at = "8/8";
    double macs_a_cycle = serac_claims_get(&d->bert, p, at, SERAC_COLUMN_rows) *
                          serac_claims_get(&d->bert, p, at, SERAC_COLUMN_cols) *
                          serac_claims_get(&d->bert, p, at, SERAC_COLUMN_lanes) * CITED_FP16 / CITED_INT8;
    double compute = serac_claims_get(&d->bert, p, at, SERAC_COLUMN_macs) / macs_a_cycle;
    double bytes = 2 * serac_claims_get(&d->bert, p, at, SERAC_COLUMN_weight_bytes);
    double memory = bytes / serac_claims_get(&d->bert, p, at, SERAC_COLUMN_bytes_per_cycle);
    return fmax(compute, memory) / serac_claims_get(&d->bert, p, at, SERAC_COLUMN_clock_mhz);
}

static void speed_over_float(const struct serac_claims_data *d, struct serac_claim *c)
{
    static const char *const widths[] = {"2/8", "1/8", "2/2", "1/1"};
    double base = float_us(d);
    size_t met = 0, all = 0;
    *c = (struct serac_claim){.claim = "2- and 1-bit networks run 4 to 16 times as fast as float", .command = BERT};
    for (size_t i = 0; i < DESIGNS; i++)
        for (size_t w = 0; w < 4; w++) {
            double gain = base / serac_claims_get(&d->bert, designs[i], widths[w], SERAC_COLUMN_time_us);
            if (isnan(gain))
                continue;
            SERAC_SAY(c->measured, "%s%.2fx for %s at %s", all ? ", " : "BERT-base ", gain, designs[i], widths[w]);
            all++;
            if (gain >= 0.9 * 4) {
                met++;
                list(c->only_if, sizeof c->only_if, designs[i], widths[w]);
            }
        }
    SERAC_SAY(c->measured, " (weight/activation bits), against %.4g ms", base / 1000);
    SERAC_SAY(c->conditions, "float is CITED, not measured: an array with the clock and the INT8 peak of `parallel`, "
              "FP16 at %.2f of that rate (NVIDIA A100: %g and %g tera-operations a second), never idle; faster than 16 "
              "counts as met", CITED_FP16 / CITED_INT8, CITED_FP16, CITED_INT8);
    serac_claims_judge(c, met, all);
}

static void bytes_of_weights(const struct serac_claims_data *d, struct serac_claim *c)
{
    static const char *const widths[] = {"8/8", "4/8", "2/8", "1/8"};
    double weights = serac_claims_get(&d->bert, "serial", "8/8", SERAC_COLUMN_weight_bytes);
    double against_16 = NAN;
    size_t met = 0, all = 0;
    *c = (struct serac_claim){.claim = "8- to 2-bit weights take 75 to 94 % less memory", .command = BERT};
    for (size_t w = 0; w < 4; w++) {
        double bytes = serac_claims_get(&d->bert, "serial", widths[w], SERAC_COLUMN_weight_bytes), packed = 0;
        for (size_t i = 0; i < d->bert.count; i++) {
            const struct serac_row *row = &d->bert.rows[i];
            if (!strcmp(row->cells[SERAC_COLUMN_design], "serial") && strcmp(row->cells[SERAC_COLUMN_layer], "total") &&
                !strcmp(row->cells[SERAC_COLUMN_precision], widths[w])) {
                double more = serac_row_get(row, SERAC_COLUMN_weight_bytes);
                packed += more > 0 ? more : 0;
            }
        }
        if (isnan(bytes) || isnan(weights))
            continue;
        double saved = 100 * (1 - bytes / (4 * weights));
        SERAC_SAY(c->measured, "%s%.1f %% less at %c bits (%.1f %% as packed for `serial`, with its records)",
                  all ? ", " : "BERT-base ", saved, *widths[w], 100 * (1 - packed / (4 * weights)));
        if (w < 3) {
            against_16 = 100 * (1 - bytes / (2 * weights));
            all++;
            met += saved > 74.5 && saved < 94.5;
        }
    }
    SERAC_SAY(c->conditions, "against floats of 32 bits; against 16 bits 2-bit weights take %.1f %% less. Of the "
              "network's weights: activations and caches keep their width", against_16);
    serac_claims_judge(c, met, all);
}

static void energy(const struct serac_claims_data *d, struct serac_claim *c)
{
    static const char *const widths[] = {"4/8", "2/8", "1/8", "4/4", "2/2", "1/1"};
    size_t met = 0, all = 0;
    *c = (struct serac_claim){.claim = "Few bits take 60 to 80 % less energy than INT8", .command = BERT};
    for (size_t i = 0; i < DESIGNS; i++) {
        double base = serac_claims_get(&d->bert, designs[i], "8/8", SERAC_COLUMN_energy_uj);
        for (size_t w = 0; w < 6; w++) {
            double saved = 100 * (1 - serac_claims_get(&d->bert, designs[i], widths[w], SERAC_COLUMN_energy_uj) / base);
            if (isnan(saved))
                continue;
            SERAC_SAY(c->measured, "%s%.0f %% at %s", w ? ", " : i ? "; " : "BERT-base ", saved, widths[w]);
            if (!w)
                SERAC_SAY(c->measured, " on %s", designs[i]);
            all++;
            if (saved >= 60) {
                met++;
                list(c->only_if, sizeof c->only_if, designs[i], widths[w]);
            }
        }
    }
    SERAC_SAY(c->conditions, "against 8/8 on the same design, DRAM at 20.3 pJ a bit and leakage included; energies are fitted "
              "and extrapolated in size. More than 80 %% counts as met");
    serac_claims_judge(c, met, all);
}

/* --- six milliseconds ---------------------------------------------------------------- */

static const char *const equal_widths[] = {"8/8", "4/4", "2/2", "1/1"};
static const double claimed_ms[] = {6, 3, 1.5, 0.8};

/* The total of the same design and memory at another precision. */
static const struct serac_row *beside(const struct serac_claims_rows *rows, const struct serac_row *like,
                                      const char *precision)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct serac_row *r = &rows->rows[i];
        if (!strcmp(r->cells[SERAC_COLUMN_layer], "total") && !strcmp(r->cells[SERAC_COLUMN_precision], precision) &&
            !strcmp(r->cells[SERAC_COLUMN_design], like->cells[SERAC_COLUMN_design]) &&
            !strcmp(r->cells[SERAC_COLUMN_memory], like->cells[SERAC_COLUMN_memory]))
            return r;
    }
    return NULL;
}

/* The four times in ms as if 8/8 took 6 ms; the clock in MHz that this takes. false: a row is missing. */
static bool scaled(const struct serac_claims_rows *rows, const struct serac_row *eight, double ms[4], double *mhz)
{
    double cycles = serac_row_get(eight, SERAC_COLUMN_cycles);
    *mhz = cycles / (claimed_ms[0] * 1e3);
    for (int w = 0; w < 4; w++) {
        const struct serac_row *r = beside(rows, eight, equal_widths[w]);
        if (!r)
            return false;
        ms[w] = serac_row_get(r, SERAC_COLUMN_cycles) / *mhz / 1e3;
    }
    return true;
}

static void say_array(char *text, size_t room, const struct serac_row *r)
{
    serac_say(text, room, "%s x %s x %s (rows x cols x lanes) with %s bytes a cycle", r->cells[SERAC_COLUMN_rows],
              r->cells[SERAC_COLUMN_cols], r->cells[SERAC_COLUMN_lanes], r->cells[SERAC_COLUMN_bytes_per_cycle]);
}

/* Gigabytes a second: mean of the run, in `us`. */
static double traffic(const struct serac_row *r, double us)
{
    return (serac_row_get(r, SERAC_COLUMN_bytes_read) + serac_row_get(r, SERAC_COLUMN_bytes_written)) / us / 1e3;
}

static void say_fastest(const struct serac_claims_rows *rows, const struct serac_row *best, struct serac_claim *c)
{
    SERAC_SAY(c->measured, "fastest at 8/8 of the arrays tried: ");
    say_array(c->measured, sizeof c->measured, best);
    SERAC_SAY(c->measured, " at %s MHz:", best->cells[SERAC_COLUMN_clock_mhz]);
    for (int w = 0; w < 4; w++) {
        const struct serac_row *r = beside(rows, best, equal_widths[w]);
        double us = r ? serac_row_get(r, SERAC_COLUMN_time_us) : NAN;
        if (r)
            SERAC_SAY(c->measured, " %.2f ms at %s (array busy %.0f %%, %.1f GB/s)%s", us / 1e3, equal_widths[w],
                      100 * serac_row_get(r, SERAC_COLUMN_array_busy_cycles) / serac_row_get(r, SERAC_COLUMN_cycles),
                      traffic(r, us), w < 3 ? "," : ".");
    }
}

/* Of arrays that would meet all four times at some clock, the one that needs the slowest. */
static void six_ms(const struct serac_claims_data *d, struct serac_claim *c)
{
    const struct serac_row *fastest = NULL, *slowest_clock = NULL;
    double least_us = INFINITY, least_mhz = INFINITY, ms[4], mhz;
    size_t arrays = 0, now = 0;
    *c = (struct serac_claim){.claim = "BERT-base on an array sized for it takes 6, 3, 1.5, 0.8 ms at INT8, 4, 2, 1 bits",
                              .command = SIX_MS};
    for (size_t i = 0; i < d->six_ms.count; i++) {
        const struct serac_row *r = &d->six_ms.rows[i];
        if (strcmp(r->cells[SERAC_COLUMN_layer], "total") || strcmp(r->cells[SERAC_COLUMN_precision], "8/8") ||
            !scaled(&d->six_ms, r, ms, &mhz))
            continue;
        double us = serac_row_get(r, SERAC_COLUMN_time_us);
        bool meets = ms[1] <= 1.1 * claimed_ms[1] && ms[2] <= 1.1 * claimed_ms[2] && ms[3] <= 1.1 * claimed_ms[3];
        arrays++;
        now += meets && us <= 1.1e3 * claimed_ms[0];
        fastest = us < least_us ? r : fastest;
        least_us = fmin(us, least_us);
        slowest_clock = meets && mhz < least_mhz ? r : slowest_clock;
        least_mhz = meets ? fmin(mhz, least_mhz) : least_mhz;
    }
    SERAC_SAY(c->conditions, "%zu arrays of planes (1,1) with their memories; buses of at most 64 bytes a cycle, 32 results "
              "requantised a cycle, layers one after the other; faster than claimed counts as met", arrays);
    if (!fastest)
        return;
    say_fastest(&d->six_ms, fastest, c);
    if (slowest_clock && scaled(&d->six_ms, slowest_clock, ms, &mhz)) {
        double gbs = serac_row_get(slowest_clock, SERAC_COLUMN_bytes_per_cycle) * mhz / 1e3;
        SERAC_SAY(c->measured, " The ratios are met, at a clock that this technology does not have, by ");
        say_array(c->measured, sizeof c->measured, slowest_clock);
        SERAC_SAY(c->measured, ": %.2f, %.2f, %.2f, %.2f ms at %.0f MHz (it has %s), %.1f GB/s on the bus, %.1f on average at "
                  "8/8", ms[0], ms[1], ms[2], ms[3], mhz, slowest_clock->cells[SERAC_COLUMN_clock_mhz], gbs,
                  traffic(slowest_clock, ms[0] * 1e3));
        SERAC_SAY(c->only_if, "the clock is %.0f MHz or more and memory gives %.0f GB/s", mhz, gbs);
    }
    c->verdict = now ? SERAC_HOLDS : slowest_clock ? SERAC_HOLDS_ONLY_IF : SERAC_DOES_NOT_HOLD;
}

/* --- LLaMA --------------------------------------------------------------------------- */

static void llama_bytes(const struct serac_claims_data *d, struct serac_claim *c)
{
    static const double claimed[] = {7, 3.5, 1.75, 0.875};
    static const uint32_t bits[] = {8, 4, 2, 1};
    struct serac_workload *w = NULL;
    size_t met = 0, all = 0;
    (void)d;
    *c = (struct serac_claim){.claim = "LLaMA-7B's weights take 7, 3.5, 1.75, 0.875 GB at 8, 4, 2, 1 bits",
                              .command = "make claims   # parameters of configs/workloads/llama-7b-decode.cfg"};
    if (serac_workload_load("llama-7b-decode", &w, NULL) == SERAC_OK) {
        double parameters = (double)serac_workload_parameters(w);
        for (; all < 4; all++) {
            double gb = parameters * bits[all] / 8e9;
            SERAC_SAY(c->measured, "%s%.3f GB at %u", all ? ", " : "", gb, bits[all]);
            met += serac_within(gb, claimed[all], claimed[all]);
        }
        SERAC_SAY(c->measured, " bits (%.0f parameters)", parameters);
    }
    SERAC_SAY(c->conditions, "every tensor at one width, the table of tokens and the norms too, and no scales; the cache of "
              "keys and values is not in it");
    serac_workload_destroy(w);
    serac_claims_judge(c, met, all);
}

static void llama_decode(const struct serac_claims_data *d, struct serac_claim *c)
{
    static const char *const widths[] = {"4/8", "2/8", "1/8"};
    size_t met = 0, all = 0;
    *c = (struct serac_claim){.claim = "LLaMA-7B makes a token 2, 4, 8 times as fast at 4, 2, 1 bits as at 8", .command = LLAMA};
    for (size_t i = 0; i < DESIGNS; i++) {
        double base = serac_claims_get(&d->llama, designs[i], "8/8", SERAC_COLUMN_time_us);
        if (isnan(base)) {
            SERAC_SAY(c->measured, "%snot timed on %s, whose buffers do not hold all of k at 8 bits", i ? "; " : "", designs[i]);
            continue;
        }
        SERAC_SAY(c->measured, "%s%.2f s at 8 bits on %s, then", i ? "; " : "", base / 1e6, designs[i]);
        for (size_t w = 0; w < 3; w++) {
            double gain = base / serac_claims_get(&d->llama, designs[i], widths[w], SERAC_COLUMN_time_us);
            SERAC_SAY(c->measured, " %.2fx", gain);
            all++;
            if (serac_within(gain, 2 << w, 2 << w)) {
                met++;
                list(c->only_if, sizeof c->only_if, designs[i], widths[w]);
            }
        }
    }
    SERAC_SAY(c->conditions, "one sequence, the 2048th token, activations and cache of 8 bits: the cache is read at every width, "
              "and an array that is no faster with fewer bits becomes the limit");
    serac_claims_judge(c, met, all);
}

/* --- without support, and other simulators ------------------------------------------- */

static void without_support(const struct serac_claims_data *d, struct serac_claim *c)
{
    double four = serac_claims_get(&d->bert, "parallel", "4/8", SERAC_COLUMN_time_us);
    double two = serac_claims_get(&d->bert, "parallel", "2/8", SERAC_COLUMN_time_us);
    *c = (struct serac_claim){.claim = "2-bit weights are slower than 4-bit ones without support in hardware", .command = BERT};
    if (!isnan(four / two))
        SERAC_SAY(c->measured, "BERT-base on `parallel`, whose units take 8 bits whatever the width: %.4g ms at 4/8, %.4g ms at "
                  "2/8, %.4f times as fast", four / 1e3, two / 1e3, four / two);
    SERAC_SAY(c->conditions, "units without support, but planes that are widened at the buffer's port. What a CPU or GPU takes to "
              "unpack them Serac cannot test; CITED: T-MAC on a CPU 1.52 times as fast at 2 bits as at 4");
    serac_claims_judge(c, two > four, !isnan(four / two));
}

struct simulator {
    const char *claim;
    double gain[3];              /* from 8/8 to 4/4, 2/2, 1/1; NAN: not published */
    bool compute;                /* array-busy cycles; else time */
};

/* One pair's gains in one view. */
static bool gains(const struct serac_claims_data *d, const struct serac_claims_pair *like, bool compute, double gain[3])
{
    double at[4] = {NAN, NAN, NAN, NAN};
    for (size_t i = 0; i < d->num_pairs; i++) {
        const struct serac_claims_pair *p = &d->pairs[i];
        if (strcmp(p->view, like->view) || strcmp(p->network, like->network) || strcmp(p->depthwise, like->depthwise) ||
            p->weight_planes != like->weight_planes || p->act_planes != like->act_planes || p->weight_bits != p->act_bits)
            continue;
        for (int w = 0; w < 4; w++)
            if (p->weight_bits == 8u >> w)
                at[w] = compute ? p->array_busy_cycles : p->time_us;
    }
    for (int w = 0; w < 3; w++)
        gain[w] = at[0] / at[w + 1];
    return !isnan(gain[0] + gain[1] + gain[2]);
}

static void simulator(const struct serac_claims_data *d, const struct simulator *s, struct serac_claim *c)
{
    const struct serac_claims_pair *best = NULL;
    double least = INFINITY, gain[3], best_gain[3] = {0, 0, 0};
    size_t tried = 0;
    *c = (struct serac_claim){.claim = s->claim, .command = "make reports   # reports/pairs.csv"};
    for (size_t i = 0; i < d->num_pairs; i++) {
        const struct serac_claims_pair *p = &d->pairs[i];
        if (strcmp(p->network, "bert-base") || strcmp(p->depthwise, "with") || p->weight_bits != 8 || p->act_bits != 8 ||
            !strcmp(p->view, "area") || !gains(d, p, s->compute, gain))
            continue;
        double away = 0;
        for (int w = 0; w < 3; w++)
            if (!isnan(s->gain[w]))
                away = fmax(away, fabs(log(gain[w] / s->gain[w])));
        tried++;
        if (away < least) {
            least = away;
            best = p;
            memcpy(best_gain, gain, sizeof gain);
        }
    }
    static const struct serac_claims_pair shown[] = {{.weight_planes = 1, .act_planes = 1}, {.weight_planes = 1, .act_planes = 8},
                                                     {.weight_planes = 8, .act_planes = 8}};
    for (size_t i = 0; i < 3; i++) {
        struct serac_claims_pair like = shown[i];
        strcpy(like.view, "peak");
        strcpy(like.network, "bert-base");
        strcpy(like.depthwise, "with");
        if (gains(d, &like, s->compute, gain))
            SERAC_SAY(c->measured, "%.2f, %.2f, %.2f for planes (%u,%u); ", gain[0], gain[1], gain[2], like.weight_planes,
                      like.act_planes);
    }
    SERAC_SAY(c->conditions, "%s from 8/8 to 4/4, 2/2, 1/1 bits; arrays of equal peak, all sixteen pairs of planes, the usual memory, "
              "a quarter of it (`bandwidth`) and a larger requantiser (`wide`); memory is packed in all, as Serac "
              "stores no weight wider than it computes it", s->compute ?
              "cycles in which the array is busy" : "time");
    if (best) {
        SERAC_SAY(c->measured, "nearest of %zu: %.2f, %.2f, %.2f for (%u,%u), %s", tried, best_gain[0], best_gain[1],
                  best_gain[2], best->weight_planes, best->act_planes, best->view);
        SERAC_SAY(c->only_if, "planes are (%u,%u) (%s)", best->weight_planes, best->act_planes, best->view);
    }
    c->verdict = !best ? SERAC_NOT_TESTED : least <= log(1.1) ? SERAC_HOLDS_ONLY_IF : SERAC_DOES_NOT_HOLD;
}

size_t serac_claims_of_arrays(const struct serac_claims_data *d, struct serac_claim *claims, size_t count)
{
    static const struct simulator simulators[] = {
        {"BERT-base is 2.21, 3.50, 4.95 times as fast at 4, 2, 1 bits as at 8 (BitFusion's simulator)", {2.21, 3.50, 4.95},
         false},
        {"BERT-base is 1.20, 1.23, 1.25 times as fast (ZigZag)", {1.20, 1.23, 1.25}, false},
        {"BERT-base is as fast at 1 bit as at 8 (Timeloop: 1.00)", {NAN, NAN, 1.00}, false},
        {"BERT-base computes 2, 4, 8 times as fast (DNNsim's Stripes, compute)", {2, 4, 8}, true},
        {"BERT-base is 1.15, 1.25, 1.25 times as fast in all (DNNsim, memory not packed)", {1.15, 1.25, 1.25}, false},
    };
    speed_over_float(d, &claims[count++]);
    bytes_of_weights(d, &claims[count++]);
    energy(d, &claims[count++]);
    six_ms(d, &claims[count++]);
    llama_bytes(d, &claims[count++]);
    llama_decode(d, &claims[count++]);
    without_support(d, &claims[count++]);
    for (size_t i = 0; i < sizeof simulators / sizeof *simulators; i++)
        simulator(d, &simulators[i], &claims[count++]);
    return count;
}
