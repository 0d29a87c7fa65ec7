// serac_defs.vh - codes that several modules share.
`ifndef SERAC_DEFS_VH
`define SERAC_DEFS_VH

// What a read beat is part of.
`define SERAC_KIND_BLOCK  2'd0
`define SERAC_KIND_WEIGHT 2'd1
`define SERAC_KIND_ACT    2'd2

// Stage states that the lock-step bench compares; = enum serac_stage_state in
// model/time/serac_observer.h.
`define SERAC_STATE_IDLE         3'd0
`define SERAC_STATE_RUN          3'd1
`define SERAC_STATE_WAIT_RECEIVE 3'd2
`define SERAC_STATE_WAIT_SEND    3'd3
`define SERAC_STATE_WAIT_MEMORY  3'd4
`define SERAC_STATE_WAIT_SPACE   3'd5

// Dot products that leave one number: trees of adders, for a simulator's speed and for FPGAs,
// whose carry chains and DSPs a synthesiser finds by itself. Else two numbers, to be added.
`ifdef SERAC_FPGA
  `define SERAC_ADDER_TREES
`elsif SERAC_XILINX
  `define SERAC_ADDER_TREES
`elsif SERAC_FAST_POPCOUNT
  `define SERAC_ADDER_TREES
`endif

`endif
