/* serac_fpga.c - memories on FPGAs. */
#include "serac_fpga.h"

#include <math.h>

static double up(double value, double step)
{
    return ceil(value / step);
}

/* 7-series: the cheaper of both by yosys's costs. A distributed RAM of four LUTs has 6 x 32 or
 * 3 x 64 bits and costs 8; half a block RAM 129, a whole one 257. Each written part
 * starts anew: in a distributed RAM, and in bytes of 9 bits of a block RAM. */
static void xc7(double width, double depth, double enables,
                struct serac_fpga_ram *ram)
{
    double part = width / enables, cost = INFINITY;
    double bits = enables > 1 ? enables * 9 * up(part, 9) : width;
    double shallow = up(part, 6) * up(depth, 32), deep = up(part, 3) * up(depth, 64);
    double luts = enables * fmin(shallow, deep);
    for (int half = 0; half < 2; half++)
        for (double wide = half ? 36 : 72, words = 512; wide >= 9;
             wide /= 2, words *= 2) {
            double count = up(bits, wide) * up(depth, words);
            if (count * (half ? 129 : 257) >= cost)
                continue;
            cost = count * (half ? 129 : 257);
            ram->brams = half ? count / 2 : count;
        }
    if (8 * luts > cost)
        return;
    ram->brams = 0;
    ram->luts = 4 * luts;
    ram->ffs = width;
}

/* iCE40: block RAMs of 16 x 256 bits unless they were filled to less than 2 %. They have no
 * old data for a word that is just written: that passes by in flip-flops. */
static void ice40(double width, double depth, double enables,
                  struct serac_fpga_ram *ram)
{
    double brams = up(width, 16) * up(depth, 256);
    if (width * depth < 0.02 * 4096 * brams) {
        ram->ffs = width * (depth + 1);
        ram->luts = width * depth / 2 + 4 * enables;
        return;
    }
    ram->brams = brams;
    ram->luts = width + 2 * enables + log2(depth) - 2;
    ram->ffs = 2 * width + 2 * enables + log2(depth);
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

void serac_fpga_memories(enum serac_fpga_family family,
                         const struct serac_memory_kind *kind,
                         struct serac_fpga_ram *sum)
{
    uint32_t halves = kind->ports == 1 ? 2 : 1;
    double count = kind->count / halves;
    serac_fpga_ram(family, kind->width, kind->depth * halves, kind->enables, sum);
    sum->luts *= count;
    sum->ffs *= count;
    sum->brams *= count;
}
