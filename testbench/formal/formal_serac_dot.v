// formal_serac_dot.v - the tree of a dot product is the arithmetic definition, at a few lanes.
//
// The reference adds products of the lanes' digits as integers; a top plane counts negative where
// its sign input is 1. For every input, both signs of each side included.
//
// Not here, not proved yet: both sides of two planes or more, but for 2 and 2.
`default_nettype none

// PROOF: sat -GWgtPlanes=2 -GActPlanes=2 -GLanes=2 QUICK
// FAULT: dot_is_the_sum serac_dot.v s/negative = {wgt_neg != act_neg/negative = {wgt_neg == act_neg/
// PROOF: sat -GWgtPlanes=1 -GActPlanes=2 -GLanes=2 QUICK
// PROOF: sat -GWgtPlanes=1 -GActPlanes=4 -GLanes=2
// PROOF: sat -GWgtPlanes=1 -GActPlanes=8 -GLanes=2 QUICK
// PROOF: sat -GWgtPlanes=2 -GActPlanes=1 -GLanes=2
// PROOF: sat -GWgtPlanes=4 -GActPlanes=1 -GLanes=2
// PROOF: sat -GWgtPlanes=8 -GActPlanes=1 -GLanes=2
// PROOF: sat -GWgtPlanes=1 -GActPlanes=2 -GLanes=8
module formal_serac_dot #(
  parameter WgtPlanes = 1,
  parameter ActPlanes = 2,
  parameter Lanes     = 8,
  parameter Sum       = 17 + $clog2(Lanes)
) (
  input wire [WgtPlanes*Lanes-1:0] wgt_i,
  input wire                       wgt_neg_i,
  input wire [ActPlanes*Lanes-1:0] act_i,
  input wire                       act_neg_i
);
  wire [2*Sum-1:0] rows;
  serac_dot #(.Lanes (Lanes), .WgtPlanes (WgtPlanes), .ActPlanes (ActPlanes), .Sum (Sum)) dut (
    .wgt_i (wgt_i), .wgt_neg_i (wgt_neg_i), .act_i (act_i), .act_neg_i (act_neg_i), .rows_o (rows));
  wire [Sum-1:0] sum = rows[Sum-1:0] + rows[2*Sum-1:Sum];

  // A side of one plane has no sign here: serac_dpu keeps it beside.
  wire [Lanes*20-1:0] product;
  genvar l, p;
  generate
    for (l = 0; l < Lanes; l = l + 1) begin : gen_lane
      wire signed [9:0] w, a;
      for (p = 0; p < 10; p = p + 1) begin : gen_bit
        if (p < WgtPlanes) assign w[p] = wgt_i[p*Lanes + l];
        else assign w[p] = WgtPlanes > 1 && wgt_neg_i && wgt_i[(WgtPlanes-1)*Lanes + l];
        if (p < ActPlanes) assign a[p] = act_i[p*Lanes + l];
        else assign a[p] = ActPlanes > 1 && act_neg_i && act_i[(ActPlanes-1)*Lanes + l];
      end
      wire signed [19:0] both = w * a;
      assign product[20*l +: 20] = both;
    end
  endgenerate
  function [Sum-1:0] total(input [Lanes*20-1:0] products);
    integer n;
    begin
      total = 0;
      for (n = 0; n < Lanes; n = n + 1)
        total = total + {{Sum{products[20*n+19]}}, products[20*n +: 20]};
    end
  endfunction
  always @* begin
    dot_is_the_sum: assert (sum == total(product));
  end
endmodule
`default_nettype wire
