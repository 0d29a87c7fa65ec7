#!/bin/sh
# Timelines: model = RTL, as the format documents (build/trace_check), and their slices
# sum to the counters; for networks, with layers of the host too, and random programs.
set -eu
out=build/cosim-trace
rm -rf "$out"
mkdir -p "$out"

# both WHAT ARGUMENT...: both sides in lock step, checked; leaves WHAT.json.
both() {
  what=$1
  shift
  build/serac cosim "$@" --trace "$out/$what.json" | grep '^timelines .* no difference'
}

# rows WHAT ARGUMENT...: the rows of infer, which WHAT.json must sum to.
rows() {
  what=$1
  shift
  build/serac infer "$@" --limit 1 --json > "$out/$what.rows"
  build/trace_check "$out/$what.json" "$out/$what.rows"
}

both fashion --network fashion-w2 --design tiny
rows fashion fashion-w2 --design tiny
both stalls --network fashion-w1 --design tiny --memory random-stalls --image 3
rows stalls fashion-w1 --design tiny --memory random-stalls
awk 'BEGIN { for (i = 0; i < 72; i++) printf "%c", 33 + 37 * i % 90 }' > "$out/steps.bin"
both steps --network testbench/data/steps.cfg --design tiny --input "$out/steps.bin"
rows steps testbench/data/steps.cfg --design tiny --input "$out/steps.bin"

# infer's timelines are these, of one side each; --trace changes nothing else.
for backend in model rtl; do
  build/serac infer fashion-w2 --design tiny --limit 1 --backend $backend --json \
    --trace "$out/$backend.json" > "$out/$backend.rows"
  build/trace_check "$out/$backend.json" "$out/$backend.rows"
done
sed 's/"RTL/"model/' "$out/rtl.json" | cmp - "$out/model.json"
cmp "$out/model.rows" "$out/fashion.rows"
[ "$(grep -c '^{"pid":1' "$out/fashion.json")" = "$(grep -c '^{"pid":1' "$out/model.json")" ]

# The programs of `cosim --random 200` for design tiny that are not broken.
for case in 0 33 49 81 97 113 129 145 161 177; do
  both case$case --random 200 --case $case
  build/trace_check "$out/case$case.json"
done

# A broken program has no timeline.
code=0
build/serac cosim --random 200 --case 65 --trace "$out/broken.json" > "$out/log" 2>&1 || code=$?
[ "$code" = 2 ]
grep -q 'broken on purpose has no timeline' "$out/log"
[ ! -e "$out/broken.json" ]
[ ! -e "$out/broken.json.part" ]
echo "13 programs: timelines of model and RTL equal, as documented, and the sum of the counters"
