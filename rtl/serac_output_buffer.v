// serac_output_buffer.v - where results are packed into planes until store takes them.
//
// A write places up to eight planes of RequantLanes lanes at successive plane
// addresses; with wclear_i the planes' other lanes become zero. A read gives a
// beat: several words, or part of one. A word is GROUP planes, so that it has 64
// bits or more; word W lies in bank W mod NB. The two halves of the addresses are
// never written and read in the same cycle.
//
// Timing: read data one cycle after re_i; holds otherwise.
`default_nettype none

module serac_output_buffer #(
  // LINT: -GLanes=8 -GRequantLanes=8 -GBeatBits=512 -GBufferBytes=1024
  // LINT: -GLanes=512 -GRequantLanes=1 -GBeatBits=64 -GBufferBytes=4096
  // LINT: -GLanes=64 -GRequantLanes=8 -GBeatBits=128 -GBufferBytes=1073741824
  parameter Lanes        = 64,
  parameter RequantLanes = 8,
  parameter BeatBits     = 128,
  parameter BufferBytes  = 4096,
  parameter PlaneAddr    = $clog2(BufferBytes / (Lanes / 8)),      // do not set
  parameter BeatAddr     = $clog2(BufferBytes / (BeatBits / 8)),   // do not set
  parameter LaneBits     = (Lanes > RequantLanes) ? $clog2(Lanes / RequantLanes) : 1 // do not set
) (
  input  wire                      clk_i,
  input  wire                      we_i,
  input  wire [PlaneAddr-1:0]      waddr_i,    // in planes, wraps
  input  wire [3:0]                wplanes_i,  // 1..8
  input  wire [8*RequantLanes-1:0] wdata_i,    // [plane][lane]
  input  wire [LaneBits-1:0]       wlane_i,    // group of RequantLanes lanes
  input  wire                      wclear_i,
  input  wire                      re_i,
  input  wire [BeatAddr-1:0]       raddr_i,    // in beats
  output wire [BeatBits-1:0]       rdata_o
);
  localparam GROUP     = (Lanes < 64) ? 64 / Lanes : 1;                      // planes a word
  localparam WORD_BITS = GROUP * Lanes;
  localparam PER_BEAT  = (BeatBits > WORD_BITS) ? BeatBits / WORD_BITS : 1;  // words
  localparam PER_WORD  = (WORD_BITS > BeatBits) ? WORD_BITS / BeatBits : 1;  // beats
  localparam TOUCHED   = (GROUP == 1) ? 8 : (GROUP == 8) ? 2 : 16 / GROUP;   // by a write
  localparam NB        = (PER_BEAT > TOUCHED) ? PER_BEAT : TOUCHED;
  localparam WORDS     = BufferBytes / (WORD_BITS / 8) / NB;
  localparam WORD_LOG  = (WORDS > 1) ? $clog2(WORDS) : 1;
  localparam PLACES    = NB * GROUP;                                         // planes of a row
  localparam ENABLES   = Lanes / RequantLanes;                               // of a plane

  wire [31:0] wplane = {{32 - PlaneAddr{1'b0}}, waddr_i};
  wire [31:0] wplace = wplane % PLACES;
  wire [31:0] wrow   = wplane / PLACES;

  wire [31:0] rbeat  = {{32 - BeatAddr{1'b0}}, raddr_i};
  wire [31:0] rword  = (rbeat / PER_WORD) * PER_BEAT;
  /* verilator lint_off UNUSEDSIGNAL */ // cut to the row address
  wire [31:0] rrow   = rword / NB;
  /* verilator lint_on UNUSEDSIGNAL */
  wire [31:0] rbank  = rword % NB;
  /* verilator lint_off UNUSEDSIGNAL */ // rpart_q: only if a word is longer than a beat
  reg  [31:0] rbank_q, rpart_q;
  /* verilator lint_on UNUSEDSIGNAL */
  always @(posedge clk_i) begin
    if (re_i) begin
      rbank_q <= rbank;
      rpart_q <= rbeat % PER_WORD;
    end
  end

  wire [NB*WORD_BITS-1:0] words;
  genvar b, g, e;
  generate
    for (b = 0; b < NB; b = b + 1) begin : gen_bank
      // Places below the first plane's belong to the next row.
      localparam [31:0] TOP = b * GROUP + GROUP - 1;
      /* verilator lint_off UNUSEDSIGNAL */ // cut to the row address
      wire [31:0] row = (TOP < wplace) ? wrow + 32'd1 : wrow;
      /* verilator lint_on UNUSEDSIGNAL */
      wire [GROUP*ENABLES-1:0] enable;
      wire [WORD_BITS-1:0]     data;
      for (g = 0; g < GROUP; g = g + 1) begin : gen_plane
        // The plane of the write that falls into this place, if any.
        wire [31:0] plane = (b * GROUP + g - wplace) % PLACES;
        wire        hit   = we_i && plane < {28'd0, wplanes_i};
        wire [RequantLanes-1:0] lanes = wdata_i[(plane % 8) * RequantLanes +: RequantLanes];
        for (e = 0; e < ENABLES; e = e + 1) begin : gen_enable
          wire here = ENABLES == 1 || wlane_i == e;
          assign enable[g*ENABLES + e] = hit && (here || wclear_i);
          assign data[g*Lanes + e*RequantLanes +: RequantLanes] =
                 here ? lanes : {RequantLanes{1'b0}};
        end
      end
      serac_ram #(
        .Width   (WORD_BITS),
        .Granule (RequantLanes),
        .Depth   (WORDS),
        .Parts   (2)
      ) u_ram (
        .clk_i   (clk_i),
        .we_i    (enable),
        .waddr_i (row[WORD_LOG-1:0]),
        .wdata_i (data),
        .re_i    (re_i && b >= rbank && b < rbank + PER_BEAT),
        .raddr_i (rrow[WORD_LOG-1:0]),
        .rdata_o (words[b*WORD_BITS +: WORD_BITS])
      );
    end
    if (PER_WORD > 1) begin : gen_part
      wire [WORD_BITS-1:0] word = words[rbank_q * WORD_BITS +: WORD_BITS];
      assign rdata_o = word[rpart_q * BeatBits +: BeatBits];
    end else begin : gen_words
      assign rdata_o = words[rbank_q * WORD_BITS +: BeatBits];
    end
  endgenerate
endmodule
`default_nettype wire
