// serac_execute.v - walks a layer's loop nest, one digit pair a cycle.
//
// A pair is issued in s0, its loop state is kept in s1, its addresses leave in s2;
// operands reach the array SERAC_ISSUE_DEPTH cycles after the issue. The last pair
// of a tile is held back until the drain of the tile before has been booked to its
// end, and, for the first tile of an output tile, until half of the output buffer
// is free. So post never waits.
//
// Timing: issue_o in every cycle of RUN unless held back; the next iteration
// follows without a gap when its operands have arrived.
// Twin: model/time/serac_execute.c.
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

  output reg                     col_load_o,      // s1: columns start a run
  output reg                     col_step_o,      // s1: columns go on by one pixel
  output reg                     act_half_o,      // s1

  output reg                     valid_o,         // s2 from here
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
  wire [7:0]  act_zero   = section_i[`SERAC_EXEC_ACT_ZERO];
  wire [15:0] last_cols  = section_i[`SERAC_EXEC_LAST_COLS];
  wire        slow       = mode == `SERAC_MODE_RAW || mode == `SERAC_MODE_THRESHOLD;

  reg  [1:0]  state_q, state_d;

  // Rounds - 1 of each inner loop, and whether that is zero; a cycle after the section.
  reg  [3:0]  w_top_q, a_top_q;
  reg  [7:0]  kx_top_q, ky_top_q;
  reg  [31:0] block_top_q, mtile_mask_q;
  reg         w_one_q, a_one_q, block_one_q, kx_one_q, ky_one_q;
  reg  [15:0] drain_full_q, drain_more_q, drain_less_q;   // drain cycles - 1 of a tile
  wire [3:0]  w_top = (wgt_bits - 4'd1) >> W_LOG;
  wire [3:0]  a_top = (act_bits - 4'd1) >> A_LOG;
  wire [4:0]  drain_log = GROUP_LOG[4:0] + {3'd0, slow, 1'b0};
  wire         begins    = state_q == IDLE && ready_i;
  always @(posedge clk_i) if (begins) begin
    w_top_q      <= w_top;
    a_top_q      <= a_top;
    w_one_q      <= w_top == 4'd0;
    a_one_q      <= a_top == 4'd0;
    block_top_q  <= section_i[`SERAC_EXEC_BLOCKS] - 32'd1;
    block_one_q  <= section_i[`SERAC_EXEC_BLOCKS] == 32'd1;
    kx_top_q     <= section_i[`SERAC_EXEC_KERNEL_W] - 8'd1;
    kx_one_q     <= section_i[`SERAC_EXEC_KERNEL_W] == 8'd1;
    ky_top_q     <= section_i[`SERAC_EXEC_KERNEL_H] - 8'd1;
    ky_one_q     <= section_i[`SERAC_EXEC_KERNEL_H] == 8'd1;
    mtile_mask_q <= (32'd1 << section_i[`SERAC_EXEC_ACT_TILE_SHIFT]) - 32'd1;
    drain_full_q <= (Cols[15:0] << drain_log) - 16'd1;
    drain_more_q <= (last_cols << drain_log) - 16'd1;
    drain_less_q <= ((last_cols - 16'd1) << drain_log) - 16'd1;
  end

  // --- the loop nest ---------------------------------------------------------
  reg         first_q, ended_q;
  reg  [31:0] mtile_q, mtile_group_q;         // m-tile of the layer; of the group
  reg         wgt_half_q, act_half_q;         // of this iteration
  reg         wgt_next_q, act_next_q;         // of the next load
  reg  [1:0]  wgt_token_q, act_token_q, out_free_q;
  reg  [15:0] book_q;                         // drain cycles booked
  reg         drain_ok_q;                     // none
  // Plane offsets: each loop keeps where its inner loops start.
  reg  [ActPlaneBits-1:0] at_group_q, at_m_q, at_py_q, at_px_q, at_ky_q, at_kx_q, at_q;
  reg  [16:0] line_py_q, line_q;              // the same in input lines
  reg  [31:0] x_px_q, x_q;                    // and in planes of a line
  reg  [WgtPlaneBits-1:0] wgt_m_q, wgt_q;

  // Inner loops: last round, and of all loops inside too.
  wire [3:0]  w_left, a_left;
  wire start, w_first, a_first, cb_first, kx_first, ky_first;
  wire w_end, a_end, cb_end, kx_end, ky_end;
  wire a_last  = w_end && a_end;
  wire cb_last = a_last && cb_end;
  wire kx_last = cb_last && kx_end;
  wire k_last  = kx_last && ky_end;                 // tile
  wire k_first = w_first && a_first && cb_first && kx_first && ky_first;

  // Outer loops, of the tile.
  wire phase_first, x_end, phase_end, t_first, t_end, t_more, m_end, out_first;
  wire g_first, g_end, g_single, n_first, n_end, n_single;
  wire px_last = k_last && x_end;
  wire py_last = k_last && phase_end;
  wire t_last  = k_last && t_end;
  wire m_last  = k_last && m_end;                   // iteration
  wire last_iter = g_end && n_end;

  // Hold back or issue.
  wire space_ok = !out_first || out_free_q != 2'd0;
  wire issue    = state_q == RUN && (!k_last || (drain_ok_q && space_ok));
  wire tile     = issue && k_last;
  wire go_on    = issue && m_last;                  // the iteration ends

  /* verilator lint_off PINCONNECTEMPTY */ // most loops need no more than first and last
  serac_loop #(.Bits (4)) u_w (.clk_i (clk_i), .rst_ni (rst_ni), .start_i (start), .step_i (issue),
    .end_i (1'b0), .top_i (w_top_q), .single_i (w_one_q),
    .left_o (w_left), .first_o (w_first), .last_o (w_end), .last_d_o ());
  serac_loop #(.Bits (4)) u_a (.clk_i (clk_i), .rst_ni (rst_ni), .start_i (start), .step_i (issue && w_end),
    .end_i (1'b0), .top_i (a_top_q), .single_i (a_one_q),
    .left_o (a_left), .first_o (a_first), .last_o (a_end), .last_d_o ());
  serac_loop #(.Bits (32)) u_block (.clk_i (clk_i), .rst_ni (rst_ni), .start_i (start), .step_i (issue && a_last),
    .end_i (1'b0), .top_i (block_top_q), .single_i (block_one_q),
    .left_o (), .first_o (cb_first), .last_o (cb_end), .last_d_o ());
  serac_loop #(.Bits (8)) u_kx (.clk_i (clk_i), .rst_ni (rst_ni), .start_i (start), .step_i (issue && cb_last),
    .end_i (1'b0), .top_i (kx_top_q), .single_i (kx_one_q),
    .left_o (), .first_o (kx_first), .last_o (kx_end), .last_d_o ());
  serac_loop #(.Bits (8)) u_ky (.clk_i (clk_i), .rst_ni (rst_ni), .start_i (start), .step_i (issue && kx_last),
    .end_i (1'b0), .top_i (ky_top_q), .single_i (ky_one_q),
    .left_o (), .first_o (ky_first), .last_o (ky_end), .last_d_o ());
  serac_nest u_nest (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .section_i     (section_i),
    .start_i       (begins),
    .step_i        (tile),
    .start_o       (start),
    .phase_first_o (phase_first),
    .x_last_o      (x_end),
    .phase_last_o  (phase_end),
    .t_first_o     (t_first),
    .t_last_o      (t_end),
    .t_more_o      (t_more),
    .m_last_o      (m_end),
    .out_first_o   (out_first),
    .out_last_o    (),
    .g_first_o     (g_first),
    .g_last_o      (g_end),
    .g_single_o    (g_single),
    .n_first_o     (n_first),
    .n_last_o      (n_end),
    .n_single_o    (n_single)
  );
  /* verilator lint_on PINCONNECTEMPTY */

  // --- the next iteration's operands -------------------------------------------
  wire first_due = first_q && state_q != RUN;
  wire wgt_due = first_due || (order ? (state_q == RUN ? n_end : n_first) : !g_single);
  wire act_due = first_due || (order ? !n_single : (state_q == RUN ? g_end : g_first));
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

  wire        block_step = (~mtile_q & mtile_mask_q) == 32'd0;
  wire [ActPlaneBits-1:0] at_m_next = at_m_q + (block_step
         ? section_i[`SERAC_EXEC_ACT_TILE_PLANES_LSB +: ActPlaneBits] : {ActPlaneBits{1'b0}});
  // Where the next iteration's m-tiles start.
  wire keep_group = order && !n_end;
  wire wrap_group = !order && g_end;
  wire [ActPlaneBits-1:0] at_iter = keep_group ? at_group_q :
                                    wrap_group ? {ActPlaneBits{1'b0}} : at_m_next;
  wire [31:0] mtile_iter = keep_group ? mtile_group_q : wrap_group ? 32'd0 : mtile_q + 32'd1;
  wire [ActPlaneBits-1:0] at_tile = !t_last ? at_m_q : !m_last ? at_m_next : at_iter;

  wire [ActPlaneBits-1:0] at_ky_next = at_ky_q + section_i[`SERAC_EXEC_TAP_LINES_LSB +: ActPlaneBits];
  wire [ActPlaneBits-1:0] at_kx_next = at_kx_q + section_i[`SERAC_EXEC_TAP_PLANES_LSB +: ActPlaneBits];
  wire [ActPlaneBits-1:0] at_px_next = at_px_q + section_i[`SERAC_EXEC_PHASE_PLANES_LSB +: ActPlaneBits];
  wire [ActPlaneBits-1:0] at_py_next = at_py_q + section_i[`SERAC_EXEC_PHASE_LINES_LSB +: ActPlaneBits];
  wire [31:0] x_px_next    = x_px_q + {16'd0, section_i[`SERAC_EXEC_PHASE_PLANES]};
  wire [16:0] line_py_next = line_py_q + {9'd0, section_i[`SERAC_EXEC_PHASE_DY]};
  wire [WgtPlaneBits-1:0] wgt_m_next = wgt_m_q + section_i[`SERAC_EXEC_TILE_WGT_PLANES_LSB +: WgtPlaneBits];

  wire [15:0] drain = !n_end ? drain_full_q : t_more ? drain_more_q : drain_less_q;

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
      drain_ok_q    <= 1'b1;
    end else begin
      state_q     <= state_d;
      wgt_token_q <= wgt_token_q + {1'b0, wgt_loaded_i} - {1'b0, enter && wgt_due};
      act_token_q <= act_token_q + {1'b0, act_loaded_i} - {1'b0, enter && act_due};
      out_free_q  <= out_free_q + {1'b0, out_free_i} - {1'b0, tile && out_first};
      book_q      <= tile ? drain : drain_ok_q ? 16'd0 : book_q - 16'd1;
      drain_ok_q  <= tile ? drain == 16'd0 : book_q <= 16'd1;
      if (begins) first_q <= 1'b1;
      else if (enter) first_q <= 1'b0;
      if (state_q == RUN && issue && m_last && last_iter) ended_q <= section_i[`SERAC_EXEC_LAST];
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
        drain_ok_q  <= 1'b1;
      end
    end
  end

  // The loops' places, innermost first. One clock each: an outer place moves seldom.
  always @(posedge clk_i) if (start || (issue && a_last)) begin
    at_q  <= start ? {ActPlaneBits{1'b0}} : py_last ? at_tile : px_last ? at_py_next : k_last ? at_px_next
             : kx_last ? at_ky_next : cb_last ? at_kx_next : at_q + {{ActPlaneBits-4{1'b0}}, act_store};
    wgt_q <= (start || m_last) ? {WgtPlaneBits{1'b0}} : t_last ? wgt_m_next : k_last ? wgt_m_q
             : wgt_q + {{WgtPlaneBits-4{1'b0}}, wgt_store};
  end
  always @(posedge clk_i) if (start || (issue && cb_last)) begin
    at_kx_q <= start ? {ActPlaneBits{1'b0}} : py_last ? at_tile : px_last ? at_py_next
               : k_last ? at_px_next : kx_last ? at_ky_next : at_kx_next;
    x_q     <= (start || px_last) ? 32'd0 : k_last ? x_px_next : kx_last ? x_px_q
               : x_q + {16'd0, section_i[`SERAC_EXEC_TAP_PLANES]};
  end
  always @(posedge clk_i) if (start || (issue && kx_last)) begin
    at_ky_q <= start ? {ActPlaneBits{1'b0}} : py_last ? at_tile : px_last ? at_py_next
               : k_last ? at_px_next : at_ky_next;
    line_q  <= (start || py_last) ? 17'd0 : px_last ? line_py_next : k_last ? line_py_q
               : line_q + {9'd0, section_i[`SERAC_EXEC_DILATION_H]};
  end
  always @(posedge clk_i) if (start || tile) begin
    at_px_q <= start ? {ActPlaneBits{1'b0}} : py_last ? at_tile : px_last ? at_py_next : at_px_next;
    x_px_q  <= (start || px_last) ? 32'd0 : x_px_next;
  end
  always @(posedge clk_i) if (start || (issue && px_last)) begin
    at_py_q   <= start ? {ActPlaneBits{1'b0}} : py_last ? at_tile : at_py_next;
    line_py_q <= (start || py_last) ? 17'd0 : line_py_next;
  end
  always @(posedge clk_i) if (start || (issue && t_last)) begin
    mtile_q <= start ? 32'd0 : m_last ? mtile_iter : mtile_q + 32'd1;
    at_m_q  <= start ? {ActPlaneBits{1'b0}} : m_last ? at_iter : at_m_next;
    wgt_m_q <= (start || m_last) ? {WgtPlaneBits{1'b0}} : wgt_m_next;
  end
  always @(posedge clk_i) if (start || go_on) begin
    mtile_group_q <= start ? 32'd0 : mtile_iter;
    at_group_q    <= start ? {ActPlaneBits{1'b0}} : at_iter;
  end

  // --- s1: the pair's place ------------------------------------------------------
  reg                    valid_q1, wgt_half_q1, pad_last_q1, wgt_first_q1, wgt_last_q1;
  reg                    act_first_q1, act_last_q1, tile_first_q1, tile_last_q1;
  reg [3:0]              w_left_q1, a_left_q1;
  reg [WgtPlaneBits-1:0] wgt_q1;
  reg [ActPlaneBits-1:0] at_q1;
  reg [16:0]             line_q1;
  reg [31:0]             x_q1;
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q1   <= 1'b0;
      valid_o    <= 1'b0;
      col_load_o <= 1'b0;
      col_step_o <= 1'b0;
    end else begin
      valid_q1   <= issue && !clear_i;
      valid_o    <= valid_q1 && !clear_i;
      col_load_o <= issue && k_first && phase_first && t_first;
      col_step_o <= issue && k_first && phase_first && !t_first;
    end
  end
  always @(posedge clk_i) begin
    if (issue) begin
      w_left_q1     <= w_left;
      a_left_q1     <= a_left;
      wgt_q1        <= wgt_q;
      at_q1         <= at_q;
      line_q1       <= line_q;
      x_q1          <= x_q;
      wgt_half_q1   <= wgt_half_q;
      act_half_o    <= act_half_q;
      pad_last_q1   <= cb_end;
      wgt_first_q1  <= w_first;
      wgt_last_q1   <= w_end;
      act_first_q1  <= a_first;
      act_last_q1   <= a_end;
      tile_first_q1 <= cb_first && kx_first && ky_first;
      tile_last_q1  <= k_last;
    end
  end

  // --- s2: digit addresses -------------------------------------------------------
  // Lowest bit of the digit; planes are stored most significant first, so the
  // digit's real planes end at the plane of that bit.
  wire [3:0] w_low  = w_left_q1 << W_LOG;
  wire [3:0] a_low  = a_left_q1 << A_LOG;
  wire       w_has  = w_low < wgt_store;
  wire       a_has  = a_low < act_store;
  wire [3:0] w_real = w_has ? wgt_store - w_low : {3'd0, wgt_signed};
  wire [3:0] a_real = a_has ? act_store - a_low : {3'd0, act_signed};
  wire [WgtPlaneBits-1:0] w_stop = w_has ? {{WgtPlaneBits-4{1'b0}}, wgt_store - w_low}
                                         : {{WgtPlaneBits-1{1'b0}}, 1'b1};
  wire [ActPlaneBits-1:0] a_stop = a_has ? {{ActPlaneBits-4{1'b0}}, act_store - a_low}
                                         : {{ActPlaneBits-1{1'b0}}, 1'b1};
  localparam [WgtPlaneBits-1:0] W_SPAN = WgtPlanes[WgtPlaneBits-1:0];
  localparam [ActPlaneBits-1:0] A_SPAN = ActPlanes[ActPlaneBits-1:0];
  wire [WgtPlaneBits-1:0] wgt_base = {wgt_half_q1, {WgtPlaneBits-1{1'b0}}};
  wire [ActPlaneBits-1:0] act_base = {act_half_o, {ActPlaneBits-1{1'b0}}};

  // Bits of the zero point from the digit's lowest on, sign-extended.
  wire signed [15:0] zero_wide = {{8{act_zero[7] && act_signed}}, act_zero};
  /* verilator lint_off UNUSEDSIGNAL */ // a digit is its low bits
  wire [15:0] zero_digit = zero_wide >>> a_low;
  /* verilator lint_on UNUSEDSIGNAL */

  always @(posedge clk_i) begin
    if (valid_q1) begin
      wgt_addr_o   <= wgt_base + wgt_q1 + (w_stop - W_SPAN);
      wgt_real_o   <= (w_real > WgtPlanes[3:0]) ? WgtPlanes[3:0] : w_real;
      act_addr_o   <= act_base + at_q1 + (a_stop - A_SPAN);
      act_real_o   <= (a_real > ActPlanes[3:0]) ? ActPlanes[3:0] : a_real;
      tap_line_o   <= line_q1;
      tap_x_o      <= x_q1;
      pad_digit_o  <= zero_digit[ActPlanes-1:0];
      pad_last_o   <= pad_last_q1;
      wgt_first_o  <= wgt_first_q1;
      wgt_last_o   <= wgt_last_q1;
      act_first_o  <= act_first_q1;
      act_last_o   <= act_last_q1;
      tile_first_o <= tile_first_q1;
      tile_last_o  <= tile_last_q1;
    end
  end

  assign take_o         = state_q == IDLE;
  assign tile_o         = tile;
  assign act_free_o     = (go_on && (order ? (!n_single || last_iter) : g_end)) ? act_halves : 2'd0;
  assign issue_o        = issue;
  assign wait_load_o    = state_q == WAIT;
  assign wait_requant_o = (state_q == RUN && k_last && !drain_ok_q) || state_q == FINISH;
  assign wait_space_o   = state_q == RUN && k_last && drain_ok_q && !space_ok;
  assign ended_o        = ended_q;
  assign idle_o         = state_q == IDLE && !loading_i && !ready_i;

  always @* begin
    case (state_q)
      IDLE:    state_o = (loading_i || ready_i) ? `SERAC_STATE_RUN : `SERAC_STATE_IDLE;
      WAIT:    state_o = `SERAC_STATE_WAIT_RECEIVE;
      RUN:     state_o = issue ? `SERAC_STATE_RUN :
                         !drain_ok_q ? `SERAC_STATE_WAIT_SEND : `SERAC_STATE_WAIT_SPACE;
      default: state_o = `SERAC_STATE_WAIT_SEND;
    endcase
  end
endmodule
`default_nettype wire
