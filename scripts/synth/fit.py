#!/usr/bin/env python3
"""fit.py TECH - coefficients of area and delay by unit, and their error on designs left out.

Reads build/synth/TECH/fitting-*/ (fitted) and heldout-*/ (never), what `make synth` left there,
and the terms that build/synth_units prints. Least squares of relative errors with
coefficients >= 0, each unit alone: an area is a sum of positive things, and so is a delay.
"""
import csv
import glob
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def nnls(rows, targets, sweeps=20000):
    """Coefficients >= 0 that minimise the sum of (row . x / target - 1)^2: coordinate
    descent on the normal equations, columns scaled."""
    n = len(rows[0])
    a = [[v / t for v in row] for row, t in zip(rows, targets) if t > 0]
    scale = [max(1e-30, sum(r[j] ** 2 for r in a) ** 0.5) for j in range(n)]
    a = [[r[j] / scale[j] for j in range(n)] for r in a]
    gram = [[sum(r[i] * r[j] for r in a) for j in range(n)] for i in range(n)]
    right = [sum(r[j] for r in a) for j in range(n)]
    x = [0.0] * n
    for _ in range(sweeps):
        most = 0.0
        for j in range(n):
            if gram[j][j] < 1e-12:
                continue
            new = max(0.0, x[j] + (right[j] - sum(gram[j][k] * x[k] for k in range(n))) / gram[j][j])
            most = max(most, abs(new - x[j]))
            x[j] = new
        if most < 1e-12:
            break
    return [x[j] / scale[j] for j in range(n)]


class Unit:
    def __init__(self, line):
        cells = line.split(',')
        d = cells.index('delay')
        self.name, self.path, self.group, self.count = cells[0], cells[1], int(cells[2]), float(cells[3])
        self.area = [float(v) for v in cells[5:d]]
        self.delay = [float(v) for v in cells[d + 1:]]


def units_of(design, tech):
    out = subprocess.run(['build/synth_units', f'{HERE}/tech/sram.cfg', f'{HERE}/tech/{tech}.cfg', design],
                         capture_output=True, text=True, check=True).stdout
    return [Unit(line) for line in out.splitlines()]


def below(path, other):
    """`other` lies at or below `path`."""
    return path == '' or other == path or other.startswith(path + '.')


class Design:
    """One synthesised design: its units' terms, and what was measured of each."""

    def __init__(self, folder, tech):
        self.name = os.path.basename(folder)
        kind = self.name.rsplit('-', 1)[0]
        self.units = units_of(f'{HERE}/{kind}/{self.name}.cfg', tech)
        lines = list(csv.DictReader(open(f'{folder}/area.csv')))
        at = {}
        for line in lines:
            at.setdefault(line['path'], [0.0, 0.0])
            at[line['path']][0] += float(line['cells_um2'])
            at[line['path']][1] += float(line['macros_um2'])
        self.cells, self.macros = at['']
        ends = [(path, float(ns)) for path, ns in (line.rsplit(',', 1) for line in open(f'{folder}/endpoints.csv'))]
        self.period = max(ns for _, ns in ends)
        self.area, self.delay = {}, {}
        for u in self.units:
            inner = [v for v in self.units if v is not u and below(u.path, v.path)]
            direct = [v for v in inner if not any(w is not v and below(w.path, v.path) for w in inner)]
            self.area[u.name] = at.get(u.path, [0.0])[0] - sum(at.get(v.path, [0.0])[0] for v in direct)
            own = [ns for path, ns in ends if below(u.path, path if path != 'io' else '')
                   and not any(below(v.path, path) for v in inner)]
            self.delay[u.name] = max(own, default=0.0)


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def fit(designs):
    area, delay = {}, {}
    for i, u in enumerate(designs[0].units):
        area[u.name] = nnls([[d.units[i].count * t for t in d.units[i].area] for d in designs],
                            [d.area[u.name] for d in designs])
        slow = [d for d in designs if d.delay[u.name] > 0]
        delay[u.name] = nnls([d.units[i].delay for d in slow], [d.delay[u.name] for d in slow]) if slow else [0.0]
    return area, delay


def errors(designs, area, delay, show):
    out = []
    for d in designs:
        cells = sum(u.count * dot(area[u.name], u.area) for u in d.units)
        times = {u.name: dot(delay[u.name], u.delay) for u in d.units}
        slowest = max(times, key=times.get)
        total = 100 * ((cells + d.macros) / (d.cells + d.macros) - 1)
        clock = 100 * (d.period / times[slowest] - 1)
        out.append((abs(total), abs(clock), abs(100 * (cells / d.cells - 1))))
        if show:
            worst = sorted(d.units, key=lambda u: -abs(u.count * dot(area[u.name], u.area) - d.area[u.name]))[:3]
            print(f'  {d.name}: area {total:+.1f} % (cells {100 * (cells / d.cells - 1):+.1f} %), clock {clock:+.1f} % '
                  f'({slowest}, measured {max(d.delay, key=d.delay.get)} {d.period:.2f} ns); '
                  + ', '.join(f'{u.name} {100 * (u.count * dot(area[u.name], u.area) - d.area[u.name]) / d.cells:+.1f}'
                              for u in worst))
    return out


def summary(what, list_):
    for k, name in enumerate(('area', 'clock', 'cells alone')):
        values = sorted(e[k] for e in list_)
        n = len(values)
        median = (values[(n - 1) // 2] + values[n // 2]) / 2
        print(f'{what}: {name}: median {median:.1f} %, worst {values[-1]:.1f} % of {n} designs')


def main():
    tech = sys.argv[1]
    folders = sorted(f for f in glob.glob(f'build/synth/{tech}/*') if os.path.exists(f'{f}/result.cfg'))
    fitted = [Design(f, tech) for f in folders if os.path.basename(f).startswith('fitting-')]
    held = [Design(f, tech) for f in folders if os.path.basename(f).startswith('heldout-')]
    area, delay = fit(fitted)
    for u in fitted[0].units:
        print(f'{u.name}: area', *(f'{x:.5g}' for x in area[u.name]), ' delay', *(f'{x:.4g}' for x in delay[u.name]))
    summary('fitted', errors(fitted, area, delay, True))
    if held:
        summary('left out', errors(held, area, delay, True))


main()
