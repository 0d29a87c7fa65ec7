#!/bin/sh
# synth_check.sh - yosys synthesises every module of the RTL to generic cells.
#
# Memories (serac_ram) stay black boxes, as a macro flow would have them; serac_ram
# itself is synthesised alone. Parameters: the first LINT point, else the defaults; the whole machine
# at the size of tiny. No latch, no unknown cell.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build/synth
count=0
for file in rtl/serac_*.v; do
  module=$(basename "$file" .v)
  log=build/synth/$module.log
  point=$(sed -n 's|^ *// LINT: *||p' "$file" | head -n 1 | sed 's/-G\([A-Za-z]*\)=\([0-9]*\)/-chparam \1 \2/g')
  keep='blackbox *serac_ram*'
  [ "$module" != serac_ram ] || keep=''
  yosys -q -l "$log" -p "read_verilog -Irtl rtl/serac_*.v; hierarchy -check -top $module $point
    $keep; synth -noabc -top $module; select -assert-none t:\$_DLATCH*; stat" > /dev/null 2>&1 ||
    { echo "synth: $module failed, see $log"; tail -5 "$log"; exit 1; }
  count=$((count + 1))
done
echo "synth: yosys synthesises $count modules, no latches"
