// serac_requant.v - one lane of the requantiser: accumulator to value.
//
//   x = (dot << dot_shift) + correction * ones + bias
//   v = mode(x), before zero point and clamp
//
// One 32 x 32 multiplier, in eight digits of four bits, serves all modes but
// threshold (raw multiplies by one), which compares x with four words of its
// record per cycle, sub_i 0..3.
//
// Timing: a value enters every cycle; value_o SERAC_REQUANT_DEPTH cycles later
// (threshold: after its sub-cycle 3). A stage's registers move only with a value.
// Twin: serac_requant() in model/data/serac_requant.c; testbench/rtl/tb_serac_requant.cpp holds them equal.
`default_nettype none
`include "serac_regs.vh"

module serac_requant (
  input  wire         clk_i,
  input  wire         rst_ni,
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

  reg  [`SERAC_REQUANT_DEPTH-1:1] valid_q;   // valid_q[k]: stage k holds a value
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= {`SERAC_REQUANT_DEPTH-1{1'b0}};
    else         valid_q <= {valid_q[`SERAC_REQUANT_DEPTH-2:1], valid_i};
  end

  // 1 to 4: x; correction * ones by digits of four bits. Thresholds keep sub-cycle 0's x.
  wire [15:0]  correction = record_i[`SERAC_RECORD_CORRECTION];
  wire signed [20:0] ones_low = {1'b0, ones_i[19:0]};
  wire signed [3:0]  top      = correction[15:12];
  /* verilator lint_off UNUSEDSIGNAL */ // above the word
  wire signed [24:0] digit3   = ones_low * top;
  /* verilator lint_on UNUSEDSIGNAL */
  wire [31:0]  bias       = threshold ? 32'd0 : record_i[`SERAC_RECORD_BIAS];
  reg  [31:0]  base_q1, base_q2, base_q3, x_q4;
  reg  [31:0]  digit0_q1, low_q2, product_q3;
  reg  [27:0]  digit1_q1;
  reg  [23:0]  digit2_q1, high_q2;
  reg  [19:0]  digit3_q1;
  reg  [127:0] record_q1, record_q2, record_q3, record_q4;
  reg  [1:0]   sub_q1, sub_q2, sub_q3, sub_q4;
  always @(posedge clk_i) begin
    if (take) begin
      base_q1   <= (dot_i << dot_shift_i) + bias;
      digit0_q1 <= {28'd0, correction[3:0]} * ones_i;
      digit1_q1 <= {24'd0, correction[7:4]} * ones_i[27:0];
      digit2_q1 <= {20'd0, correction[11:8]} * ones_i[23:0];
      digit3_q1 <= digit3[19:0];
    end
    if (valid_i) begin
      record_q1 <= record_i;
      sub_q1    <= sub_i;
    end
    if (valid_q[1]) begin
      base_q2   <= base_q1;
      low_q2    <= digit0_q1 + {digit1_q1, 4'd0};
      high_q2   <= digit2_q1 + {digit3_q1, 4'd0};
      record_q2 <= record_q1;
      sub_q2    <= sub_q1;
    end
    if (valid_q[2]) begin
      base_q3    <= base_q2;
      product_q3 <= low_q2 + {high_q2, 8'd0};
      record_q3  <= record_q2;
      sub_q3     <= sub_q2;
    end
    if (valid_q[3]) begin
      x_q4      <= base_q3 + product_q3;
      record_q4 <= record_q3;
      sub_q4    <= sub_q3;
    end
  end

  // 5: the factors; which of four thresholds x reaches. 6: how many so far.
  /* verilator lint_off UNUSEDSIGNAL */ // -31..31: bit 6 repeats bit 7
  wire [7:0]  shift4 = record_q4[`SERAC_RECORD_SHIFT];
  /* verilator lint_on UNUSEDSIGNAL */
  wire [31:0] mult4  = record_q4[`SERAC_RECORD_MULT];
  wire [4:0]  left   = (is_double && !shift4[7]) ? shift4[4:0] : 5'd0;
  reg  [31:0] factor_q5, mult_q5, add_q5, add_q6, add_q7, add_q8;
  reg  [5:0]  shift_q5, shift_q6, shift_q7, shift_q8;
  reg         negative_q5, negative_q6, negative_q7, negative_q8;    // the shift is
  reg  [3:0]  reached_q5, count_q6;
  reg         restart_q5;
  wire [3:0]  reached;
  genvar i;
  generate
    for (i = 0; i < 4; i = i + 1) begin : gen_limit
      assign reached[i] = $signed(record_q4[32*i +: 32]) <= $signed(x_q4) &&
                          (i != 0 || sub_q4 != 2'd0);
    end
  endgenerate
  always @(posedge clk_i) begin
    if (valid_q[4]) begin
      factor_q5   <= x_q4 << left;
      mult_q5     <= raw ? 32'd1 : mult4;
      add_q5      <= record_q4[`SERAC_RECORD_ADD];
      shift_q5    <= shift4[5:0];
      negative_q5 <= shift4[7];
      reached_q5  <= reached;
      restart_q5  <= sub_q4 == 2'd0;
    end
    if (valid_q[5]) count_q6 <= (restart_q5 ? 4'd0 : count_q6) + {3'd0, reached_q5[0]}
             + {3'd0, reached_q5[1]} + {3'd0, reached_q5[2]} + {3'd0, reached_q5[3]};
  end

  // 6 to 9: the product, of eight digits of four bits, added pair by pair.
  wire signed [36:0] factor5 = {{5{factor_q5[31]}}, factor_q5};
  reg  [36:0] digit_q6 [0:7];
  reg  [40:0] pair_q7 [0:3];
  reg  [63:0] low_q8, product_q9;
  reg  [47:0] high_q8;
  reg         both_min_q6, both_min_q7, both_min_q8, both_min_q9, both_min_q10;
  generate
    for (i = 0; i < 8; i = i + 1) begin : gen_digit
      wire signed [4:0] digit = {i == 7 && mult_q5[31], mult_q5[4*i +: 4]};
      always @(posedge clk_i) if (valid_q[5]) digit_q6[i] <= factor5 * digit;
    end
    for (i = 0; i < 4; i = i + 1) begin : gen_pair
      always @(posedge clk_i)
        if (valid_q[6]) pair_q7[i] <= {{4{digit_q6[2*i][36]}}, digit_q6[2*i]} + {digit_q6[2*i+1], 4'd0};
    end
  endgenerate
  always @(posedge clk_i) begin
    if (valid_q[5]) begin
      both_min_q6 <= factor_q5 == 32'h80000000 && mult_q5 == 32'h80000000;
      shift_q6    <= shift_q5;
      negative_q6 <= negative_q5;
      add_q6      <= add_q5;
    end
    if (valid_q[6]) begin
      both_min_q7 <= both_min_q6;
      shift_q7    <= shift_q6;
      negative_q7 <= negative_q6;
      add_q7      <= add_q6;
    end
    if (valid_q[7]) begin
      low_q8      <= {{23{pair_q7[0][40]}}, pair_q7[0]} + {{15{pair_q7[1][40]}}, pair_q7[1], 8'd0};
      high_q8     <= {{7{pair_q7[2][40]}}, pair_q7[2]} + {pair_q7[3][39:0], 8'd0};
      both_min_q8 <= both_min_q7;
      shift_q8    <= shift_q7;
      negative_q8 <= negative_q7;
      add_q8      <= add_q7;
    end
    if (valid_q[8]) begin
      product_q9  <= {high_q8, 16'd0} + low_q8;
      both_min_q9 <= both_min_q8;
    end
  end

  // 9: the rounding term and the final shift. 10: the sum.
  wire [5:0]  single_exp = 6'd31 - shift_q8[5:0];               // 1..62
  reg  [63:0] term_q9, sum_q10;
  reg  [5:0]  right_q9, right_q10, right_q11, right_q12;
  always @(posedge clk_i) begin
    if (valid_q[8]) begin
      term_q9  <= is_double ? 64'h40000000 :
                  is_single ? 64'd1 << (single_exp - 6'd1) :
                  raw ? 64'd0 : {{32{add_q8[31]}}, add_q8};
      right_q9 <= raw ? 6'd0 :
                  is_double ? (negative_q8 ? 6'd0 - shift_q8[5:0] : 6'd0) :
                  is_single ? single_exp : {1'b0, shift_q8[4:0]};
    end
    if (valid_q[9]) begin
      sum_q10      <= product_q9 + term_q9;
      both_min_q10 <= both_min_q9;
      right_q10    <= right_q9;
    end
  end

  // 11: double: high multiply, rounded and saturated, to round half away from zero.
  reg  [31:0] half_q10;                                         // 2^(right-1), or 0
  reg  [31:0] nudge_q11;
  reg  [63:0] value_q11, nudged_q12;
  always @(posedge clk_i) begin
    if (valid_q[9])
      half_q10 <= (is_double && right_q9 != 6'd0) ? 32'd1 << (right_q9[4:0] - 5'd1) : 32'd0;
    if (valid_q[10]) begin
      value_q11 <= !is_double ? sum_q10 : both_min_q10 ? 64'h7fffffff
                                        : {{31{sum_q10[63]}}, sum_q10[63:31]};
      nudge_q11 <= (sum_q10[63] && half_q10 != 32'd0) ? half_q10 - 32'd1 : half_q10;
      right_q11 <= right_q10;
    end
    if (valid_q[11]) begin
      nudged_q12 <= value_q11 + {32'd0, nudge_q11};
      right_q12  <= right_q11;
    end
  end

  // 13, 14: the shift, by bytes, then by bits.
  wire signed [63:0] nudged12 = nudged_q12;
  /* verilator lint_off UNUSEDSIGNAL */ // value_o is the low word by definition
  wire signed [63:0] bytes12  = nudged12 >>> {right_q12[5:3], 3'd0};
  /* verilator lint_on UNUSEDSIGNAL */
  reg  [39:0] shifted_q13;
  reg  [2:0]  right_q13;
  reg  [31:0] value_q14;
  reg  [3:0]  count_q [7:13];
  /* verilator lint_off UNUSEDSIGNAL */
  wire [39:0] bits13 = shifted_q13 >> right_q13;
  /* verilator lint_on UNUSEDSIGNAL */
  integer s;
  always @(posedge clk_i) begin
    if (valid_q[6]) count_q[7] <= count_q6;
    for (s = 8; s <= 13; s = s + 1) if (valid_q[s-1]) count_q[s] <= count_q[s-1];
    if (valid_q[12]) begin
      shifted_q13 <= bytes12[39:0];
      right_q13   <= right_q12[2:0];
    end
    if (valid_q[13]) value_q14 <= threshold ? {28'd0, count_q[13]} : bits13[31:0];
  end
  assign value_o = value_q14;
endmodule
`default_nettype wire
