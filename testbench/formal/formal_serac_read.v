// formal_serac_read.v - the read master keeps AXI's rules and the order and place of every beat.
//
// One burst of all and one of its beats are watched; the solver chooses which. The memory answers
// whenever it likes, in order, with as many beats as were asked for.
`default_nettype none

// PROOF: induction=2 -GBeatBytes=8 -GOutstanding=1 QUICK
// FAULT: ar_held_is_stable serac_read.v s/(!halt_i || hold_q)/!halt_i/
// FAULT: ar_within_1024 serac_read.v s/cmd_final ? cmd_bytes_i : cmd_edge/cmd_final ? cmd_bytes_i : BURST/
// FAULT: ar_aligned serac_read.v s/1'b1, {BURST_LOG{1'b0}}}/1'b1, {BURST_LOG{1'b1}}}/
// FAULT: ar_in_order serac_read.v s/addr_q\[63:BURST_LOG\] + 1'b1/addr_q[63:BURST_LOG] + 2'd2/
// FAULT: ar_not_beyond serac_read.v s/bytes_q  <= last_next ? left_next : BURST/bytes_q <= BURST/
// FAULT: ar_only_cut_at_end serac_read.v s/left_next <= BURST;/left_next < BURST;/
// FAULT: ar_slot_free serac_read.v s/open_q < Outstanding/open_q <= Outstanding/
// FAULT: ar_when_it_can serac_read.v s/(open_q < Outstanding\[5:0\])/(open_q + 6'd1 < Outstanding[5:0])/
// FAULT: ar_none_after_halt serac_read.v s/ && (!halt_i || hold_q);/;/
// FAULT: command_is_whole serac_read.v s/(accepted && final_q)/accepted/
// FAULT: busy_is_told serac_read.v s/busy_q || waiting_o/busy_q/
// FAULT: waiting_is_told serac_read.v s/open_q != 6'd0/open_q > 6'd1/
// FAULT: beat_a_cycle_later serac_read.v s/beat_data_q   <= rdata_i/beat_data_q <= ~rdata_i/
// FAULT: beat_of_its_burst serac_read.v s/beat_half_q   <= head_half/beat_half_q <= half_q/
// FAULT: beat_number_right serac_read.v s/{24'd0, index_q}/{25'd0, index_q[6:0]} + rlast_i/
// FAULT: beat_last_right serac_read.v s/last_q && final_q,/last_q,/
// FAULT: error_is_told serac_read.v s/rresp_i != 2'd0/rresp_i[1]/
// FAULT: error_addr_right serac_read.v s/error_addr_o  = head_addr/error_addr_o  = addr_q/
// PROOF: induction=2 -GBeatBytes=16 -GOutstanding=3
module formal_serac_read #(
  parameter BeatBytes   = 16,
  parameter Outstanding = 4
) (
  input wire                   clk_i,
  input wire                   rst_ni,
  input wire                   halt_i,
  input wire                   cmd_valid_i,
  input wire [63:0]            cmd_addr_i,
  input wire [31:0]            cmd_bytes_i,
  input wire [1:0]             cmd_kind_i,
  input wire                   cmd_half_i,
  input wire                   cmd_last_i,
  input wire [16:0]            cmd_line_i,
  input wire [31:0]            cmd_beat_i,
  input wire                   arready_i,
  input wire                   rvalid_i,
  input wire [8*BeatBytes-1:0] rdata_i,
  input wire [1:0]             rresp_i,
  input wire                   rlast_i,
  input wire                   watch_i
);
  localparam BEAT_LOG = $clog2(BeatBytes);

  wire                   cmd_ready, arvalid, beat_valid, beat_half, beat_last, busy, waiting, burst;
  wire                   error, error_decode;
  wire [63:0]            araddr, error_addr;
  wire [7:0]             arlen;
  wire [8*BeatBytes-1:0] beat_data;
  wire [1:0]             beat_kind;
  wire [16:0]            beat_line;
  wire [31:0]            beat_number;
  serac_read #(.BeatBytes (BeatBytes), .Outstanding (Outstanding)) dut (
    .clk_i (clk_i), .rst_ni (rst_ni), .halt_i (halt_i),
    .cmd_valid_i (cmd_valid_i), .cmd_ready_o (cmd_ready), .cmd_addr_i (cmd_addr_i),
    .cmd_bytes_i (cmd_bytes_i), .cmd_kind_i (cmd_kind_i), .cmd_half_i (cmd_half_i),
    .cmd_last_i (cmd_last_i), .cmd_line_i (cmd_line_i), .cmd_beat_i (cmd_beat_i),
    .arvalid_o (arvalid), .arready_i (arready_i), .araddr_o (araddr), .arlen_o (arlen),
    .rvalid_i (rvalid_i), .rdata_i (rdata_i), .rresp_i (rresp_i), .rlast_i (rlast_i),
    .beat_valid_o (beat_valid), .beat_data_o (beat_data), .beat_kind_o (beat_kind),
    .beat_half_o (beat_half), .beat_last_o (beat_last), .beat_line_o (beat_line),
    .beat_number_o (beat_number), .busy_o (busy), .waiting_o (waiting), .burst_o (burst),
    .error_o (error), .error_decode_o (error_decode), .error_addr_o (error_addr));

  wire        command = cmd_valid_i && cmd_ready;
  wire        issued  = arvalid && arready_i;
  wire        ended   = rvalid_i && rlast_i;
  wire [31:0] bytes   = (arlen + 32'd1) << BEAT_LOG;

  // --- the command: what is still to be asked for ------------------------------
  reg         begun_q = 0;
  reg  [63:0] next_q;                  // address
  reg  [31:0] left_q;                  // bytes
  reg  [31:0] number_q;                // beat
  reg  [1:0]  kind_q;
  reg         half_q, last_q;
  reg  [16:0] line_q;
  wire [31:0] after = issued ? left_q - bytes : left_q;

  // --- the bus -----------------------------------------------------------------
  reg         held_q;                  // AR was not taken
  reg  [63:0] araddr_q;
  reg  [7:0]  arlen_q;
  reg  [5:0]  open_q;

  // --- the watched burst ---------------------------------------------------------
  reg         watched_q, over_q;       // it is open; it was
  reg  [5:0]  ahead_q;                 // bursts that end before it
  reg  [7:0]  index_q, length_q;       // the next beat of the burst at the head; of it
  reg  [31:0] burst_number_q;
  reg  [1:0]  burst_kind_q;
  reg         burst_half_q, burst_last_q;
  reg  [16:0] burst_line_q;
  reg  [63:0] burst_addr_q;
  wire        watches = issued && watch_i && !watched_q && !over_q;
  wire        here    = watched_q && ahead_q == 6'd0;       // it is at the head

  always @* begin
    assume (begun_q == rst_ni);
    assume (cmd_addr_i[BEAT_LOG-1:0] == 0);
    assume (cmd_bytes_i[BEAT_LOG-1:0] == 0 && cmd_bytes_i != 0);
    assume (!rvalid_i || open_q != 0);
    assume (!here || !rvalid_i || rlast_i == (index_q == length_q));
  end

  always @(posedge clk_i) begin
    begun_q <= 1'b1;
    if (!begun_q) begin
      left_q    <= 32'd0;
      held_q    <= 1'b0;
      open_q    <= 6'd0;
      watched_q <= 1'b0;
      over_q    <= 1'b0;
      index_q   <= 8'd0;
    end else begin
      left_q <= command ? cmd_bytes_i : (halt_i && !arvalid) || (halt_i && issued) ? 32'd0 : after;
      if (command) begin
        next_q   <= cmd_addr_i;
        number_q <= cmd_beat_i;
        kind_q   <= cmd_kind_i;
        half_q   <= cmd_half_i;
        last_q   <= cmd_last_i;
        line_q   <= cmd_line_i;
      end else if (issued) begin
        next_q   <= next_q + bytes;
        number_q <= number_q + arlen + 32'd1;
      end
      held_q   <= arvalid && !arready_i;
      open_q   <= open_q + issued - ended;
      index_q  <= !rvalid_i ? index_q : rlast_i ? 8'd0 : index_q + 8'd1;
      if (watches) begin
        watched_q      <= 1'b1;
        ahead_q        <= open_q - ended;
        length_q       <= arlen;
        burst_number_q <= number_q;
        burst_kind_q   <= kind_q;
        burst_half_q   <= half_q;
        burst_last_q   <= last_q && after == 32'd0;
        burst_line_q   <= line_q;
        burst_addr_q   <= araddr;
      end else if (watched_q && ended) begin
        ahead_q <= ahead_q - 6'd1;
        if (here) begin
          watched_q <= 1'b0;
          over_q    <= 1'b1;
        end
      end
    end
    araddr_q <= araddr;
    arlen_q  <= arlen;
  end

  // --- the beat leaves a cycle later -----------------------------------------------
  reg         moved_q, here_q, beat_last_q;
  reg         data_q;                                     // of one bit: all are the same
  reg  [31:0] beat_number_q;
  always @(posedge clk_i) begin
    moved_q       <= rvalid_i && begun_q;
    here_q        <= rvalid_i && begun_q && here;
    data_q        <= rdata_i[BeatBytes];
    beat_last_q   <= burst_last_q && rlast_i;
    beat_number_q <= burst_number_q + index_q;
  end

  always @* if (begun_q) begin
    ar_held_is_stable:  assert (!held_q || (arvalid && araddr == araddr_q && arlen == arlen_q));
    ar_within_1024:     assert (!arvalid || araddr[9:0] + bytes <= 32'd1024);
    ar_aligned:         assert (!arvalid || araddr[BEAT_LOG-1:0] == 0);
    ar_in_order:        assert (!arvalid || (left_q != 0 && araddr == next_q));
    ar_not_beyond:      assert (!arvalid || bytes <= left_q);
    ar_only_cut_at_end: assert (!arvalid || bytes == left_q || araddr[9:0] + bytes == 32'd1024);
    ar_slot_free:       assert (open_q <= Outstanding && (!arvalid || open_q < Outstanding));
    ar_when_it_can:     assert (left_q == 0 || halt_i || open_q == Outstanding || arvalid);
    ar_none_after_halt: assert (!halt_i || !arvalid || held_q);
    command_is_whole:   assert (!command || after == 32'd0);
    busy_is_told:       assert (busy == (open_q != 0 || left_q != 0) || halt_i);
    waiting_is_told:    assert (waiting == (open_q != 0));
    beat_a_cycle_later: assert (beat_valid == moved_q && (!moved_q || beat_data[BeatBytes] == data_q));
    beat_of_its_burst:  assert (!here_q || (beat_kind == burst_kind_q && beat_half == burst_half_q &&
                                            beat_line == burst_line_q));
    beat_number_right:  assert (!here_q || beat_number == beat_number_q);
    beat_last_right:    assert (!here_q || beat_last == beat_last_q);
    error_is_told:      assert (error == (rvalid_i && rresp_i != 2'd0) && error_decode == rresp_i[0]);
    error_addr_right:   assert (!here || error_addr == burst_addr_q);
  end

  // --- for the induction: what the unit's registers hold ------------------------------
  localparam SLOT_LOG = (Outstanding > 1) ? $clog2(Outstanding) : 1;
  (* hierconn *) wire                \dut.busy_q ;
  (* hierconn *) wire                \dut.hold_q ;
  (* hierconn *) wire                \dut.final_q ;
  (* hierconn *) wire [63:0]         \dut.addr_q ;
  (* hierconn *) wire [31:0]         \dut.left_q ;
  (* hierconn *) wire [31:0]         \dut.bytes_q ;
  (* hierconn *) wire [31:0]         \dut.number_q ;
  (* hierconn *) wire [1:0]          \dut.kind_q ;
  (* hierconn *) wire                \dut.half_q ;
  (* hierconn *) wire                \dut.last_q ;
  (* hierconn *) wire [16:0]         \dut.line_q ;
  (* hierconn *) wire [5:0]          \dut.open_q ;
  (* hierconn *) wire [7:0]          \dut.index_q ;
  (* hierconn *) wire [SLOT_LOG-1:0] \dut.head_q ;
  (* hierconn *) wire [SLOT_LOG-1:0] \dut.tail_q ;
  (* hierconn *) wire [116:0]        \dut.entry_q[0] ;
  (* hierconn *) wire [116:0]        \dut.entry_q[1] ;
  (* hierconn *) wire [116:0]        \dut.entry_q[2] ;
  (* hierconn *) wire [116:0]        \dut.entry_q[3] ;
  function [7:0] wrap(input [7:0] slot);
    wrap = (slot >= Outstanding) ? slot - Outstanding : slot;
  endfunction
  wire [7:0]   place = wrap(\dut.head_q + ahead_q);      // of the watched burst
  wire [116:0] entry = (place == 0) ? \dut.entry_q[0] : (place == 1) ? \dut.entry_q[1] :
                       (place == 2) ? \dut.entry_q[2] : \dut.entry_q[3] ;
  always @* if (begun_q) begin
    assert (\dut.busy_q == (left_q != 32'd0));
    assert (\dut.hold_q == held_q && (!held_q || \dut.busy_q ));
    assert (\dut.open_q == open_q && \dut.index_q == index_q);
    assert (open_q <= Outstanding);
    assert (\dut.head_q < Outstanding && wrap(\dut.head_q + open_q) == \dut.tail_q );
    assert (left_q[BEAT_LOG-1:0] == 0);
    if (\dut.busy_q ) begin
      assert (\dut.addr_q == next_q && \dut.left_q == left_q && \dut.number_q == number_q);
      assert ({\dut.kind_q , \dut.half_q , \dut.last_q , \dut.line_q } == {kind_q, half_q, last_q, line_q});
      assert (\dut.final_q == (\dut.bytes_q == left_q) && \dut.bytes_q != 0 && \dut.bytes_q <= left_q);
      assert (\dut.final_q || next_q[9:0] + \dut.bytes_q == 32'd1024);
      assert (\dut.bytes_q <= 32'd1024 && next_q[9:0] + \dut.bytes_q <= 32'd1024);
      assert (next_q[BEAT_LOG-1:0] == 0 && \dut.bytes_q [BEAT_LOG-1:0] == 0);
    end
    if (watched_q) begin
      assert (ahead_q < open_q);
      assert (entry == {burst_addr_q, burst_kind_q, burst_half_q, burst_last_q, burst_line_q, burst_number_q});
    end
  end
endmodule
`default_nettype wire
