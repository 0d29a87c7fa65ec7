// serac_popcount.v - number of ones. Combinational.
//
// Wallace's tree is what is synthesised, or with SERAC_XILINX serac_compress;
// SERAC_FAST_POPCOUNT replaces either by a system function that simulates faster
// (SystemVerilog).
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
`elsif SERAC_XILINX
  localparam [31:0]         LANES   = Lanes;
  localparam [10*Width-1:0] HEIGHTS = {{10*Width-10{1'b0}}, LANES[9:0]};   // all of weight 1
  serac_compress #(
    .Columns (Width),
    .Heights (HEIGHTS),
    .Total   (Lanes)
  ) u_tree (
    .bits_i (bits_i),
    .sum_o  (count_o)
  );
`else
  serac_wallace #(.Lanes (Lanes)) u_tree (.bits_i (bits_i), .count_o (count_o));
`endif
endmodule
`default_nettype wire
