/* serac_fpga.c - memories on FPGAs. */
#include "serac_fpga.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* A primitive at one of its widths. */
struct primitive {
    double width, words;
    double part;            /* what is written alone starts at multiples of so many bits */
    double cost;            /* yosys's, of one */
    double scaled;          /* so much of it is only for the bits in use */
    double luts, brams;     /* of one, or if it is made of RAMs of one bit: */
    double bit_luts;        /* of a bit in use */
};

#define BLOCK(width, words, cost, brams)                                      \
    {width, words, (width) < 9 ? (width) : 9, cost, 0, 0, brams, 0}

/* lutrams_xc5v.txt, brams_xc4v.txt: those of one kind and width that are never cheaper than
 * another are left out. Distributed RAM of four LUTs, with a second address (RAM32M,
 * RAM64X1D, RAM128X1D) or one to write and one to read (RAM32M, RAM64M); block RAMs of 18 and 36
 * Kbit, and two in a cascade. */
static const struct primitive xc7_primitives[] = {
    {4, 32, 4, 8, 8, 4, 0, 0},
    {2, 64, 2, 8, 8, 0, 0, 2},
    {1, 128, 1, 8, 8, 0, 0, 4},
    {6, 32, 6, 8, 7, 4, 0, 0},
    {3, 64, 3, 8, 7, 4, 0, 0},
    BLOCK(36, 512, 129, 0.5), BLOCK(18, 1024, 129, 0.5), BLOCK(9, 2048, 129, 0.5),
    BLOCK(4, 4096, 129, 0.5), BLOCK(2, 8192, 129, 0.5), BLOCK(1, 16384, 129, 0.5),
    BLOCK(72, 512, 257, 1), BLOCK(36, 1024, 257, 1), BLOCK(18, 2048, 257, 1),
    BLOCK(9, 4096, 257, 1), BLOCK(4, 8192, 257, 1), BLOCK(2, 16384, 257, 1),
    BLOCK(1, 32768, 257, 1),
    BLOCK(9, 8192, 513, 2), BLOCK(4, 16384, 513, 2), BLOCK(2, 32768, 513, 2),
    BLOCK(1, 65536, 513, 2)};

/* ice40/brams.txt: every bit can be written alone. */
static const struct primitive ice40_primitives[] = {
    {16, 256, 1, 64, 0, 0, 1, 0}, {8, 512, 1, 64, 0, 0, 1, 0},
    {4, 1024, 1, 64, 0, 0, 1, 0}, {2, 2048, 1, 64, 0, 0, 1, 0}};

/* What primitives of a kind make a memory of. */
struct choice {
    const struct primitive *primitive;      /* NULL: flip-flops */
    double count, ways;                     /* ways: so many behind one another */
};

static double up(double value, double step)
{
    return ceil(value / step);
}

/* The cheapest by yosys's costs: of the primitives, half a point for each bit selected
 * among several ways and each enable decoded, two for each of `emulated`; of
 * flip-flops one a bit. */
static struct choice choose(const struct primitive *list, size_t length, double width,
                            double depth, double enables, double emulated)
{
    struct choice best = {NULL, 0, 1};
    double least = width * depth;
    for (size_t i = 0; i < length; i++) {
        const struct primitive *p = list + i;
        double bits = enables * p->part * up(width / enables, p->part);
        double ways = up(depth, p->words), count = up(ways * bits, p->width);
        double cost = (p->cost - p->scaled) * count +
                      p->scaled * ways * width / p->width + 2 * emulated +
                      (ways > 1 ? ((ways - 1) * width + ways * enables) / 2 : 0);
        if (cost >= least)
            continue;
        least = cost;
        best = (struct choice){p, count, ways};
    }
    return best;
}

/* LUTs of six inputs, or of four, that select `width` bits among `ways`, and give each of
 * `enables` to one of them. */
static double glue(double width, double enables, double ways, bool six)
{
    double each = six ? up(ways - 1, 3) : ways > 4 ? 0.75 * ways : ways / 2;
    return ways > 1 ? width * each + enables * ways : 0;
}

/* Distributed RAM is read without a clock: a register follows. */
static void xc7(double width, double depth, double enables, struct serac_fpga_ram *ram)
{
    struct choice c = choose(xc7_primitives, sizeof xc7_primitives / sizeof *xc7_primitives,
                             width, depth, enables, 1);
    const struct primitive *p = c.primitive;
    if (!p) {
        ram->ffs = width * (depth + 1);
        ram->luts = glue(width, enables, depth, true);
        return;
    }
    ram->brams = c.count * p->brams;
    ram->ffs = p->brams > 0 ? log2(c.ways) : width;
    ram->luts = c.count * p->luts + c.ways * width * p->bit_luts +
                glue(width, enables, c.ways, true);
}

/* iCE40: they have no old data for a word that is just written, that passes by in flip-flops. */
static void ice40(double width, double depth, double enables, struct serac_fpga_ram *ram)
{
    struct choice c = choose(ice40_primitives,
                             sizeof ice40_primitives / sizeof *ice40_primitives, width,
                             depth, enables, 7);
    if (!c.primitive) {
        ram->ffs = width * (depth + 1);
        ram->luts = glue(width, enables, depth, false);
        return;
    }
    /* Parts narrower than the RAM: it has 16 masks, which enables and low addresses make, and is
     * written when one of them is set. */
    double wide = c.primitive->width, parts = fmax(1, wide * enables / width);
    bool masks = wide == 16 || fmod(width / enables, wide) != 0;
    ram->brams = c.count;
    ram->luts = width + enables + log2(depth) - 2 + glue(width, enables, c.ways, false);
    if (masks)
        ram->luts += c.count * up(parts - 1, 3) + (16 / wide - 1) * enables * c.ways + enables;
    ram->ffs = 2 * width + 2 * enables + log2(depth) + log2(c.ways);
}

void serac_fpga_ram(enum serac_fpga_family family, uint32_t width, uint32_t depth,
                    uint32_t enables, struct serac_fpga_ram *ram)
{
    *ram = (struct serac_fpga_ram){0, 0, 0};
    if (family == SERAC_FPGA_XC7)
        xc7(width, depth, enables, ram);
    else if (family == SERAC_FPGA_ICE40)
        ice40(width, depth, enables, ram);
}

struct serac_memory_kind serac_fpga_whole(const struct serac_memory_kind *kind)
{
    struct serac_memory_kind whole = *kind;
    if (kind->ports == 1) {
        whole.depth *= 2;
        whole.count /= 2;
    }
    return whole;
}

void serac_fpga_memories(enum serac_fpga_family family,
                         const struct serac_memory_kind *kind,
                         struct serac_fpga_ram *sum)
{
    struct serac_memory_kind whole = serac_fpga_whole(kind);
    serac_fpga_ram(family, whole.width, whole.depth, whole.enables, sum);
    sum->luts *= whole.count;
    sum->ffs *= whole.count;
    sum->brams *= whole.count;
}
