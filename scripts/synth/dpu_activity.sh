#!/bin/sh
# dpu_activity.sh DIR LANES PROGRAM - builds the bench for a serac_dpu netlist,
# (1,1); then: PROGRAM CYCLES SEED MODE ACTIVITY (dpu_activity.cpp).
#
# DIR holds the netlist and its cell models as *.v.
set -eu
[ $# -eq 3 ] || { sed -n '2,5s/^# *//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
inc=$(verilator --getenv VERILATOR_ROOT)/include
verilator --cc --trace --trace-underscore --top-module serac_dpu --prefix Vdpu \
  --Mdir "$build" -O3 --x-assign fast --x-initial fast --noassert -Wno-fatal \
  -Wno-lint "$1"/*.v > "$build/log" 2>&1 || { cat "$build/log" >&2; exit 1; }
make -s -C "$build" -f Vdpu.mk OPT_FAST=-O1 Vdpu__ALL.a verilated.o \
  verilated_vcd_c.o verilated_threads.o >> "$build/log" 2>&1 ||
  { tail -30 "$build/log" >&2; exit 1; }
gcc -std=c11 -O2 -c "$here/vcd.c" -o "$build/vcd.o"
g++ -std=c++17 -O2 -DVM_TRACE=1 -DLANES="$2" -I"$build" -I"$inc" -I"$inc/vltstd" \
  -I"$here" "$here/dpu_activity.cpp" "$build/Vdpu__ALL.a" "$build/verilated.o" \
  "$build/verilated_vcd_c.o" "$build/verilated_threads.o" "$build/vcd.o" \
  -o "$3" -lpthread -latomic
