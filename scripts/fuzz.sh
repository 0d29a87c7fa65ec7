#!/bin/sh
# fuzz.sh MINUTES [NAME...] - fuzzes every parser (testbench/fuzz) for MINUTES in all, JOBS at a time, and prints a table.
#
# Inputs start from the committed corpus and from files of this repository, and grow in build/fuzz/NAME, from where the
# next call goes on. What crashes, leaks, or takes longer than 20 s is kept as build/fuzz/NAME-crash/...; to repeat it:
# build/clang/fuzz/NAME FILE. Ends with 1 if there was one.
set -eu
cd "$(dirname "$0")/.."
minutes=$1
shift
command -v clang > /dev/null || { echo "fuzz: needs clang: scripts/setup.sh --fuzz"; exit 77; }
make -s fuzz-build
names=${*:-$(basename -s .c testbench/fuzz/fuzz_*.c | sed 's/^fuzz_//')}
out=build/fuzz
mkdir -p "$out"
testbench/fuzz/seeds.sh "$out/seeds"
jobs=${JOBS:-$(nproc)}
# shellcheck disable=SC2086
seconds=$(set -- $names; echo $((minutes * 60 * jobs / $#)))
[ "$seconds" -gt 0 ] || seconds=1

cat > "$out/one.sh" << 'END'
name=$1; seconds=$2; out=$3
mkdir -p "$out/$name" "$out/$name-crash" "$out/seeds/$name" "testbench/fuzz/corpus/$name"
dict=$out/seeds/$name.dict
[ -e "$dict" ] || dict=$out/seeds/config.dict
# Bytes of one input; of one SQLite file more, its pages alone are 4096.
case $name in db) most=65536 ;; image | onnx | tflite | liberty | netlist) most=16384 ;; *) most=4096 ;; esac
ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1 \
build/clang/fuzz/"$name" -max_total_time="$seconds" -max_len=$most -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=1500 \
  -print_final_stats=1 -use_value_profile=1 -dict="$dict" -artifact_prefix="$out/$name-crash/" \
  "$out/$name" "testbench/fuzz/corpus/$name" "$out/seeds/$name" > "$out/$name.log" 2>&1
END
# shellcheck disable=SC2086
printf '%s\n' $names | xargs -P "$jobs" -I{} sh "$out/one.sh" {} "$seconds" "$out" || true

printf '%-10s %10s %7s %9s %7s %8s %s\n' parser executions edges features corpus seconds found
found=0
for name in $names; do
  log=$out/$name.log
  crashes=$(find "$out/$name-crash" -type f | wc -l)
  found=$((found + crashes))
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  [ "$runs" ] || runs=$(sed -n 's/^#\([0-9]*\).*/\1/p' "$log" | tail -n 1)
  last=$(grep -a " cov: " "$log" | tail -n 1)
  field() { printf '%s' "$last" | sed -n "s|.* $1: \([0-9]*\).*|\1|p"; }
  printf '%-10s %10s %7s %9s %7s %8s %s\n' "$name" "${runs:-0}" "$(field cov)" "$(field ft)" \
    "$(find "$out/$name" -type f | wc -l)" "$seconds" "$crashes"
done
[ "$found" = 0 ]
