#!/bin/sh
# MLPerf Tiny's four networks (SERAC_DATA) imported, and in lock step on model and RTL; keyword spotting
# answers class 5 at 127 on the RTL, too.
set -eu
models=${SERAC_DATA:-}/mlperf_tiny
[ -d "$models" ] || { echo "skipped: SERAC_DATA is not set or has no MLPerf Tiny"; exit 77; }
out=build/cosim-imported
design=testbench/data/whole.cfg
mkdir -p "$out"
count=0
for model in kws_ref_model ad01_int8 pretrainedResnet_quant vww_96_int8; do
  build/serac import "$models/$model.tflite" -o "$out/$model.cfg"
  build/serac cosim --network "$out/$model.cfg" --design $design
  count=$((count + 1))
done
for backend in model rtl systemc; do
  build/serac infer "$out/kws_ref_model.cfg" --design $design --backend $backend \
    --input "$models/kws_input.bin" --outputs "$out/kws.txt" > /dev/null
  [ "$(cat "$out/kws.txt")" = "-128 -128 -128 -128 -128 127 -128 -128 -128 -128 -128 -128" ]
done
echo "$count imported networks in lock step; keyword spotting right on model, RTL and SystemC"
