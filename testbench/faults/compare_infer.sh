#!/bin/sh
# compare_infer.sh [NETWORK] - one image through the model and the RTL of design
# tiny; the raw outputs must be equal.
set -eu
network=${1:-fashion-w2}
out=build/compare-infer
mkdir -p "$out"
for backend in model rtl; do
  build/serac infer "$network" --design tiny --backend "$backend" --limit 1 \
    --outputs "$out/$backend.txt" > "$out/$backend.log" 2>&1 ||
    { cat "$out/$backend.log"; echo "infer failed with backend $backend"; exit 1; }
done
[ -s "$out/model.txt" ] || { echo "no outputs"; exit 1; }
cmp -s "$out/rtl.txt" "$out/model.txt" && { echo "outputs equal"; exit 0; }
echo "outputs differ: image 0: rtl $(head -n 1 "$out/rtl.txt"), model $(head -n 1 "$out/model.txt")"
exit 1
