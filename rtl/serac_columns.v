// serac_columns.v - which part of which input line each column's bank holds.
//
// Each buffer half has a set of windows, one per column, written by fetch's walk
// before the first line of the tile is requested. A beat (line, number) is
// compared with all windows of its half and goes to every bank that has it:
// behind the tail window's start, or behind the head window's, never both
// (the mapper's promise). Execute reads where its pixels begin from the same set.
//
// Timing: a beat that enters at t is written to the banks at the end of t+3; a window
// that is walked at t is seen at t+3. settle_i ends before.
// Twin: the window rules of model/mapping/serac_geometry.c; execute's side in rtl/serac_execute.v.
`default_nettype none
`include "serac_regs.vh"

module serac_columns #(
  // LINT: -GCols=1 -GColLog=1 -GBeatBytes=64 -GLanes=8 -GBankAddrBits=4 -GPlaneBits=10
  // LINT: -GCols=4 -GColLog=2 -GBeatBytes=8 -GLanes=512 -GBankAddrBits=7 -GPlaneBits=4
  parameter Cols         = 16,
  parameter ColLog       = 4,
  parameter BeatBytes    = 16,
  parameter Lanes        = 64,
  parameter BankAddrBits = 9,     // bank address in beats
  parameter PlaneBits    = 10     // bank address in planes
) (
  input  wire                         clk_i,
  input  wire                         rst_ni,
  /* verilator lint_off UNUSEDSIGNAL */ // every unit reads only some fields
  input  wire [1023:0]                section_i,      // fetch section
  /* verilator lint_on UNUSEDSIGNAL */

  input  wire                         settle_i,       // the section is new, for two cycles
  input  wire                         walk_valid_i,
  input  wire                         walk_half_i,
  input  wire [ColLog-1:0]            walk_col_i,
  input  wire [16:0]                  walk_line_i,
  input  wire [31:0]                  walk_x_i,
  input  wire [31:0]                  walk_left_i,
  input  wire [31:0]                  walk_run_i,
  input  wire [31:0]                  walk_run_bytes_i,

  input  wire                         beat_valid_i,   // an activation beat
  input  wire [8*BeatBytes-1:0]       beat_data_i,
  input  wire                         beat_half_i,
  input  wire [16:0]                  beat_line_i,
  input  wire [31:0]                  beat_number_i,

  output wire [Cols-1:0]              bank_we_o,
  output wire [Cols*BankAddrBits-1:0] bank_addr_o,
  output wire [8*BeatBytes-1:0]       bank_data_o,

  input  wire                         read_half_i,    // execute's half
  output wire [Cols*17-1:0]           read_line_o,    // first input line, signed
  output wire [Cols*32-1:0]           read_x_o,       // first plane in it, signed
  output wire [Cols*32-1:0]           read_left_o,    // pixels to the end of the line
  output wire [Cols*PlaneBits-1:0]    read_tail_o,    // bank plane of x = 0, tail window
  output wire [Cols*PlaneBits-1:0]    read_head_o     // the same, head window
);
  localparam BEAT_LOG  = $clog2(BeatBytes);
  localparam PLANE_LOG = $clog2(Lanes / 8);
  // Bank addresses wrap, so that no more bits of a line's number matter.
  localparam K_BITS    = (BankAddrBits < 16) ? BankAddrBits : 16;
  localparam [BankAddrBits-1:0] HALF = {1'b1, {BankAddrBits-1{1'b0}}};

  wire [15:0] kernel_lines  = section_i[`SERAC_FETCH_KERNEL_LINES];
  wire [15:0] row_step      = section_i[`SERAC_FETCH_ROW_STEP];
  wire [31:0] step_bytes    = section_i[`SERAC_FETCH_PIXEL_STEP_BYTES];
  wire [31:0] window_bytes  = section_i[`SERAC_FETCH_WINDOW_BYTES];
  wire [31:0] wrap_bytes    = section_i[`SERAC_FETCH_WRAP_BYTES];
  wire [31:0] pad_left      = section_i[`SERAC_FETCH_PAD_LEFT_BYTES];
  /* verilator lint_off UNUSEDSIGNAL */ // a bank has fewer beats
  wire [31:0] segment_beats = section_i[`SERAC_FETCH_SEGMENT_BEATS];
  /* verilator lint_on UNUSEDSIGNAL */

  // --- one column's windows, from where it starts ----------------------------
  // In three cycles; the tile's first beat comes later. Sums of fields are registers as well.
  reg               walk_q, walk_half_q, crosses_q, walk_q2, walk_half_q2, crosses_q2;
  reg  [ColLog-1:0] walk_col_q, walk_col_q2;
  reg  [16:0]       walk_line_q, walk_line_q2;
  reg  [31:0]       walk_x_q, walk_left_q, walk_end_q, span_q, head_span_q, line_stop_q, line_end_q;
  reg  [31:0]       walk_x_q2, walk_left_q2, tail_stop_q2, head_stop_q2;
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {walk_q, walk_q2} <= 2'd0;
    else         {walk_q, walk_q2} <= {walk_valid_i, walk_q};
  end
  always @(posedge clk_i) begin
    if (walk_valid_i) begin
      walk_half_q <= walk_half_i;
      walk_col_q  <= walk_col_i;
      walk_line_q <= walk_line_i;
      walk_x_q    <= walk_x_i;
      walk_left_q <= walk_left_i;
      walk_end_q  <= walk_x_i + walk_run_bytes_i;
      crosses_q   <= walk_left_i < walk_run_i;
    end
    if (walk_q) begin
      walk_half_q2 <= walk_half_q;
      walk_col_q2  <= walk_col_q;
      walk_line_q2 <= walk_line_q;
      walk_x_q2    <= walk_x_q;
      walk_left_q2 <= walk_left_q;
      crosses_q2   <= crosses_q;
      tail_stop_q2 <= crosses_q ? line_stop_q : walk_end_q + span_q;
      head_stop_q2 <= walk_end_q + head_span_q;
    end
    if (settle_i) begin
      span_q      <= window_bytes - step_bytes - 32'd1;
      head_span_q <= span_q - wrap_bytes;
      line_stop_q <= wrap_bytes - pad_left + span_q;
      line_end_q  <= section_i[`SERAC_FETCH_LINE_BYTES] - 32'd1;
    end
  end
  wire [31:0] tail_byte = ($signed(tail_stop_q2) > $signed(line_end_q)) ? line_end_q : tail_stop_q2;
  wire [31:0] head_byte = ($signed(head_stop_q2) > $signed(line_end_q)) ? line_end_q : head_stop_q2;
  wire [31:0] from      = walk_x_q2[31] ? 32'd0 : walk_x_q2 >> BEAT_LOG;
  wire [31:0] tail_to   = tail_byte >> BEAT_LOG;
  wire [31:0] head_to   = head_byte >> BEAT_LOG;

  // --- the beat, one to three cycles later -----------------------------------
  reg                    beat_q, beat_q2;
  reg  [8*BeatBytes-1:0] data_q, data_q2, data_q3;
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {beat_q, beat_q2} <= 2'd0;
    else         {beat_q, beat_q2} <= {beat_valid_i, beat_q};
  end
  always @(posedge clk_i) begin
    if (beat_valid_i) data_q <= beat_data_i;
    if (beat_q)       data_q2 <= data_q;
    if (beat_q2)      data_q3 <= data_q2;
  end
  assign bank_data_o = data_q3;
  // The next layer's section may appear two cycles after a beat.
  reg  [BankAddrBits-1:0] segment_q2;
  always @(posedge clk_i) if (beat_q) segment_q2 <= segment_beats[BankAddrBits-1:0];

  genvar c, h;
  generate
    for (c = 0; c < Cols; c = c + 1) begin : gen_col
      reg  [16:0] line_q [0:1];
      reg  [31:0] x_q [0:1], left_q [0:1], from_q [0:1], tail_q [0:1], head_q [0:1];
      reg         cross_q [0:1];

      always @(posedge clk_i) begin
        if (walk_q2 && walk_col_q2 == c) begin
          line_q[walk_half_q2]  <= walk_line_q2;
          x_q[walk_half_q2]     <= walk_x_q2;
          left_q[walk_half_q2]  <= walk_left_q2;
          from_q[walk_half_q2]  <= from;
          tail_q[walk_half_q2]  <= tail_to;
          head_q[walk_half_q2]  <= head_to;
          cross_q[walk_half_q2] <= crosses_q2;
        end
      end

      // Cycle 1: the line in each window, the place in the line.
      wire [16:0] tail_k = beat_line_i - line_q[beat_half_i];
      wire [16:0] head_k = tail_k - {1'b0, row_step};
      wire [1:0] tail_from, tail_end, head_end;             // one bit a half: beat_half_i has a large load
      for (h = 0; h < 2; h = h + 1) begin : gen_half
        assign tail_from[h] = beat_number_i >= from_q[h];
        assign tail_end[h]  = beat_number_i <= tail_q[h];
        assign head_end[h]  = beat_number_i <= head_q[h];
      end
      reg                    cross_beat_q, tail_from_q, tail_end_q, head_end_q;
      reg [16:0]             tail_k_q, head_k_q;
      reg [K_BITS-1:0]       k_q2;
      reg [BankAddrBits-1:0] number_q, start_q, end_q, place_q2, addr_q3;
      reg                    beat_half_q, beat_half_q2, we_q2, we_q3;
      always @(posedge clk_i) begin
        if (beat_valid_i) begin
          cross_beat_q <= cross_q[beat_half_i];
          tail_from_q  <= tail_from[beat_half_i];
          tail_end_q   <= tail_end[beat_half_i];
          head_end_q   <= head_end[beat_half_i];
          tail_k_q     <= tail_k;
          head_k_q     <= head_k;
          number_q     <= beat_number_i[BankAddrBits-1:0];
          start_q      <= from_q[beat_half_i][BankAddrBits-1:0];
          end_q        <= tail_q[beat_half_i][BankAddrBits-1:0];
          beat_half_q  <= beat_half_i;
        end
      end
      // Cycle 2: in which window, how far in it. Cycle 3: the bank address.
      wire in_tail = tail_k_q < {1'b0, kernel_lines} && tail_from_q && tail_end_q;
      wire in_head = head_k_q < {1'b0, kernel_lines} && cross_beat_q && head_end_q;
      wire [BankAddrBits-1:0] base = beat_half_q2 ? HALF : {BankAddrBits{1'b0}};
      /* verilator lint_off UNUSEDSIGNAL */ // cut to the bank address
      wire [BankAddrBits+K_BITS-1:0] lines_below = k_q2 * segment_q2;
      /* verilator lint_on UNUSEDSIGNAL */
      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
          we_q2 <= 1'b0;
          we_q3 <= 1'b0;
        end else begin
          we_q2 <= beat_q && (in_tail || in_head);
          we_q3 <= we_q2;
        end
      end
      always @(posedge clk_i) begin
        if (beat_q) begin
          k_q2         <= in_tail ? tail_k_q[K_BITS-1:0] : head_k_q[K_BITS-1:0];
          place_q2     <= number_q - start_q + (in_tail ? {BankAddrBits{1'b0}}
                                                        : end_q + {{BankAddrBits-1{1'b0}}, 1'b1});
          beat_half_q2 <= beat_half_q;
        end
        if (beat_q2) addr_q3 <= base + lines_below[BankAddrBits-1:0] + place_q2;
      end

      assign bank_we_o[c] = we_q3;
      assign bank_addr_o[c*BankAddrBits +: BankAddrBits] = addr_q3;

      // Where execute finds the pixels: bank plane of the line's first plane.
      wire [31:0] tail_beats = read_half_i ? 32'd0 - from_q[1] : 32'd0 - from_q[0];
      wire [31:0] head_beats = read_half_i ? tail_q[1] - from_q[1] + 32'd1
                                           : tail_q[0] - from_q[0] + 32'd1;
      /* verilator lint_off UNUSEDSIGNAL */ // cut to planes of the bank
      wire [63:0] tail_bytes = {32'd0, tail_beats} << BEAT_LOG;
      /* verilator lint_on UNUSEDSIGNAL */
      /* verilator lint_off UNUSEDSIGNAL */ // cut to planes of the bank
      wire [63:0] head_bytes = {32'd0, head_beats} << BEAT_LOG;
      /* verilator lint_on UNUSEDSIGNAL */
      assign read_line_o[c*17 +: 17] = line_q[read_half_i];
      assign read_x_o[c*32 +: 32]    = $signed(x_q[read_half_i]) >>> PLANE_LOG;
      assign read_left_o[c*32 +: 32] = left_q[read_half_i];
      assign read_tail_o[c*PlaneBits +: PlaneBits] = tail_bytes[PLANE_LOG +: PlaneBits];
      assign read_head_o[c*PlaneBits +: PlaneBits] = head_bytes[PLANE_LOG +: PlaneBits];
    end
  endgenerate
endmodule
`default_nettype wire
