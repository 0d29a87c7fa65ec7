// serac_add_rows.v - sum of three numbers and two bits, modulo its width. Combinational.
//
// On a Xilinx slice one LUT per bit: it passes the majority of its three bits to its
// neighbour, and adds their parity and the neighbour's majority in the carry chain. The
// two bits take the places of majority and carry below the lowest position.
`default_nettype none

module serac_add_rows #(
  parameter Width = 8
) (
  input  wire [Width-1:0] x_i,
  input  wire [Width-1:0] y_i,
  input  wire [Width-1:0] z_i,
  input  wire [1:0]       bits_i,
  output wire [Width-1:0] sum_o
);
`ifdef SERAC_XILINX
  /* verilator lint_off UNUSEDSIGNAL */ // what leaves the top
  wire [Width:0]   majority;
  wire             carry;
  /* verilator lint_on UNUSEDSIGNAL */
  wire [Width-1:0] s;
  assign majority[0] = bits_i[0];
  genvar i;
  generate
    for (i = 0; i < Width; i = i + 1) begin : gen_bit
      LUT6_2 #(.INIT (64'h69966996_e8e8e8e8)) u_lut (
        .I0 (x_i[i]), .I1 (y_i[i]), .I2 (z_i[i]), .I3 (majority[i]), .I4 (1'b0), .I5 (1'b1),
        .O6 (s[i]), .O5 (majority[i+1]));
    end
  endgenerate
  serac_carry #(.Width (Width)) u_carry (
    .ci_i (bits_i[1]), .s_i (s), .di_i (majority[Width-1:0]), .o_o (sum_o), .co_o (carry));
`else
  // A row of full adders, then one carry chain; bits_i[1] is carried out of a position below.
  wire [Width-1:0] half = x_i ^ y_i;
  /* verilator lint_off UNUSEDSIGNAL */ // what leaves the top, the position below
  wire [Width:0]   majority = {(x_i & y_i) | (half & z_i), bits_i[0]};
  wire [Width:0]   sum      = {half ^ z_i, bits_i[1]} + {majority[Width-1:0], bits_i[1]};
  /* verilator lint_on UNUSEDSIGNAL */
  assign sum_o = sum[Width:1];
`endif
endmodule
`default_nettype wire
