// serac_wallace.v - number of ones by Wallace's tree. Combinational.
//
// Stage s holds height(s, c) bits of weight 2^c, lowest weight first. Of every three
// bits of a column a full adder makes one of the same and one of the next weight; the
// column's sums come first in the next stage, then its rest, then the carries. Two rows
// are left for one adder. One module, because synthesis that keeps modules apart makes
// a tree of small ones a sixth larger.
`default_nettype none

module serac_wallace #(
  // LINT: -GLanes=512
  parameter Lanes = 8,
  parameter Width = $clog2(Lanes) + 1   // do not set
) (
  input  wire [Lanes-1:0] bits_i,
  output wire [Width-1:0] count_o
);
  localparam [31:0] LANES = Lanes;

  function [10*Width-1:0] heights(input integer stage);
    integer s, c;
    reg [9:0] height, carries;
    begin
      heights = {{10*Width-10{1'b0}}, LANES[9:0]};
      for (s = 0; s < stage; s = s + 1) begin
        carries = 10'd0;
        for (c = 0; c < Width; c = c + 1) begin
          height = heights[10*c +: 10];
          heights[10*c +: 10] = height - 10'd2 * (height / 10'd3) + carries;
          carries = height / 10'd3;
        end
      end
    end
  endfunction

  function integer height(input integer stage, input integer c);
    reg [10*Width-1:0] all;
    begin
      all = heights(stage);
      height = (c < Width) ? {22'd0, all[10*c +: 10]} : 0;
    end
  endfunction

  // Where column c begins.
  function integer offset(input integer stage, input integer c);
    integer i;
    begin
      offset = 0;
      for (i = 0; i < c; i = i + 1) offset = offset + height(stage, i);
    end
  endfunction

  function integer stages(input integer most);
    integer c, high;
    begin
      stages = 0;
      high = 3;
      while (high > most) begin
        high = 0;
        for (c = 0; c < Width; c = c + 1)
          if (height(stages, c) > high) high = height(stages, c);
        if (high > most) stages = stages + 1;
      end
    end
  endfunction

  localparam STAGES = stages(2);

  // Places are localparams: in an assignment Verilator would work out a function of
  // constants in every evaluation.
  genvar s, c, i;
  generate
    for (s = 0; s < STAGES; s = s + 1) begin : gen_stage
      localparam NEXT = offset(s + 1, Width);
      wire [offset(s, Width)-1:0] bits;
      wire [NEXT-1:0]             left;
      if (s == 0) begin : gen_leaves
        assign bits = bits_i;
      end else begin : gen_from
        assign bits = gen_stage[s-1].left;
      end
      for (c = 0; c < Width; c = c + 1) begin : gen_column
        localparam HEIGHT   = height(s, c);
        localparam FULL     = HEIGHT / 3;
        localparam FROM     = offset(s, c);
        localparam TO       = offset(s + 1, c);
        localparam CARRY_TO = offset(s + 1, c + 1) + height(s, c + 1) - 2 * (height(s, c + 1) / 3);
        if (FULL > 0) begin : gen_adders
          wire [FULL-1:0] x = bits[FROM +: FULL];
          wire [FULL-1:0] y = bits[FROM + FULL +: FULL];
          wire [FULL-1:0] z = bits[FROM + 2*FULL +: FULL];
          wire [FULL-1:0] half = x ^ y;
          assign left[TO +: FULL] = half ^ z;
          if (c + 1 < Width) begin : gen_carry
            assign left[CARRY_TO +: FULL] = (x & y) | (half & z);
          end
        end
        if (HEIGHT > 3 * FULL) begin : gen_rest
          assign left[TO + FULL +: HEIGHT - 3*FULL] = bits[FROM + 3*FULL +: HEIGHT - 3*FULL];
        end
      end
    end

    wire [2*Width-1:0] row;      // [bit of a column][column]
    for (c = 0; c < Width; c = c + 1) begin : gen_last
      localparam HEIGHT = height(STAGES, c);
      localparam FROM   = offset(STAGES, c);
      for (i = 0; i < 2; i = i + 1) begin : gen_bit
        if (i < HEIGHT) begin : gen_used
          assign row[i*Width + c] = gen_stage[STAGES-1].left[FROM + i];
        end else begin : gen_none
          assign row[i*Width + c] = 1'b0;
        end
      end
    end
  endgenerate
  assign count_o = row[Width-1:0] + row[2*Width-1:Width];
endmodule
`default_nettype wire
