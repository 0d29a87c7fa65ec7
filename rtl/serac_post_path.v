// serac_post_path.v - RequantLanes requantisers, phases, clamp and packer.
//
// Timing: no stalls; a group of values at t is written at t + SERAC_POST_DEPTH.
// Phases of one tile meet in the held memory: the first stores its value, the
// others combine (maximum or sum), the last one's result goes on.
// Twin: serac_function_block() in model/data/serac_function.c.
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
  localparam CTL = 2 + 2 + HeldBits + RequantLanes + OutAddrBits + LaneBits + 1;
  localparam W   = `SERAC_POST_DEPTH;
  reg  [W:1]     valid_q;
  reg  [CTL-1:0] ctl_q [1:W];
  wire           enter = valid_i && (!threshold || sub_i == 2'd3);
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= {W{1'b0}};
    else         valid_q <= {valid_q[W-1:1], enter};
  end
  integer s;
  always @(posedge clk_i) begin
    if (enter) ctl_q[1] <= {sub_i, phase_first_i, phase_last_i, held_addr_i, mask_i,
                            out_addr_i, out_lane_i, out_clear_i};
    for (s = 2; s <= W; s = s + 1) if (valid_q[s-1]) ctl_q[s] <= ctl_q[s-1];
  end

  // Stage R: the requantised value. Control of a stage is by name, not by place.
  localparam R = `SERAC_REQUANT_DEPTH;
  localparam ADDR_LSB = LaneBits + 1, MASK_LSB = ADDR_LSB + OutAddrBits;
  localparam HELD_LSB = MASK_LSB + RequantLanes, LAST = HELD_LSB + HeldBits;
  localparam FIRST = LAST + 1, SUB_LSB = LAST + 2;

  // The held value is read in stage R-2 and waits in a register in R, where it is
  // combined; the result is written at the end of R. What the two values ahead
  // have just written is taken from them.
  wire [HeldBits-1:0] held_addr_r2 = ctl_q[R-2][HELD_LSB +: HeldBits];
  wire [HeldBits-1:0] held_addr_r1 = ctl_q[R-1][HELD_LSB +: HeldBits];
  wire [HeldBits-1:0] held_addr_r  = ctl_q[R][HELD_LSB +: HeldBits];
  wire                held_re      = valid_q[R-2] && !ctl_q[R-2][FIRST];
  wire                held_we      = valid_q[R] && !ctl_q[R][LAST] &&
                                     (!raw || ctl_q[R][SUB_LSB +: 2] == 2'd3);
  wire [RequantLanes*32-1:0] held_mem, combined;
  reg                        forward_q;
  reg  [RequantLanes*32-1:0] forward_data_q, held_q;
  always @(posedge clk_i) begin
    forward_q <= held_we && held_addr_r == held_addr_r2;
    if (held_we && held_re) forward_data_q <= combined;
    if (valid_q[R-1])
      held_q <= (held_we && held_addr_r == held_addr_r1) ? combined :
                forward_q ? forward_data_q : held_mem;
  end
  serac_ram #(
    .Width   (RequantLanes * 32),
    .Granule (RequantLanes * 32),
    .Depth   (HeldDepth)
  ) u_held (
    .clk_i   (clk_i),
    .we_i    (held_we),
    .waddr_i (held_addr_r),
    .wdata_i (combined),
    .re_i    (held_re),
    .raddr_i (held_addr_r2),
    .rdata_o (held_mem)
  );

  wire [33:0] low  = {{2{clamp_min_i[31]}}, clamp_min_i};
  wire [33:0] high = {{2{clamp_max_i[31]}}, clamp_max_i};
  wire [33:0] zero = {{2{out_zero_i[31]}}, out_zero_i};

  // R+1 combined, R+2 plus zero point, R+3 clamped, R+4 as planes, R+5 (W)
  // beside the output buffer.
  wire                    move1 = valid_q[R], move2 = valid_q[R+1];
  wire                    move3 = valid_q[R+2], move4 = valid_q[R+3], move5 = valid_q[R+4];
  wire [RequantLanes-1:0] mask  = ctl_q[R+2][MASK_LSB +: RequantLanes];
  wire [1:0]              sub   = ctl_q[R+3][SUB_LSB +: 2];

  genvar i, p;
  generate
    for (i = 0; i < RequantLanes; i = i + 1) begin : gen_lane
      wire [31:0] value;
      serac_requant u_requant (
        .clk_i       (clk_i),
        .rst_ni      (rst_ni),
        .valid_i     (valid_i),
        .mode_i      (mode_i),
        .dot_shift_i (dot_shift_i),
        .sub_i       (sub_i),
        .dot_i       (acc_i[i*32 +: 32]),
        .ones_i      (ones_i),
        .record_i    (records_i[i*128 +: 128]),
        .value_o     (value)
      );

      wire [31:0] held_value = held_q[i*32 +: 32];
      wire        greater    = $signed(held_value) > $signed(value);
      assign combined[i*32 +: 32] = ctl_q[R][FIRST] ? value :
                                    combine_add_i ? held_value + value :
                                    greater ? held_value : value;
      reg         [31:0] value_q1, y_q3;
      reg  signed [33:0] sum_q2;
      wire        [31:0] clamped = (sum_q2 < $signed(low)) ? clamp_min_i :
                                   (sum_q2 > $signed(high)) ? clamp_max_i : sum_q2[31:0];
      always @(posedge clk_i) begin
        if (move1) value_q1 <= combined[i*32 +: 32];
        if (move2) sum_q2   <= {{2{value_q1[31]}}, value_q1} + (raw ? 34'd0 : zero);
        if (move3) y_q3     <= !mask[i] ? 32'd0 : raw ? sum_q2[31:0] : clamped;
      end

      // Plane p is bit out_bits-1-p; raw: the byte of this sub-cycle, top first.
      for (p = 0; p < 8; p = p + 1) begin : gen_plane
        wire [4:0] bit_index = raw ? {~sub, 3'd7 - p[2:0]} : out_bits_i[4:0] - 5'd1 - p[4:0];
        reg        plane_q4;
        reg        plane_q5;
        always @(posedge clk_i) begin
          if (move4) plane_q4 <= y_q3[bit_index];
          if (move5) plane_q5 <= plane_q4;
        end
        assign wdata_o[p*RequantLanes + i] = plane_q5;
      end
    end
  endgenerate

  wire [OutAddrBits-1:0] addr = ctl_q[W-1][ADDR_LSB +: OutAddrBits];
  reg  [OutAddrBits-1:0] waddr_q;
  reg  [3:0]             wplanes_q;
  always @(posedge clk_i) begin
    if (move5) begin
      waddr_q   <= raw ? addr + {{OutAddrBits-5{1'b0}}, ctl_q[W-1][SUB_LSB +: 2], 3'd0} : addr;
      wplanes_q <= raw ? 4'd8 : out_bits_i[3:0];
    end
  end
  assign we_o      = valid_q[W] && ctl_q[W][LAST];
  assign waddr_o   = waddr_q;
  assign wplanes_o = wplanes_q;
  assign wlane_o   = ctl_q[W][1 +: LaneBits];
  assign wclear_o  = ctl_q[W][0];
endmodule
`default_nettype wire
