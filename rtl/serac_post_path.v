// serac_post_path.v - RequantLanes requantisers, phases, clamp and packer.
//
// Timing: no stalls; a group of values at t is written at t + SERAC_POST_DEPTH.
// Phases of one tile meet in the held memory: the first stores its value, the
// others combine (maximum or sum), the last one's result goes on.
// Twin: serac_function_block() in model/serac_function.c.
`default_nettype none
`include "serac_regs.vh"

module serac_post_path #(
  // LINT: -GRows=1 -GCols=1 -GLanes=8 -GRequantLanes=1
  // LINT: -GRows=32 -GCols=4 -GLanes=512 -GRequantLanes=32
  parameter Rows         = 32,
  parameter Cols         = 16,
  parameter Lanes        = 64,
  parameter RequantLanes = 8,
  parameter OutAddrBits  = 12,
  parameter HeldDepth    = Rows * Cols / RequantLanes,                  // do not set
  parameter HeldBits     = (HeldDepth > 1) ? $clog2(HeldDepth) : 1,     // do not set
  parameter LaneBits     = (Lanes > RequantLanes) ? $clog2(Lanes / RequantLanes) : 1 // do not set
) (
  input  wire                        clk_i,
  input  wire                        rst_ni,
  input  wire                        valid_i,
  input  wire [RequantLanes*32-1:0]  acc_i,
  input  wire [31:0]                 ones_i,
  input  wire [RequantLanes*128-1:0] records_i,
  input  wire [1:0]                  sub_i,
  input  wire [2:0]                  mode_i,
  input  wire [1:0]                  dot_shift_i,
  input  wire                        combine_add_i,
  /* verilator lint_off UNUSEDSIGNAL */ // 32 only in mode raw
  input  wire [7:0]                  out_bits_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  wire [31:0]                 out_zero_i,
  input  wire [31:0]                 clamp_min_i,
  input  wire [31:0]                 clamp_max_i,
  input  wire                        phase_first_i,
  input  wire                        phase_last_i,
  input  wire [HeldBits-1:0]         held_addr_i,
  input  wire [RequantLanes-1:0]     mask_i,        // 0: no such channel
  input  wire [OutAddrBits-1:0]      out_addr_i,    // plane 0 of the block
  input  wire [LaneBits-1:0]         out_lane_i,
  input  wire                        out_clear_i,

  output wire                        we_o,
  output wire [OutAddrBits-1:0]      waddr_o,
  output wire [3:0]                  wplanes_o,
  output wire [8*RequantLanes-1:0]   wdata_o,       // [plane][lane], top plane first
  output wire [LaneBits-1:0]         wlane_o,
  output wire                        wclear_o
);
  wire raw       = mode_i == `SERAC_MODE_RAW;
  wire threshold = mode_i == `SERAC_MODE_THRESHOLD;

  // Control beside the values: delay line of SERAC_POST_DEPTH stages.
  localparam CTL = 1 + 2 + 2 + HeldBits + RequantLanes + OutAddrBits + LaneBits + 1;
  reg  [CTL-1:0] ctl_q [1:`SERAC_POST_DEPTH];
  integer s;
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (s = 1; s <= `SERAC_POST_DEPTH; s = s + 1) ctl_q[s] <= {CTL{1'b0}};
    end else begin
      ctl_q[1] <= {valid_i && (!threshold || sub_i == 2'd3), sub_i, phase_first_i, phase_last_i,
                   held_addr_i, mask_i, out_addr_i, out_lane_i, out_clear_i};
      for (s = 2; s <= `SERAC_POST_DEPTH; s = s + 1) ctl_q[s] <= ctl_q[s-1];
    end
  end

  wire                held_valid5 = ctl_q[5][CTL-1];
  wire                held_first5 = ctl_q[5][CTL-4];
  wire [HeldBits-1:0] held_addr5  = ctl_q[5][CTL-6 -: HeldBits];
  wire                valid6, first6, last6;
  wire [1:0]          sub6;
  wire [HeldBits-1:0] held_addr6;
  assign {valid6, sub6, first6, last6, held_addr6} = ctl_q[6][CTL-1 -: 5+HeldBits];

  // The held value is read in stage 5, combined in 6, written at its end. What
  // was written one cycle before the read data arrives is forwarded.
  wire [RequantLanes*32-1:0] held_mem, combined;
  wire                       held_we = valid6 && !last6 && (!raw || sub6 == 2'd3);
  wire                       clash   = held_we && held_valid5 && held_addr6 == held_addr5;
  reg                        forward_q;
  reg  [RequantLanes*32-1:0] forward_data_q;
  always @(posedge clk_i) begin
    forward_q <= clash;
    if (clash) forward_data_q <= combined;
  end
  serac_ram #(
    .Width   (RequantLanes * 32),
    .Granule (RequantLanes * 32),
    .Depth   (HeldDepth)
  ) u_held (
    .clk_i   (clk_i),
    .we_i    (held_we),
    .waddr_i (held_addr6),
    .wdata_i (combined),
    .re_i    (held_valid5 && !held_first5),
    .raddr_i (held_addr5),
    .rdata_o (held_mem)
  );
  wire [RequantLanes*32-1:0] held = forward_q ? forward_data_q : held_mem;

  wire [33:0] low  = {{2{clamp_min_i[31]}}, clamp_min_i};
  wire [33:0] high = {{2{clamp_max_i[31]}}, clamp_max_i};
  wire [33:0] zero = {{2{out_zero_i[31]}}, out_zero_i};

  wire [1:0]              sub8;
  wire                    valid8, last8, clear8;
  wire [RequantLanes-1:0] mask7;
  wire [OutAddrBits-1:0]  addr8;
  wire [LaneBits-1:0]     lane8;
  assign mask7 = ctl_q[7][LaneBits+OutAddrBits+1 +: RequantLanes];
  assign {addr8, lane8, clear8} = ctl_q[8][OutAddrBits+LaneBits:0];
  assign valid8 = ctl_q[8][CTL-1];
  assign sub8   = ctl_q[8][CTL-2 -: 2];
  assign last8  = ctl_q[8][CTL-5];

  genvar i, p;
  generate
    for (i = 0; i < RequantLanes; i = i + 1) begin : gen_lane
      wire [31:0] value6;
      serac_requant u_requant (
        .clk_i       (clk_i),
        .valid_i     (valid_i),
        .mode_i      (mode_i),
        .dot_shift_i (dot_shift_i),
        .sub_i       (sub_i),
        .dot_i       (acc_i[i*32 +: 32]),
        .ones_i      (ones_i),
        .record_i    (records_i[i*128 +: 128]),
        .value_o     (value6)
      );

      wire [31:0] held_value = held[i*32 +: 32];
      wire        greater    = $signed(held_value) > $signed(value6);
      assign combined[i*32 +: 32] = first6 ? value6 :
                                    combine_add_i ? held_value + value6 :
                                    greater ? held_value : value6;
      reg [31:0] value_q7, y_q8;
      wire signed [33:0] sum = {{2{value_q7[31]}}, value_q7} + zero;
      wire [31:0] clamped = (sum < $signed(low)) ? clamp_min_i :
                            (sum > $signed(high)) ? clamp_max_i : sum[31:0];
      always @(posedge clk_i) begin
        value_q7 <= combined[i*32 +: 32];
        y_q8     <= !mask7[i] ? 32'd0 : raw ? value_q7 : clamped;
      end

      // Plane p is bit out_bits-1-p; raw: the byte of this sub-cycle, top first.
      for (p = 0; p < 8; p = p + 1) begin : gen_plane
        wire [4:0] bit_index = raw ? {~sub8, 3'd7 - p[2:0]} : out_bits_i[4:0] - 5'd1 - p[4:0];
        assign wdata_o[p*RequantLanes + i] = y_q8[bit_index];
      end
    end
  endgenerate

  assign we_o      = valid8 && last8;
  assign waddr_o   = raw ? addr8 + {{OutAddrBits-5{1'b0}}, sub8, 3'd0} : addr8;
  assign wplanes_o = raw ? 4'd8 : out_bits_i[3:0];
  assign wlane_o   = lane8;
  assign wclear_o  = clear8;
endmodule
`default_nettype wire
