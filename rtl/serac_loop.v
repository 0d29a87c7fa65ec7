// serac_loop.v - one loop of a nest, which says whether this round is its last.
//
// Counts down, so that first_o and last_o are registers: a nest of ten loops decides
// in one cycle, by ANDs alone, which of them go on.
// Timing: start_i and step_i take effect in the next cycle.
`default_nettype none

module serac_loop #(
  // LINT: -GBits=4
  parameter Bits = 16
) (
  input  wire            clk_i,
  input  wire            rst_ni,
  input  wire            start_i,   // to the first round
  input  wire            step_i,    // to the next one, from the last to the first
  input  wire            end_i,     // this round is the last, whatever the count says
  input  wire [Bits-1:0] top_i,     // rounds - 1; read when the first round begins
  input  wire            single_i,  // top_i is zero
  output wire [Bits-1:0] left_o,    // rounds after this one
  output wire            first_o,
  output wire            last_o,
  output wire            last_d_o   // last_o of the next cycle, if step_i
);
  reg  [Bits-1:0] left_q;
  reg             first_q, last_q;
  wire            again  = last_q || end_i;
  wire            last_d = again ? single_i : left_q == {{Bits-1{1'b0}}, 1'b1};

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      left_q  <= {Bits{1'b0}};
      first_q <= 1'b0;
      last_q  <= 1'b0;
    end else if (start_i) begin
      left_q  <= top_i;
      first_q <= 1'b1;
      last_q  <= single_i;
    end else if (step_i) begin
      left_q  <= again ? top_i : left_q - 1'b1;
      first_q <= again;
      last_q  <= last_d;
    end
  end
  assign left_o   = left_q;
  assign first_o  = first_q;
  assign last_o   = last_q;
  assign last_d_o = last_d;
endmodule
`default_nettype wire
