// formal_serac_load.v - every beat that returns goes to one place, and to the right one.
//
// One bit of one beat of the fetch section is watched; which beat, the solver chooses.
//
// Assumed of the read master, which is proved (formal_serac_read.v), and of fetch: a load's beats come in order and
// together, all of one kind and half, the last one marked; a block has three sections; weights are loaded
// after a block whose parts, parameters and weights of an m-tile, are not empty.
`default_nettype none
`include "serac_regs.vh"
`include "serac_defs.vh"

// PROOF: induction=2 -GBeatBytes=64 QUICK
// FAULT: section_whole serac_load.v s/is_block && beat_number_i == b)/is_block \&\& beat_number_i[0] == b)/
// FAULT: loaded_is_told serac_load.v s/<= is_block && beat_last_i && !clear_i/<= is_block \&\& !clear_i/
// FAULT: illegal_is_told serac_load.v s/legal_q || beat_number_i == 32'd0/legal_q || beat_number_i != 32'd0/
// FAULT: illegal_is_told serac_load.v s/3'd4;/3'd5;/
// FAULT: to_one_place serac_load.v s/section_number == 32'd1/section_number != 32'd0/
// FAULT: exec_section serac_load.v s/exec_we_o      = is_block/exec_we_o      = beat_valid_i/
// FAULT: store_section serac_load.v s/section_number == 32'd2/section_number >= 32'd1/
// FAULT: place_in_section serac_load.v s/SECTION_BEATS\[3:0\] - 4'd1/SECTION_BEATS[3:0]/
// FAULT: parameters_come_first serac_load.v s/in_param_q   <= in_param ^ part_end/in_param_q   <= in_param_q ^ part_end/
// FAULT: parameters_in_place serac_load.v s/param_addr + {{ParamAddrBits-1{1'b0}}, in_param}/param_addr + {{ParamAddrBits-1{1'b0}}, 1'b1}/
// FAULT: weights_in_place serac_load.v s/beat_half_i ? WGT_HALF/!beat_half_i ? WGT_HALF/
// FAULT: loads_end serac_load.v s/wgt_loaded_o = is_weight/wgt_loaded_o = beat_valid_i/
// PROOF: induction=2 -GBeatBytes=8
// PROOF: induction=2 -GBeatBytes=16
module formal_serac_load #(
  parameter BeatBytes     = 16,
  parameter Bit           = 5,     // of a beat: all bits are the same, the unit only keeps them
  parameter WgtAddrBits   = 8,
  parameter ParamAddrBits = 6
) (
  input wire                   clk_i,
  input wire                   rst_ni,
  input wire                   clear_i,
  input wire                   beat_valid_i,
  input wire [8*BeatBytes-1:0] beat_data_i,
  input wire [1:0]             beat_kind_i,
  input wire                   beat_half_i,
  input wire                   beat_last_i,
  input wire [31:0]            beat_number_i
);
  localparam SECTION_BEATS = 128 / BeatBytes;
  localparam BEAT_LOG      = $clog2(BeatBytes);

  wire [1023:0]              section;
  wire                       block_loaded, block_legal, exec_we, store_we, param_we, wgt_we, wgt_loaded, act_loaded;
  wire [3:0]                 queue_index;
  wire [ParamAddrBits-1:0]   param_addr;
  wire [WgtAddrBits-1:0]     wgt_addr;
  serac_load #(.BeatBytes (BeatBytes), .WgtAddrBits (WgtAddrBits), .ParamAddrBits (ParamAddrBits)) dut (
    .clk_i (clk_i), .rst_ni (rst_ni), .clear_i (clear_i),
    .beat_valid_i (beat_valid_i), .beat_data_i (beat_data_i), .beat_kind_i (beat_kind_i),
    .beat_half_i (beat_half_i), .beat_last_i (beat_last_i), .beat_number_i (beat_number_i),
    .section_o (section), .block_loaded_o (block_loaded), .block_legal_o (block_legal),
    .exec_we_o (exec_we), .store_we_o (store_we), .queue_index_o (queue_index),
    .param_we_o (param_we), .param_addr_o (param_addr), .wgt_we_o (wgt_we), .wgt_addr_o (wgt_addr),
    .wgt_loaded_o (wgt_loaded), .act_loaded_o (act_loaded));

  wire is_block  = beat_valid_i && beat_kind_i == `SERAC_KIND_BLOCK;
  wire is_weight = beat_valid_i && beat_kind_i == `SERAC_KIND_WEIGHT;
  wire is_act    = beat_valid_i && beat_kind_i == `SERAC_KIND_ACT;
  wire [31:0] params  = section[`SERAC_FETCH_TILE_PARAM_BYTES] >> BEAT_LOG;     // beats of an m-tile
  wire [31:0] weights = section[`SERAC_FETCH_TILE_WGT_BYTES] >> BEAT_LOG;

  reg         begun_q = 0;
  // --- the load that is going on ---------------------------------------------------
  reg         inside_q;                // not its first beat
  reg  [1:0]  kind_q;
  reg         half_q;
  reg  [31:0] number_q;                // of the block's next beat
  // --- a block: the watched bit, the exec section's mode and gather ------------------
  (* anyconst *) wire [3:0] beat;
  reg         seen_q, data_q, clear_q, last_q;
  reg         mode_ok_q, gather_ok_q;
  // --- weights: the place in the m-tile, and so far of the load ------------------------
  reg  [31:0] place_q, params_q, weights_q;
  wire [31:0] place     = inside_q ? place_q : 32'd0;
  wire [31:0] n_params  = inside_q ? params_q : 32'd0;
  wire [31:0] n_weights = inside_q ? weights_q : 32'd0;
  wire        in_param  = place < params;

  localparam GATHER = SECTION_BEATS + 19 / (BeatBytes / 4);
  localparam GATHER_LSB = 32 * (19 % (BeatBytes / 4));

  always @* begin
    assume (begun_q == rst_ni);
    assume (beat < SECTION_BEATS);
    assume (!beat_valid_i || !inside_q || (beat_kind_i == kind_q && beat_half_i == half_q));
    assume (!is_block || (beat_number_i == (inside_q ? number_q : 32'd0) &&
                          beat_last_i == (beat_number_i == 3 * SECTION_BEATS - 1)));
    assume (!is_weight || (params != 0 && weights != 0 && params < 32'h10000000 && weights < 32'h10000000));
  end

  always @(posedge clk_i) begin
    begun_q <= 1'b1;
    clear_q <= clear_i;
    last_q  <= is_block && beat_last_i;
    if (!begun_q) begin
      inside_q <= 1'b0;
      seen_q   <= 1'b0;
      last_q   <= 1'b0;
    end else begin
      if (beat_valid_i) begin
        inside_q <= !beat_last_i;
        kind_q   <= beat_kind_i;
        half_q   <= beat_half_i;
      end
      if (clear_i) inside_q <= 1'b0;
    end
    if (is_block) begin
      number_q <= beat_number_i + 32'd1;
      if (beat_number_i == beat) begin
        seen_q <= 1'b1;
        data_q <= beat_data_i[Bit];
      end
      if (beat_number_i == SECTION_BEATS) mode_ok_q <= beat_data_i[31:29] <= 4;
      if (beat_number_i == GATHER) gather_ok_q <= beat_data_i[GATHER_LSB +: 16] != 0;
    end
    if (is_weight) begin
      place_q   <= place + 32'd1 == params + weights ? 32'd0 : place + 32'd1;
      params_q  <= n_params + in_param;
      weights_q <= n_weights + !in_param;
    end
  end

  // What the unit promises.
  always @* if (begun_q && rst_ni) begin
    section_whole:   assert (!seen_q || section[beat * 8 * BeatBytes + Bit] == data_q);
    loaded_is_told:  assert (block_loaded == (last_q && !clear_q));
    illegal_is_told: assert (!block_loaded || block_legal == (mode_ok_q && gather_ok_q));
    to_one_place:    assert ({2'd0, exec_we} + store_we + param_we + wgt_we <= beat_valid_i);
    exec_section:    assert (exec_we == (is_block && beat_number_i / SECTION_BEATS == 1));
    store_section:   assert (store_we == (is_block && beat_number_i / SECTION_BEATS == 2));
    place_in_section: assert (!is_block || queue_index == beat_number_i % SECTION_BEATS);
    parameters_come_first: assert (param_we == (is_weight && in_param) && wgt_we == (is_weight && !in_param));
    parameters_in_place: assert (!param_we || param_addr == ((beat_half_i << (ParamAddrBits - 1)) + n_params) % (1 << ParamAddrBits));
    weights_in_place: assert (!wgt_we || wgt_addr == ((beat_half_i << (WgtAddrBits - 1)) + n_weights) % (1 << WgtAddrBits));
    loads_end:       assert (wgt_loaded == (is_weight && beat_last_i) && act_loaded == (is_act && beat_last_i));
  end

  // Lemmas: how the unit's counters stand to these.
  (* hierconn *) wire                     \dut.fresh_q ;
  (* hierconn *) wire                     \dut.in_param_q ;
  (* hierconn *) wire                     \dut.legal_q ;
  (* hierconn *) wire [31:0]              \dut.left_q ;
  (* hierconn *) wire [WgtAddrBits-1:0]   \dut.wgt_addr_q ;
  (* hierconn *) wire [ParamAddrBits-1:0] \dut.param_addr_q ;
  wire weights_go_on = inside_q && kind_q == `SERAC_KIND_WEIGHT;
  always @* if (begun_q && rst_ni) begin
    assert (weights_go_on ? !\dut.fresh_q : \dut.fresh_q );
    if (weights_go_on) begin
      assert (params != 0 && weights != 0 && params < 32'h10000000 && weights < 32'h10000000);
      assert (place_q < params + weights);
      assert (\dut.in_param_q == (place_q < params));
      assert (\dut.left_q == (place_q < params ? params - place_q : params + weights - place_q));
      assert (\dut.param_addr_q == ((half_q << (ParamAddrBits - 1)) + params_q) % (1 << ParamAddrBits));
      assert (\dut.wgt_addr_q == ((half_q << (WgtAddrBits - 1)) + weights_q) % (1 << WgtAddrBits));
    end
    if (inside_q && kind_q == `SERAC_KIND_BLOCK) begin
      assert (number_q > 0 && number_q < 3 * SECTION_BEATS);
      assert (\dut.legal_q == ((number_q <= SECTION_BEATS || mode_ok_q) && (number_q <= GATHER || gather_ok_q)));
    end
  end
endmodule
`default_nettype wire
