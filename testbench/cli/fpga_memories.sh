#!/bin/sh
# What a memory takes of an FPGA: model/serac_fpga.c against yosys, shape by shape.
set -u
. testbench/data/cli_lib.sh
work=build/cli/fpga-memories
rm -rf "$work"
mkdir -p "$work"
make -s synth-tools || { echo "the tools do not build"; exit 1; }

# check FAMILY WIDTH DEPTH ENABLES: LUTs and flip-flops within 5 % and eight, block RAMs alike.
check() {
  case $1 in
  xc7) defines="-DSERAC_FPGA -DSERAC_XILINX" command="synth_xilinx -nowidelut -noiopad -noclkbuf -top serac_ram" ;;
  ice40) defines=-DSERAC_FPGA command="synth_ice40 -device hx -abc2 -top serac_ram" ;;
  esac
  yosys -q -p "read_verilog $defines scripts/synth/serac_ram.v
    hierarchy -top serac_ram -chparam Width $2 -chparam Depth $3 -chparam Granule $(($2 / $4))
    $command; write_json $work/ram.json" > "$work/yosys.log" 2>&1 || fails "yosys: $(tail -1 "$work/yosys.log")"
  theirs=$(build/synth_area --fpga "$work/ram.json" serac_ram | awk -F, 'NR == 2 {print $4, $5, $6}')
  ours=$(build/synth_units --fpga "$1" "$2" "$3" "$4")
  count=$((count + 1))
  if echo "$theirs $ours" | awk '{for (i = 1; i < 3; i++) {d = $i - $(i + 3); if (d < 0) d = -d; if (d > 8 + $i / 20) exit 1}
      exit $3 != $6}'; then
    echo "ok   $1 $2 x $3, $4 parts: $ours (yosys $theirs)"
  else
    fails "$1 $2 x $3, $4 parts: LUTs, FFs, BRAMs $ours, yosys $theirs"
  fi
}
for shape in "64 4 1" "64 64 1" "128 64 16" "64 128 8" "96 1024 1"; do
  # shellcheck disable=SC2086 # three numbers
  check xc7 $shape
  # shellcheck disable=SC2086
  check ice40 $shape
done
check xc7 256 32 32
check xc7 32 2048 1
summary "$count memories on FPGAs"
