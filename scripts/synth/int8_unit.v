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
  wire [63:0] rows;
  reg  [63:0] rows_q;
  reg  [31:0] acc_q;
  serac_dot #(.Lanes (Lanes), .WgtPlanes (8), .ActPlanes (8), .Sum (32)) u_dot (
    .wgt_i (wgt_i), .wgt_neg_i (1'b1), .act_i (act_i), .act_neg_i (1'b1), .rows_o (rows));
  serac_add_rows #(.Width (32)) u_acc (
    .x_i (acc_first_i ? 32'd0 : acc_q), .y_i (rows_q[31:0]), .z_i (rows_q[63:32]), .bits_i (2'b00),
    .sum_o (acc_o));
  always @(posedge clk_i) begin
    if (dot_en_i) rows_q <= rows;
    if (acc_en_i) acc_q <= acc_o;
  end
endmodule
`default_nettype wire
