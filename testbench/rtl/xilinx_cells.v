// xilinx_cells.v - the three Xilinx cells that rtl/ names, for simulation and lint.
//
// Not yosys's models: theirs of CARRY4 refers to its own output vector, and Verilator
// 5.006 computes wrong sums with it. make formal holds the two equal.
/* verilator lint_off DECLFILENAME */ // three modules
`default_nettype none

module CARRY4 (
  output wire [3:0] CO,
  output wire [3:0] O,
  input  wire       CI,
  input  wire       CYINIT,
  input  wire [3:0] DI,
  input  wire [3:0] S
);
  wire c0 = CI | CYINIT;
  wire c1 = S[0] ? c0 : DI[0];
  wire c2 = S[1] ? c1 : DI[1];
  wire c3 = S[2] ? c2 : DI[2];
  wire c4 = S[3] ? c3 : DI[3];
  assign CO = {c4, c3, c2, c1};
  assign O  = S ^ {c3, c2, c1, c0};
endmodule

module LUT6 #(
  parameter [63:0] INIT = 64'd0
) (
  output wire O,
  input  wire I0,
  input  wire I1,
  input  wire I2,
  input  wire I3,
  input  wire I4,
  input  wire I5
);
  assign O = INIT[{I5, I4, I3, I2, I1, I0}];
endmodule

module LUT6_2 #(
  parameter [63:0] INIT = 64'd0
) (
  output wire O6,
  output wire O5,
  input  wire I0,
  input  wire I1,
  input  wire I2,
  input  wire I3,
  input  wire I4,
  input  wire I5
);
  assign O6 = INIT[{I5, I4, I3, I2, I1, I0}];
  assign O5 = INIT[{1'b0, I4, I3, I2, I1, I0}];
endmodule
`default_nettype wire
