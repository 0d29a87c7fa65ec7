#!/bin/sh
# coverage.sh [STEP...] - what the tests cover of RTL, functions and C, on one page: build/coverage/index.html.
#
# Steps, by default all in this order:
#   benches    module benches of the RTL, BENCHES="tb_x ..." of them, counting lines and toggles
#   lockstep   random programs on tiny, also disturbed ones, counting the same
#   bins       RUNS= random programs on 17 designs (1200) and 60 disturbed ones: the layers that were compared
#   c          unit, command, fuzzing and conformance tests of C built for gcov, in a tree of links
#   page       the page and the totals; exit code 1 below a goal, or if an exclusion is wrong
# Each step takes the place of its last results; the page shows what there is. JOBS= processes (all processors).
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" = --bench ]; then
  log=$SERAC_COVERAGE/$2.log
  scripts/run_bench.sh "$2" > "$log" 2>&1 || { echo "coverage: $2 failed, see $log"; exit 1; }
  exit
fi
out=$PWD/build/coverage
jobs=${JOBS:-$(nproc)}
mkdir -p "$out/rtl"

step_benches() {
  [ -n "${BENCHES:-}" ] || rm -f "$out"/rtl/tb_*.dat
  make -s build/libserac.a build/sim/pins/serac_axi_check.o
  : "${BENCHES:=$(find testbench/rtl -name 'tb_*.cpp' -exec basename {} .cpp \; | sort)}"
  for bench in $BENCHES; do
    rm -f "$out/rtl/$bench"-*.dat
    echo "$bench"
  done | SERAC_COVERAGE=$out/rtl xargs -n 1 -P "$jobs" scripts/coverage.sh --bench
}

step_lockstep() {
  make -s build/serac
  rm -f "$out"/rtl/lockstep-*.dat
  SERAC_COVERAGE=$out/rtl build/serac cosim --random "${LOCKSTEP:-12}" --design tiny --seed "${SEED:-1}"
  SERAC_COVERAGE=$out/rtl build/serac cosim --random "${DISTURBED:-6}" --design tiny --seed "${SEED:-1}" --disturb
}

step_bins() {
  make -s build/serac
  rm -f "$out/blocks.log"
  # One process: pair, kind and widths are dealt by the number of the case, whatever the seed.
  SERAC_COMPARED=$out/blocks.log build/serac cosim --random "${RUNS:-1200}" --seed "${SEED:-1}"
  SERAC_COMPARED=$out/blocks.log build/serac cosim --random 60 --seed "${SEED:-1}" --design tiny --disturb
}

# The tests say build/serac: they run in a tree of links, whose build/ is another one.
step_c() {
  tree=$out/tree
  mkdir -p "$tree/build"
  for entry in *; do
    [ "$entry" = build ] || ln -sfn "../../../$entry" "$tree/$entry"
  done
  mkdir -p build/rtl-cache
  ln -sfn ../../../rtl-cache "$tree/build/rtl-cache"
  find "$tree/build" -name '*.gcda' -delete
  rm -f "$tree/build/results.txt"
  # shellcheck disable=SC2086
  make -C "$tree" -k -s -j "$jobs" OPT="-O0 -g --coverage -fprofile-update=atomic" ${C_TESTS:-test-unit fuzz-corpus test-cli test-conformance} ||
    echo "coverage: a test failed in the build for gcov, see above"
  (cd "$tree" && find build -name '*.gcno' -print0 | sort -z | xargs -0 -n 1 gcov -b -j -t 2> /dev/null) > "$out/gcov.json"
}

step_page() {
  make -s build/cover
  set -- --waivers testbench/coverage/*.waivers --page "$out/index.html" "$@"
  for data in "$out"/rtl/*.dat; do
    [ ! -e "$data" ] || set -- --dat "$data" "$@"
  done
  [ ! -s "$out/blocks.log" ] || set -- --blocks "$out/blocks.log" "$@"
  [ ! -s "$out/gcov.json" ] || set -- --gcov "$out/gcov.json" "$@"
  build/cover "$@"
}

[ $# -gt 0 ] || set -- benches lockstep bins c page
for step in "$@"; do
  case $step in
    benches | lockstep | bins | c | page) "step_$step" ;;
    *) echo "coverage: $step: not one of benches, lockstep, bins, c, page" >&2; exit 2 ;;
  esac
done
