#!/bin/sh
# The RTL under Icarus Verilog, four states: two random programs in lock step, one of them
# also disturbed by errors and resets.
set -eu
command -v iverilog > /dev/null || { echo "iverilog is not installed"; exit 77; }
export SERAC_SIMULATOR=icarus
cycles=0
for run in "--case 0" "--case 65" "--case 0 --disturb"; do
  # shellcheck disable=SC2086
  build/serac cosim --random 200 $run > build/icarus.out
  line=$(tail -n 1 build/icarus.out)
  echo "$run: $line"
  cycles=$((cycles + ${line%% *}))
done
echo "Icarus Verilog: $cycles cycles compared with the model, no difference"
