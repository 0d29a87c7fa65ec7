// serac_horner.v - one step of a Horner loop: a, or 0 in its first step, plus or minus b.
// Combinational.
//
// On a Xilinx slice one LUT per bit has the selection, the sign and the addition. (yosys
// would give the selection a LUT of its own.)
`default_nettype none

module serac_horner #(
  // LINT: -GSubtract=1
  parameter Width    = 24,
  parameter Subtract = 0            // else neg_i is not looked at
) (
  input  wire [Width-1:0] a_i,
  input  wire             first_i,  // 0 instead of a_i
  input  wire [Width-1:0] b_i,
  input  wire             neg_i,    // b_i is subtracted
  output wire [Width-1:0] sum_o
);
  wire neg = Subtract != 0 && neg_i;
`ifdef SERAC_XILINX
  wire [Width-1:0] s, di;
  /* verilator lint_off UNUSEDSIGNAL */ // out of the top
  wire             carry;
  /* verilator lint_on UNUSEDSIGNAL */
  genvar i;
  generate
    for (i = 0; i < Width; i = i + 1) begin : gen_bit
      LUT6_2 #(.INIT (64'h39c639c6_33cc33cc)) u_lut (
        .I0 (a_i[i]), .I1 (b_i[i]), .I2 (first_i), .I3 (neg), .I4 (1'b0), .I5 (1'b1),
        .O6 (s[i]), .O5 (di[i]));
    end
  endgenerate
  serac_carry #(.Width (Width)) u_carry (
    .ci_i (neg), .s_i (s), .di_i (di), .o_o (sum_o), .co_o (carry));
`else
  // One adder: the lowest position makes the carry.
  wire [Width-1:0] a = first_i ? {Width{1'b0}} : a_i;
  wire [Width-1:0] b = b_i ^ {Width{neg}};
  /* verilator lint_off UNUSEDSIGNAL */
  wire [Width:0]   sum = {b, 1'b1} + {a, neg};
  /* verilator lint_on UNUSEDSIGNAL */
  assign sum_o = sum[Width:1];
`endif
endmodule
`default_nettype wire
