/* serac_units.c - terms of each unit, from the shape of the design. */
#include "serac_units.h"

#include <math.h>
#include <string.h>

struct list {
    struct serac_unit *units;
    uint32_t count;
};

static struct serac_unit *add(struct list *l, const char *name,
                              const char *path, enum serac_unit_group group,
                              double count)
{
    struct serac_unit *u = l->units + l->count++;
    memset(u, 0, sizeof *u);
    *u = (struct serac_unit){.name = name, .path = path, .group = group,
                             .count = count, .area_terms = 1,
                             .counts_terms = 1, .delay_terms = 1};
    u->area[0] = u->counts[0] = u->delay[0] = 1;
    return u;
}

static void cells(struct serac_unit *u, double term)
{
    u->area[u->area_terms++] = term;
}

/* Of an FPGA. */
static void counts(struct serac_unit *u, double term)
{
    u->counts[u->counts_terms++] = term;
}

static void area(struct serac_unit *u, double term)
{
    cells(u, term);
    counts(u, term);
}

/* yosys takes a DSP for a product from so many bits on, if it may. */
#define DSP_BITS 9

/* `multipliers` of two numbers, `bits` of the product wanted; without DSPs a row of LUTs for
 * each of `rows` bits. */
static void multiplier(struct serac_unit *u, double multipliers, double bits, double rows)
{
    counts(u, bits < DSP_BITS ? multipliers * bits * rows : 0);
    counts(u, bits < DSP_BITS ? 0 : multipliers);
    counts(u, bits < DSP_BITS ? 0 : multipliers * bits * rows);
}

static void delay(struct serac_unit *u, double term)
{
    u->delay[u->delay_terms++] = term;
}

/* On an FPGA a dot product is a popcount, or a tree of adders over what a lane has: a number of
 * one side or none of it, a product in LUTs, or one in a DSP, which also adds. */
static void dot_counts(struct serac_unit *u, double lanes, double pw, double pa)
{
    bool plain = pw * pa == 1, product = pw > 1 && pa > 1;
    bool dsp = pw + pa + 2 >= DSP_BITS;      /* signs added */
    double sums = lanes * (pw + pa), bits = lanes * pw * pa;
    counts(u, log2(lanes));
    counts(u, pw + pa);
    counts(u, plain ? lanes : 0);
    counts(u, plain || product ? 0 : lanes);
    counts(u, plain || product ? 0 : sums);
    counts(u, product && !dsp ? lanes : 0);
    counts(u, product && !dsp ? bits : 0);
    counts(u, product && dsp ? lanes : 0);
    counts(u, product && dsp ? sums : 0);
    counts(u, product && dsp ? bits : 0);
}

#define COLUMNS 32                   /* 8 + 8 planes, 512 lanes, signs */

/* Stages of full adders by the rule of rtl/serac_wallace.v: until no column has more than `rows` bits. */
static uint32_t wallace_stages(uint32_t heights[COLUMNS], uint32_t rows)
{
    uint32_t stages = 0;
    for (bool done = false; !done; stages += !done) {
        uint32_t carries = 0;
        done = true;
        for (uint32_t c = 0; c < COLUMNS; c++)
            done &= heights[c] <= rows;
        for (uint32_t c = 0; c < COLUMNS && !done; c++) {
            uint32_t height = heights[c];
            heights[c] = height - 2 * (height / 3) + carries;
            carries = height / 3;
        }
    }
    return stages;
}

/* Full adders one behind the other in rtl/serac_dot.v: of its longest group of plane pairs, after who is
 * a top plane, and of the tree that adds the groups' rows. Where both sides have four planes and more the last
 * tree has a stage more, of carries into the sign's columns, but no bit passes an adder in each. */
static double longest_chain(uint32_t lanes, uint32_t pw, uint32_t pa)
{
    uint32_t fewer = pw < pa ? pw : pa, left = fewer > 2 ? (fewer - 1) * lanes : lanes;
    uint32_t groups[4][COLUMNS] = {{0}}, last[COLUMNS] = {0}, longest = 0, rows = 0;
    for (uint32_t other = lanes; other > 2; other -= other / 3)
        left -= left / 3;
    for (uint32_t p = 0; p < pw; p++)
        for (uint32_t q = 0; q < pa; q++)
            groups[(pa > 1 && q == pa - 1 ? 2 : 0) + (pw > 1 && p == pw - 1 ? 1 : 0)][p + q] += lanes;
    for (uint32_t g = 0; g < 4; g++) {
        uint32_t bits = 0, here = g == 0 && pw * pa > 1 ? left : 2;
        for (uint32_t c = 0; c < COLUMNS; c++)
            bits += groups[g][c];
        if (bits == 0)
            continue;
        uint32_t stages = wallace_stages(groups[g], here);
        rows += here;
        longest = stages > longest ? stages : longest;
    }
    for (uint32_t c = 0; c < COLUMNS; c++)
        last[c] = rows + (c == 1 && pw * pa > 1 ? (fewer > 1 ? 3 : 1) : 0);
    return longest + wallace_stages(last, 2);
}

/* A digit: the more planes, the more a copy of the sign is selected from. */
static void digit_counts(struct serac_unit *u, double lanes, double planes)
{
    counts(u, lanes * planes * log2(planes));
}

/* A buffer beside its macros: what selects a word among banks of `width` bits, what
 * is read and written, and memories that are flip-flops. On an FPGA what is read is a
 * register; each of its planes of `plane` bits is selected among those of a word of all
 * banks, by LUTs of six inputs, four ways each, or all together are shifted into place in
 * two steps; and each part that is written alone needs an enable. */
static void buffer(struct serac_unit *u, const struct serac_memory_kind *kind,
                   double instances, double plane, double read_bits, double write_bits,
                   const struct serac_sram_table *table)
{
    double banks = kind->count / instances;
    struct serac_sram sram = {.access_ns = 0};
    if (table->points && !kind->registers)
        serac_sram(table, kind->width, kind->depth, kind->ports, &sram);
    area(u, banks * kind->width);
    area(u, read_bits + write_bits);
    area(u, kind->registers ? banks * kind->width * kind->depth : 0);
    double planes = read_bits / plane, ways = banks / 2 * kind->width / plane;
    double each = planes * ceil((ways - 1) / 3), shifted = 2 * planes + ways - 4;
    counts(u, read_bits);
    counts(u, plane * (ways > 4 && shifted < each ? shifted : each));
    counts(u, banks * kind->enables);
    delay(u, sram.access_ns);
    delay(u, log2(banks) + (kind->registers ? log2(kind->depth) : 0));
}

void serac_units(const struct serac_design *d,
                 const struct serac_sram_table *table,
                 struct serac_unit units[SERAC_UNITS])
{
    struct list l = {units, 0};
    struct serac_memory_kind m[SERAC_MEMORIES];
    double rows = d->rows, cols = d->cols, lanes = d->lanes, axi = d->axi_bits;
    double pw = d->weight_planes, pa = d->act_planes, rq = d->requant_lanes;
    double log_lanes = log2(lanes), dots = rows * cols;
    double fanout = pw * rows > pa * cols ? pw * rows : pa * cols;   /* of an operand bit */
    bool plain = pw * pa == 1;           /* AND and popcount */
    struct serac_unit *u;
    serac_memories(d, m);

    /* A full adder for nearly every product, then an adder over the sum. */
    u = add(&l, "dpu", "u_core.u_array.u_dpu", SERAC_GROUP_ARRAY, dots);
    cells(u, lanes * pw * pa);
    cells(u, pw + pa + log_lanes);
    cells(u, plain ? 0 : 1);
    cells(u, pw > 1 && pa > 1 ? pw + pa + log_lanes : 0);
    dot_counts(u, lanes, pw, pa);
    delay(u, longest_chain(d->lanes, d->weight_planes, d->act_planes));
    delay(u, log2(fanout));
    delay(u, log2(pw * pa));

    u = add(&l, "ones", "u_core.u_array.u_ones", SERAC_GROUP_ONES, cols);
    cells(u, lanes * pa);
    cells(u, pa + log_lanes);
    counts(u, log_lanes);
    counts(u, pa);
    counts(u, pa > 1 ? 0 : lanes);       /* a popcount, else a tree of adders */
    counts(u, pa > 1 ? lanes : 0);
    counts(u, pa > 1 ? lanes * pa : 0);
    delay(u, log_lanes);
    delay(u, pa > 1 ? 1 : 0);

    /* Operand and drain registers. */
    u = add(&l, "array", "u_core.u_array", SERAC_GROUP_ARRAY, 1);
    area(u, lanes * (rows * pw + cols * pa));
    area(u, dots);
    area(u, cols);
    delay(u, log2(dots));

    u = add(&l, "column", "u_core.u_column", SERAC_GROUP_CONTROL, cols);
    area(u, lanes * pa);
    digit_counts(u, lanes, pa);
    counts(u, pa);
    counts(u, log2(d->act_buffer_bytes / cols / (lanes / 8)));    /* address of a plane */
    delay(u, log2(lanes * pa));
    u = add(&l, "act_bank", "u_core.u_column.u_bank", SERAC_GROUP_ACT_BUFFER,
            cols);
    buffer(u, m + SERAC_MEMORY_ACTIVATIONS, cols, lanes, lanes * pa, axi, table);
    u = add(&l, "columns", "u_core.u_columns", SERAC_GROUP_CONTROL, 1);
    area(u, cols);
    area(u, axi);
    delay(u, log2(cols));
    double bank_bits = log2(d->act_buffer_bytes / cols / (axi / 8));
    counts(u, cols * bank_bits);
    multiplier(u, cols, bank_bits, bank_bits);    /* lines of a window times their beats */

    u = add(&l, "weight_buffer", "u_core.u_wgt_buffer",
            SERAC_GROUP_WEIGHT_BUFFER, 1);
    buffer(u, m + SERAC_MEMORY_WEIGHTS, 1, rows * lanes, rows * lanes * pw, axi, table);
    u = add(&l, "weight_digit", "u_core.u_wgt_digit", SERAC_GROUP_WEIGHT_BUFFER,
            1);
    area(u, rows * lanes * pw);
    u = add(&l, "param_buffer", "u_core.u_param_buffer",
            SERAC_GROUP_PARAM_BUFFER, 1);
    buffer(u, m + SERAC_MEMORY_PARAMETERS, 1, rq * 128, rq * 128, axi, table);
    u = add(&l, "out_buffer", "u_core.u_out_buffer", SERAC_GROUP_OUTPUT_BUFFER,
            1);
    buffer(u, m + SERAC_MEMORY_OUTPUTS, 1, axi, axi, rq * 8, table);

    u = add(&l, "requant", "u_core.u_post.u_path.u_requant",
            SERAC_GROUP_REQUANT, rq);
    u = add(&l, "post_path", "u_core.u_post.u_path", SERAC_GROUP_REQUANT, 1);
    area(u, rq);
    area(u, m[SERAC_MEMORY_HELD].registers
                ? (double)m[SERAC_MEMORY_HELD].width * m[SERAC_MEMORY_HELD].depth
                : 0);
    delay(u, log2(rq));
    u = add(&l, "post", "u_core.u_post", SERAC_GROUP_CONTROL, 1);
    area(u, dots + cols);                /* selects among the drain registers */
    area(u, rq);
    delay(u, log2(dots));
    multiplier(u, 1, log2(d->output_buffer_bytes / (lanes / 8)), 6);     /* blocks times bits */

    u = add(&l, "execute", "u_core.u_execute", SERAC_GROUP_CONTROL, 1);
    area(u, log2(d->act_buffer_bytes));
    delay(u, log2(cols));
    u = add(&l, "fetch", "u_core.u_fetch", SERAC_GROUP_CONTROL, 1);
    area(u, log2(axi));
    delay(u, log2(axi));
    u = add(&l, "load", "u_core.u_load", SERAC_GROUP_CONTROL, 1);
    area(u, axi);
    u = add(&l, "read", "u_core.u_read", SERAC_GROUP_CONTROL, 1);
    area(u, axi);
    area(u, d->outstanding);
    delay(u, log2(axi));
    u = add(&l, "store", "u_core.u_store", SERAC_GROUP_CONTROL, 1);
    delay(u, log2(axi));
    u = add(&l, "write", "u_core.u_write", SERAC_GROUP_CONTROL, 1);
    area(u, axi);
    delay(u, log2(axi));
    u = add(&l, "control", "u_core.u_control", SERAC_GROUP_CONTROL, 1);
    area(u, axi);
    delay(u, log2(axi));
    u = add(&l, "exec_queue", "u_core.u_exec_queue", SERAC_GROUP_CONTROL, 1);
    area(u, axi);
    delay(u, log2(axi));
    u = add(&l, "store_queue", "u_core.u_store_queue", SERAC_GROUP_CONTROL, 1);
    area(u, axi);
    delay(u, log2(axi));
    u = add(&l, "csr", "u_csr", SERAC_GROUP_CONTROL, 1);
    u = add(&l, "core", "u_core", SERAC_GROUP_CONTROL, 1);
    area(u, rows * lanes * pw);
    area(u, lanes * cols * pa);
    digit_counts(u, rows * lanes, pw);   /* on an FPGA weight_digit is part of it */
    counts(u, lanes);                    /* which of them are there */
    delay(u, log2(cols));
    add(&l, "top", "", SERAC_GROUP_CONTROL, 1);
}
