// serac_full_adder.v - full adders side by side: sum + 2 * carry = x + y + z. Combinational.
`default_nettype none

module serac_full_adder #(
  parameter Width = 4
) (
  input  wire [Width-1:0] x_i,
  input  wire [Width-1:0] y_i,
  input  wire [Width-1:0] z_i,
  output wire [Width-1:0] sum_o,
  output wire [Width-1:0] carry_o
);
`ifdef SERAC_XILINX
  genvar i;
  generate
    for (i = 0; i < Width; i = i + 1) begin : gen_bit
      LUT6_2 #(.INIT (64'h96969696_e8e8e8e8)) u_lut (
        .I0 (x_i[i]), .I1 (y_i[i]), .I2 (z_i[i]), .I3 (1'b0), .I4 (1'b0), .I5 (1'b1),
        .O6 (sum_o[i]), .O5 (carry_o[i]));
    end
  endgenerate
`else
  wire [Width-1:0] half = x_i ^ y_i;
  assign sum_o   = half ^ z_i;
  assign carry_o = (x_i & y_i) | (half & z_i);
`endif
endmodule
`default_nettype wire
