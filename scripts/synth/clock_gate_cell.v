// clock_gate_cell.v - for yosys techmap: what clock_gate.v left as a latch becomes a
// cell that synth.sh maps to the library's clock gate, or to a latch and an AND.
(* techmap_celltype = "$_DLATCH_N_" *)
module gate_cell (input D, E, output Q);
  serac_clock_gate gate (.clk (E), .en (D), .gated (Q));
endmodule
