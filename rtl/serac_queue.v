// serac_queue.v - the sections that wait for a stage, and the one it works on.
//
// Fetch writes a section beat by beat into the next free entry and pushes it
// when the block has been checked. When the stage takes the next section, the
// queue copies it into a register, one beat a cycle, and frees the entry.
//
// Timing: an entry pushed at t is seen at t+1; a section is ready
// 128 / BeatBytes + 2 cycles after `take_i` met a full queue.
// Twin: section_cycles in model/time/serac_stages.h.
`default_nettype none

module serac_queue #(
  // LINT: -GBeatBytes=64 -GDepth=1
  // LINT: -GBeatBytes=8 -GDepth=8
  parameter BeatBytes = 16,
  parameter Depth     = 2
) (
  input  wire                   clk_i,
  input  wire                   rst_ni,
  input  wire                   clear_i,

  input  wire                   we_i,
  /* verilator lint_off UNUSEDSIGNAL */ // a section may have fewer beats
  input  wire [3:0]             index_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  wire [8*BeatBytes-1:0] data_i,
  input  wire                   push_i,
  output wire                   space_o,

  input  wire                   take_i,     // the stage is idle and wants a section
  output wire                   loading_o,  // copying
  output wire                   ready_o,    // pulse: section_o is complete
  output wire [1023:0]          section_o
);
  localparam BEATS     = 128 / BeatBytes;
  localparam DEPTH_LOG = (Depth > 1) ? $clog2(Depth) : 1;
  localparam BEATS_LOG = $clog2(BEATS);
  localparam [DEPTH_LOG-1:0] TOP = Depth[DEPTH_LOG-1:0] - 1'b1;

  reg  [3:0]           count_q;
  reg  [DEPTH_LOG-1:0] head_q, tail_q;
  reg                  loading_q, reading_q, ready_q;
  reg  [4:0]           index_q, index_q2;
  reg  [1023:0]        section_q;

  wire                 begin_load = take_i && count_q != 4'd0 && !loading_q && !ready_q;
  wire                 read = loading_q && index_q < BEATS[4:0];
  wire                 pop  = loading_q && index_q == BEATS[4:0];
  wire [8*BeatBytes-1:0] rdata;

  serac_ram #(
    .Width   (8 * BeatBytes),
    .Granule (8 * BeatBytes),
    .Depth   (BEATS << DEPTH_LOG)
  ) u_ram (
    .clk_i   (clk_i),
    .we_i    (we_i),
    .waddr_i ({tail_q, index_i[BEATS_LOG-1:0]}),
    .wdata_i (data_i),
    .re_i    (read),
    .raddr_i ({head_q, index_q[BEATS_LOG-1:0]}),
    .rdata_o (rdata)
  );

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q   <= 4'd0;
      head_q    <= {DEPTH_LOG{1'b0}};
      tail_q    <= {DEPTH_LOG{1'b0}};
      loading_q <= 1'b0;
      reading_q <= 1'b0;
      ready_q   <= 1'b0;
      index_q   <= 5'd0;
      index_q2  <= 5'd0;
    end else if (clear_i) begin
      count_q   <= 4'd0;
      head_q    <= {DEPTH_LOG{1'b0}};
      tail_q    <= {DEPTH_LOG{1'b0}};
      loading_q <= 1'b0;
      reading_q <= 1'b0;
      ready_q   <= 1'b0;
    end else begin
      count_q   <= count_q + {3'd0, push_i} - {3'd0, pop};
      reading_q <= read;
      index_q2  <= index_q;
      ready_q   <= pop;
      if (push_i) tail_q <= (tail_q == TOP) ? {DEPTH_LOG{1'b0}} : tail_q + 1'b1;
      if (pop) head_q <= (head_q == TOP) ? {DEPTH_LOG{1'b0}} : head_q + 1'b1;
      if (begin_load) begin
        loading_q <= 1'b1;
        index_q   <= 5'd0;
      end else if (loading_q) begin
        index_q   <= index_q + 5'd1;
        loading_q <= !pop;
      end
    end
  end

  genvar b;
  generate
    for (b = 0; b < BEATS; b = b + 1) begin : gen_section
      always @(posedge clk_i) begin
        if (reading_q && index_q2 == b) section_q[b*8*BeatBytes +: 8*BeatBytes] <= rdata;
      end
    end
  endgenerate

  assign space_o   = count_q < Depth[3:0];
  assign loading_o = loading_q || begin_load;
  assign ready_o   = ready_q;
  assign section_o = section_q;
endmodule
`default_nettype wire
