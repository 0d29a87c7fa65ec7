#!/bin/sh
# prove_popcount.sh - the synthesised counters of ones equal a sum of bits, for every input.
#
# By yosys's SAT solver against serac_adder_tree: 8 and 16 lanes portable; 8, 16 and 32
# in LUTs and carry chains as yosys models them. More lanes are for the benches: the
# solver does not finish.
set -eu
cd "$(dirname "$0")/.."
dir=build/prove
mkdir -p $dir
cells=/usr/share/yosys/xilinx/cells_sim.v
cat > $dir/prove.v << 'END'
module prove #(parameter Lanes = 8) (input wire [Lanes-1:0] wgt, act, output wire ok);
  localparam WIDTH = $clog2(Lanes) + 1;
  wire [WIDTH-1:0] products, ones, expected, expected_ones;
  serac_and_popcount #(.Lanes (Lanes)) u_products (
    .wgt_i (wgt), .act_i (act), .count_o (products));
  serac_popcount #(.Lanes (Lanes)) u_ones (.bits_i (act), .count_o (ones));
  serac_adder_tree #(.Terms (Lanes), .Width (1), .Signed (0)) u_expected (
    .terms_i (wgt & act), .sum_o (expected));
  serac_adder_tree #(.Terms (Lanes), .Width (1), .Signed (0)) u_expected_ones (
    .terms_i (act), .sum_o (expected_ones));
  assign ok = products == expected && ones == expected_ones;
endmodule
END
files=
for file in popcount and_popcount wallace compress counter carry full_adder add_rows adder_tree; do
  files="$files rtl/serac_$file.v"
done
count=0
for point in 8 16 8:-DSERAC_XILINX 16:-DSERAC_XILINX 32:-DSERAC_XILINX; do
  lanes=${point%%:*}
  define=${point#"$lanes"}
  yosys -q -l $dir/log -p "read_verilog ${define#:} $files $dir/prove.v $cells
    hierarchy -check -top prove -chparam Lanes $lanes
    proc; flatten; opt -full; sat -verify -prove ok 1 -timeout 600 prove" > /dev/null 2>&1 ||
    { echo "prove: $point: not proved, see $dir/log"; tail -5 $dir/log; exit 1; }
  count=$((count + 1))
done
# The benches' CARRY4 is yosys's.
yosys -q -l $dir/log -p "read_verilog testbench/rtl/xilinx_cells.v; delete LUT6 LUT6_2
  rename CARRY4 ours; read_verilog $cells; rename CARRY4 theirs
  miter -equiv -flatten ours theirs pair
  hierarchy -top pair; proc; opt; sat -verify -prove trigger 0 pair" > /dev/null 2>&1 ||
  { echo "prove: the benches' CARRY4 is not yosys's, see $dir/log"; exit 1; }
echo "prove: counters of ones equal the sum of bits at $count points, for every input"
