"""measured/: what `make synth` left of each design in build/synth."""
import csv
import glob
import os

from fit_units import below, counted_units, HERE, inside, units_of


def kept(path):
    """Lines of an earlier collection, without its head."""
    return [l for l in open(path) if l[0] != '#' and not l.startswith('design,')] if os.path.exists(path) else []


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
        units, _ = counted_units(config, tech)
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
