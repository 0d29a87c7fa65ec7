// int8_unit.v - a plain signed INT8 dot-product unit: what serac_dpu is compared with.
//
// Lanes products of 8 x 8 bits, a tree, a 32-bit accumulator, in two stages; the same tree as
// in serac_dpu, so that only bit-serial control and flexibility differ. The pins of
// serac_dpu; those without a meaning here are not connected.
`default_nettype none

module int8_unit #(
  parameter Lanes = 8
) (
  input  wire               clk_i,
  input  wire               dot_en_i,
  input  wire [8*Lanes-1:0] wgt_i,
  input  wire               wgt_neg_i,
  input  wire [8*Lanes-1:0] act_i,
  input  wire               act_neg_i,
  input  wire               inner_en_i,
  input  wire               inner_first_i,
  input  wire               outer_en_i,
  input  wire               outer_first_i,
  input  wire               acc_en_i,
  input  wire               acc_first_i,
  output wire [31:0]        acc_o
);
  localparam SUM = 16 + $clog2(Lanes);
  wire [SUM-1:0] dot;
  reg  [SUM-1:0] dot_q;
  reg  [31:0]    acc_q;
  serac_dot #(.Lanes (Lanes), .WgtPlanes (8), .ActPlanes (8), .Sum (SUM)) u_dot (
    .wgt_i (wgt_i), .wgt_neg_i (1'b1), .act_i (act_i), .act_neg_i (1'b1), .dot_o (dot));
  assign acc_o = {{32-SUM{dot_q[SUM-1]}}, dot_q} + (acc_first_i ? 32'd0 : acc_q);
  always @(posedge clk_i) begin
    if (dot_en_i) dot_q <= dot;
    if (acc_en_i) acc_q <= acc_o;
  end
endmodule
`default_nettype wire
