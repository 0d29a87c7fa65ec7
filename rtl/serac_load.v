// serac_load.v - sends every beat that returns to where it belongs.
//
// Program beats fill the fetch section register and the two section queues;
// weight beats alternate between parameter and weight buffer, m-tile by m-tile;
// activation beats go on to serac_columns. Combinational but for the place
// counters: the read master has already registered the beat.
// Twin: serac_read_complete() in model/time/serac_read.c, which says when a load has ended.
`default_nettype none
`include "serac_regs.vh"
`include "serac_defs.vh"

module serac_load #(
  // LINT: -GBeatBytes=8 -GWgtAddrBits=7 -GParamAddrBits=6
  // LINT: -GBeatBytes=64
  parameter BeatBytes        = 16,
  parameter WgtAddrBits      = 13,    // clog2 of the buffer's beats
  parameter ParamAddrBits    = 9
) (
  input  wire                     clk_i,
  input  wire                     rst_ni,
  input  wire                     clear_i,

  input  wire                     beat_valid_i,
  input  wire [8*BeatBytes-1:0]   beat_data_i,
  input  wire [1:0]               beat_kind_i,
  input  wire                     beat_half_i,
  input  wire                     beat_last_i,
  input  wire [31:0]              beat_number_i,

  output wire [1023:0]            section_o,       // fetch section
  output wire                     block_loaded_o,
  output wire                     block_legal_o,   // of the exec section
  output wire                     exec_we_o,
  output wire                     store_we_o,
  output wire [3:0]               queue_index_o,   // beat within the section

  output wire                     param_we_o,
  output wire [ParamAddrBits-1:0] param_addr_o,    // in beats
  output wire                     wgt_we_o,
  output wire [WgtAddrBits-1:0]   wgt_addr_o,
  output wire                     wgt_loaded_o,
  output wire                     act_loaded_o
);
  localparam SECTION_BEATS = 128 / BeatBytes;
  localparam WORDS         = BeatBytes / 4;   // per beat

  wire is_block  = beat_valid_i && beat_kind_i == `SERAC_KIND_BLOCK;
  wire is_weight = beat_valid_i && beat_kind_i == `SERAC_KIND_WEIGHT;
  wire is_act    = beat_valid_i && beat_kind_i == `SERAC_KIND_ACT;

  // --- program -------------------------------------------------------------
  localparam SECTION_LOG = $clog2(SECTION_BEATS);
  wire [31:0] section_number = beat_number_i >> SECTION_LOG;
  assign queue_index_o = beat_number_i[3:0] & (SECTION_BEATS[3:0] - 4'd1);

  reg  [1023:0] section_q;
  reg           legal_q, block_loaded_q;

  genvar b;
  generate
    for (b = 0; b < SECTION_BEATS; b = b + 1) begin : gen_section
      always @(posedge clk_i) begin
        if (is_block && beat_number_i == b)
          section_q[b*8*BeatBytes +: 8*BeatBytes] <= beat_data_i;
      end
    end
  endgenerate

  // The two fields of the exec section that can be illegal.
  localparam MODE_BEAT   = SECTION_BEATS;                 // word 0
  localparam GATHER_BEAT = SECTION_BEATS + 19 / WORDS;    // word 19
  localparam GATHER_LSB  = 32 * (19 % WORDS);
  wire mode_bad   = beat_number_i == MODE_BEAT && beat_data_i[31:29] > 3'd4;
  wire gather_bad = beat_number_i == GATHER_BEAT && beat_data_i[GATHER_LSB +: 16] == 16'd0;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      legal_q        <= 1'b0;
      block_loaded_q <= 1'b0;
    end else begin
      block_loaded_q <= is_block && beat_last_i && !clear_i;
      if (is_block)
        legal_q <= (legal_q || beat_number_i == 32'd0) && !mode_bad && !gather_bad;
    end
  end

  assign section_o      = section_q;
  assign block_loaded_o = block_loaded_q;
  assign block_legal_o  = legal_q;
  assign exec_we_o      = is_block && section_number == 32'd1;
  assign store_we_o     = is_block && section_number == 32'd2;

  // --- weights and parameters ----------------------------------------------
  localparam BEAT_LOG = $clog2(BeatBytes);
  wire [31:0] param_beats = section_q[`SERAC_FETCH_TILE_PARAM_BYTES] >> BEAT_LOG;
  wire [31:0] wgt_beats   = section_q[`SERAC_FETCH_TILE_WGT_BYTES] >> BEAT_LOG;
  localparam [WgtAddrBits-1:0]   WGT_HALF   = {1'b1, {WgtAddrBits-1{1'b0}}};
  localparam [ParamAddrBits-1:0] PARAM_HALF = {1'b1, {ParamAddrBits-1{1'b0}}};

  reg                      fresh_q;      // the next weight beat starts a load
  reg                      in_param_q;
  reg  [31:0]              left_q;       // beats of this part, this one included
  reg  [WgtAddrBits-1:0]   wgt_addr_q;
  reg  [ParamAddrBits-1:0] param_addr_q;

  wire                     in_param = fresh_q || in_param_q;
  wire [31:0]              left     = fresh_q ? param_beats : left_q;
  wire [WgtAddrBits-1:0]   wgt_addr = !fresh_q ? wgt_addr_q :
                                      beat_half_i ? WGT_HALF : {WgtAddrBits{1'b0}};
  wire [ParamAddrBits-1:0] param_addr = !fresh_q ? param_addr_q :
                                        beat_half_i ? PARAM_HALF : {ParamAddrBits{1'b0}};
  wire                     part_end = left == 32'd1;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fresh_q      <= 1'b1;
      in_param_q   <= 1'b1;
      left_q       <= 32'd0;
      wgt_addr_q   <= {WgtAddrBits{1'b0}};
      param_addr_q <= {ParamAddrBits{1'b0}};
    end else if (clear_i) begin
      fresh_q      <= 1'b1;
    end else if (is_weight) begin
      fresh_q      <= beat_last_i;
      in_param_q   <= in_param ^ part_end;
      left_q       <= !part_end ? left - 32'd1 : in_param ? wgt_beats : param_beats;
      wgt_addr_q   <= wgt_addr + {{WgtAddrBits-1{1'b0}}, !in_param};
      param_addr_q <= param_addr + {{ParamAddrBits-1{1'b0}}, in_param};
    end
  end

  assign param_we_o   = is_weight && in_param;
  assign param_addr_o = param_addr;
  assign wgt_we_o     = is_weight && !in_param;
  assign wgt_addr_o   = wgt_addr;
  assign wgt_loaded_o = is_weight && beat_last_i;
  assign act_loaded_o = is_act && beat_last_i;
endmodule
`default_nettype wire
