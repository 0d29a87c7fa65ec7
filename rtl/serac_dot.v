// serac_dot.v - dot product of two vectors of digits, as two numbers to be added. Combinational.
//
// A digit's top plane counts negative if its _neg_i is set; a side of one plane has no
// sign here. The product of a plane pair is an AND a lane, of weight 2^(p+q). Products of
// one sign go into one tree each. The rows that it leaves are complemented if they count
// negative, and a last tree adds all rows. The largest tree, of products without a top plane,
// stops when those of one product a lane and column are about done, the last one goes on from
// there. (Complementing the products instead needs one tree only, but toggles all of them with
// the sign.)
//
// With SERAC_ADDER_TREES products and an adder tree: the second number is 0.
`default_nettype none
`include "serac_defs.vh"

module serac_dot #(
  // LINT: -GWgtPlanes=1 -GActPlanes=8 -GSum=13
  // LINT: -GWgtPlanes=2 -GActPlanes=4 -GSum=21
  // LINT: -GWgtPlanes=4 -GActPlanes=1 -GLanes=8 -GSum=8
  // LINT: -GWgtPlanes=8 -GActPlanes=8 -GLanes=8 -GSum=21
  // LINT: -GWgtPlanes=1 -GActPlanes=8 -GSum=13 -DSERAC_FPGA
  // LINT: -GWgtPlanes=8 -GActPlanes=8 -GLanes=8 -GSum=21 -DSERAC_FPGA
  parameter Lanes     = 16,
  parameter WgtPlanes = 2,
  parameter ActPlanes = 4,
  parameter Sum       = 12         // bits of each number; their sum is two's complement of as many
) (
  input  wire [WgtPlanes*Lanes-1:0] wgt_i,         // [plane][lane], plane 0 lowest
  /* verilator lint_off UNUSEDSIGNAL */ // a single plane has no sign
  input  wire                       wgt_neg_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  wire [ActPlanes*Lanes-1:0] act_i,
  /* verilator lint_off UNUSEDSIGNAL */
  input  wire                       act_neg_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output wire [2*Sum-1:0]           rows_o
);
  localparam TERM = (WgtPlanes == 1) ? ActPlanes + 1 :
                    (ActPlanes == 1) ? WgtPlanes + 1 : WgtPlanes + ActPlanes + 2;
  localparam FULL   = TERM + $clog2(Lanes);              // bits that the sum can have
  localparam NARROW = (FULL < Sum) ? FULL : Sum;
  wire wgt_neg = WgtPlanes > 1 && wgt_neg_i;
  wire act_neg = ActPlanes > 1 && act_neg_i;

`ifdef SERAC_ADDER_TREES
  wire [Lanes*TERM-1:0] terms;
  genvar l, p;
  generate
    for (l = 0; l < Lanes; l = l + 1) begin : gen_lane
      wire [WgtPlanes-1:0] w;
      wire [ActPlanes-1:0] a;
      for (p = 0; p < WgtPlanes; p = p + 1) begin : gen_w
        assign w[p] = wgt_i[p*Lanes + l];
      end
      for (p = 0; p < ActPlanes; p = p + 1) begin : gen_a
        assign a[p] = act_i[p*Lanes + l];
      end
      /* verilator lint_off UNUSEDSIGNAL */ // a selecting digit's
      wire w_sign = wgt_neg && w[WgtPlanes-1];
      wire a_sign = act_neg && a[ActPlanes-1];
      /* verilator lint_on UNUSEDSIGNAL */
      if (WgtPlanes == 1) begin : gen_select_act
        assign terms[l*TERM +: TERM] = w[0] ? {{TERM-ActPlanes{a_sign}}, a}
                                              : {TERM{1'b0}};
      end else if (ActPlanes == 1) begin : gen_select_wgt
        assign terms[l*TERM +: TERM] = a[0] ? {{TERM-WgtPlanes{w_sign}}, w}
                                              : {TERM{1'b0}};
      end else begin : gen_multiply
        wire signed [TERM-1:0] product = $signed({w_sign, w}) * $signed({a_sign, a});
        assign terms[l*TERM +: TERM] = product;
      end
    end
  endgenerate
  /* verilator lint_off UNUSEDSIGNAL */ // a product's spare top bit
  wire [FULL-1:0] dot;
  /* verilator lint_on UNUSEDSIGNAL */
  serac_adder_tree #(.Terms (Lanes), .Width (TERM)) u_tree (.terms_i (terms), .sum_o (dot));
  generate
    if (Sum > NARROW) begin : gen_extend
      assign rows_o = {{2*Sum-NARROW{1'b0}}, dot[NARROW-1:0]} | {{Sum{1'b0}}, {Sum-NARROW{dot[NARROW-1]}}, {NARROW{1'b0}}};
    end else begin : gen_whole
      assign rows_o = {{Sum{1'b0}}, dot[Sum-1:0]};
    end
  endgenerate
`else
  // Plane pairs in four groups, after who is a top plane: nobody, weights, activations, both.
  // A group's number is 2 * (q is the top) + (p is the top); a single plane is no top.
  function integer group(input integer p, input integer q);
    group = ((ActPlanes > 1 && q == ActPlanes - 1) ? 2 : 0) + ((WgtPlanes > 1 && p == WgtPlanes - 1) ? 1 : 0);
  endfunction

  // Pairs of the group with weight 2^k; with p below a given one.
  function integer pairs(input integer g, input integer k, input integer below);
    integer p;
    begin
      pairs = 0;
      for (p = 0; p < below; p = p + 1)
        if (k >= p && k - p < ActPlanes && group(p, k - p) == g) pairs = pairs + 1;
    end
  endfunction

  function [16*NARROW-1:0] heights(input integer g);
    integer    k;
    reg [31:0] height;
    begin
      heights = {16*NARROW{1'b0}};
      for (k = NARROW - 1; k >= 0; k = k - 1) begin
        height  = Lanes * pairs(g, k, WgtPlanes);
        heights = (heights << 16) | {{16*NARROW-32{1'b0}}, height};
      end
    end
  endfunction

  function integer base(input integer g, input integer column);   // the column's first bit
    integer k;
    begin
      base = 0;
      for (k = 0; k < column; k = k + 1) base = base + Lanes * pairs(g, k, WgtPlanes);
    end
  endfunction

  // Rows that group 0 has left when a group of one product a lane and column has two.
  function integer left(input integer unused);
    integer other;
    begin
      left  = (WgtPlanes < ActPlanes) ? WgtPlanes - 1 : ActPlanes - 1;
      left  = (left > 1) ? left * Lanes : Lanes;
      other = Lanes;
      while (other > 2) begin
        other = other - other / 3;
        left  = left - left / 3;
      end
    end
  endfunction
  localparam LEFT = left(0);

  function integer counted(input integer g);                      // rows of groups below g
    integer i;
    begin
      counted = 0;
      for (i = 0; i < g; i = i + 1)
        if (base(i, NARROW) > 0) counted = counted + ((i == 0) ? LEFT : 2);
    end
  endfunction

  localparam ROWS = counted(4);
  wire [ROWS*NARROW-1:0] rows;
  /* verilator lint_off UNUSEDSIGNAL */ // of the groups there are
  wire [3:0] negative = {wgt_neg != act_neg, act_neg, wgt_neg, 1'b0};
  /* verilator lint_on UNUSEDSIGNAL */
  genvar g, p, q, k, r;
  generate
    for (g = 0; g < 4; g = g + 1) begin : gen_group
      localparam TOTAL = base(g, NARROW);
      localparam HERE  = (g == 0) ? LEFT : 2;
      if (TOTAL > 0) begin : gen_tree
        wire [TOTAL-1:0]       bits;
        wire [HERE*NARROW-1:0] sums;
        for (p = 0; p < WgtPlanes; p = p + 1) begin : gen_wgt
          for (q = 0; q < ActPlanes; q = q + 1) begin : gen_act
            if (group(p, q) == g) begin : gen_pair
              localparam AT = base(g, p + q) + Lanes * pairs(g, p + q, p);   // see serac_wallace
              assign bits[AT +: Lanes] = wgt_i[p*Lanes +: Lanes] & act_i[q*Lanes +: Lanes];
            end
          end
        end
        serac_wallace #(.Columns (NARROW), .Heights (heights(g)), .Total (TOTAL), .Rows (HERE)) u_tree (
          .bits_i (bits), .rows_o (sums));
        // Minus a row is its complement plus one.
        assign rows[counted(g)*NARROW +: HERE*NARROW] = sums ^ {HERE*NARROW{negative[g]}};
      end
    end
  endgenerate

  // All rows by columns, and two ones in column 0 for each group that is negative: a bit of
  // its own in column 1. The ones that a complement has beyond NARROW are worth
  // -2^NARROW each. Of three groups none or two are negative, so in sum a sign, once in every
  // column from EXTEND.
  localparam              SIGNS  = (WgtPlanes > 1 && ActPlanes > 1) ? 3 : 1;
  localparam              EXTEND = NARROW + ((SIGNS == 3) ? 2 : 1);
  localparam              TOP    = (Sum > EXTEND) ? Sum - EXTEND : 0;
  localparam              WHOLE  = ROWS*NARROW + SIGNS + TOP;
  function [16*Sum-1:0] last_heights(input integer unused);
    integer    column;
    reg [31:0] height;
    begin
      last_heights = {16*Sum{1'b0}};
      for (column = Sum - 1; column >= 0; column = column - 1) begin
        height       = (column >= EXTEND) ? 1 : (column >= NARROW) ? 0 : ROWS + ((column == 1) ? SIGNS : 0);
        last_heights = (last_heights << 16) | {{16*Sum-32{1'b0}}, height};
      end
    end
  endfunction
  wire [WHOLE-1:0] last;
  generate
    for (k = 0; k < NARROW; k = k + 1) begin : gen_column
      for (r = 0; r < ROWS; r = r + 1) begin : gen_row
        assign last[k*ROWS + r + ((k > 1) ? SIGNS : 0)] = rows[r*NARROW + k];
      end
    end
    if (SIGNS == 3) begin : gen_signs
      assign last[2*ROWS +: SIGNS] = negative[3:1];
    end else begin : gen_sign
      assign last[2*ROWS] = wgt_neg || act_neg;
    end
    if (Sum < WgtPlanes + ActPlanes) begin : gen_error
      serac_dot_needs_a_wider_sum u_error ();          // there is no such module
    end
    if (TOP > 0) begin : gen_top
      assign last[WHOLE-1 -: TOP] = {TOP{wgt_neg || act_neg}};
    end
  endgenerate
  serac_wallace #(.Columns (Sum), .Heights (last_heights(0)), .Total (WHOLE)) u_last (
    .bits_i (last), .rows_o (rows_o));
`endif
endmodule
`default_nettype wire
