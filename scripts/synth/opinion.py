#!/usr/bin/env python3
# opinion.py - prices the activity of a unit in OpenSTA, too, and compares.
#
#     opinion.py DIR PINS             # one line of CSV, see FIELDS; called by opinion.sh
#     opinion.py --cells DIR PINS     # internal energy by kind of cell
#     opinion.py --fields             # the first line of the CSV
#
# DIR has the netlist, PINS is what synth_unit --pins wrote of it. OpenSTA reads the library, gets
# the netlist flat, the toggles and the duty of every pin, the clock, and the same wire-load
# model. Everything is fJ a cycle, leakage nW:
#   ours_*     scripts/synth
#   same_*     OpenSTA's tables and loads, each toggle counted once, clock pins as often as they
#              toggle, with our transition time at all pins
#   tree_*     with its own, but for clock pins: as if a tree led there
#   own_*      with its own
#   report_*   as its report_power has them
import collections
import itertools
import re
import subprocess
import sys

FIELDS = ("cells", "ours_internal", "same_internal", "tree_internal", "own_internal", "report_internal",
          "ours_switching", "same_switching", "report_switching", "ours_leakage", "report_leakage",
          "same_clock_pins", "own_clock_pins")

# `set_power_activity -pins` fails in OpenSTA 2.0.17 (it calls a procedure that there is not), and
# activities are propagated over what was set: from all pins without a driver forward, not through
# registers. So registers drive all inputs and constants (see netlist()), then nothing is propagated, and
# the function behind the command is called. Activity is toggles a clock cycle.
TCL = r"""
read_liberty %(dir)s/cells.lib
read_verilog %(dir)s/opinion.v
link_design opinion
set_wire_load_mode top
set_wire_load_model -name serac
create_clock -name clk -period %(period)s [get_ports clk]
set file [open %(dir)s/opinion.act]
while {[gets $file line] >= 0} {set activity([lindex $line 0]) [lrange $line 1 end]}
close $file
set corner [sta::cmd_corner]
foreach inst [sta::network_leaf_instances] {
  foreach pin [get_pins -of_objects $inst] {
    set name [get_full_name $pin]
    if {![info exists activity($name)]} continue
    lassign $activity($name) toggles high clock
    sta::set_power_pin_activity $pin $toggles $high
    if {%(which)s} {set_assigned_transition %(slew)s $pin}
  }
}
sta::find_timing
sta::set_debug power 3
foreach inst [sta::network_leaf_instances] {
  set name [get_full_name $inst]
  if {[string match i* $name]} {puts "cell $name [sta::instance_power $inst $corner]"}
}
"""

Net = collections.namedtuple("Net", "toggles high load kind")
Cell = collections.namedtuple("Cell", "kind internal leakage pins clocks")
Arc = collections.namedtuple("Arc", "source when energy share")


class Unit:
    """What synth_unit --pins wrote, and the figures that synth.sh left."""

    def __init__(self, directory, path):
        self.nets, self.cells, self.dir = {}, {}, directory
        for line in open(path):
            word, *field = line.split()
            if word == "net":
                self.nets[field[0]] = Net(*map(float, field[1:4]), field[4])
            elif word == "cell":
                pins = dict(re.split("[=:]", pin) for pin in field[4:])
                clocks = [pin.split(":")[0] for pin in field[4:] if ":" in pin]
                self.cells["i%d" % len(self.cells)] = Cell(field[1], float(field[2]), float(field[3]), pins, clocks)
            else:
                setattr(self, word, field)
        if not hasattr(self, "register"):
            sys.exit("opinion: %s: no register" % path)
        config = open(directory + "/result.cfg").read()
        self.ns = float(re.search(r"^period_ns = (.*);", config, re.M).group(1))
        shell = dict(re.findall(r"^LIB_(\w+)='(.*)'", open(directory + "/../cells.sh").read(), re.M))
        self.unit_ns = float(shell["TIME_UNIT_S"]) * 1e9
        library = open(directory + "/cells.lib").read()
        self.grounds = set(re.findall(r'pg_pin *\("?(\w+)"?\) *\{[^}]*pg_type *: *"?primary_ground', library))
        self.ties = {shell["TIE_HIGH"], shell["TIE_LOW"]} - {""}

    def clock_net(self):
        """The input that toggles twice a cycle."""
        return next(name for name, net in self.nets.items() if net.kind == "input" and net.toggles == 2)


def netlist(unit):
    """The unit flat, behind registers; and the activity of all pins."""
    kind, clock, output, *inputs = unit.register
    clk = unit.clock_net()
    tied = {net for cell in unit.cells.values() if cell.kind in unit.ties for net in cell.pins.values()}
    wire = {name: "clk" if name == clk else "n" + name for name in unit.nets}
    with open(unit.dir + "/opinion.v", "w") as v, open(unit.dir + "/opinion.act", "w") as act:
        v.write("module opinion (clk);\n  input clk;\n  wire idle;\n")
        for name in unit.nets:
            if name != clk:
                v.write("  wire n%s;\n" % name)
        sources = [(name, "n" + name) for name, net in unit.nets.items()
                   if name != clk and (net.kind != "inner" or name in tied)] + [("idle", "idle")]
        for name, to in sources:
            v.write("  %s s%s (.%s(clk), .%s(%s)%s);\n" % (
                kind, name, clock, output, to, "".join(", .%s(idle)" % pin for pin in inputs)))
            net = unit.nets.get(name, Net(0, 1, 0, ""))
            act.write("s%s/%s %.9g %.9g 0\n" % (name, output, net.toggles, net.high))
            for pin in inputs:
                act.write("s%s/%s 0 1 0\n" % (name, pin))
        for name, cell in unit.cells.items():
            pins = {} if cell.kind in unit.ties else cell.pins
            v.write("  %s %s (%s);\n" % (cell.kind, name, ", ".join(".%s(%s)" % (p, wire[n]) for p, n in pins.items())))
            for pin, net in pins.items():
                act.write("%s/%s %.9g %.9g %d\n" % (name, pin, unit.nets[net].toggles, unit.nets[net].high, pin in cell.clocks))
        v.write("endmodule\n")


class Opinion:
    """OpenSTA's power of each cell, the arcs of each pin, the switching of each output."""

    def __init__(self, unit, which):
        script = unit.dir + "/opinion.tcl"
        with open(script, "w") as out:
            out.write(TCL % {"dir": unit.dir, "period": unit.ns / unit.unit_ns, "which": which,
                             "slew": float(unit.slew[0]) / 1000 / unit.unit_ns})
        run = subprocess.run(["sta", "-no_splash", "-exit", script], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, universal_newlines=True)
        self.power, self.arcs, self.switching = {}, collections.defaultdict(list), {}
        self.read(run.stdout.splitlines(), unit.grounds)
        if set(self.power) != set(unit.cells):
            sys.exit("opinion: OpenSTA priced %d of %d cells, see %s: %s" % (
                len(self.power), len(unit.cells), script, run.stdout[-200:]))

    def read(self, lines, grounds):
        at = switching = None
        tables = []
        for line in lines:
            word = line.split()
            if line.startswith("cell "):
                self.power[word[1]] = tuple(map(float, word[2:5]))
            elif line.startswith("power: switching "):
                switching = float(word[-1])
            elif line.startswith("power: internal "):
                at = tuple(word[2].split("/"))
                tables = []
                if switching is not None:
                    self.switching[at] = switching
                switching = None
            elif re.match(r"power:  [v^] energy =", line):
                tables.append(float(line.split("=")[1].split("*")[0]))
            else:
                arc = re.match(r"power:  (\S+) -> (\S+) (.*?) +(\S+) +(\S+) +(\S+) +(\S+) (no pg_pin|\S+)$", line)
                if arc and arc.group(8) in grounds:  # the supply's charge a second time
                    tables = []
                elif arc:
                    whole = sum(tables)
                    share = float(arc.group(6)) / whole if whole else float(arc.group(5))
                    self.arcs[at].append(Arc(arc.group(1), arc.group(3).strip(), whole / 2, share))
                    tables = []


def likelihood(when, high):
    """Of a condition, its pins taken as independent."""
    names = sorted(set(re.findall(r"[A-Za-z_]\w*", when)))
    python = re.sub(r"([A-Za-z_]\w*)", r"v['\1']", when).replace("!", "~").replace("*", "&").replace("+", "|")
    total = 0
    for state in itertools.product((0, 1), repeat=len(names)):
        v = dict(zip(names, state))
        if eval(python, {"v": v}) & 1:
            weight = 1
            for name in names:
                weight *= high[name] if v[name] else 1 - high[name]
            total += weight
    return total


def conditional(arc, seen):
    """OpenSTA also prints conditions that it made up, whose share is no likelihood."""
    return arc.when not in ("", "1") and abs(likelihood(arc.when, seen) - arc.share) < 0.002 + 0.01 * arc.share


def once(arcs, pin, toggles, high, seen):
    """J of a toggle of `pin`: a rise or a fall; the inputs that may have caused it by how often they
    toggle, conditions by how likely they are, an arc without one in all other states. OpenSTA
    has `seen` the pins at 1, clocks always half of the time."""
    total = weights = 0
    for source in sorted({arc.source for arc in arcs}):
        mine = [arc for arc in arcs if arc.source == source]
        listed, others = [], []
        for arc in mine:                             # what is made up may look like one before it
            made_up = len(mine) == 1 or not conditional(arc, seen) or arc.when in [one.when for one in listed]
            (others if made_up else listed).append(arc)
        shares = [likelihood(arc.when, high) for arc in listed]
        energy = sum(share * arc.energy for share, arc in zip(shares, listed))
        likely = sum(shares)
        if others:
            energy += max(0, 1 - likely) * sum(arc.energy for arc in others)
        elif source != pin:
            energy = energy / likely if likely > 0 else sum(arc.energy for arc in listed) / len(listed)
        weight = 1 if source == pin else toggles.get(source, 0)
        total += weight * energy
        weights += weight
    return total / weights if weights > 0 else 0


def internal(unit, opinion, clocks_only=False):
    """fJ a cycle by cell."""
    result, clocks = {}, clock_nets(unit)
    for name, cell in unit.cells.items():
        toggles = {pin: unit.nets[net].toggles for pin, net in cell.pins.items()}
        high = {pin: unit.nets[net].high for pin, net in cell.pins.items()}
        seen = {pin: 0.5 if cell.pins[pin] in clocks else at for pin, at in high.items()}
        result[name] = sum(n * once(opinion.arcs[name, pin], pin, toggles, high, seen) * 1e15 for pin, n in toggles.items()
                           if opinion.arcs[name, pin] and (pin in cell.clocks or not clocks_only))
    return result


def clock_nets(unit):
    return {net for cell in unit.cells.values() for pin, net in cell.pins.items() if pin in cell.clocks}


def main():
    if sys.argv[1:] == ["--fields"]:
        print(",".join(FIELDS))
        return
    by_cell = sys.argv[1] == "--cells"
    unit = Unit(*sys.argv[1 + by_cell:3 + by_cell])
    netlist(unit)
    own, tree, same = (Opinion(unit, which) for which in ("0", "$clock", "1"))
    internals = [internal(unit, opinion) for opinion in (same, tree, own)]
    fj = unit.ns * 1e-9 * 1e15                       # of a cycle, from W
    clocks, half_v2 = clock_nets(unit), float(unit.volt[0]) ** 2 / 2
    driven = {net for cell in unit.cells.values() for net in cell.pins.values()
              if unit.nets[net].kind == "inner" and cell.kind not in unit.ties}
    ours = sum(half_v2 * unit.nets[net].toggles * unit.nets[net].load for net in driven)
    switching = 0                                    # OpenSTA has 2 toggles a cycle on clock nets
    for (name, pin), watt in own.switching.items():
        net = unit.cells[name].pins.get(pin) if name in unit.cells else None
        if net:
            switching += watt * fj * (unit.nets[net].toggles / 2 if net in clocks else 1)
    power = own.power.values()
    values = (len(unit.cells), sum(cell.internal for cell in unit.cells.values()), *(sum(i.values()) for i in internals),
              sum(p[0] for p in power) * fj, ours, switching, sum(p[1] for p in power) * fj,
              sum(cell.leakage for cell in unit.cells.values()), sum(p[2] for p in power) * 1e9,
              sum(internal(unit, same, True).values()), sum(internal(unit, own, True).values()))
    if not by_cell:
        print(",".join("%.6g" % value for value in values))
        return
    kinds = collections.defaultdict(lambda: [0] * 7)
    for name, cell in unit.cells.items():
        row = (1, cell.internal, *(i[name] for i in internals), cell.leakage, own.power[name][2] * 1e9)
        kinds[cell.kind] = [a + b for a, b in zip(kinds[cell.kind], row)]
    print("%-22s %6s %10s %10s %10s %10s %10s %10s" % ("cell", "count", "fJ ours", "same", "tree", "own", "nW ours", "OpenSTA"))
    for kind, row in sorted(kinds.items(), key=lambda item: -item[1][1]):
        print("%-22s %6d %10.2f %10.2f %10.2f %10.2f %10.4g %10.4g" % (kind, *row))


try:
    main()
except OSError as problem:
    sys.exit("opinion: %s: %s" % (problem.filename, problem.strerror))
