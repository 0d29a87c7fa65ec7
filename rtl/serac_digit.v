// serac_digit.v - planes from a buffer to a digit: order and extension.
//
// The buffer stores planes most significant first, and the read window ends at
// the digit's least significant plane: bit i of the digit is plane Planes-1-i.
// Bits from `real_i` on do not exist in memory: copies of the top plane, or zero.
// Combinational.
`default_nettype none

module serac_digit #(
  // LINT: -GPlanes=8 -GWidth=8
  // LINT: -GPlanes=8 -GWidth=32768
  parameter Planes = 1,
  parameter Width  = 64
) (
  input  wire [Planes*Width-1:0] planes_i,
  input  wire [3:0]              real_i,    // stored planes in the digit, 0..Planes
  /* verilator lint_off UNUSEDSIGNAL */ // one plane has nothing to extend
  input  wire                    extend_i,  // signed: repeat the top plane
  /* verilator lint_on UNUSEDSIGNAL */
  output wire [Planes*Width-1:0] digit_o    // plane 0 least significant
);
  wire [Width-1:0] zero = 'd0;   // not a replication: Width may be tens of thousands
  genvar i;
  generate
    for (i = 0; i < Planes; i = i + 1) begin : gen_bit
      wire [Width-1:0] plane = planes_i[(Planes - 1 - i) * Width +: Width];
      wire [Width-1:0] digit;
      if (i == 0) begin : gen_lowest
        assign digit = (real_i != 4'd0) ? plane : zero;
      end else begin : gen_higher
        // Beyond the real planes the bit below is a copy of the top one, or it is it.
        assign digit = (i < real_i) ? plane : extend_i ? gen_bit[i-1].digit : zero;
      end
      assign digit_o[i*Width +: Width] = digit;
    end
  endgenerate
endmodule
`default_nettype wire
