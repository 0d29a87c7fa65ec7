// serac_store.v - writes output tiles to memory, one chunk per pixel.
//
// Timing: one command a cycle while the write master takes them; a tile starts
// in the cycle after its token was seen; the layer ends when the last write was
// answered, and then sends fetch a token.
// Twin: model/time/serac_store.c.
`default_nettype none
`include "serac_regs.vh"
`include "serac_defs.vh"

module serac_store #(
  // LINT: -GOutPlaneBits=5
  parameter OutPlaneBits = 12      // output buffer address in planes
) (
  input  wire                    clk_i,
  input  wire                    rst_ni,
  input  wire                    clear_i,

  output wire                    take_o,
  input  wire                    loading_i,
  input  wire                    ready_i,
  /* verilator lint_off UNUSEDSIGNAL */ // every unit reads only some fields
  input  wire [1023:0]           section_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  wire                    out_ready_i,   // an output tile is complete

  output wire                    cmd_valid_o,
  input  wire                    cmd_ready_i,
  output wire [63:0]             cmd_addr_o,
  output wire [31:0]             cmd_bytes_o,
  output wire [OutPlaneBits-1:0] cmd_plane_o,   // first plane of the pixel's slot
  output wire                    cmd_last_o,    // last chunk of the tile
  input  wire                    write_idle_i,  // everything written and answered

  output wire                    token_o,
  output wire                    idle_o,
  output reg  [2:0]              state_o
);
  localparam IDLE   = 2'd0;
  localparam TILE   = 2'd1;
  localparam PIXEL  = 2'd2;
  localparam FINISH = 2'd3;

  wire [31:0] groups      = section_i[`SERAC_STORE_GROUPS];
  wire [31:0] n_tiles     = section_i[`SERAC_STORE_N_TILES];
  wire [31:0] tile_pixels = section_i[`SERAC_STORE_TILE_PIXELS];
  wire [31:0] pixel_bytes = section_i[`SERAC_STORE_PIXEL_BYTES];
  wire [31:0] line_stride = section_i[`SERAC_STORE_LINE_STRIDE];
  wire [31:0] out_width   = section_i[`SERAC_STORE_OUT_WIDTH];
  wire [31:0] chunk_bytes = section_i[`SERAC_STORE_CHUNK_BYTES];
  wire [63:0] out_addr    = {section_i[`SERAC_STORE_OUT_ADDR_HI],
                             section_i[`SERAC_STORE_OUT_ADDR_LO]};

  reg  [1:0]  state_q, state_d;
  reg  [1:0]  token_q;
  reg         half_q;
  reg  [31:0] g_q, n_q, left_n_q, count_q;       // pixels left from the tile on; in it
  reg  [15:0] o_q;
  reg  [63:0] line_n_q, line_q, pixel_n_q, pixel_q;
  reg  [31:0] x_n_q, x_q;
  reg  [31:0] chunk_q, chunk_group_q;
  reg  [OutPlaneBits-1:0] slot_q;

  // Which tile it is: found in state TILE, used in PIXEL.
  reg  last_group_q, last_n_q, last_o_q;
  reg  [31:0] bytes_q;                           // of a pixel's chunk
  reg  [31:0] last_x_q, g_top_q, n_top_q;        // of a line and of the loops, last values
  reg  [15:0] o_top_q, o_last_top_q;
  wire last_group_d = g_q == g_top_q;
  wire last_o_d     = last_group_d ? o_q == o_last_top_q : o_q == o_top_q;
  wire begins       = state_q == IDLE && ready_i;
  always @(posedge clk_i) begin
    if (begins) begin
      g_top_q      <= groups - 32'd1;
      n_top_q      <= n_tiles - 32'd1;
      o_top_q      <= section_i[`SERAC_STORE_OUT_TILES] - 16'd1;
      o_last_top_q <= section_i[`SERAC_STORE_OUT_TILES_LAST] - 16'd1;
    end
    if (state_q == TILE) begin
      last_group_q <= last_group_d;
      last_n_q     <= n_q == n_top_q;
      last_o_q     <= last_o_d;
      bytes_q    <= (last_group_d && last_o_d) ? section_i[`SERAC_STORE_CHUNK_LAST_BYTES]
                                               : chunk_bytes;
      last_x_q   <= out_width - 32'd1;
    end
  end
  wire taken      = cmd_valid_o && cmd_ready_i;
  wire last_pixel = count_q == 32'd1;
  wire tile_end   = taken && last_pixel;
  wire layer_end  = last_o_q && last_n_q && last_group_q;

  wire        wrap       = x_q == last_x_q;
  wire [63:0] line_next  = line_q + {32'd0, line_stride};
  wire [31:0] x_next     = wrap ? 32'd0 : x_q + 32'd1;
  wire [63:0] pixel_next = wrap ? line_next : pixel_q + {32'd0, pixel_bytes};
  wire [63:0] line_after = wrap ? line_next : line_q;
  wire [31:0] left_next  = left_n_q - tile_pixels;
  wire        new_pass   = last_n_q;                 // the next group starts at pixel 0

  always @* begin
    state_d = state_q;
    case (state_q)
      IDLE:    if (ready_i) state_d = TILE;
      TILE:    if (token_q != 2'd0) state_d = PIXEL;
      PIXEL:   if (tile_end) state_d = layer_end ? FINISH : TILE;
      default: if (write_idle_i) state_d = IDLE;
    endcase
    if (clear_i) state_d = IDLE;
  end

  wire [31:0] pixels = section_i[`SERAC_STORE_PIXELS];

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= IDLE;
      token_q <= 2'd0;
      half_q  <= 1'b0;
    end else begin
      state_q <= state_d;
      token_q <= clear_i ? 2'd0
                 : token_q + {1'b0, out_ready_i} - {1'b0, state_q == TILE && token_q != 2'd0};
      if (clear_i) half_q <= 1'b0;
      else if (tile_end) half_q <= !half_q;
    end
  end

  // The tile's pixels; then the loops, one clock each: an outer place moves seldom.
  always @(posedge clk_i) if (state_q == TILE || taken) begin
    count_q <= taken ? count_q - 32'd1 : (left_n_q < tile_pixels) ? left_n_q : tile_pixels;
    line_q  <= taken ? line_after : line_n_q;
    pixel_q <= taken ? pixel_next : pixel_n_q;
    x_q     <= taken ? x_next : x_n_q;
    slot_q  <= taken ? slot_q + section_i[`SERAC_STORE_SLOT_PLANES_LSB +: OutPlaneBits]
                     : {half_q, {OutPlaneBits-1{1'b0}}};
  end
  always @(posedge clk_i) if (begins || tile_end) begin
    o_q     <= (begins || last_o_q) ? 16'd0 : o_q + 16'd1;
    chunk_q <= begins ? 32'd0 : (last_o_q && !last_n_q) ? chunk_group_q : chunk_q + chunk_bytes;
  end
  always @(posedge clk_i) if (begins || (tile_end && last_o_q)) begin
    n_q       <= (begins || last_n_q) ? 32'd0 : n_q + 32'd1;
    left_n_q  <= (begins || new_pass) ? pixels : left_next;
    x_n_q     <= (begins || new_pass) ? 32'd0 : x_next;
    line_n_q  <= (begins || new_pass) ? out_addr : line_after;
    pixel_n_q <= (begins || new_pass) ? out_addr : pixel_next;
  end
  always @(posedge clk_i) if (begins || (tile_end && last_o_q && last_n_q)) begin
    g_q           <= begins ? 32'd0 : g_q + 32'd1;
    chunk_group_q <= begins ? 32'd0 : chunk_q + chunk_bytes;
  end

  assign take_o      = state_q == IDLE;
  assign cmd_valid_o = state_q == PIXEL;
  assign cmd_addr_o  = pixel_q + {32'd0, chunk_q};
  assign cmd_bytes_o = bytes_q;
  assign cmd_plane_o = slot_q;
  assign cmd_last_o  = last_pixel;
  assign token_o     = state_q == FINISH && write_idle_i;
  assign idle_o      = state_q == IDLE && !loading_i && !ready_i;

  always @* begin
    case (state_q)
      IDLE:    state_o = (loading_i || ready_i) ? `SERAC_STATE_RUN : `SERAC_STATE_IDLE;
      TILE:    state_o = (token_q != 2'd0) ? `SERAC_STATE_RUN : `SERAC_STATE_WAIT_RECEIVE;
      PIXEL:   state_o = taken ? `SERAC_STATE_RUN : `SERAC_STATE_WAIT_MEMORY;
      default: state_o = write_idle_i ? `SERAC_STATE_RUN : `SERAC_STATE_WAIT_MEMORY;
    endcase
  end
endmodule
`default_nettype wire
