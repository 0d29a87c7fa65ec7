#!/bin/sh
# run_bench.sh TB [SEED] - builds and runs one RTL module bench at all its points.
#
# testbench/rtl/TB.cpp says which module and parameters in lines
#   // TOP: serac_array            (default: TB without its tb_)
#   // POINT: -GRows=4 -GCols=4    (one per design point; at least one)
# The Verilated class is always Vtop; the bench also gets each parameter as -DNAME=value.
set -eu
tb=$1
seed=${2:-${SEED:-1}}
src=testbench/rtl/$tb.cpp
top=$(sed -n 's|^// TOP: *||p' "$src")
: "${top:=${tb#tb_}}"
n=0
grep '^// POINT:' "$src" | sed 's|^// POINT: *||' > "build/$tb.points"
while read -r point; do
  n=$((n + 1))
  dir=build/rtl/$tb/$n
  mkdir -p "$dir"
  defines=$(printf '%s\n' "$point" | sed 's/-G/-CFLAGS -D/g')
  # shellcheck disable=SC2086
  verilator --cc --exe --build --top-module "$top" --prefix Vtop --Mdir "$dir" -o bench \
    -y rtl -Irtl --x-initial unique --assert -Wall -Wno-DECLFILENAME $point $defines \
    -CFLAGS "-I$PWD/model -std=c++17 -O1" -LDFLAGS "$PWD/build/libserac.a -lconfig -lz" \
    -MAKEFLAGS OPT_FAST=-O2 "rtl/$top.v" "$PWD/$src" > "$dir/build.log" 2>&1 ||
    { echo "FAIL $tb $point: build failed, see $dir/build.log"; tail -20 "$dir/build.log"; exit 1; }
  "$dir/bench" +verilator+rand+reset+2 "+verilator+seed+$seed" --seed "$seed" ||
    { echo "  repeat: make test-rtl SEED=$seed, or scripts/run_bench.sh $tb $seed ($point)"; exit 1; }
done < "build/$tb.points"
[ "$n" -gt 0 ] || { echo "FAIL $tb: no POINT line"; exit 1; }
