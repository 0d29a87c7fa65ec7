#!/bin/sh
# Model = RTL for one image of every network on tiny; the outputs of infer are
# the same on model and rtl.
set -eu
for network in fashion-w8 fashion-w4 fashion-w2 fashion-w1 fashion-mixed; do
  build/serac cosim --network "$network" --design tiny --memory default
done
build/serac cosim --network fashion-w2 --design tiny --memory random-stalls --image 3
build/serac cosim --network fashion-w2 --design tiny --memory slow --image 4
out=build/cosim-infer
mkdir -p "$out"
for backend in model rtl systemc; do
  build/serac infer fashion-w2 --design tiny --backend $backend --limit 2 --json \
    --outputs "$out/$backend.txt" > "$out/$backend.json"
  cmp "$out/model.txt" "$out/$backend.txt"
  jq -e --argjson want "$(jq '.[-1].cycles' "$out/model.json")" \
    '.[-1].cycles == $want' "$out/$backend.json" > /dev/null
done
# Layers of the host between runs of the machine.
steps=testbench/data/steps.cfg
awk 'BEGIN { for (i = 0; i < 72; i++) printf "%c", 33 + 37 * i % 90 }' > "$out/steps.bin"
build/serac cosim --network $steps --design tiny --input "$out/steps.bin"
for backend in model rtl systemc systemc-rtl; do
  build/serac infer $steps --design tiny --backend $backend --input "$out/steps.bin" --json \
    --outputs "$out/$backend.txt" > "$out/$backend.json"
  cmp "$out/model.txt" "$out/$backend.txt"
  jq -e --argjson want "$(jq '.[-1].cycles' "$out/model.json")" \
    '.[-1].cycles == $want' "$out/$backend.json" > /dev/null
done
echo "6 networks in lock step; infer equal on model, rtl and systemc"
