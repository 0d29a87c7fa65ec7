// serac_core.v - the machine: fetch, execute, post, store and their buffers.
//
// The stages know each other only by tokens (loaded, free, ready), all of which
// are counted in registers: an event at t is seen at t+1. This module wires them, counts
// cycles by cause, and ends a run: normally, by an error, or by deadlock.
// Twin: model/time/serac_timeline.c. Longer than other modules: instances and their wires, hardly any logic.
`default_nettype none
`include "serac_regs.vh"
`include "serac_defs.vh"

module serac_core #(
  // LINT: -GRows=4 -GCols=4 -GLanes=32 -GWgtBufferBytes=4096 -GActBufferBytes=4096 -GOutBufferBytes=4096 -GParamBufferBytes=1024 -GAxiBits=64 -GOutstanding=4 -GRequantLanes=4
  // LINT: -GRows=8 -GCols=8 -GLanes=8 -GWgtPlanes=8 -GActPlanes=8
  // LINT: -GRows=2 -GCols=1 -GLanes=512 -GWgtPlanes=2 -GActPlanes=4 -GRequantLanes=1 -GAxiBits=512 -GOutstanding=1 -GQueueDepth=1
  parameter Rows             = 32,
  parameter Cols             = 16,
  parameter Lanes            = 64,
  parameter WgtPlanes        = 1,
  parameter ActPlanes        = 1,
  parameter WgtBufferBytes   = 131072,
  parameter ActBufferBytes   = 131072,
  parameter OutBufferBytes   = 32768,
  parameter ParamBufferBytes = 8192,
  parameter AxiBits          = 128,
  parameter Outstanding      = 16,
  parameter RequantLanes     = 8,
  parameter QueueDepth       = 2
) (
  input  wire                 clk_i,
  input  wire                 rst_ni,

  input  wire                 start_i,
  input  wire [63:0]          program_addr_i,
  output wire                 busy_o,
  output wire                 done_o,          // pulse
  output wire [3:0]           error_o,         // with done_o
  output wire [63:0]          error_addr_o,
  output wire [13*64-1:0]     counters_o,
  output wire [11:0]          stage_state_o,   // store, post, execute, fetch

  output wire                 arvalid_o,
  input  wire                 arready_i,
  output wire [63:0]          araddr_o,
  output wire [7:0]           arlen_o,
  input  wire                 rvalid_i,
  input  wire [AxiBits-1:0]   rdata_i,
  input  wire [1:0]           rresp_i,
  input  wire                 rlast_i,
  output wire                 awvalid_o,
  input  wire                 awready_i,
  output wire [63:0]          awaddr_o,
  output wire [7:0]           awlen_o,
  output wire                 wvalid_o,
  input  wire                 wready_i,
  output wire [AxiBits-1:0]   wdata_o,
  output wire [AxiBits/8-1:0] wstrb_o,
  output wire                 wlast_o,
  input  wire                 bvalid_i,
  input  wire [1:0]           bresp_i
);
  localparam B            = AxiBits / 8;
  localparam COL_LOG      = (Cols > 1) ? $clog2(Cols) : 1;
  localparam BANK_BYTES   = ActBufferBytes / Cols;
  localparam BANK_ADDR    = $clog2(BANK_BYTES / B);
  localparam ACT_PLANES   = $clog2(BANK_BYTES / (Lanes / 8));
  localparam WGT_ADDR     = $clog2(WgtBufferBytes / B);
  localparam WGT_PLANES   = $clog2(WgtBufferBytes / (Rows * Lanes / 8));
  localparam PARAM_ADDR   = $clog2(ParamBufferBytes / B);
  localparam PARAM_PLANES = $clog2(ParamBufferBytes / (RequantLanes * 16));
  localparam OUT_BEATS    = $clog2(OutBufferBytes / B);
  localparam OUT_PLANES   = $clog2(OutBufferBytes / (Lanes / 8));
  localparam LANE_BITS    = (Lanes > RequantLanes) ? $clog2(Lanes / RequantLanes) : 1;

  wire clear, halt;

  // --- fetch -----------------------------------------------------------------
  wire            fetch_active, fetch_bad, push, block_loaded, block_legal;
  wire [63:0]     block_addr;
  wire [1023:0]   fetch_section, exec_section, store_section;
  wire            exec_space, store_space, exec_we, store_we;
  wire [3:0]      queue_index;
  wire            rc_valid, rc_ready, rc_half, rc_last;
  wire [63:0]     rc_addr;
  wire [31:0]     rc_bytes, rc_beat;
  wire [1:0]      rc_kind;
  wire [16:0]     rc_line;
  wire            store_token, wgt_loaded, act_loaded;
  wire [1:0]      wgt_free, act_free;
  wire            settle, walk_valid, walk_half;
  wire [COL_LOG-1:0] walk_col;
  wire [16:0]     walk_line;
  wire [31:0]     walk_x, walk_left, walk_run, walk_run_bytes;
  wire [2:0]      fetch_state, exec_state, store_state;

  serac_fetch #(.Cols (Cols), .BeatBytes (B), .ColLog (COL_LOG)) u_fetch (
    .clk_i            (clk_i),
    .rst_ni           (rst_ni),
    .clear_i          (clear),
    .start_i          (start_i),
    .program_addr_i   (program_addr_i),
    .active_o         (fetch_active),
    .bad_o            (fetch_bad),
    .block_addr_o     (block_addr),
    .section_i        (fetch_section),
    .block_loaded_i   (block_loaded),
    .block_legal_i    (block_legal),
    .exec_space_i     (exec_space),
    .store_space_i    (store_space),
    .push_o           (push),
    .cmd_valid_o      (rc_valid),
    .cmd_ready_i      (rc_ready),
    .cmd_addr_o       (rc_addr),
    .cmd_bytes_o      (rc_bytes),
    .cmd_kind_o       (rc_kind),
    .cmd_half_o       (rc_half),
    .cmd_last_o       (rc_last),
    .cmd_line_o       (rc_line),
    .cmd_beat_o       (rc_beat),
    .store_token_i    (store_token),
    .wgt_free_i       (wgt_free),
    .act_free_i       (act_free),
    .settle_o         (settle),
    .walk_valid_o     (walk_valid),
    .walk_half_o      (walk_half),
    .walk_col_o       (walk_col),
    .walk_line_o      (walk_line),
    .walk_x_o         (walk_x),
    .walk_left_o      (walk_left),
    .walk_run_o       (walk_run),
    .walk_run_bytes_o (walk_run_bytes),
    .state_o          (fetch_state)
  );

  wire               beat_valid, beat_half, beat_last;
  wire [AxiBits-1:0] beat_data;
  wire [1:0]         beat_kind;
  wire [16:0]        beat_line;
  wire [31:0]        beat_number;
  wire               read_busy, read_waiting, read_burst, read_error;
  wire               read_error_decode;
  wire [63:0]        read_error_addr;

  serac_read #(.BeatBytes (B), .Outstanding (Outstanding)) u_read (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .halt_i        (halt),
    .cmd_valid_i   (rc_valid),
    .cmd_ready_o   (rc_ready),
    .cmd_addr_i    (rc_addr),
    .cmd_bytes_i   (rc_bytes),
    .cmd_kind_i    (rc_kind),
    .cmd_half_i    (rc_half),
    .cmd_last_i    (rc_last),
    .cmd_line_i    (rc_line),
    .cmd_beat_i    (rc_beat),
    .arvalid_o     (arvalid_o),
    .arready_i     (arready_i),
    .araddr_o      (araddr_o),
    .arlen_o       (arlen_o),
    .rvalid_i      (rvalid_i),
    .rdata_i       (rdata_i),
    .rresp_i       (rresp_i),
    .rlast_i       (rlast_i),
    .beat_valid_o  (beat_valid),
    .beat_data_o   (beat_data),
    .beat_kind_o   (beat_kind),
    .beat_half_o   (beat_half),
    .beat_last_o   (beat_last),
    .beat_line_o   (beat_line),
    .beat_number_o (beat_number),
    .busy_o        (read_busy),
    .waiting_o     (read_waiting),
    .burst_o       (read_burst),
    .error_o       (read_error),
    .error_decode_o (read_error_decode),
    .error_addr_o  (read_error_addr)
  );

  wire                  param_we, wgt_we;
  wire [PARAM_ADDR-1:0] param_waddr;
  wire [WGT_ADDR-1:0]   wgt_waddr;

  serac_load #(
    .BeatBytes        (B),
    .WgtAddrBits      (WGT_ADDR),
    .ParamAddrBits    (PARAM_ADDR)
  ) u_load (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .clear_i        (clear),
    .beat_valid_i   (beat_valid),
    .beat_data_i    (beat_data),
    .beat_kind_i    (beat_kind),
    .beat_half_i    (beat_half),
    .beat_last_i    (beat_last),
    .beat_number_i  (beat_number),
    .section_o      (fetch_section),
    .block_loaded_o (block_loaded),
    .block_legal_o  (block_legal),
    .exec_we_o      (exec_we),
    .store_we_o     (store_we),
    .queue_index_o  (queue_index),
    .param_we_o     (param_we),
    .param_addr_o   (param_waddr),
    .wgt_we_o       (wgt_we),
    .wgt_addr_o     (wgt_waddr),
    .wgt_loaded_o   (wgt_loaded),
    .act_loaded_o   (act_loaded)
  );

  wire exec_take, exec_loading, exec_ready, store_take, store_loading, store_ready;
  serac_queue #(.BeatBytes (B), .Depth (QueueDepth)) u_exec_queue (
    .clk_i     (clk_i),
    .rst_ni    (rst_ni),
    .clear_i   (clear),
    .we_i      (exec_we),
    .index_i   (queue_index),
    .data_i    (beat_data),
    .push_i    (push),
    .space_o   (exec_space),
    .take_i    (exec_take),
    .loading_o (exec_loading),
    .ready_o   (exec_ready),
    .section_o (exec_section)
  );
  serac_queue #(.BeatBytes (B), .Depth (QueueDepth)) u_store_queue (
    .clk_i     (clk_i),
    .rst_ni    (rst_ni),
    .clear_i   (clear),
    .we_i      (store_we),
    .index_i   (queue_index),
    .data_i    (beat_data),
    .push_i    (push),
    .space_o   (store_space),
    .take_i    (store_take),
    .loading_o (store_loading),
    .ready_o   (store_ready),
    .section_o (store_section)
  );

  // --- execute ---------------------------------------------------------------
  wire                  out_free, post_done, tile, col_load, col_step, act_half;
  wire                  s2_valid, pad_last, wgt_first, wgt_last, act_first, act_last;
  wire                  tile_first, tile_last;
  wire [WGT_PLANES-1:0] wgt_raddr;
  wire [ACT_PLANES-1:0] act_raddr;
  wire [3:0]            wgt_real, act_real;
  wire [16:0]           tap_line;
  wire [31:0]           tap_x;
  wire [ActPlanes-1:0]  pad_digit;
  wire                  issue, wait_load, wait_requant, wait_space, ended, exec_idle;

  serac_execute #(
    .Rows         (Rows),
    .Cols         (Cols),
    .WgtPlanes    (WgtPlanes),
    .ActPlanes    (ActPlanes),
    .RequantLanes (RequantLanes),
    .WgtPlaneBits (WGT_PLANES),
    .ActPlaneBits (ACT_PLANES)
  ) u_execute (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .clear_i        (clear),
    .take_o         (exec_take),
    .loading_i      (exec_loading),
    .ready_i        (exec_ready),
    .section_i      (exec_section),
    .wgt_loaded_i   (wgt_loaded),
    .act_loaded_i   (act_loaded),
    .out_free_i     (out_free),
    .post_done_i    (post_done),
    .act_free_o     (act_free),
    .tile_o         (tile),
    .col_load_o     (col_load),
    .col_step_o     (col_step),
    .act_half_o     (act_half),
    .valid_o        (s2_valid),
    .wgt_addr_o     (wgt_raddr),
    .wgt_real_o     (wgt_real),
    .act_addr_o     (act_raddr),
    .act_real_o     (act_real),
    .tap_line_o     (tap_line),
    .tap_x_o        (tap_x),
    .pad_digit_o    (pad_digit),
    .pad_last_o     (pad_last),
    .wgt_first_o    (wgt_first),
    .wgt_last_o     (wgt_last),
    .act_first_o    (act_first),
    .act_last_o     (act_last),
    .tile_first_o   (tile_first),
    .tile_last_o    (tile_last),
    .issue_o        (issue),
    .wait_load_o    (wait_load),
    .wait_requant_o (wait_requant),
    .wait_space_o   (wait_space),
    .ended_o        (ended),
    .idle_o         (exec_idle),
    .state_o        (exec_state)
  );

  // Control of a digit pair, from its address (s2) to its operands (s6); weights
  // are read in s4, as columns read activations.
  reg  [11:0]           ctl_q [3:6];
  reg  [WGT_PLANES-1:0] wgt_raddr_q3, wgt_raddr_q4;
  integer s;
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (s = 3; s <= 6; s = s + 1) ctl_q[s] <= 12'd0;
    end else begin
      ctl_q[3] <= {s2_valid, wgt_real, pad_last, wgt_first, wgt_last, act_first, act_last,
                   tile_first, tile_last};
      for (s = 4; s <= 6; s = s + 1) ctl_q[s] <= ctl_q[s-1];
    end
  end
  always @(posedge clk_i) begin
    if (s2_valid) wgt_raddr_q3 <= wgt_raddr;
    if (ctl_q[3][11]) wgt_raddr_q4 <= wgt_raddr_q3;
  end
  // Digits that the array holds (serac_array) are not read again.
  wire       s4_wgt_new = ctl_q[4][3] || ctl_q[4][5:4] != 2'b11;
  wire       s4_wgt_re = ctl_q[4][11] && s4_wgt_new;
  wire       s6_valid = ctl_q[6][11];
  wire [3:0] s6_real  = ctl_q[6][10:7];
  wire       s6_pad_last, s6_wgt_first, s6_wgt_last, s6_act_first, s6_act_last;
  wire       s6_tile_first, s6_tile_last;
  assign {s6_pad_last, s6_wgt_first, s6_wgt_last, s6_act_first, s6_act_last, s6_tile_first,
          s6_tile_last} = ctl_q[6][6:0];

  wire [WgtPlanes*Rows*Lanes-1:0] wgt_planes, wgt_digit, wgt_operand;
  serac_plane_buffer #(
    .PlaneBits   (Rows * Lanes),
    .ReadPlanes  (WgtPlanes),
    .BeatBits    (AxiBits),
    .BufferBytes (WgtBufferBytes)
  ) u_wgt_buffer (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .we_i    (wgt_we),
    .waddr_i (wgt_waddr),
    .wdata_i (beat_data),
    .re_i    (s4_wgt_re),
    .raddr_i (wgt_raddr_q4),
    .rdata_o (wgt_planes)
  );
  serac_digit #(.Planes (WgtPlanes), .Width (Rows * Lanes)) u_wgt_digit (
    .planes_i (wgt_planes),
    .real_i   (s6_real),
    .extend_i (exec_section[`SERAC_EXEC_WGT_SIGNED]),
    .digit_o  (wgt_digit)
  );

  wire [Cols-1:0]              bank_we;
  wire [Cols*BANK_ADDR-1:0]    bank_waddr;
  wire [AxiBits-1:0]           bank_wdata;
  wire [Cols*17-1:0]           col_line;
  wire [Cols*32-1:0]           col_x, col_left;
  wire [Cols*ACT_PLANES-1:0]   col_tail, col_head;

  serac_columns #(
    .Cols         (Cols),
    .ColLog       (COL_LOG),
    .BeatBytes    (B),
    .Lanes        (Lanes),
    .BankAddrBits (BANK_ADDR),
    .PlaneBits    (ACT_PLANES)
  ) u_columns (
    .clk_i            (clk_i),
    .rst_ni           (rst_ni),
    .section_i        (fetch_section),
    .settle_i         (settle),
    .walk_valid_i     (walk_valid),
    .walk_half_i      (walk_half),
    .walk_col_i       (walk_col),
    .walk_line_i      (walk_line),
    .walk_x_i         (walk_x),
    .walk_left_i      (walk_left),
    .walk_run_i       (walk_run),
    .walk_run_bytes_i (walk_run_bytes),
    .beat_valid_i     (beat_valid && beat_kind == `SERAC_KIND_ACT),
    .beat_data_i      (beat_data),
    .beat_half_i      (beat_half),
    .beat_line_i      (beat_line),
    .beat_number_i    (beat_number),
    .bank_we_o        (bank_we),
    .bank_addr_o      (bank_waddr),
    .bank_data_o      (bank_wdata),
    .read_half_i      (act_half),
    .read_line_o      (col_line),
    .read_x_o         (col_x),
    .read_left_o      (col_left),
    .read_tail_o      (col_tail),
    .read_head_o      (col_head)
  );

  // Real lanes of the block that s6 works on.
  wire [15:0]      last_lanes = exec_section[`SERAC_EXEC_LAST_LANES];
  wire [Lanes-1:0] real_lanes;
  wire [Cols*ActPlanes*Lanes-1:0] act_operand;
  genvar i;
  generate
    for (i = 0; i < Lanes; i = i + 1) begin : gen_lane
      assign real_lanes[i] = !s6_pad_last || i < {16'd0, last_lanes};
    end
    for (i = 0; i < Cols; i = i + 1) begin : gen_column
      serac_column #(
        .Lanes        (Lanes),
        .ActPlanes    (ActPlanes),
        .BeatBytes    (B),
        .BankBytes    (BANK_BYTES),
        .BankAddrBits (BANK_ADDR),
        .PlaneBits    (ACT_PLANES)
      ) u_column (
        .clk_i       (clk_i),
        .rst_ni      (rst_ni),
        .section_i   (exec_section),
        .we_i        (bank_we[i]),
        .waddr_i     (bank_waddr[i*BANK_ADDR +: BANK_ADDR]),
        .wdata_i     (bank_wdata),
        .load_i      (col_load),
        .step_i      (col_step),
        .line_i      (col_line[i*17 +: 17]),
        .x_i         (col_x[i*32 +: 32]),
        .left_i      (col_left[i*32 +: 32]),
        .tail_i      (col_tail[i*ACT_PLANES +: ACT_PLANES]),
        .head_i      (col_head[i*ACT_PLANES +: ACT_PLANES]),
        .valid_i     (s2_valid && wgt_first),
        .addr_i      (act_raddr),
        .tap_line_i  (tap_line),
        .tap_x_i     (tap_x),
        .real_i      (act_real),
        .pad_digit_i (pad_digit),
        .pad_lanes_i (real_lanes),
        .digit_o     (act_operand[i*ActPlanes*Lanes +: ActPlanes*Lanes])
      );
    end
    // The buffer's plane holds all rows; the array wants [row][plane][lane].
    for (i = 0; i < Rows * WgtPlanes; i = i + 1) begin : gen_operand
      assign wgt_operand[i*Lanes +: Lanes] =
             wgt_digit[((i % WgtPlanes) * Rows + i / WgtPlanes) * Lanes +: Lanes];
    end
  endgenerate

  wire [Rows*Cols*32-1:0] drain_acc;
  wire [Cols*32-1:0]      drain_ones;
  serac_array #(
    .Rows      (Rows),
    .Cols      (Cols),
    .Lanes     (Lanes),
    .WgtPlanes (WgtPlanes),
    .ActPlanes (ActPlanes)
  ) u_array (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .valid_i       (s6_valid),
    .wgt_first_i   (s6_wgt_first),
    .wgt_last_i    (s6_wgt_last),
    .act_first_i   (s6_act_first),
    .act_last_i    (s6_act_last),
    .tile_first_i  (s6_tile_first),
    .tile_last_i   (s6_tile_last),
    .wgt_i         (wgt_operand),
    .wgt_neg_i     (s6_wgt_first && exec_section[`SERAC_EXEC_WGT_SIGNED]),
    .act_i         (act_operand),
    .act_neg_i     (s6_act_first && exec_section[`SERAC_EXEC_ACT_SIGNED]),
    /* verilator lint_off PINCONNECTEMPTY */ // post counts the delay itself
    .drain_valid_o (),
    /* verilator lint_on PINCONNECTEMPTY */
    .drain_acc_o   (drain_acc),
    .drain_ones_o  (drain_ones)
  );

  // --- post ------------------------------------------------------------------
  wire                        param_re;
  wire [PARAM_PLANES-1:0]     param_raddr;
  wire [RequantLanes*128-1:0] param_data;
  serac_plane_buffer #(
    .PlaneBits   (RequantLanes * 128),
    .ReadPlanes  (1),
    .BeatBits    (AxiBits),
    .BufferBytes (ParamBufferBytes)
  ) u_param_buffer (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .we_i    (param_we),
    .waddr_i (param_waddr),
    .wdata_i (beat_data),
    .re_i    (param_re),
    .raddr_i (param_raddr),
    .rdata_o (param_data)
  );

  wire                      out_we, out_clear, out_ready, results, post_busy;
  wire [OUT_PLANES-1:0]     out_waddr;
  wire [3:0]                out_planes;
  wire [8*RequantLanes-1:0] out_wdata;
  wire [LANE_BITS-1:0]      out_lane;
  serac_post #(
    .Rows           (Rows),
    .Cols           (Cols),
    .Lanes          (Lanes),
    .RequantLanes   (RequantLanes),
    .BeatBytes      (B),
    .ParamPlaneBits (PARAM_PLANES),
    .OutPlaneBits   (OUT_PLANES),
    .LaneBits       (LANE_BITS)
  ) u_post (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .clear_i      (clear),
    .section_i    (exec_section),
    .start_i      (exec_ready),
    .tile_i       (tile),
    .drain_acc_i  (drain_acc),
    .drain_ones_i (drain_ones),
    .param_re_o   (param_re),
    .param_addr_o (param_raddr),
    .param_data_i (param_data),
    .out_we_o     (out_we),
    .out_addr_o   (out_waddr),
    .out_planes_o (out_planes),
    .out_data_o   (out_wdata),
    .out_lane_o   (out_lane),
    .out_clear_o  (out_clear),
    .wgt_free_o   (wgt_free),
    .out_ready_o  (out_ready),
    .done_o       (post_done),
    .results_o    (results),
    .busy_o       (post_busy)
  );

  wire                 out_read;
  wire [OUT_BEATS-1:0] out_raddr;
  wire [AxiBits-1:0]   out_rdata;
  serac_output_buffer #(
    .Lanes        (Lanes),
    .RequantLanes (RequantLanes),
    .BeatBits     (AxiBits),
    .BufferBytes  (OutBufferBytes)
  ) u_out_buffer (
    .clk_i     (clk_i),
    .we_i      (out_we),
    .waddr_i   (out_waddr),
    .wplanes_i (out_planes),
    .wdata_i   (out_wdata),
    .wlane_i   (out_lane),
    .wclear_i  (out_clear),
    .re_i      (out_read),
    .raddr_i   (out_raddr),
    .rdata_o   (out_rdata)
  );

  // --- store -----------------------------------------------------------------
  wire                  wc_valid, wc_ready, wc_last, write_idle, store_idle;
  wire [63:0]           wc_addr;
  wire [31:0]           wc_bytes;
  wire [OUT_PLANES-1:0] wc_plane;
  wire                  write_burst, write_error;
  wire [63:0]           write_error_addr;
  serac_store #(.OutPlaneBits (OUT_PLANES)) u_store (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .clear_i      (clear),
    .take_o       (store_take),
    .loading_i    (store_loading),
    .ready_i      (store_ready),
    .section_i    (store_section),
    .out_ready_i  (out_ready),
    .cmd_valid_o  (wc_valid),
    .cmd_ready_i  (wc_ready),
    .cmd_addr_o   (wc_addr),
    .cmd_bytes_o  (wc_bytes),
    .cmd_plane_o  (wc_plane),
    .cmd_last_o   (wc_last),
    .write_idle_i (write_idle),
    .token_o      (store_token),
    .idle_o       (store_idle),
    .state_o      (store_state)
  );
  serac_write #(
    .BeatBytes    (B),
    .Lanes        (Lanes),
    .OutPlaneBits (OUT_PLANES),
    .OutBeatBits  (OUT_BEATS)
  ) u_write (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .halt_i       (halt),
    .cmd_valid_i  (wc_valid),
    .cmd_ready_o  (wc_ready),
    .cmd_addr_i   (wc_addr),
    .cmd_bytes_i  (wc_bytes),
    .cmd_plane_i  (wc_plane),
    .cmd_last_i   (wc_last),
    .read_o       (out_read),
    .read_addr_o  (out_raddr),
    .read_data_i  (out_rdata),
    .awvalid_o    (awvalid_o),
    .awready_i    (awready_i),
    .awaddr_o     (awaddr_o),
    .awlen_o      (awlen_o),
    .wvalid_o     (wvalid_o),
    .wready_i     (wready_i),
    .wdata_o      (wdata_o),
    .wstrb_o      (wstrb_o),
    .wlast_o      (wlast_o),
    .bvalid_i     (bvalid_i),
    .bresp_i      (bresp_i),
    .free_o       (out_free),
    .idle_o       (write_idle),
    .burst_o      (write_burst),
    .error_o      (write_error),
    .error_addr_o (write_error_addr)
  );

  assign stage_state_o = {store_state, post_busy ? `SERAC_STATE_RUN : `SERAC_STATE_IDLE,
                          exec_state, fetch_state};

  // --- the run ---------------------------------------------------------------
  serac_control #(.BeatBytes (B), .RequantLanes (RequantLanes)) u_control (
    .clk_i             (clk_i),
    .rst_ni            (rst_ni),
    .start_i           (start_i),
    .busy_o            (busy_o),
    .done_o            (done_o),
    .error_o           (error_o),
    .error_addr_o      (error_addr_o),
    .counters_o        (counters_o),
    .halt_o            (halt),
    .clear_o           (clear),
    .fetch_active_i    (fetch_active),
    .fetch_state_i     (fetch_state),
    .exec_state_i      (exec_state),
    .store_state_i     (store_state),
    .exec_idle_i       (exec_idle),
    .post_busy_i       (post_busy),
    .store_idle_i      (store_idle),
    .bad_i             (fetch_bad),
    .block_addr_i      (block_addr),
    .read_busy_i       (read_busy),
    .read_waiting_i    (read_waiting),
    .read_error_i      (read_error),
    .read_error_resp_i (read_error_decode),
    .read_error_addr_i (read_error_addr),
    .write_idle_i      (write_idle),
    .write_error_i     (write_error),
    .write_error_resp_i (bresp_i[0]),
    .write_error_addr_i (write_error_addr),
    .issue_i           (issue),
    .wait_load_i       (wait_load),
    .wait_requant_i    (wait_requant),
    .wait_space_i      (wait_space),
    .ended_i           (ended),
    .read_beat_i       (rvalid_i),
    .write_beat_i      (wvalid_o && wready_i),
    .write_strobe_i    (wstrb_o),
    .read_burst_i      (read_burst),
    .write_burst_i     (write_burst),
    .results_i         (results),
    .block_i           (push)
  );
endmodule
`default_nettype wire
