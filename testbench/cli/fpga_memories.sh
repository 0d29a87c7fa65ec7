#!/bin/sh
# What a memory takes of an FPGA: model/cost/serac_fpga.c against yosys, shape by shape: those of all
# designs of scripts/synth/fitting and heldout, and others at the edges of the rule. Large ones take
# yosys many minutes: only with ALL=1; synth_tools.sh compares the memories of every design measured.
set -u
. testbench/data/cli_lib.sh
work=build/cli/fpga-memories
rm -rf "$work"
mkdir -p "$work"
make -s synth-tools || { echo "the tools do not build"; exit 1; }

# Width, depth, parts that are written alone.
{
  for design in scripts/synth/fitting/*.cfg scripts/synth/heldout/*.cfg; do
    build/synth_terms --shapes "$design" || echo "no shapes of $design" >&2
  done
  echo "64 1 1
32 2 32
64 2 64
32 4 8
96 32 24
64 32 64
32 64 16
32 64 32
64 64 16
32 128 8
96 128 24
64 128 2
64 256 32
96 256 8
64 512 8
32 512 32
96 1024 1
64 8192 64
32 16384 1
64 16384 8"
} | sort -u | awk -v all="${ALL:-}" 'all || $1 <= 64 && $1 * $2 <= 32768' > "$work/shapes"

# Both families: all shapes side by side, each a module of its own.
awk '{
    if (NR == 1) print "module shapes (input wire clk);"
    name = $1 "x" $2 "x" $3
    printf "  (* keep *) serac_ram #(.Width(%d), .Depth(%d), .Granule(%d)) u_%s (.clk_i(clk));\n", $1, $2, $1 / $3, name
  } END {print "endmodule"}' "$work/shapes" > "$work/shapes.v"

# check FAMILY DEFINES COMMAND SLACK: flip-flops and block RAMs alike, LUTs within SLACK and SLACK/120 of
# them.
check() {
  family=$1
  yosys -q -p "read_verilog $2 scripts/synth/serac_ram.v $work/shapes.v
    hierarchy -top shapes; setattr -mod -set keep_hierarchy 1 *serac_ram*
    $3; write_json $work/$family.json" > "$work/$family.log" 2>&1 || fails "yosys: $(tail -1 "$work/$family.log")"
  build/synth_area --fpga "$work/$family.json" shapes |
    sed -n 's/^u_\([0-9]*\)x\([0-9]*\)x\([0-9]*\),serac_ram,1,\([0-9.]*\),\([0-9.]*\),\([0-9.]*\),.*/\1 \2 \3 \4 \5 \6/p' > "$work/$family"
  while read -r width depth parts theirs; do
    count=$((count + 1))
    ours=$(build/synth_terms --fpga "$family" "$width" "$depth" "$parts")
    if echo "$theirs $ours" | awk -v slack="$4" '{d = $1 - $4; if (d < 0) d = -d; exit d > slack * (1 + $1 / 120) || $2 != $5 || $3 != $6}'; then
      echo "ok   $family $width x $depth, $parts parts: $ours (yosys $theirs)"
    else
      fails "$family $width x $depth, $parts parts: LUTs, FFs, BRAMs $ours, yosys $theirs"
    fi
  done < "$work/$family"
}
check xc7 "-DSERAC_FPGA -DSERAC_XILINX" "synth_xilinx -flatten -nowidelut -noiopad -noclkbuf -top shapes" 0
check ice40 -DSERAC_FPGA "synth_ice40 -device hx -abc2 -top shapes" 4
shapes=$(wc -l < "$work/shapes")
if [ "$shapes" -lt 30 ] || [ "$count" != $((2 * shapes)) ]; then
  fails "$count comparisons of $shapes shapes on two families"
fi
summary "$shapes memories on two FPGAs"
