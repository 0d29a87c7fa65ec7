// serac_control.v - one run: its end, its errors, its counters.
//
// Cycle 0 of a run is the first with busy_o high, the cycle after the doorbell.
// A run ends in the cycle in which everything is idle (done_o); after an error
// when the bursts that were accepted have ended; on deadlock after 16 cycles in
// which every stage waited and nothing was outstanding.
// Twins: end_run() in model/time/serac_timeline.c; for what a wait is counted, model/time/serac_wait.c.
`default_nettype none
`include "serac_regs.vh"
`include "serac_defs.vh"

module serac_control #(
  // LINT: -GBeatBytes=64 -GRequantLanes=1
  parameter BeatBytes    = 16,
  parameter RequantLanes = 8
) (
  input  wire                 clk_i,
  input  wire                 rst_ni,
  input  wire                 start_i,
  output wire                 busy_o,
  output wire                 done_o,
  output wire [3:0]           error_o,
  output wire [63:0]          error_addr_o,
  output wire [13*64-1:0]     counters_o,
  output wire                 halt_o,            // start nothing new
  output wire                 clear_o,           // all stages back to idle

  input  wire                 fetch_active_i,
  input  wire [2:0]           fetch_state_i,
  input  wire [2:0]           exec_state_i,
  input  wire [2:0]           store_state_i,
  input  wire                 exec_idle_i,
  input  wire                 post_busy_i,
  input  wire                 store_idle_i,
  input  wire                 bad_i,
  input  wire [63:0]          block_addr_i,
  input  wire                 read_busy_i,
  input  wire                 read_waiting_i,
  input  wire                 read_error_i,
  input  wire                 read_error_resp_i, // 0 SLVERR, 1 DECERR
  input  wire [63:0]          read_error_addr_i,
  input  wire                 write_idle_i,
  input  wire                 write_error_i,
  input  wire                 write_error_resp_i,
  input  wire [63:0]          write_error_addr_i,

  input  wire                 issue_i,
  input  wire                 wait_load_i,
  input  wire                 wait_requant_i,
  input  wire                 wait_space_i,
  input  wire                 ended_i,
  input  wire                 read_beat_i,
  input  wire                 write_beat_i,
  input  wire [BeatBytes-1:0] write_strobe_i,
  input  wire                 read_burst_i,
  input  wire                 write_burst_i,
  input  wire                 results_i,
  input  wire                 block_i
);
  localparam PATIENCE = 4'd15;

  reg        busy_q, halt_q, begun_q;
  reg [3:0]  error_q, patience_q;
  reg [63:0] error_addr_q;

  wire quiet     = !read_busy_i && write_idle_i;
  wire idle      = !fetch_active_i && exec_idle_i && !post_busy_i && store_idle_i;
  wire finished  = busy_q && !halt_q && idle && quiet;
  wire stopped   = busy_q && halt_q && quiet;
  wire fetch_stuck = fetch_state_i != `SERAC_STATE_RUN && fetch_state_i != `SERAC_STATE_WAIT_MEMORY;
  wire exec_stuck  = exec_state_i != `SERAC_STATE_RUN;
  wire store_stuck = store_state_i == `SERAC_STATE_IDLE || store_state_i == `SERAC_STATE_WAIT_RECEIVE;
  wire stuck     = busy_q && !halt_q && !idle && quiet && !read_waiting_i && !post_busy_i &&
                   fetch_stuck && exec_stuck && store_stuck;
  wire deadlock  = stuck && patience_q == PATIENCE;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q       <= 1'b0;
      halt_q       <= 1'b0;
      begun_q      <= 1'b0;
      error_q      <= `SERAC_ERROR_NONE;
      error_addr_q <= 64'd0;
      patience_q   <= 4'd0;
    end else if (start_i) begin
      busy_q       <= 1'b1;
      halt_q       <= 1'b0;
      begun_q      <= 1'b0;
      error_q      <= `SERAC_ERROR_NONE;
      error_addr_q <= 64'd0;
      patience_q   <= 4'd0;
    end else if (busy_q) begin
      if (finished || stopped) busy_q <= 1'b0;
      if (issue_i) begun_q <= 1'b1;
      patience_q <= stuck ? patience_q + 4'd1 : 4'd0;
      if (!halt_q) begin
        if (bad_i) begin
          halt_q       <= 1'b1;
          error_q      <= `SERAC_ERROR_BAD_INSTRUCTION;
          error_addr_q <= block_addr_i;
        end else if (read_error_i) begin
          halt_q       <= 1'b1;
          error_q      <= read_error_resp_i ? `SERAC_ERROR_READ_DECERR : `SERAC_ERROR_READ_SLVERR;
          error_addr_q <= read_error_addr_i;
        end else if (write_error_i) begin
          halt_q       <= 1'b1;
          error_q      <= write_error_resp_i ? `SERAC_ERROR_WRITE_DECERR
                                             : `SERAC_ERROR_WRITE_SLVERR;
          error_addr_q <= write_error_addr_i;
        end else if (deadlock) begin
          halt_q       <= 1'b1;
          error_q      <= `SERAC_ERROR_DEADLOCK;
          error_addr_q <= block_addr_i;
        end
      end
    end
  end

  assign busy_o       = busy_q;
  assign done_o       = finished || stopped;
  assign halt_o       = halt_q;
  assign clear_o      = finished || stopped;   // the next run begins as after reset
  assign error_o      = error_q;
  assign error_addr_o = error_addr_q;

  // --- counters ----------------------------------------------------------------
  wire fill        = !issue_i && (!begun_q || ended_i);
  wire other       = !issue_i && !fill;
  wire on_store    = fetch_state_i == `SERAC_STATE_WAIT_RECEIVE;
  wire stall_fetch = other && wait_load_i && !on_store;
  wire stall_store = other && ((wait_load_i && on_store) || wait_space_i);
  wire stall_requant = other && wait_requant_i;
  wire stall_control = other && !wait_load_i && !wait_space_i && !wait_requant_i;

  integer i;
  reg [7:0] strobes;
  always @* begin
    strobes = 8'd0;
    for (i = 0; i < BeatBytes; i = i + 1) strobes = strobes + {7'd0, write_strobe_i[i]};
  end

  localparam [7:0] BEAT = BeatBytes[7:0];
  localparam [7:0] RESULTS = RequantLanes[7:0];
  wire [13*8-1:0] step = {
    {7'd0, block_i}, results_i ? RESULTS : 8'd0,
    {7'd0, write_burst_i}, {7'd0, read_burst_i},
    write_beat_i ? strobes : 8'd0, read_beat_i ? BEAT : 8'd0,
    {7'd0, fill}, {7'd0, stall_control}, {7'd0, stall_store}, {7'd0, stall_requant},
    {7'd0, stall_fetch}, {7'd0, issue_i}, 8'd1};

  // Counted one cycle later: a run's counters are complete in the cycle after its last.
  reg [13*8-1:0] step_q;
  reg            count_step_q;
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_step_q <= 1'b0;
    else         count_step_q <= busy_q && !start_i;
  end
  always @(posedge clk_i) if (busy_q) step_q <= step;

  genvar c;
  generate
    for (c = 0; c < 13; c = c + 1) begin : gen_counter
      // Two parts, each with a clock of its own: the upper one moves once in 256.
      reg  [7:0]  low_q;
      reg  [55:0] high_q;
      wire [7:0]  by  = step_q[c*8 +: 8];
      wire [8:0]  sum = {1'b0, low_q} + {1'b0, by};
      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) low_q <= 8'd0;
        else if (start_i) low_q <= 8'd0;
        else if (count_step_q && by != 8'd0) low_q <= sum[7:0];
      end
      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) high_q <= 56'd0;
        else if (start_i) high_q <= 56'd0;
        else if (count_step_q && sum[8]) high_q <= high_q + 56'd1;
      end
      assign counters_o[c*64 +: 64] = {high_q, low_q};
    end
  endgenerate
endmodule
`default_nettype wire
