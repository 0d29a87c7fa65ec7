#!/bin/sh
# run_bench.sh TB [SEED] - builds and runs one RTL module bench at all its points.
#
# testbench/rtl/TB.cpp says which module and parameters in lines
#   // TOP: serac_array            (default: TB without its tb_)
#   // POINT: -GRows=4 -GCols=4    (one per design point; at least one)
# The Verilated class is always Vtop; the bench also gets each parameter as -DNAME=value. With SERAC_COVERAGE=DIR
# lines and toggles of every point are counted into DIR/TB-N.dat, and DIR/TB holds what is built. VERILATOR_FLAGS: more of them.
set -eu
tb=$1
seed=${2:-${SEED:-1}}
src=testbench/rtl/$tb.cpp
top=$(sed -n 's|^// TOP: *||p' "$src")
: "${top:=${tb#tb_}}"
runtime=$(scripts/verilator_runtime.sh)
inc=$(verilator --getenv VERILATOR_ROOT)/include
n=0
options='--output-split 0'       # one file: headers are most of what is compiled
count=0
optimise=OPT_FAST=-O1
work=build/rtl
if [ -n "${SERAC_COVERAGE:-}" ]; then
  options='--coverage-line --coverage-toggle --coverage-max-width 4096 --output-split 20000'
  count=1
  optimise='OPT_FAST=-O1 OPT_SLOW=-O0 OPT_GLOBAL=-O1'
  work=$SERAC_COVERAGE
fi
mkdir -p "$work"
# build DIR POINT: Verilates the module there and links it with the bench.
build() {
  dir=$1
  point=$2
  defines=$(printf '%s\n' "$point" | grep -o -e '-G[^ ]*' | sed 's/^-G/-D/')
  # shellcheck disable=SC2046,SC2086
  verilator --cc --top-module "$top" --prefix Vtop --Mdir "$dir" -y rtl -Irtl --x-initial unique --assert \
    -Wall -Wno-DECLFILENAME ${VERILATOR_FLAGS:-} $options $point "rtl/$top.v" &&
    make -s -C "$dir" -f Vtop.mk $optimise Vtop__ALL.a &&
    g++ -std=c++17 -O1 -faligned-new -DVM_COVERAGE=$count -DVM_SC=0 -DVM_TRACE=0 $defines \
      -I"$dir" -isystem "$inc" -isystem "$inc/vltstd" $(scripts/include_flags.sh) -Itestbench/rtl "$src" \
      "$dir/Vtop__ALL.a" "$runtime" build/sim/pins/serac_axi_check.o build/libserac.a -o "$dir/bench" -lconfig -lz -lpthread -latomic
}
grep '^// POINT:' "$src" | sed 's|^// POINT: *||' > "$work/$tb.points"
while read -r point; do
  n=$((n + 1))
  dir=$work/$tb/$n
  mkdir -p "$dir"
  build "$dir" "$point" > "$dir/build.log" 2>&1 ||
    { echo "FAIL $tb $point: build failed, see $dir/build.log"; tail -20 "$dir/build.log"; exit 1; }
  SERAC_COVERAGE_FILE=${SERAC_COVERAGE:+$work/$tb-$n.dat} "$dir/bench" +verilator+rand+reset+2 \
    "+verilator+seed+$seed" --seed "$seed" ||
    { echo "  repeat: make test-rtl SEED=$seed, or scripts/run_bench.sh $tb $seed ($point)"; exit 1; }
done < "$work/$tb.points"
[ "$n" -gt 0 ] || { echo "FAIL $tb: no POINT line"; exit 1; }
