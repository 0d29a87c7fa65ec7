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
`else
  localparam [31:0]         LANES   = Lanes;
`ifdef SERAC_XILINX
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
  localparam [16*Width-1:0] HEIGHTS = {{16*Width-16{1'b0}}, LANES[15:0]};
  wire [2*Width-1:0]        rows;
  serac_wallace #(
    .Columns (Width),
    .Heights (HEIGHTS),
    .Total   (Lanes)
  ) u_tree (
    .bits_i (bits_i),
    .rows_o (rows)
  );
  assign count_o = rows[Width-1:0] + rows[2*Width-1:Width];
`endif
`endif
endmodule
`default_nettype wire
