// serac_adder_tree.v - sum of a power of two of equally wide terms. Combinational.
`default_nettype none

module serac_adder_tree #(
  // LINT: -GTerms=2 -GWidth=1 -GSigned=0
  // LINT: -GTerms=64 -GWidth=16 -GSigned=1
  parameter Terms  = 8,
  parameter Width  = 8,
  parameter Signed = 1,
  parameter Sum    = Width + $clog2(Terms)   // do not set
) (
  input  wire [Terms*Width-1:0] terms_i,
  output wire [Sum-1:0]         sum_o
);
  localparam LEVELS = $clog2(Terms);

  genvar l, i;
  generate
    for (l = 0; l <= LEVELS; l = l + 1) begin : gen_level
      localparam COUNT = Terms >> l;
      localparam WIDE  = Width + l;
      wire [COUNT*WIDE-1:0] value;
      if (l == 0) begin : gen_leaves
        assign value = terms_i;
      end else begin : gen_adders
        for (i = 0; i < COUNT; i = i + 1) begin : gen_add
          wire [WIDE-2:0] a = gen_level[l-1].value[(2*i)*(WIDE-1) +: WIDE-1];
          wire [WIDE-2:0] b = gen_level[l-1].value[(2*i+1)*(WIDE-1) +: WIDE-1];
          assign value[i*WIDE +: WIDE] = {Signed != 0 && a[WIDE-2], a}
                                         + {Signed != 0 && b[WIDE-2], b};
        end
      end
    end
  endgenerate
  assign sum_o = gen_level[LEVELS].value;
endmodule
`default_nettype wire
