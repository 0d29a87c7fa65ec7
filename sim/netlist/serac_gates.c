/* serac_gates.c - the pins of serac_top on a simulated netlist; energy windows. */
#include "serac_gates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "energy_sum.h"
#include "gates.h"
#include "serac_pins.h"

/* Unit groups as area and energy are reported; what is in none is control. */
static const struct {
    const char *label, *path;
} groups[] = {{"control", ""},
              {"array", "u_core.u_array"},
              {"ones", "u_core.u_array.u_ones"},
              {"requant", "u_core.u_post.u_path"},
              {"weight_buffer", "u_core.u_wgt_buffer"},
              {"act_buffer", "u_core.u_column.u_bank"},
              {"param_buffer", "u_core.u_param_buffer"},
              {"output_buffer", "u_core.u_out_buffer"}};
#define GROUPS (sizeof groups / sizeof *groups)

/* The netlist that is loaded; one at a time. */
static struct {
    const struct serac_gates_options *options;
    struct liberty *libs[2];
    struct energy_sum sum;
    FILE *energy;                 /* for the first device; then NULL */
    int lost;                     /* errno of the first write that failed */
} loaded;

struct device {
    struct gates *gates;
    const struct netlist_port *in[SERAC_PINS_IN], *out[SERAC_PINS_OUT], *reset, *counters;
    FILE *energy;
    uint64_t cycle, first;        /* busy cycles; the window's first */
    uint64_t before[SERAC_COUNTERS];
    bool counting, finished;
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

/* --- energy --------------------------------------------------------------- */

static const struct energy_part *part_of(const char *label)
{
    static const struct energy_part none;
    for (uint32_t i = 0; i < loaded.sum.num_parts; i++)
        if (!strcmp(loaded.sum.parts[i].name, label))
            return loaded.sum.parts + i;
    return &none;
}

static void accesses(struct gates *g, const char *label, uint64_t *reads,
                     uint64_t *writes)
{
    uint32_t count;
    const struct gates_memory *m = gates_memories(g, &count);
    *reads = *writes = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t group = loaded.sum.net.instances[m[i].instance].group;
        if (strcmp(loaded.sum.parts[group].name, label))
            continue;
        *reads += m[i].reads;
        *writes += m[i].writes;
    }
}

static void print_header(FILE *file)
{
    fprintf(file, "cycle,window_cycles,wire_ff");
#define NAME(name, ...) fprintf(file, ",%s", #name);
    SERAC_COUNTER_LIST(NAME)
#undef NAME
    for (size_t i = 0; i < GROUPS; i++)
        fprintf(file, ",%s_pj,%s_clock_pj,%s_leakage_uw,%s_reads,%s_writes",
                groups[i].label, groups[i].label, groups[i].label,
                groups[i].label, groups[i].label);
    fprintf(file, "\n");
}

/* What was printed is in the file, or `loaded.lost` says why not. */
static bool flush(FILE *file)
{
    errno = 0;
    if (fflush(file) == 0 && !ferror(file))
        return true;
    if (!loaded.lost)
        loaded.lost = errno ? errno : EIO;
    return false;
}

static enum serac_status lost(struct serac_error *error)
{
    snprintf(error->text, sizeof error->text, "%s: cannot be written: %s", loaded.options->energy,
             strerror(loaded.lost));
    return SERAC_E_INPUT;
}

/* Inputs of the machine load nets, too: those are control's. */
static void print_window(struct device *d)
{
    uint64_t now[SERAC_COUNTERS] = {0}, reads, writes;
    uint64_t cycles = gates_activity(d->gates);
    energy_sum_add(&loaded.sum);
    read_counters(d, now);
    fprintf(d->energy, "%llu,%llu,%.4g", (unsigned long long)d->first,
            (unsigned long long)cycles, loaded.sum.wire_f * 1e15);
    for (uint32_t i = 0; i < SERAC_COUNTERS; i++)
        fprintf(d->energy, ",%llu",
                (unsigned long long)(now[i] >= d->before[i]
                                         ? now[i] - d->before[i] : now[i]));
    memcpy(d->before, now, sizeof now);
    for (size_t i = 0; i < GROUPS; i++) {
        const struct energy_part *p = part_of(groups[i].label);
        double pj = p->internal + p->switching + p->clock;
        if (!i)
            pj += part_of("(ports)")->switching;
        accesses(d->gates, groups[i].label, &reads, &writes);
        fprintf(d->energy, ",%.6g,%.6g,%.6g,%llu,%llu", pj * 1e12,
                p->clock * 1e12, p->leakage * 1e6, (unsigned long long)reads,
                (unsigned long long)writes);
    }
    fprintf(d->energy, "\n");
    d->finished |= !flush(d->energy);
    d->first = d->cycle;
    gates_count(d->gates);
}

/* The first run, from its first busy cycle on. */
static void count(struct device *d, bool busy, bool done)
{
    if (!d->energy || d->finished)
        return;
    if (busy && !d->counting) {
        d->counting = true;
        gates_count(d->gates);
        read_counters(d, d->before);
    } else if (d->counting) {
        d->cycle++;
        if (done || d->cycle - d->first == loaded.options->window)
            print_window(d);
        d->finished |= done;
    }
}

/* --- the operations ---------------------------------------------------------- */

static void edge(void *handle, struct serac_rtl_out *out)
{
    struct device *d = handle;
    bool done = out->done;
    gates_edge(d->gates);
    read_outputs(d, out);
    count(d, out->busy, done);
}

static void destroy(void *handle)
{
    struct device *d = handle;
    if (d->energy) {
        flush(d->energy);
        if (fclose(d->energy) != 0 && !loaded.lost)
            loaded.lost = errno;
    }
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
    if (!d->gates || (loaded.energy && !gates_delays(d->gates, loaded.sum.slew_s, loaded.sum.wire_f, &error))) {
        gates_destroy(d->gates);   /* checked by serac_gates_load() */
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
    loaded.energy = NULL;
    return d;
}

static const struct serac_rtl_ops operations = {
    .create = create, .destroy = destroy, .settle = settle, .edge = edge,
    .counters = read_counters, .reset = reset};

/* --- loading ------------------------------------------------------------------- */

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

enum serac_status serac_gates_load(const struct serac_gates_options *options,
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
    for (size_t i = 0; i < GROUPS; i++) {
        sum->labels[i] = groups[i].label;
        sum->prefixes[i] = groups[i].path;
    }
    sum->num_prefixes = GROUPS;
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
    loaded.energy = fopen(options->energy, "w");
    if (!loaded.energy) {
        snprintf(error->text, sizeof error->text, "%s: %s", options->energy,
                 strerror(errno));
        return SERAC_E_INPUT;
    }
    print_header(loaded.energy);
    return flush(loaded.energy) ? SERAC_OK : lost(error);
}

enum serac_status serac_gates_written(struct serac_error *error)
{
    return loaded.lost ? lost(error) : SERAC_OK;
}
