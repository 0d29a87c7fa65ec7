// formal_serac_write.v - the write master keeps AXI's rules and the place and bytes of every beat.
//
// One burst of all is watched, from its AW to its answer; the solver chooses which. The memory takes
// and answers whenever it likes, in order, and answers no burst before its last beat. A chunk has at
// most 1 GiB, the largest output buffer; places wrap at the buffer.
`default_nettype none

// PROOF: induction=2 -GBeatBytes=8 -GLanes=64 -GOutPlaneBits=9 -GOutBeatBits=9
// FAULT: aw_held_is_stable serac_write.v s/(!halt_i || hold_q)/!halt_i/
// FAULT: aw_within_1024 serac_write.v s/cmd_final ? cmd_beats : cmd_edge/cmd_final ? cmd_beats : BURST/
// FAULT: aw_aligned serac_write.v s/{cmd_addr_i\[63:BEAT_LOG\], {BEAT_LOG{1'b0}}}/cmd_addr_i/
// FAULT: aw_in_order serac_write.v s/addr_q\[63:10\] + 1'b1/addr_q[63:10] + 2'd2/
// FAULT: aw_not_beyond serac_write.v s/beats_q     <= last_next ? left_next : BURST/beats_q <= BURST/
// FAULT: aw_only_cut_at_end serac_write.v s/cmd_edge  = BURST/cmd_edge = BURST - 32'd1/
// FAULT: aw_ahead_at_most_4 serac_write.v s/ahead_q < AHEAD/ahead_q <= AHEAD/
// FAULT: aw_open_at_most_32 serac_write.v s/open_q < OPEN/open_q <= OPEN/
// FAULT: aw_when_it_can serac_write.v s/ahead_q < AHEAD/ahead_q + 3'd1 < AHEAD/
// FAULT: aw_none_after_halt serac_write.v s/ && (!halt_i || hold_q);/;/
// FAULT: command_is_whole serac_write.v s/(accepted && final_q)/accepted/
// FAULT: w_held_is_stable serac_write.v s/(!wvalid_q || wready_i)/1'b1/
// FAULT: w_follows_aw serac_write.v s/next  = count_q != 3'd0/next = busy_q/
// FAULT: w_when_it_can serac_write.v s/next  = count_q != 3'd0/next = count_q > 3'd1/
// FAULT: w_last_right serac_write.v s/e_beats_q\[head_q\] - 9'd1/e_beats_q[head_q] - 9'd1 - e_first_q[head_q]/
// FAULT: w_place_right serac_write.v s/place_q + beats_q/place_q + 1'b1 + beats_q/
// FAULT: w_strobes_right serac_write.v s/(e_final_q\[head_q\] && next_last)/next_last/
// FAULT: free_is_right serac_write.v s/tile_last_q && final_q/tile_last_q/
// FAULT: idle_is_told serac_write.v s/!busy_q && open_q == 6'd0/!busy_q \&\& ahead_q == 3'd0/
// FAULT: burst_is_counted serac_write.v s/burst_o     = accepted/burst_o = accepted \&\& final_q/
// FAULT: error_is_told serac_write.v s/bresp_i != 2'd0/bresp_i[0]/
// FAULT: error_addr_right serac_write.v s/error_addr_o = open_addr_q\[open_head_q\]/error_addr_o = addr_q/
// PROOF: induction=2 -GBeatBytes=16 -GLanes=16 -GOutPlaneBits=11 -GOutBeatBits=8
module formal_serac_write #(
  parameter BeatBytes    = 16,
  parameter Lanes        = 16,
  parameter OutPlaneBits = 11,
  parameter OutBeatBits  = 8
) (
  input wire                    clk_i,
  input wire                    rst_ni,
  input wire                    halt_i,
  input wire                    cmd_valid_i,
  input wire [63:0]             cmd_addr_i,
  input wire [31:0]             cmd_bytes_i,
  input wire [OutPlaneBits-1:0] cmd_plane_i,
  input wire                    cmd_last_i,
  input wire [8*BeatBytes-1:0]  read_data_i,
  input wire                    awready_i,
  input wire                    wready_i,
  input wire                    bvalid_i,
  input wire [1:0]              bresp_i,
  input wire                    watch_i
);
  localparam BEAT_LOG = $clog2(BeatBytes);

  wire                   cmd_ready, read, awvalid, wvalid, wlast, free, idle, burst, error;
  wire [OutBeatBits-1:0] read_addr;
  wire [63:0]            awaddr, error_addr;
  wire [7:0]             awlen;
  wire [8*BeatBytes-1:0] wdata;
  wire [BeatBytes-1:0]   wstrb;
  serac_write #(.BeatBytes (BeatBytes), .Lanes (Lanes), .OutPlaneBits (OutPlaneBits),
                .OutBeatBits (OutBeatBits)) dut (
    .clk_i (clk_i), .rst_ni (rst_ni), .halt_i (halt_i),
    .cmd_valid_i (cmd_valid_i), .cmd_ready_o (cmd_ready), .cmd_addr_i (cmd_addr_i),
    .cmd_bytes_i (cmd_bytes_i), .cmd_plane_i (cmd_plane_i), .cmd_last_i (cmd_last_i),
    .read_o (read), .read_addr_o (read_addr), .read_data_i (read_data_i),
    .awvalid_o (awvalid), .awready_i (awready_i), .awaddr_o (awaddr), .awlen_o (awlen),
    .wvalid_o (wvalid), .wready_i (wready_i), .wdata_o (wdata), .wstrb_o (wstrb), .wlast_o (wlast),
    .bvalid_i (bvalid_i), .bresp_i (bresp_i), .free_o (free), .idle_o (idle), .burst_o (burst),
    .error_o (error), .error_addr_o (error_addr));

  wire        command = cmd_valid_i && cmd_ready;
  wire        issued  = awvalid && awready_i;
  wire        taken   = wvalid && wready_i;
  wire        ended   = taken && wlast;

  // --- the command: what is still to be written ------------------------------------
  reg                    begun_q = 0;
  reg  [63:0]            next_q;       // address of its next byte
  reg  [31:0]            left_q;       // bytes
  reg  [OutBeatBits-1:0] place_q;      // of the beat with the next byte
  reg                    tile_q;
  wire [BEAT_LOG-1:0]    from   = next_q[BEAT_LOG-1:0];
  wire [31:0]            length = (awlen + 32'd1) << BEAT_LOG;
  wire [31:0]            bytes  = left_q < length - from ? left_q : length - from;
  wire [31:0]            after  = issued ? left_q - bytes : left_q;

  // --- the bus -----------------------------------------------------------------------
  reg                    aw_held_q, w_held_q;        // was not taken
  reg  [63:0]            awaddr_q;
  reg  [7:0]             awlen_q;
  reg  [BeatBytes-1:0]   wstrb_q;
  reg                    wlast_q;
  reg  [2:0]             ahead_q;                    // AW accepted, WLAST not yet
  reg  [5:0]             open_q;                     // AW accepted, B not yet
  reg  [8:0]             index_q;                    // W's next beat, of its burst
  reg                    due_q;                      // a burst waited for W in the cycle before
  reg                    read_q;                     // the buffer shows another beat
  reg  [OutBeatBits-1:0] shown_q;                    // which

  // --- the watched burst -----------------------------------------------------------------
  reg                    watched_q, sent_q, over_q;  // it is open; its last beat has left; it was
  reg  [2:0]             w_before_q;                 // bursts that W ends before it
  reg  [5:0]             b_before_q;                 // bursts that are answered before it
  reg  [63:0]            burst_addr_q;
  reg  [7:0]             burst_len_q;
  reg  [BEAT_LOG-1:0]    burst_from_q;               // its first byte in the first beat
  reg  [10:0]            burst_bytes_q;
  reg  [OutBeatBits-1:0] burst_place_q;
  reg                    burst_tile_q;               // the last of a tile's last chunk
  wire                   watches = issued && watch_i && !watched_q && !over_q;
  wire                   w_here  = watched_q && !sent_q && w_before_q == 3'd0;
  wire                   b_here  = watched_q && b_before_q == 6'd0;

  always @* begin
    assume (begun_q == rst_ni);
    assume (cmd_bytes_i != 0 && cmd_bytes_i <= 32'd1 << 30);
    assume (!bvalid_i || open_q != ahead_q);
  end

  always @(posedge clk_i) begin
    begun_q <= 1'b1;
    if (!begun_q) begin
      left_q    <= 32'd0;
      aw_held_q <= 1'b0;
      w_held_q  <= 1'b0;
      ahead_q   <= 3'd0;
      open_q    <= 6'd0;
      index_q   <= 9'd0;
      due_q     <= 1'b0;
      watched_q <= 1'b0;
      sent_q    <= 1'b0;
      over_q    <= 1'b0;
    end else begin
      left_q <= command ? cmd_bytes_i : halt_i && (!awvalid || issued) ? 32'd0 : after;
      if (command) begin
        next_q  <= cmd_addr_i;
        place_q <= (cmd_plane_i * 64'd1 * (Lanes / 8)) / BeatBytes;
        tile_q  <= cmd_last_i;
      end else if (issued) begin
        next_q  <= next_q + bytes;
        place_q <= place_q + awlen + 1'b1;
      end
      aw_held_q <= awvalid && !awready_i;
      w_held_q  <= wvalid && !wready_i;
      ahead_q   <= ahead_q + issued - ended;
      open_q    <= open_q + issued - bvalid_i;
      index_q   <= ended ? 9'd0 : index_q + taken;
      due_q     <= ahead_q != ended;
      if (watches) begin
        watched_q     <= 1'b1;
        w_before_q    <= ahead_q - ended;
        b_before_q    <= open_q - bvalid_i;
        burst_addr_q  <= awaddr;
        burst_len_q   <= awlen;
        burst_from_q  <= from;
        burst_bytes_q <= bytes;
        burst_place_q <= place_q;
        burst_tile_q  <= tile_q && after == 32'd0;
      end else if (watched_q) begin
        w_before_q <= w_before_q - (ended && !sent_q);
        b_before_q <= b_before_q - bvalid_i;
        if (w_here && ended) sent_q <= 1'b1;
        if (b_here && bvalid_i) begin
          watched_q <= 1'b0;
          over_q    <= 1'b1;
        end
      end
    end
    awaddr_q <= awaddr;
    awlen_q  <= awlen;
    wstrb_q  <= wstrb;
    wlast_q  <= wlast;
    read_q   <= read;
    if (read) shown_q <= read_addr;
  end

  // The beat of the watched burst that is on W: its place, and the command's bytes in it.
  wire [OutBeatBits-1:0] place = burst_place_q + index_q;
  wire [BeatBytes-1:0]   strobes;
  genvar b;
  generate
    for (b = 0; b < BeatBytes; b = b + 1) begin : gen_byte
      wire [12:0] number = {index_q, {BEAT_LOG{1'b0}}} + b;
      assign strobes[b] = number >= burst_from_q && number < burst_from_q + burst_bytes_q;
    end
  endgenerate

  always @* if (begun_q) begin
    aw_held_is_stable:  assert (!aw_held_q || (awvalid && awaddr == awaddr_q && awlen == awlen_q));
    aw_within_1024:     assert (!awvalid || awaddr[9:0] + length <= 32'd1024);
    aw_aligned:         assert (!awvalid || awaddr[BEAT_LOG-1:0] == 0);
    aw_in_order:        assert (!awvalid || (left_q != 0 && awaddr >> BEAT_LOG == next_q >> BEAT_LOG));
    aw_not_beyond:      assert (!awvalid || length - BeatBytes < from + left_q);
    aw_only_cut_at_end: assert (!awvalid || bytes == left_q || awaddr[9:0] + length == 32'd1024);
    aw_ahead_at_most_4: assert (ahead_q <= 3'd4 && (!awvalid || ahead_q < 3'd4));
    aw_open_at_most_32: assert (open_q <= 6'd32 && (!awvalid || open_q < 6'd32));
    aw_when_it_can:     assert (left_q == 0 || halt_i || ahead_q == 3'd4 || open_q == 6'd32 || awvalid);
    aw_none_after_halt: assert (!halt_i || !awvalid || aw_held_q);
    command_is_whole:   assert (!command || after == 32'd0);
    w_held_is_stable:   assert (!w_held_q || (wvalid && wstrb == wstrb_q && wlast == wlast_q && !read_q));
    w_follows_aw:       assert (!wvalid || ahead_q != 0);
    w_when_it_can:      assert (!due_q || wvalid);
    w_last_right:       assert (!w_here || !wvalid || wlast == (index_q == burst_len_q));
    w_place_right:      assert (wdata == read_data_i &&
                                (!w_here || !wvalid || shown_q == place));
    w_strobes_right:    assert (!w_here || !wvalid || wstrb == strobes);
    free_is_right:      assert ((!free || ended) && (!w_here || !ended || free == burst_tile_q));
    idle_is_told:       assert (idle == (left_q == 0 && open_q == 0));
    burst_is_counted:   assert (burst == issued);
    error_is_told:      assert (error == (bvalid_i && bresp_i != 2'd0));
    error_addr_right:   assert (!b_here || error_addr == burst_addr_q);
  end

  // --- for the induction: what the unit's registers hold ------------------------------
  (* hierconn *) wire \dut.busy_q , \dut.hold_q , \dut.first_q , \dut.final_q , \dut.tile_last_q ;
  (* hierconn *) wire [63:0] \dut.addr_q ;
  (* hierconn *) wire [31:0] \dut.left_q , \dut.beats_q ;
  (* hierconn *) wire [BEAT_LOG-1:0] \dut.from_q , \dut.to_q ;
  (* hierconn *) wire [OutBeatBits-1:0] \dut.place_q ;
  (* hierconn *) wire [2:0] \dut.ahead_q , \dut.count_q ;
  (* hierconn *) wire [5:0] \dut.open_q ;
  (* hierconn *) wire [8:0] \dut.index_q ;
  (* hierconn *) wire [1:0] \dut.head_q , \dut.tail_q ;
  (* hierconn *) wire [4:0] \dut.open_head_q , \dut.open_tail_q ;
  (* hierconn *) wire \dut.wtile_q ;
  (* hierconn *) wire [OutBeatBits-1:0] \dut.e_place_q[0] , \dut.e_place_q[1] , \dut.e_place_q[2] , \dut.e_place_q[3] ;
  (* hierconn *) wire [8:0] \dut.e_beats_q[0] , \dut.e_beats_q[1] , \dut.e_beats_q[2] , \dut.e_beats_q[3] ;
  (* hierconn *) wire [BEAT_LOG-1:0] \dut.e_from_q[0] , \dut.e_from_q[1] , \dut.e_from_q[2] , \dut.e_from_q[3] ;
  (* hierconn *) wire [BEAT_LOG-1:0] \dut.e_to_q[0] , \dut.e_to_q[1] , \dut.e_to_q[2] , \dut.e_to_q[3] ;
  (* hierconn *) wire \dut.e_first_q[0] , \dut.e_first_q[1] , \dut.e_first_q[2] , \dut.e_first_q[3] ;
  (* hierconn *) wire \dut.e_final_q[0] , \dut.e_final_q[1] , \dut.e_final_q[2] , \dut.e_final_q[3] ;
  (* hierconn *) wire \dut.e_tile_q[0] , \dut.e_tile_q[1] , \dut.e_tile_q[2] , \dut.e_tile_q[3] ;
  (* hierconn *) wire [63:0]
    \dut.open_addr_q[0] , \dut.open_addr_q[1] , \dut.open_addr_q[2] , \dut.open_addr_q[3] ,
    \dut.open_addr_q[4] , \dut.open_addr_q[5] , \dut.open_addr_q[6] , \dut.open_addr_q[7] ,
    \dut.open_addr_q[8] , \dut.open_addr_q[9] , \dut.open_addr_q[10] , \dut.open_addr_q[11] ,
    \dut.open_addr_q[12] , \dut.open_addr_q[13] , \dut.open_addr_q[14] , \dut.open_addr_q[15] ,
    \dut.open_addr_q[16] , \dut.open_addr_q[17] , \dut.open_addr_q[18] , \dut.open_addr_q[19] ,
    \dut.open_addr_q[20] , \dut.open_addr_q[21] , \dut.open_addr_q[22] , \dut.open_addr_q[23] ,
    \dut.open_addr_q[24] , \dut.open_addr_q[25] , \dut.open_addr_q[26] , \dut.open_addr_q[27] ,
    \dut.open_addr_q[28] , \dut.open_addr_q[29] , \dut.open_addr_q[30] , \dut.open_addr_q[31] ;
  wire [32*64-1:0] addresses = {
    \dut.open_addr_q[31] , \dut.open_addr_q[30] , \dut.open_addr_q[29] , \dut.open_addr_q[28] ,
    \dut.open_addr_q[27] , \dut.open_addr_q[26] , \dut.open_addr_q[25] , \dut.open_addr_q[24] ,
    \dut.open_addr_q[23] , \dut.open_addr_q[22] , \dut.open_addr_q[21] , \dut.open_addr_q[20] ,
    \dut.open_addr_q[19] , \dut.open_addr_q[18] , \dut.open_addr_q[17] , \dut.open_addr_q[16] ,
    \dut.open_addr_q[15] , \dut.open_addr_q[14] , \dut.open_addr_q[13] , \dut.open_addr_q[12] ,
    \dut.open_addr_q[11] , \dut.open_addr_q[10] , \dut.open_addr_q[9] , \dut.open_addr_q[8] ,
    \dut.open_addr_q[7] , \dut.open_addr_q[6] , \dut.open_addr_q[5] , \dut.open_addr_q[4] ,
    \dut.open_addr_q[3] , \dut.open_addr_q[2] , \dut.open_addr_q[1] , \dut.open_addr_q[0] };

  localparam ENTRY = OutBeatBits + 9 + 2*BEAT_LOG + 3;
  wire [ENTRY-1:0] entry0 = { \dut.e_place_q[0] , \dut.e_beats_q[0] , \dut.e_from_q[0] , \dut.e_to_q[0] ,
                              \dut.e_first_q[0] , \dut.e_final_q[0] , \dut.e_tile_q[0] };
  wire [ENTRY-1:0] entry1 = { \dut.e_place_q[1] , \dut.e_beats_q[1] , \dut.e_from_q[1] , \dut.e_to_q[1] ,
                              \dut.e_first_q[1] , \dut.e_final_q[1] , \dut.e_tile_q[1] };
  wire [ENTRY-1:0] entry2 = { \dut.e_place_q[2] , \dut.e_beats_q[2] , \dut.e_from_q[2] , \dut.e_to_q[2] ,
                              \dut.e_first_q[2] , \dut.e_final_q[2] , \dut.e_tile_q[2] };
  wire [ENTRY-1:0] entry3 = { \dut.e_place_q[3] , \dut.e_beats_q[3] , \dut.e_from_q[3] , \dut.e_to_q[3] ,
                              \dut.e_first_q[3] , \dut.e_final_q[3] , \dut.e_tile_q[3] };

  // The entry leaves when its last beat is read, which then waits on W.
  wire                   on_w  = wvalid && wlast;
  wire [1:0]             slot  = \dut.head_q + w_before_q - on_w;       // of the watched burst
  wire [4:0]             b_slot = \dut.open_head_q + b_before_q;
  wire [OutBeatBits-1:0] e_place;
  wire [8:0]             e_beats;
  wire [BEAT_LOG-1:0]    e_from, e_to;
  wire                   e_first, e_final, e_tile;
  assign {e_place, e_beats, e_from, e_to, e_first, e_final, e_tile} =
    (slot == 2'd0) ? entry0 : (slot == 2'd1) ? entry1 : (slot == 2'd2) ? entry2 : entry3;
  wire [31:0]            kept;                                          // its address is at b_slot
  genvar i;
  generate
    for (i = 0; i < 32; i = i + 1) begin : gen_kept
      assign kept[i] = b_slot != i || addresses[64*i +: 64] == burst_addr_q;
    end
  endgenerate
  wire [31:0]            all     = from + left_q;                       // from the beat's first byte
  wire [BEAT_LOG-1:0]    stop    = all - 1'b1;                          // the last byte in its beat
  wire [31:0]            b_stop  = burst_from_q + burst_bytes_q;
  wire [BEAT_LOG-1:0]    b_last  = b_stop - 1'b1;
  always @* if (begun_q) begin
    assert (\dut.busy_q == (left_q != 32'd0) && left_q <= 32'd1 << 30);
    assert (\dut.hold_q == aw_held_q && (!aw_held_q || \dut.busy_q ));
    assert (\dut.ahead_q == ahead_q && \dut.open_q == open_q && ahead_q <= open_q);
    assert (ahead_q <= 3'd4 && open_q <= 6'd32);
    assert (\dut.count_q + on_w == ahead_q);
    assert ((\dut.tail_q - \dut.head_q ) % 4 == \dut.count_q % 4);
    assert ((\dut.open_tail_q - \dut.open_head_q ) % 32 == open_q % 32);
    assert (\dut.index_q == ((wvalid && !wlast) ? index_q + 9'd1 : 9'd0));
    assert (wvalid || index_q == 9'd0);
    assert (!wvalid || wlast || \dut.count_q != 0);
    if (\dut.busy_q ) begin
      assert (\dut.addr_q == {next_q[63:BEAT_LOG], {BEAT_LOG{1'b0}}} && \dut.place_q == place_q);
      assert (\dut.tile_last_q == tile_q && \dut.to_q == stop);
      assert (\dut.first_q ? \dut.from_q == from : next_q[9:0] == 0);
      assert (\dut.left_q == (all + BeatBytes - 1) >> BEAT_LOG);
      assert (\dut.final_q == (\dut.beats_q == \dut.left_q ) && \dut.beats_q != 0);
      assert (\dut.beats_q <= \dut.left_q && \dut.beats_q <= 1024 / BeatBytes);
      assert ((next_q[9:0] >> BEAT_LOG) + \dut.beats_q <= 1024 / BeatBytes);
      assert (\dut.final_q || (next_q[9:0] >> BEAT_LOG) + \dut.beats_q == 1024 / BeatBytes);
    end
    assert (!sent_q || watched_q || over_q);
    if (watched_q) begin
      assert (b_before_q < open_q && &kept);
      assert (sent_q ? b_before_q + ahead_q < open_q
                     : w_before_q < ahead_q && b_before_q + ahead_q == open_q + w_before_q);
      assert (burst_bytes_q != 0 && (b_stop + BeatBytes - 1) >> BEAT_LOG == burst_len_q + 1);
      assert (burst_len_q < 1024 / BeatBytes);
      if (w_here) begin
        assert (index_q <= burst_len_q);
        assert (!on_w || \dut.wtile_q == burst_tile_q);
      end
      if (!sent_q && !(w_here && on_w)) begin
        assert (e_place == burst_place_q && e_beats == burst_len_q + 9'd1 && e_tile == burst_tile_q);
        assert (e_first ? e_from == burst_from_q : burst_from_q == 0);
        assert (e_final ? e_to == b_last : b_stop % BeatBytes == 0);
      end
    end
  end
endmodule
`default_nettype wire
