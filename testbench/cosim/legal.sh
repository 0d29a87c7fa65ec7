#!/bin/sh
# Random legal programs on tiny and on the 17 designs: model = RTL. `make soak` draws
# designs, too.
set -eu
build/serac cosim --random 400 --seed "${SEED:-1}" --programs any --design tiny
build/serac cosim --random 170 --seed "${SEED:-1}" --programs both
