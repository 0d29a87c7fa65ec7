#!/bin/sh
# CMSIS-NN's cases and imported TensorFlow Lite networks again, on the RTL.
set -eu
[ -n "${SERAC_DATA:-}" ] || { echo "skipped: SERAC_DATA is not set"; exit 77; }
set -- --design testbench/data/whole.cfg --backend rtl
build/conformance/tflite "$@" --networks 100
build/conformance/cmsis_nn "$@"
