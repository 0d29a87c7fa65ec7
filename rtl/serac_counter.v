// serac_counter.v - sum of seven bits of weight 1 and, with High, six of weight 4.
// Combinational.
//
// On a Xilinx slice two LUTs count six bits and the carry into them: with t the number
// of ones in the first five, the first position adds the parity of t, the sixth bit and
// the carry, the second adds t / 2 to what the first carries out. With High that is the
// counter (6,0,7;5) in four LUTs and one CARRY4 (Preusser, "Generic and universal
// parallel matrix summation", 2017).
`default_nettype none

module serac_counter #(
  // LINT: -GHigh=1
  parameter High = 0,
  parameter Bits = (High != 0) ? 13 : 7,   // do not set
  parameter Sum  = (High != 0) ? 5 : 3     // do not set
) (
  input  wire [Bits-1:0] bits_i,   // [6:0] of weight 1, the others of weight 4
  output wire [Sum-1:0]  sum_o
);
`ifdef SERAC_XILINX
  localparam ATOMS = (High != 0) ? 2 : 1;
  wire [2*ATOMS-1:0] s, di;
  genvar i;
  generate
    for (i = 0; i < ATOMS; i = i + 1) begin : gen_atom
      wire [5:0] x = bits_i[6*i + 1 +: 6];
      LUT6 #(.INIT (64'h6996_9669_9669_6996)) u_parity (
        .I0 (x[0]), .I1 (x[1]), .I2 (x[2]), .I3 (x[3]), .I4 (x[4]), .I5 (x[5]), .O (s[2*i]));
      assign di[2*i] = x[5];
      LUT6_2 #(.INIT (64'h177e7ee8_e8808000)) u_half (
        .I0 (x[0]), .I1 (x[1]), .I2 (x[2]), .I3 (x[3]), .I4 (x[4]), .I5 (1'b1),
        .O6 (s[2*i+1]), .O5 (di[2*i+1]));
    end
  endgenerate
  serac_carry #(.Width (2*ATOMS)) u_carry (
    .ci_i (bits_i[0]), .s_i (s), .di_i (di), .o_o (sum_o[Sum-2:0]), .co_o (sum_o[Sum-1]));
`else
  function [Sum-1:0] total(input [Bits-1:0] bits);
    integer n;
    begin
      total = {Sum{1'b0}};
      for (n = 0; n < Bits; n = n + 1)
        total = total + ({{Sum-1{1'b0}}, bits[n]} << (n < 7 ? 0 : 2));
    end
  endfunction
  assign sum_o = total(bits_i);
`endif
endmodule
`default_nettype wire
