#!/usr/bin/env python3
"""fit.py TECH [FILE] - FILE (configs/tech/TECH.cfg): coefficients of area and delay by unit, of energy by group, and
their error on designs left out. Of an FPGA: LUTs, flip-flops and DSPs by unit.
fit.py --collect TECH RTL - measured/TECH.csv and TECH-energy.csv from build/synth (measure.sh).

Designs of fitting/ are fitted, and for the dot-product unit those of units.sh too; those of
heldout/ are only tested. The terms of a unit are those that build/synth_units prints. Least
squares of relative errors with coefficients >= 0, each unit alone: an area is a sum of positive
things, and so is a delay.
"""
import csv
import glob
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def nnls(rows, targets, sweeps=20000):
    """Coefficients >= 0 that minimise the sum of (row . x / target - 1)^2 of positive targets."""
    kept = [(row, t) for row, t in zip(rows, targets) if t > 0]
    return descend([[v / t for v in row] for row, t in kept], [1.0] * len(kept), len(rows[0]), sweeps)


def nnls_counts(rows, targets):
    """The same where 0 is a target like another: an error there counts as against the least other
    target, so that a unit which sometimes has none is not foretold one."""
    positive = [t for t in targets if t > 0]
    if not positive:
        return [0.0] * len(rows[0])
    by = [max(t, min(positive)) for t in targets]
    return descend([[v / b for v in row] for row, b in zip(rows, by)],
                   [t / b for t, b in zip(targets, by)], len(rows[0]), 20000)


def descend(a, wanted, n, sweeps):
    """Coefficients >= 0 that minimise |a x - wanted|^2: coordinate descent on the normal equations,
    columns scaled."""
    scale = [max(1e-30, sum(r[j] ** 2 for r in a) ** 0.5) for j in range(n)]
    a = [[r[j] / scale[j] for j in range(n)] for r in a]
    gram = [[sum(r[i] * r[j] for r in a) for j in range(n)] for i in range(n)]
    right = [sum(r[j] * w for r, w in zip(a, wanted)) for j in range(n)]
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


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def units_of(design, tech):
    out = run('build/synth_units', f'{HERE}/tech/sram.cfg', f'{HERE}/tech/{tech}.cfg', design)
    return [Unit(line) for line in out.splitlines()]


def key(tech, name):
    """A string of scripts/synth/tech/TECH.cfg."""
    return re.search(rf'^{name} = "([^"]*)"', open(f'{HERE}/tech/{tech}.cfg').read(), re.M).group(1)


def below(path, other):
    """`other` lies at or below `path`."""
    return path == '' or other == path or other.startswith(path + '.')


def kept(path):
    """Lines of an earlier collection, without its head."""
    return [l for l in open(path) if l[0] != '#' and not l.startswith('design,')] if os.path.exists(path) else []


def collect(tech, rtl):
    """measured/TECH.csv: what `make synth` left of each design: um2 and ns of its units, of the
    whole, the clock's period. measured/TECH-energy.csv: the windows of cosim --energy. Designs
    that stand there already stay as they are."""
    path = f'{HERE}/measured/{tech}'
    lines, windows = kept(f'{path}.csv'), kept(f'{path}-energy.csv')
    done = {l.split(',')[0] for l in lines}
    header = open(f'{path}-energy.csv').read().splitlines()[0] if windows else None
    for config in sorted(glob.glob(f'{HERE}/fitting/*.cfg') + glob.glob(f'{HERE}/heldout/*.cfg')):
        name = os.path.basename(config)[:-4]
        folder = f'build/synth/{tech}/{name}'
        runs = sorted(glob.glob(f'{folder}/energy-*.csv'))
        products = int(open(config).readline().split(': ')[1].split()[0])
        if (name in done or not os.path.exists(f'{folder}/result.cfg')
                or products <= 2048 and len(runs) < len(glob.glob(f'{HERE}/energy/*.cfg'))):
            continue
        lines += measure(name, config, folder, tech)
        for csv_path in runs:
            head, *rows = open(csv_path).read().splitlines() or ['']
            header = header or (f'design,network,{head}' if head else None)
            windows += [f'{name},{os.path.basename(csv_path)[7:-4]},{row}\n' for row in rows]
    with open(f'{path}.csv', 'w') as out:
        out.write(f'# rtl {rtl}\ndesign,unit,cells_um2,macros_um2,ns\n' + ''.join(sorted(lines)))
    if windows:
        with open(f'{path}-energy.csv', 'w') as out:
            out.write(header + '\n' + ''.join(sorted(windows)))


def inside(u, units):
    """Units below u, and those of them that no other one contains."""
    inner = [v for v in units if v is not u and below(u.path, v.path)]
    return inner, [v for v in inner if not any(w is not v and below(w.path, v.path) for w in inner)]


def measure(name, path, folder, tech):
    units = units_of(path, tech)
    at = {}
    for line in csv.DictReader(open(f'{folder}/area.csv')):
        sums = at.setdefault(line['path'], [0.0, 0.0])
        sums[0] += float(line['cells_um2'])
        sums[1] += float(line['macros_um2'])
    ends = [(p, float(ns)) for p, ns in (line.rsplit(',', 1) for line in open(f'{folder}/endpoints.csv'))]
    out = [f'{name},all,{at[""][0]:.6g},{at[""][1]:.6g},{max(ns for _, ns in ends):.5g}\n']
    for u in units:
        inner, direct = inside(u, units)
        own = [at.get(u.path, [0, 0])[k] - sum(at.get(v.path, [0, 0])[k] for v in direct) for k in (0, 1)]
        slowest = max((ns for p, ns in ends if below(u.path, '' if p == 'io' else p)
                       and not any(below(v.path, p) for v in inner)), default=0.0)
        out.append(f'{name},{u.name},{own[0]:.6g},{own[1]:.6g},{slowest:.5g}\n')
    return out


# --- FPGAs --------------------------------------------------------------------

COUNTS = ('luts', 'ffs', 'dsps')


def counted_units(design, tech):
    """Units with the terms of their counts; LUTs, flip-flops, block RAMs of all memories."""
    *units, memories = run('build/synth_units', '--fpga', key(tech, 'flow'), design).splitlines()
    return [Unit(line) for line in units], [float(v) for v in memories.split(',')[1:]]


class Counted:
    """One design's LUTs, flip-flops, DSPs and block RAMs, by unit, and the terms of the units."""

    def __init__(self, name, tech):
        self.name = name
        self.units, self.foretold = counted_units(f'{HERE}/{name.rsplit("-", 1)[0]}/{name}.cfg', tech)
        self.count = {}


def by_path(rows):
    """LUTs, flip-flops, DSPs, block RAMs at and below each path, which may have several modules; the
    same of memories alone."""
    at, rams = {}, {}
    for row in rows:
        for to in [at] + ([rams] if row['module'] == 'serac_ram' else []):
            sums = to.setdefault(row['path'], [0.0] * 4)
            for k, column in enumerate(('luts', 'flip_flops', 'dsps', 'block_rams')):
                sums[k] += float(row[column])
    return at, rams


def collect_counts(tech, rtl):
    """measured/TECH.csv of an FPGA: counts of a unit without its memories, of all memories, of
    the whole."""
    path = f'{HERE}/measured/{tech}.csv'
    lines = kept(path)
    done = {l.split(',')[0] for l in lines}
    for config in sorted(glob.glob(f'{HERE}/fitting/*.cfg') + glob.glob(f'{HERE}/heldout/*.cfg')):
        name = os.path.basename(config)[:-4]
        csv_path = f'build/synth/{tech}/{name}/counts.csv'
        if name in done or not os.path.exists(csv_path):
            continue
        at, rams = by_path(csv.DictReader(open(csv_path)))
        def add(unit, counts):
            lines.append(f'{name},{unit},' + ','.join(f'{v:g}' for v in counts) + '\n')
        add('all', at[''])
        add('memories', [sum(c[k] for c in rams.values()) for k in range(4)])
        units = Counted(name, tech).units
        for u in units:
            inner, direct = inside(u, units)
            mine = [c for p, c in rams.items() if below(u.path, p) and not any(below(v.path, p) for v in inner)]
            zero = [0, 0, 0, 0]
            add(u.name, [at.get(u.path, zero)[k] - sum(at.get(v.path, zero)[k] for v in direct)
                         - sum(c[k] for c in mine) for k in range(4)])
    with open(path, 'w') as out:
        out.write(f'# rtl {rtl}\ndesign,unit,luts,ffs,dsps,brams\n' + ''.join(sorted(lines)))
    if os.path.exists(f'build/synth/{tech}/units/counts.csv'):
        rows = [row for row in csv.DictReader(open(f'build/synth/{tech}/units/counts.csv')) if row['module'] == 'serac_dpu']
        with open(f'{HERE}/measured/{tech}-units.csv', 'w') as out:
            out.write('unit,lanes,luts,ffs,dsps\n' + ''.join(
                '({3};{4}),{2},{0[luts]},{0[flip_flops]},{0[dsps]}\n'.format(row, *row['path'].split('_')) for row in rows))


def load_counts(tech):
    designs = {}
    for row in csv.DictReader(l for l in open(f'{HERE}/measured/{tech}.csv') if l[0] != '#'):
        d = designs.setdefault(row['design'], None) or Counted(row['design'], tech)
        designs[row['design']] = d
        d.count[row['unit']] = {k: float(row[k]) for k in (*COUNTS, 'brams')}
    return list(designs.values())


def fit_counts(designs, alone):
    fitted = {}
    for i, u in enumerate(designs[0].units):
        sample = designs + [v for v in alone if u.name in v.count]
        fitted[u.name] = {k: nnls_counts([[d.units[i].count * t for t in d.units[i].area] for d in sample],
                                         [d.count[u.name][k] for d in sample]) for k in COUNTS}
    return fitted


def count_errors(designs, fitted):
    """By resource: (measured, foretold) of each design; block RAMs follow from a rule."""
    out = {k: [] for k in (*COUNTS, 'brams')}
    for d in designs:
        model = {k: sum(u.count * dot(fitted[u.name][k], u.area) for u in d.units) for k in COUNTS}
        model['luts'] += d.foretold[0]
        model['ffs'] += d.foretold[1]
        model['brams'] = d.foretold[2]
        pairs = {k: (d.count['all'][k], model[k]) for k in model}
        for k, pair in pairs.items():
            out[k].append(pair)
        def worst(k):
            off = {u.name: 100 * (u.count * dot(fitted[u.name][k], u.area) - d.count[u.name][k]) / d.count['all'][k]
                   for u in d.units}
            return ', '.join(f'{name} {off[name]:+.1f} %' for name in sorted(off, key=lambda name: -abs(off[name]))[:3])
        print(f'  {d.name}: ' + ', '.join(f'{k} {has:g} ' + (f'{percent(has, foretold):+.1f} %' if k in ('luts', 'ffs') and has
                                                             else f'{foretold - has:+.2f}') for k, (has, foretold) in pairs.items())
              + f'; LUTs of {worst("luts")}; FFs of {worst("ffs")}')
    return out


def percent(has, foretold):
    return 100 * (foretold / has - 1)


def print_counts(what, errors):
    """Designs that have none of a resource have no per cent: the most that is foretold for them."""
    for k, pairs in errors.items():
        some = [abs(percent(has, foretold)) for has, foretold in pairs if has]
        none = [foretold for has, foretold in pairs if not has]
        if some:
            print('{}: {}: median {:.1f} %, worst {:.1f} % of {} designs'.format(what, k, *median_worst(some), len(some)))
        if none:
            print(f'{what}: {k}: {len(none)} designs have none, at most {max(none):.2f} foretold')


def print_memories(designs):
    """Memories by rule: LUTs, flip-flops, block RAMs."""
    off = [(d, has) for d in designs for has in [[d.count['memories'][k] for k in ('luts', 'ffs', 'brams')]]
           if any(abs(a - b) > 0.01 for a, b in zip(has, d.foretold))]
    for d, has in off:
        print(f'  {d.name}: memories: LUTs, FFs, block RAMs {", ".join(f"{v:g}" for v in has)}; foretold '
              + ', '.join(f'{v:g}' for v in d.foretold))
    print(f'memories: {len(designs) - len(off)} of {len(designs)} designs exactly as measured')


def main_counts(tech, path):
    designs = load_counts(tech)
    mine = [d for d in designs if d.name.startswith('fitting-')]
    theirs = [d for d in designs if d.name.startswith('heldout-')]
    fitted = fit_counts(mine, alone(tech))
    print_counts('fitted', count_errors(mine, fitted))
    left = count_errors(theirs, fitted)
    print_memories(designs)
    print_counts('left out', left)
    median, worst = median_worst([abs(percent(*pair)) for pair in left['luts']])
    with open(path, 'w') as out:
        out.write(f'# {tech}.cfg - written by `make fit TECH={tech}`; do not edit. Form: model/cost/serac_tech.h.\n\n'
                  f'source = "{what_of(tech)}; LUTs, flip-flops and DSPs fitted to this RTL";\n'
                  'not_included = "clock, energy, routing, I/O; block RAMs are a rule (model/cost/serac_fpga.h)";\n'
                  f'fpga = "{key(tech, "flow")}";\n\nunits = {{\n')
        for name, counts in fitted.items():
            out.write(f'  {name} = {{ ' + '\n    '.join(f'{k} = {numbers(v)};' for k, v in counts.items()) + ' };\n')
        out.write('};\n\n# Per cent of LUTs, on the designs of scripts/synth/heldout.\n'
                  f'fit = {{\n  designs = {len(theirs)};\n  area_median_percent = {median:.2f};\n'
                  f'  area_worst_percent = {worst:.2f};\n}};\n')


# --- ASICs --------------------------------------------------------------------

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


class Alone:
    """A dot-product unit by itself (units.sh; of an FPGA fpga.sh): as the only one of a design."""

    def __init__(self, row, tech):
        wgt, act = row['unit'].strip('()').split(';')
        fpga = key(tech, 'flow') != 'asic'
        with tempfile.NamedTemporaryFile('w', suffix='.cfg') as file:
            file.write(f'rows = 1; cols = 1; lanes = {row["lanes"]}; weight_planes = {wgt}; act_planes = {act};\n'
                       'weight_buffer_bytes = 65536; act_buffer_bytes = 65536; output_buffer_bytes = 65536;\n'
                       'param_buffer_bytes = 4096; axi_bits = 64; outstanding = 4; requant_lanes = 1; queue_depth = 1;\n')
            file.flush()
            self.units = counted_units(file.name, tech)[0] if fpga else units_of(file.name, tech)
        if fpga:
            self.count = {'dpu': {k: float(row[k]) for k in COUNTS}}
            return
        self.area, self.delay = {'dpu': float(row['um2'])}, {'dpu': float(row['ns'])}


def alone(tech):
    path = f'{HERE}/measured/{tech}-units.csv'
    rows = csv.DictReader(open(path)) if os.path.exists(path) else []
    return [Alone(row, tech) for row in rows if row['unit'] != 'INT8']


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


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


# --- energy -----------------------------------------------------------------

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
    """pJ of a read and a write of each group's memories, by design: build/synth_units --macros."""
    out = {}
    for design in {r.design for r in runs}:
        path = f'{HERE}/{design.rsplit("-", 1)[0]}/{design}.cfg'
        text = run('build/synth_units', '--macros', f'{HERE}/tech/sram.cfg', f'{HERE}/tech/{tech}.cfg', path)
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


# --- the file ---------------------------------------------------------------

def numbers(values):
    return '[' + ', '.join(f'{v:.6e}' for v in values) + ']'


def median_worst(values):
    values = sorted(values)
    n = len(values)
    return (values[(n - 1) // 2] + values[n // 2]) / 2, values[-1]


def what_of(tech):
    return re.search(r'how to synthesise for (.*)\.$', open(f'{HERE}/tech/{tech}.cfg').readline().strip()).group(1)


def write(path, tech, units, area, delay, energy, leakage, fit):
    sram = run('build/synth_units', '--sram', f'{HERE}/tech/sram.cfg', f'{HERE}/tech/{tech}.cfg')
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


FACTORS = '''
  # A tree of buffers that each drive four times their own input, wires as large as the pins
  # (estimate): half as much again as what the clock pins of cells take.
  clock_tree_factor = 1.5;
'''


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
