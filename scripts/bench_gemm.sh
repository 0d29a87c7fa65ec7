#!/bin/sh
# bench_gemm.sh - products of narrow codes beside oneDNN's int8, and whole layers and networks beside bare products;
# raw rows in build/bench/gemm.csv, medians of the rounds' ratios printed. ROUNDS: default 9.
#
# A ratio is taken within a round, where shapes alternate between all kinds, in processor seconds of one
# thread on processor 0. A missed goal is printed, and is no failure.
set -eu
rounds=${ROUNDS:-9}
raw=build/bench/gemm.csv
export OMP_NUM_THREADS=1
mkdir -p build/bench
build/bench/gemm bert-base serial "$rounds" > "$raw"

# median EXPRESSION WEIGHT_BITS ACT_BITS: of o (oneDNN), b (bare), f (function and cycles), l (layer)
median() {
  awk -F, -v w="$2" -v a="$3" "NR > 1 && \$2 == w && \$3 == a {o = \$6; b = \$7; f = \$8; l = \$9; print $1}" "$raw" |
    sort -n | awk '{v[NR] = $1} END {printf "%.2f", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

goal() {
  case "$1" in 1,1) echo 0.25 ;; 1,2) echo 0.45 ;; 2,2) echo 0.80 ;; *) echo 1.10 ;; esac
}

echo "BERT-base's products, time over oneDNN's int8 in the same process, weights packed beforehand, one thread;"
echo "median of $rounds rounds, load $(cut -d' ' -f1 /proc/loadavg) on $(nproc --all) processors"
echo "weights activations method          function/oneDNN goal         function/bare (1.03)  bare/layer"
for w in 1 2 4 8; do
  for a in 1 2 4 8; do
    ratio=$(median f/o "$w" "$a") most=$(goal "$w,$a")
    case "$w,$a" in 1,1) least="0.70" ;; 8,8) least="0.85" ;; *) least= ;; esac
    printf '%7s %11s %-15s %15s %-4s %-7s %14s %11s %s\n' "$w" "$a" \
      "$(awk -F, -v w="$w" -v a="$a" '$2 == w && $3 == a {print $5; exit}' "$raw")" "$ratio" "$most" \
      "$(awk -v r="$ratio" -v m="$most" 'BEGIN {print (r <= m) ? "met" : "missed"}')" \
      "$(median f/b "$w" "$a")" "$(median b/l "$w" "$a")" "${least:+(goal $least)}"
  done
done
echo "raw rows: $raw"

# All test images through the command, and the bare products of their layers.
for network in fashion-w1 fashion-w8; do
  bare=$(build/bench/gemm "$network" serial "$rounds" | cut -d, -f3 | sort -g | sed -n "$((rounds / 2 + 1))p")
  if ! build/serac infer "$network" --data fashion-mnist --limit 1 > /dev/null 2>&1; then
    echo "$network: skipped, the 10,000 images are not there (dataset-fashion-mnist, or SERAC_DATA)"
    continue
  fi
  /bin/bash -c "TIMEFORMAT=%U; time build/serac infer $network --data fashion-mnist > build/bench/infer.txt" \
    2> build/bench/seconds.txt
  awk -v n="$network" -v b="$bare" 'END {printf "%s, 10,000 images: %.2f s, bare products %.3f s: %.1f times (goal 3)\n", \
    n, $1, b * 10, $1 / (b * 10)}' build/bench/seconds.txt
done
