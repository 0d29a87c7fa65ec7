// fpga_ram.v - for FPGA synthesis: the memory of rtl/serac_ram.v as yosys infers it.
//
// Without the check that simulation makes of a promise of Parts.
`default_nettype none

module serac_ram #(
  parameter Width   = 64,
  parameter Granule = 8,
  parameter Depth   = 256,
  parameter Parts   = 0,
  parameter Enables = Width / Granule,
  parameter Address = (Depth > 1) ? $clog2(Depth) : 1
) (
  input  wire               clk_i,
  input  wire [Enables-1:0] we_i,
  input  wire [Address-1:0] waddr_i,
  input  wire [Width-1:0]   wdata_i,
  input  wire               re_i,
  input  wire [Address-1:0] raddr_i,
  output wire [Width-1:0]   rdata_o
);
  reg [Width-1:0] word_q [0:Depth-1];
  reg [Width-1:0] rdata_q;
  integer g;
  always @(posedge clk_i) begin
    for (g = 0; g < Enables; g = g + 1)
      if (we_i[g]) word_q[waddr_i][g*Granule +: Granule] <= wdata_i[g*Granule +: Granule];
  end
  always @(posedge clk_i) if (re_i) rdata_q <= word_q[raddr_i];
  assign rdata_o = rdata_q;
endmodule
`default_nettype wire
