// serac_plane_buffer.v - a buffer of bit planes, written by beats, read by planes.
//
// A word is GROUP planes, so that it has 64 bits or more and fills a memory macro;
// word W lies in bank W mod NB, so that any ReadPlanes successive planes lie in
// different banks, and only the banks that hold them are read. A beat covers
// whole words, or part of one. It is the weight buffer (a plane is Rows x Lanes
// bits), a column's activation bank (Lanes bits) and the parameter buffer. A bank has two
// words or more; serac_design_check() asks for 32 planes and 4 beats. The two halves
// of the addresses are never read and written in the same cycle.
//
// Timing: read data two cycles after re_i, plane raddr_i lowest; holds otherwise.
`default_nettype none

module serac_plane_buffer #(
  // LINT: -GPlaneBits=8 -GReadPlanes=8 -GBeatBits=512 -GBufferBytes=256
  // LINT: -GPlaneBits=512 -GReadPlanes=1 -GBeatBits=64 -GBufferBytes=1024
  // LINT: -GPlaneBits=64 -GReadPlanes=8 -GBeatBits=64 -GBufferBytes=1024
  // LINT: -GPlaneBits=64 -GReadPlanes=8 -GBeatBits=64 -GBufferBytes=1073741824
  parameter PlaneBits   = 64,
  parameter ReadPlanes  = 1,
  parameter BeatBits    = 128,
  parameter BufferBytes = 4096,
  parameter WriteAddr   = $clog2(BufferBytes / (BeatBits / 8)),   // do not set
  parameter PlaneAddr   = $clog2(BufferBytes / (PlaneBits / 8))   // do not set
) (
  input  wire                            clk_i,
  input  wire                            rst_ni,
  input  wire                            we_i,
  input  wire [WriteAddr-1:0]            waddr_i,   // in beats
  input  wire [BeatBits-1:0]             wdata_i,
  input  wire                            re_i,
  input  wire [PlaneAddr-1:0]            raddr_i,   // in planes, wraps
  output wire [ReadPlanes*PlaneBits-1:0] rdata_o
);
  localparam GROUP     = (PlaneBits < 64) ? 64 / PlaneBits : 1;              // planes a word
  localparam WORD_BITS = GROUP * PlaneBits;
  localparam PER_BEAT  = (BeatBits > WORD_BITS) ? BeatBits / WORD_BITS : 1;  // words
  localparam PER_WORD  = (WORD_BITS > BeatBits) ? WORD_BITS / BeatBits : 1;  // beats
  // Successive planes touch so many words at the most.
  localparam TOUCHED   = (GROUP == 1) ? ReadPlanes : (ReadPlanes == 1) ? 1 :
                         (ReadPlanes <= GROUP) ? 2 : 2 * ReadPlanes / GROUP;
  localparam NB        = (TOUCHED > PER_BEAT) ? TOUCHED : PER_BEAT;
  localparam WORDS     = BufferBytes / (WORD_BITS / 8) / NB;                 // of a bank
  localparam WORD_LOG  = (WORDS > 1) ? $clog2(WORDS) : 1;
  localparam GRANULE   = (WORD_BITS > BeatBits) ? BeatBits : WORD_BITS;

  // First word of the beat, and the part of it if the word is longer.
  wire [31:0] beat       = {{32 - WriteAddr{1'b0}}, waddr_i};
  wire [31:0] first_word = (beat / PER_WORD) * PER_BEAT;
  wire [31:0] part       = beat % PER_WORD;
  wire [31:0] wrow       = first_word / NB;
  wire [31:0] wbank      = first_word % NB;

  wire [31:0] rplane = {{32 - PlaneAddr{1'b0}}, raddr_i};
  wire [31:0] rword  = rplane / GROUP;
  wire [31:0] rskip  = rplane % GROUP;
  wire [31:0] rrow   = rword / NB;
  wire [31:0] rbank  = rword % NB;
  wire [31:0] rcount = (rskip + ReadPlanes + GROUP - 1) / GROUP;     // words to read

  wire [NB*WORD_BITS-1:0] words;
  genvar b, i;
  generate
    for (b = 0; b < NB; b = b + 1) begin : gen_bank
      // Banks below the first word hold words of the next row.
      /* verilator lint_off UNUSEDSIGNAL */ // cut to the row address
      wire [31:0] row = (b < rbank) ? rrow + 32'd1 : rrow;
      /* verilator lint_on UNUSEDSIGNAL */
      wire        read = re_i && (b + NB - rbank) % NB < rcount;
      wire [PER_WORD-1:0] enable;
      for (i = 0; i < PER_WORD; i = i + 1) begin : gen_enable
        assign enable[i] = we_i && b >= wbank && b < wbank + PER_BEAT && part == i;
      end
      /* verilator lint_off UNUSEDSIGNAL */ // cut to one word
      wire [BeatBits-1:0] beat_words = wdata_i >> ((b % PER_BEAT) * GRANULE);
      /* verilator lint_on UNUSEDSIGNAL */
      serac_ram #(
        .Width   (WORD_BITS),
        .Granule (GRANULE),
        .Depth   (WORDS),
        .Parts   (2)
      ) u_ram (
        .clk_i   (clk_i),
        .we_i    (enable),
        .waddr_i (wrow[WORD_LOG-1:0]),
        .wdata_i ({PER_WORD{beat_words[GRANULE-1:0]}}),
        .re_i    (read),
        .raddr_i (row[WORD_LOG-1:0]),
        .rdata_o (words[b*WORD_BITS +: WORD_BITS])
      );
    end
  endgenerate

  // Rotation: output plane p is plane rskip + p of the words from bank rbank on.
  localparam PLACES = NB * GROUP;
  reg                            valid_q;
  reg [31:0]                     place_q;     // the first plane's, among all banks
  reg [ReadPlanes*PlaneBits-1:0] rdata_q;
  wire [2*NB*WORD_BITS-1:0] twice = {words, words};
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else         valid_q <= re_i;
  end
  always @(posedge clk_i) begin
    if (re_i) place_q <= rplane % PLACES;
    if (valid_q) rdata_q <= twice[place_q * PlaneBits +: ReadPlanes*PlaneBits];
  end
  assign rdata_o = rdata_q;

  /* verilator lint_off UNUSEDSIGNAL */ // upper bits of the wide helpers
  wire unused = &{1'b0, wrow, rrow};
  /* verilator lint_on UNUSEDSIGNAL */
endmodule
`default_nettype wire
