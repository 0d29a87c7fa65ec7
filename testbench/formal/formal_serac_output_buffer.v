// formal_serac_output_buffer.v - what store reads of a beat is what was last written, or cleared, there.
//
// One bit of the buffer is watched, which one the solver chooses; what holds for it holds for all.
//
// Assumed of post and store, by their tokens: never the same half of the addresses is written and read in one cycle; a
// write has one to eight planes.
`default_nettype none

// PROOF: pdr -GLanes=64 -GRequantLanes=32 -GBeatBits=64 -GBufferBytes=128
// FAULT: read_is_written serac_output_buffer.v s/(TOP < wplace) ? wrow + 32'd1 : wrow/wrow/
// FAULT: read_is_written serac_output_buffer.v s/hit \&\& (here || wclear_i)/hit/
// FAULT: read_is_written serac_output_buffer.v s/plane < {28'd0, wplanes_i}/plane <= {28'd0, wplanes_i}/
// FAULT: holds serac_output_buffer.v s/if (re_i) begin/begin/
// PROOF: pdr -GLanes=32 -GRequantLanes=16 -GBeatBits=64 -GBufferBytes=128
// PROOF: pdr -GLanes=16 -GRequantLanes=16 -GBeatBits=128 -GBufferBytes=128
// PROOF: pdr -GLanes=128 -GRequantLanes=32 -GBeatBits=64 -GBufferBytes=256
module formal_serac_output_buffer #(
  parameter Lanes        = 64,
  parameter RequantLanes = 8,
  parameter BeatBits     = 128,
  parameter BufferBytes  = 128,
  parameter PlaneAddr    = $clog2(BufferBytes / (Lanes / 8)),
  parameter BeatAddr     = $clog2(BufferBytes / (BeatBits / 8)),
  parameter LaneBits     = (Lanes > RequantLanes) ? $clog2(Lanes / RequantLanes) : 1
) (
  input wire                      clk_i,
  input wire                      rst_ni,
  input wire                      we_i,
  input wire [PlaneAddr-1:0]      waddr_i,
  input wire [3:0]                wplanes_i,
  input wire [8*RequantLanes-1:0] wdata_i,
  input wire [LaneBits-1:0]       wlane_i,
  input wire                      wclear_i,
  input wire                      re_i,
  input wire [BeatAddr-1:0]       raddr_i
);
  localparam BITS   = $clog2(8 * BufferBytes);

  wire [BeatBits-1:0] rdata;
  serac_output_buffer #(.Lanes (Lanes), .RequantLanes (RequantLanes), .BeatBits (BeatBits), .BufferBytes (BufferBytes)) dut (
    .clk_i (clk_i), .we_i (we_i), .waddr_i (waddr_i), .wplanes_i (wplanes_i), .wdata_i (wdata_i),
    .wlane_i (wlane_i), .wclear_i (wclear_i), .re_i (re_i), .raddr_i (raddr_i), .rdata_o (rdata));

  (* anyconst *) wire [BITS-1:0] bit_;       // the watched one
  wire [PlaneAddr-1:0] plane = bit_ / Lanes;
  wire [BITS-1:0]      lane  = bit_ % Lanes;
  wire [PlaneAddr-1:0] nth   = plane - waddr_i;                      // of the write's planes; they wrap
  wire covers = we_i && nth < wplanes_i;
  wire here   = Lanes == RequantLanes || lane / RequantLanes == wlane_i;
  wire [PlaneAddr-1:0] wlast = waddr_i + wplanes_i - 1;
  wire rhalf  = raddr_i[BeatAddr-1];

  reg begun_q = 0;
  reg known_q, data_q;                       // it was written; its value
  reg asked_q, asked_data_q;                 // read in the cycle before
  reg quiet_q;                               // nothing was read then
  reg [BeatBits-1:0] rdata_q;

  always @* begin
    assume (begun_q == rst_ni);
    assume (!we_i || (wplanes_i >= 1 && wplanes_i <= 8));
    assume (!we_i || !re_i || (rhalf != waddr_i[PlaneAddr-1] && rhalf != wlast[PlaneAddr-1]));
  end

  always @(posedge clk_i) begin
    begun_q <= 1'b1;
    rdata_q <= rdata;
    if (!begun_q) begin
      known_q <= 1'b0;
      asked_q <= 1'b0;
      quiet_q <= 1'b0;
    end else begin
      if (covers && (here || wclear_i)) begin
        known_q <= 1'b1;
        data_q  <= here && wdata_i[nth * RequantLanes + lane % RequantLanes];
      end
      asked_q <= re_i && known_q && raddr_i == bit_ / BeatBits;
      quiet_q <= !re_i;
    end
    asked_data_q <= data_q;
  end

  // What the unit promises: a read's data a cycle later, and until the next one's.
  always @* if (begun_q && rst_ni) begin
    read_is_written: assert (!asked_q || rdata[bit_ % BeatBits] == asked_data_q);
    holds:           assert (!quiet_q || rdata == rdata_q);
  end
endmodule
`default_nettype wire
