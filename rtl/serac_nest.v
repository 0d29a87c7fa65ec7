// serac_nest.v - a layer's loops over tiles, which execute and post both walk.
//
//   iterations: groups inside pixel tiles (order 0) or the other way round (order 1)
//     m-tiles of the group . pixels of the run . phases, x innermost: one tile each
//
// Every output but *_d is an AND of registers. gather counts the m-tiles of an
// output tile, which also ends with its pass over m.
// Timing: start_i with the section, the first tile's outputs hold two cycles later;
// step_i takes effect in the next cycle.
`default_nettype none
`include "serac_regs.vh"

module serac_nest (
  input  wire          clk_i,
  input  wire          rst_ni,
  /* verilator lint_off UNUSEDSIGNAL */ // every unit reads only some fields
  input  wire [1023:0] section_i,      // exec section
  /* verilator lint_on UNUSEDSIGNAL */
  input  wire          start_i,        // a new section is ready
  input  wire          step_i,         // on to the next tile

  output wire          start_o,        // a cycle after start_i: loops are being set
  output wire          phase_first_o,
  output wire          x_last_o,       // last phase of its row
  output wire          phase_last_o,
  output wire          t_first_o,
  output wire          t_last_o,       // last phase of the run's last pixel
  output wire          t_more_o,       // pixel before last_steps
  output wire          m_last_o,       // last tile of the iteration
  output wire          out_first_o,    // first tile of an output tile
  output wire          out_last_o,     // last tile of it
  output wire          g_first_o,      // the iteration's group
  output wire          g_last_o,
  output wire          g_single_o,     // there is only one
  output wire          n_first_o,      // the iteration's pixel tile
  output wire          n_last_o,
  output wire          n_single_o
);
  wire        order      = section_i[`SERAC_EXEC_ORDER];
  wire [15:0] last_steps = section_i[`SERAC_EXEC_LAST_STEPS];

  // Rounds - 1 of each loop, and whether that is zero.
  reg  [7:0]  x_top_q, y_top_q;
  reg  [15:0] run_top_q, run_last_top_q, m_top_q, m_last_top_q, gather_top_q;
  reg  [31:0] g_top_q, n_top_q;
  reg         x_one_q, y_one_q, run_one_q, run_last_one_q, m_one_q, m_last_one_q;
  reg         gather_one_q, g_one_q, n_one_q;
  reg         last_some_q;              // 0 < last_steps
  always @(posedge clk_i) if (start_i) begin
    x_top_q        <= section_i[`SERAC_EXEC_PHASES_X] - 8'd1;
    x_one_q        <= section_i[`SERAC_EXEC_PHASES_X] == 8'd1;
    y_top_q        <= section_i[`SERAC_EXEC_PHASES_Y] - 8'd1;
    y_one_q        <= section_i[`SERAC_EXEC_PHASES_Y] == 8'd1;
    run_top_q      <= section_i[`SERAC_EXEC_RUN] - 16'd1;
    run_one_q      <= section_i[`SERAC_EXEC_RUN] == 16'd1;
    run_last_top_q <= section_i[`SERAC_EXEC_RUN_LAST] - 16'd1;
    run_last_one_q <= section_i[`SERAC_EXEC_RUN_LAST] == 16'd1;
    m_top_q        <= section_i[`SERAC_EXEC_GROUP_MTILES] - 16'd1;
    m_one_q        <= section_i[`SERAC_EXEC_GROUP_MTILES] == 16'd1;
    m_last_top_q   <= section_i[`SERAC_EXEC_GROUP_LAST_MTILES] - 16'd1;
    m_last_one_q   <= section_i[`SERAC_EXEC_GROUP_LAST_MTILES] == 16'd1;
    gather_top_q   <= section_i[`SERAC_EXEC_GATHER] - 16'd1;
    gather_one_q   <= section_i[`SERAC_EXEC_GATHER] == 16'd1;
    g_top_q        <= section_i[`SERAC_EXEC_GROUPS] - 32'd1;
    g_one_q        <= section_i[`SERAC_EXEC_GROUPS] == 32'd1;
    n_top_q        <= section_i[`SERAC_EXEC_N_TILES] - 32'd1;
    n_one_q        <= section_i[`SERAC_EXEC_N_TILES] == 32'd1;
    last_some_q    <= last_steps != 16'd0;
  end

  reg start_q;
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) start_q <= 1'b0;
    else         start_q <= start_i;
  end

  wire x_first, y_first, t_first, gather_first, g_first, n_first;
  wire x_end, y_end, t_end, m_end, gather_end, g_end, n_end, g_end_d, n_end_d;
  wire phase_last = x_end && y_end;
  wire t_last     = phase_last && t_end;
  wire m_last     = t_last && m_end;
  wire pass_end   = m_end && (order || g_end);
  wire step_t     = step_i && phase_last;
  wire step_m     = step_i && t_last;
  wire step_g     = step_i && m_last && (!order || n_end);
  wire step_n     = step_i && m_last && (order || g_end);
  // Are the next iteration's group and pixel tile the last ones?
  // Asked for when a step ends the run's pixels or the m-tiles; step_i comes late.
  wire g_final    = start_q ? g_one_q : (m_last && (!order || n_end)) ? g_end_d : g_end;
  wire n_final    = start_q ? n_one_q : (m_last && (order || g_end)) ? n_end_d : n_end;

  /* verilator lint_off PINCONNECTEMPTY */ // a loop needs no more than it needs
  serac_loop #(.Bits (8)) u_x (.clk_i (clk_i), .rst_ni (rst_ni), .start_i (start_q), .step_i (step_i),
    .end_i (1'b0), .top_i (x_top_q), .single_i (x_one_q),
    .left_o (), .first_o (x_first), .last_o (x_end), .last_d_o ());
  serac_loop #(.Bits (8)) u_y (.clk_i (clk_i), .rst_ni (rst_ni), .start_i (start_q), .step_i (step_i && x_end),
    .end_i (1'b0), .top_i (y_top_q), .single_i (y_one_q),
    .left_o (), .first_o (y_first), .last_o (y_end), .last_d_o ());
  serac_loop #(.Bits (16)) u_t (.clk_i (clk_i), .rst_ni (rst_ni), .start_i (start_q), .step_i (step_t),
    .end_i (1'b0), .top_i (n_final ? run_last_top_q : run_top_q), .single_i (n_final ? run_last_one_q : run_one_q),
    .left_o (), .first_o (t_first), .last_o (t_end), .last_d_o ());
  serac_loop #(.Bits (16)) u_m (.clk_i (clk_i), .rst_ni (rst_ni), .start_i (start_q), .step_i (step_m),
    .end_i (1'b0), .top_i (g_final ? m_last_top_q : m_top_q), .single_i (g_final ? m_last_one_q : m_one_q),
    .left_o (), .first_o (), .last_o (m_end), .last_d_o ());
  serac_loop #(.Bits (16)) u_gather (.clk_i (clk_i), .rst_ni (rst_ni), .start_i (start_q), .step_i (step_m),
    .end_i (pass_end), .top_i (gather_top_q), .single_i (gather_one_q),
    .left_o (), .first_o (gather_first), .last_o (gather_end), .last_d_o ());
  serac_loop #(.Bits (32)) u_g (.clk_i (clk_i), .rst_ni (rst_ni), .start_i (start_q), .step_i (step_g),
    .end_i (1'b0), .top_i (g_top_q), .single_i (g_one_q),
    .left_o (), .first_o (g_first), .last_o (g_end), .last_d_o (g_end_d));
  serac_loop #(.Bits (32)) u_n (.clk_i (clk_i), .rst_ni (rst_ni), .start_i (start_q), .step_i (step_n),
    .end_i (1'b0), .top_i (n_top_q), .single_i (n_one_q),
    .left_o (), .first_o (n_first), .last_o (n_end), .last_d_o (n_end_d));
  /* verilator lint_on PINCONNECTEMPTY */

  reg  [15:0] t_q;
  reg         t_more_q;                // t_q < last_steps
  wire [15:0] t_next = t_q + 16'd1;
  always @(posedge clk_i) begin
    if (start_q || step_t) begin
      t_q      <= (start_q || t_end) ? 16'd0 : t_next;
      t_more_q <= (start_q || t_end) ? last_some_q : t_more_q && t_next != last_steps;
    end
  end

  assign start_o       = start_q;
  assign phase_first_o = x_first && y_first;
  assign x_last_o      = x_end;
  assign phase_last_o  = phase_last;
  assign t_first_o     = t_first;
  assign t_last_o      = t_last;
  assign t_more_o      = t_more_q;
  assign m_last_o      = m_last;
  assign out_first_o   = gather_first && t_first && x_first && y_first;
  assign out_last_o    = t_last && (gather_end || pass_end);
  assign g_first_o     = g_first;
  assign g_last_o      = g_end;
  assign g_single_o    = g_one_q;
  assign n_first_o     = n_first;
  assign n_last_o      = n_end;
  assign n_single_o    = n_one_q;
endmodule
`default_nettype wire
