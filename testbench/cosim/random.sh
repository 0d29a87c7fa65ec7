#!/bin/sh
# Model = RTL for random programs on 17 designs (`make cosim` runs 200), and one
# program with the adder tree that is synthesised in place of $countones.
set -eu
SERAC_SLOW_POPCOUNT=1 SERAC_CACHE=build/rtl-slow build/serac cosim --random 68 --seed "${SEED:-1}" --case 0
build/serac cosim --random 68 --seed "${SEED:-1}"
