/* bins.c - functional coverage: which layers model and RTL ran alike.
 *
 * A layer block has a value in each axis below; in stalls and remainders it may have several. A bin is
 * a pair of values of two axes, for all pairs of axes, or a combination listed in `crosses`. What cannot
 * be is in `impossible` with its reason; one that is met all the same is an error. */
#define _DEFAULT_SOURCE
#include "cover.h"

#include <stdlib.h>
#include <string.h>

#include "serac_compared.h"

#define MOST 16   /* values of an axis */

enum axis { PAIR, WEIGHT, ACT, WEIGHT_SIGN, ACT_SIGN, KIND, MODE, STALL, REST, ORDER, HALVES, STORED, PADDING, AXES };
enum kind { GEMM, CONV, POOL, DEPTHWISE, ADD };
enum rest { ROWS, PIXELS, LANES, WEIGHT_DIGIT, ACT_DIGIT, GROUP, EXACT };   /* + EXACT: nothing is left */
enum stored { WEIGHTS_ALL, WEIGHTS_LESS, ACTS_ALL, ACTS_LESS };

static const struct {
    const char *name, *values[MOST];
} axes[AXES] = {
    [PAIR] = {"pair", {"1,1", "1,2", "1,4", "1,8", "2,1", "2,2", "2,4", "2,8",
                       "4,1", "4,2", "4,4", "4,8", "8,1", "8,2", "8,4", "8,8"}},
    [WEIGHT] = {"weight_bits", {"1", "2", "3", "4", "5", "6", "7", "8"}},
    [ACT] = {"act_bits", {"1", "2", "3", "4", "5", "6", "7", "8"}},
    [WEIGHT_SIGN] = {"weights", {"unsigned", "signed"}},
    [ACT_SIGN] = {"acts", {"unsigned", "signed"}},
    [KIND] = {"kind", {"gemm", "conv", "pool", "depthwise", "add"}},
    [MODE] = {"mode", {"double", "single", "floor", "threshold", "raw"}},
    [STALL] = {"stall", {"fetch", "requant", "store", "control", "no_fetch", "no_requant", "no_store", "no_control"}},
    [REST] = {"rest", {"rows", "pixels", "lanes", "weight_digit", "act_digit", "group",
                       "no_rows", "no_pixels", "no_lanes", "no_weight_digit", "no_act_digit", "no_group"}},
    [ORDER] = {"order", {"acts_stay", "weights_stay"}},
    [HALVES] = {"halves", {"w1a1", "w1a2", "w2a1", "w2a2"}},
    [STORED] = {"stored", {"weights_all", "weights_less", "acts_all", "acts_less"}},
    [PADDING] = {"padding", {"no", "yes"}},
};

/* Combinations of more than two axes. */
static const struct {
    int count;
    enum axis axes[4];
} crosses[] = {
    {4, {WEIGHT, ACT, WEIGHT_SIGN, ACT_SIGN}}, {3, {PAIR, WEIGHT_SIGN, ACT_SIGN}}, {3, {PAIR, KIND, MODE}},
    {3, {KIND, STALL, REST}}, {3, {KIND, MODE, STALL}}, {3, {KIND, REST, ORDER}},
};
#define CROSSES (sizeof crosses / sizeof *crosses)

/* Values of a bin, -1 where its axes do not say. */
typedef int values[AXES];

static bool is(const int *v, enum axis axis, int value)
{
    return v[axis] == value;
}

/* May the top digit of some or the given width be cut (or whole), at some or the given number of planes? */
static bool digit(int log, int bits, bool cut)
{
    for (int l = 0; l < 4; l++)
        for (int b = 1; b <= 8; b++)
            if ((log < 0 || l == log) && (bits < 0 || b == bits + 1) && (b % (1 << l) != 0) == cut)
                return true;
    return false;
}

static const char *impossible(const int *v)
{
    int w = v[PAIR] < 0 ? -1 : v[PAIR] / 4, a = v[PAIR] < 0 ? -1 : v[PAIR] % 4;
    if ((is(v, REST, WEIGHT_DIGIT) && !digit(w, v[WEIGHT], true)) || (is(v, REST, ACT_DIGIT) && !digit(a, v[ACT], true)))
        return "the width divides by the planes: no digit is cut";
    if ((is(v, REST, WEIGHT_DIGIT + EXACT) && !digit(w, v[WEIGHT], false)) ||
        (is(v, REST, ACT_DIGIT + EXACT) && !digit(a, v[ACT], false)))
        return "the width does not divide by the planes: a digit is cut";
    if ((is(v, WEIGHT, 0) && is(v, STORED, WEIGHTS_LESS)) || (is(v, ACT, 0) && is(v, STORED, ACTS_LESS)))
        return "fewer than one stored plane";
    if (is(v, KIND, ADD) && (v[WEIGHT] > 0 || is(v, STORED, WEIGHTS_LESS)))
        return "an addition's weights are ones of one bit (serac_geometry.c)";
    if (is(v, REST, LANES) && (is(v, KIND, DEPTHWISE) || is(v, KIND, ADD)))
        return "a block-diagonal layer has a weight of zero in spare lanes: last_lanes is always all (serac_map_insn.c)";
    if (is(v, KIND, ADD) && (is(v, MODE, 3) || is(v, MODE, 4)))
        return "serac_layer_check refuses an addition with thresholds or raw outputs";
    if (is(v, KIND, ADD) && is(v, WEIGHT_SIGN, 1))
        return "an addition's weights are ones that the packer writes, unsigned";
    if (is(v, KIND, DEPTHWISE) && is(v, WEIGHT_SIGN, 0))
        return "the mapper makes depthwise weights signed: zeros outside the diagonal";
    if (is(v, PADDING, 1) && (is(v, KIND, GEMM) || is(v, KIND, ADD)))
        return "a product of matrices or an addition has no border";
    return NULL;
}

/* --- a block's values ------------------------------------------------------------------ */

static int log2_of(uint64_t power)
{
    int log = 0;
    while (power >>= 1)
        log++;
    return log;
}

static unsigned rests(const struct serac_compared *b)
{
    const bool left[EXACT] = {
        [ROWS] = b->channels % b->rows != 0,
        [PIXELS] = b->run_last != b->run || b->last_cols != b->cols || b->last_steps != b->run_last,
        [LANES] = b->last_lanes != b->lanes,
        [WEIGHT_DIGIT] = b->wgt_bits % b->weight_planes != 0,
        [ACT_DIGIT] = b->act_bits % b->act_planes != 0,
        [GROUP] = b->group_last_mtiles != b->group_mtiles,
    };
    unsigned set = 0;
    for (int i = 0; i < EXACT; i++)
        set |= 1u << (left[i] ? i : i + EXACT);
    return set;
}

static unsigned stalls(const struct serac_compared *b)
{
    const uint64_t cycles[] = {b->stall_fetch_cycles, b->stall_requant_cycles, b->stall_store_cycles,
                               b->stall_control_cycles};
    unsigned set = 0;
    for (int i = 0; i < 4; i++)
        set |= 1u << (cycles[i] ? i : i + 4);
    return set;
}

static enum kind kind_of(const struct serac_compared *b)
{
    if (b->combine_add && b->act_tile_planes)
        return ADD;
    if (b->act_tile_planes)
        return DEPTHWISE;
    if (b->phases_x * b->phases_y > 1)
        return POOL;
    return b->in_height == 1 && b->kernel_h * b->kernel_w == 1 ? GEMM : CONV;
}

/* A set of values for each axis. */
static void sets_of(const struct serac_compared *b, unsigned *sets)
{
    bool weights = b->wgt_store < b->wgt_bits, acts = b->act_store < b->act_bits;
    sets[PAIR] = 1u << (4 * log2_of(b->weight_planes) + log2_of(b->act_planes));
    sets[WEIGHT] = 1u << (b->wgt_bits - 1);
    sets[ACT] = 1u << (b->act_bits - 1);
    sets[WEIGHT_SIGN] = 1u << (b->wgt_signed != 0);
    sets[ACT_SIGN] = 1u << (b->act_signed != 0);
    sets[KIND] = 1u << kind_of(b);
    sets[MODE] = 1u << b->mode;
    sets[STALL] = stalls(b);
    sets[REST] = rests(b);
    sets[ORDER] = 1u << (b->order != 0);
    sets[HALVES] = 1u << (2 * (b->wgt_halves - 1) + (b->act_halves - 1));
    sets[STORED] = 1u << (weights ? WEIGHTS_LESS : WEIGHTS_ALL) | 1u << (acts ? ACTS_LESS : ACTS_ALL);
    sets[PADDING] = 1u << (b->pad_top + b->pad_left > 0);
}

/* --- bins ----------------------------------------------------------------------------------- */

/* One bin: makes it, or adds the block to it. */
static void count(struct cover *c, const int *v, bool hit)
{
    char name[256] = "";
    size_t used = 0;
    for (int a = 0; a < AXES; a++)
        if (v[a] >= 0)
            used += (size_t)snprintf(name + used, sizeof name - used, "%s%s=%s", used ? " " : "", axes[a].name,
                                     axes[a].values[v[a]]);
    struct cover_point *p = cover_hit(c, COVER_BIN, "testbench/coverage/bins.c", 0, 0, name, hit);
    p->reason = impossible(v);
    if (hit && p->reason && p->hits == 1) {
        printf("bins.c: %s was met, and is said to be impossible: %s\n", name, p->reason);
        c->wrong++;
    }
    if (hit)
        p->reason = NULL;
}

/* All values of the axes `list` that are in `sets`; NULL: all. */
static void each(struct cover *c, const enum axis *list, int left, int *v, const unsigned *sets)
{
    if (left == 0) {
        count(c, v, sets != NULL);
        return;
    }
    for (int i = 0; i < MOST && axes[*list].values[i]; i++) {
        if (sets && !(sets[*list] >> i & 1))
            continue;
        v[*list] = i;
        each(c, list + 1, left - 1, v, sets);
        v[*list] = -1;
    }
}

static void all_bins(struct cover *c, const unsigned *sets)
{
    values v;
    for (int a = 0; a < AXES; a++)
        v[a] = -1;
    for (int a = 0; a < AXES; a++)
        for (int b = a + 1; b < AXES; b++)
            each(c, (const enum axis[]){(enum axis)a, (enum axis)b}, 2, v, sets);
    for (size_t i = 0; i < CROSSES; i++)
        each(c, crosses[i].axes, crosses[i].count, v, sets);
}

/* How runs end, but as they should; from the status. */
static void count_end(struct cover *c, int status, bool hit)
{
    char name[64];
    snprintf(name, sizeof name, "end=%s", serac_status_text((enum serac_status)status));
    cover_hit(c, COVER_BIN, "testbench/coverage/bins.c", 0, 0, name, hit);
}

static bool read_block(const char *text, struct serac_compared *b)
{
    char *end;
#define READ(name)                                \
    b->name = strtoull(text, &end, 10);           \
    if (end == text)                              \
        return false;                             \
    text = end;
    SERAC_COMPARED_DESIGN(READ)
    SERAC_COMPARED_EXEC(READ)
    SERAC_COMPARED_COUNTERS(READ)
#undef READ
    return *end == '\n' && b->rows && b->lanes && b->weight_planes - 1 < 8 && b->act_planes - 1 < 8 &&
           b->wgt_bits - 1 < 8 && b->act_bits - 1 < 8 && b->mode < 5 && b->wgt_halves - 1 < 2 &&
           b->act_halves - 1 < 2;
}

bool cover_read_blocks(struct cover *c, const char *path)
{
    static const int ends[] = {SERAC_E_BAD_INSTRUCTION, SERAC_E_READ_SLVERR, SERAC_E_READ_DECERR,
                               SERAC_E_WRITE_SLVERR, SERAC_E_WRITE_DECERR, SERAC_E_DEADLOCK};
    FILE *f = fopen(path, "r");
    char text[4096];
    bool good = f != NULL;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        count_end(c, ends[i], false);
    all_bins(c, NULL);
    while (good && fgets(text, sizeof text, f)) {
        struct serac_compared b;
        unsigned sets[AXES];
        if (strncmp(text, "end ", 4) == 0) {
            count_end(c, atoi(text + 4), true);
            continue;
        }
        good = strncmp(text, "block ", 6) == 0 && read_block(text + 6, &b);
        if (good) {
            sets_of(&b, sets);
            all_bins(c, sets);
        }
    }
    if (f)
        fclose(f);
    return good;
}
