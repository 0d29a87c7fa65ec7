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
  localparam SUM  = ActPlanes + 1 + LOG;

  wire [Lanes*(ActPlanes+1)-1:0] terms;
  genvar l, p;
  generate
    for (l = 0; l < Lanes; l = l + 1) begin : gen_lane
      for (p = 0; p < ActPlanes; p = p + 1) begin : gen_plane
        assign terms[l*(ActPlanes+1) + p] = act_i[p*Lanes + l];
      end
      assign terms[l*(ActPlanes+1) + ActPlanes] = act_neg_i && act_i[(ActPlanes-1)*Lanes + l];
    end
  endgenerate
  wire [SUM-1:0] sum;
  serac_adder_tree #(.Terms (Lanes), .Width (ActPlanes + 1)) u_tree (
    .terms_i (terms), .sum_o (sum));

  reg  [SUM-1:0]  sum_q;
  reg  [WIDE-1:0] inner_q, outer_q;
  reg  [31:0]     acc_q;
  wire [WIDE-1:0] outer = (outer_first_i ? {WIDE{1'b0}} : outer_q << ActPlanes) + inner_q;
  wire [31:0]     acc   = (acc_first_i ? 32'd0 : acc_q) + {{32-WIDE{outer_q[WIDE-1]}}, outer_q};

  always @(posedge clk_i) begin
    if (dot_en_i) sum_q <= sum;
    inner_q <= {{WIDE-SUM{sum_q[SUM-1]}}, sum_q};
    if (outer_en_i) outer_q <= outer;
    if (acc_en_i) acc_q <= acc;
  end
  assign acc_o = acc;
endmodule
`default_nettype wire
