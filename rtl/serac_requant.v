// serac_requant.v - one lane of the requantiser: accumulator to value.
//
//   x = (dot << dot_shift) + correction * ones + bias
//   v = mode(x), before zero point and clamp
//
// One 32 x 32 multiplier, in four slices of eight bits, serves all modes but
// threshold (raw multiplies by one), which compares x with four words of its
// record per cycle, sub_i 0..3.
//
// Timing: a value enters every cycle; value_o SERAC_REQUANT_DEPTH cycles later
// (threshold: after its sub-cycle 3). A stage's registers move only with a value.
// Computes what serac_requant() in model/serac_requant.c computes;
// testbench/rtl/tb_serac_requant.cpp holds them equal.
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

  // 1, 2, 3: x, by way of two half products; thresholds keep sub-cycle 0's.
  wire [15:0]  correction = record_i[`SERAC_RECORD_CORRECTION];
  wire [31:0]  bias       = threshold ? 32'd0 : record_i[`SERAC_RECORD_BIAS];
  reg  [31:0]  base_q1, low_q1, base_q2, product_q2, x_q3;
  reg  [23:0]  high_q1;
  reg  [127:0] record_q1, record_q2, record_q3;
  reg  [1:0]   sub_q1, sub_q2, sub_q3;
  always @(posedge clk_i) begin
    if (take) begin
      base_q1 <= (dot_i << dot_shift_i) + bias;
      low_q1  <= {24'd0, correction[7:0]} * ones_i;
      high_q1 <= {{16{correction[15]}}, correction[15:8]} * ones_i[23:0];
    end
    if (valid_i) begin
      record_q1 <= record_i;
      sub_q1    <= sub_i;
    end
    if (valid_q[1]) begin
      base_q2    <= base_q1;
      product_q2 <= low_q1 + {high_q1, 8'd0};
      record_q2  <= record_q1;
      sub_q2     <= sub_q1;
    end
    if (valid_q[2]) begin
      x_q3      <= base_q2 + product_q2;
      record_q3 <= record_q2;
      sub_q3    <= sub_q2;
    end
  end

  // 4: the factors; which of four thresholds x reaches. 5: how many so far.
  /* verilator lint_off UNUSEDSIGNAL */ // -31..31: bit 6 repeats bit 7
  wire [7:0]  shift3 = record_q3[`SERAC_RECORD_SHIFT];
  /* verilator lint_on UNUSEDSIGNAL */
  wire [31:0] mult3  = record_q3[`SERAC_RECORD_MULT];
  wire [4:0]  left   = (is_double && !shift3[7]) ? shift3[4:0] : 5'd0;
  reg  [31:0] factor_q4, mult_q4, add_q4, add_q5, add_q6;
  reg  [5:0]  shift_q4, shift_q5, shift_q6;
  reg         negative_q4, negative_q5, negative_q6;    // the shift is
  reg  [3:0]  reached_q4, count_q5;
  reg         restart_q4;
  wire [3:0]  reached;
  genvar i;
  generate
    for (i = 0; i < 4; i = i + 1) begin : gen_limit
      assign reached[i] = $signed(record_q3[32*i +: 32]) <= $signed(x_q3) &&
                          (i != 0 || sub_q3 != 2'd0);
    end
  endgenerate
  always @(posedge clk_i) begin
    if (valid_q[3]) begin
      factor_q4   <= x_q3 << left;
      mult_q4     <= raw ? 32'd1 : mult3;
      add_q4      <= record_q3[`SERAC_RECORD_ADD];
      shift_q4    <= shift3[5:0];
      negative_q4 <= shift3[7];
      reached_q4  <= reached;
      restart_q4  <= sub_q3 == 2'd0;
    end
    if (valid_q[4]) count_q5 <= (restart_q4 ? 4'd0 : count_q5) + {3'd0, reached_q4[0]}
             + {3'd0, reached_q4[1]} + {3'd0, reached_q4[2]} + {3'd0, reached_q4[3]};
  end

  // 5, 6, 7: the product, of four slices.
  wire signed [40:0] factor4 = {{9{factor_q4[31]}}, factor_q4};
  reg  [40:0] slice_q5 [0:3];
  reg  [63:0] low_q6, product_q7;
  reg  [47:0] high_q6;
  reg         both_min_q5, both_min_q6, both_min_q7, both_min_q8;
  generate
    for (i = 0; i < 4; i = i + 1) begin : gen_slice
      wire signed [8:0] digit = {i == 3 && mult_q4[31], mult_q4[8*i +: 8]};
      always @(posedge clk_i) if (valid_q[4]) slice_q5[i] <= factor4 * digit;
    end
  endgenerate
  always @(posedge clk_i) begin
    if (valid_q[4]) begin
      both_min_q5 <= factor_q4 == 32'h80000000 && mult_q4 == 32'h80000000;
      shift_q5    <= shift_q4;
      negative_q5 <= negative_q4;
      add_q5      <= add_q4;
    end
    if (valid_q[5]) begin
      low_q6      <= {{23{slice_q5[0][40]}}, slice_q5[0]} + {{15{slice_q5[1][40]}}, slice_q5[1], 8'd0};
      high_q6     <= {{7{slice_q5[2][40]}}, slice_q5[2]} + {slice_q5[3][39:0], 8'd0};
      both_min_q6 <= both_min_q5;
      shift_q6    <= shift_q5;
      negative_q6 <= negative_q5;
      add_q6      <= add_q5;
    end
    if (valid_q[6]) begin
      product_q7  <= {high_q6, 16'd0} + low_q6;
      both_min_q7 <= both_min_q6;
    end
  end

  // 7: the rounding term and the final shift. 8: the sum.
  wire [5:0]  single_exp = 6'd31 - shift_q6[5:0];               // 1..62
  reg  [63:0] term_q7, sum_q8;
  reg  [5:0]  right_q7, right_q8, right_q9, right_q10;
  always @(posedge clk_i) begin
    if (valid_q[6]) begin
      term_q7  <= is_double ? 64'h40000000 :
                  is_single ? 64'd1 << (single_exp - 6'd1) :
                  raw ? 64'd0 : {{32{add_q6[31]}}, add_q6};
      right_q7 <= raw ? 6'd0 :
                  is_double ? (negative_q6 ? 6'd0 - shift_q6[5:0] : 6'd0) :
                  is_single ? single_exp : {1'b0, shift_q6[4:0]};
    end
    if (valid_q[7]) begin
      sum_q8      <= product_q7 + term_q7;
      both_min_q8 <= both_min_q7;
      right_q8    <= right_q7;
    end
  end

  // 9: double: high multiply, rounded and saturated, to round half away from zero.
  reg  [31:0] half_q8;                                          // 2^(right-1), or 0
  reg  [31:0] nudge_q9;
  reg  [63:0] value_q9, nudged_q10;
  always @(posedge clk_i) begin
    if (valid_q[7])
      half_q8 <= (is_double && right_q7 != 6'd0) ? 32'd1 << (right_q7[4:0] - 5'd1) : 32'd0;
    if (valid_q[8]) begin
      value_q9 <= !is_double ? sum_q8 : both_min_q8 ? 64'h7fffffff
                                      : {{31{sum_q8[63]}}, sum_q8[63:31]};
      nudge_q9 <= (sum_q8[63] && half_q8 != 32'd0) ? half_q8 - 32'd1 : half_q8;
      right_q9 <= right_q8;
    end
    if (valid_q[9]) begin
      nudged_q10 <= value_q9 + {32'd0, nudge_q9};
      right_q10  <= right_q9;
    end
  end

  // 11, 12: the shift, by bytes, then by bits.
  wire signed [63:0] nudged10 = nudged_q10;
  /* verilator lint_off UNUSEDSIGNAL */ // value_o is the low word by definition
  wire signed [63:0] bytes10  = nudged10 >>> {right_q10[5:3], 3'd0};
  /* verilator lint_on UNUSEDSIGNAL */
  reg  [39:0] shifted_q11;
  reg  [2:0]  right_q11;
  reg  [31:0] value_q12;
  reg  [3:0]  count_q [6:11];
  /* verilator lint_off UNUSEDSIGNAL */
  wire [39:0] bits11 = shifted_q11 >> right_q11;
  /* verilator lint_on UNUSEDSIGNAL */
  integer s;
  always @(posedge clk_i) begin
    if (valid_q[5]) count_q[6] <= count_q5;
    for (s = 7; s <= 11; s = s + 1) if (valid_q[s-1]) count_q[s] <= count_q[s-1];
    if (valid_q[10]) begin
      shifted_q11 <= bytes10[39:0];
      right_q11   <= right_q10[2:0];
    end
    if (valid_q[11]) value_q12 <= threshold ? {28'd0, count_q[11]} : bits11[31:0];
  end
  assign value_o = value_q12;
endmodule
`default_nettype wire
