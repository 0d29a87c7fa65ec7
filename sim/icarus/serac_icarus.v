// serac_icarus.v - serac_top under Icarus Verilog, clocked by serac at the other end of two
// pipes (sim/pins/serac_icarus.h; the tasks are in sim/icarus/serac_icarus_vpi.c).
`default_nettype none

module serac_icarus;
  parameter Rows             = 32;
  parameter Cols             = 16;
  parameter Lanes            = 64;
  parameter WgtPlanes        = 1;
  parameter ActPlanes        = 1;
  parameter WgtBufferBytes   = 131072;
  parameter ActBufferBytes   = 131072;
  parameter OutBufferBytes   = 32768;
  parameter ParamBufferBytes = 8192;
  parameter AxiBits          = 128;
  parameter Outstanding      = 16;
  parameter RequantLanes     = 8;
  parameter QueueDepth       = 2;

  reg                   clk_i = 1'b0;
  reg                   rst_ni = 1'b1;
  wire                  irq_o;
  reg                   s_awvalid_i;
  wire                  s_awready_o;
  reg  [11:0]           s_awaddr_i;
  reg                   s_wvalid_i;
  wire                  s_wready_o;
  reg  [31:0]           s_wdata_i;
  reg  [3:0]            s_wstrb_i;
  wire                  s_bvalid_o;
  reg                   s_bready_i;
  wire [1:0]            s_bresp_o;
  reg                   s_arvalid_i;
  wire                  s_arready_o;
  reg  [11:0]           s_araddr_i;
  wire                  s_rvalid_o;
  reg                   s_rready_i;
  wire [31:0]           s_rdata_o;
  wire [1:0]            s_rresp_o;
  wire                  m_arvalid_o;
  reg                   m_arready_i;
  wire [63:0]           m_araddr_o;
  wire [7:0]            m_arlen_o;
  reg                   m_rvalid_i;
  wire                  m_rready_o;
  reg  [AxiBits-1:0]    m_rdata_i;
  reg  [1:0]            m_rresp_i;
  reg                   m_rlast_i;
  wire                  m_awvalid_o;
  reg                   m_awready_i;
  wire [63:0]           m_awaddr_o;
  wire [7:0]            m_awlen_o;
  wire                  m_wvalid_o;
  reg                   m_wready_i;
  wire [AxiBits-1:0]    m_wdata_o;
  wire [AxiBits/8-1:0]  m_wstrb_o;
  wire                  m_wlast_o;
  reg                   m_bvalid_i;
  wire                  m_bready_o;
  reg  [1:0]            m_bresp_i;
  wire                  busy_o;
  wire                  done_o;
  wire [11:0]           stage_state_o;
  wire [13*64-1:0]      counters_o;

  serac_top #(
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
  ) u_top (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .irq_o         (irq_o),
    .s_awvalid_i   (s_awvalid_i),
    .s_awready_o   (s_awready_o),
    .s_awaddr_i    (s_awaddr_i),
    .s_wvalid_i    (s_wvalid_i),
    .s_wready_o    (s_wready_o),
    .s_wdata_i     (s_wdata_i),
    .s_wstrb_i     (s_wstrb_i),
    .s_bvalid_o    (s_bvalid_o),
    .s_bready_i    (s_bready_i),
    .s_bresp_o     (s_bresp_o),
    .s_arvalid_i   (s_arvalid_i),
    .s_arready_o   (s_arready_o),
    .s_araddr_i    (s_araddr_i),
    .s_rvalid_o    (s_rvalid_o),
    .s_rready_i    (s_rready_i),
    .s_rdata_o     (s_rdata_o),
    .s_rresp_o     (s_rresp_o),
    .m_arvalid_o   (m_arvalid_o),
    .m_arready_i   (m_arready_i),
    .m_araddr_o    (m_araddr_o),
    .m_arlen_o     (m_arlen_o),
    .m_rvalid_i    (m_rvalid_i),
    .m_rready_o    (m_rready_o),
    .m_rdata_i     (m_rdata_i),
    .m_rresp_i     (m_rresp_i),
    .m_rlast_i     (m_rlast_i),
    .m_awvalid_o   (m_awvalid_o),
    .m_awready_i   (m_awready_i),
    .m_awaddr_o    (m_awaddr_o),
    .m_awlen_o     (m_awlen_o),
    .m_wvalid_o    (m_wvalid_o),
    .m_wready_i    (m_wready_i),
    .m_wdata_o     (m_wdata_o),
    .m_wstrb_o     (m_wstrb_o),
    .m_wlast_o     (m_wlast_o),
    .m_bvalid_i    (m_bvalid_i),
    .m_bready_o    (m_bready_o),
    .m_bresp_i     (m_bresp_i),
    .busy_o        (busy_o),
    .done_o        (done_o),
    .stage_state_o (stage_state_o),
    .counters_o    (counters_o)
  );

  reg [7:0] command;
  initial begin
    forever begin
      $serac_receive(command);
      case (command)
        "S": #1 $serac_send;                     // the inputs have come with it
        "E": begin clk_i = 1'b1; #1 clk_i = 1'b0; #1 $serac_send; end
        "0": begin rst_ni = 1'b0; #1 $serac_send; end
        "1": begin rst_ni = 1'b1; #1 $serac_send; end
        "C": $serac_counters;
        default: $finish;
      endcase
    end
  end
endmodule
`default_nettype wire
