// serac_dpu.v - one digit-serial dot-product unit.
//
// D is the dot product of two digit vectors; Horner over weight digits (inner),
// over activation digits (outer), then the accumulator over k-tiles. D stays two numbers, as
// its tree leaves it, and inner adds both: one carry chain less where the path is longest.
// Where a side has one plane its digit selects the other's, and the sign of a selecting
// digit waits beside D: inner adds or subtracts D in the same adder.
//
// Timing: operands at t, D in its register at t+1, inner at t+2, outer at t+3,
// accumulator at t+4 (serac_array holds the operand register before). The control
// inputs come with the stage they steer.
`default_nettype none
`include "serac_defs.vh"

module serac_dpu #(
  // LINT: -GWgtPlanes=1 -GActPlanes=1
  // LINT: -GWgtPlanes=1 -GActPlanes=8
  // LINT: -GWgtPlanes=4 -GActPlanes=1 -GLanes=8
  // LINT: -GWgtPlanes=8 -GActPlanes=8 -GLanes=8
  parameter Lanes     = 16,
  parameter WgtPlanes = 2,
  parameter ActPlanes = 4
) (
  input  wire                       clk_i,
  input  wire                       dot_en_i,      // operands are valid
  input  wire [WgtPlanes*Lanes-1:0] wgt_i,         // [plane][lane], plane 0 lowest
  input  wire                       wgt_neg_i,     // top plane counts negative
  input  wire [ActPlanes*Lanes-1:0] act_i,
  input  wire                       act_neg_i,
  input  wire                       inner_en_i,
  input  wire                       inner_first_i,
  input  wire                       outer_en_i,
  input  wire                       outer_first_i,
  input  wire                       acc_en_i,
  input  wire                       acc_first_i,
  output wire [31:0]                acc_o          // the value after this cycle's addition
);
  localparam LOG    = $clog2(Lanes);
  localparam WIDE   = 17 + LOG;                         // inner and outer
  localparam PLAIN  = WgtPlanes == 1 && ActPlanes == 1;
  localparam SELECT = WgtPlanes == 1 || ActPlanes == 1;
  localparam DOT    = PLAIN ? LOG + 1 : WIDE;           // bits of each number

  wire [DOT-1:0] dot;                                   // without the selecting digit's sign
  /* verilator lint_off UNUSEDSIGNAL */ // of trees that leave one number
  wire [DOT-1:0] dot_more;
  /* verilator lint_on UNUSEDSIGNAL */
  generate
    if (PLAIN) begin : gen_and
      serac_and_popcount #(.Lanes (Lanes)) u_count (
        .wgt_i (wgt_i), .act_i (act_i), .count_o (dot));
      assign dot_more = {DOT{1'b0}};
    end else begin : gen_dot
      serac_dot #(.Lanes (Lanes), .WgtPlanes (WgtPlanes), .ActPlanes (ActPlanes), .Sum (DOT)) u_dot (
        .wgt_i (wgt_i), .wgt_neg_i (wgt_neg_i), .act_i (act_i), .act_neg_i (act_neg_i),
        .rows_o ({dot_more, dot}));
    end
  endgenerate

  reg  [DOT-1:0]  dot_q;
  reg  [WIDE-1:0] inner_q, outer_q;
  reg  [31:0]     acc_q;

  wire [WIDE-1:0] dot_wide, inner;
  wire            dot_neg;
  generate
    if (PLAIN) begin : gen_unsigned
      assign dot_wide = {{WIDE-DOT{1'b0}}, dot_q};
    end else begin : gen_signed
      assign dot_wide = dot_q;
    end
    if (SELECT) begin : gen_sign
      wire neg = (WgtPlanes == 1) ? wgt_neg_i ^ (ActPlanes == 1 && act_neg_i) : act_neg_i;
      reg  neg_q;
      always @(posedge clk_i) if (dot_en_i) neg_q <= neg;
      assign dot_neg = neg_q;
    end else begin : gen_no_sign
      assign dot_neg = 1'b0;
    end
  endgenerate

  wire [WIDE-1:0] outer;
  wire [31:0]     acc;
`ifdef SERAC_XILINX
  serac_horner #(.Width (WIDE), .Subtract (SELECT)) u_inner (
    .a_i (inner_q << WgtPlanes), .first_i (inner_first_i), .b_i (dot_wide), .neg_i (dot_neg),
    .sum_o (inner));
  serac_horner #(.Width (WIDE), .Subtract (0)) u_outer (
    .a_i (outer_q << ActPlanes), .first_i (outer_first_i), .b_i (inner_q), .neg_i (1'b0),
    .sum_o (outer));
  serac_horner #(.Width (32), .Subtract (0)) u_acc (
    .a_i (acc_q), .first_i (acc_first_i), .b_i ({{32-WIDE{outer_q[WIDE-1]}}, outer_q}),
    .neg_i (1'b0), .sum_o (acc));
`else
`ifdef SERAC_ADDER_TREES
  localparam TWO = 0;
`else
  localparam TWO = PLAIN ? 0 : 1;
`endif
  // Minus is the complement plus one; the one is carried out of a position below.
  wire [WIDE-1:0] inner_old = inner_first_i ? {WIDE{1'b0}} : inner_q << WgtPlanes;
  generate
    if (TWO) begin : gen_two
      reg [WIDE-1:0] more_q;
      always @(posedge clk_i) if (dot_en_i) more_q <= dot_more;
      serac_add_rows #(.Width (WIDE)) u_inner (
        .x_i (inner_old), .y_i (dot_wide ^ {WIDE{dot_neg}}), .z_i (more_q ^ {WIDE{dot_neg}}),
        .bits_i ({2{dot_neg}}), .sum_o (inner));
    end else begin : gen_one
      /* verilator lint_off UNUSEDSIGNAL */ // the position below
      wire [WIDE:0] up = {dot_wide ^ {WIDE{dot_neg}}, 1'b1} + {inner_old, dot_neg};
      /* verilator lint_on UNUSEDSIGNAL */
      assign inner = up[WIDE:1];
    end
  endgenerate
  assign outer = inner_q + (outer_first_i ? {WIDE{1'b0}} : outer_q << ActPlanes);
  assign acc   = {{32-WIDE{outer_q[WIDE-1]}}, outer_q} + (acc_first_i ? 32'd0 : acc_q);
`endif

  always @(posedge clk_i) begin
    if (dot_en_i) dot_q <= dot;
    if (inner_en_i) inner_q <= inner;
    if (outer_en_i) outer_q <= outer;
    if (acc_en_i) acc_q <= acc;
  end
  assign acc_o = acc;
endmodule
`default_nettype wire
