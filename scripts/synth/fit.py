#!/usr/bin/env python3
"""fit.py TECH [FILE] - FILE (configs/tech/TECH.cfg): coefficients of area and delay by unit, of energy by group, and
their error on designs left out. Of an FPGA: LUTs, flip-flops and DSPs by unit.
fit.py --collect TECH RTL - measured/TECH.csv and TECH-energy.csv from build/synth (measure.sh).

Designs of fitting/ are fitted, and for the dot-product unit those of units.sh too; those of
heldout/ are only tested. The terms of a unit are those that build/synth_terms prints. Least
squares of relative errors with coefficients >= 0, each unit alone: an area is a sum of positive
things, and so is a delay.
"""
import csv
import os
import sys

from fit_collect import collect, collect_counts
from fit_energy import energy_errors, fit_energy, GROUPS, macro_energy, runs_of
from fit_fpga import main_counts
from fit_units import alone, dot, HERE, key, median_worst, nnls, numbers, run, units_of, what_of


class Design:
    """One measured design and the terms of its units."""

    def __init__(self, name, tech):
        self.name = name
        self.units = units_of(f'{HERE}/{name.rsplit("-", 1)[0]}/{name}.cfg', tech)
        self.area, self.delay = {}, {}

    def add(self, row):
        cells, macros, ns = (float(row[k]) for k in ('cells_um2', 'macros_um2', 'ns'))
        if row['unit'] == 'all':
            self.cells, self.macros, self.period = cells, macros, ns
        else:
            self.area[row['unit']], self.delay[row['unit']] = cells, ns


def load(tech):
    designs = {}
    for row in csv.DictReader(l for l in open(f'{HERE}/measured/{tech}.csv') if l[0] != '#'):
        name = row['design']
        if name not in designs:
            designs[name] = Design(name, tech)
        designs[name].add(row)
    return designs.values()


# Terms of model/cost/serac_units.c: bits that are flip-flops, of a buffer, of the held values.
BUFFERS_OF_BITS = ('act_bank', 'weight_buffer', 'param_buffer', 'out_buffer')
BUFFER_BITS, HELD_BITS = 3, 2


def fit(designs, units):
    area, delay = {}, {}
    for i, u in enumerate(designs[0].units):
        sample = designs + [v for v in units if u.name in v.area]
        area[u.name] = nnls([[d.units[i].count * t for t in d.units[i].area] for d in sample],
                            [d.area[u.name] for d in sample])
        slow = [d for d in designs if d.delay[u.name] > 0]     # not units alone: nothing drives their operands
        delay[u.name] = nnls([d.units[i].delay for d in slow], [d.delay[u.name] for d in slow]) if slow else [0.0] * len(u.delay)
    # A buffer of flip-flops that no fitted design has costs a bit what the held values cost.
    held = area['post_path'][HELD_BITS]
    for i, u in enumerate(designs[0].units):
        if u.name in BUFFERS_OF_BITS and not any(d.units[i].area[BUFFER_BITS] for d in designs):
            area[u.name][BUFFER_BITS] = held
    return area, delay


def errors(designs, area, delay):
    out = []
    for d in designs:
        cells = sum(u.count * dot(area[u.name], u.area) for u in d.units)
        times = {u.name: dot(delay[u.name], u.delay) for u in d.units}
        slowest = max(times, key=times.get)
        total = 100 * ((cells + d.macros) / (d.cells + d.macros) - 1)
        clock = 100 * (d.period / times[slowest] - 1)
        out.append((abs(total), abs(clock), abs(100 * (cells / d.cells - 1))))
        off = {u.name: 100 * (u.count * dot(area[u.name], u.area) - d.area[u.name]) / d.cells for u in d.units}
        worst = sorted(off, key=lambda name: -abs(off[name]))[:3]
        print(f'  {d.name}: area {total:+.1f} % (cells {100 * (cells / d.cells - 1):+.1f} %), clock {clock:+.1f} % '
              f'({slowest}, measured {max(d.delay, key=d.delay.get)} {d.period:.2f} ns); '
              + ', '.join(f'{name} {off[name]:+.1f}' for name in worst))
    return out


def summary(what, list_):
    for k, name in enumerate(('area', 'clock', 'cells alone')):
        values = sorted(e[k] for e in list_)
        n = len(values)
        median = (values[(n - 1) // 2] + values[n // 2]) / 2
        print(f'{what}: {name}: median {median:.1f} %, worst {values[-1]:.1f} % of {n} designs')


FACTORS = '''
  # A tree of buffers that each drive four times their own input, wires as large as the pins
  # (estimate): half as much again as what the clock pins of cells take.
  clock_tree_factor = 1.5;
'''


def write(path, tech, units, area, delay, energy, leakage, fit):
    sram = run('build/synth_terms', '--sram', f'{HERE}/tech/sram.cfg', f'{HERE}/tech/{tech}.cfg')
    with open(path, 'w') as out:
        out.write(f'# {tech}.cfg - written by `make fit TECH={tech}`; do not edit. Form: model/cost/serac_tech.h.\n\n'
                  f'source = "{what_of(tech)}; fitted to yosys, OpenSTA and gate-level runs of this RTL";\n'
                  'not_included = "wires and placement in area, skew, I/O, power grid; '
                  'memories are a table";\n\nunits = {\n')
        for u in units:
            out.write(f'  {u.name} = {{ area_um2 = {numbers(area[u.name])};\n'
                      f'    delay_ns = {numbers(delay[u.name])}; }};\n')
        out.write('};\n\n# Macros of 64 bits by depth (scripts/synth/tech/sram.cfg, scaled).\nsram = {\n' + sram + '};\n')
        if energy:
            out.write('\nenergy = {\n')
            for g in GROUPS:
                out.write(f'  {g} = {{ clock_pj = {numbers(energy[g][0])};\n'
                          f'    data_pj = {numbers(energy[g][1])}; }};\n')
            out.write(f'  leakage_uw_per_mm2 = {leakage:.6e};\n{FACTORS}}};\n')
        out.write('\n# Per cent, on the designs of scripts/synth/heldout.\nfit = {\n')
        out.write(''.join(f'  {key} = {value};\n' for key, value in fit.items()) + '};\n')


def main():
    if sys.argv[1:2] == ['--collect']:
        os.makedirs(f'{HERE}/measured', exist_ok=True)
        return (collect if key(sys.argv[2], 'flow') == 'asic' else collect_counts)(*sys.argv[2:4])
    tech = sys.argv[1]
    path = sys.argv[2] if len(sys.argv) > 2 else f'configs/tech/{tech}.cfg'
    if key(tech, 'flow') != 'asic':
        return main_counts(tech, path)
    designs = load(tech)
    fitted = [d for d in designs if d.name.startswith('fitting-')]
    held = [d for d in designs if d.name.startswith('heldout-')]
    area, delay = fit(fitted, alone(tech))
    summary('fitted', errors(fitted, area, delay))
    left = errors(held, area, delay)
    summary('left out', left)
    result = {'designs': len(held)}
    for k, name in enumerate(('area', 'clock')):
        result[f'{name}_median_percent'], result[f'{name}_worst_percent'] = (
            f'{v:.2f}' for v in median_worst([e[k] for e in left]))
    runs = runs_of(tech)
    energy = leakage = None
    if {r.design.split('-')[0] for r in runs} == {'fitting', 'heldout'}:
        cells = {d.name: d.cells for d in designs}
        mine = [r for r in runs if r.design.startswith('fitting-')]
        theirs = [r for r in runs if r.design.startswith('heldout-')]
        energy, macros = fit_energy(mine), macro_energy(tech, runs)
        leakage = sum(r.leakage / cells[r.design] * 1e6 for r in mine) / len(mine)
        energy_errors(mine, energy, macros)
        left = energy_errors(theirs, energy, macros)
        for k, name in enumerate(('energy', 'energy of cells alone')):
            print('left out: {}: median {:.1f} %, worst {:.1f} % of {} runs'.format(
                name, *median_worst([e[k] for e in left]), len(left)))
        result['energy_designs'] = len({r.design for r in theirs})
        result['energy_median_percent'], result['energy_worst_percent'] = (
            f'{v:.2f}' for v in median_worst([e[0] for e in left]))
    write(path, tech, fitted[0].units, area, delay, energy, leakage, result)


if __name__ == '__main__':
    main()
