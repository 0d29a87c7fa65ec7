#!/bin/sh
# synth_check.sh [FILE...] - yosys synthesises every module of the RTL to generic cells.
#
# Default: all of rtl/serac_*.v. Each alone, the modules in it black boxes, at its first LINT point, else with its
# defaults. No latch, no unknown
# cell. (The machine as a whole: make synth, make luts.)
set -eu
cd "$(dirname "$0")/.."
mkdir -p build/synth
count=0
[ $# -gt 0 ] || set -- rtl/serac_*.v
for file in "$@"; do
  module=$(basename "$file" .v)
  log=build/synth/$module.log
  point=$(sed -n 's|^ *// LINT: *||p' "$file" | head -n 1 | sed 's/-G\([A-Za-z]*\)=\([0-9]*\)/-chparam \1 \2/g')
  yosys -q -l "$log" -p "read_verilog -Irtl rtl/serac_*.v; hierarchy -check -top $module $point
    blackbox * $module %d; synth -noabc -top $module; select -assert-none t:\$_DLATCH*; stat" > /dev/null 2>&1 ||
    { echo "synth: $module failed, see $log"; tail -5 "$log"; exit 1; }
  count=$((count + 1))
done
echo "synth: yosys synthesises $count modules, no latches"
