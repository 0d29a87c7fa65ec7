// serac_plane_buffer.v - a buffer of bit planes, written by beats, read by planes.
//
// Plane P lies in bank P mod NB, word P div NB, so that any ReadPlanes successive
// planes lie in different banks. A beat covers whole planes of one word row, or
// part of one plane. It is the weight buffer (a plane is Rows x Lanes bits), a
// column's activation bank (Lanes bits) and the parameter buffer. A bank has two words
// or more; serac_design_check() asks for 32 planes and 4 beats.
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
  localparam PER_BEAT  = (BeatBits > PlaneBits) ? BeatBits / PlaneBits : 1;  // planes
  localparam PER_PLANE = (PlaneBits > BeatBits) ? PlaneBits / BeatBits : 1;  // beats
  localparam NB        = (ReadPlanes > PER_BEAT) ? ReadPlanes : PER_BEAT;
  localparam NB_LOG    = $clog2(NB);
  localparam WORDS     = BufferBytes / (PlaneBits / 8) / NB;
  localparam WORD_LOG  = (WORDS > 1) ? $clog2(WORDS) : 1;
  localparam GRANULE   = (PlaneBits > BeatBits) ? BeatBits : PlaneBits;

  // First plane of the beat, and the part of it if the plane is longer.
  wire [31:0] beat        = {{32 - WriteAddr{1'b0}}, waddr_i};
  wire [31:0] first_plane = (beat / PER_PLANE) * PER_BEAT;
  wire [31:0] part        = beat % PER_PLANE;
  wire [31:0] wword       = first_plane / NB;
  wire [31:0] wbank       = first_plane % NB;

  wire [31:0] rplane = {{32 - PlaneAddr{1'b0}}, raddr_i};
  wire [31:0] rword  = rplane / NB;
  wire [31:0] rbank  = rplane % NB;

  wire [NB*PlaneBits-1:0] words;
  genvar b, i;
  generate
    for (b = 0; b < NB; b = b + 1) begin : gen_bank
      // Banks below the first plane hold planes of the next word.
      /* verilator lint_off UNUSEDSIGNAL */ // cut to the word address
      wire [31:0] word = (b < rbank) ? rword + 32'd1 : rword;
      /* verilator lint_on UNUSEDSIGNAL */
      wire [PER_PLANE-1:0] enable;
      for (i = 0; i < PER_PLANE; i = i + 1) begin : gen_enable
        assign enable[i] = we_i && b >= wbank && b < wbank + PER_BEAT && part == i;
      end
      /* verilator lint_off UNUSEDSIGNAL */ // cut to one plane
      wire [BeatBits-1:0] beat_planes = wdata_i >> ((b % PER_BEAT) * GRANULE);
      /* verilator lint_on UNUSEDSIGNAL */
      serac_ram #(
        .Width   (PlaneBits),
        .Granule (GRANULE),
        .Depth   (WORDS)
      ) u_ram (
        .clk_i   (clk_i),
        .we_i    (enable),
        .waddr_i (wword[WORD_LOG-1:0]),
        .wdata_i ({PER_PLANE{beat_planes[GRANULE-1:0]}}),
        .re_i    (re_i),
        .raddr_i (word[WORD_LOG-1:0]),
        .rdata_o (words[b*PlaneBits +: PlaneBits])
      );
    end
  endgenerate

  // Rotation: output plane p comes from bank (rbank + p) mod NB.
  reg                            valid_q;
  reg [31:0]                     rbank_q;
  reg [ReadPlanes*PlaneBits-1:0] rdata_q;
  wire [2*NB*PlaneBits-1:0] twice = {words, words};
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else         valid_q <= re_i;
  end
  always @(posedge clk_i) begin
    if (re_i) rbank_q <= rbank;
    if (valid_q) rdata_q <= twice[rbank_q * PlaneBits +: ReadPlanes*PlaneBits];
  end
  assign rdata_o = rdata_q;

  /* verilator lint_off UNUSEDSIGNAL */ // upper bits of the wide helpers
  wire unused = &{1'b0, NB_LOG[0], wword, rword};
  /* verilator lint_on UNUSEDSIGNAL */
endmodule
`default_nettype wire
