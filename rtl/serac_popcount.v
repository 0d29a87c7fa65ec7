// serac_popcount.v - number of ones. Combinational.
//
// The tree of adders is what is synthesised; SERAC_FAST_POPCOUNT replaces it
// by a system function that simulates faster (SystemVerilog).
`default_nettype none

module serac_popcount #(
  // LINT: -GLanes=8
  // LINT: -GLanes=512
  parameter Lanes = 64,
  parameter Width = $clog2(Lanes) + 1   // do not set
) (
  input  wire [Lanes-1:0] bits_i,
  output wire [Width-1:0] count_o
);
`ifdef SERAC_FAST_POPCOUNT
  /* verilator lint_off WIDTH */
  assign count_o = $countones(bits_i);
  /* verilator lint_on WIDTH */
`else
  serac_adder_tree #(
    .Terms  (Lanes),
    .Width  (1),
    .Signed (0)
  ) u_tree (
    .terms_i (bits_i),
    .sum_o   (count_o)
  );
`endif
endmodule
`default_nettype wire
