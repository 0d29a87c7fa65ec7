/* serac_rtl_gates.c - the pins of serac_top on a simulated netlist. */
#include "serac_rtl_gates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_rtl_gates_energy.h"
#include "serac_pins.h"

/* The netlist that is loaded; one at a time. */
static struct {
    const struct serac_rtl_gates_options *options;
    struct liberty *libs[2];
    struct energy_sum sum;
    struct serac_rtl_gates_energy energy;   /* for the first device; then without file */
    int lost;                     /* errno of the first write that failed */
} loaded;

struct device {
    struct gates *gates;
    const struct netlist_port *in[SERAC_PINS_IN], *out[SERAC_PINS_OUT], *reset, *counters;
    struct serac_rtl_gates_energy energy;
};

static void read_counters(void *handle, uint64_t *values)
{
    const struct device *d = handle;
    gates_get(d->gates, d->counters, values);
}

static void read_outputs(const struct device *d, struct serac_rtl_out *out)
{
    memset(out, 0, sizeof *out);      /* a pin may be narrower than its field */
    for (size_t i = 0; i < SERAC_PINS_OUT; i++)
        if (d->out[i])
            gates_get(d->gates, d->out[i], (uint8_t *)out + serac_pins_out[i].offset);
}

static void settle(void *handle, const struct serac_rtl_in *in,
                   struct serac_rtl_out *out)
{
    const struct device *d = handle;
    for (size_t i = 0; i < SERAC_PINS_IN; i++)
        if (d->in[i] &&
            (serac_pins_in[i].offset != offsetof(struct serac_rtl_in, rdata) ||
             in->rvalid))
            gates_set(d->gates, d->in[i],
                      (const uint8_t *)in + serac_pins_in[i].offset);
    gates_settle(d->gates);
    read_outputs(d, out);
}

/* --- the operations ---------------------------------------------------------- */

static void edge(void *handle, struct serac_rtl_out *out)
{
    struct device *d = handle;
    bool done = out->done;
    gates_edge(d->gates);
    read_outputs(d, out);
    serac_rtl_gates_energy_count(&d->energy, out->busy, done);
}

/* The first loss is told. */
static void keep(int lost)
{
    if (!loaded.lost)
        loaded.lost = lost;
}

static void destroy(void *handle)
{
    struct device *d = handle;
    keep(serac_rtl_gates_energy_close(&d->energy));
    gates_destroy(d->gates);
    free(d);
}

static void reset(void *handle, uint32_t cycles, struct serac_rtl_out *out)
{
    struct device *d = handle;
    struct serac_rtl_in in = {0};
    struct serac_rtl_out after = {0};
    uint8_t low = 0, high = 1;
    gates_set(d->gates, d->reset, &low);
    settle(d, &in, out);
    while (cycles--)
        gates_edge(d->gates);
    read_outputs(d, out);
    gates_set(d->gates, d->reset, &high);
    settle(d, &in, &after);
}

static void *create(uint64_t seed)
{
    struct liberty_error error;
    struct serac_rtl_out out = {0};
    struct device *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->gates = gates_create(&loaded.sum.net, "clk_i", seed, &error);
    if (!d->gates || (loaded.energy.file && !gates_delays(d->gates, loaded.sum.slew_s, loaded.sum.wire_f, &error))) {
        gates_destroy(d->gates);   /* checked by serac_rtl_gates_load() */
        free(d);
        return NULL;
    }
    for (size_t i = 0; i < SERAC_PINS_IN; i++)
        d->in[i] = gates_port(d->gates, serac_pins_in[i].port);
    for (size_t i = 0; i < SERAC_PINS_OUT; i++)
        d->out[i] = gates_port(d->gates, serac_pins_out[i].port);
    d->reset = gates_port(d->gates, "rst_ni");
    d->counters = gates_port(d->gates, "counters_o");
    reset(d, 3, &out);
    d->energy = loaded.energy;
    d->energy.gates = d->gates;
    d->energy.counters = d->counters;
    loaded.energy.file = NULL;
    return d;
}

static const struct serac_rtl_ops operations = {
    .create = create, .destroy = destroy, .settle = settle, .edge = edge,
    .counters = read_counters, .reset = reset};

/* --- loading ------------------------------------------------------------------- */

static enum serac_status lost(struct serac_error *error)
{
    snprintf(error->text, sizeof error->text, "%s: cannot be written: %s", loaded.options->energy,
             strerror(loaded.lost));
    return SERAC_E_INPUT;
}

static enum serac_status refuse(struct serac_error *error, const char *text)
{
    snprintf(error->text, sizeof error->text, "%s", text);
    return SERAC_E_INPUT;
}

/* Every pin must be there and fit. */
static enum serac_status check_pins(const struct gates *g,
                                    const struct serac_design *design,
                                    const char *dir, struct serac_error *error)
{
    const struct netlist_port *data = gates_port(g, "m_rdata_i");
    const struct netlist_port *counters = gates_port(g, "counters_o");
    bool ok = data && data->count == design->axi_bits && counters &&
              counters->count == 64 * SERAC_COUNTERS && gates_port(g, "rst_ni");
    for (size_t i = 0; i < SERAC_PINS_IN; i++) {
        const struct netlist_port *p = gates_port(g, serac_pins_in[i].port);
        ok &= p && (p->count + 7) / 8 <= serac_pins_in[i].size;
    }
    for (size_t i = 0; i < SERAC_PINS_OUT; i++) {
        const struct netlist_port *p = gates_port(g, serac_pins_out[i].port);
        ok &= p && (p->count + 7) / 8 <= serac_pins_out[i].size;
    }
    if (!ok)
        snprintf(error->text, sizeof error->text,
                 "%s: not a serac_top with a bus of %u bits", dir,
                 (unsigned)design->axi_bits);
    return ok ? SERAC_OK : SERAC_E_INPUT;
}

enum serac_status serac_rtl_gates_load(const struct serac_rtl_gates_options *options,
                                       const struct serac_design *design,
                                       const struct serac_rtl_ops **ops,
                                       struct serac_error *error)
{
    static const char *const names[] = {"cells.lib", "macros.lib"};
    struct liberty_error problem;
    char path[4096];
    loaded.options = options;
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", options->dir, names[i]);
        if (!(loaded.libs[i] = liberty_load(path, &problem)))
            return refuse(error, problem.text);
    }
    snprintf(path, sizeof path, "%s/netlist.json", options->dir);
    struct netlist_setup setup = {.libs = loaded.libs, .num_libs = 2,
                                  .path = path, .top = "serac_top"};
    struct energy_sum *sum = &loaded.sum;
    serac_rtl_gates_energy_groups(sum);
    sum->wire_f = ENERGY_WIRES;
    if (!energy_sum_load(sum, &setup, &problem))
        return refuse(error, problem.text);
    struct gates *g = gates_create(&sum->net, "clk_i", 1, &problem);
    if (!g)
        return refuse(error, problem.text);
    if (options->energy && !gates_delays(g, sum->slew_s, sum->wire_f, &problem)) {
        gates_destroy(g);
        return refuse(error, problem.text);
    }
    enum serac_status status = check_pins(g, design, options->dir, error);
    gates_destroy(g);
    *ops = &operations;
    if (status != SERAC_OK || !options->energy)
        return status;
    loaded.energy = (struct serac_rtl_gates_energy){.file = fopen(options->energy, "w"),
                                                    .window = options->window, .sum = sum};
    if (!loaded.energy.file) {
        snprintf(error->text, sizeof error->text, "%s: %s", options->energy,
                 strerror(errno));
        return SERAC_E_INPUT;
    }
    serac_rtl_gates_energy_begin(&loaded.energy);
    keep(loaded.energy.lost);
    return loaded.energy.lost ? lost(error) : SERAC_OK;
}

enum serac_status serac_rtl_gates_written(struct serac_error *error)
{
    return loaded.lost ? lost(error) : SERAC_OK;
}
