// serac_ram.v - synchronous memory, one write and one read port.
//
// Every memory of the machine is one of these, so that a synthesis flow can
// replace this module by a macro. Read data follows one cycle after re_i and
// holds. Reading and writing one word in the same cycle gives its old content.
`default_nettype none

module serac_ram #(
  // LINT: -GWidth=8 -GGranule=8 -GDepth=2
  parameter Width   = 64,
  parameter Granule = 8,      // bits per write enable
  parameter Depth   = 256,
  parameter Enables = Width / Granule,             // do not set
  parameter Address = (Depth > 1) ? $clog2(Depth) : 1  // do not set
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

  genvar g;
  generate
    for (g = 0; g < Enables; g = g + 1) begin : gen_granule
      always @(posedge clk_i) begin
        if (we_i[g]) word_q[waddr_i][g*Granule +: Granule] <= wdata_i[g*Granule +: Granule];
      end
    end
  endgenerate

  always @(posedge clk_i) begin
    if (re_i) rdata_q <= word_q[raddr_i];
  end
  assign rdata_o = rdata_q;
endmodule
`default_nettype wire
