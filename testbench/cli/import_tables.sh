#!/bin/sh
# serac import of SCALE-Sim's own tables (SERAC_DATA): multiply-accumulates as their numbers give
# them by SCALE-Sim's formula, ceil((input - filter + stride) / stride) outputs a side, but
# none that begins outside the input.
set -u
. testbench/data/cli_lib.sh
tables=${SERAC_DATA:-}/layer_tables/scale-sim
[ -d "$tables" ] || { echo "skipped: SERAC_DATA is not set or has no SCALE-Sim tables"; exit 77; }
work=build/cli/import-tables
rm -rf "$work"
mkdir -p "$work"
for table in "$tables"/*.csv; do
  name=$(basename "$table" .csv)
  "$serac" import "$table" -o "$work/$name.cfg" > "$work/$name.log" 2>&1
  expected=$(tr -d '\r' < "$table" | awk -F, '
    function outputs(i, f, s) {o = int((i - f + s + s - 1) / s); if ((o - 1) * s >= i) o--; return o}
    NR == 1 {gemm = $2 ~ /^ *M *$/} NR == 1 || $2 !~ /[0-9]/ {next}
    gemm {n++; macs += $2 * $3 * $4; next}
    {n++; macs += outputs($2, $4, $8) * outputs($3, $5, $8) * $4 * $5 * $6 * $7}
    END {printf "%d layers, %.4g M multiply-accumulates", n, macs / 1e6}')
  count=$((count + 1))
  got=$(sed -n '1s/.*cfg: \(.*accumulates\),.*/\1/p' "$work/$name.log")
  if [ "$got" = "$expected" ]; then echo "ok   $name: $got"; else fails "$name: $got, expected $expected"; fi
done
summary "$count tables of SCALE-Sim"
