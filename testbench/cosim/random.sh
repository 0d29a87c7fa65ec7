#!/bin/sh
# Model = RTL for random programs on 17 designs; `make cosim` runs 200.
set -eu
build/serac cosim --random 68 --seed "${SEED:-1}"
SERAC_SLOW_POPCOUNT=1 SERAC_CACHE=build/rtl-slow build/serac cosim --random 68 --seed "${SEED:-1}" --case 0
