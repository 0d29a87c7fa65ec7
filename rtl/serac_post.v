// serac_post.v - sequences the drain of every tile through the requantiser.
//
// Execute books drains so that they never collide and never lack output space;
// post follows with a fixed delay and never waits. It repeats execute's loop nest, a drain a
// step, and inside a drain runs over the columns that have a pixel, the row
// groups and the sub-cycles of modes raw and threshold.
//
// Timing, for a tile whose last digit pair was issued at t: parameters are read
// from t+LEAD, the drain registers a cycle later, values enter serac_post_path yet
// a cycle later.
// Twin: model/time/serac_execute.c (post has no time of its own).
`default_nettype none
`include "serac_regs.vh"

module serac_post #(
  // LINT: -GRows=4 -GCols=4 -GLanes=32 -GRequantLanes=4
  // LINT: -GRows=64 -GCols=1 -GLanes=8 -GRequantLanes=1
  parameter Rows           = 32,
  parameter Cols           = 16,
  parameter Lanes          = 64,
  parameter RequantLanes   = 8,
  parameter BeatBytes      = 16,
  parameter ParamPlaneBits = 6,     // parameter buffer address in planes
  parameter OutPlaneBits   = 12,    // output buffer address in planes
  parameter LaneBits       = 3      // clog2(Lanes / RequantLanes), at least 1
) (
  input  wire                         clk_i,
  input  wire                         rst_ni,
  input  wire                         clear_i,
  /* verilator lint_off UNUSEDSIGNAL */ // every unit reads only some fields
  input  wire [1023:0]                section_i,     // exec section
  /* verilator lint_on UNUSEDSIGNAL */
  input  wire                         start_i,       // a new section is ready

  input  wire                         tile_i,        // last digit pair of a tile (s0)
  input  wire [Rows*Cols*32-1:0]      drain_acc_i,
  input  wire [Cols*32-1:0]           drain_ones_i,

  output wire                         param_re_o,
  output wire [ParamPlaneBits-1:0]    param_addr_o,
  input  wire [RequantLanes*128-1:0]  param_data_i,  // two cycles later

  output wire                         out_we_o,
  output wire [OutPlaneBits-1:0]      out_addr_o,
  output wire [3:0]                   out_planes_o,
  output wire [8*RequantLanes-1:0]    out_data_o,
  output wire [LaneBits-1:0]          out_lane_o,
  output wire                         out_clear_o,

  output wire [1:0]                   wgt_free_o,    // halves freed
  output wire                         out_ready_o,   // an output tile is complete
  output wire                         done_o,        // the layer is
  output wire                         results_o,     // a group of values entered the path
  output wire                         busy_o
);
  localparam GROUPS    = Rows / RequantLanes;           // row groups
  localparam LANE_LOG  = $clog2(Lanes / RequantLanes);
  localparam PLANE_LOG = $clog2(Lanes / 8);
  localparam DEPTH     = 2 + `SERAC_POST_DEPTH;         // parameter read to write
  localparam COLS_TOP  = Cols - 1;
  localparam LEAD      = `SERAC_ISSUE_DEPTH + `SERAC_ARRAY_DEPTH - 1;

  wire        order       = section_i[`SERAC_EXEC_ORDER];
  wire [1:0]  wgt_halves  = section_i[`SERAC_EXEC_WGT_HALVES];
  wire [2:0]  mode        = section_i[`SERAC_EXEC_MODE];
  wire [15:0] last_cols   = section_i[`SERAC_EXEC_LAST_COLS];
  wire [7:0]  out_bits    = section_i[`SERAC_EXEC_OUT_BITS];
  wire [31:0] channels    = section_i[`SERAC_EXEC_CHANNELS];
  wire [OutPlaneBits-1:0] slot_planes = section_i[`SERAC_EXEC_SLOT_PLANES_LSB +: OutPlaneBits];

  wire threshold = mode == `SERAC_MODE_THRESHOLD;
  reg  slow_q;                      // a group takes four cycles; used long after a section is new
  always @(posedge clk_i) if (start_i) slow_q <= threshold || mode == `SERAC_MODE_RAW;

  // What follows from the section, a cycle later: a run in pixels and in bytes mod
  // 64, as it is and as it is over a line's end.
  reg  [15:0] more_top_q, less_top_q;              // columns - 1 of the last pixel tile
  reg  [31:0] width_top_q;
  reg  [31:0] run_q [0:1];
  reg  [32:0] run_wrap_q [0:1];
  reg  [5:0]  al_run_q [0:1], al_run_wrap_q [0:1], al_pixel_q, al_pixel_wrap_q;
  wire [31:0] out_width = section_i[`SERAC_EXEC_OUT_WIDTH];
  wire [5:0]  al_wrap   = section_i[`SERAC_EXEC_ALIGN_WRAP];
  always @(posedge clk_i) if (start_i) begin
    more_top_q       <= last_cols - 16'd1;
    less_top_q       <= last_cols - 16'd2;
    width_top_q      <= out_width - 32'd1;
    run_q[0]         <= {16'd0, section_i[`SERAC_EXEC_RUN]};
    run_q[1]         <= {16'd0, section_i[`SERAC_EXEC_RUN_LAST]};
    run_wrap_q[0]    <= {17'd0, section_i[`SERAC_EXEC_RUN]} - {1'b0, out_width};
    run_wrap_q[1]    <= {17'd0, section_i[`SERAC_EXEC_RUN_LAST]} - {1'b0, out_width};
    al_run_q[0]      <= section_i[`SERAC_EXEC_ALIGN_RUN];
    al_run_q[1]      <= section_i[`SERAC_EXEC_ALIGN_RUN_LAST];
    al_run_wrap_q[0] <= section_i[`SERAC_EXEC_ALIGN_RUN] - al_wrap;
    al_run_wrap_q[1] <= section_i[`SERAC_EXEC_ALIGN_RUN_LAST] - al_wrap;
    al_pixel_q       <= section_i[`SERAC_EXEC_ALIGN_PIXEL];
    al_pixel_wrap_q  <= section_i[`SERAC_EXEC_ALIGN_PIXEL] - al_wrap;
  end

  // --- loops -----------------------------------------------------------------
  reg  [LEAD-2:0] go_q;                   // tile_i, one to LEAD - 1 cycles later
  reg         active_q;
  reg  [1:0]  sub_q;
  reg  [6:0]  group_q, col_q;             // row group, column
  reg  [31:0] left_q, left_group_q;       // channels from this m-tile (group) on
  reg         wgt_half_q, wgt_next_q, out_half_q;
  reg  [ParamPlaneBits-1:0] param_m_q, param_q;    // records of the m-tile; of the phase
  reg  [OutPlaneBits-1:0] slot_t_q, slot_q;        // pixel slots: of column 0; of this one
  reg  [31:0] ox_n_q, ox_t_q, ox_q, ox_next_q;     // output x: tile start, step, column, next tile
  reg  [5:0]  al_n_q, al_t_q, al_q, al_next_q;     // byte offset in the line, mod 64
  reg  [5:0]  chunk_q, chunk_group_q;              // chunk offset in the pixel, mod 64
  reg  [31:0] held_q;
  reg  [31:0] place_q;                             // m-tile in the gather, in row groups

  wire start, phase_first, phase_end, t_first, t_end, t_more, m_end, out_end;
  wire last_group, single_group, last_n;
  wire sub_last   = !slow_q || sub_q == 2'd3;
  wire col_last   = active_q && sub_last && group_q == GROUPS[6:0] - 7'd1;   // of the column
  wire [15:0] col_top = !last_n ? COLS_TOP[15:0] : t_more ? more_top_q : less_top_q;
  wire drain_last = col_last && {9'd0, col_q} == col_top;                    // of the tile
  wire phase_last = drain_last && phase_end;
  wire t_last     = drain_last && t_end;
  wire m_last     = drain_last && m_end;
  wire tile_end   = drain_last && out_end;
  wire layer_last = m_last && last_group && last_n;

  /* verilator lint_off PINCONNECTEMPTY */ // the rest is execute's
  serac_nest u_nest (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .section_i     (section_i),
    .start_i       (start_i),
    .step_i        (drain_last),
    .start_o       (start),
    .phase_first_o (phase_first),
    .x_last_o      (),
    .phase_last_o  (phase_end),
    .t_first_o     (t_first),
    .t_last_o      (t_end),
    .t_more_o      (t_more),
    .m_last_o      (m_end),
    .out_first_o   (),
    .out_last_o    (out_end),
    .g_first_o     (),
    .g_last_o      (last_group),
    .g_single_o    (single_group),
    .n_first_o     (),
    .n_last_o      (last_n),
    .n_single_o    ()
  );
  /* verilator lint_on PINCONNECTEMPTY */

  // Does the iteration after this one use newly loaded weights?
  wire wgt_ends   = order ? last_n : !single_group || (last_group && last_n);

  // --- one column on, one step on ------------------------------------------------
  wire [31:0] ox_run   = ox_q + run_q[last_n];
  wire [32:0] ox_over  = {1'b0, ox_q} + run_wrap_q[last_n];
  wire        ox_wrap  = !ox_over[32];
  wire [31:0] ox_col   = ox_wrap ? ox_over[31:0] : ox_run;
  wire [5:0]  al_col   = ox_wrap ? al_q + al_run_wrap_q[last_n] : al_q + al_run_q[last_n];
  wire [OutPlaneBits-1:0] slot_run = last_n
         ? section_i[`SERAC_EXEC_RUN_LAST_SLOT_PLANES_LSB +: OutPlaneBits]
         : section_i[`SERAC_EXEC_RUN_SLOT_PLANES_LSB +: OutPlaneBits];
  wire [OutPlaneBits-1:0] slot_step = slot_t_q + slot_planes;
  wire        t_wrap   = ox_t_q == width_top_q;
  wire [31:0] ox_step  = t_wrap ? 32'd0 : ox_t_q + 32'd1;
  wire [5:0]  al_step  = t_wrap ? al_t_q + al_pixel_wrap_q : al_t_q + al_pixel_q;
  // The tile after this one; known once its t = 0 was drained to the last column.
  wire        next_known = t_first && col_last && {9'd0, col_q} == COLS_TOP[15:0];
  wire [31:0] ox_next  = next_known ? ox_col : ox_next_q;
  wire [5:0]  al_next  = next_known ? al_col : al_next_q;
  wire        next_n   = m_end && (order || last_group);     // another pixel tile follows
  wire        restart  = next_n && order && last_n;          // from the first pixel again
  wire [31:0] ox_tile  = restart ? 32'd0 : next_n ? ox_next : ox_n_q;
  wire [5:0]  al_tile  = restart ? 6'd0 : next_n ? al_next : al_n_q;

  wire keep_group = order && !last_n;
  wire wrap_group = !order && last_group;
  wire [31:0] left_next = left_q - Rows;
  wire [31:0] left_iter = keep_group ? left_group_q : wrap_group ? channels : left_next;
  wire [5:0]  chunk_next = out_end ? chunk_q + section_i[`SERAC_EXEC_ALIGN_CHUNK] : chunk_q;
  wire [5:0]  chunk_iter = keep_group ? chunk_group_q : wrap_group ? 6'd0 : chunk_next;
  wire [ParamPlaneBits-1:0] param_m_next =
         param_m_q + section_i[`SERAC_EXEC_TILE_PARAM_PLANES_LSB +: ParamPlaneBits];
  wire [ParamPlaneBits-1:0] param_tile = !t_end ? param_m_q : !m_end ? param_m_next
                                                 : {ParamPlaneBits{1'b0}};

  // The weight half of the iteration that begins: the layer's first, or any that loads.
  wire iter_loads = order ? last_n : !single_group;
  wire take_half  = start_i || (m_last && !layer_last && iter_loads);

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      go_q       <= {LEAD-1{1'b0}};
      active_q   <= 1'b0;
      wgt_half_q <= 1'b0;
      wgt_next_q <= 1'b0;
      out_half_q <= 1'b0;
    end else if (clear_i) begin
      go_q       <= {LEAD-1{1'b0}};
      active_q   <= 1'b0;
      wgt_next_q <= 1'b0;
      out_half_q <= 1'b0;
    end else begin
      go_q       <= {go_q[LEAD-3:0], tile_i};
      active_q   <= go_q[LEAD-2] || (active_q && !drain_last);
      if (take_half) begin
        wgt_half_q <= wgt_next_q;
        wgt_next_q <= wgt_next_q ^ wgt_halves[0];
      end
      if (tile_end) out_half_q <= !out_half_q;
    end
  end

  // One clock for each loop: an outer place moves seldom.
  always @(posedge clk_i) if (start || active_q) begin
    sub_q <= (start || sub_last) ? 2'd0 : sub_q + 2'd1;
  end
  always @(posedge clk_i) if (start || (active_q && sub_last)) begin
    group_q <= (start || col_last) ? 7'd0 : group_q + 7'd1;
    held_q  <= (start || drain_last) ? 32'd0 : held_q + 32'd1;
  end
  always @(posedge clk_i) if (start || col_last) begin
    col_q  <= (start || drain_last) ? 7'd0 : col_q + 7'd1;
    slot_q <= (start || t_last) ? {OutPlaneBits{1'b0}} : phase_last ? slot_step
              : drain_last ? slot_t_q : slot_q + slot_run;
    ox_q   <= start ? 32'd0 : t_last ? ox_tile : phase_last ? ox_step : drain_last ? ox_t_q : ox_col;
    al_q   <= start ? 6'd0 : t_last ? al_tile : phase_last ? al_step : drain_last ? al_t_q : al_col;
  end
  always @(posedge clk_i) if (start || next_known) begin
    ox_next_q <= start ? 32'd0 : ox_col;
    al_next_q <= start ? 6'd0 : al_col;
  end
  always @(posedge clk_i) if (start || drain_last) begin
    param_q <= start ? {ParamPlaneBits{1'b0}} : phase_end ? param_tile
               : param_q + section_i[`SERAC_EXEC_PHASE_PARAM_PLANES_LSB +: ParamPlaneBits];
  end
  always @(posedge clk_i) if (start || phase_last) begin
    slot_t_q <= (start || t_last) ? {OutPlaneBits{1'b0}} : slot_step;
    ox_t_q   <= start ? 32'd0 : t_last ? ox_tile : ox_step;
    al_t_q   <= start ? 6'd0 : t_last ? al_tile : al_step;
  end
  always @(posedge clk_i) if (start || t_last) begin
    place_q   <= (start || out_end) ? 32'd0 : place_q + GROUPS;
    left_q    <= start ? channels : m_last ? left_iter : left_next;
    param_m_q <= start ? {ParamPlaneBits{1'b0}} : param_tile;
    chunk_q   <= start ? 6'd0 : m_last ? chunk_iter : chunk_next;
    ox_n_q    <= start ? 32'd0 : ox_tile;
    al_n_q    <= start ? 6'd0 : al_tile;
  end
  always @(posedge clk_i) if (start || m_last) begin
    left_group_q  <= start ? channels : left_iter;
    chunk_group_q <= start ? 6'd0 : chunk_iter;
  end

  // --- parameters -------------------------------------------------------------
  wire [ParamPlaneBits-1:0] param_base = {wgt_half_q, {ParamPlaneBits-1{1'b0}}};
  wire [8:0] param_group = threshold ? {group_q, sub_q} : {2'd0, group_q};
  /* verilator lint_off UNUSEDSIGNAL */ // wraps at the buffer
  wire [ParamPlaneBits+8:0] param_sum = {9'd0, param_base + param_q}
  /* verilator lint_on UNUSEDSIGNAL */
                                        + {{ParamPlaneBits{1'b0}}, param_group};
  assign param_re_o   = active_q;
  assign param_addr_o = param_sum[ParamPlaneBits-1:0];

  // --- where the values go -----------------------------------------------------
  // Plane = base + block * out_bits, in two steps beside the parameter read.
  wire [31:0] place   = place_q + {25'd0, group_q};
  localparam  ALIGN_MASK = BeatBytes - 1;
  wire [5:0]  offset  = (al_q + chunk_q) & ALIGN_MASK[5:0];
  wire [5:0]  offset_planes = offset >> PLANE_LOG;
  wire [OutPlaneBits-1:0] out_base = {out_half_q, {OutPlaneBits-1{1'b0}}};
  /* verilator lint_off UNUSEDSIGNAL */ // cut to the output buffer's planes
  wire [31:0] block   = place >> LANE_LOG;
  wire [OutPlaneBits+5:0] offset_wide = {{OutPlaneBits{1'b0}}, offset_planes};
  reg  [OutPlaneBits-1:0] base_q, base_q2, block_q, planes_q2;
  wire [OutPlaneBits+7:0] block_planes = block_q * out_bits;
  /* verilator lint_on UNUSEDSIGNAL */
  always @(posedge clk_i) begin
    if (active_q) begin
      base_q  <= out_base + slot_q + offset_wide[OutPlaneBits-1:0];
      block_q <= block[OutPlaneBits-1:0];
    end
    if (ctl_q[CTL-1]) begin
      base_q2   <= base_q;
      planes_q2 <= block_planes[OutPlaneBits-1:0];
    end
  end
  wire [RequantLanes-1:0] mask;
  genvar i;
  generate
    for (i = 0; i < RequantLanes; i = i + 1) begin : gen_mask
      assign mask[i] = ({25'd0, group_q} << $clog2(RequantLanes)) + i < left_q;
    end
  endgenerate

  // --- two cycles later: accumulators meet parameters ------------------------------
  localparam CTL = 1 + 2 + 2 + 32 + RequantLanes + LaneBits + 1;
  reg  [CTL-1:0] ctl_q, ctl_q2;
  reg  [6:0]     group_q2, col_q2;
  reg  [RequantLanes*32-1:0] acc_q;
  reg  [31:0]    ones_q;
  localparam [31:0] LANE_MASK = (1 << LANE_LOG) - 1;
  wire [31:0] lane_wide = place & LANE_MASK;

  /* verilator lint_off UNUSEDSIGNAL */ // cut to the drain registers
  wire [31:0] acc_index = ({25'd0, col_q2} * Rows + {25'd0, group_q2} * RequantLanes) * 32;
  /* verilator lint_on UNUSEDSIGNAL */

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ctl_q  <= {CTL{1'b0}};
      ctl_q2 <= {CTL{1'b0}};
    end else begin
      ctl_q  <= {active_q && !clear_i, sub_q, phase_first, phase_end, held_q, mask,
                 lane_wide[LaneBits-1:0], lane_wide == 32'd0};
      ctl_q2 <= ctl_q;
    end
  end
  always @(posedge clk_i) begin
    group_q2 <= group_q;
    col_q2   <= col_q;
    if (ctl_q[CTL-1]) begin
      acc_q  <= drain_acc_i[acc_index +: RequantLanes*32];
      ones_q <= drain_ones_i[{25'd0, col_q2} * 32 +: 32];
    end
  end

  wire                    p_valid, p_first, p_last, p_clear;
  wire [1:0]              p_sub;
  /* verilator lint_off UNUSEDSIGNAL */ // cut to the held memory
  wire [31:0]             p_held;
  /* verilator lint_on UNUSEDSIGNAL */
  wire [RequantLanes-1:0] p_mask;
  wire [LaneBits-1:0]     p_lane;
  assign {p_valid, p_sub, p_first, p_last, p_held, p_mask, p_lane, p_clear} = ctl_q2;

  localparam HELD_BITS = (GROUPS * Cols > 1) ? $clog2(GROUPS * Cols) : 1;
  serac_post_path #(
    .Rows         (Rows),
    .Cols         (Cols),
    .Lanes        (Lanes),
    .RequantLanes (RequantLanes),
    .OutAddrBits  (OutPlaneBits)
  ) u_path (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .valid_i       (p_valid),
    .acc_i         (acc_q),
    .ones_i        (ones_q),
    .records_i     (param_data_i),
    .sub_i         (p_sub),
    .mode_i        (mode),
    .dot_shift_i   (section_i[`SERAC_EXEC_DOT_SHIFT]),
    .combine_add_i (section_i[`SERAC_EXEC_COMBINE_ADD]),
    .out_bits_i    (out_bits),
    .out_zero_i    (section_i[`SERAC_EXEC_OUT_ZERO]),
    .clamp_min_i   (section_i[`SERAC_EXEC_CLAMP_MIN]),
    .clamp_max_i   (section_i[`SERAC_EXEC_CLAMP_MAX]),
    .phase_first_i (p_first),
    .phase_last_i  (p_last),
    .held_addr_i   (p_held[HELD_BITS-1:0]),
    .mask_i        (p_mask),
    .out_addr_i    (base_q2 + planes_q2),
    .out_lane_i    (p_lane),
    .out_clear_i   (p_clear),
    .we_o          (out_we_o),
    .waddr_o       (out_addr_o),
    .wplanes_o     (out_planes_o),
    .wdata_o       (out_data_o),
    .wlane_o       (out_lane_o),
    .wclear_o      (out_clear_o)
  );

  // --- events --------------------------------------------------------------------
  // Bit i of the shift registers: the event, i + 1 cycles later.
  reg [DEPTH-1:0] ready_q, done_q;
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ready_q <= {DEPTH{1'b0}};
      done_q  <= {DEPTH{1'b0}};
    end else if (clear_i) begin
      ready_q <= {DEPTH{1'b0}};   // else the next run would see this one's tile
      done_q  <= {DEPTH{1'b0}};
    end else begin
      ready_q <= {ready_q[DEPTH-2:0], tile_end};
      done_q  <= {done_q[DEPTH-2:0], layer_last};
    end
  end

  assign wgt_free_o  = (m_last && wgt_ends) ? wgt_halves : 2'd0;
  assign out_ready_o = ready_q[DEPTH-1];
  assign done_o      = done_q[DEPTH-1];
  assign results_o   = active_q && sub_last;
  assign busy_o      = active_q || go_q != {LEAD-1{1'b0}} || done_q != {DEPTH{1'b0}};
endmodule
`default_nettype wire
