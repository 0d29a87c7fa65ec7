// serac_execute.v - walks a layer's loop nest, one digit pair a cycle.
//
// Addresses leave one cycle after a pair was issued (s1), operands reach the
// array two cycles later (s3). The last pair of a tile is held back until the
// drain of the tile before has been booked to its end, and, for the first tile
// of an output tile, until half of the output buffer is free. So post never waits.
//
// Timing: issue_o in every cycle of RUN unless held back; the next iteration
// follows without a gap when its operands have arrived.
// Twin: model/serac_execute.c.
`default_nettype none
`include "serac_regs.vh"
`include "serac_defs.vh"

module serac_execute #(
  // LINT: -GRows=4 -GCols=4 -GWgtPlanes=1 -GActPlanes=1 -GRequantLanes=4
  // LINT: -GRows=64 -GCols=1 -GWgtPlanes=8 -GActPlanes=2 -GRequantLanes=1
  parameter Rows         = 32,
  parameter Cols         = 16,
  parameter WgtPlanes    = 1,
  parameter ActPlanes    = 1,
  parameter RequantLanes = 8,
  parameter WgtPlaneBits = 9,      // weight buffer address in planes
  parameter ActPlaneBits = 10      // activation bank address in planes
) (
  input  wire                    clk_i,
  input  wire                    rst_ni,
  input  wire                    clear_i,

  output wire                    take_o,          // wants a section
  input  wire                    loading_i,
  input  wire                    ready_i,
  /* verilator lint_off UNUSEDSIGNAL */ // every unit reads only some fields
  input  wire [1023:0]           section_i,
  /* verilator lint_on UNUSEDSIGNAL */

  input  wire                    wgt_loaded_i,
  input  wire                    act_loaded_i,
  input  wire                    out_free_i,      // store read half an output buffer
  input  wire                    post_done_i,     // the layer's last result is written
  output wire [1:0]              act_free_o,      // halves freed
  output wire                    tile_o,          // last pair of a tile (s0)

  output wire                    col_load_o,      // s0: columns start a run
  output wire                    col_step_o,      // s0: columns go on by one pixel
  output wire                    act_half_o,      // s0

  output reg                     valid_o,         // s1 from here
  output reg  [WgtPlaneBits-1:0] wgt_addr_o,
  output reg  [3:0]              wgt_real_o,      // stored planes in the digit
  output reg  [ActPlaneBits-1:0] act_addr_o,      // to add to a column's position
  output reg  [3:0]              act_real_o,
  output reg  [16:0]             tap_line_o,      // input lines below the window's first
  output reg  [31:0]             tap_x_o,         // planes to the right of it
  output reg  [ActPlanes-1:0]    pad_digit_o,     // of the zero point
  output reg                     pad_last_o,      // last channel block
  output reg                     wgt_first_o,
  output reg                     wgt_last_o,
  output reg                     act_first_o,
  output reg                     act_last_o,
  output reg                     tile_first_o,
  output reg                     tile_last_o,

  output wire                    issue_o,
  output wire                    wait_load_o,
  output wire                    wait_requant_o,
  output wire                    wait_space_o,
  output wire                    ended_o,         // after the program's last pair
  output wire                    idle_o,
  output reg  [2:0]              state_o
);
  localparam W_LOG = $clog2(WgtPlanes);
  localparam A_LOG = $clog2(ActPlanes);
  localparam GROUP_LOG = $clog2(Rows / RequantLanes);

  localparam IDLE   = 2'd0;
  localparam WAIT   = 2'd1;
  localparam RUN    = 2'd2;
  localparam FINISH = 2'd3;

  // --- the layer -------------------------------------------------------------
  wire        order      = section_i[`SERAC_EXEC_ORDER];
  wire        wgt_one    = section_i[`SERAC_EXEC_WGT_HALVES_LSB];   // one half per load
  wire [1:0]  act_halves = section_i[`SERAC_EXEC_ACT_HALVES];
  wire [3:0]  wgt_bits   = section_i[`SERAC_EXEC_WGT_BITS];
  wire [3:0]  wgt_store  = section_i[`SERAC_EXEC_WGT_STORE];
  wire [3:0]  act_bits   = section_i[`SERAC_EXEC_ACT_BITS];
  wire [3:0]  act_store  = section_i[`SERAC_EXEC_ACT_STORE];
  wire        wgt_signed = section_i[`SERAC_EXEC_WGT_SIGNED];
  wire        act_signed = section_i[`SERAC_EXEC_ACT_SIGNED];
  wire [2:0]  mode       = section_i[`SERAC_EXEC_MODE];
  wire [31:0] groups     = section_i[`SERAC_EXEC_GROUPS];
  wire [31:0] n_tiles    = section_i[`SERAC_EXEC_N_TILES];
  wire [15:0] run        = section_i[`SERAC_EXEC_RUN];
  wire [15:0] run_last   = section_i[`SERAC_EXEC_RUN_LAST];
  wire [31:0] blocks     = section_i[`SERAC_EXEC_BLOCKS];
  wire [7:0]  act_zero   = section_i[`SERAC_EXEC_ACT_ZERO];
  wire [15:0] gather     = section_i[`SERAC_EXEC_GATHER];
  wire [15:0] last_cols  = section_i[`SERAC_EXEC_LAST_COLS];
  wire [7:0]  tile_shift = section_i[`SERAC_EXEC_ACT_TILE_SHIFT];

  wire [3:0] wgt_digits = (wgt_bits + WgtPlanes[3:0] - 4'd1) >> W_LOG;
  wire [3:0] act_digits = (act_bits + ActPlanes[3:0] - 4'd1) >> A_LOG;

  // --- loop counters ---------------------------------------------------------
  reg  [1:0]  state_q, state_d;
  reg         first_q, ended_q;
  reg  [31:0] g_q, n_q, block_q;
  reg  [15:0] m_q, t_q, sub_q;
  reg  [31:0] mtile_q, mtile_group_q;         // m-tile of the layer; of the group
  reg  [7:0]  py_q, px_q, ky_q, kx_q;
  reg  [3:0]  a_q, w_q;
  reg         wgt_half_q, act_half_q;         // of this iteration
  reg         wgt_next_q, act_next_q;         // of the next load
  reg  [1:0]  wgt_token_q, act_token_q, out_free_q;
  reg  [15:0] book_q;                         // drain cycles booked
  // Plane offsets: each loop keeps where its inner loops start.
  reg  [ActPlaneBits-1:0] at_group_q, at_m_q, at_py_q, at_px_q, at_ky_q, at_kx_q, at_q;
  reg  [16:0] line_py_q, line_q;              // the same in input lines
  reg  [31:0] x_px_q, x_q;                    // and in planes of a line
  reg  [WgtPlaneBits-1:0] wgt_m_q, wgt_q;

  wire last_group = g_q == groups - 32'd1;
  wire last_n     = n_q == n_tiles - 32'd1;
  wire last_iter  = last_group && last_n;
  wire [15:0] mtiles  = last_group ? section_i[`SERAC_EXEC_GROUP_LAST_MTILES]
                                   : section_i[`SERAC_EXEC_GROUP_MTILES];
  wire [15:0] run_now = last_n ? run_last : run;

  wire w_last  = w_q == wgt_digits - 4'd1;
  wire a_last  = w_last && a_q == act_digits - 4'd1;
  wire cb_end  = block_q == blocks - 32'd1;
  wire cb_last = a_last && cb_end;
  wire kx_last = cb_last && kx_q == section_i[`SERAC_EXEC_KERNEL_W] - 8'd1;
  wire k_last  = kx_last && ky_q == section_i[`SERAC_EXEC_KERNEL_H] - 8'd1;   // tile
  wire px_last = k_last && px_q == section_i[`SERAC_EXEC_PHASES_X] - 8'd1;
  wire py_last = px_last && py_q == section_i[`SERAC_EXEC_PHASES_Y] - 8'd1;
  wire t_last  = py_last && t_q == run_now - 16'd1;
  wire m_last  = t_last && m_q == mtiles - 16'd1;                              // iteration
  wire done    = m_last && last_iter;

  wire k_first     = w_q == 4'd0 && a_q == 4'd0 && block_q == 32'd0 && kx_q == 8'd0 && ky_q == 8'd0;
  wire phase_first = px_q == 8'd0 && py_q == 8'd0;
  wire out_first   = sub_q == 16'd0 && t_q == 16'd0 && phase_first;

  // --- hold back or issue ------------------------------------------------------
  wire drain_ok = book_q == 16'd0;
  wire space_ok = !out_first || out_free_q != 2'd0;
  wire issue    = state_q == RUN && (!k_last || (drain_ok && space_ok));
  wire tile     = issue && k_last;
  wire go_on    = issue && m_last;           // the iteration ends

  wire [15:0] cols_now = !last_n ? Cols[15:0] :
                         (t_q < section_i[`SERAC_EXEC_LAST_STEPS]) ? last_cols : last_cols - 16'd1;
  wire slow = mode == `SERAC_MODE_RAW || mode == `SERAC_MODE_THRESHOLD;
  wire [15:0] drain = slow ? cols_now << (GROUP_LOG + 2) : cols_now << GROUP_LOG;

  // --- the next iteration's operands -------------------------------------------
  wire [31:0] g_next = order ? (last_n ? g_q + 32'd1 : g_q) : (last_group ? 32'd0 : g_q + 32'd1);
  wire [31:0] n_next = order ? (last_n ? 32'd0 : n_q + 32'd1) : (last_group ? n_q + 32'd1 : n_q);
  wire [31:0] g_due  = (state_q == RUN) ? g_next : g_q;
  wire [31:0] n_due  = (state_q == RUN) ? n_next : n_q;
  wire        first_due = first_q && state_q != RUN;
  wire wgt_due = order ? n_due == 32'd0 : (first_due || groups != 32'd1);
  wire act_due = order ? (first_due || n_tiles != 32'd1) : g_due == 32'd0;
  wire loaded  = (!wgt_due || wgt_token_q != 2'd0) && (!act_due || act_token_q != 2'd0);
  wire enter   = loaded && (state_q == WAIT || (go_on && !last_iter));

  always @* begin
    state_d = state_q;
    case (state_q)
      IDLE:    if (ready_i) state_d = WAIT;
      WAIT:    if (loaded) state_d = RUN;
      RUN:     if (go_on) state_d = last_iter ? FINISH : loaded ? RUN : WAIT;
      default: if (post_done_i) state_d = IDLE;
    endcase
    if (clear_i) state_d = IDLE;
  end

  wire sub_end   = sub_q == gather - 16'd1 || (m_q == mtiles - 16'd1 && (order || last_group));
  wire [31:0] mtile_mask = (32'd1 << tile_shift) - 32'd1;
  wire        block_step = (~mtile_q & mtile_mask) == 32'd0;
  wire [ActPlaneBits-1:0] at_m_next = at_m_q + (block_step
         ? section_i[`SERAC_EXEC_ACT_TILE_PLANES_LSB +: ActPlaneBits] : {ActPlaneBits{1'b0}});
  // Where the next iteration's m-tiles start.
  wire keep_group = order && !last_n;
  wire wrap_group = !order && last_group;
  wire [ActPlaneBits-1:0] at_iter = keep_group ? at_group_q :
                                    wrap_group ? {ActPlaneBits{1'b0}} : at_m_next;
  wire [31:0] mtile_iter = keep_group ? mtile_group_q : wrap_group ? 32'd0 : mtile_q + 32'd1;
  wire [ActPlaneBits-1:0] at_tile = !t_last ? at_m_q : !m_last ? at_m_next : at_iter;

  wire [ActPlaneBits-1:0] at_ky_next = at_ky_q + section_i[`SERAC_EXEC_TAP_LINES_LSB +: ActPlaneBits];
  wire [ActPlaneBits-1:0] at_kx_next = at_kx_q + section_i[`SERAC_EXEC_TAP_PLANES_LSB +: ActPlaneBits];
  wire [ActPlaneBits-1:0] at_px_next = at_px_q + section_i[`SERAC_EXEC_PHASE_PLANES_LSB +: ActPlaneBits];
  wire [ActPlaneBits-1:0] at_py_next = at_py_q + section_i[`SERAC_EXEC_PHASE_LINES_LSB +: ActPlaneBits];
  wire [WgtPlaneBits-1:0] wgt_m_next = wgt_m_q + section_i[`SERAC_EXEC_TILE_WGT_PLANES_LSB +: WgtPlaneBits];

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q       <= IDLE;
      first_q       <= 1'b0;
      ended_q       <= 1'b0;
      wgt_half_q    <= 1'b0;
      act_half_q    <= 1'b0;
      wgt_next_q    <= 1'b0;
      act_next_q    <= 1'b0;
      wgt_token_q   <= 2'd0;
      act_token_q   <= 2'd0;
      out_free_q    <= 2'd2;
      book_q        <= 16'd0;
    end else begin
      state_q     <= state_d;
      wgt_token_q <= wgt_token_q + {1'b0, wgt_loaded_i} - {1'b0, enter && wgt_due};
      act_token_q <= act_token_q + {1'b0, act_loaded_i} - {1'b0, enter && act_due};
      out_free_q  <= out_free_q + {1'b0, out_free_i} - {1'b0, tile && out_first};
      book_q      <= tile ? drain - 16'd1 : drain_ok ? 16'd0 : book_q - 16'd1;
      if (state_q == IDLE && ready_i) first_q <= 1'b1;
      else if (enter) first_q <= 1'b0;
      if (state_q == RUN && issue && done) ended_q <= section_i[`SERAC_EXEC_LAST];
      if (enter && wgt_due) begin
        wgt_half_q <= wgt_next_q;
        wgt_next_q <= wgt_next_q ^ wgt_one;
      end
      if (enter && act_due) begin
        act_half_q <= act_next_q;
        act_next_q <= act_next_q ^ act_halves[0];
      end
      if (clear_i) begin
        ended_q     <= 1'b0;
        wgt_next_q  <= 1'b0;
        act_next_q  <= 1'b0;
        wgt_token_q <= 2'd0;
        act_token_q <= 2'd0;
        out_free_q  <= 2'd2;
        book_q      <= 16'd0;
      end
    end
  end

  wire start = state_q == IDLE && ready_i;

  // The loop nest, innermost first.
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {g_q, n_q, block_q, mtile_q, mtile_group_q} <= {5{32'd0}};
      {m_q, t_q, sub_q}                           <= {3{16'd0}};
      {py_q, px_q, ky_q, kx_q}                    <= {4{8'd0}};
      {a_q, w_q}                                  <= 8'd0;
      {at_group_q, at_m_q, at_py_q, at_px_q, at_ky_q, at_kx_q, at_q} <= {7*ActPlaneBits{1'b0}};
      {line_py_q, line_q}                         <= 34'd0;
      {x_px_q, x_q}                               <= 64'd0;
      {wgt_m_q, wgt_q}                            <= {2*WgtPlaneBits{1'b0}};
    end else if (start) begin
      {g_q, n_q, block_q, mtile_q, mtile_group_q} <= {5{32'd0}};
      {m_q, t_q, sub_q}                           <= {3{16'd0}};
      {py_q, px_q, ky_q, kx_q}                    <= {4{8'd0}};
      {a_q, w_q}                                  <= 8'd0;
      {at_group_q, at_m_q, at_py_q, at_px_q, at_ky_q, at_kx_q, at_q} <= {7*ActPlaneBits{1'b0}};
      {line_py_q, line_q}                         <= 34'd0;
      {x_px_q, x_q}                               <= 64'd0;
      {wgt_m_q, wgt_q}                            <= {2*WgtPlaneBits{1'b0}};
    end else if (issue) begin
      w_q <= w_last ? 4'd0 : w_q + 4'd1;
      if (w_last) a_q <= a_last ? 4'd0 : a_q + 4'd1;
      if (a_last) begin
        block_q <= cb_last ? 32'd0 : block_q + 32'd1;
        at_q    <= at_q + {{ActPlaneBits-4{1'b0}}, act_store};
        wgt_q   <= wgt_q + {{WgtPlaneBits-4{1'b0}}, wgt_store};
      end
      if (cb_last) begin
        kx_q    <= kx_last ? 8'd0 : kx_q + 8'd1;
        at_kx_q <= at_kx_next;
        at_q    <= at_kx_next;
        x_q     <= x_q + {16'd0, section_i[`SERAC_EXEC_TAP_PLANES]};
      end
      if (kx_last) begin
        ky_q    <= k_last ? 8'd0 : ky_q + 8'd1;
        at_ky_q <= at_ky_next;
        at_kx_q <= at_ky_next;
        at_q    <= at_ky_next;
        x_q     <= x_px_q;
        line_q  <= line_q + {9'd0, section_i[`SERAC_EXEC_DILATION_H]};
      end
      if (k_last) begin
        px_q    <= px_last ? 8'd0 : px_q + 8'd1;
        wgt_q   <= wgt_m_q;
        {at_px_q, at_ky_q, at_kx_q, at_q} <= {4{at_px_next}};
        x_px_q  <= x_px_q + {16'd0, section_i[`SERAC_EXEC_PHASE_PLANES]};
        x_q     <= x_px_q + {16'd0, section_i[`SERAC_EXEC_PHASE_PLANES]};
        line_q  <= line_py_q;
      end
      if (px_last) begin
        py_q      <= py_last ? 8'd0 : py_q + 8'd1;
        {at_py_q, at_px_q, at_ky_q, at_kx_q, at_q} <= {5{at_py_next}};
        x_px_q    <= 32'd0;
        x_q       <= 32'd0;
        line_py_q <= line_py_q + {9'd0, section_i[`SERAC_EXEC_PHASE_DY]};
        line_q    <= line_py_q + {9'd0, section_i[`SERAC_EXEC_PHASE_DY]};
      end
      if (py_last) begin
        t_q       <= t_last ? 16'd0 : t_q + 16'd1;
        {at_py_q, at_px_q, at_ky_q, at_kx_q, at_q} <= {5{at_tile}};
        line_py_q <= 17'd0;
        line_q    <= 17'd0;
      end
      if (t_last) begin
        m_q     <= m_last ? 16'd0 : m_q + 16'd1;
        sub_q   <= sub_end ? 16'd0 : sub_q + 16'd1;
        mtile_q <= mtile_q + 32'd1;
        at_m_q  <= at_m_next;
        wgt_m_q <= wgt_m_next;
        wgt_q   <= wgt_m_next;
      end
      if (m_last) begin
        g_q           <= g_next;
        n_q           <= n_next;
        mtile_q       <= mtile_iter;
        mtile_group_q <= mtile_iter;
        at_m_q        <= at_iter;
        at_group_q    <= at_iter;
        wgt_m_q       <= {WgtPlaneBits{1'b0}};
        wgt_q         <= {WgtPlaneBits{1'b0}};
      end
    end
  end

  // --- s0 to s1: digit addresses -------------------------------------------------
  // Lowest bit of the digit; planes are stored most significant first, so the
  // digit's real planes end at the plane of that bit.
  wire [3:0] w_low  = (wgt_digits - 4'd1 - w_q) << W_LOG;
  wire [3:0] a_low  = (act_digits - 4'd1 - a_q) << A_LOG;
  wire       w_has  = w_low < wgt_store;
  wire       a_has  = a_low < act_store;
  wire [3:0] w_real = w_has ? wgt_store - w_low : {3'd0, wgt_signed};
  wire [3:0] a_real = a_has ? act_store - a_low : {3'd0, act_signed};
  wire [WgtPlaneBits-1:0] w_end = w_has ? {{WgtPlaneBits-4{1'b0}}, wgt_store - w_low}
                                        : {{WgtPlaneBits-1{1'b0}}, 1'b1};
  wire [ActPlaneBits-1:0] a_end = a_has ? {{ActPlaneBits-4{1'b0}}, act_store - a_low}
                                        : {{ActPlaneBits-1{1'b0}}, 1'b1};
  localparam [WgtPlaneBits-1:0] W_SPAN = WgtPlanes[WgtPlaneBits-1:0];
  localparam [ActPlaneBits-1:0] A_SPAN = ActPlanes[ActPlaneBits-1:0];
  wire [WgtPlaneBits-1:0] wgt_base = {wgt_half_q, {WgtPlaneBits-1{1'b0}}};
  wire [ActPlaneBits-1:0] act_base = {act_half_q, {ActPlaneBits-1{1'b0}}};

  // Bits of the zero point from the digit's lowest on, sign-extended.
  wire signed [15:0] zero_wide = {{8{act_zero[7] && act_signed}}, act_zero};
  /* verilator lint_off UNUSEDSIGNAL */ // a digit is its low bits
  wire [15:0] zero_digit = zero_wide >>> a_low;
  /* verilator lint_on UNUSEDSIGNAL */

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_o <= 1'b0;
    else         valid_o <= issue && !clear_i;
  end

  always @(posedge clk_i) begin
    if (issue) begin
      wgt_addr_o   <= wgt_base + wgt_q + w_end - W_SPAN;
      wgt_real_o   <= (w_real > WgtPlanes[3:0]) ? WgtPlanes[3:0] : w_real;
      act_addr_o   <= act_base + at_q + a_end - A_SPAN;
      act_real_o   <= (a_real > ActPlanes[3:0]) ? ActPlanes[3:0] : a_real;
      tap_line_o   <= line_q;
      tap_x_o      <= x_q;
      pad_digit_o  <= zero_digit[ActPlanes-1:0];
      pad_last_o   <= cb_end;
      wgt_first_o  <= w_q == 4'd0;
      wgt_last_o   <= w_last;
      act_first_o  <= a_q == 4'd0;
      act_last_o   <= a_q == act_digits - 4'd1;
      tile_first_o <= block_q == 32'd0 && kx_q == 8'd0 && ky_q == 8'd0;
      tile_last_o  <= k_last;
    end
  end

  assign take_o         = state_q == IDLE;
  assign tile_o         = tile;
  assign col_load_o     = issue && k_first && phase_first && t_q == 16'd0;
  assign col_step_o     = issue && k_first && phase_first && t_q != 16'd0;
  assign act_half_o     = act_half_q;
  assign act_free_o     = (go_on && (order ? (n_tiles != 32'd1 || last_iter) : last_group))
                          ? act_halves : 2'd0;
  assign issue_o        = issue;
  assign wait_load_o    = state_q == WAIT;
  assign wait_requant_o = (state_q == RUN && k_last && !drain_ok) || state_q == FINISH;
  assign wait_space_o   = state_q == RUN && k_last && drain_ok && !space_ok;
  assign ended_o        = ended_q;
  assign idle_o         = state_q == IDLE && !loading_i && !ready_i;

  always @* begin
    case (state_q)
      IDLE:    state_o = (loading_i || ready_i) ? `SERAC_STATE_RUN : `SERAC_STATE_IDLE;
      WAIT:    state_o = `SERAC_STATE_WAIT_RECEIVE;
      RUN:     state_o = issue ? `SERAC_STATE_RUN :
                         !drain_ok ? `SERAC_STATE_WAIT_SEND : `SERAC_STATE_WAIT_SPACE;
      default: state_o = `SERAC_STATE_WAIT_SEND;
    endcase
  end
endmodule
`default_nettype wire
