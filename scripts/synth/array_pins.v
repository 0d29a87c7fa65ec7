// array_pins.v - serac_array for place and route on a small FPGA: operands enter and
// results leave through shift registers, so that it needs few pins.
`default_nettype none

module serac_array_pins #(
  parameter Rows      = 2,
  parameter Cols      = 2,
  parameter Lanes     = 64,
  parameter WgtPlanes = 1,
  parameter ActPlanes = 1
) (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire       in_i,
  input  wire       load_i,
  input  wire [8:0] ctl_i,
  output wire       valid_o,
  output wire       out_o
);
  localparam WGT = Rows * WgtPlanes * Lanes, ACT = Cols * ActPlanes * Lanes;
  localparam OUT = Rows * Cols * 32 + Cols * 32;
  reg  [WGT+ACT-1:0] in_q;
  reg  [8:0]         ctl_q;
  reg  [OUT-1:0]     out_q;
  wire [Rows*Cols*32-1:0] acc;
  wire [Cols*32-1:0]      ones;
  always @(posedge clk_i) begin
    in_q  <= {in_q[WGT+ACT-2:0], in_i};
    ctl_q <= ctl_i;
    out_q <= load_i ? {acc, ones} : out_q >> 1;
  end
  assign out_o = out_q[0];
  serac_array #(
    .Rows      (Rows),
    .Cols      (Cols),
    .Lanes     (Lanes),
    .WgtPlanes (WgtPlanes),
    .ActPlanes (ActPlanes)
  ) u_array (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .valid_i       (ctl_q[0]),
    .wgt_first_i   (ctl_q[1]),
    .wgt_last_i    (ctl_q[2]),
    .act_first_i   (ctl_q[3]),
    .act_last_i    (ctl_q[4]),
    .tile_first_i  (ctl_q[5]),
    .tile_last_i   (ctl_q[6]),
    .wgt_i         (in_q[0 +: WGT]),
    .wgt_neg_i     (ctl_q[7]),
    .act_i         (in_q[WGT +: ACT]),
    .act_neg_i     (ctl_q[8]),
    .drain_valid_o (valid_o),
    .drain_acc_o   (acc),
    .drain_ones_o  (ones)
  );
endmodule
`default_nettype wire
