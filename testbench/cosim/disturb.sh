#!/bin/sh
# Errors and resets in random programs on tiny: model = RTL, AXI's rules hold, and the
# device works afterwards (`make disturb` has more, on all designs).
set -eu
build/serac cosim --random 20 --seed "${SEED:-1}" --design tiny --disturb
