#!/bin/sh
# random_tiny.sh - of `serac cosim --random 200` the programs for design tiny.
for case in 0 33 49 65 81 97 113 129 145 161 177 193; do
  build/serac cosim --random 200 --case $case || exit 1
done
