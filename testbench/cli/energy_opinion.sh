#!/bin/sh
# Energies against OpenSTA's, on a small unit in OSU 0.18: the same tables at the same transition time,
# loads and leakage; and that a changed table or capacitance would be seen. `make opinion` compares
# larger units, ENERGY.md says what differs and why.
set -u
. testbench/data/cli_lib.sh
work=build/cli/energy-opinion
rm -rf "$work"
mkdir -p "$work/tech/unit"
[ -f /usr/share/qflow/tech/osu018/osu018_stdcells.lib ] || { echo "skipped: osu018 is missing (scripts/setup.sh --synth)"; exit 77; }
command -v sta > /dev/null || { echo "skipped: sta is missing (scripts/setup.sh --synth)"; exit 77; }
make -s synth-tools || { echo "the tools do not build"; exit 1; }
ok() { count=$((count + 1)); [ "$1" = 0 ] || fails "$2"; }

# What OpenSTA's activity is: an inverter of 9.325 fF and 4.057 fF of wire, a quarter of a toggle in
# each 4 ns, at 1.8 V.
TECH=osu018 UNIT="serac_dpu Lanes=8 WgtPlanes=2 ActPlanes=1" scripts/synth/synth.sh > "$work/unit.log" 2>&1
ok $? "the unit: $(tail -1 "$work/unit.log")"
unit=build/synth/osu018/serac_dpu-8-2-1
cat > "$work/inverter.v" << 'EOF'
module inverter (clk); input clk; wire a, b;
  DFFPOSX1 s (.CLK(clk), .D(a), .Q(a)); INVX1 i (.A(a), .Y(b)); INVX1 j (.A(b), .Y());
endmodule
EOF
cat > "$work/inverter.tcl" << EOF
read_liberty $unit/cells.lib
read_verilog $work/inverter.v
link_design inverter
create_clock -name clk -period 4 [get_ports clk]
foreach pin {s/Q i/A i/Y j/A} {sta::set_power_pin_activity [get_pins \$pin] 0.25 0.5}
puts "power [sta::instance_power [get_cells i] [sta::cmd_corner]]"
EOF
sta -no_splash -exit "$work/inverter.tcl" > "$work/inverter.log" 2>&1
awk '$1 == "power" {n++; e = 0.5 * (9.32456e-15 + 4.05674e-15) * 1.8 ^ 2 * 0.25 / 4e-9; d = $3 / e - 1} END {exit !(n == 1 && d < 0.001 && d > -0.001)}' "$work/inverter.log"
ok $? "an inverter by hand: $(tail -1 "$work/inverter.log")"

# off DIR: how much OpenSTA differs in DIR, in %: internal at our transition time, switching, leakage,
# internal at its own transition time but at clock pins.
off() {
  { scripts/synth/opinion.py --fields; scripts/synth/opinion.py "$1" "$1/pins"; } > "$work/csv" 2>&1
  awk -F, 'NR == 1 {for (i = 1; i <= NF; i++) at[$i] = i}
    function by(x, y) {x = 100 * ($(at[x]) / $(at[y]) - 1); return x < 0 ? -x : x}
    NR == 2 && NF == length(at) && $1 > 1000 {
      print by("same_internal", "ours_internal"), by("same_switching", "ours_switching"),
        by("report_leakage", "ours_leakage"), by("tree_internal", "ours_internal")}' "$work/csv"
}
near() { echo "$1" | awk '{exit !(NF == 4 && $1 < 0.3 && $2 < 0.7 && $3 < 0.01 && $4 < 4)}'; }
build/synth_unit --pins $unit/pins $unit serac_dpu 8 2 1 8 8 > "$work/out"
ok $? "synth_unit --pins: $(cat "$work/out")"
found=$(off $unit)
near "$found"
ok $? "OpenSTA's internal, switching, leakage differ by % of ours: $found $(cat "$work/csv")"
printf 'OpenSTA differs from our internal, switching, leakage by %% : %s\n' "$found"

# A library of other capacitances or tables, for OpenSTA alone.
cp $unit/pins $unit/result.cfg "$work/tech/unit"
cp build/synth/osu018/cells.sh "$work/tech"
other() {
  sed "$2" $unit/cells.lib > "$work/tech/unit/cells.lib"
  ! cmp -s "$work/tech/unit/cells.lib" $unit/cells.lib && found=$(off "$work/tech/unit") && [ -n "$found" ] && ! near "$found"
  ok $? "$1 is not seen: $found $(cat "$work/csv")"
}
other "a changed input capacitance" '/^cell (NAND2X1)/,/^}/s/capacitance : 0.012/capacitance : 0.032/'
other "a changed energy table" '/^cell (XOR2X1)/,/^}/{/rise_power/,/}/s/"0.0/"0.1/}'
other "a changed leakage" '/^cell (DFFPOSX1)/,/^}/s/cell_leakage_power : 0/cell_leakage_power : 1/'

scripts/synth/opinion.py nowhere nowhere > "$work/out" 2>&1
[ $? = 1 ] && [ "$(cat "$work/out")" = "opinion: nowhere: No such file or directory" ]
ok $? "a file that there is not: $(cat "$work/out")"
build/synth_unit --pins "$work/no/pins" $unit serac_dpu 8 2 1 8 8 > "$work/out" 2>&1
[ $? = 2 ] && grep -q "no/pins: cannot be written" "$work/out"
ok $? "a file that cannot be written: $(cat "$work/out")"
summary "$count checks of the energies"
