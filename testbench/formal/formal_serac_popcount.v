// formal_serac_popcount.v - the synthesised counters of ones equal a sum of bits, for every input.
//
// Portable, and in LUTs and carry chains as yosys models them (formal_carry4.v: so do
// the benches). What SERAC_FAST_POPCOUNT puts in their place, $countones, is a sum of bits by
// definition. More lanes are for the benches: the solver does not finish.
`default_nettype none

// PROOF: sat QUICK -GLanes=8
// FAULT: ones_are_the_sum serac_popcount.v s/rows\[Width-1:0\] + rows/rows[Width-1:0] | rows/
// FAULT: products_are_the_sum serac_and_popcount.v s/wgt_i & act_i/wgt_i | act_i/
// PROOF: sat -GLanes=16
// PROOF: sat QUICK -GLanes=8 -DSERAC_XILINX
// FAULT: ones_are_the_sum serac_add_rows.v s/e8e8e8e8/e8e8e8e0/
// FAULT: products_are_the_sum serac_and_popcount.v s/87777888_f8888000/87777888_f8888008/
// PROOF: sat QUICK -GLanes=16 -DSERAC_XILINX
// PROOF: sat -GLanes=32 -DSERAC_XILINX
module formal_serac_popcount #(
  parameter Lanes = 8
) (
  input wire [Lanes-1:0] wgt_i,
  input wire [Lanes-1:0] act_i
);
  localparam WIDTH = $clog2(Lanes) + 1;
  wire [WIDTH-1:0] products, ones;
  serac_and_popcount #(.Lanes (Lanes)) u_products (
    .wgt_i (wgt_i), .act_i (act_i), .count_o (products));
  serac_popcount #(.Lanes (Lanes)) u_ones (.bits_i (act_i), .count_o (ones));

  function [WIDTH-1:0] total(input [Lanes-1:0] bits);
    integer n;
    begin
      total = 0;
      for (n = 0; n < Lanes; n = n + 1) total = total + bits[n];
    end
  endfunction

  always @* begin
    products_are_the_sum: assert (products == total(wgt_i & act_i));
    ones_are_the_sum:     assert (ones == total(act_i));
  end
endmodule
`default_nettype wire
