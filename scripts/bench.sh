#!/bin/sh
# bench.sh - how fast Serac is; raw rows in build/bench/time.csv, medians printed. ROUNDS: default 9.
#
# All numbers of a row come from one process, round by round, in processor seconds; what shares the
# machine still slows them, so compare within a run. A missed goal is printed, and is no failure.
set -eu
rounds=${ROUNDS:-9}
raw=build/bench/time.csv
mkdir -p build/bench
echo "workload,shapes,round,together_per_s,singly_per_s,anew_per_s,timeline_ns" > "$raw"
build/bench/time bert-base serial "$rounds" >> "$raw"
build/bench/time resnet50 weight-serial "$rounds" >> "$raw"

# The median of a workload's column.
median() {
  awk -F, -v w="$1" -v c="$2" '$1 == w {print $c}' "$raw" | sort -n |
    awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

nproc=$(nproc)
load=$(cut -d' ' -f1 /proc/loadavg)
echo "design points per second and core, timing only, constant memory, mapping fixed; median of $rounds"
echo "rounds, load $load on $nproc processors"
for line in "bert-base 1000000" "resnet50 300000"; do
  w=${line% *} goal=${line#* }
  together=$(median "$w" 4)
  printf '%-10s %7.0f (goal %s: %s), one at a time %.0f, shapes anew %.0f; timeline %.1f ns per tile or burst (goal 5)\n' \
    "$w" "$together" "$goal" "$(awk -v a="$together" -v b="$goal" 'BEGIN {print (a + 0 >= b + 0) ? "met" : "missed"}')" \
    "$(median "$w" 5)" "$(median "$w" 6)" "$(median "$w" 7)"
done
echo "raw rows: $raw"
