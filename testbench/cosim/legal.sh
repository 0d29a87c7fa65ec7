#!/bin/sh
# Programs that once differed, and random legal ones on two designs that are built anyhow: model = RTL. `make soak`
# draws designs, too.
set -eu
for case in testbench/cosim/cases/*/; do
  build/serac cosim --replay "$case"
done
build/serac cosim --random 400 --seed "${SEED:-1}" --programs any --design tiny
build/serac cosim --random 120 --seed "${SEED:-1}" --programs both --design pair-2-8
