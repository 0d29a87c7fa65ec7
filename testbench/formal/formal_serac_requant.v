// formal_serac_requant.v - the requantiser computes its reference, for every value that enters, in pieces.
//
// Values only move forward, so a piece of the pipeline is proved by a window of a few cycles that begins in any
// state at all: whatever came before and comes beside is among them. `valid_q[k]` tells of a value in stage k, and
// where one piece ends the next begins:
//
//   inputs ─ 1 ─► digits ─ 3 ─► x, record ─ 2 ─► digit products ─ 3 ─► product ─┐
//                                      ├─────── 4 ─► shift, add ────────────────┴─ 6 ─► value
//                                      └─────── 2 ─► count of each of four sub-cycles ─ 8 ─► value (threshold)
//
// No solver is asked whether a product is the sum of its digits' products: the digits are those of the factor,
// their products exact, the sums sums.
//
// Given by rtl/MACHINE.md: the mode does not change while values are inside; shifts are -31..31, at most 30 in mode
// single; the sub-cycles of a group of thresholds follow each other.
`default_nettype none
`include "serac_regs.vh"

// PROOF: window=2 ONLY=base_is_dot_and_bias,ones_digits_are_products
// FAULT: base_is_dot_and_bias serac_requant.v s/(dot_i << dot_shift_i) + bias/(dot_i << dot_shift_i) + record_i[63:32]/
// FAULT: ones_digits_are_products serac_requant.v s/correction\[11:8\]} \* ones_i/correction[7:4]} * ones_i/
// PROOF: window=4 ONLY=x_is_the_sum
// FAULT: x_is_the_sum serac_requant.v s/low_q2 + {high_q2, 8'd0}/low_q2 + {high_q2[22:0], 9'd0}/
// PROOF: window=6 ONLY=record_goes_along,threshold_keeps_x
// FAULT: record_goes_along serac_requant.v s/record_q3  <= record_q2/record_q3  <= record_q1/
// FAULT: threshold_keeps_x serac_requant.v s/(!threshold || sub_i == 2'd0)/(!threshold || sub_i != 2'd3)/
// PROOF: window=2 ONLY=factors_are_taken
// FAULT: factors_are_taken serac_requant.v s/is_double \&\& !shift4/is_single \&\& !shift4/
// PROOF: window=2 ONLY=digits_are_products,digits_are_small
// FAULT: digits_are_small serac_requant.v s/{i == 7 \&\& mult_q5\[31\], /{1'b1, /
// FAULT: digits_are_products serac_requant.v s/{i == 7 \&\& mult_q5\[31\]/{mult_q5[31]/
// PROOF: window=4 ONLY=product_is_the_sum
// FAULT: product_is_the_sum serac_requant.v s/{{15{pair_q7\[1\]\[40\]}}/{{15{1'b0}}/
// PROOF: window=6 ONLY=shift_goes_along,both_min_is_told
// FAULT: shift_goes_along serac_requant.v s/negative_q7 <= negative_q6/negative_q7 <= negative_q5/
// FAULT: both_min_is_told serac_requant.v s/mult_q5 == 32'h80000000/mult_q5 == 32'h80000001/
// PROOF: window=7 ONLY=double_is_rounded,single_is_rounded,floor_is_shifted,raw_is_kept
// FAULT: double_is_rounded serac_requant.v s/sum_q10\[63\] \&\& half_q10 != 32'd0/half_q10 != 32'd0/
// FAULT: double_is_rounded serac_requant.v s/both_min_q10 ? 64'h7fffffff/both_min_q10 ? 64'h80000000/
// FAULT: single_is_rounded serac_requant.v s/64'd1 << (single_exp - 6'd1)/64'd1 << single_exp/
// FAULT: floor_is_shifted serac_requant.v s/{{32{add_q8\[31\]}}, add_q8}/{32'd0, add_q8}/
// FAULT: raw_is_kept serac_requant.v s/right_q9 <= raw ? 6'd0/right_q9 <= raw ? 6'd1/
// PROOF: window=3 ONLY=thresholds_are_counted
// FAULT: thresholds_are_counted serac_requant.v s/(i != 0 || sub_q4 != 2'd0)/(i != 0 || sub_q4 == 2'd0)/
// PROOF: window=9 ONLY=count_goes_along
// FAULT: count_goes_along serac_requant.v s/count_q\[7\] <= count_q6/count_q[7] <= {count_q6[2:0], count_q6[3]}/
module formal_serac_requant (
  input wire         clk_i,
  input wire         valid_i,
  input wire [1:0]   dot_shift_i,
  input wire [1:0]   sub_i,
  input wire [31:0]  dot_i,
  input wire [31:0]  ones_i,
  input wire [127:0] record_i
);
  (* anyconst *) wire [2:0] mode;
  wire [31:0] value;
  serac_requant dut (
    .clk_i (clk_i), .rst_ni (1'b1), .valid_i (valid_i), .mode_i (mode), .dot_shift_i (dot_shift_i), .sub_i (sub_i),
    .dot_i (dot_i), .ones_i (ones_i), .record_i (record_i), .value_o (value));
  wire threshold = mode == `SERAC_MODE_THRESHOLD, raw = mode == `SERAC_MODE_RAW, is_double = mode == `SERAC_MODE_DOUBLE;

  (* hierconn *) wire [13:1]  \dut.valid_q ;
  (* hierconn *) wire [31:0]  \dut.base_q1 , \dut.digit0_q1 , \dut.x_q4 , \dut.factor_q5 , \dut.mult_q5 ;
  (* hierconn *) wire [27:0]  \dut.digit1_q1 ;
  (* hierconn *) wire [23:0]  \dut.digit2_q1 ;
  (* hierconn *) wire [19:0]  \dut.digit3_q1 ;
  (* hierconn *) wire [127:0] \dut.record_q4 ;
  (* hierconn *) wire [1:0]   \dut.sub_q4 ;
  (* hierconn *) wire [3:0]   \dut.count_q6 ;
  (* hierconn *) wire [36:0]  \dut.digit_q6[0] , \dut.digit_q6[1] , \dut.digit_q6[2] , \dut.digit_q6[3] ;
  (* hierconn *) wire [36:0]  \dut.digit_q6[4] , \dut.digit_q6[5] , \dut.digit_q6[6] , \dut.digit_q6[7] ;
  (* hierconn *) wire [63:0]  \dut.low_q8 , \dut.product_q9 ;
  (* hierconn *) wire [47:0]  \dut.high_q8 ;
  (* hierconn *) wire         \dut.both_min_q8 , \dut.both_min_q9 , \dut.negative_q8 ;
  (* hierconn *) wire [5:0]   \dut.shift_q8 ;
  (* hierconn *) wire [31:0]  \dut.add_q8 ;

  // --- what was, so many cycles ago -----------------------------------------------
  reg         valid_p [1:5], v1_p [1:3], v4_p [1:5], v5_p, v6_p [1:8], v8_p [1:6];
  reg [1:0]   sub_p [1:4], sub4_p [1:2], dot_shift_p;
  reg [31:0]  dot_p, base1_p [1:3], product1_p [1:3], x4_p [1:5], factor5_p, mult5_p, add8_p [1:6];
  reg [127:0] record_p [1:4], record4_p [1:5];
  reg [103:0] ones_digits_p;
  reg [295:0] digits6_p [1:3];
  reg [63:0]  product8_p [1:6];
  reg         both_min8_p [1:6], negative8_p [1:6];
  reg [5:0]   shift8_p [1:6];
  reg [3:0]   count6_p [1:8];
  wire [15:0]  correction = record_i[`SERAC_RECORD_CORRECTION];
  wire signed [3:0]  top = correction[15:12];
  wire signed [20:0] ones_low = {1'b0, ones_i[19:0]};
  wire signed [24:0] top_product = ones_low * top;
  wire [31:0]  product1 = \dut.digit0_q1 + {\dut.digit1_q1 , 4'd0} + {\dut.digit2_q1 , 8'd0} + {\dut.digit3_q1 , 12'd0};
  wire [295:0] digits6 = {\dut.digit_q6[7] , \dut.digit_q6[6] , \dut.digit_q6[5] , \dut.digit_q6[4] ,
                          \dut.digit_q6[3] , \dut.digit_q6[2] , \dut.digit_q6[1] , \dut.digit_q6[0] };
  wire [63:0]  product8 = {\dut.high_q8 , 16'd0} + \dut.low_q8 ;      // a cycle before product_q9
  integer k;
  always @(posedge clk_i) begin
    valid_p[1] <= valid_i;
    v1_p[1] <= \dut.valid_q [1];
    v4_p[1] <= \dut.valid_q [4];
    v5_p <= \dut.valid_q [5];
    v6_p[1] <= \dut.valid_q [6];
    v8_p[1] <= \dut.valid_q [8];
    sub_p[1] <= sub_i;
    sub4_p[1] <= \dut.sub_q4 ;
    dot_shift_p <= dot_shift_i;
    dot_p <= dot_i;
    ones_digits_p <= {top_product[19:0], {20'd0, correction[11:8]} * ones_i[23:0], {24'd0, correction[7:4]} * ones_i[27:0],
                      {28'd0, correction[3:0]} * ones_i};
    base1_p[1] <= \dut.base_q1 ;
    product1_p[1] <= product1;
    x4_p[1] <= \dut.x_q4 ;
    factor5_p <= \dut.factor_q5 ;
    mult5_p <= \dut.mult_q5 ;
    record_p[1] <= record_i;
    record4_p[1] <= \dut.record_q4 ;
    digits6_p[1] <= digits6;
    product8_p[1] <= product8;
    both_min8_p[1] <= \dut.both_min_q8 ;
    negative8_p[1] <= \dut.negative_q8 ;
    shift8_p[1] <= \dut.shift_q8 ;
    add8_p[1] <= \dut.add_q8 ;
    for (k = 2; k <= 3; k = k + 1) begin
      v1_p[k] <= v1_p[k-1];
      base1_p[k] <= base1_p[k-1];
      product1_p[k] <= product1_p[k-1];
      digits6_p[k] <= digits6_p[k-1];
    end
    for (k = 2; k <= 4; k = k + 1) begin
      sub_p[k] <= sub_p[k-1];
      record_p[k] <= record_p[k-1];
    end
    for (k = 2; k <= 5; k = k + 1) begin
      valid_p[k] <= valid_p[k-1];
      v4_p[k] <= v4_p[k-1];
      x4_p[k] <= x4_p[k-1];
      record4_p[k] <= record4_p[k-1];
    end
    for (k = 2; k <= 6; k = k + 1) begin
      v8_p[k] <= v8_p[k-1];
      product8_p[k] <= product8_p[k-1];
      both_min8_p[k] <= both_min8_p[k-1];
      negative8_p[k] <= negative8_p[k-1];
      shift8_p[k] <= shift8_p[k-1];
      add8_p[k] <= add8_p[k-1];
    end
    for (k = 2; k <= 8; k = k + 1) begin
      v6_p[k] <= v6_p[k-1];
      count6_p[k] <= count6_p[k-1];
    end
    sub4_p[2] <= sub4_p[1];
    count6_p[1] <= \dut.count_q6 ;
  end

  // --- to x ------------------------------------------------------------------------
  wire enters = valid_p[1] && (!threshold || sub_p[1] == 2'd0);

  // --- the product -------------------------------------------------------------------
  wire [31:0] mult4 = record4_p[1][`SERAC_RECORD_MULT];
  wire [7:0]  shift4 = record4_p[1][`SERAC_RECORD_SHIFT];
  wire [31:0] left = is_double && $signed(shift4) > 0 ? {27'd0, shift4[4:0]} : 32'd0;
  wire signed [36:0] factor5 = {{5{factor5_p[31]}}, factor5_p};
  wire [7:0]         products;
  genvar d;
  generate
    for (d = 0; d < 8; d = d + 1) begin : gen_product
      wire signed [4:0]  digit = {d == 7 && mult5_p[31], mult5_p[4*d +: 4]};      // -8..15
      wire signed [36:0] product = factor5 * digit;
      assign products[d] = digits6[37*d +: 37] == product;
    end
  endgenerate
  reg         small_now, small;        // below 2^35, as a factor of 32 bits by such a digit is
  reg [63:0]  sum;
  always @* begin
    small_now = 1'b1;
    small = 1'b1;
    sum = 64'd0;
    for (k = 0; k < 8; k = k + 1) begin
      small_now = small_now && digits6[37*k+36] == digits6[37*k+35];
      small = small && digits6_p[3][37*k+36] == digits6_p[3][37*k+35];
      sum = sum + ({{28{digits6_p[3][37*k+36]}}, digits6_p[3][37*k +: 36]} << 4 * k);
    end
  end

  // --- the value ------------------------------------------------------------------------
  // gemmlowp's two functions as they are published, |product| at most that of 32-bit factors.
  wire signed [63:0] p = product8_p[6];
  wire [63:0]        max_product = 64'h4000000000000000;
  wire               in_range = $signed(p) <= $signed(max_product - 64'h80000000) && $signed(p) >= -$signed(max_product);
  wire signed [63:0] nudged = p[63] ? p + 64'sd1 - 64'sh40000000 : p + 64'sh40000000;
  wire signed [63:0] divided = nudged[63] ? -((-nudged) >>> 31) : nudged >>> 31;     // truncated
  wire signed [31:0] high = both_min8_p[6] ? 32'h7fffffff : divided[31:0];
  wire [31:0]        right = negative8_p[6] ? 32'd64 - shift8_p[6] : 32'd0;          // -shift
  wire               legal = negative8_p[6] ? shift8_p[6] > 6'd32 : !shift8_p[6][5]; // -31..31
  wire [31:0]        mask = (32'd1 << right[4:0]) - 32'd1;
  wire [31:0]        remainder = high & mask, limit = (mask >> 1) + {31'd0, high[31]};
  wire signed [31:0] shifted = high >>> right[4:0];
  wire [31:0]        doubled = shifted + {31'd0, $signed(remainder) > $signed(limit)};
  wire [5:0]         down = 6'd31 - shift8_p[6];                                     // 1..62
  wire signed [63:0] half = 64'sd1 << (down - 6'd1), add = $signed(add8_p[6]);
  wire signed [63:0] single = (p + half) >>> down, floored = (p + add) >>> shift8_p[6];

  // --- thresholds: those that x reaches in a sub-cycle ------------------------------------
  reg [3:0] reached;
  always @* begin
    reached = 4'd0;
    for (k = 0; k < 4; k = k + 1)
      if ((k != 0 || sub4_p[2] != 2'd0) && $signed(record4_p[2][32*k +: 32]) <= $signed(x4_p[2])) reached = reached + 4'd1;
  end

  always @* begin
    base_is_dot_and_bias: assert (!enters || \dut.base_q1 == (dot_p << dot_shift_p) +
                                  (threshold ? 32'd0 : record_p[1][`SERAC_RECORD_BIAS]));
    ones_digits_are_products: assert (!enters || ones_digits_p ==
                                      {\dut.digit3_q1 , \dut.digit2_q1 , \dut.digit1_q1 , \dut.digit0_q1 });
    x_is_the_sum: assert (!v1_p[3] || \dut.x_q4 == base1_p[3] + product1_p[3]);
    record_goes_along: assert (!valid_p[4] || (\dut.valid_q [4] && \dut.record_q4 == record_p[4] && \dut.sub_q4 == sub_p[4]));
    threshold_keeps_x: assert (!threshold || !valid_p[4] || !valid_p[5] || sub_p[4] == 2'd0 || \dut.x_q4 == x4_p[1]);
    factors_are_taken: assert (!v4_p[1] || (\dut.valid_q [5] && \dut.factor_q5 == x4_p[1] << left &&
                               \dut.mult_q5 == (raw ? 32'd1 : mult4)));
    digits_are_products: assert (!v5_p || (\dut.valid_q [6] && &products));
    digits_are_small: assert (!v5_p || small_now);
    product_is_the_sum: assert (!v6_p[3] || !small || (\dut.valid_q [9] && \dut.product_q9 == sum));
    shift_goes_along: assert (!v4_p[4] || (\dut.valid_q [8] && \dut.shift_q8 == record4_p[4][21:16] &&
                              \dut.negative_q8 == record4_p[4][23] && \dut.add_q8 == record4_p[4][`SERAC_RECORD_ADD]));
    both_min_is_told: assert (!v4_p[5] || !is_double || \dut.both_min_q9 ==
                              (x4_p[5] << (record4_p[5][23] ? 5'd0 : record4_p[5][20:16]) == 32'h80000000 &&
                               record4_p[5][`SERAC_RECORD_MULT] == 32'h80000000));
    double_is_rounded: assert (!v8_p[6] || !is_double || !legal || !(both_min8_p[6] ? p == $signed(max_product) : in_range) || value == doubled);
    single_is_rounded: assert (!v8_p[6] || mode != `SERAC_MODE_SINGLE || !legal || !in_range || down == 6'd0 ||
                               value == single[31:0]);
    floor_is_shifted: assert (!v8_p[6] || mode != `SERAC_MODE_FLOOR || !in_range || shift8_p[6][5] || value == floored[31:0]);
    raw_is_kept: assert (!v8_p[6] || !raw || value == p[31:0]);
    thresholds_are_counted: assert (!v4_p[2] || (\dut.valid_q [6] && \dut.count_q6 ==
                                    (sub4_p[2] == 2'd0 ? 4'd0 : count6_p[1]) + reached));
    count_goes_along: assert (!threshold || !v6_p[8] || value == {28'd0, count6_p[8]});
  end
endmodule
`default_nettype wire
