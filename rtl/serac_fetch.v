// serac_fetch.v - reads the program and loads every operand.
//
// Per block: wait until both section queues have space, read the block, check
// it, hand its sections on, then walk the loop nest and issue one read command
// per weight group and per input line. What a beat is for is decided when it
// returns, by serac_load and serac_columns.
//
// Timing: one state per cycle; CHECK, ITER and NEXT take one cycle, WALK takes Cols,
// RANGE with SPAN and BYTES SERAC_RANGE_DEPTH, LINE one per input line (padding lines
// included) plus what the read master makes it wait.
//
// Twins: model/time/serac_fetch.c; of the walk model/time/serac_fetch_walk.c.
`default_nettype none
`include "serac_regs.vh"
`include "serac_defs.vh"

module serac_fetch #(
  // LINT: -GCols=1 -GBeatBytes=8
  // LINT: -GCols=64 -GBeatBytes=64
  parameter Cols      = 16,
  parameter BeatBytes = 16,
  parameter ColLog    = 6      // width of a column number
) (
  input  wire              clk_i,
  input  wire              rst_ni,
  input  wire              clear_i,          // back to idle, all tokens forgotten

  input  wire              start_i,
  input  wire [63:0]       program_addr_i,
  output wire              active_o,         // from start to the last load
  output wire              bad_o,            // the block at block_addr_o is not legal
  output wire [63:0]       block_addr_o,

  /* verilator lint_off UNUSEDSIGNAL */ // every unit reads only some fields
  input  wire [1023:0]     section_i,        // fetch section of the block
  /* verilator lint_on UNUSEDSIGNAL */
  input  wire              block_loaded_i,   // pulse: all of it has arrived
  input  wire              block_legal_i,    // its exec section is legal
  input  wire              exec_space_i,
  input  wire              store_space_i,
  output wire              push_o,           // the block's sections are valid

  output wire              cmd_valid_o,
  input  wire              cmd_ready_i,
  output wire [63:0]       cmd_addr_o,
  output wire [31:0]       cmd_bytes_o,
  output wire [1:0]        cmd_kind_o,
  output wire              cmd_half_o,
  output wire              cmd_last_o,
  output wire [16:0]       cmd_line_o,
  output wire [31:0]       cmd_beat_o,

  input  wire              store_token_i,
  input  wire [1:0]        wgt_free_i,       // halves freed in this cycle
  input  wire [1:0]        act_free_i,

  output wire              settle_o,         // what follows from the section is worked out
  output wire              walk_valid_o,     // one column's strip, columns in order
  output wire              walk_half_o,
  output wire [ColLog-1:0] walk_col_o,
  output wire [16:0]       walk_line_o,      // first input line, signed
  output wire [31:0]       walk_x_o,         // first byte in it, signed
  output wire [31:0]       walk_left_o,      // output pixels to the end of the line
  output wire [31:0]       walk_run_o,
  output wire [31:0]       walk_run_bytes_o,

  output reg  [2:0]        state_o
);
  localparam BEAT_LOG = $clog2(BeatBytes);

  localparam IDLE   = 4'd0;
  localparam SPACE  = 4'd1;
  localparam REQ    = 4'd2;
  localparam BLOCK  = 4'd3;
  localparam CHECK  = 4'd4;
  localparam ITER   = 4'd5;
  localparam WEIGHT = 4'd6;
  localparam TOKEN  = 4'd7;
  localparam ACT    = 4'd8;
  localparam WALK   = 4'd9;
  localparam RANGE  = 4'd10;
  localparam LINE   = 4'd11;
  localparam NEXT   = 4'd12;
  localparam SPAN   = 4'd13;
  localparam BYTES  = 4'd14;

  // --- the layer -----------------------------------------------------------
  wire        order       = section_i[`SERAC_FETCH_ORDER];
  wire [1:0]  wgt_halves  = section_i[`SERAC_FETCH_WGT_HALVES];
  wire [1:0]  act_halves  = section_i[`SERAC_FETCH_ACT_HALVES];
  wire [7:0]  tokens      = section_i[`SERAC_FETCH_STORE_TOKENS];
  wire [63:0] act_addr    = {section_i[`SERAC_FETCH_ACT_ADDR_HI],
                             section_i[`SERAC_FETCH_ACT_ADDR_LO]};
  wire [63:0] wgt_addr    = {section_i[`SERAC_FETCH_WGT_ADDR_HI],
                             section_i[`SERAC_FETCH_WGT_ADDR_LO]};
  wire [31:0] group_bytes = section_i[`SERAC_FETCH_GROUP_BYTES];
  wire [31:0] groups      = section_i[`SERAC_FETCH_GROUPS];
  wire [31:0] n_tiles     = section_i[`SERAC_FETCH_N_TILES];
  wire [31:0] out_width   = section_i[`SERAC_FETCH_OUT_WIDTH];
  wire [31:0] run         = section_i[`SERAC_FETCH_RUN];
  wire [31:0] run_last    = section_i[`SERAC_FETCH_RUN_LAST];
  wire [31:0] in_height   = section_i[`SERAC_FETCH_IN_HEIGHT];
  wire [15:0] pad_top     = section_i[`SERAC_FETCH_PAD_TOP];
  wire [15:0] row_step    = section_i[`SERAC_FETCH_ROW_STEP];
  wire [15:0] kernel_lines = section_i[`SERAC_FETCH_KERNEL_LINES];
  wire [31:0] stride0     = section_i[`SERAC_FETCH_LINE_STRIDE0];
  wire [31:0] stride1     = section_i[`SERAC_FETCH_LINE_STRIDE1];
  wire [31:0] out_stride  = section_i[`SERAC_FETCH_OUT_LINE_STRIDE];
  wire [31:0] run_bytes   = section_i[`SERAC_FETCH_RUN_BYTES];
  wire [31:0] run_last_bytes = section_i[`SERAC_FETCH_RUN_LAST_BYTES];
  wire [31:0] wrap_bytes  = section_i[`SERAC_FETCH_WRAP_BYTES];
  wire [31:0] step_bytes  = section_i[`SERAC_FETCH_PIXEL_STEP_BYTES];
  wire [31:0] window_bytes = section_i[`SERAC_FETCH_WINDOW_BYTES];
  wire [31:0] pad_left    = section_i[`SERAC_FETCH_PAD_LEFT_BYTES];
  wire [31:0] line_bytes  = section_i[`SERAC_FETCH_LINE_BYTES];
  wire [16:0] last_line   = section_i[`SERAC_FETCH_LAST_LINE];

  wire legal = block_legal_i &&
               section_i[`SERAC_FETCH_MAGIC] == `SERAC_INSN_MAGIC &&
               groups != 32'd0 && n_tiles != 32'd0 && out_width != 32'd0 &&
               run != 32'd0 && run_last != 32'd0 &&
               (wgt_halves == 2'd1 || wgt_halves == 2'd2) &&
               (act_halves == 2'd1 || act_halves == 2'd2);

  // --- state ---------------------------------------------------------------
  reg  [3:0]  state_q, state_d;
  reg         in_weight_q, in_line_q;    // state_q is WEIGHT, LINE
  reg  [63:0] pc_q;
  reg  [31:0] g_q, n_q;
  reg         first_q;                   // first iteration of the layer
  reg         first_act_q;               // no activation load of the layer yet
  reg         wgt_half_q, act_half_q;
  reg  [1:0]  wgt_free_q, act_free_q;    // free halves
  reg  [7:0]  token_q;                   // store tokens not yet consumed
  reg  [63:0] group_addr_q;
  // The walk: where the next column, or the next tile, starts.
  reg  [31:0] x_q, left_q;
  reg  [16:0] line_q;
  reg  [63:0] addr_q;                    // address of line line_q
  reg  [ColLog-1:0] col_q;
  reg         wrapped_q, line_done_q;    // a line was left; the last pixel walked ends one
  // The tile's lines.
  reg  [31:0] tile_x_q, last_x_q, from_q, to_q;  // to_q, from_q: beats
  reg  [31:0] bytes_q;                   // of a line
  reg  [16:0] tile_line_q, tile_end_q, end_line_q;
  reg         line_real_q, line_last_q;  // of tile_line_q
  reg  [63:0] tile_addr_q;               // of what is read of it

  // Registered: what follows from g_q and n_q one and two cycles after they change (they
  // do in CHECK and NEXT; ITER, which comes next, asks for none of it), and
  // sums of the section's fields.
  reg         last_group_q, last_tile_q;
  reg  [31:0] run_now_q, run_bytes_now_q, run_wrap_bytes_q, left_wrap_q; // two cycles
  reg  [31:0] group_bytes_q;             // of this group
  wire        last_group = g_q == groups - 32'd1;
  reg  [31:0] span_q, line_stop_q, line_end_q, in_last_q;
  reg         iter_q;                    // the cycle after ITER
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) iter_q <= 1'b0;
    else         iter_q <= state_q == ITER;
  end
  assign settle_o = state_q == ITER || iter_q;
  always @(posedge clk_i) if (settle_o) begin
    last_group_q     <= last_group;
    last_tile_q      <= n_q == n_tiles - 32'd1;
    run_now_q        <= last_tile_q ? run_last : run;
    run_bytes_now_q  <= last_tile_q ? run_last_bytes : run_bytes;
    run_wrap_bytes_q <= (last_tile_q ? run_last_bytes : run_bytes) - wrap_bytes;
    left_wrap_q      <= out_width - (last_tile_q ? run_last : run);
    group_bytes_q    <= last_group ? section_i[`SERAC_FETCH_GROUP_LAST_BYTES] : group_bytes;
    span_q           <= window_bytes - step_bytes - 32'd1;
    line_stop_q      <= wrap_bytes - pad_left + span_q;
    line_end_q       <= line_bytes - 32'd1;
    in_last_q        <= in_height - 32'd1;
  end
  wire load_wgt   = order ? (n_q == 32'd0) : (first_q || groups != 32'd1);
  wire load_act   = order ? (first_q || n_tiles != 32'd1) : (g_q == 32'd0);
  wire need_token = first_act_q && tokens != 8'd0;
  wire wgt_ok     = wgt_free_q >= wgt_halves;
  wire act_ok     = act_free_q >= act_halves;
  wire token_ok   = token_q >= tokens;
  wire layer_end  = last_group_q && last_tile_q;

  wire        wrap     = left_q <= run_now_q;
  wire        last_col = col_q == Cols[ColLog-1:0] - 1'b1;

  // Last output line of the tile, as its first input line.
  wire [16:0] back_line = line_q - {1'b0, row_step};
  wire [16:0] walk_end  = line_done_q ? back_line : line_q;
  wire [16:0] tile_end  = ($signed(walk_end) > $signed(last_line)) ? last_line : walk_end;
  wire        one_line  = tile_end_q == tile_line_q;
  wire [31:0] last_x    = wrapped_q ? line_stop_q : x_q + span_q;
  wire [31:0] to_byte   = (!one_line || last_x_q > line_end_q) ? line_end_q : last_x_q;
  wire [31:0] from_byte = (!one_line || tile_x_q[31]) ? 32'd0 : tile_x_q;

  // Of the tile's first line, then of the next one.
  wire [16:0] line_next = (state_q == LINE) ? tile_line_q + 17'd1 : tile_line_q;
  wire        line_real = !line_next[16] && {15'd0, line_next} < in_height;
  wire        line_last = line_next == end_line_q ||
                          (line_real && {15'd0, line_next} == in_last_q);
  wire [31:0] stride    = tile_line_q[0] ? stride1 : stride0;

  assign cmd_valid_o = state_q == REQ || (state_q == WEIGHT && wgt_ok) ||
                       (state_q == LINE && line_real_q);
  wire cmd_taken = cmd_valid_o && cmd_ready_i;
  wire advance   = state_q == LINE && (cmd_taken || !line_real_q);

  always @* begin
    state_d = state_q;
    case (state_q)
      IDLE:    if (start_i) state_d = SPACE;
      SPACE:   if (exec_space_i && store_space_i) state_d = REQ;
      REQ:     if (cmd_taken) state_d = BLOCK;
      BLOCK:   if (block_loaded_i) state_d = CHECK;
      CHECK:   state_d = legal ? ITER : IDLE;
      ITER:    state_d = load_wgt ? WEIGHT : !load_act ? NEXT : need_token ? TOKEN : ACT;
      WEIGHT:  if (cmd_taken) state_d = !load_act ? NEXT : need_token ? TOKEN : ACT;
      TOKEN:   if (token_ok) state_d = ACT;
      ACT:     if (act_ok) state_d = WALK;
      WALK:    if (last_col) state_d = RANGE;
      RANGE:   state_d = SPAN;
      SPAN:    state_d = BYTES;
      BYTES:   state_d = LINE;
      LINE:    if (advance && line_last_q) state_d = NEXT;
      NEXT:    state_d = !layer_end ? ITER : section_i[`SERAC_FETCH_LAST] ? IDLE : SPACE;
      default: state_d = IDLE;
    endcase
    if (clear_i) state_d = IDLE;
  end

  wire new_pass = state_q == CHECK || (state_q == NEXT && last_tile_q); // pixels start again

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q      <= IDLE;
      in_weight_q  <= 1'b0;
      in_line_q    <= 1'b0;
      pc_q         <= 64'd0;
      g_q          <= 32'd0;
      n_q          <= 32'd0;
      first_q      <= 1'b0;
      first_act_q  <= 1'b0;
      wgt_half_q   <= 1'b0;
      act_half_q   <= 1'b0;
      wgt_free_q   <= 2'd2;
      act_free_q   <= 2'd2;
      token_q      <= 8'd0;
      group_addr_q <= 64'd0;
      x_q          <= 32'd0;
      left_q       <= 32'd0;
      line_q       <= 17'd0;
      addr_q       <= 64'd0;
      col_q        <= {ColLog{1'b0}};
      wrapped_q    <= 1'b0;
      line_done_q  <= 1'b0;
      tile_x_q     <= 32'd0;
      last_x_q     <= 32'd0;
      bytes_q      <= 32'd0;
      tile_end_q   <= 17'd0;
      line_real_q  <= 1'b0;
      line_last_q  <= 1'b0;
      from_q       <= 32'd0;
      to_q         <= 32'd0;
      tile_line_q  <= 17'd0;
      end_line_q   <= 17'd0;
      tile_addr_q  <= 64'd0;
    end else begin
      state_q    <= state_d;
      in_weight_q <= state_d == WEIGHT;
      in_line_q   <= state_d == LINE;
      wgt_free_q <= wgt_free_q + wgt_free_i - (state_q == WEIGHT && cmd_taken ? wgt_halves : 2'd0);
      act_free_q <= act_free_q + act_free_i - (state_q == ACT && act_ok ? act_halves : 2'd0);
      token_q    <= token_q + {7'd0, store_token_i}
                    - (state_q == TOKEN && token_ok ? tokens : 8'd0);
      case (state_q)
        IDLE: if (start_i) pc_q <= program_addr_i;
        CHECK: begin
          g_q          <= 32'd0;
          n_q          <= 32'd0;
          first_q      <= 1'b1;
          first_act_q  <= 1'b1;
          group_addr_q <= wgt_addr;
        end
        WEIGHT: if (cmd_taken) begin
          wgt_half_q   <= wgt_half_q ^ wgt_halves[0];
          group_addr_q <= group_addr_q + {32'd0, group_bytes};
        end
        ACT: begin
          col_q       <= {ColLog{1'b0}};
          wrapped_q   <= 1'b0;
          tile_x_q    <= x_q;
          tile_line_q <= line_q;
          tile_addr_q <= addr_q;
        end
        WALK: begin
          col_q  <= col_q + 1'b1;
          x_q    <= x_q + (wrap ? run_wrap_bytes_q : run_bytes_now_q);
          left_q <= wrap ? left_q + left_wrap_q : left_q - run_now_q;
          line_done_q <= left_q == run_now_q;
          if (wrap) begin
            line_q    <= line_q + {1'b0, row_step};
            addr_q    <= addr_q + {{32{out_stride[31]}}, out_stride};
            wrapped_q <= 1'b1;
          end
        end
        RANGE: begin
          last_x_q    <= last_x;
          tile_end_q  <= tile_end;
          first_act_q <= 1'b0;
        end
        SPAN: begin
          from_q     <= from_byte >> BEAT_LOG;
          to_q       <= to_byte >> BEAT_LOG;
          end_line_q <= tile_end_q + {1'b0, kernel_lines} - 17'd1;
        end
        BYTES: begin
          bytes_q     <= (to_q - from_q + 32'd1) << BEAT_LOG;
          tile_addr_q <= tile_addr_q + ({32'd0, from_q} << BEAT_LOG);
        end
        LINE: if (advance) begin
          tile_line_q <= line_next;
          tile_addr_q <= tile_addr_q + {{32{stride[31]}}, stride};
          if (line_last_q) act_half_q <= act_half_q ^ act_halves[0];
        end
        NEXT: begin
          first_q <= 1'b0;
          if (layer_end) pc_q <= pc_q + `SERAC_INSN_BLOCK_STRIDE;
          g_q <= order ? (last_tile_q ? g_q + 32'd1 : g_q) : (last_group_q ? 32'd0 : g_q + 32'd1);
          n_q <= order ? (last_tile_q ? 32'd0 : n_q + 32'd1) : (last_group_q ? n_q + 32'd1 : n_q);
          if (!order && last_group_q) group_addr_q <= wgt_addr;
        end
        default: ;
      endcase
      if (state_q == BYTES || advance) begin
        line_real_q <= line_real;
        line_last_q <= line_last;
      end
      if (new_pass) begin
        x_q    <= 32'd0 - pad_left;
        left_q <= out_width;
        line_q <= 17'd0 - {1'b0, pad_top};
        addr_q <= act_addr;
      end
      if (clear_i) begin
        wgt_half_q <= 1'b0;
        act_half_q <= 1'b0;
        wgt_free_q <= 2'd2;
        act_free_q <= 2'd2;
        token_q    <= 8'd0;
      end
    end
  end

  assign cmd_addr_o  = in_weight_q ? group_addr_q : in_line_q ? tile_addr_q : pc_q;
  assign cmd_bytes_o = in_weight_q ? group_bytes_q : in_line_q ? bytes_q : `SERAC_INSN_BLOCK_BYTES;
  assign cmd_kind_o  = in_weight_q ? `SERAC_KIND_WEIGHT : in_line_q ? `SERAC_KIND_ACT : `SERAC_KIND_BLOCK;

  assign cmd_half_o   = (state_q == WEIGHT) ? wgt_half_q : act_half_q;
  assign cmd_last_o   = state_q != LINE || line_last_q;
  assign cmd_line_o   = tile_line_q;
  assign cmd_beat_o   = (state_q == LINE) ? from_q : 32'd0;
  assign push_o       = state_q == CHECK && legal;
  assign bad_o        = state_q == CHECK && !legal;
  assign block_addr_o = pc_q;
  assign active_o     = state_q != IDLE;

  assign walk_valid_o     = state_q == WALK;
  assign walk_half_o      = act_half_q;
  assign walk_col_o       = col_q;
  assign walk_line_o      = line_q;
  assign walk_x_o         = x_q;
  assign walk_left_o      = left_q;
  assign walk_run_o       = run_now_q;
  assign walk_run_bytes_o = run_bytes_now_q;

  always @* begin
    case (state_q)
      IDLE:    state_o = `SERAC_STATE_IDLE;
      SPACE:   state_o = `SERAC_STATE_WAIT_SEND;
      BLOCK:   state_o = `SERAC_STATE_WAIT_MEMORY;
      TOKEN:   state_o = `SERAC_STATE_WAIT_RECEIVE;
      WEIGHT:  state_o = !wgt_ok ? `SERAC_STATE_WAIT_SPACE :
                         cmd_taken ? `SERAC_STATE_RUN : `SERAC_STATE_WAIT_MEMORY;
      ACT:     state_o = act_ok ? `SERAC_STATE_RUN : `SERAC_STATE_WAIT_SPACE;
      REQ:     state_o = cmd_taken ? `SERAC_STATE_RUN : `SERAC_STATE_WAIT_MEMORY;
      LINE:    state_o = advance ? `SERAC_STATE_RUN : `SERAC_STATE_WAIT_MEMORY;
      default: state_o = `SERAC_STATE_RUN;
    endcase
  end
endmodule
`default_nettype wire
