#!/bin/sh
# build_generic_gates.sh DESIGN DIR - synthesises serac_top of DESIGN to yosys' generic gates and
# flip-flops, without a cell library, as Verilog in DIR. It stands in for the RTL:
#
#     SERAC_RTL_DIR=DIR SERAC_SIMULATOR=icarus build/serac cosim --random 200 --design DESIGN --case 0
#
# Modules stay, memories too (rtl/serac_ram.v); scripts/synth/synth.sh maps to real cells.
set -eu
design=$1
dir=$2
cd "$(dirname "$0")/.."
command -v yosys > /dev/null || { echo "yosys is not installed (scripts/setup.sh installs it)" >&2; exit 3; }
parameters=$(build/serac describe --design "$design" --parameters)
chparam=$(echo "$parameters" | sed 's/\([A-Za-z]*\)=\([0-9]*\)/-chparam \1 \2/g')
mkdir -p "$dir"
rm -f "$dir"/*.v
yosys -q -l "$dir/log" -p "
  read_verilog -Irtl $(for file in rtl/serac_*.v; do [ "$file" = rtl/serac_ram.v ] || printf '%s ' "$file"; done)
  read_verilog -lib rtl/serac_ram.v
  hierarchy -check -top serac_top $chparam
  synth -top serac_top
  select -assert-none t:\$_DLATCH*
  select -assert-min 1000 t:\$_*
  tee -q -o $dir/cells.txt stat
  write_verilog -noattr $dir/netlist.part" > "$dir/errors" 2>&1 ||
  { tail -3 "$dir/errors" "$dir/log" >&2; exit 1; }
# The parameters are built in; whoever gives them must give these.
list=$(echo "$parameters" | sed 's/ /, /g; s/\([A-Za-z]*\)=/parameter \1 = /g')
sed "s/^module serac_top(/module serac_top #($list) (/" "$dir/netlist.part" > "$dir/serac_top.v"
grep -q '^module serac_top #(' "$dir/serac_top.v"
rm "$dir/netlist.part"
cp rtl/serac_ram.v "$dir/"
awk '/design hierarchy/ {on = 1} on && /Number of cells/ {print "netlist of '"$design"': " $NF " cells"}' "$dir/cells.txt"
