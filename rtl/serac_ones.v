// serac_ones.v - the row of ones: sum of one column's activation codes.
//
// The same sums as a row whose weights are all one, but the digit's lanes are
// added once per activation digit, at the weights' lowest digit.
// Timing: as serac_dpu.
`default_nettype none

module serac_ones #(
  // LINT: -GActPlanes=8 -GLanes=8
  parameter Lanes     = 64,
  parameter ActPlanes = 1
) (
  input  wire                       clk_i,
  input  wire                       dot_en_i,      // lowest weight digit
  input  wire [ActPlanes*Lanes-1:0] act_i,
  input  wire                       act_neg_i,
  input  wire                       outer_en_i,    // a cycle after dot_en_i
  input  wire                       outer_first_i,
  input  wire                       acc_en_i,
  input  wire                       acc_first_i,
  output wire [31:0]                acc_o
);
  localparam LOG  = $clog2(Lanes);
  localparam WIDE = 17 + LOG;
  localparam SIZE = (ActPlanes == 1) ? 1 : ActPlanes + 1;   // bits of a term
  localparam SUM  = SIZE + LOG;
  localparam ROWS = (ActPlanes == 1) ? 1 : 2;

  wire [ROWS*SUM-1:0] sum;    // with one plane: without its sign
  generate
    if (ActPlanes == 1) begin : gen_count
      serac_popcount #(.Lanes (Lanes)) u_count (.bits_i (act_i), .count_o (sum));
    end else begin : gen_sum
      serac_dot #(.Lanes (Lanes), .WgtPlanes (1), .ActPlanes (ActPlanes), .Sum (SUM)) u_dot (
        .wgt_i ({Lanes{1'b1}}), .wgt_neg_i (1'b0), .act_i (act_i), .act_neg_i (act_neg_i),
        .rows_o (sum));
    end
  endgenerate

  reg  [ROWS*SUM-1:0] sum_q;
  reg  [SUM-1:0]  sum_q2;
  reg  [WIDE-1:0] outer_q;
  reg  [31:0]     acc_q;
  wire [WIDE-1:0] outer, sum_wide;
  wire [31:0]     acc;
  wire            sum_neg;
  wire [SUM-1:0]  total;
  generate
    if (ActPlanes == 1) begin : gen_sign
      reg neg_q, neg_q2;
      always @(posedge clk_i) begin
        if (dot_en_i) neg_q <= act_neg_i;
        neg_q2 <= neg_q;
      end
      assign total    = sum_q;
      assign sum_neg  = neg_q2;
      assign sum_wide = {{WIDE-SUM{1'b0}}, sum_q2};
    end else begin : gen_no_sign
      assign total    = sum_q[SUM-1:0] + sum_q[2*SUM-1:SUM];
      assign sum_neg  = 1'b0;
      assign sum_wide = {{WIDE-SUM{sum_q2[SUM-1]}}, sum_q2};
    end
  endgenerate
`ifdef SERAC_XILINX
  serac_horner #(.Width (WIDE), .Subtract (ActPlanes == 1)) u_outer (
    .a_i (outer_q << ActPlanes), .first_i (outer_first_i), .b_i (sum_wide), .neg_i (sum_neg),
    .sum_o (outer));
  serac_horner #(.Width (32), .Subtract (0)) u_acc (
    .a_i (acc_q), .first_i (acc_first_i), .b_i ({{32-WIDE{outer_q[WIDE-1]}}, outer_q}),
    .neg_i (1'b0), .sum_o (acc));
`else
  /* verilator lint_off UNUSEDSIGNAL */ // the position below
  wire [WIDE:0] outer_up = {sum_wide ^ {WIDE{sum_neg}}, 1'b1}
                           + {outer_first_i ? {WIDE{1'b0}} : outer_q << ActPlanes, sum_neg};
  /* verilator lint_on UNUSEDSIGNAL */
  assign outer = outer_up[WIDE:1];
  assign acc   = {{32-WIDE{outer_q[WIDE-1]}}, outer_q} + (acc_first_i ? 32'd0 : acc_q);
`endif

  always @(posedge clk_i) begin
    if (dot_en_i) sum_q <= sum;
    sum_q2 <= total;
    if (outer_en_i) outer_q <= outer;
    if (acc_en_i) acc_q <= acc;
  end
  assign acc_o = acc;
endmodule
`default_nettype wire
