#!/bin/sh
# reports/claims.md is what `make claims` writes: computed anew, from nothing, it is the same byte for byte.
# And files that are missing or damaged are refused.
set -u
. testbench/data/cli_lib.sh
work=build/cli/claims
logs=build/cli/claims-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"
for sweep in bert six-ms llama; do
  "$serac" sweep "claims-$sweep" --out "$work/$sweep" > "$logs/out" 2>&1 || fails "sweep $sweep: $(cat "$logs/out")"
  "$serac" export "$work/$sweep" > "$work/$sweep.csv"
done
count=$((count + 1))
if ! "$serac" claims "$work" --command "make claims" --out "$logs/claims.md" > "$logs/out" 2>&1; then
  fails "claims: $(cat "$logs/out")"
elif ! diff reports/claims.md "$logs/claims.md"; then
  fails "reports/claims.md is not current: make claims"
fi
# With a float network alone nothing is said of them.
count=$((count + 1))
head -n 2 reports/accuracy.csv > "$logs/none.csv"
"$serac" claims "$work" --accuracy "$logs/none.csv" --out "$logs/none.md" > "$logs/out" 2>&1 || fails "no accuracies: $(cat "$logs/out")"
[ "$(grep -c '^| .*(#claim.*accuracy .*not tested' "$logs/none.md")" = 4 ] || fails "claims on accuracy, none measured: $(grep -c 'not tested' "$logs/none.md")"
refused "no page" "--out is missing" claims "$work"
refused "no sweeps" "bert.csv: " claims "$logs" --out "$work/page.md"
refused "no pairs" "none: No such file" claims "$work" --pairs none --out "$work/page.md"
echo "view,network" > "$logs/pairs.csv"
refused "damaged pairs" "pairs.csv:1: a column is missing" claims "$work" --pairs "$logs/pairs.csv" --out "$work/page.md"
refused "no accuracies" "none:1: cannot be read" claims "$work" --accuracy none --out "$work/page.md"
refused "no scenario" "not in configs/serving" claims "$work" --serving none --out "$work/page.md"
refused "a page that cannot be" "none/page.md" claims "$work" --out "$work/none/page.md"
summary "reports/claims.md is current; $count checks"
