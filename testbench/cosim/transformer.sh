#!/bin/sh
# One layer of BERT-tiny, attention included, 128 tokens: weights of 8 and 2 bits in lock step on model and RTL,
# and both through the driver on the RTL, against plain C.
set -eu
out=build/cosim-transformer
mkdir -p "$out"
for bits in 8 2; do
  build/conformance/transformer --weights $bits --keep "$out"
  build/serac cosim --network "$out/net.cfg" --input "$out/input.bin" --design tiny
done
build/serac cosim --network "$out/net.cfg" --input "$out/input.bin" --design tiny --memory random-stalls
build/conformance/transformer --design testbench/data/whole.cfg --backend rtl
build/conformance/transformer --design tiny --sequence 10 --weights 2 --backend systemc
echo "BERT-tiny's layer in lock step at 8 and 2 bits; on the RTL as plain C computes it"
