// formal_carry4.v - the benches' CARRY4 and LUT6_2 are yosys's, for every input.
`default_nettype none

// PROOF: sat QUICK -DSERAC_XILINX
// FAULT: carry4_is_yosys xilinx_cells.v s/c0 = CI | CYINIT/c0 = CI \& CYINIT/
// FAULT: lut6_is_yosys xilinx_cells.v s/I5, I4, I3, I2, I1, I0/I5, I4, I3, I2, I0, I1/
module formal_carry4 (
  input wire [9:0] carry_i,
  input wire [5:0] lut_i
);
  wire [3:0] o_theirs, o_ours, co_theirs, co_ours;
  CARRY4 u_theirs (
    .CI (carry_i[0]), .CYINIT (carry_i[1]), .S (carry_i[5:2]), .DI (carry_i[9:6]),
    .O (o_theirs), .CO (co_theirs));
  bench_CARRY4 u_ours (
    .CI (carry_i[0]), .CYINIT (carry_i[1]), .S (carry_i[5:2]), .DI (carry_i[9:6]),
    .O (o_ours), .CO (co_ours));

  wire [1:0] lut_theirs, lut_ours;
  LUT6_2 #(.INIT (64'h87777888_f8888000)) u_lut_theirs (
    .I0 (lut_i[0]), .I1 (lut_i[1]), .I2 (lut_i[2]), .I3 (lut_i[3]), .I4 (lut_i[4]), .I5 (lut_i[5]),
    .O6 (lut_theirs[1]), .O5 (lut_theirs[0]));
  bench_LUT6_2 #(.INIT (64'h87777888_f8888000)) u_lut_ours (
    .I0 (lut_i[0]), .I1 (lut_i[1]), .I2 (lut_i[2]), .I3 (lut_i[3]), .I4 (lut_i[4]), .I5 (lut_i[5]),
    .O6 (lut_ours[1]), .O5 (lut_ours[0]));

  // A LUT's constant is its table; one table with no symmetry tells places apart.
  wire [1:0] lut6;
  LUT6 #(.INIT (64'h0123456789abcdef)) u_lut6_theirs (
    .I0 (lut_i[0]), .I1 (lut_i[1]), .I2 (lut_i[2]), .I3 (lut_i[3]), .I4 (lut_i[4]), .I5 (lut_i[5]),
    .O (lut6[1]));
  bench_LUT6 #(.INIT (64'h0123456789abcdef)) u_lut6_ours (
    .I0 (lut_i[0]), .I1 (lut_i[1]), .I2 (lut_i[2]), .I3 (lut_i[3]), .I4 (lut_i[4]), .I5 (lut_i[5]),
    .O (lut6[0]));

  always @* begin
    carry4_is_yosys: assert (o_theirs == o_ours && co_theirs == co_ours);
    lut6_is_yosys:   assert (lut_theirs == lut_ours && lut6[0] == lut6[1]);
  end
endmodule
`default_nettype wire
