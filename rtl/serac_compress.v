// serac_compress.v - sum of bits of different weights, for six-input LUTs. Combinational.
//
// One stage of counters, then itself on the fewer bits they leave, until few enough are
// left for one adder of three rows. Column c holds Heights[c] bits of weight 2^c; while
// one has seven, serac_counter takes them, after that full adders. What a stage takes
// from a column lies at the bottom of it, what it leaves on top, and comes first in the
// next stage, before the stage's own results: old bits are taken before new ones.
`default_nettype none

module serac_compress #(
  // Defaults without a second stage: Verilator cannot have a recursive module on top.
  parameter Columns = 2,             // bits of the sum, which must fit
  parameter Heights = 20'd2,         // [column], 10 bits each
  parameter Total   = 2              // sum of Heights
) (
  input  wire [Total-1:0]   bits_i,  // [column][bit], column 0 lowest
  output wire [Columns-1:0] sum_o
);
  localparam ROWS   = 3;             // of the last adder
  localparam VECTOR = 10 * Columns;

  // Entry c of a vector with one entry per column; 0 beyond its ends.
  function integer entry(input [VECTOR-1:0] vector, input integer c);
    begin
      entry = 0;
      if (c >= 0 && c < Columns) entry = {22'd0, vector[10*c +: 10]};
    end
  endfunction

  /* verilator lint_off UNUSEDSIGNAL */ // an entry is below 1024
  function [9:0] cut(input integer number);
    cut = number[9:0];
  endfunction
  /* verilator lint_on UNUSEDSIGNAL */

  // Where column c begins.
  function integer offset(input [VECTOR-1:0] heights, input integer c);
    integer i;
    begin
      offset = 0;
      for (i = 0; i < c; i = i + 1) offset = offset + entry(heights, i);
    end
  endfunction

  // First column with more than one bit: the last adder begins there.
  function integer lowest(input [VECTOR-1:0] heights);
    begin
      lowest = 0;
      while (lowest < Columns - 1 && entry(heights, lowest) <= 1) lowest = lowest + 1;
    end
  endfunction

  // Counters whose seven bits are in column c, and those with six more in column c + 2.
  function integer sixes(input [VECTOR-1:0] heights, input [VECTOR-1:0] sevens, input integer c);
    begin
      sixes = entry(heights, c + 2) / 6;
      if (sixes > entry(sevens, c)) sixes = entry(sevens, c);
    end
  endfunction

  function [VECTOR-1:0] plan_sevens(input [VECTOR-1:0] heights);
    integer c;
    begin
      plan_sevens = {VECTOR{1'b0}};
      for (c = 0; c < Columns; c = c + 1)
        plan_sevens[10*c +: 10] = cut((entry(heights, c)
                                       - 6 * sixes(heights, plan_sevens, c - 2)) / 7);
    end
  endfunction

  // Full adders. The last adder's lowest column has room for two bits beside its rows.
  function [VECTOR-1:0] plan_adders(input [VECTOR-1:0] heights, input any_sevens);
    integer c, limit;
    begin
      plan_adders = {VECTOR{1'b0}};
      for (c = 0; c < Columns; c = c + 1) begin
        limit = (c == lowest(heights)) ? ROWS + 2 : ROWS;
        if (!any_sevens && entry(heights, c) > limit)
          plan_adders[10*c +: 10] = cut((entry(heights, c) - limit + 1) / 2);
      end
    end
  endfunction

  localparam [VECTOR-1:0] HEIGHTS = Heights;
  localparam [VECTOR-1:0] SEVENS  = plan_sevens(HEIGHTS);
  localparam [VECTOR-1:0] ADDERS  = plan_adders(HEIGHTS, SEVENS != {VECTOR{1'b0}});

  // Bits of column c that a stage leaves.
  function integer rest(input [VECTOR-1:0] heights, input integer c);
    rest = entry(heights, c) - 6 * sixes(heights, SEVENS, c - 2) - 7 * entry(SEVENS, c)
           - 3 * entry(ADDERS, c);
  endfunction

  // The next stage's bits of column c that come from output k of counters (k = 0..4) or
  // adders (5, 6); 7 all of them.
  function integer made(input [VECTOR-1:0] heights, input integer c, input integer k);
    integer i;
    begin
      made = rest(heights, c);
      for (i = 0; i < k; i = i + 1)
        made = made + (i < 3  ? entry(SEVENS, c - i) :
                       i < 5  ? sixes(heights, SEVENS, c - i) : entry(ADDERS, c - (i - 5)));
    end
  endfunction

  function [VECTOR-1:0] next(input [VECTOR-1:0] heights);
    integer c;
    begin
      next = {VECTOR{1'b0}};
      for (c = 0; c < Columns; c = c + 1) next[10*c +: 10] = cut(made(heights, c, 7));
    end
  endfunction

  localparam              DONE = SEVENS == {VECTOR{1'b0}} && ADDERS == {VECTOR{1'b0}};
  localparam [VECTOR-1:0] NEXT = next(HEIGHTS);
  localparam              LEFT = offset(NEXT, Columns);

  // Places of bits are localparams throughout: in an assignment Verilator would work
  // out a function of constants in every evaluation.
  genvar c, i, k;
  generate
    if (DONE) begin : gen_last
      localparam LOW = lowest(HEIGHTS);
      /* verilator lint_off UNUSEDSIGNAL */ // fourth and fifth bit: of the lowest column only
      wire [5*Columns-1:0] row;      // [bit of a column][column]
      /* verilator lint_on UNUSEDSIGNAL */
      for (c = 0; c < Columns; c = c + 1) begin : gen_column
        localparam FIRST  = offset(HEIGHTS, c);
        localparam HEIGHT = entry(HEIGHTS, c);
        for (i = 0; i < 5; i = i + 1) begin : gen_bit
          if (i < HEIGHT) begin : gen_used
            assign row[i*Columns + c] = bits_i[FIRST + i];
          end else begin : gen_none
            assign row[i*Columns + c] = 1'b0;
          end
        end
      end
      if (LOW > 0) begin : gen_single
        assign sum_o[LOW-1:0] = row[LOW-1:0];
      end
      serac_add_rows #(.Width (Columns - LOW)) u_add (
        .x_i    (row[Columns-1:LOW]),
        .y_i    (row[2*Columns-1:Columns+LOW]),
        .z_i    (row[3*Columns-1:2*Columns+LOW]),
        .bits_i ({row[4*Columns+LOW], row[3*Columns+LOW]}),
        .sum_o  (sum_o[Columns-1:LOW]));
    end else begin : gen_stage
      wire [LEFT-1:0] left;
      for (c = 0; c < Columns; c = c + 1) begin : gen_column
        localparam COUNTERS = entry(SEVENS, c);
        localparam HIGHS    = sixes(HEIGHTS, SEVENS, c);
        localparam FULL     = entry(ADDERS, c);
        localparam REST     = rest(HEIGHTS, c);
        localparam FROM     = offset(HEIGHTS, c) + 6 * sixes(HEIGHTS, SEVENS, c - 2);
        localparam SIXES    = offset(HEIGHTS, c + 2);       // for the counters with High
        localparam OLD      = offset(HEIGHTS, c + 1) - REST;
        localparam TO       = offset(NEXT, c);
        if (REST > 0) begin : gen_rest
          assign left[TO +: REST] = bits_i[OLD +: REST];
        end
        for (i = 0; i < COUNTERS; i = i + 1) begin : gen_counter
          /* verilator lint_off UNUSEDSIGNAL */ // 0, or beyond the sum
          wire [4:0] sum;
          /* verilator lint_on UNUSEDSIGNAL */
          if (i < HIGHS) begin : gen_high
            serac_counter #(.High (1)) u_counter (
              .bits_i ({bits_i[SIXES + 6*i +: 6], bits_i[FROM + 7*i +: 7]}), .sum_o (sum));
          end else begin : gen_low
            assign sum[4:3] = 2'd0;
            serac_counter #(.High (0)) u_counter (
              .bits_i (bits_i[FROM + 7*i +: 7]), .sum_o (sum[2:0]));
          end
          for (k = 0; k < 5 && c + k < Columns; k = k + 1) begin : gen_sum
            localparam PLACE = offset(NEXT, c + k) + made(HEIGHTS, c + k, k) + i;
            if (k < 3 || i < HIGHS) begin : gen_bit
              assign left[PLACE] = sum[k];
            end
          end
        end
        if (FULL > 0) begin : gen_adders
          localparam SUM_TO   = TO + made(HEIGHTS, c, 5);
          localparam CARRY_TO = offset(NEXT, c + 1) + made(HEIGHTS, c + 1, 6);
          /* verilator lint_off UNUSEDSIGNAL */ // carries beyond the sum
          wire [FULL-1:0] sum, carry;
          /* verilator lint_on UNUSEDSIGNAL */
          serac_full_adder #(.Width (FULL)) u_adders (
            .x_i (bits_i[FROM +: FULL]), .y_i (bits_i[FROM + FULL +: FULL]),
            .z_i (bits_i[FROM + 2*FULL +: FULL]), .sum_o (sum), .carry_o (carry));
          assign left[SUM_TO +: FULL] = sum;
          if (c + 1 < Columns) begin : gen_carry
            assign left[CARRY_TO +: FULL] = carry;
          end
        end
      end
      serac_compress #(.Columns (Columns), .Heights (NEXT), .Total (LEFT)) u_next (
        .bits_i (left), .sum_o (sum_o));
    end
  endgenerate
endmodule
`default_nettype wire
