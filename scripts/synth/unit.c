/* unit.c - synth_unit: energy of one dot-product unit on random operands.
 *
 *     synth_unit [--pins FILE] DIR TOP LANES WGT_PLANES ACT_PLANES WGT_BITS ACT_BITS
 *
 * DIR has the netlist of serac_dpu or int8_unit (units.sh). Signed operands of so
 * many bits, uniform; every cycle a digit pair, an accumulation of 16 tiles; the
 * accumulator is checked. Prints one line of CSV: um2, fJ per multiply-accumulate without
 * delays, fJ of clock pins in it, leakage in nW, values compared, fJ per multiply-accumulate
 * with delays and so with glitches (gates_delays()).
 *
 * --pins writes what the energy without delays is made of, for opinion.py, one line each:
 *     slew PS, volt V
 *     register CELL CLOCK OUTPUT [INPUT...]   a flip-flop of the netlist
 *     net NET TOGGLES HIGH LOAD_FF KIND       toggles a cycle, share of time at 1; KIND is
 *                                             input, inner or constant
 *     cell INSTANCE CELL FJ NW [PIN=NET...]   internal energy of a cycle, clock pins included;
 *                                             leakage; clock pins are PIN:NET */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "energy_sum.h"
#include "gates.h"

enum { TILES = 16, DOTS = 600, MAX_LANES = 512 };

struct unit {
    const char *top;
    uint32_t lanes, planes[2], bits[2];      /* weights, activations */
    bool plain;                              /* int8_unit */
    struct gates *gates;
    int32_t operand[2][MAX_LANES];
    int64_t sum, expected[8];                /* ring of sums under way */
    uint64_t compared;
};

static uint32_t draw(void)
{
    static uint64_t x = 88172645463325252u;  /* xorshift64 */
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return (uint32_t)(x >> 20);
}

static void set(struct unit *u, const char *port, const void *bytes)
{
    const struct netlist_port *p = gates_port(u->gates, port);
    if (p)                                   /* yosys drops none, but users may */
        gates_set(u->gates, p, bytes);
}

static void set_bit(struct unit *u, const char *port, bool value)
{
    uint8_t byte = value;
    set(u, port, &byte);
}

/* Digit `d`, the top one first, of all lanes: [plane][lane]. */
static void set_digit(struct unit *u, int side, uint32_t digit)
{
    uint8_t bytes[8 * MAX_LANES / 8] = {0};
    uint32_t planes = u->planes[side], count = (u->bits[side] + planes - 1) / planes;
    uint32_t low = (count - 1 - digit) * planes;
    for (uint32_t p = 0; p < planes; p++)
        for (uint32_t l = 0; l < u->lanes; l++) {
            uint32_t at = p * u->lanes + l;
            uint32_t bit = (uint32_t)u->operand[side][l] >> (low + p) & 1;
            bytes[at / 8] = (uint8_t)(bytes[at / 8] | bit << at % 8);
        }
    set(u, side ? "act_i" : "wgt_i", bytes);
    set_bit(u, side ? "act_neg_i" : "wgt_neg_i", digit == 0);
}

static void new_operands(struct unit *u)
{
    for (int side = 0; side < 2; side++)
        for (uint32_t l = 0; l < u->lanes; l++)
            u->operand[side][l] =
                (int32_t)(draw() & ((1u << u->bits[side]) - 1)) -
                (1 << (u->bits[side] - 1));
    for (uint32_t l = 0; l < u->lanes; l++)
        u->sum += (int64_t)u->operand[0][l] * u->operand[1][l];
}

/* What the pipeline is told of the pair that entered `age` cycles ago. */
struct step {
    bool valid, inner_first, outer, outer_first, acc, acc_first, done;
    int64_t sum;
};

static bool run(struct unit *u, uint64_t *cycles)
{
    uint32_t w = (u->bits[0] + u->planes[0] - 1) / u->planes[0];
    uint32_t a = (u->bits[1] + u->planes[1] - 1) / u->planes[1];
    uint32_t acc_age = u->plain ? 1 : 3, tile = 0;
    struct step at[4] = {{0}};
    uint64_t total = (uint64_t)DOTS * w * a;
    for (uint64_t c = 0; c < total + 64; c++) {
        uint32_t pair = (uint32_t)(c % (w * a));
        if (c == 64)
            gates_count(u->gates);
        memmove(at + 1, at, 3 * sizeof *at);
        if (pair == 0)
            new_operands(u);
        if (pair % w == 0)
            set_digit(u, 1, pair / w);
        set_digit(u, 0, pair % w);
        at[0] = (struct step){true, pair % w == 0, pair % w == w - 1,
                              pair / w == 0, pair == w * a - 1, tile == 0,
                              pair == w * a - 1, u->sum};
        if (pair == w * a - 1) {
            tile = (tile + 1) % TILES;
            if (tile == 0)
                u->sum = 0;
        }
        set_bit(u, "dot_en_i", true);
        set_bit(u, "inner_en_i", at[1].valid);
        set_bit(u, "inner_first_i", at[1].inner_first);
        set_bit(u, "outer_en_i", at[2].outer);
        set_bit(u, "outer_first_i", at[2].outer_first);
        set_bit(u, "acc_en_i", at[acc_age].acc);
        set_bit(u, "acc_first_i", at[acc_age].acc_first);
        gates_settle(u->gates);
        if (at[acc_age].done && c > 64 + TILES * w * a) {
            uint32_t acc = 0;
            gates_get(u->gates, gates_port(u->gates, "acc_o"), &acc);
            if (acc != (uint32_t)at[acc_age].sum) {
                fprintf(stderr, "synth_unit: %s: cycle %llu: acc_o %08x, expected %08x\n",
                        u->top, (unsigned long long)c, (unsigned)acc,
                        (unsigned)at[acc_age].sum);
                return false;
            }
            u->compared++;
        }
        gates_edge(u->gates);
    }
    *cycles = gates_activity(u->gates);
    return u->compared > 0;
}

static bool number(const char *text, uint32_t most, uint32_t *value)
{
    char *end;
    unsigned long v = strtoul(text, &end, 10);
    *value = (uint32_t)v;
    return *text && !*end && v >= 1 && v <= most;
}

/* What the unit takes in a run, without or with delays. */
struct reading {
    double energy, clock, leakage, area;      /* J, W, um2 */
    uint64_t cycles;
};

static bool read_energy(struct unit *u, struct energy_sum *sum, bool delays, struct reading *r,
                        struct liberty_error *error)
{
    *r = (struct reading){.cycles = 1};
    error->text[0] = '\0';
    if (!(u->gates = gates_create(&sum->net, "clk_i", 1, error)) ||
        (delays && !gates_delays(u->gates, sum->slew_s, sum->wire_f, error))) {
        gates_destroy(u->gates);
        return false;
    }
    bool ok = run(u, &r->cycles);
    gates_destroy(u->gates);
    energy_sum_add(sum);
    for (uint32_t i = 0; i < sum->num_parts; i++) {
        const struct energy_part *p = sum->parts + i;
        r->energy += p->internal + p->switching + p->clock;
        r->clock += p->clock;
        r->leakage += p->leakage;
        r->area += p->area;
    }
    return ok;
}

/* --- --pins ------------------------------------------------------------ */

/* The first flip-flop of the netlist. */
static void put_register(FILE *out, const struct energy_sum *sum)
{
    const struct energy_cell *ec = sum->net.cells, *end = ec + sum->net.num_cells;
    while (ec < end && (ec->cell->kind != LIBERTY_FF || ec->state_pin < 0 || !ec->clocks))
        ec++;
    if (ec == end)
        return;
    const struct liberty_pin *pins = ec->cell->pins;
    uint32_t clock = 0;
    while (!(ec->clocks >> clock & 1))
        clock++;
    fprintf(out, "register %s %s %s", ec->cell->name, pins[clock].name, pins[ec->state_pin].name);
    for (uint32_t p = 0; p < ec->cell->num_pins; p++)
        if (p != clock && pins[p].direction == LIBERTY_INPUT)
            fprintf(out, " %s", pins[p].name);
    fputc('\n', out);
}

static void put_cell(FILE *out, const struct energy_sum *sum, uint32_t i, double cycles)
{
    const struct netlist_instance *inst = sum->net.instances + i;
    const struct energy_cell *ec = sum->net.cells + inst->cell;
    struct energy_result r;
    char name[1024];
    netlist_name(&sum->net, i, name, sizeof name);
    energy_sum_instance(sum, i, &r);
    fprintf(out, "cell %s %s %.9g %.9g", name, ec->cell->name,
            (r.internal + r.clock) / cycles * 1e15, r.leakage * 1e9);
    for (uint32_t p = 0; p < ec->cell->num_pins; p++) {
        uint32_t net = sum->net.pin_nets[inst->first + p];
        if (net != UINT32_MAX)
            fprintf(out, " %s%c%u", ec->cell->pins[p].name, ec->clocks >> p & 1 ? ':' : '=',
                    (unsigned)netlist_root(&sum->net, net));
    }
    fputc('\n', out);
}

static bool write_pins(const char *path, const struct energy_sum *sum, double cycles)
{
    FILE *out = fopen(path, "w");
    if (!out)
        return false;
    fprintf(out, "slew %.9g\nvolt %.9g\n", sum->slew_s * 1e12, sum->voltage);
    put_register(out, sum);
    for (uint32_t i = 0; i < sum->net.num_nets; i++) {
        const struct netlist_net *net = sum->net.nets + i;
        if (net->parent == i && (net->fanout || net->driven))
            fprintf(out, "net %u %.9g %.9g %.9g %s\n", (unsigned)i, net->toggles / cycles, net->high,
                    (net->load + net->fanout * sum->wire_f) * 1e15,
                    i < 2 ? "constant" : net->driven ? "inner" : "input");
    }
    for (uint32_t i = 0; i < sum->net.num_instances; i++)
        put_cell(out, sum, i, cycles);
    bool ok = !ferror(out);
    return fclose(out) == 0 && ok;
}

static int measure(const char *dir, const char *pins, struct unit *u)
{
    struct liberty_error error;
    struct liberty *lib;
    char path[4096];
    struct energy_sum sum = {.wire_f = ENERGY_WIRES};
    snprintf(path, sizeof path, "%s/cells.lib", dir);
    if (!(lib = liberty_load(path, &error))) {
        fprintf(stderr, "synth_unit: %s\n", error.text);
        return 2;
    }
    snprintf(path, sizeof path, "%s/netlist.json", dir);
    struct netlist_setup setup = {.libs = &lib, .num_libs = 1, .path = path,
                                  .top = u->top};
    if (!energy_sum_load(&sum, &setup, &error)) {
        fprintf(stderr, "synth_unit: %s\n", error.text);
        return 2;
    }
    struct reading settled, timed;
    struct unit again = *u;
    bool ok = read_energy(u, &sum, false, &settled, &error);
    if (ok && pins && !write_pins(pins, &sum, (double)settled.cycles)) {
        fprintf(stderr, "synth_unit: %s: cannot be written\n", pins);
        return 2;
    }
    ok = ok && read_energy(&again, &sum, true, &timed, &error);
    double pairs = (double)((u->bits[0] + u->planes[0] - 1) / u->planes[0]) *
                   ((u->bits[1] + u->planes[1] - 1) / u->planes[1]);
    double macs = (double)settled.cycles / pairs * u->lanes;
    if (ok)
        printf("%.6g,%.6g,%.6g,%.6g,%llu,%.6g\n", settled.area, settled.energy * 1e15 / macs,
               settled.clock * 1e15 / macs, settled.leakage * 1e9, (unsigned long long)u->compared,
               timed.energy * 1e15 / macs);
    else if (error.text[0])
        fprintf(stderr, "synth_unit: %s\n", error.text);
    energy_sum_free(&sum);
    liberty_free(lib);
    return ok ? 0 : error.text[0] ? 2 : 1;
}

int main(int argc, char **argv)
{
    const char *pins = NULL;
    if (argc > 2 && !strcmp(argv[1], "--pins")) {
        pins = argv[2];
        argc -= 2;
        argv += 2;
    }
    struct unit u = {.top = argc > 2 ? argv[2] : ""};
    u.plain = !strcmp(u.top, "int8_unit");
    if (argc != 8 || !number(argv[3], MAX_LANES, &u.lanes) ||
        !number(argv[4], 8, u.planes) || !number(argv[5], 8, u.planes + 1) ||
        !number(argv[6], 8, u.bits) || !number(argv[7], 8, u.bits + 1)) {
        fprintf(stderr, "usage: synth_unit [--pins FILE] DIR TOP LANES WGT_PLANES ACT_PLANES WGT_BITS ACT_BITS\n");
        return 2;
    }
    return measure(argv[1], pins, &u);
}
