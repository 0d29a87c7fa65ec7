#!/bin/sh
# claims.sh - `make claims`: reports/claims.md from sweeps that it runs, and what stands in reports/.
#
# The sweeps go on where they were stopped (build/claims). JOBS=n: worker processes (1).
set -eu
cd "$(dirname "$0")/.."
serac=build/serac
work=build/claims
mkdir -p "$work"
for sweep in bert six-ms llama; do
  echo "claims: $sweep"
  $serac sweep "claims-$sweep" --out "$work/$sweep" --jobs "${JOBS:-1}"
  $serac export "$work/$sweep" > "$work/$sweep.csv"
done
$serac claims "$work" --command "make claims" --out reports/claims.md
