// serac_write.v - AXI4 write master: chunks of the output buffer to memory.
//
// A command is one chunk, wholly in the buffer. Bursts end at multiples of 1024
// bytes; unaligned ends are left out by strobes. AW runs at most four bursts ahead of
// W; W follows AW after two cycles, or directly behind the burst before. BREADY is always 1.
//
// Twin: serac_write_*() in model/time/serac_write.c.
`default_nettype none

module serac_write #(
  // LINT: -GBeatBytes=8 -GLanes=512 -GOutPlaneBits=6 -GOutBeatBits=9
  // LINT: -GBeatBytes=64 -GLanes=8 -GOutPlaneBits=12 -GOutBeatBits=6
  parameter BeatBytes    = 16,
  parameter Lanes        = 64,
  parameter OutPlaneBits = 12,     // output buffer address in planes
  parameter OutBeatBits  = 11      // and in beats
) (
  input  wire                    clk_i,
  input  wire                    rst_ni,
  input  wire                    halt_i,       // start nothing new

  input  wire                    cmd_valid_i,
  output wire                    cmd_ready_o,
  input  wire [63:0]             cmd_addr_i,
  input  wire [31:0]             cmd_bytes_i,
  input  wire [OutPlaneBits-1:0] cmd_plane_i,
  input  wire                    cmd_last_i,   // last chunk of an output tile

  output wire                    read_o,       // output buffer, data next cycle
  output wire [OutBeatBits-1:0]  read_addr_o,
  input  wire [8*BeatBytes-1:0]  read_data_i,

  output wire                    awvalid_o,
  input  wire                    awready_i,
  output wire [63:0]             awaddr_o,
  output wire [7:0]              awlen_o,
  output wire                    wvalid_o,
  input  wire                    wready_i,
  output wire [8*BeatBytes-1:0]  wdata_o,
  output wire [BeatBytes-1:0]    wstrb_o,
  output wire                    wlast_o,
  input  wire                    bvalid_i,
  input  wire [1:0]              bresp_i,

  output wire                    free_o,       // the tile's last beat has left
  output wire                    idle_o,       // nothing to issue, nothing unanswered
  output wire                    burst_o,      // an AW was accepted (counter)
  output wire                    error_o,
  output wire [63:0]             error_addr_o
);
  localparam BEAT_LOG  = $clog2(BeatBytes);
  localparam PLANE_LOG = $clog2(Lanes / 8);
  localparam AHEAD     = 3'd4;
  localparam OPEN      = 6'd32;

  reg                    busy_q, hold_q, first_q, tile_last_q;
  reg  [63:0]            addr_q;               // beat aligned
  reg  [31:0]            left_q;               // beats
  reg  [31:0]            beats_q;              // of the next burst
  reg                    final_q;              // it is the command's last
  reg  [BEAT_LOG-1:0]    from_q, to_q;         // bytes of the first and last beat
  reg  [OutBeatBits-1:0] place_q;
  reg  [2:0]             ahead_q;              // AW accepted, WLAST not yet
  reg  [5:0]             open_q;               // AW accepted, B not yet

  localparam BURST_BEATS_LOG = 10 - BEAT_LOG;
  // A command's first burst ends at an edge, all others begin at one.
  localparam [31:0] BURST = 32'd1 << BURST_BEATS_LOG;
  wire [31:0] cmd_edge  = BURST - {{(32 - BURST_BEATS_LOG){1'b0}}, cmd_addr_i[9:BEAT_LOG]};
  wire [11:0] cmd_stop  = {2'd0, cmd_addr_i[9:0]} + {1'b0, cmd_bytes_i[10:0]};  // from the edge before
  wire        cmd_final = cmd_bytes_i[31:11] == 0 && cmd_stop <= 12'd1024;
  wire [31:0] left_next = left_q - beats_q;
  wire        last_next = left_next <= BURST;
  wire        accepted = awvalid_o && awready_i;
  wire        w_taken  = wvalid_o && wready_i;
  wire        w_ended  = w_taken && wlast_o;

  assign awvalid_o   = busy_q && ahead_q < AHEAD && open_q < OPEN && (!halt_i || hold_q);
  assign awaddr_o    = addr_q;
  assign awlen_o     = beats_q[7:0] - 8'd1;
  assign cmd_ready_o = !halt_i && (!busy_q || (accepted && final_q));
  assign burst_o     = accepted;
  assign idle_o      = !busy_q && open_q == 6'd0;

  wire [31:0] first_byte = {{(32 - BEAT_LOG){1'b0}}, cmd_addr_i[BEAT_LOG-1:0]};
  wire [BEAT_LOG-1:0] final_byte = cmd_addr_i[BEAT_LOG-1:0] + cmd_bytes_i[BEAT_LOG-1:0]
                                   - {{BEAT_LOG-1{1'b0}}, 1'b1};
  wire [31:0] cmd_beats  = (first_byte + cmd_bytes_i + BeatBytes - 32'd1) >> BEAT_LOG;
  /* verilator lint_off UNUSEDSIGNAL */ // cut to beats
  wire [OutPlaneBits+9:0] place_bytes = {10'd0, cmd_plane_i} << PLANE_LOG;
  /* verilator lint_on UNUSEDSIGNAL */

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q      <= 1'b0;
      hold_q      <= 1'b0;
      first_q     <= 1'b0;
      tile_last_q <= 1'b0;
      addr_q      <= 64'd0;
      left_q      <= 32'd0;
      beats_q     <= 32'd0;
      final_q     <= 1'b0;
      from_q      <= {BEAT_LOG{1'b0}};
      to_q        <= {BEAT_LOG{1'b0}};
      place_q     <= {OutBeatBits{1'b0}};
      ahead_q     <= 3'd0;
      open_q      <= 6'd0;
    end else begin
      hold_q  <= awvalid_o && !awready_i;
      ahead_q <= ahead_q + {2'd0, accepted} - {2'd0, w_ended};
      open_q  <= open_q + {5'd0, accepted} - {5'd0, bvalid_i};
      if (cmd_valid_i && cmd_ready_o) begin
        busy_q      <= 1'b1;
        first_q     <= 1'b1;
        tile_last_q <= cmd_last_i;
        addr_q      <= {cmd_addr_i[63:BEAT_LOG], {BEAT_LOG{1'b0}}};
        left_q      <= cmd_beats;
        beats_q     <= cmd_final ? cmd_beats : cmd_edge;
        final_q     <= cmd_final;
        from_q      <= cmd_addr_i[BEAT_LOG-1:0];
        to_q        <= final_byte;
        place_q     <= place_bytes[BEAT_LOG +: OutBeatBits];
      end else if (accepted) begin
        busy_q      <= !final_q && !halt_i;
        first_q     <= 1'b0;
        addr_q      <= {addr_q[63:10] + 1'b1, 10'd0};
        left_q      <= left_next;
        beats_q     <= last_next ? left_next : BURST;
        final_q     <= last_next;
        place_q     <= place_q + beats_q[OutBeatBits-1:0];
      end else if (halt_i && !hold_q) begin
        busy_q      <= 1'b0;
      end
    end
  end

  // Bursts whose data is still to be sent; at most AHEAD.
  reg [OutBeatBits-1:0] e_place_q [0:3];
  reg [8:0]             e_beats_q [0:3];
  reg [BEAT_LOG-1:0]    e_from_q [0:3], e_to_q [0:3];
  reg                   e_first_q [0:3], e_final_q [0:3], e_tile_q [0:3];
  reg [1:0]             head_q, tail_q;
  reg [2:0]             count_q;
  reg [8:0]             index_q;

  always @(posedge clk_i) begin
    if (accepted) begin
      e_place_q[tail_q] <= place_q;
      e_beats_q[tail_q] <= beats_q[8:0];
      e_from_q[tail_q]  <= from_q;
      e_to_q[tail_q]    <= to_q;
      e_first_q[tail_q] <= first_q;
      e_final_q[tail_q] <= final_q;
      e_tile_q[tail_q]  <= tile_last_q && final_q;
    end
  end

  reg                  wvalid_q, wlast_q, wtile_q;
  reg  [BeatBytes-1:0] wstrb_q;
  wire                 next_last = index_q == e_beats_q[head_q] - 9'd1;
  wire                 next  = count_q != 3'd0 && (!wvalid_q || wready_i);
  wire                 pop   = next && next_last;
  wire [BeatBytes-1:0] all   = {BeatBytes{1'b1}};
  wire [BeatBytes-1:0] low   = (e_first_q[head_q] && index_q == 9'd0) ? all << e_from_q[head_q]
                                                                      : all;
  wire [BEAT_LOG-1:0]  drop  = {BEAT_LOG{1'b1}} - e_to_q[head_q];
  wire [BeatBytes-1:0] high  = (e_final_q[head_q] && next_last) ? all >> drop : all;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q   <= 2'd0;
      tail_q   <= 2'd0;
      count_q  <= 3'd0;
      index_q  <= 9'd0;
      wvalid_q <= 1'b0;
      wlast_q  <= 1'b0;
      wtile_q  <= 1'b0;
      wstrb_q  <= {BeatBytes{1'b0}};
    end else begin
      tail_q  <= tail_q + {1'b0, accepted};
      head_q  <= head_q + {1'b0, pop};
      count_q <= count_q + {2'd0, accepted} - {2'd0, pop};
      if (next) begin
        index_q <= next_last ? 9'd0 : index_q + 9'd1;
        wlast_q <= next_last;
        wtile_q <= next_last && e_tile_q[head_q];
        wstrb_q <= low & high;
      end
      wvalid_q <= next || (wvalid_q && !wready_i);
    end
  end

  assign read_o      = next;
  assign read_addr_o = e_place_q[head_q] + index_q_wide;
  /* verilator lint_off UNUSEDSIGNAL */ // wraps at the buffer
  wire [OutBeatBits+8:0] index_long = {{OutBeatBits{1'b0}}, index_q};
  /* verilator lint_on UNUSEDSIGNAL */
  wire [OutBeatBits-1:0] index_q_wide = index_long[OutBeatBits-1:0];
  assign wvalid_o    = wvalid_q;
  assign wdata_o     = read_data_i;
  assign wstrb_o     = wstrb_q;
  assign wlast_o     = wlast_q;
  assign free_o      = w_ended && wtile_q;

  // Addresses of the unanswered bursts, for the error report.
  reg  [63:0] open_addr_q [0:31];
  reg  [4:0]  open_head_q, open_tail_q;
  always @(posedge clk_i) begin
    if (accepted) open_addr_q[open_tail_q] <= addr_q;
  end
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_head_q <= 5'd0;
      open_tail_q <= 5'd0;
    end else begin
      open_head_q <= open_head_q + {4'd0, bvalid_i};
      open_tail_q <= open_tail_q + {4'd0, accepted};
    end
  end
  assign error_o      = bvalid_i && bresp_i != 2'd0;
  assign error_addr_o = open_addr_q[open_head_q];
endmodule
`default_nettype wire
