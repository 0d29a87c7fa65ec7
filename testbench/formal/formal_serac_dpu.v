// formal_serac_dpu.v - a dot-product unit sums its digits' products: Horner over weight digits, over activation
// digits, then over k-tiles.
//
// D, the tree's dot product of two digits, is any number here (formal_serac_dot.v); each register's next value is
// proved from any value of all of them. Of WIDE bits all is modulo 2^WIDE, which holds a dot product of 8-bit
// operands over the lanes: what is between needs no room of its own.
`default_nettype none

// PROOF: window=2 -GWgtPlanes=1 -GActPlanes=1 -GLanes=32 QUICK
// FAULT: dot_waits serac_dpu.v s/wgt_neg_i ^ (ActPlanes == 1/wgt_neg_i | (ActPlanes == 1/
// FAULT: inner_is_horner serac_dpu.v s/{inner_old, dot_neg};/{inner_old, 1'b0};/
// FAULT: outer_is_horner serac_dpu.v s/outer_q << ActPlanes);/outer_q << WgtPlanes + 1);/
// FAULT: acc_sums serac_dpu.v s/{32-WIDE{outer_q\[WIDE-1\]}}/{32-WIDE{1'b0}}/
// PROOF: window=2 -GWgtPlanes=1 -GActPlanes=8 -GLanes=32
// FAULT: inner_is_horner serac_dpu.v s/.bits_i ({2{dot_neg}})/.bits_i ({1'b0, dot_neg})/
// PROOF: window=2 -GWgtPlanes=2 -GActPlanes=1 -GLanes=32
// FAULT: dot_waits serac_dpu.v s/ : act_neg_i;/ : wgt_neg_i;/
// PROOF: window=2 -GWgtPlanes=2 -GActPlanes=4 -GLanes=16
// FAULT: outer_is_horner serac_dpu.v s/outer_q << ActPlanes);/outer_q << WgtPlanes);/
// FAULT: inner_is_horner serac_dpu.v s/assign dot_neg = 1'b0/assign dot_neg = act_neg_i/
// PROOF: window=2 -GWgtPlanes=8 -GActPlanes=8 -GLanes=16
// PROOF: window=2 -GWgtPlanes=1 -GActPlanes=1 -GLanes=64 -DSERAC_XILINX
// FAULT: inner_is_horner serac_horner.v s/39c639c6_33cc33cc/39c639c9_33cc33cc/
// PROOF: window=2 -GWgtPlanes=1 -GActPlanes=8 -GLanes=32 -DSERAC_XILINX
module formal_serac_dpu #(
  parameter WgtPlanes = 2,
  parameter ActPlanes = 4,
  parameter Lanes     = 16
) (
  input wire                       clk_i,
  input wire                       dot_en_i,
  input wire [WgtPlanes*Lanes-1:0] wgt_i,
  input wire                       wgt_neg_i,
  input wire [ActPlanes*Lanes-1:0] act_i,
  input wire                       act_neg_i,
  input wire                       inner_en_i,
  input wire                       inner_first_i,
  input wire                       outer_en_i,
  input wire                       outer_first_i,
  input wire                       acc_en_i,
  input wire                       acc_first_i
);
  localparam LOG    = $clog2(Lanes);
  localparam WIDE   = 17 + LOG;
  localparam PLAIN  = WgtPlanes == 1 && ActPlanes == 1;
  localparam SELECT = WgtPlanes == 1 || ActPlanes == 1;
  localparam DOT    = PLAIN ? LOG + 1 : WIDE;
`ifdef SERAC_XILINX
  localparam TWO    = 0;
`else
  localparam TWO    = !PLAIN;
`endif

  wire [31:0] acc;
  serac_dpu #(.Lanes (Lanes), .WgtPlanes (WgtPlanes), .ActPlanes (ActPlanes)) dut (
    .clk_i (clk_i), .dot_en_i (dot_en_i), .wgt_i (wgt_i), .wgt_neg_i (wgt_neg_i), .act_i (act_i), .act_neg_i (act_neg_i),
    .inner_en_i (inner_en_i), .inner_first_i (inner_first_i), .outer_en_i (outer_en_i), .outer_first_i (outer_first_i),
    .acc_en_i (acc_en_i), .acc_first_i (acc_first_i), .acc_o (acc));

  (* hierconn *) wire [DOT-1:0]  \dut.dot , \dut.dot_more , \dut.dot_q ;
  (* hierconn *) wire [WIDE-1:0] \dut.inner_q , \dut.outer_q ;
  (* hierconn *) wire [31:0]     \dut.acc_q ;
  (* hierconn *) wire [WIDE-1:0] \dut.gen_two.more_q ;      // where there is one
  (* hierconn *) wire            \dut.gen_sign.neg_q ;
  wire [DOT-1:0] more = TWO ? \dut.gen_two.more_q : {DOT{1'b0}};         // the second number of D
  wire           neg = SELECT ? \dut.gen_sign.neg_q : 1'b0;              // the sign of the side that has one plane
  wire [WIDE-1:0] count = \dut.dot_q + {{WIDE{1'b0}}, more};
  wire [WIDE-1:0] d = neg ? -count : count;
  wire            sign = !SELECT ? 1'b0 : PLAIN ? wgt_neg_i != act_neg_i : WgtPlanes == 1 ? wgt_neg_i : act_neg_i;
  wire [31:0]     wide_outer = {{32-WIDE{\dut.outer_q [WIDE-1]}}, \dut.outer_q };

  // A cycle ago: what each register should hold now.
  reg [DOT-1:0]  dot_p, more_p;
  reg            neg_p;
  reg [WIDE-1:0] inner_p, outer_p;
  reg [31:0]     acc_p;
  always @(posedge clk_i) begin
    dot_p   <= dot_en_i ? \dut.dot : \dut.dot_q ;
    more_p  <= !TWO ? {DOT{1'b0}} : dot_en_i ? \dut.dot_more : more;
    neg_p   <= dot_en_i ? sign : neg;
    inner_p <= !inner_en_i ? \dut.inner_q : (inner_first_i ? {WIDE{1'b0}} : \dut.inner_q << WgtPlanes) + d;
    outer_p <= !outer_en_i ? \dut.outer_q : (outer_first_i ? {WIDE{1'b0}} : \dut.outer_q << ActPlanes) + \dut.inner_q ;
    acc_p   <= !acc_en_i ? \dut.acc_q : (acc_first_i ? 32'd0 : \dut.acc_q ) + wide_outer;
  end
  always @* begin
    dot_waits: assert (\dut.dot_q == dot_p && more == more_p && neg == neg_p);
    inner_is_horner: assert (\dut.inner_q == inner_p);
    outer_is_horner: assert (\dut.outer_q == outer_p);
    acc_sums: assert (\dut.acc_q == acc_p && acc == (acc_first_i ? 32'd0 : \dut.acc_q ) + wide_outer);
  end
endmodule
`default_nettype wire
