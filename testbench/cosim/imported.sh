#!/bin/sh
# MLPerf Tiny's four networks, DORY's two and FINN's TFC (SERAC_DATA) imported, and in lock step on model and
# RTL; keyword spotting answers class 5 at 127 on the RTL, too.
set -eu
models=${SERAC_DATA:-}/mlperf_tiny
[ -d "$models" ] || { echo "skipped: SERAC_DATA is not set or has no MLPerf Tiny"; exit 77; }
out=build/cosim-imported
design=testbench/data/whole.cfg
mkdir -p "$out"
count=0
for file in mlperf_tiny/kws_ref_model.tflite mlperf_tiny/ad01_int8.tflite mlperf_tiny/pretrainedResnet_quant.tflite \
  mlperf_tiny/vww_96_int8.tflite dory/PenguiNet_32/model_int.onnx dory/eegnet_1d_8b_Hx1/eegnet_id_8b.onnx \
  finn/model.onnx; do
  model=$(basename "${file%.*}")
  build/serac import "$SERAC_DATA/$file" -o "$out/$model.cfg"
  build/serac cosim --network "$out/$model.cfg" --design $design
  count=$((count + 1))
done
for backend in model rtl systemc; do
  build/serac infer "$out/kws_ref_model.cfg" --design $design --backend $backend \
    --input "$models/kws_input.bin" --outputs "$out/kws.txt" > /dev/null
  [ "$(cat "$out/kws.txt")" = "-128 -128 -128 -128 -128 127 -128 -128 -128 -128 -128 -128" ]
done
echo "$count imported networks in lock step; keyword spotting right on model, RTL and SystemC"
