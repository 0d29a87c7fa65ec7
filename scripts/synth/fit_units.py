"""What the fits share: least squares, and the terms of units as the C programs print them."""
import csv
import os
import re
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
COUNTS = ('luts', 'ffs', 'dsps')


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


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


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
    out = run('build/synth_terms', f'{HERE}/tech/sram.cfg', f'{HERE}/tech/{tech}.cfg', design)
    return [Unit(line) for line in out.splitlines()]


def counted_units(design, tech):
    """Units with the terms of their counts; LUTs, flip-flops, block RAMs of all memories."""
    *units, memories = run('build/synth_terms', '--fpga', key(tech, 'flow'), design).splitlines()
    return [Unit(line) for line in units], [float(v) for v in memories.split(',')[1:]]


def key(tech, name):
    """A string of scripts/synth/tech/TECH.cfg."""
    return re.search(rf'^{name} = "([^"]*)"', open(f'{HERE}/tech/{tech}.cfg').read(), re.M).group(1)


def below(path, other):
    """`other` lies at or below `path`."""
    return path == '' or other == path or other.startswith(path + '.')


def inside(u, units):
    """Units below u, and those of them that no other one contains."""
    inner = [v for v in units if v is not u and below(u.path, v.path)]
    return inner, [v for v in inner if not any(w is not v and below(w.path, v.path) for w in inner)]


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


def percent(has, foretold):
    return 100 * (foretold / has - 1)


def median_worst(values):
    values = sorted(values)
    n = len(values)
    return (values[(n - 1) // 2] + values[n // 2]) / 2, values[-1]


def numbers(values):
    return '[' + ', '.join(f'{v:.6e}' for v in values) + ']'


def what_of(tech):
    return re.search(r'how to synthesise for (.*)\.$', open(f'{HERE}/tech/{tech}.cfg').readline().strip()).group(1)
