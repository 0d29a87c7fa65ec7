// serac_and_popcount.v - number of lanes in which both operands are one. Combinational.
//
// With SERAC_XILINX the ANDs cost no LUT of their own: a LUT with two outputs adds two
// products to a sum that came so far. Chains of such LUTs are kept short for the clock.
`default_nettype none

module serac_and_popcount #(
  // LINT: -GLanes=8
  // LINT: -GLanes=512
  parameter Lanes = 64,
  parameter Width = $clog2(Lanes) + 1   // do not set
) (
  input  wire [Lanes-1:0] wgt_i,
  input  wire [Lanes-1:0] act_i,
  output wire [Width-1:0] count_o
);
`ifdef SERAC_XILINX
  localparam LENGTH = 4;                    // LUTs in a chain
  localparam CHAINS = Lanes / (2 * LENGTH);
  localparam [31:0]         SUMS    = CHAINS;
  localparam [31:0]         CARRIES = Lanes / 2;
  localparam [10*Width-1:0] HEIGHTS = {{10*Width-20{1'b0}}, CARRIES[9:0], SUMS[9:0]};

  wire [CHAINS-1:0]  sums;
  wire [Lanes/2-1:0] carries;
  genvar i, j;
  generate
    for (i = 0; i < CHAINS; i = i + 1) begin : gen_chain
      wire [LENGTH:0] sum;
      assign sum[0]  = 1'b0;
      assign sums[i] = sum[LENGTH];
      for (j = 0; j < LENGTH; j = j + 1) begin : gen_lut
        localparam PAIR = i * LENGTH + j;
        LUT6_2 #(.INIT (64'h87777888_f8888000)) u_lut (
          .I0 (wgt_i[2*PAIR]), .I1 (act_i[2*PAIR]),
          .I2 (wgt_i[2*PAIR+1]), .I3 (act_i[2*PAIR+1]), .I4 (sum[j]), .I5 (1'b1),
          .O6 (sum[j+1]), .O5 (carries[PAIR]));
      end
    end
  endgenerate
  serac_compress #(
    .Columns (Width),
    .Heights (HEIGHTS),
    .Total   (CHAINS + Lanes / 2)
  ) u_tree (
    .bits_i ({carries, sums}),
    .sum_o  (count_o)
  );
`else
  serac_popcount #(.Lanes (Lanes)) u_count (.bits_i (wgt_i & act_i), .count_o (count_o));
`endif
endmodule
`default_nettype wire
