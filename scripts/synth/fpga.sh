#!/bin/sh
# fpga.sh TECH FLOW TECH.cfg NAME PARAMETERS - synth.sh's part for FPGAs: LUTs, flip-flops, block
# RAMs and DSPs by unit, counts.csv; for iCE40 also place and route, and the clock, of the array
# alone between shift registers, if it fits: the whole machine has more pins than the package.
# COUNT=1: counts only. NAME units: the dot-product unit alone for each pair of planes, of two sizes.
set -eu
tech=$1 flow=$2 config=$3 name=$4 parameters=$5
here=scripts/synth
out=build/synth/$tech/$name
mkdir -p "$out"
fail() { echo "synth: $*" >&2; exit 2; }
need() { command -v "$1" > /dev/null || fail "$1 is not installed: scripts/setup.sh --synth installs it"; }
chparam=$(echo "$parameters" | sed 's/\([A-Za-z]*\)=\([0-9]*\)/-chparam \1 \2/g')
value() { echo " $parameters" | sed "s/.* $1=\([0-9]*\).*/\1/"; }
rtl=$(for file in rtl/serac_*.v; do [ "$file" = rtl/serac_ram.v ] || printf '%s ' "$file"; done)
keep="setattr -mod -set keep_hierarchy 1 =*
  setattr -mod -unset keep_hierarchy *serac_adder_tree* *serac_popcount* *serac_wallace*
  setattr -mod -unset keep_hierarchy *serac_and_popcount* *serac_dot* *serac_digit* *serac_loop* *serac_nest*
  setattr -mod -unset keep_hierarchy *serac_compress* *serac_counter* *serac_carry* *serac_full_adder* *serac_add_rows* *serac_horner*"

top=serac_top
rm -f "$out/units.v"
if [ "$name" = units ]; then
  top=serac_units
  {
    echo "module serac_units;"
    for pw in 1 2 4 8; do for pa in 1 2 4 8; do
      wide=$((pw > pa ? pw : pa))
      for lanes in 8 $((wide < 8 ? 128 / wide : 32)); do
        echo "  (* keep *) serac_dpu #(.Lanes($lanes), .WgtPlanes($pw), .ActPlanes($pa)) u_${lanes}_${pw}_$pa ();"
      done
    done; done
    echo "endmodule"
  } > "$out/units.v"
  rtl="$rtl $out/units.v"
fi

# count DEFINES COMMAND: synthesises the whole machine, prints the table of units. Modules that keep
# their hierarchy do not see each other: each is synthesised once for a technology, RTL and flow.
count() {
  defines=$1 command=$2
  echo "synth: $name for $tech"
  yosys -q -l "$out/elaborate.log" -p "
    read_verilog -DSERAC_FPGA $here/serac_ram.v
    read_verilog $defines -Irtl $rtl
    hierarchy -top $top $chparam
    $keep
    tee -q -o $out/modules.txt ls A:keep_hierarchy
    write_rtlil $out/elaborated.il" > "$out/counts.err" 2>&1 ||
    fail "yosys cannot elaborate $name, see $out/elaborate.log: $(tail -1 "$out/counts.err")"
  store=build/synth/$flow/modules/$({ echo "$keep"; sed 's|//.*||' rtl/*.v rtl/*.vh $here/serac_ram.v; yosys -V; } | cksum | cut -d' ' -f1)
  $here/modules.py known "$store" "$command" $top "$out/modules.txt" "$out/new.il" > "$out/known.ys"
  yosys -q -l "$out/counts.log" -p "
    read_rtlil $out/elaborated.il
    read_rtlil $out/new.il
    script $out/known.ys
    $command -top serac_new
    write_json $out/new.json" > "$out/counts.err" 2>&1 ||
    fail "yosys cannot build $name, see $out/counts.log: $(tail -1 "$out/counts.err")"
  $here/modules.py join "$store" "$command" $top "$out/modules.txt" "$out/new.json" > "$out/netlist.part"
  mv "$out/netlist.part" "$out/netlist.json"
  rm -f "$out/new.json" "$out/new.il" "$out/elaborated.il"
  build/synth_area --fpga "$out/netlist.json" $top > "$out/counts.part" || exit 3
  mv "$out/counts.part" "$out/counts.csv"
  awk -F, 'NR > 1 {
      depth = $1 == "" ? 0 : gsub(/\./, ".", $1) + 1
      unit = $1; sub(/.*\./, "", unit); if (unit == "") unit = "total"
      if (NR == 2) printf "  %-34s %-20s %9s %9s %9s %9s %6s\n", "unit", "module", "instances", "LUTs", "FFs", "BRAMs", "DSPs"
      if (depth < 4) printf "  %-34s %-20s %9d %9d %9d %9.1f %6d\n", sprintf("%*s%s", 2 * depth, "", unit), $2, $3, $4, $5, $6, $7
    }' "$out/counts.csv"
}

case $flow in
xc7)
  dsp=
  grep -q '^dsps = true;' "$config" || dsp=-nodsp
  count "-DSERAC_FPGA -DSERAC_XILINX" "synth_xilinx $dsp -nowidelut -noiopad -noclkbuf -flatten"
  echo "clock: not measured (no free place and route for this family)"
  ;;
ice40)
  [ -n "${COUNT:-}" ] || { need nextpnr-ice40; need icetime; }
  count -DSERAC_FPGA 'synth_ice40 -device hx -abc2'
  [ -z "${COUNT:-}" ] || exit 0
  limit=$(sed -n 's/^luts = \([0-9]*\);.*/\1/p' "$config")
  luts=$(awk -F, 'NR == 2 {print $4}' "$out/counts.csv")
  echo "the whole machine: $luts LUTs, of which an HX8K has $limit; not placed, its buses alone have more pins than the package"
  # The array alone, operands and results through shift registers: few pins.
  yosys -q -l "$out/array.log" -p "
    read_verilog -DSERAC_FPGA -Irtl $rtl $here/array_pins.v
    hierarchy -check -top serac_array_pins -chparam Rows $(value Rows) -chparam Cols $(value Cols) \
      -chparam Lanes $(value Lanes) -chparam WgtPlanes $(value WgtPlanes) -chparam ActPlanes $(value ActPlanes)
    synth_ice40 -abc9 -device hx -top serac_array_pins
    tee -q -o $out/array.stat stat
    write_json $out/array.json" > "$out/array.err" 2>&1 ||
    fail "yosys cannot build the array, see $out/array.log: $(tail -1 "$out/array.err")"
  luts=$(awk '$1 == "SB_LUT4" {n = $2} END {print n + 0}' "$out/array.stat")
  if [ "$luts" -gt "$limit" ]; then
    echo "array: $luts LUTs do not fit either; clock: not measured"
  else
    nextpnr-ice40 -q --hx8k --package ct256 --freq 60 --timing-allow-fail --seed 1 --json "$out/array.json" \
      --asc "$out/array.asc" > "$out/pnr.log" 2>&1 || fail "nextpnr failed, see $out/pnr.log: $(grep -m1 ERROR "$out/pnr.log")"
    icetime -d hx8k -mt "$out/array.asc" > "$out/icetime.txt" 2>&1 || fail "icetime failed, see $out/icetime.txt"
    ns=$(sed -n 's/^Total path delay: \([0-9.]*\) ns.*/\1/p' "$out/icetime.txt")
    echo "array with its pin registers: $luts LUTs, placed and routed on HX8K"
    echo "clock of the array $(awk "BEGIN {printf \"%.1f\", 1000 / $ns}") MHz, period $ns ns; of the whole machine: not measured"
  fi
  ;;
esac
echo "written: $out"
