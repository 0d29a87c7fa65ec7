// serac_ram.v - synchronous memory, one write and one read port.
//
// Every memory of the machine but the masters' lists of open bursts is one of these, so that a synthesis flow can
// replace this module by macros (scripts/synth/serac_ram.v). Read data follows one
// cycle after re_i and holds. Parts > 0 promises that never the same one of so many
// equal parts of the addresses is read and written in one cycle: single-port
// macros do. In simulation a broken promise gives wrong data, which the
// lock-step comparison finds. With Parts = 0 reading and writing one word in the
// same cycle gives its old content.
`default_nettype none

module serac_ram #(
  // LINT: -GWidth=8 -GGranule=8 -GDepth=2
  // LINT: -GWidth=64 -GGranule=8 -GDepth=256 -GParts=2
  parameter Width   = 64,
  parameter Granule = 8,      // bits per write enable
  parameter Depth   = 256,
  parameter Parts   = 0,      // a power of two, at most Depth; 0: two ports
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

  wire clash;
  generate
    if (Parts == 0) begin : gen_two_ports
      assign clash = 1'b0;
    end else begin : gen_one_port
      localparam PART_LOG = $clog2((Depth > Parts) ? Depth / Parts : 1);
      assign clash = (|we_i) && (waddr_i >> PART_LOG) == (raddr_i >> PART_LOG);
    end
  endgenerate

  genvar g;
  generate
    for (g = 0; g < Enables; g = g + 1) begin : gen_granule
      always @(posedge clk_i) begin
        if (we_i[g]) word_q[waddr_i][g*Granule +: Granule] <= wdata_i[g*Granule +: Granule];
      end
    end
  endgenerate

  always @(posedge clk_i) begin
    if (re_i) rdata_q <= clash ? ~word_q[raddr_i] : word_q[raddr_i];
  end
  assign rdata_o = rdata_q;
endmodule
`default_nettype wire
