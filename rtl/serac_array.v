// serac_array.v - rows x cols dot-product units, a row of ones, drain registers.
//
// Timing: a digit pair at t is in the operand registers at t+1, D at t+2, inner
// at t+3, outer at t+4; the accumulator's new value goes to the drain registers
// with the tile's last pair: visible at t + SERAC_ARRAY_DEPTH, with drain_valid_o.
// Operand registers change only with a new digit: an activation digit stays while its weight
// digits pass, a weight digit that is the word's only one while the activation digits pass.
// Twin: dot_block() in model/data/serac_function.c; its time is model/time/serac_execute.c's.
`default_nettype none

module serac_array #(
  // LINT: -GRows=2 -GCols=1 -GLanes=8 -GWgtPlanes=8 -GActPlanes=2
  // LINT: -GLanes=64 -DSERAC_XILINX -v testbench/rtl/xilinx_cells.v
  parameter Rows      = 4,
  parameter Cols      = 4,
  parameter Lanes     = 32,
  parameter WgtPlanes = 1,
  parameter ActPlanes = 1
) (
  input  wire                            clk_i,
  input  wire                            rst_ni,
  input  wire                            valid_i,
  input  wire                            wgt_first_i,
  input  wire                            wgt_last_i,
  input  wire                            act_first_i,
  input  wire                            act_last_i,
  input  wire                            tile_first_i,  // first k-tile
  input  wire                            tile_last_i,   // last digit pair
  input  wire [Rows*WgtPlanes*Lanes-1:0] wgt_i,         // [row][plane][lane]
  input  wire                            wgt_neg_i,
  input  wire [Cols*ActPlanes*Lanes-1:0] act_i,         // [col][plane][lane]
  input  wire                            act_neg_i,
  output wire                            drain_valid_o,
  output wire [Rows*Cols*32-1:0]         drain_acc_o,   // [col][row]
  output wire [Cols*32-1:0]              drain_ones_o
);
  // Control, by stage: 1 operands, 2 D, 3 inner, 4 outer.
  localparam CTL = 7;
  /* verilator lint_off UNUSEDSIGNAL */ // each stage reads its own bits
  reg [CTL-1:0] ctl_q1, ctl_q2, ctl_q3, ctl_q4;
  /* verilator lint_on UNUSEDSIGNAL */
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ctl_q1 <= {CTL{1'b0}};
      ctl_q2 <= {CTL{1'b0}};
      ctl_q3 <= {CTL{1'b0}};
      ctl_q4 <= {CTL{1'b0}};
    end else begin
      ctl_q1 <= {valid_i, wgt_first_i, wgt_last_i, act_first_i, act_last_i, tile_first_i,
                 tile_last_i};
      ctl_q2 <= ctl_q1;
      ctl_q3 <= ctl_q2;
      ctl_q4 <= ctl_q3;
    end
  end
  wire valid1 = ctl_q1[6], wgt_last1 = ctl_q1[4];
  wire valid2 = ctl_q2[6], wgt_first2 = ctl_q2[5];
  wire valid3 = ctl_q3[6], wgt_last3 = ctl_q3[4], act_first3 = ctl_q3[3];
  wire valid4 = ctl_q4[6], wgt_last4 = ctl_q4[4], act_last4 = ctl_q4[2];
  wire tile_first4 = ctl_q4[1], tile_last4 = ctl_q4[0];
  wire acc_en = valid4 && wgt_last4 && act_last4;
  wire drain  = valid4 && tile_last4;

  wire                            wgt_new = act_first_i || !wgt_first_i || !wgt_last_i;
  reg  [Rows*WgtPlanes*Lanes-1:0] wgt_q;
  reg  [Cols*ActPlanes*Lanes-1:0] act_q;
  reg                             wgt_neg_q, act_neg_q, drain_valid_q;
  reg  [Rows*Cols*32-1:0]         drain_acc_q;
  reg  [Cols*32-1:0]              drain_ones_q;
  wire [Rows*Cols*32-1:0]         acc;
  wire [Cols*32-1:0]              ones;

  always @(posedge clk_i) begin
    if (valid_i && wgt_new) begin
      wgt_q     <= wgt_i;
      wgt_neg_q <= wgt_neg_i;
    end
    if (valid_i && wgt_first_i) begin
      act_q     <= act_i;
      act_neg_q <= act_neg_i;
    end
    if (drain) begin
      drain_acc_q  <= acc;
      drain_ones_q <= ones;
    end
  end
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) drain_valid_q <= 1'b0;
    else         drain_valid_q <= drain;
  end

  genvar r, c;
  generate
    for (c = 0; c < Cols; c = c + 1) begin : gen_col
      wire [ActPlanes*Lanes-1:0] act = act_q[c*ActPlanes*Lanes +: ActPlanes*Lanes];
      for (r = 0; r < Rows; r = r + 1) begin : gen_row
        serac_dpu #(
          .Lanes     (Lanes),
          .WgtPlanes (WgtPlanes),
          .ActPlanes (ActPlanes)
        ) u_dpu (
          .clk_i         (clk_i),
          .dot_en_i      (valid1),
          .wgt_i         (wgt_q[r*WgtPlanes*Lanes +: WgtPlanes*Lanes]),
          .wgt_neg_i     (wgt_neg_q),
          .act_i         (act),
          .act_neg_i     (act_neg_q),
          .inner_en_i    (valid2),
          .inner_first_i (wgt_first2),
          .outer_en_i    (valid3 && wgt_last3),
          .outer_first_i (act_first3),
          .acc_en_i      (acc_en),
          .acc_first_i   (tile_first4),
          .acc_o         (acc[(c*Rows + r)*32 +: 32])
        );
      end
      serac_ones #(
        .Lanes     (Lanes),
        .ActPlanes (ActPlanes)
      ) u_ones (
        .clk_i         (clk_i),
        .dot_en_i      (valid1 && wgt_last1),
        .act_i         (act),
        .act_neg_i     (act_neg_q),
        .outer_en_i    (valid3 && wgt_last3),
        .outer_first_i (act_first3),
        .acc_en_i      (acc_en),
        .acc_first_i   (tile_first4),
        .acc_o         (ones[c*32 +: 32])
      );
    end
  endgenerate

  assign drain_valid_o = drain_valid_q;
  assign drain_acc_o   = drain_acc_q;
  assign drain_ones_o  = drain_ones_q;
endmodule
`default_nettype wire
