// serac_csr.v - registers on AXI4-Lite.
//
// Write address and data may come in any order; one write and one read are in
// flight at most; responses are OKAY; unknown addresses read zero and ignore writes;
// address bits 1..0 are ignored.
// Timing: a write acts on the edge at which its bvalid_o rises, so start_o comes with it;
// a read returns the state of the cycle in which it is accepted. done_i comes while
// busy_i is still high. testbench/rtl/tb_serac_csr.cpp holds it to these rules.
// Twin: model/run/serac_csr.c.
`default_nettype none
`include "serac_regs.vh"

module serac_csr #(
  // LINT: -GRows=64 -GCols=64 -GLanes=512 -GWgtPlanes=8 -GActPlanes=8 -GAxiBits=512 -GQueueDepth=8
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
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire             awvalid_i,
  output wire             awready_o,
  /* verilator lint_off UNUSEDSIGNAL */
  input  wire [11:0]      awaddr_i,       // bits 1..0 are ignored
  /* verilator lint_on UNUSEDSIGNAL */
  input  wire             wvalid_i,
  output wire             wready_o,
  input  wire [31:0]      wdata_i,
  input  wire [3:0]       wstrb_i,
  output wire             bvalid_o,
  input  wire             bready_i,
  output wire [1:0]       bresp_o,
  input  wire             arvalid_i,
  output wire             arready_o,
  /* verilator lint_off UNUSEDSIGNAL */
  input  wire [11:0]      araddr_i,       // bits 1..0 are ignored
  /* verilator lint_on UNUSEDSIGNAL */
  output wire             rvalid_o,
  input  wire             rready_i,
  output wire [31:0]      rdata_o,
  output wire [1:0]       rresp_o,

  output wire             start_o,
  output wire [63:0]      program_addr_o,
  input  wire             busy_i,
  input  wire             done_i,         // pulse, with error
  input  wire [3:0]       error_i,
  input  wire [63:0]      error_addr_i,
  input  wire [13*64-1:0] counters_i,     // in the order of configs/regs.cfg, first one lowest
  output wire             irq_o
);
  // --- write channel -----------------------------------------------------------
  reg         aw_held_q, w_held_q, bvalid_q;
  reg  [9:0]  awaddr_q;                   // of words
  reg  [31:0] wdata_q;
  reg  [3:0]  wstrb_q;
  wire        write = aw_held_q && w_held_q && !bvalid_q;
  wire [11:0] waddr = {awaddr_q, 2'b00};

  assign awready_o = !aw_held_q;
  assign wready_o  = !w_held_q;
  assign bvalid_o  = bvalid_q;
  assign bresp_o   = 2'b00;

  wire [31:0] strobes = {{8{wstrb_q[3]}}, {8{wstrb_q[2]}}, {8{wstrb_q[1]}}, {8{wstrb_q[0]}}};
  wire [31:0] wbits   = wdata_q & strobes;          // bits written as one

  reg         start_q, irq_enable_q, irq_q, done_q, rung_q;
  reg  [3:0]  error_q;
  reg  [63:0] error_addr_q, program_q;

  wire write_control = write && waddr == `SERAC_REG_CONTROL;
  wire write_status  = write && waddr == `SERAC_REG_STATUS;
  wire bell  = write_control && wbits[`SERAC_REG_CONTROL_START_LSB];
  wire busy  = busy_i || start_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_held_q    <= 1'b0;
      w_held_q     <= 1'b0;
      bvalid_q     <= 1'b0;
      awaddr_q     <= 10'd0;
      wdata_q      <= 32'd0;
      wstrb_q      <= 4'd0;
      start_q      <= 1'b0;
      irq_enable_q <= 1'b0;
      irq_q        <= 1'b0;
      done_q       <= 1'b0;
      rung_q       <= 1'b0;
      error_q      <= 4'd0;
      error_addr_q <= 64'd0;
      program_q    <= 64'd0;
    end else begin
      if (awvalid_i && awready_o) begin
        aw_held_q <= 1'b1;
        awaddr_q  <= awaddr_i[11:2];
      end
      if (wvalid_i && wready_o) begin
        w_held_q <= 1'b1;
        wdata_q  <= wdata_i;
        wstrb_q  <= wstrb_i;
      end
      if (write) begin
        aw_held_q <= 1'b0;
        w_held_q  <= 1'b0;
        bvalid_q  <= 1'b1;
      end else if (bready_i) begin
        bvalid_q  <= 1'b0;
      end

      start_q <= bell && !busy;
      if (write_control && wstrb_q[0])
        irq_enable_q <= wdata_q[`SERAC_REG_CONTROL_IRQ_ENABLE_LSB];
      if (write && waddr == `SERAC_REG_PROGRAM_ADDR_LO)
        program_q[31:0]  <= (program_q[31:0] & ~strobes) | wbits;
      if (write && waddr == `SERAC_REG_PROGRAM_ADDR_HI)
        program_q[63:32] <= (program_q[63:32] & ~strobes) | wbits;
      if (bell && busy) rung_q <= 1'b1;
      else if (write_status && wbits[`SERAC_REG_STATUS_DOORBELL_BUSY_LSB]) rung_q <= 1'b0;
      if (bell && !busy) begin
        done_q       <= 1'b0;
        error_q      <= `SERAC_ERROR_NONE;
        error_addr_q <= 64'd0;
      end else if (done_i) begin
        done_q       <= 1'b1;
        error_q      <= error_i;
        error_addr_q <= error_addr_i;
      end
      if (done_i) irq_q <= 1'b1;
      else if (write_status && wbits[`SERAC_REG_STATUS_IRQ_LSB]) irq_q <= 1'b0;
    end
  end

  // --- read channel --------------------------------------------------------------
  localparam [11:0] COUNTER_BYTES = 8 * `SERAC_COUNTERS;
  reg         rvalid_q;
  reg  [31:0] rdata_q, rdata;
  wire [11:0] raddr = {araddr_i[11:2], 2'b00};
  wire [11:0] counter = raddr - `SERAC_REG_COUNTERS;     // byte of counters_i
  wire [31:0] status = {20'd0, error_q, 4'd0, rung_q, irq_q, done_q, busy};

  assign arready_o = !rvalid_q;
  assign rvalid_o  = rvalid_q;
  assign rdata_o   = rdata_q;
  assign rresp_o   = 2'b00;

  always @* begin
    case (raddr)
      `SERAC_REG_ID:                   rdata = `SERAC_REGS_ID;
      `SERAC_REG_VERSION:              rdata = `SERAC_REGS_VERSION;
      `SERAC_REG_CONTROL:              rdata = {30'd0, irq_enable_q, 1'b0};
      `SERAC_REG_STATUS:               rdata = status;
      `SERAC_REG_PROGRAM_ADDR_LO:      rdata = program_q[31:0];
      `SERAC_REG_PROGRAM_ADDR_HI:      rdata = program_q[63:32];
      `SERAC_REG_ERROR_ADDR_LO:        rdata = error_addr_q[31:0];
      `SERAC_REG_ERROR_ADDR_HI:        rdata = error_addr_q[63:32];
      `SERAC_REG_DESIGN_ROWS:          rdata = Rows | Cols << 16;
      `SERAC_REG_DESIGN_LANES:         rdata = Lanes | WgtPlanes << 16 | ActPlanes << 24;
      `SERAC_REG_DESIGN_WEIGHT_BUFFER: rdata = WgtBufferBytes;
      `SERAC_REG_DESIGN_ACT_BUFFER:    rdata = ActBufferBytes;
      `SERAC_REG_DESIGN_OUTPUT_BUFFER: rdata = OutBufferBytes;
      `SERAC_REG_DESIGN_PARAM_BUFFER:  rdata = ParamBufferBytes;
      `SERAC_REG_DESIGN_BUS:           rdata = AxiBits | Outstanding << 16 | QueueDepth << 24;
      `SERAC_REG_DESIGN_REQUANT:       rdata = RequantLanes;
      default: rdata = (raddr >= `SERAC_REG_COUNTERS && counter < COUNTER_BYTES)
                       ? counters_i[counter[6:2] * 32 +: 32] : 32'd0;
    endcase
  end

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      rvalid_q <= 1'b0;
      rdata_q  <= 32'd0;
    end else begin
      if (arvalid_i && arready_o) begin
        rvalid_q <= 1'b1;
        rdata_q  <= rdata;
      end else if (rready_i) begin
        rvalid_q <= 1'b0;
      end
    end
  end

  assign start_o        = start_q;
  assign program_addr_o = program_q;
  assign irq_o          = irq_q && irq_enable_q;
endmodule
`default_nettype wire
