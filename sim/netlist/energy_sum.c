/* energy_sum.c - prices the activity of a netlist, cell by cell and net by net. */
#include "energy_sum.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liberty_internal.h"

/* --- groups ----------------------------------------------------------- */

static uint32_t part_named(struct energy_sum *s, const char *name, size_t length)
{
    for (uint32_t i = 0; i < s->num_parts; i++)
        if (strlen(s->parts[i].name) == length &&
            !strncmp(s->parts[i].name, name, length))
            return i;
    s->parts = liberty_memory(realloc(s->parts, (s->num_parts + 1) * sizeof *s->parts));
    char *copy = liberty_memory(malloc(length + 1));
    memcpy(copy, name, length);
    copy[length] = '\0';
    s->parts[s->num_parts] = (struct energy_part){.name = copy};
    return s->num_parts++;
}

/* "u_a" covers u_a, u_a.x and u_a[3].x, but not u_ab. */
static bool covers(const char *prefix, const char *path)
{
    size_t length = strlen(prefix);
    return !strncmp(prefix, path, length) &&
           (!length || !path[length] || path[length] == '.' ||
            path[length] == '[');
}

/* `path` without generate blocks (gen_...) and indices. */
static void plain_path(const char *path, char *to, size_t room)
{
    size_t length = 0;
    while (*path && length + 1 < room) {
        size_t name = strcspn(path, ".");
        if (strncmp(path, "gen_", 4)) {
            size_t plain = strcspn(path, "[");
            length += (size_t)snprintf(to + length, room - length, "%s%.*s",
                                       length ? "." : "",
                                       (int)(plain < name ? plain : name), path);
        }
        path += name + (path[name] == '.');
    }
    to[length < room ? length : room - 1] = '\0';
}

/* Paths are cut where instances begin, and their names may hold dots: so the
 * path of each depth is remembered while the hierarchy is walked. */
static uint32_t group_of(void *ctx, const char *path, uint32_t depth)
{
    static size_t lengths[256];
    struct energy_sum *s = ctx;
    const char *label = "(rest)";
    char plain[1024];
    size_t longest = 0;
    if (depth < 256)
        lengths[depth] = strlen(path);
    if (!s->num_prefixes) {
        uint32_t cut = depth < s->depth ? depth : s->depth;
        if (!cut)
            return part_named(s, "(top)", 5);
        return part_named(s, path, lengths[cut < 256 ? cut : 255]);
    }
    plain_path(path, plain, sizeof plain);
    for (uint32_t i = 0; i < s->num_prefixes; i++)
        if ((covers(s->prefixes[i], path) || covers(s->prefixes[i], plain)) &&
            strlen(s->prefixes[i]) + 1 > longest) {
            longest = strlen(s->prefixes[i]) + 1;
            label = s->labels[i];
        }
    return part_named(s, label, strlen(label));
}

/* --- the sum ---------------------------------------------------------- */

static double net_load(const struct energy_sum *s, const struct netlist_net *net)
{
    return net->load + net->fanout * s->wire_f;
}

/* The net at a pin, or NULL. */
static struct netlist_net *net_at(const struct netlist *n,
                                  const struct netlist_instance *inst,
                                  uint32_t pin)
{
    uint32_t net = n->pin_nets[inst->first + pin];
    return net == UINT32_MAX ? NULL : n->nets + netlist_root(n, net);
}

/* Mean transition time of all outputs when their inputs have it, too. */
static void find_slew(struct energy_sum *s)
{
    const struct netlist *n = &s->net;
    s->slew_s = 0;
    for (int turn = 0; turn < 6; turn++) {
        double sum = 0;
        uint64_t count = 0;
        for (uint32_t i = 0; i < n->num_instances; i++) {
            const struct netlist_instance *inst = n->instances + i;
            const struct energy_cell *ec = n->cells + inst->cell;
            for (uint32_t p = 0; !ec->macro && p < ec->cell->num_pins; p++) {
                const struct netlist_net *net = net_at(n, inst, p);
                if (!(ec->outputs >> p & 1) || !net)
                    continue;
                double slew =
                    energy_cell_slew(ec, s->slew_s / ec->lib->time_s,
                                     net_load(s, net) / ec->lib->cap_f);
                if (slew > 0) {
                    sum += slew * ec->lib->time_s;
                    count++;
                }
                break;
            }
        }
        s->slew_s = count ? sum / (double)count : 0;
    }
}

void energy_sum_instance(const struct energy_sum *s, uint32_t instance,
                         struct energy_result *result)
{
    const struct netlist_instance *inst = s->net.instances + instance;
    const struct energy_cell *ec = s->net.cells + inst->cell;
    double toggles[64], high[64], load[64];
    for (uint32_t p = 0; p < ec->cell->num_pins; p++) {
        const struct netlist_net *net = net_at(&s->net, inst, p);
        toggles[p] = net ? net->toggles : 0;
        high[p] = net ? net->high : 0.5;
        load[p] = net ? net_load(s, net) / ec->lib->cap_f : 0;
    }
    const struct energy_use use = {toggles, high, load,
                                   s->slew_s / ec->lib->time_s};
    energy_cell_at(ec, &use, s->tables_whole, result);
}

static void add_instance(struct energy_sum *s, uint32_t instance)
{
    const struct netlist_instance *inst = s->net.instances + instance;
    const struct energy_cell *ec = s->net.cells + inst->cell;
    double v = s->voltage;
    struct energy_part *part = s->parts + inst->group;
    struct energy_result result;
    if (ec->macro)
        return;
    for (uint32_t p = 0; p < ec->cell->num_pins; p++) {
        const struct netlist_net *net = net_at(&s->net, inst, p);
        if (net && ec->clocks >> p & 1)
            part->clock += v * v / 2 * net->toggles *
                           (ec->cell->pins[p].capacitance * ec->lib->cap_f +
                            s->wire_f);
    }
    energy_sum_instance(s, instance, &result);
    part->cells++;
    part->area += ec->cell->area;
    part->internal += result.internal;
    part->clock += result.clock;
    part->leakage += result.leakage;
}

/* Nets count once, with the first cell that drives them; what clock pins load
 * was counted with these pins. */
static void add_nets(struct energy_sum *s)
{
    struct netlist *n = &s->net;
    double v = s->voltage;
    double *clock_load = liberty_memory(calloc(n->num_nets, sizeof *clock_load));
    uint32_t *owner = liberty_memory(calloc(n->num_nets, sizeof *owner));
    for (uint32_t i = 0; i < n->num_instances; i++) {
        const struct netlist_instance *inst = n->instances + i;
        const struct energy_cell *ec = n->cells + inst->cell;
        for (uint32_t p = 0; p < ec->cell->num_pins; p++) {
            uint32_t net = n->pin_nets[inst->first + p];
            if (net == UINT32_MAX)
                continue;
            net = netlist_root(n, net);
            if (!ec->macro && ec->clocks >> p & 1)
                clock_load[net] += ec->cell->pins[p].capacitance *
                                       ec->lib->cap_f + s->wire_f;
            if (ec->cell->pins[p].direction == LIBERTY_OUTPUT && !owner[net])
                owner[net] = inst->group + 1;
        }
    }
    for (uint32_t i = 2; i < n->num_nets; i++) {
        const struct netlist_net *net = n->nets + i;
        if (net->parent != i || (!net->fanout && !net->driven))
            continue;
        s->nets++;
        s->nets_unknown += !net->known;
        s->parts[owner[i] ? owner[i] - 1 : s->ports].switching +=
            v * v / 2 * net->toggles * (net_load(s, net) - clock_load[i]);
    }
    free(clock_load);
    free(owner);
}

bool energy_sum_load(struct energy_sum *s, struct netlist_setup *setup,
                     struct liberty_error *error)
{
    s->ports = part_named(s, "(ports)", 7);
    s->voltage = setup->libs[0]->voltage * setup->libs[0]->volt_v;
    setup->group = group_of;
    setup->group_ctx = s;
    if (!netlist_load(&s->net, setup, error))
        return false;
    if (s->wire_f < 0)
        s->wire_f = liberty_wire_f(setup->libs[0]);
    if (!(s->slew_s > 0))
        find_slew(s);
    for (uint32_t i = 0; i < s->net.num_cells; i++)
        s->loaded += s->net.cells[i].load_share > 0.5;
    return true;
}

void energy_sum_add(struct energy_sum *s)
{
    for (uint32_t i = 0; i < s->num_parts; i++)
        s->parts[i] = (struct energy_part){.name = s->parts[i].name};
    s->nets = s->nets_unknown = 0;
    for (uint32_t i = 0; i < s->net.num_instances; i++)
        add_instance(s, i);
    add_nets(s);
}

void energy_sum_free(struct energy_sum *s)
{
    netlist_free(&s->net);
    for (uint32_t i = 0; i < s->num_parts; i++)
        free(s->parts[i].name);
    free(s->parts);
}
