"""Energy by group, of the networks of energy/ on netlists."""
import csv
import os

from fit_units import dot, HERE, key, nnls, run

GROUPS = ['control', 'array', 'ones', 'requant', 'weight_buffer', 'act_buffer', 'param_buffer', 'output_buffer']
BUFFERS = GROUPS[4:]


class Run:
    """One network on one netlist: measured energies and the terms of model/cost/serac_activity.h."""

    def __init__(self, row):
        self.design, self.network = row['design'], row['network']
        self.cycles = float(row['cycles'])
        self.pj = {g: (float(row[f'{g}_clock_pj']), float(row[f'{g}_pj']) - float(row[f'{g}_clock_pj']))
                   for g in GROUPS}
        self.accesses = {g: (float(row[f'{g}_reads']), float(row[f'{g}_writes'])) for g in GROUPS}
        self.leakage = sum(float(row[f'{g}_leakage_uw']) for g in GROUPS)
        path = f'{HERE}/{self.design.rsplit("-", 1)[0]}/{self.design}.cfg'
        out = run('build/synth_events', path, f'{HERE}/energy/{self.network}.cfg')
        self.terms, self.foretold = {}, {}
        for line in out.splitlines():
            cells = line.split(',')
            c, d = cells.index('clock'), cells.index('data')
            group = GROUPS[int(cells[0])]
            self.foretold[group] = (float(cells[1]), float(cells[2]))
            self.terms[group] = ([float(v) for v in cells[c + 1:d]], [float(v) for v in cells[d + 1:]])


def runs_of(tech):
    path = f'{HERE}/measured/{tech}-energy.csv'
    return [Run(row) for row in csv.DictReader(open(path))] if os.path.exists(path) else []


def fit_energy(runs):
    """Coefficients by group: of clock pins, of the rest."""
    return {g: tuple(nnls([r.terms[g][k] for r in runs], [r.pj[g][k] for r in runs], 3000) for k in (0, 1))
            for g in GROUPS}


def macro_energy(tech, runs):
    """pJ of a read and a write of each group's memories, by design: build/synth_terms --macros."""
    out = {}
    for design in {r.design for r in runs}:
        path = f'{HERE}/{design.rsplit("-", 1)[0]}/{design}.cfg'
        text = run('build/synth_terms', '--macros', f'{HERE}/tech/sram.cfg', f'{HERE}/tech/{tech}.cfg', path)
        out[design] = {c[0]: (float(c[1]), float(c[2])) for c in (l.split(',') for l in text.splitlines())}
    return out


def energy_errors(runs, energy, macros):
    """Per cent, of cells and memories together and of cells alone."""
    out = []
    for r in runs:
        cells = sum(sum(r.pj[g]) for g in GROUPS)
        model = sum(dot(energy[g][k], r.terms[g][k]) for g in GROUPS for k in (0, 1))
        def memories(accesses):
            return sum(accesses[g][k] * macros[r.design][g][k] for g in BUFFERS for k in (0, 1) if accesses[g][k])
        measured, foretold = memories(r.accesses), memories(r.foretold)
        out.append((abs(100 * ((model + foretold) / (cells + measured) - 1)), abs(100 * (model / cells - 1))))
        off = {g: 100 * (sum(dot(energy[g][k], r.terms[g][k]) for k in (0, 1)) - sum(r.pj[g])) / cells
               for g in GROUPS}
        worst = sorted(off, key=lambda name: -abs(off[name]))[:3]
        print(f'  {r.design} {r.network}: {(cells + measured) / r.cycles:.0f} pJ a cycle, of it memories '
              f'{measured / r.cycles:.0f}; {100 * ((model + foretold) / (cells + measured) - 1):+.1f} % '
              f'(cells {100 * (model / cells - 1):+.1f} %), ' + ', '.join(f'{g} {off[g]:+.1f}' for g in worst))
    return out
