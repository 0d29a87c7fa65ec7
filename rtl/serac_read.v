// serac_read.v - AXI4 read master: cuts ranges into bursts, keeps their order.
//
// A command is a contiguous range with a description of what its bytes are.
// Bursts end at multiples of 1024 bytes. The first AR of a command follows in
// the cycle after it was accepted; ARVALID waits only for a slot among
// `Outstanding`. Every beat leaves one cycle after it arrived, with its command's
// description and its place. RREADY is always 1: whoever issues a command has
// reserved the space.
//
// Twin: serac_read_*() in model/time/serac_read.c.
`default_nettype none
`include "serac_defs.vh"

module serac_read #(
  // LINT: -GBeatBytes=8 -GOutstanding=1
  // LINT: -GBeatBytes=64 -GOutstanding=32
  parameter BeatBytes   = 16,
  parameter Outstanding = 16
) (
  input  wire                     clk_i,
  input  wire                     rst_ni,
  input  wire                     halt_i,      // start nothing new

  input  wire                     cmd_valid_i,
  output wire                     cmd_ready_o,
  input  wire [63:0]              cmd_addr_i,  // beat aligned
  input  wire [31:0]              cmd_bytes_i, // multiple of BeatBytes, not 0
  input  wire [1:0]               cmd_kind_i,  // `SERAC_KIND_*
  input  wire                     cmd_half_i,
  input  wire                     cmd_last_i,  // the load ends with this command
  input  wire [16:0]              cmd_line_i,  // input line (activations)
  input  wire [31:0]              cmd_beat_i,  // beat number within it

  output wire                     arvalid_o,
  input  wire                     arready_i,
  output wire [63:0]              araddr_o,
  output wire [7:0]               arlen_o,
  input  wire                     rvalid_i,
  input  wire [8*BeatBytes-1:0]   rdata_i,
  input  wire [1:0]               rresp_i,
  input  wire                     rlast_i,

  output wire                     beat_valid_o,
  output wire [8*BeatBytes-1:0]   beat_data_o,
  output wire [1:0]               beat_kind_o,
  output wire                     beat_half_o,
  output wire                     beat_last_o, // last beat of the load
  output wire [16:0]              beat_line_o,
  output wire [31:0]              beat_number_o,

  output wire                     busy_o,      // a command or a burst is open
  output wire                     waiting_o,   // bursts are outstanding
  output wire                     burst_o,     // an AR was accepted (counter)
  output wire                     error_o,     // this beat carries an error
  output wire                     error_decode_o, // DECERR, else SLVERR
  output wire [63:0]              error_addr_o
);
  localparam BEAT_LOG  = $clog2(BeatBytes);
  localparam BURST_LOG = 10;
  localparam SLOT_LOG  = (Outstanding > 1) ? $clog2(Outstanding) : 1;

  reg                  busy_q, hold_q;
  reg  [63:0]          addr_q;
  reg  [31:0]          left_q;      // bytes
  reg  [31:0]          bytes_q;     // of the next burst
  reg                  final_q;     // it is the command's last
  reg  [31:0]          number_q;
  reg  [1:0]           kind_q;
  reg                  half_q, last_q;
  reg  [16:0]          line_q;
  reg  [5:0]           open_q;      // bursts in flight

  // A command's first burst ends at an edge, all others begin at one.
  localparam [31:0] BURST = 32'd1 << BURST_LOG;
  wire [31:0] cmd_edge  = BURST - {{(32 - BURST_LOG){1'b0}}, cmd_addr_i[BURST_LOG-1:0]};
  wire [11:0] cmd_stop  = {2'd0, cmd_addr_i[BURST_LOG-1:0]} + {1'b0, cmd_bytes_i[BURST_LOG:0]};
  wire        cmd_final = cmd_bytes_i[31:BURST_LOG+1] == 0 && cmd_stop <= BURST[11:0];
  wire [31:0] left_next = left_q - bytes_q;
  wire        last_next = left_next <= BURST;
  wire [31:0] beats     = bytes_q >> BEAT_LOG;
  wire        accepted = arvalid_o && arready_i;
  wire        ended    = rvalid_i && rlast_i;

  assign arvalid_o   = busy_q && (open_q < Outstanding[5:0]) && (!halt_i || hold_q);
  assign araddr_o    = addr_q;
  assign arlen_o     = beats[7:0] - 8'd1;
  assign cmd_ready_o = !halt_i && (!busy_q || (accepted && final_q));
  assign burst_o     = accepted;
  assign waiting_o   = open_q != 6'd0;
  assign busy_o      = busy_q || waiting_o;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q   <= 1'b0;
      hold_q   <= 1'b0;
      addr_q   <= 64'd0;
      left_q   <= 32'd0;
      bytes_q  <= 32'd0;
      final_q  <= 1'b0;
      number_q <= 32'd0;
      kind_q   <= 2'd0;
      half_q   <= 1'b0;
      last_q   <= 1'b0;
      line_q   <= 17'd0;
      open_q   <= 6'd0;
    end else begin
      hold_q <= arvalid_o && !arready_i;
      open_q <= open_q + {5'd0, accepted} - {5'd0, ended};
      if (cmd_valid_i && cmd_ready_o) begin
        busy_q   <= 1'b1;
        addr_q   <= cmd_addr_i;
        left_q   <= cmd_bytes_i;
        bytes_q  <= cmd_final ? cmd_bytes_i : cmd_edge;
        final_q  <= cmd_final;
        number_q <= cmd_beat_i;
        kind_q   <= cmd_kind_i;
        half_q   <= cmd_half_i;
        last_q   <= cmd_last_i;
        line_q   <= cmd_line_i;
      end else if (accepted) begin
        busy_q   <= !final_q && !halt_i;
        addr_q   <= {addr_q[63:BURST_LOG] + 1'b1, {BURST_LOG{1'b0}}};
        left_q   <= left_next;
        bytes_q  <= last_next ? left_next : BURST;
        final_q  <= last_next;
        number_q <= number_q + beats;
      end else if (halt_i && !hold_q) begin
        busy_q   <= 1'b0;
      end
    end
  end

  // Descriptions of the open bursts, oldest at head_q.
  reg  [64+2+1+1+17+32-1:0] entry_q [0:(1<<SLOT_LOG)-1];
  reg  [SLOT_LOG-1:0]       head_q, tail_q;
  reg  [7:0]                index_q; // beat within the burst

  wire [63:0] head_addr;
  wire [1:0]  head_kind;
  wire        head_half, head_last;
  wire [16:0] head_line;
  wire [31:0] head_number;
  assign {head_addr, head_kind, head_half, head_last, head_line, head_number} = entry_q[head_q];

  localparam [SLOT_LOG-1:0] TOP = Outstanding[SLOT_LOG-1:0] - 1'b1;

  always @(posedge clk_i) begin
    if (accepted)
      entry_q[tail_q] <= {addr_q, kind_q, half_q, last_q && final_q, line_q, number_q};
  end

  reg                   beat_valid_q, beat_half_q, beat_last_q;
  reg [8*BeatBytes-1:0] beat_data_q;
  reg [1:0]             beat_kind_q;
  reg [16:0]            beat_line_q;
  reg [31:0]            beat_number_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q        <= {SLOT_LOG{1'b0}};
      tail_q        <= {SLOT_LOG{1'b0}};
      index_q       <= 8'd0;
      beat_valid_q  <= 1'b0;
    end else begin
      if (accepted)
        tail_q <= (tail_q == TOP) ? {SLOT_LOG{1'b0}} : tail_q + 1'b1;
      if (ended)
        head_q <= (head_q == TOP) ? {SLOT_LOG{1'b0}} : head_q + 1'b1;
      beat_valid_q <= rvalid_i;
      if (rvalid_i) index_q <= rlast_i ? 8'd0 : index_q + 8'd1;
    end
  end
  always @(posedge clk_i) begin
    if (rvalid_i) begin
      beat_data_q   <= rdata_i;
      beat_kind_q   <= head_kind;
      beat_half_q   <= head_half;
      beat_last_q   <= head_last && rlast_i;
      beat_line_q   <= head_line;
      beat_number_q <= head_number + {24'd0, index_q};
    end
  end

  assign beat_valid_o  = beat_valid_q;
  assign beat_data_o   = beat_data_q;
  assign beat_kind_o   = beat_kind_q;
  assign beat_half_o   = beat_half_q;
  assign beat_last_o   = beat_valid_q && beat_last_q;
  assign beat_line_o   = beat_line_q;
  assign beat_number_o = beat_number_q;
  assign error_o       = rvalid_i && (rresp_i != 2'd0);
  assign error_decode_o = rresp_i[0];
  assign error_addr_o  = head_addr;
endmodule
`default_nettype wire
