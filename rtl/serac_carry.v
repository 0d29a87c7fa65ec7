// serac_carry.v - the carry chain of a Xilinx slice, as long as needed. Combinational.
//
// Position i passes its carry on where s_i[i] is set and sends di_i[i] where it is not;
// its sum is s_i[i] ^ carry.
`default_nettype none

module serac_carry #(
  // LINT: -GWidth=9
  parameter Width = 4
) (
  input  wire             ci_i,
  input  wire [Width-1:0] s_i,
  input  wire [Width-1:0] di_i,
  output wire [Width-1:0] o_o,
  output wire             co_o
);
`ifdef SERAC_XILINX
  localparam SLICES = (Width + 3) / 4;
  /* verilator lint_off UNUSEDSIGNAL */ // positions beyond Width
  /* verilator lint_off UNOPTFLAT */    // a chain in one vector is no loop
  wire [Width+3:0]    s  = {4'd0, s_i};
  wire [Width+3:0]    di = {4'd0, di_i};
  wire [4*SLICES-1:0] o, co;
  /* verilator lint_on UNOPTFLAT */
  /* verilator lint_on UNUSEDSIGNAL */
  genvar i;
  generate
    for (i = 0; i < SLICES; i = i + 1) begin : gen_slice
      if (i == 0) begin : gen_first
        CARRY4 u_carry (
          .CI (1'b0), .CYINIT (ci_i), .S (s[3:0]), .DI (di[3:0]), .O (o[3:0]), .CO (co[3:0]));
      end else begin : gen_more
        CARRY4 u_carry (
          .CI (co[4*i-1]), .CYINIT (1'b0), .S (s[4*i +: 4]), .DI (di[4*i +: 4]),
          .O (o[4*i +: 4]), .CO (co[4*i +: 4]));
      end
    end
  endgenerate
  assign o_o  = o[Width-1:0];
  assign co_o = co[Width-1];
`else
  // The same as an addition: di and s ^ di have the sum bit s, and the carry di without it.
  assign {co_o, o_o} = {1'b0, di_i} + {1'b0, s_i ^ di_i} + {{Width{1'b0}}, ci_i};
`endif
endmodule
`default_nettype wire
