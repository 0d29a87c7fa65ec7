#!/bin/sh
# synth_check.sh - yosys synthesises every module of the RTL to generic cells.
#
# serac_top at its first LINT point, with all modules that it consists of; every other module alone, likewise at its first
# LINT point, or with its defaults. Memories (serac_ram) stay black boxes, as a macro flow would have them; serac_ram itself
# is synthesised alone. No latch, no unknown cell.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build/synth

# synthesise MODULE: prints the modules it consists of.
synthesise() {
  log=build/synth/$1.log
  point=$(sed -n 's|^ *// LINT: *||p' "rtl/$1.v" | head -n 1 | sed 's/-G\([A-Za-z]*\)=\([0-9]*\)/-chparam \1 \2/g')
  keep='blackbox *serac_ram*'
  [ "$1" != serac_ram ] || keep=''
  yosys -q -l "$log" -p "read_verilog -Irtl rtl/serac_*.v; hierarchy -check -top $1 $point
    $keep; synth -noabc -top $1; select -assert-none t:\$_DLATCH*; tee -q -o $log.modules ls" > /dev/null 2>&1 ||
    { echo "synth: $1 failed, see $log" >&2; tail -5 "$log" >&2; return 1; }
  grep -o 'serac_[a-z0-9_]*' "$log.modules" | grep -v '^serac_ram$' | sort -u
}

done=$(synthesise serac_top)
count=0
alone=0
for file in rtl/serac_*.v; do
  module=$(basename "$file" .v)
  count=$((count + 1))
  case " $(echo "$done" | tr '\n' ' ') " in *" $module "*) continue ;; esac
  synthesise "$module" > /dev/null
  alone=$((alone + 1))
done
echo "synth: yosys synthesises $count modules, $alone of them alone, no latches"
