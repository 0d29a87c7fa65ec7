#!/bin/sh
# demo.sh - the main job on the embedded networks: accuracy, speed, cost, proof.
#
# Five Fashion-MNIST networks through the driver on the cycle model of three
# designs (500 images each), one image of each through the RTL of `tiny` in lock
# step with the model, one table. Called by `make demo`.
set -eu
cd "$(dirname "$0")/.."
out=build/demo
jobs=$(nproc)
echo "demo: five networks on three designs, 500 images each"
build/serac sweep fashion --out "$out" --jobs "$jobs"
echo "demo: one image per network on the RTL of tiny, compared at every clock edge"
for network in fashion-w8 fashion-w4 fashion-w2 fashion-w1 fashion-mixed; do
  build/serac cosim --network "$network" --design tiny --out "$out"
done
echo
build/serac report "$out"
