#!/bin/sh
# test_generic_gates.sh [DESIGN [CASES]] - a netlist of single gates in place of the RTL passes the RTL's own lock
# step under Icarus Verilog: random programs.
set -eu
cd "$(dirname "$0")/.."
design=${1:-tiny}
dir=build/netlist/$(basename "$design" .cfg)
scripts/build_generic_gates.sh "$design" "$dir"
export SERAC_RTL_DIR="$dir" SERAC_SIMULATOR=icarus
for case in ${2:-0}; do
  build/serac cosim --random 200 --design "$design" --case "$case" > "$dir/case"
  echo "case $case: $(tail -n 1 "$dir/case")"
done
