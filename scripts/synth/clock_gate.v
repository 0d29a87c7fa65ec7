// clock_gate.v - for yosys techmap: an enabled flip-flop becomes a plain one behind a
// clock gate.
//
// For one step the gate is written as a latch, $_DLATCH_N_ with the enable at D, the
// clock at E and the gated clock at Q: opt_merge then shares the gates of
// equal enables. Nothing between looks at what a latch does, and the RTL has none.
(* techmap_celltype = "$_DFFE_PP_" *)
module gate_dffe (input D, C, E, output Q);
  wire gated;
  \$_DLATCH_N_ gate (.D (E), .E (C), .Q (gated));
  \$_DFF_P_ ff (.D (D), .C (gated), .Q (Q));
endmodule

(* techmap_celltype = "$_DFFE_PN0P_" *)
module gate_dffe_reset (input D, C, E, R, output Q);
  wire gated;
  \$_DLATCH_N_ gate (.D (E), .E (C), .Q (gated));
  \$_DFF_PN0_ ff (.D (D), .C (gated), .R (R), .Q (Q));
endmodule

(* techmap_celltype = "$_DFFE_PN1P_" *)
module gate_dffe_set (input D, C, E, R, output Q);
  wire gated;
  \$_DLATCH_N_ gate (.D (E), .E (C), .Q (gated));
  \$_DFF_PN1_ ff (.D (D), .C (gated), .R (R), .Q (Q));
endmodule
