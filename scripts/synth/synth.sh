#!/bin/sh
# synth.sh - synthesises one design: area by unit, clock and critical path.
#
#     make synth TECH=osu018 DESIGN=configs/designs/tiny.cfg
#     make synth LIBERTY=my.lib MACROS="ram64.lib ram256.lib" TARGET_NS=2 DESIGN=tiny
#
# UNIT="serac_dpu Lanes=64 WgtPlanes=1 ActPlanes=8" synthesises that module alone, into
# build/synth/TECH/serac_dpu-64-1-8. TECH names scripts/synth/tech/TECH.cfg; LIBERTY is any cell library instead (TECH then only
# names the result), MACROS are single-port memories for it (Liberty, two or more
# depths), TARGET_NS what abc maps for. Everything goes to build/synth/TECH/DESIGN:
# netlist.json, netlist.v, area.csv, endpoints.csv, timing.txt, result.cfg.
# The steps before mapping are kept in build/synth/generic and shared by technologies.
set -eu
cd "$(dirname "$0")/../.."
here=scripts/synth
fail() { echo "synth: $*" >&2; exit 2; }
need() { command -v "$1" > /dev/null || fail "$1 is not installed: $2"; }

design=${DESIGN:-tiny}
tech=${TECH:-}
liberty=${LIBERTY:-}
if [ -n "$liberty" ]; then
  tech=${tech:-user}
  config=/dev/null
else
  tech=${tech:-osu018}
  config=$here/tech/$tech.cfg
  [ -f "$config" ] || fail "TECH=$tech: unknown, there are:$(for file in "$here"/tech/*.cfg; do file=$(basename "$file" .cfg); [ "$file" = sram ] || printf ' %s' "$file"; done)"
fi
key() { sed -n "s/^$1 = \"*\([^\";]*\)\"*;.*/\1/p" "$config"; }
target=${TARGET_NS:-$(key target_ns)}
target=${target:-1}

if [ -n "${UNIT:-}" ]; then
  top=${UNIT%% *}
  parameters=${UNIT#"$top"}
  name=$(echo "$UNIT" | sed 's/[A-Za-z]*=//g; s/ /-/g')
  design=$name
else
  top=serac_top
  name=$(basename "$design" .cfg)
  parameters=$(build/serac describe --design "$design" --parameters) || exit 2
fi
need yosys 'scripts/setup.sh --synth installs it'
flow=$(key flow)
if [ "${flow:-asic}" != asic ]; then
  exec $here/fpga.sh "$tech" "$flow" "$config" "$name" "$parameters"
fi
need sta 'scripts/setup.sh --synth installs it'

# The library: as a plain file without the cells that synthesis must not use.
if [ -z "$liberty" ]; then
  liberty=$(key liberty)
  case $liberty in
  \$SERAC_DATA*)
    [ -n "${SERAC_DATA:-}" ] || fail "TECH=$tech: its Liberty file is under SERAC_DATA, which is not set"
    liberty=$SERAC_DATA${liberty#?SERAC_DATA} ;;
  esac
  package=$(key package)
  [ -z "$package" ] || [ -f "$liberty" ] || fail "$liberty is missing: Debian's $package has it (scripts/setup.sh --synth)"
fi
[ -r "$liberty" ] || fail "LIBERTY=$liberty: cannot be read"
out=build/synth/$tech/$name
common=build/synth/$tech
mkdir -p "$out" build/synth/generic
ln -sf ../cells.lib "$out/cells.lib"
cells=$common/cells.lib
identity="$(cksum "$liberty" build/synth_cells) $(yosys -V)"
# Registers that reset to 0 and to 1, mapped with library $1: do the cells' functions say so, too?
resets_right() {
  cat > "$common/flops.v" << EOF
module flops (input clk, input rst_n, input d, output reg zero, output reg one);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) {zero, one} <= 2'b01; else {zero, one} <= {d, d};
endmodule
EOF
  yosys -q -l "$common/flops.log" -p "
    read_verilog $common/flops.v
    synth -noabc -top flops
    dfflibmap -liberty $1
    read_liberty -ignore_miss_func $cells
    flatten
    async2sync
    delete t:\$_DFF*
    sat -verify -set rst_n 0 -prove zero 0 -prove one 1 flops" > "$common/flops.err" 2>&1
}
if ! [ -f "$common/cells.done" ] || [ "$(cat "$common/cells.done")" != "$identity" ]; then
  build/synth_cells "$liberty" > "$common/cells.sh" 2> "$common/log" || fail "$(cat "$common/log")"
  build/synth_cells --prune "$liberty" > "$cells"
  # yosys 0.23 takes the clear of a flip-flop that stores the negation of D (ASAP7's) for its
  # preset: then dfflibmap, and it alone, gets a library in which they are exchanged.
  rm -f "$common/flops.lib"
  build/synth_cells --exchange "$cells" > "$common/flops.lib"
  if cmp -s "$cells" "$common/flops.lib" || resets_right "$cells"; then
    ln -sf cells.lib "$common/flops.lib"
  else
    resets_right "$common/flops.lib" || fail "$liberty: registers get wrong values at reset, see $common/flops.log: $(tail -1 "$common/flops.err")"
  fi
  echo "$identity" > "$common/cells.done"
fi
# shellcheck source=/dev/null
. "$common/cells.sh"
for wanted in LIB_BUF4 LIB_INV LIB_DRIVER; do
  eval "[ -n \"\$$wanted\" ]" || fail "$liberty: no cell for $wanted; a buffer and an inverter are needed"
done

# Before mapping: elaborated, optimised, clocks gated. One yosys run per design.
chparam=$(echo "$parameters" | sed 's/\([A-Za-z]*\)=\([0-9]*\)/-chparam \1 \2/g')
elaborate="
  read_verilog $here/serac_ram.v $here/int8_unit.v
  read_verilog -Irtl $(for file in rtl/serac_*.v; do [ "$file" = rtl/serac_ram.v ] || printf '%s ' "$file"; done)
  hierarchy -check -top $top $chparam
  proc
  setattr -mod -set keep_hierarchy 1 =*
  setattr -mod -unset keep_hierarchy *serac_adder_tree* *serac_popcount* *serac_wallace*
  setattr -mod -unset keep_hierarchy *serac_and_popcount* *serac_dot* *serac_digit* *serac_ram* *serac_loop* *serac_nest*
  blackbox =serac_macro
  synth -noabc -top $top
  select -assert-none t:\$_DLATCH*
  dfflegalize -mince 4 -cell \$_DFF_P_ x -cell \$_DFF_PN0_ x -cell \$_DFF_PN1_ x -cell \$_DFFE_PP_ x -cell \$_DFFE_PN0P_ x -cell \$_DFFE_PN1P_ x
  techmap -map $here/clock_gate.v
  opt_merge -share_all
  opt_clean
  techmap -map $here/clock_gate_cell.v"
generic=build/synth/generic/$({ echo "$elaborate"; cat rtl/*.v rtl/*.vh $here/serac_ram.v $here/int8_unit.v $here/clock_gate*.v; } | sha1sum | cut -c1-16)
if ! [ -f "$generic.il" ]; then
  echo "synth: elaborating $name"
  yosys -q -l "$generic.log" -p "$elaborate
    tee -q -o $generic.macros dump t:serac_macro
    write_rtlil $generic.part" > "$generic.err" 2>&1 ||
    fail "yosys cannot elaborate $design, see $generic.log: $(tail -1 "$generic.err")"
  mv "$generic.part" "$generic.il"
fi

# Memories: a Liberty cell for each width x depth x ports x enables.
shapes=$(awk '$1 == "cell" {on = $2 == "\\serac_macro"} $1 == "parameter" {v[$(NF - 1)] = $NF}
  on && $1 == "connect" {on = 0; print v["\\Width"] "x" v["\\Depth"] "x" v["\\Ports"] "x" v["\\Enables"]}' \
  "$generic.macros" | sort -u)
sram=$here/tech/sram.cfg
if [ -n "${MACROS:-}" ]; then
  # shellcheck disable=SC2086 # a list of files
  build/synth_macros --table $MACROS > "$common/sram.cfg" || exit 2
  sram=$common/sram.cfg
elif [ "$config" = /dev/null ]; then
  config=$common/tech.cfg
  # By the area of a flip-flop: SG13G2's smallest has 48.99 um2, at 1.2 V.
  awk "BEGIN {a = $LIB_FF_AREA / 48.99; print \"sram_area = \" a \";\nsram_time = \" sqrt(a) \";\"
    printf \"sram_energy = %.6g;\\n\", sqrt(a) * ($LIB_VOLTAGE / 1.2) ^ 2}" | sed 's/= \([0-9]*\);/= \1.0;/' > "$config"
  echo "synth: no MACROS: memories are IHP SG13G2's, scaled by the area of a flip-flop"
fi
# shellcheck disable=SC2086 # a list of shapes
build/synth_macros "$sram" "$config" $shapes > "$out/macros.lib" || exit 2
chtype=
for shape in $shapes; do
  width=${shape%%x*} rest=${shape#*x} depth=${rest%%x*} rest=${rest#*x} ports=${rest%x*} enables=${rest#*x}
  chtype="$chtype
    chtype -set serac_macro_$shape t:serac_macro r:Width=$width %i r:Depth=$depth %i r:Ports=$ports %i r:Enables=$enables %i"
done

# The clock gate: the library's, or a latch and an AND.
# shellcheck disable=SC2153 # the LIB_ variables come from cells.sh
if [ -n "$LIB_ICG" ]; then
  test_pin=
  [ -z "$LIB_ICG_TEST" ] || test_pin=", .$LIB_ICG_TEST (1'b0)"
  gate="$LIB_ICG gate (.$LIB_ICG_CLK (clk), .$LIB_ICG_EN (en)$test_pin, .$LIB_ICG_OUT (gated));"
elif [ -n "$LIB_LATCH_HIGH" ] && [ -n "$LIB_AND2" ]; then
  gate="wire low, held;
  $LIB_INV inv (.$LIB_INV_IN (clk), .$LIB_INV_OUT (low));
  $LIB_LATCH_HIGH latch (.$LIB_LATCH_HIGH_EN (low), .$LIB_LATCH_HIGH_D (en), .$LIB_LATCH_HIGH_Q (held));
  $LIB_AND2 gate (.$LIB_AND2_A (clk), .$LIB_AND2_B (held), .$LIB_AND2_OUT (gated));"
else
  fail "$liberty: neither a clock gate nor a latch and an AND"
fi
printf 'module serac_clock_gate (input clk, input en, output gated);\n  %s\nendmodule\n' "$gate" > "$out/gate.v"
printf 'set_driving_cell %s\nset_load %s [all_outputs]\n' "$LIB_DRIVER" "$LIB_LOAD_FF" > "$out/abc.constr"
ties=
[ -z "$LIB_TIE_HIGH" ] || ties="hilomap -hicell $LIB_TIE_HIGH $LIB_TIE_HIGH_OUT -locell $LIB_TIE_LOW $LIB_TIE_LOW_OUT"

# abc: delay first (if -g balances sums of products), then area under that delay, with the
# wires of the library's wire-load model (-c). It buffers to 24 fanouts before it sizes, else it
# sizes against loads that synth_fanout takes away; that does what lies behind modules' ports.
ps=$(awk "BEGIN {print int($target * 1000)}")
script="+strash;if,-g,-K,6,-C,8;strash;dch,-f;map,-B,0.9;topo;buffer,-c,-N,24;upsize,-c,-D,$ps;dnsize,-c,-D,$ps"
echo "synth: mapping $name to $tech"
yosys -q -l "$out/map.log" -p "
  read_rtlil $generic.il
  $chtype
  select -assert-none t:serac_macro
  setparam -unset Width -unset Depth -unset Ports -unset Enables -unset Address t:serac_macro_*
  delete =serac_macro
  read_liberty -lib $out/macros.lib
  dfflibmap -liberty $common/flops.lib
  abc -liberty $cells -constr $out/abc.constr -script $script
  techmap -map $out/gate.v
  opt_clean -purge
  $ties
  splitnets
  setundef -zero
  write_json $out/mapped.json" > "$out/map.err" 2>&1 ||
  fail "yosys cannot map $design to $liberty, see $out/map.log: $(tail -1 "$out/map.err")"
limit=$(awk "BEGIN {print 24 * ($LIB_BUF_CAP + $LIB_WIRE) * $LIB_CAP_UNIT_F * 1e12}")
build/synth_fanout "$cells,$out/macros.lib" "$LIB_BUF4" "$LIB_BUF4_IN" "$LIB_BUF4_OUT" "$limit" \
  < "$out/mapped.json" > "$out/buffered.json" || exit 3
yosys -q -l "$out/write.log" -p "
  read_json $out/buffered.json
  read_liberty -lib $cells
  read_liberty -lib $out/macros.lib
  hierarchy -check -top $top
  rename -enumerate
  write_json $out/netlist.json
  write_verilog -noattr $out/netlist.v" > "$out/write.err" 2>&1 || fail "see $out/write.log"
rm -f "$out/mapped.json" "$out/buffered.json"
build/synth_area "$out/netlist.json" "$top" "$cells" "$out/macros.lib" > "$out/area.csv" || exit 3

# Timing: an ideal clock, wires by fanout; every pin of the design as registered outside. The
# shortest period: of flip-flops it is a period less its slack; a latch as clock gate
# borrows time, so there it is searched for, and the latches are left out of the lists.
ends=
[ -n "$LIB_ICG" ] || ends='-to [concat [all_registers -edge_triggered -data_pins] [all_outputs]]'
unit=$(awk "BEGIN {print $LIB_TIME_UNIT_S * 1e9}")          # ns of the library's time unit
cat > "$out/sta.tcl" << EOF
read_liberty $cells
read_liberty $out/macros.lib
read_verilog $out/netlist.v
link_design $top
set_wire_load_mode top
set_wire_load_model -name serac
proc slack_at {period} {
  create_clock -name clk -period \$period [get_ports clk_i]
  set_input_delay 0 -clock clk [all_inputs]
  set_output_delay 0 -clock clk [all_outputs]
  set_driving_cell -lib_cell $LIB_DRIVER [all_inputs]
  if {"$top" == "serac_top"} {set_false_path -from [get_ports rst_ni]}
  return [worst_slack]
}
set start [expr $target * 1.5 / $unit]
set high [expr \$start - [slack_at \$start]]
set low [expr \$high * 0.998]
if {[slack_at \$low] >= 0} {
  set high \$low
  set low [expr \$high / 2]
  while {\$low < \$high * 0.998} {
    set middle [expr (\$low + \$high) / 2]
    if {[slack_at \$middle] >= 0} {set high \$middle} else {set low \$middle}
  }
}
slack_at \$high
puts "PERIOD \$high"
report_checks -path_delay max $ends -digits 4 -fields {capacitance slew}
report_checks -path_delay max $ends -format end -group_count 20000 -digits 4
exit
EOF
sta -no_splash -exit "$out/sta.tcl" > "$out/timing.txt" 2>&1 || fail "OpenSTA failed, see $out/timing.txt"
period=$(sed -n 's/^PERIOD //p' "$out/timing.txt")
[ -n "$period" ] || fail "OpenSTA found no path, see $out/timing.txt"
wire=$(awk "BEGIN {printf \"%.2f\", $LIB_WIRE * $LIB_CAP_UNIT_F * 1e15}")
$here/report.sh "$out" "$name" "$tech" "$period" "$unit" "$liberty" "$wire"
