// serac_ram.v - for synthesis: the memory of rtl/serac_ram.v.
//
// With SERAC_FPGA yosys infers it. Else up to FF_BITS bits are registers; beyond, each
// part is a single-port macro, or with Parts = 0 one macro with a write and a read
// port. A macro here is a black box of any width and depth; scripts/synth/synth.sh
// names it by them and macros.c gives it area and timing. In one cycle a single-port
// macro does what its part is asked for: writing wins.
`default_nettype none

(* blackbox *)
module serac_macro #(
  parameter Width   = 64,
  parameter Depth   = 64,
  parameter Ports   = 1,      // 1: one address; 2: a write and a read port
  parameter Enables = 1,
  parameter Address = 6
) (
  input  wire               clk,
  input  wire               ce,       // port 1: access; port 2: read
  input  wire [Enables-1:0] we,
  input  wire [Address-1:0] addr,     // port 2: of the read
  input  wire [Address-1:0] waddr,    // port 2 only
  input  wire [Width-1:0]   wdata,
  output wire [Width-1:0]   rdata
);
endmodule

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
`ifdef SERAC_FPGA
  localparam FF_BITS = 32'h7fffffff;                             // all of it
`else
  localparam FF_BITS = 512;
`endif
  localparam PARTS   = (Parts > 0) ? Parts : 1;
  localparam WORDS   = Depth / PARTS;                            // of a part
  localparam LOG     = (WORDS > 1) ? $clog2(WORDS) : 1;

  genvar p;
  generate
    if (Width * WORDS <= FF_BITS) begin : gen_inferred
      reg [Width-1:0] word_q [0:Depth-1];
      reg [Width-1:0] rdata_q;
      integer g;
      always @(posedge clk_i)
        for (g = 0; g < Enables; g = g + 1)
          if (we_i[g]) word_q[waddr_i][g*Granule +: Granule] <= wdata_i[g*Granule +: Granule];
      always @(posedge clk_i) if (re_i) rdata_q <= word_q[raddr_i];
      assign rdata_o = rdata_q;
    end else if (Parts == 0) begin : gen_two_ports
      serac_macro #(.Width (Width), .Depth (WORDS), .Ports (2), .Enables (Enables),
                    .Address (LOG)) u_macro (
        .clk   (clk_i),
        .ce    (re_i),
        .we    (we_i),
        .addr  (raddr_i),
        .waddr (waddr_i),
        .wdata (wdata_i),
        .rdata (rdata_o)
      );
    end else begin : gen_one_port
      wire [PARTS*Width-1:0] words;
      wire [31:0]            wpart = waddr_i >> $clog2(WORDS);
      wire [31:0]            rpart = raddr_i >> $clog2(WORDS);
      for (p = 0; p < PARTS; p = p + 1) begin : gen_part
        wire write = (|we_i) && wpart == p;
        wire read  = re_i && rpart == p;
        serac_macro #(.Width (Width), .Depth (WORDS), .Ports (1), .Enables (Enables),
                      .Address (LOG)) u_macro (
          .clk   (clk_i),
          .ce    (read || write),
          .we    (write ? we_i : {Enables{1'b0}}),
          .addr  (write ? waddr_i[LOG-1:0] : raddr_i[LOG-1:0]),
          .waddr ({LOG{1'b0}}),
          .wdata (wdata_i),
          .rdata (words[p*Width +: Width])
        );
      end
      if (PARTS > 1) begin : gen_select
        reg [31:0] part_q;
        always @(posedge clk_i) if (re_i) part_q <= rpart;
        assign rdata_o = words[part_q*Width +: Width];
      end else begin : gen_whole
        assign rdata_o = words;
      end
    end
  endgenerate
endmodule
`default_nettype wire
