/* energy_use.c - what one instance of a cell costs where it works. */
#include "energy_internal.h"

/* Likelihood of each state, inputs taken as independent - but for a flip-flop
 * how often its input differs from its state is known: as often as it flips. */
static void weigh(const struct energy_cell *ec, const struct energy_use *use,
                  double *weight)
{
    uint32_t states = 1u << ec->num_free, pins = ec->cell->num_pins;
    double differ = 0, edges = 0, flips = 0;
    for (uint32_t s = 0; s < states; s++) {
        weight[s] = 1;
        for (uint32_t i = 0; i < ec->num_free; i++) {
            double high = 0.5;
            if (ec->free[i] < pins)
                high = use->high[ec->free[i]];
            else if (ec->state_pin >= 0)
                high = ec->state_inverted ? 1 - use->high[ec->state_pin]
                                          : use->high[ec->state_pin];
            weight[s] *= s >> i & 1 ? high : 1 - high;
        }
        differ += ec->changes[s] ? weight[s] : 0;
    }
    if (ec->cell->kind != LIBERTY_FF || ec->state_pin < 0)
        return;
    flips = use->toggles[ec->state_pin];
    for (uint32_t i = 0; i < pins; i++)
        if (ec->clocks >> i & 1)
            edges += use->toggles[i] / 2;
    if (!(edges > 0) || !(differ > 0) || !(differ < 1))
        return;
    double share = flips < edges ? flips / edges : 1;
    for (uint32_t s = 0; s < states; s++)
        weight[s] *= ec->changes[s] ? share / differ
                                    : (1 - share) / (1 - differ);
}

/* Energy of a toggle of `pin` caused by the pins in `related`: conditional arcs
 * by their likelihood, the unconditional one in all other states. An output's
 * toggle happened in one of the states listed, so there these are normalised;
 * an input's may have happened where no arc applies. */
static double pin_energy(const struct energy_cell *ec,
                         const struct energy_use *use, const double *weight,
                         uint32_t pin, uint64_t related, bool output)
{
    double sum = 0, likely = 0, other = 0, plain = 0;
    uint32_t states = 1u << ec->num_free, count = 0;
    bool unconditional = false;
    for (uint32_t i = 0; i < ec->num_arcs; i++) {
        const struct energy_arc *arc = ec->arcs + i;
        double p = 0, load = output ? use->load[pin] : 0;
        if (arc->pin != pin || arc->related != related)
            continue;
        double energy = energy_arc_at(arc, use->slew, load);
        plain += energy;
        count++;
        if (!arc->when) {
            other += energy;         /* several: one per supply */
            unconditional = true;
            continue;
        }
        for (uint32_t s = 0; s < states; s++)
            p += arc->when[s] ? weight[s] : 0;
        sum += p * energy;
        likely += p;
    }
    if (unconditional)
        return sum + (likely < 1 ? 1 - likely : 0) * other;
    if (!output)
        return sum;
    if (likely > 1e-12)
        return sum / likely;
    return count ? plain / count : 0;
}

/* Over the pins that may have caused a toggle, by how often they toggle. */
static double output_energy(const struct energy_cell *ec,
                            const struct energy_use *use, const double *weight,
                            uint32_t pin)
{
    double sum = 0, total = 0, plain = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < ec->num_arcs; i++) {
        uint64_t related = ec->arcs[i].related;
        bool seen = ec->arcs[i].pin != pin;
        for (uint32_t j = 0; j < i && !seen; j++)
            seen = ec->arcs[j].pin == pin && ec->arcs[j].related == related;
        if (seen)
            continue;
        double cause = related ? 0 : 1;
        for (uint32_t p = 0; p < ec->cell->num_pins; p++)
            cause += related >> p & 1 ? use->toggles[p] : 0;
        double energy = pin_energy(ec, use, weight, pin, related, true);
        sum += cause * energy;
        total += cause;
        plain += energy;
        count++;
    }
    if (total > 0)
        return sum / total;
    return count ? plain / count : 0;
}

void energy_cell_at(const struct energy_cell *ec, const struct energy_use *use,
                    bool tables_whole, struct energy_result *result)
{
    double weight[1 << MAX_FREE];
    double v2 = ec->lib->voltage * ec->lib->voltage / 2;
    *result = (struct energy_result){0, 0, 0};
    if (ec->macro)
        return;
    weigh(ec, use, weight);
    for (uint32_t s = 0; s < 1u << ec->num_free; s++)
        result->leakage += weight[s] * ec->leakage[s];
    for (uint32_t pin = 0; pin < ec->cell->num_pins; pin++) {
        bool output = ec->outputs >> pin & 1;
        if (!(use->toggles[pin] > 0))
            continue;
        double energy = output
                            ? output_energy(ec, use, weight, pin)
                            : pin_energy(ec, use, weight, pin, 0, false);
        if (output && !tables_whole && ec->load_share > 0.5)
            energy -= v2 * use->load[pin];
        energy *= use->toggles[pin] * ec->lib->energy_j;
        if (ec->clocks >> pin & 1)
            result->clock += energy;
        else
            result->internal += energy;
    }
}

double energy_cell_slew(const struct energy_cell *ec, double slew, double load)
{
    if (!ec->slew[0].rows || !ec->slew[1].rows)
        return -1;
    return (liberty_table_at(&ec->slew[0], slew, load) +
            liberty_table_at(&ec->slew[1], slew, load)) / 2;
}
