// formal_serac_queue.v - a queue of sections never overflows, loses, repeats or reorders one.
//
// One section of all, and one bit of one beat of it, are watched; which ones the solver chooses. What holds
// for them holds for all. `ahead_q` counts the sections that must leave before the watched one.
//
// Assumed of fetch: a section is written and pushed only where space_o is 1.
`default_nettype none

// PROOF: pdr -GBeatBytes=64 -GDepth=2 QUICK
// FAULT: never_overflows serac_queue.v s/count_q < Depth/count_q <= Depth/
// FAULT: space_is_told serac_queue.v s/count_q < Depth/count_q + 4'd1 < Depth/
// FAULT: none_from_empty serac_queue.v s/take_i && count_q != 4'd0/take_i/
// FAULT: in_order_whole serac_queue.v s/index_q2 == b/index_q == b/
// FAULT: in_order_whole serac_queue.v s/if (pop) head_q <= (head_q == TOP)/if (pop) head_q <= (head_q != TOP)/
// FAULT: ready_in_time serac_queue.v s/loading_q <= !pop/loading_q <= !ready_q/
// FAULT: starts_at_once serac_queue.v s/ && !ready_q;/ \&\& !ready_q \&\& !push_i;/
// PROOF: pdr -GBeatBytes=64 -GDepth=1
// PROOF: pdr -GBeatBytes=64 -GDepth=3
// PROOF: pdr -GBeatBytes=32 -GDepth=4
module formal_serac_queue #(
  parameter BeatBytes = 16,
  parameter Depth     = 2,
  parameter Bit       = 0     // of a beat: all bits are the same, the unit only moves them
) (
  input wire                   clk_i,
  input wire                   rst_ni,
  input wire                   clear_i,
  input wire                   we_i,
  input wire [3:0]             index_i,
  input wire [8*BeatBytes-1:0] data_i,
  input wire                   push_i,
  input wire                   take_i,
  input wire                   watch_i     // the section pushed in this cycle is the watched one
);
  localparam BEATS     = 128 / BeatBytes;

  wire          space, loading, ready;
  wire [1023:0] section;
  serac_queue #(.BeatBytes (BeatBytes), .Depth (Depth)) dut (
    .clk_i (clk_i), .rst_ni (rst_ni), .clear_i (clear_i), .we_i (we_i), .index_i (index_i),
    .data_i (data_i), .push_i (push_i), .space_o (space), .take_i (take_i),
    .loading_o (loading), .ready_o (ready), .section_o (section));

  // A section leaves when it is copied; ready_o says so one cycle later.
  (* hierconn *) wire                 \dut.loading_q ;
  (* hierconn *) wire [4:0]           \dut.index_q ;

  (* anyconst *) wire [3:0] beat;          // the watched one
  wire got = section[beat * 8 * BeatBytes + Bit];
  wire writes = we_i && (index_i & (BEATS - 1)) == beat;

  reg                   begun_q = 0;
  reg                   written_q;         // the watched beat of the section not yet pushed
  reg                   written_data_q;
  reg                   watched_q;         // pushed, and still inside
  reg                   data_q;
  reg [3:0]             ahead_q;
  reg                   done_q;
  reg [3:0]             count_q;           // pushed and not yet given to the stage
  reg [4:0]             wait_q;            // cycles since take met a section
  wire pushes  = push_i && !clear_i;
  wire watches = pushes && watch_i && !watched_q && !done_q && written_q;
  wire leaves  = \dut.loading_q && \dut.index_q == BEATS;   // ready_o one cycle later

  always @* begin
    assume (beat < BEATS);
    assume (begun_q == rst_ni);
    assume (space || (!we_i && !push_i));
    assume (!(we_i && push_i));            // the push follows the last beat
  end

  always @(posedge clk_i) begin
    begun_q <= 1'b1;
    if (!rst_ni || clear_i) begin
      written_q <= 1'b0;
      watched_q <= 1'b0;
      count_q   <= 4'd0;
      wait_q    <= 5'd0;
      done_q    <= 1'b0;
    end else begin
      if (writes) begin
        written_q      <= 1'b1;
        written_data_q <= data_i[Bit];
      end else if (pushes) written_q <= 1'b0;
      count_q <= count_q + pushes - leaves;
      if (watches) begin
        watched_q <= 1'b1;
        data_q    <= written_data_q;
        ahead_q   <= count_q - leaves;
      end else if (watched_q && leaves) begin
        ahead_q   <= ahead_q - 4'd1;
        if (ahead_q == 4'd0) watched_q <= 1'b0;
      end
      done_q <= watched_q && leaves && ahead_q == 4'd0;
      wait_q <= loading ? wait_q + 5'd1 : 5'd0;
    end
  end

  // What the unit promises.
  always @* if (begun_q && rst_ni) begin
    never_overflows:  assert (count_q <= Depth);
    space_is_told:    assert (space == (count_q < Depth));
    none_from_empty:  assert (!leaves || count_q != 4'd0);
    in_order_whole:   assert (!done_q || (ready && got == data_q));
    // BEATS + 2 cycles after take_i met a full queue; it waits for nothing.
    ready_in_time:    assert (wait_q <= BEATS + 2);
    starts_at_once:   assert (loading || !take_i || count_q == 4'd0 || ready);
  end

endmodule
`default_nettype wire
