// serac_wallace.v - a few numbers with the sum of bits of any weights, by Wallace's tree.
// Combinational.
//
// Stage s holds height(s, c) bits of weight 2^c, lowest weight first; stage 0 is
// bits_i with the heights given. Of every three bits of a column a full adder makes one of
// the same and one of the next weight; the column's sums come first in the next
// stage, then its rest, then the carries. Rows rows are left, two for an adder, more for
// another tree; their sum is right modulo 2^Columns. One module, because synthesis that keeps modules apart makes a
// tree of small ones a sixth larger.
`default_nettype none

module serac_wallace #(
  // LINT: -GColumns=4 -GHeights=64'd8 -GTotal=8
  // LINT: -GColumns=3 -GHeights=48'h0001_0009_0003 -GTotal=13
  // LINT: -GColumns=3 -GHeights=48'h0001_0009_0003 -GTotal=13 -GRows=4
  parameter                  Columns = 4,
  parameter [16*Columns-1:0] Heights = 8,      // bits of weight 2^c in [16c +: 16]
  parameter                  Total   = 8,      // their sum
  parameter                  Rows    = 2
) (
  input  wire [Total-1:0]        bits_i,
  output wire [Rows*Columns-1:0] rows_o     // [row][column]
);
  localparam DEEPEST = 24;                     // stages: 3 * 1.5^24 bits in a column
  localparam TABLE   = 16 * Columns * (DEEPEST + 1);

  function [TABLE-1:0] all_heights(input integer unused);
    integer s, c;
    reg [15:0] height, carries;
    begin
      all_heights = 0;
      all_heights[16*Columns-1:0] = Heights;
      for (s = 0; s < DEEPEST; s = s + 1) begin
        carries = 16'd0;
        for (c = 0; c < Columns; c = c + 1) begin
          height = all_heights[16*(s*Columns + c) +: 16];
          all_heights[16*((s+1)*Columns + c) +: 16] = height - 16'd2 * (height / 16'd3) + carries;
          carries = height / 16'd3;
        end
      end
    end
  endfunction
  localparam [TABLE-1:0] HEIGHT = all_heights(0);

  function integer height(input integer stage, input integer column);
    height = {16'd0, HEIGHT[16*(stage*Columns + column) +: 16]};
  endfunction

  function integer stages(input integer unused);   // until no column has more bits than rows
    integer s, c;
    reg done;
    begin
      stages = DEEPEST;
      for (s = DEEPEST; s >= 0; s = s - 1) begin
        done = 1'b1;
        for (c = 0; c < Columns; c = c + 1)
          if (height(s, c) > Rows) done = 1'b0;
        if (done) stages = s;
      end
    end
  endfunction
  localparam STAGES = stages(0);

  // Where column c of a stage begins.
  function integer offset(input integer stage, input integer column);
    integer c;
    begin
      offset = 0;
      for (c = 0; c < column; c = c + 1)
        offset = offset + height(stage, c);
    end
  endfunction

  // Places are localparams: in an assignment Verilator would work out a function of
  // constants in every evaluation.
  genvar s, c, i;
  generate
    for (s = 0; s <= STAGES; s = s + 1) begin : gen_stage
      localparam HERE = offset(s, Columns);
      wire [HERE-1:0] bits;
      if (s == 0) begin : gen_leaves
        assign bits = bits_i;
      end
    end
    for (s = 0; s < STAGES; s = s + 1) begin : gen_adders
      for (c = 0; c < Columns; c = c + 1) begin : gen_column
        localparam COUNT = height(s, c);
        localparam FULL  = COUNT / 3;
        localparam FROM  = offset(s, c);
        localparam TO    = offset(s + 1, c);
        if (FULL > 0) begin : gen_full
          wire [FULL-1:0] x = gen_stage[s].bits[FROM +: FULL];
          wire [FULL-1:0] y = gen_stage[s].bits[FROM + FULL +: FULL];
          wire [FULL-1:0] z = gen_stage[s].bits[FROM + 2*FULL +: FULL];
          wire [FULL-1:0] half = x ^ y;
          assign gen_stage[s+1].bits[TO +: FULL] = half ^ z;
          if (c + 1 < Columns) begin : gen_carry
            localparam NEXT     = height(s, c + 1);
            localparam CARRY_TO = offset(s + 1, c + 1) + NEXT - 2 * (NEXT / 3);
            assign gen_stage[s+1].bits[CARRY_TO +: FULL] = (x & y) | (half & z);
          end
        end
        if (COUNT > 3 * FULL) begin : gen_rest
          assign gen_stage[s+1].bits[TO + FULL +: COUNT - 3*FULL] =
            gen_stage[s].bits[FROM + 3*FULL +: COUNT - 3*FULL];
        end
      end
    end

    for (c = 0; c < Columns; c = c + 1) begin : gen_last
      localparam COUNT = height(STAGES, c);
      localparam FROM  = offset(STAGES, c);
      for (i = 0; i < Rows; i = i + 1) begin : gen_bit
        if (i < COUNT) begin : gen_used
          assign rows_o[i*Columns + c] = gen_stage[STAGES].bits[FROM + i];
        end else begin : gen_none
          assign rows_o[i*Columns + c] = 1'b0;
        end
      end
    end
  endgenerate
endmodule
`default_nettype wire
