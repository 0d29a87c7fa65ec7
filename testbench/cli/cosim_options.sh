#!/bin/sh
# Bad options of cosim --random --disturb and --design.
set -u
. testbench/data/cli_lib.sh
work=build/cli/cosim-options
logs=build/cli/cosim-options-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"
refused "disturbed network" "--disturb with --random" cosim --network fashion-w2 --disturb
refused "disturbed timeline" "--trace is of runs that nobody disturbs" cosim --random 1 --case 0 --disturb --trace "$work/t.json"
refused "random on no design" "nosuch" cosim --random 1 --design nosuch
summary "$count bad options of cosim refused"
