#!/bin/sh
# build_rtl.sh OUT.so AXI_BITS [--probes|--vcd|--fst] PARAMETER... - Verilates serac_top
# into a shared library.
#
# PARAMETER is -GName=value. With --probes the signals of sim/trace/serac_probe.vlt can be read,
# with --vcd or --fst it writes waveforms. SERAC_SLOW_POPCOUNT=1 uses the adder tree that is
# synthesised instead of $countones; SERAC_RTL_OPT=-O1 builds in less than half the time what runs for seconds. With
# SERAC_COVERAGE=DIR it counts lines and toggles, of signals of at most 256 bits, into a file of DIR for each device
# that was made.
# Called by serac itself (sim/pins/serac_rtl.c).
set -eu
out=$1
axi=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
probes=
waves=
wave=
defines='-DVM_TRACE=0'
case ${1:-} in
  --probes) probes=$root/sim/trace/serac_probe.vlt defines="$defines -DSERAC_PROBES" ;;
  --vcd) wave=--trace waves=verilated_vcd_c.o defines='-DVM_TRACE=1 -DVM_TRACE_VCD=1' ;;
  --fst) wave=--trace-fst waves=verilated_fst_c.o defines='-DVM_TRACE=1 -DVM_TRACE_FST=1' ;;
esac
case ${1:-} in --*) shift ;; esac
command -v verilator > /dev/null || { echo "verilator is not installed" >&2; exit 3; }
dir=$out.build.$$
mkdir -p "$dir"
trap 'rm -rf "$dir"' EXIT
coverage=
count=0
optimise="OPT_FAST=${SERAC_RTL_OPT:--O3} OPT_SLOW=-O0 OPT_GLOBAL=-O2"
if [ -n "${SERAC_COVERAGE:-}" ]; then
  coverage='--coverage-line --coverage-toggle --coverage-max-width 256 --output-split 20000'
  count=1
  optimise='OPT_FAST=-O1 OPT_SLOW=-O0 OPT_GLOBAL=-O1'
fi
fast=-DSERAC_FAST_POPCOUNT
[ -z "${SERAC_SLOW_POPCOUNT:-}" ] || fast=
rtl=${SERAC_RTL_DIR:-$root/rtl}
set -- -I"$rtl" -y "$rtl" $fast "$@" ${probes:+"$probes"} "$rtl/serac_top.v"
# shellcheck disable=SC2086
verilator --cc --top-module serac_top --prefix Vserac --Mdir "$dir" -O3 --x-assign fast \
  --x-initial unique --noassert -Wno-fatal -Wno-lint \
  -CFLAGS -fPIC $wave $coverage "$@" > "$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
inc=$(verilator --getenv VERILATOR_ROOT)/include
runtime=$("$root/scripts/verilator_runtime.sh" "$(dirname "$out")")
# shellcheck disable=SC2086
# A make that is above, and its OPT=, are none of this one's: a sanitizer's flags, say.
env -u MAKEFLAGS -u OPT make -s -j "$(nproc)" -C "$dir" -f Vserac.mk $optimise Vserac__ALL.a \
  ${waves:+"$waves"} >> "$dir/log" 2>&1 ||
  { tail -30 "$dir/log" >&2; exit 1; }
# shellcheck disable=SC2086
g++ -std=c++17 -O2 -fPIC -shared -DVM_COVERAGE=$count $defines -DSERAC_AXI_BITS="$axi" \
  -I"$dir" -I"$inc" -I"$inc/vltstd" -I"$root/sim/pins" -I"$root/model/base" -I"$root/model/machine" \
  "$root/sim/pins/serac_rtl_shim.cpp" "$dir/Vserac__ALL.a" ${waves:+"$dir/$waves"} "$runtime" \
  -o "$dir/lib.so" -lpthread -latomic ${waves:+-lz}
mv "$dir/lib.so" "$out"
