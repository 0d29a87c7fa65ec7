"""An FPGA: LUTs, flip-flops and DSPs by unit; memories are a rule (model/cost/serac_fpga.h)."""
import csv

from fit_units import (alone, counted_units, COUNTS, dot, HERE, key, median_worst, nnls_counts, numbers, percent,
                       what_of)


class Counted:
    """One design's LUTs, flip-flops, DSPs and block RAMs, by unit, and the terms of the units."""

    def __init__(self, name, tech):
        self.name = name
        self.units, self.foretold = counted_units(f'{HERE}/{name.rsplit("-", 1)[0]}/{name}.cfg', tech)
        self.count = {}


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
