// serac_digit.v - planes from a buffer to a digit: order and extension.
//
// The buffer stores planes most significant first, and the read window ends at
// the digit's least significant plane: bit i of the digit is plane Planes-1-i.
// Bits from `real_i` on do not exist in memory: copies of the top plane, or zero.
// Combinational.
`default_nettype none

module serac_digit #(
  // LINT: -GPlanes=8 -GWidth=8
  parameter Planes = 1,
  parameter Width  = 64
) (
  input  wire [Planes*Width-1:0] planes_i,
  input  wire [3:0]              real_i,    // stored planes in the digit, 0..Planes
  input  wire                    extend_i,  // signed: repeat the top plane
  output wire [Planes*Width-1:0] digit_o    // plane 0 least significant
);
  // Bit i takes plane i, or the top real one below it.
  wire [3:0] top = real_i - 4'd1;
  genvar i;
  generate
    for (i = 0; i < Planes; i = i + 1) begin : gen_bit
      wire [3:0] from = (i < real_i) ? i : top;
      wire       none = (i >= real_i) && (!extend_i || real_i == 4'd0);
      assign digit_o[i*Width +: Width] =
             none ? {Width{1'b0}} : planes_i[(Planes - 1 - {28'd0, from}) * Width +: Width];
    end
  endgenerate
endmodule
`default_nettype wire
