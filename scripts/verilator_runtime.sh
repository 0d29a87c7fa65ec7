#!/bin/sh
# verilator_runtime.sh [CACHE] - compiles Verilator's own C++ once and prints the archive's path.
#
# It goes to build/ of the source tree; where there is none, to the folder CACHE.
# Every bench and every Verilated library needs it; it depends on no design. Position-independent,
# without coverage (but with SERAC_COVERAGE, another archive) or traces. Two that build it at once do no harm.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
inc=$(verilator --getenv VERILATOR_ROOT)/include
out=$root/build/verilated.a
[ -d "$root/build" ] || out=${1:-$root/build}/verilated.a
parts='verilated verilated_threads'
coverage=0
[ -z "${SERAC_COVERAGE:-}" ] || out=${out%.a}_coverage.a parts="$parts verilated_cov" coverage=1
if [ -z "$(find "$out" -newer "$inc/verilated.cpp" 2> /dev/null)" ]; then
  dir=$out.$$
  mkdir -p "$dir"
  trap 'rm -rf "$dir"' EXIT
  for part in $parts; do
    g++ -std=c++17 -O2 -fPIC -faligned-new -DVM_COVERAGE=$coverage -DVM_SC=0 -DVM_TRACE=0 -I"$inc" -I"$inc/vltstd" \
      -c "$inc/$part.cpp" -o "$dir/$part.o"
  done
  ar rcs "$dir/verilated.a" "$dir"/*.o
  mv "$dir/verilated.a" "$out"
fi
echo "$out"
