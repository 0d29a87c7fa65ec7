// serac_output_buffer.v - where results are packed into planes until store takes them.
//
// A write places up to eight planes of RequantLanes lanes at successive plane
// addresses; with wclear_i the planes' other lanes become zero. A read gives a
// beat: several planes, or part of one. Plane P lies in bank P mod NB.
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
  localparam PER_BEAT  = (BeatBits > Lanes) ? BeatBits / Lanes : 1;   // planes
  localparam PER_PLANE = (Lanes > BeatBits) ? Lanes / BeatBits : 1;   // beats
  localparam NB        = (PER_BEAT > 8) ? PER_BEAT : 8;
  localparam WORDS     = BufferBytes / (Lanes / 8) / NB;
  localparam WORD_LOG  = (WORDS > 1) ? $clog2(WORDS) : 1;
  localparam ENABLES   = Lanes / RequantLanes;

  wire [31:0] wplane = {{32 - PlaneAddr{1'b0}}, waddr_i};
  wire [31:0] wbank  = wplane % NB;
  wire [31:0] wword  = wplane / NB;

  wire [31:0] rbeat  = {{32 - BeatAddr{1'b0}}, raddr_i};
  wire [31:0] rplane = (rbeat / PER_PLANE) * PER_BEAT;
  /* verilator lint_off UNUSEDSIGNAL */ // cut to the word address
  wire [31:0] rword  = rplane / NB;
  /* verilator lint_on UNUSEDSIGNAL */
  /* verilator lint_off UNUSEDSIGNAL */ // rpart_q: only if a plane is longer than a beat
  reg  [31:0] rbank_q, rpart_q;
  /* verilator lint_on UNUSEDSIGNAL */
  always @(posedge clk_i) begin
    if (re_i) begin
      rbank_q <= rplane % NB;
      rpart_q <= rbeat % PER_PLANE;
    end
  end

  wire [NB*Lanes-1:0] words;
  genvar b, e;
  generate
    for (b = 0; b < NB; b = b + 1) begin : gen_bank
      // The plane of the write that falls into this bank, if any.
      wire [31:0] plane = (b - wbank) % NB;
      /* verilator lint_off UNUSEDSIGNAL */ // cut to the word address
      wire [31:0] word  = (b < wbank) ? wword + 32'd1 : wword;
      /* verilator lint_on UNUSEDSIGNAL */
      wire        hit   = we_i && plane < {28'd0, wplanes_i};
      wire [RequantLanes-1:0] lanes = wdata_i[(plane % 8) * RequantLanes +: RequantLanes];
      wire [ENABLES-1:0]  enable;
      wire [Lanes-1:0]    data;
      for (e = 0; e < ENABLES; e = e + 1) begin : gen_enable
        wire here = ENABLES == 1 || wlane_i == e;
        assign enable[e] = hit && (here || wclear_i);
        assign data[e*RequantLanes +: RequantLanes] = here ? lanes : {RequantLanes{1'b0}};
      end
      serac_ram #(
        .Width   (Lanes),
        .Granule (RequantLanes),
        .Depth   (WORDS)
      ) u_ram (
        .clk_i   (clk_i),
        .we_i    (enable),
        .waddr_i (word[WORD_LOG-1:0]),
        .wdata_i (data),
        .re_i    (re_i),
        .raddr_i (rword[WORD_LOG-1:0]),
        .rdata_o (words[b*Lanes +: Lanes])
      );
    end
    if (PER_PLANE > 1) begin : gen_part
      wire [Lanes-1:0] plane = words[rbank_q * Lanes +: Lanes];
      assign rdata_o = plane[rpart_q * BeatBits +: BeatBits];
    end else begin : gen_planes
      assign rdata_o = words[rbank_q * Lanes +: BeatBits];
    end
  endgenerate
endmodule
`default_nettype wire
