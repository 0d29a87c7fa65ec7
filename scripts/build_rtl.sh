#!/bin/sh
# build_rtl.sh OUT.so AXI_BITS PARAMETER... - Verilates serac_top into a shared library.
#
# PARAMETER is -GName=value. SERAC_SLOW_POPCOUNT=1 uses the adder tree that is
# synthesised instead of $countones. SERAC_NETLIST=DIR takes the *.v of DIR in place
# of rtl/, a synthesised serac_top without parameters (netlist.v) and its cell models.
# SERAC_COUNTING=1 builds in the count of switching activity.
# Called by serac itself (sim/serac_rtl.c).
set -eu
out=$1
axi=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
command -v verilator > /dev/null || { echo "verilator is not installed (scripts/setup.sh installs it)" >&2; exit 3; }
dir=$out.build.$$
mkdir -p "$dir"
trap 'rm -rf "$dir"' EXIT
fast=-DSERAC_FAST_POPCOUNT
[ -z "${SERAC_SLOW_POPCOUNT:-}" ] || fast=
rtl=${SERAC_RTL_DIR:-$root/rtl}
trace=
optimise=-O3
slow=-O1
if [ -n "${SERAC_NETLIST:-}" ]; then
  # Of cells only what netlist.v connects them to counts, not their insides.
  set --
  printf '`verilator_config\n' > "$dir/netlist.vlt"
  for file in "$SERAC_NETLIST"/*.v; do
    set -- "$@" "$file"
    [ "${file##*/}" = netlist.v ] || printf 'tracing_off -file "%s"\n' "$file" >> "$dir/netlist.vlt"
  done
  # Few files, as each reads a header of a hundred thousand nets again, but small functions.
  set -- "$dir/netlist.vlt" "$@" --output-split 300000 --output-split-cfuncs 10000 \
    --output-split-ctrace 10000
  optimise=-O1
  slow=-O0         # g++ takes minutes more for what runs once
else
  set -- -I"$rtl" -y "$rtl" $fast "$@" "$rtl/serac_top.v"
fi
[ -z "${SERAC_COUNTING:-}" ] || trace='--trace --trace-underscore'
# shellcheck disable=SC2086
verilator --cc --top-module serac_top --prefix Vserac --Mdir "$dir" -O3 --x-assign fast \
  --x-initial unique --noassert -Wno-fatal -Wno-lint $trace \
  -CFLAGS -fPIC "$@" > "$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
inc=$(verilator --getenv VERILATOR_ROOT)/include
make -s -j "$(nproc)" -C "$dir" -f Vserac.mk OPT_FAST=$optimise OPT_SLOW=$slow OPT_GLOBAL=-O2 \
  Vserac__ALL.a verilated.o verilated_threads.o ${trace:+verilated_vcd_c.o} >> "$dir/log" 2>&1 ||
  { tail -30 "$dir/log" >&2; exit 1; }
set -- -DVM_TRACE=0
if [ -n "$trace" ]; then
  gcc -std=c11 -O2 -fPIC -c "$root/scripts/synth/vcd.c" -o "$dir/vcd.o"
  set -- -DVM_TRACE=1 -I"$root/scripts/synth" "$dir/verilated_vcd_c.o" "$dir/vcd.o"
fi
g++ -std=c++17 -O2 -fPIC -shared -DVM_COVERAGE=0 -DSERAC_AXI_BITS="$axi" \
  -I"$dir" -I"$inc" -I"$inc/vltstd" -I"$root/sim" -I"$root/model" "$@" \
  "$root/sim/serac_rtl_shim.cpp" "$dir/Vserac__ALL.a" "$dir/verilated.o" "$dir/verilated_threads.o" \
  -o "$dir/lib.so" -lpthread -latomic
mv "$dir/lib.so" "$out"
