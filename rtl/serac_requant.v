// serac_requant.v - one lane of the requantiser: accumulator to value.
//
//   x = (dot << dot_shift) + correction * ones + bias
//   v = mode(x), before zero point and clamp
//
// One 32 x 32 multiplier serves modes double, single and floor; mode threshold
// compares x with four words of its record per cycle, sub_i 0..3.
//
// Timing: a value enters every cycle; value_o six cycles later (threshold: after
// its sub-cycle 3).
// Computes what serac_requant() in model/serac_requant.c computes;
// testbench/rtl/tb_serac_requant.cpp holds them equal.
`default_nettype none
`include "serac_regs.vh"

module serac_requant (
  input  wire         clk_i,
  input  wire         valid_i,
  input  wire [2:0]   mode_i,
  input  wire [1:0]   dot_shift_i,
  input  wire [1:0]   sub_i,
  input  wire [31:0]  dot_i,
  input  wire [31:0]  ones_i,
  input  wire [127:0] record_i,
  output wire [31:0]  value_o
);
  wire        threshold = mode_i == `SERAC_MODE_THRESHOLD;
  wire        raw       = mode_i == `SERAC_MODE_RAW;
  wire        is_double = mode_i == `SERAC_MODE_DOUBLE;
  wire        is_single = mode_i == `SERAC_MODE_SINGLE;
  wire        take      = valid_i && (!threshold || sub_i == 2'd0);

  // 1: products and sums of the correction; thresholds keep sub-cycle 0's.
  wire [15:0] correction = record_i[`SERAC_RECORD_CORRECTION];
  wire [31:0] bias       = threshold ? 32'd0 : record_i[`SERAC_RECORD_BIAS];
  reg  [31:0] base_q1, product_q1;
  reg  [7:0]  shift_q1, shift_q2, shift_q3, shift_q4, shift_q5;
  reg  [31:0] mult_q1, mult_q2, add_q1, add_q2, add_q3, add_q4;
  reg  [127:0] limits_q1, limits_q2;
  reg  [1:0]  sub_q1, sub_q2;
  always @(posedge clk_i) begin
    if (take) begin
      base_q1    <= (dot_i << dot_shift_i) + bias;
      product_q1 <= {{16{correction[15]}}, correction} * ones_i;
    end
    shift_q1  <= record_i[`SERAC_RECORD_SHIFT];
    mult_q1   <= record_i[`SERAC_RECORD_MULT];
    add_q1    <= record_i[`SERAC_RECORD_ADD];
    limits_q1 <= record_i;
    sub_q1    <= sub_i;
  end

  // 2: x.
  reg [31:0] x_q2;
  always @(posedge clk_i) begin
    x_q2      <= base_q1 + product_q1;
    shift_q2  <= shift_q1;
    mult_q2   <= mult_q1;
    add_q2    <= add_q1;
    limits_q2 <= limits_q1;
    sub_q2    <= sub_q1;
  end

  // 3: half products; thresholds that x reaches.
  wire [4:0]  left   = (is_double && !shift_q2[7]) ? shift_q2[4:0] : 5'd0;
  wire signed [31:0] factor = x_q2 << left;
  wire signed [16:0] mult_low  = {1'b0, mult_q2[15:0]};
  wire signed [15:0] mult_high = mult_q2[31:16];
  wire [3:0]  reached;
  genvar i;
  generate
    for (i = 0; i < 4; i = i + 1) begin : gen_limit
      assign reached[i] = $signed(limits_q2[32*i +: 32]) <= $signed(x_q2) &&
                          (i != 0 || sub_q2 != 2'd0);
    end
  endgenerate
  reg signed [48:0] low_q3;
  reg signed [47:0] high_q3;
  reg        [3:0]  count_q3;
  reg        [31:0] x_q3;
  reg               both_min_q3;
  always @(posedge clk_i) begin
    low_q3      <= factor * mult_low;
    high_q3     <= factor * mult_high;
    both_min_q3 <= factor == 32'sh80000000 && mult_q2 == 32'h80000000;
    count_q3    <= ((sub_q2 == 2'd0) ? 4'd0 : count_q3)
                   + {3'd0, reached[0]} + {3'd0, reached[1]} + {3'd0, reached[2]}
                   + {3'd0, reached[3]};
    x_q3        <= x_q2;
    shift_q3    <= shift_q2;
    add_q3      <= add_q2;
  end

  // 4: the product.
  reg [63:0] product_q4;
  reg [31:0] other_q4;        // raw x, or the threshold count
  reg        both_min_q4;
  always @(posedge clk_i) begin
    product_q4  <= {high_q3, 16'd0} + {{15{low_q3[48]}}, low_q3};
    other_q4    <= raw ? x_q3 : {28'd0, count_q3};
    both_min_q4 <= both_min_q3;
    shift_q4    <= shift_q3;
    add_q4      <= add_q3;
  end

  // 5: the rounding term. double: high multiply, rounded and saturated.
  wire [5:0]  single_exp = 6'd31 - shift_q4[5:0];               // 1..62
  wire [63:0] half_single = 64'd1 << (single_exp - 6'd1);
  wire [63:0] term = is_double ? 64'h40000000 :
                     is_single ? half_single : {{32{add_q4[31]}}, add_q4};
  wire [63:0] rounded = product_q4 + term;
  wire [63:0] high_mul = both_min_q4 ? 64'h7fffffff : {{31{rounded[63]}}, rounded[63:31]};
  reg  [63:0] value_q5;
  reg  [31:0] other_q5;
  always @(posedge clk_i) begin
    value_q5 <= is_double ? high_mul : rounded;
    other_q5 <= other_q4;
    shift_q5 <= shift_q4;
  end

  // 6: the shift. double rounds half away from zero.
  wire [5:0]  right = is_double ? (shift_q5[7] ? 6'd0 - shift_q5[5:0] : 6'd0) :
                      is_single ? 6'd31 - shift_q5[5:0] : {1'b0, shift_q5[4:0]};
  wire [63:0] half_away = (is_double && right != 6'd0)
                          ? (64'd1 << (right - 6'd1)) - {63'd0, value_q5[63]} : 64'd0;
  wire signed [63:0] nudged = value_q5 + half_away;
  wire [63:0] shifted = nudged >>> right;
  reg  [31:0] value_q6;
  always @(posedge clk_i) begin
    value_q6 <= (raw || threshold) ? other_q5 : shifted[31:0];
  end
  assign value_o = value_q6;

  /* verilator lint_off UNUSEDSIGNAL */ // value_o is the low word by definition
  wire unused = &{1'b0, shifted[63:32], shift_q5[6]};
  /* verilator lint_on UNUSEDSIGNAL */
endmodule
`default_nettype wire
