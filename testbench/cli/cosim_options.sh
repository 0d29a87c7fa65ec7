#!/bin/sh
# Bad options of cosim --random --disturb and --design, and of the simulator.
set -u
. testbench/data/cli_lib.sh
work=build/cli/cosim-options
logs=build/cli/cosim-options-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"
refused "disturbed network" "--disturb with --random" cosim --network fashion-w2 --disturb
refused "disturbed timeline" "--trace is of runs that nobody disturbs" cosim --random 1 --case 0 --disturb --trace "$work/t.json"
refused "random on no design" "nosuch" cosim --random 1 --design nosuch
SERAC_SIMULATOR=modelsim
export SERAC_SIMULATOR
refused "unknown simulator" "SERAC_SIMULATOR=modelsim: icarus, or not set" cosim --random 1
SERAC_SIMULATOR=icarus
refused "waveform of another simulator" "SERAC_SIMULATOR=icarus: not for --trace" cosim --random 1 --case 0 --trace "$logs/w.vcd"
summary "$count bad options of cosim refused"
