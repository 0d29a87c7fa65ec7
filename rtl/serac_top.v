// serac_top.v - the accelerator as a bus sees it: AXI4-Lite registers, an AXI4
// master for reads and writes, an interrupt.
//
// All transfers are INCR, full width, ID 0; RREADY and BREADY are always 1.
`default_nettype none

module serac_top #(
  // LINT: -GRows=4 -GCols=4 -GLanes=32 -GWgtBufferBytes=4096 -GActBufferBytes=4096 -GOutBufferBytes=4096 -GParamBufferBytes=1024 -GAxiBits=64 -GOutstanding=4 -GRequantLanes=4
  parameter Rows             = 32,
  parameter Cols             = 16,
  parameter Lanes            = 64,
  parameter WgtPlanes        = 1,
  parameter ActPlanes        = 1,
  parameter WgtBufferBytes   = 131072,
  parameter ActBufferBytes   = 131072,
  parameter OutBufferBytes   = 32768,
  parameter ParamBufferBytes = 8192,
  parameter AxiBits          = 128,
  parameter Outstanding      = 16,
  parameter RequantLanes     = 8,
  parameter QueueDepth       = 2
) (
  input  wire                 clk_i,
  input  wire                 rst_ni,
  output wire                 irq_o,

  // AXI4-Lite registers
  input  wire                 s_awvalid_i,
  output wire                 s_awready_o,
  input  wire [11:0]          s_awaddr_i,
  input  wire                 s_wvalid_i,
  output wire                 s_wready_o,
  input  wire [31:0]          s_wdata_i,
  input  wire [3:0]           s_wstrb_i,
  output wire                 s_bvalid_o,
  input  wire                 s_bready_i,
  output wire [1:0]           s_bresp_o,
  input  wire                 s_arvalid_i,
  output wire                 s_arready_o,
  input  wire [11:0]          s_araddr_i,
  output wire                 s_rvalid_o,
  input  wire                 s_rready_i,
  output wire [31:0]          s_rdata_o,
  output wire [1:0]           s_rresp_o,

  // AXI4 memory
  output wire                 m_arvalid_o,
  input  wire                 m_arready_i,
  output wire [63:0]          m_araddr_o,
  output wire [7:0]           m_arlen_o,
  input  wire                 m_rvalid_i,
  output wire                 m_rready_o,
  input  wire [AxiBits-1:0]   m_rdata_i,
  input  wire [1:0]           m_rresp_i,
  input  wire                 m_rlast_i,
  output wire                 m_awvalid_o,
  input  wire                 m_awready_i,
  output wire [63:0]          m_awaddr_o,
  output wire [7:0]           m_awlen_o,
  output wire                 m_wvalid_o,
  input  wire                 m_wready_i,
  output wire [AxiBits-1:0]   m_wdata_o,
  output wire [AxiBits/8-1:0] m_wstrb_o,
  output wire                 m_wlast_o,
  input  wire                 m_bvalid_i,
  output wire                 m_bready_o,
  input  wire [1:0]           m_bresp_i,

  // For the lock-step bench
  output wire                 busy_o,
  output wire                 done_o,
  output wire [11:0]          stage_state_o,
  output wire [13*64-1:0]     counters_o
);
  wire        start, busy, done;
  wire [63:0] program_addr, error_addr;
  wire [3:0]  error;

  serac_csr #(
    .Rows             (Rows),
    .Cols             (Cols),
    .Lanes            (Lanes),
    .WgtPlanes        (WgtPlanes),
    .ActPlanes        (ActPlanes),
    .WgtBufferBytes   (WgtBufferBytes),
    .ActBufferBytes   (ActBufferBytes),
    .OutBufferBytes   (OutBufferBytes),
    .ParamBufferBytes (ParamBufferBytes),
    .AxiBits          (AxiBits),
    .Outstanding      (Outstanding),
    .RequantLanes     (RequantLanes),
    .QueueDepth       (QueueDepth)
  ) u_csr (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .awvalid_i      (s_awvalid_i),
    .awready_o      (s_awready_o),
    .awaddr_i       (s_awaddr_i),
    .wvalid_i       (s_wvalid_i),
    .wready_o       (s_wready_o),
    .wdata_i        (s_wdata_i),
    .wstrb_i        (s_wstrb_i),
    .bvalid_o       (s_bvalid_o),
    .bready_i       (s_bready_i),
    .bresp_o        (s_bresp_o),
    .arvalid_i      (s_arvalid_i),
    .arready_o      (s_arready_o),
    .araddr_i       (s_araddr_i),
    .rvalid_o       (s_rvalid_o),
    .rready_i       (s_rready_i),
    .rdata_o        (s_rdata_o),
    .rresp_o        (s_rresp_o),
    .start_o        (start),
    .program_addr_o (program_addr),
    .busy_i         (busy),
    .done_i         (done),
    .error_i        (error),
    .error_addr_i   (error_addr),
    .counters_i     (counters_o),
    .irq_o          (irq_o)
  );

  serac_core #(
    .Rows             (Rows),
    .Cols             (Cols),
    .Lanes            (Lanes),
    .WgtPlanes        (WgtPlanes),
    .ActPlanes        (ActPlanes),
    .WgtBufferBytes   (WgtBufferBytes),
    .ActBufferBytes   (ActBufferBytes),
    .OutBufferBytes   (OutBufferBytes),
    .ParamBufferBytes (ParamBufferBytes),
    .AxiBits          (AxiBits),
    .Outstanding      (Outstanding),
    .RequantLanes     (RequantLanes),
    .QueueDepth       (QueueDepth)
  ) u_core (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .start_i        (start),
    .program_addr_i (program_addr),
    .busy_o         (busy),
    .done_o         (done),
    .error_o        (error),
    .error_addr_o   (error_addr),
    .counters_o     (counters_o),
    .stage_state_o  (stage_state_o),
    .arvalid_o      (m_arvalid_o),
    .arready_i      (m_arready_i),
    .araddr_o       (m_araddr_o),
    .arlen_o        (m_arlen_o),
    .rvalid_i       (m_rvalid_i),
    .rdata_i        (m_rdata_i),
    .rresp_i        (m_rresp_i),
    .rlast_i        (m_rlast_i),
    .awvalid_o      (m_awvalid_o),
    .awready_i      (m_awready_i),
    .awaddr_o       (m_awaddr_o),
    .awlen_o        (m_awlen_o),
    .wvalid_o       (m_wvalid_o),
    .wready_i       (m_wready_i),
    .wdata_o        (m_wdata_o),
    .wstrb_o        (m_wstrb_o),
    .wlast_o        (m_wlast_o),
    .bvalid_i       (m_bvalid_i),
    .bresp_i        (m_bresp_i)
  );

  assign m_rready_o = 1'b1;
  assign m_bready_o = 1'b1;
  assign busy_o     = busy;
  assign done_o     = done;
endmodule
`default_nettype wire
