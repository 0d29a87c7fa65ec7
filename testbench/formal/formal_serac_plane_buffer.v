// formal_serac_plane_buffer.v - what is read of a plane is what was last written there.
//
// One bit of the buffer is watched, which one the solver chooses; what holds for it holds for all.
//
// Assumed of fetch and execute, by their tokens: never the same half of the addresses is read and written in one cycle.
`default_nettype none

// PROOF: pdr -GPlaneBits=32 -GReadPlanes=4 -GBeatBits=64 -GBufferBytes=64
// FAULT: read_is_written serac_plane_buffer.v s/(b < rbank) ? rrow + 32'd1 : rrow/rrow/
// FAULT: read_is_written serac_plane_buffer.v s/rskip + ReadPlanes + GROUP - 1) \/ GROUP/rskip + ReadPlanes - 1) \/ GROUP/
// FAULT: read_is_written serac_plane_buffer.v s/place_q <= rplane % PLACES/place_q <= rbank * GROUP/
// FAULT: holds serac_plane_buffer.v s/if (valid_q) rdata_q/rdata_q/;s/if (re_i) place_q/place_q/
// PROOF: pdr -GPlaneBits=64 -GReadPlanes=2 -GBeatBits=64 -GBufferBytes=64
// PROOF: pdr -GPlaneBits=64 -GReadPlanes=1 -GBeatBits=128 -GBufferBytes=64
// PROOF: pdr -GPlaneBits=128 -GReadPlanes=2 -GBeatBits=64 -GBufferBytes=128
// PROOF: pdr -GPlaneBits=16 -GReadPlanes=8 -GBeatBits=128 -GBufferBytes=64
module formal_serac_plane_buffer #(
  parameter PlaneBits   = 64,
  parameter ReadPlanes  = 1,
  parameter BeatBits    = 128,
  parameter BufferBytes = 64,
  parameter WriteAddr   = $clog2(BufferBytes / (BeatBits / 8)),
  parameter PlaneAddr   = $clog2(BufferBytes / (PlaneBits / 8))
) (
  input wire                 clk_i,
  input wire                 rst_ni,
  input wire                 we_i,
  input wire [WriteAddr-1:0] waddr_i,
  input wire [BeatBits-1:0]  wdata_i,
  input wire                 re_i,
  input wire [PlaneAddr-1:0] raddr_i
);
  localparam BITS   = $clog2(8 * BufferBytes);

  wire [ReadPlanes*PlaneBits-1:0] rdata;
  serac_plane_buffer #(.PlaneBits (PlaneBits), .ReadPlanes (ReadPlanes), .BeatBits (BeatBits), .BufferBytes (BufferBytes)) dut (
    .clk_i (clk_i), .rst_ni (rst_ni), .we_i (we_i), .waddr_i (waddr_i), .wdata_i (wdata_i),
    .re_i (re_i), .raddr_i (raddr_i), .rdata_o (rdata));

  (* anyconst *) wire [BITS-1:0] bit_;       // the watched one
  wire [PlaneAddr-1:0] plane  = bit_ / PlaneBits;
  wire [PlaneAddr-1:0] behind = plane - raddr_i;                     // planes wrap
  wire                 wrote  = we_i && waddr_i == bit_ / BeatBits;

  reg begun_q = 0;
  reg known_q, data_q;                       // it was written; its value
  reg asked_q, there_q, asked_data_q, there_data_q;   // read in the cycle before; in that before it
  reg [PlaneAddr-1:0] asked_plane_q, there_plane_q;
  reg quiet_q, before_q;                     // nothing was read two cycles ago
  reg [ReadPlanes*PlaneBits-1:0] rdata_q;

  always @* begin
    assume (begun_q == rst_ni);
    assume (!we_i || !re_i || waddr_i[WriteAddr-1] != raddr_i[PlaneAddr-1]);
    // Planes that follow the first one may lie in the other half: then that is not written either.
    assume (!we_i || !re_i || raddr_i[PlaneAddr-1] == ((raddr_i + ReadPlanes - 1) >> (PlaneAddr - 1)) % 2);
  end

  always @(posedge clk_i) begin
    begun_q <= 1'b1;
    rdata_q <= rdata;
    before_q <= !re_i;
    quiet_q  <= before_q;
    if (!begun_q) begin
      known_q <= 1'b0;
      asked_q <= 1'b0;
      there_q <= 1'b0;
      before_q <= 1'b0;
      quiet_q <= 1'b0;
    end else begin
      if (wrote) begin
        known_q <= 1'b1;
        data_q  <= wdata_i[bit_ % BeatBits];
      end
      asked_q <= re_i && known_q && behind < ReadPlanes;
      there_q <= asked_q;
    end
    asked_data_q  <= data_q;
    asked_plane_q <= behind;
    there_data_q  <= asked_data_q;
    there_plane_q <= asked_plane_q;
  end

  // What the unit promises: a read's data two cycles later, and until the next one's.
  always @* if (begun_q && rst_ni) begin
    read_is_written: assert (!there_q || rdata[there_plane_q * PlaneBits + bit_ % PlaneBits] == there_data_q);
    holds:           assert (!quiet_q || rdata == rdata_q);
  end
endmodule
`default_nettype wire
