// serac_column.v - one column: its activation bank, its place in the image, its padding.
//
// At a run's first pixel the column takes its place from serac_columns, at each
// further pixel it moves on, over a line's end to the head window if need be. A tap outside
// the image gives the zero point's digit instead of the bank's.
//
// Timing: load/step at s1, address at s2, read at s4, digit out at s6.
`default_nettype none
`include "serac_regs.vh"

module serac_column #(
  // LINT: -GLanes=8 -GActPlanes=8 -GBeatBytes=64 -GBankBytes=1024 -GBankAddrBits=4 -GPlaneBits=10
  parameter Lanes        = 64,
  parameter ActPlanes    = 1,
  parameter BeatBytes    = 16,
  parameter BankBytes    = 8192,
  parameter BankAddrBits = 9,
  parameter PlaneBits    = 10
) (
  input  wire                       clk_i,
  input  wire                       rst_ni,
  /* verilator lint_off UNUSEDSIGNAL */ // every unit reads only some fields
  input  wire [1023:0]              section_i,     // exec section
  /* verilator lint_on UNUSEDSIGNAL */

  input  wire                       we_i,
  input  wire [BankAddrBits-1:0]    waddr_i,
  input  wire [8*BeatBytes-1:0]     wdata_i,

  input  wire                       load_i,        // s2
  input  wire                       step_i,
  input  wire [16:0]                line_i,
  input  wire [31:0]                x_i,
  input  wire [31:0]                left_i,
  input  wire [PlaneBits-1:0]       tail_i,
  input  wire [PlaneBits-1:0]       head_i,

  input  wire                       valid_i,       // s2
  input  wire [PlaneBits-1:0]       addr_i,
  input  wire [16:0]                tap_line_i,
  input  wire [31:0]                tap_x_i,
  input  wire [3:0]                 real_i,
  input  wire [ActPlanes-1:0]       pad_digit_i,
  input  wire [Lanes-1:0]           pad_lanes_i,   // s6: real lanes of this block

  output wire [ActPlanes*Lanes-1:0] digit_o        // s6, plane 0 least significant
);
  wire [31:0] out_width   = section_i[`SERAC_EXEC_OUT_WIDTH];
  wire [15:0] row_step    = section_i[`SERAC_EXEC_ROW_STEP];
  wire [31:0] in_height   = section_i[`SERAC_EXEC_IN_HEIGHT];
  wire [31:0] line_planes = section_i[`SERAC_EXEC_LINE_PLANES];
  wire [15:0] step_planes = section_i[`SERAC_EXEC_STEP_PLANES];
  wire [15:0] pad_left    = section_i[`SERAC_EXEC_PAD_LEFT_PLANES];

  reg  [16:0]          line_q;
  reg  [31:0]          x_q, left_q;
  reg  [PlaneBits-1:0] origin_q, head_q;
  wire                 crosses = left_q == 32'd1;

  always @(posedge clk_i) begin
    if (load_i) begin
      line_q   <= line_i;
      x_q      <= x_i;
      left_q   <= left_i;
      origin_q <= tail_i;
      head_q   <= head_i;
    end else if (step_i) begin
      line_q   <= crosses ? line_q + {1'b0, row_step} : line_q;
      x_q      <= crosses ? 32'd0 - {16'd0, pad_left} : x_q + {16'd0, step_planes};
      left_q   <= crosses ? out_width : left_q - 32'd1;
      origin_q <= crosses ? head_q : origin_q;
    end
  end

  // s3: where the tap lies. s4: is it in the image?
  reg  [16:0]          tap_line_q3;
  reg  [31:0]          tap_x_q3;
  reg  [PlaneBits-1:0] addr_q3, addr_q4;
  reg                  valid_q3, valid_q4, outside_q4, outside_q5, outside_q6;
  reg  [3:0]           real_q3, real_q4, real_q5, real_q6;
  reg  [ActPlanes-1:0] pad_q3, pad_q4, pad_q5, pad_q6;
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q3 <= 1'b0;
      valid_q4 <= 1'b0;
    end else begin
      valid_q3 <= valid_i;
      valid_q4 <= valid_q3;
    end
  end
  always @(posedge clk_i) begin
    if (valid_i) begin
      tap_line_q3 <= line_q + tap_line_i;
      tap_x_q3    <= x_q + tap_x_i;
      addr_q3     <= addr_i + origin_q + x_q[PlaneBits-1:0];
      real_q3     <= real_i;
      pad_q3      <= pad_digit_i;
    end
    if (valid_q3) begin
      outside_q4  <= {{15{tap_line_q3[16]}}, tap_line_q3} >= in_height || tap_x_q3 >= line_planes;
      addr_q4     <= addr_q3;
      real_q4     <= real_q3;
      pad_q4      <= pad_q3;
    end
    if (valid_q4) begin
      outside_q5  <= outside_q4;
      real_q5     <= real_q4;
      pad_q5      <= pad_q4;
    end
    outside_q6 <= outside_q5;
    real_q6    <= real_q5;
    pad_q6     <= pad_q5;
  end

  wire [ActPlanes*Lanes-1:0] planes, digit;
  serac_plane_buffer #(
    .PlaneBits   (Lanes),
    .ReadPlanes  (ActPlanes),
    .BeatBits    (8 * BeatBytes),
    .BufferBytes (BankBytes)
  ) u_bank (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .we_i    (we_i),
    .waddr_i (waddr_i),
    .wdata_i (wdata_i),
    .re_i    (valid_q4 && !outside_q4),
    .raddr_i (addr_q4),
    .rdata_o (planes)
  );

  serac_digit #(
    .Planes (ActPlanes),
    .Width  (Lanes)
  ) u_digit (
    .planes_i (planes),
    .real_i   (real_q6),
    .extend_i (section_i[`SERAC_EXEC_ACT_SIGNED]),
    .digit_o  (digit)
  );

  genvar p;
  generate
    for (p = 0; p < ActPlanes; p = p + 1) begin : gen_pad
      assign digit_o[p*Lanes +: Lanes] = outside_q6 ? pad_lanes_i & {Lanes{pad_q6[p]}}
                                                    : digit[p*Lanes +: Lanes];
    end
  endgenerate
endmodule
`default_nettype wire
