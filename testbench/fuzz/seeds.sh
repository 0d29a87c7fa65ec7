#!/bin/sh
# seeds.sh DIR - inputs to start fuzzing from, made of files of this repository; and dictionaries of their words.
set -eu
dir=$1
serac=build/serac
rm -rf "$dir"
for name in activity csv dataset db design expr image liberty memory netlist network onnx profile rows sweep tech tflite vary vcd workload yaml; do
  mkdir -p "$dir/$name"
done
cp configs/designs/*.cfg testbench/data/bad/design-* "$dir/design"
cp configs/memory/*.cfg testbench/data/bad/memory-* "$dir/memory"
cp configs/tech/*.cfg "$dir/tech"
cp configs/profiles/*.cfg "$dir/profile"
cp configs/sweeps/*.cfg testbench/data/whole.cfg "$dir/sweep"
cp configs/workloads/*.cfg testbench/data/block.cfg "$dir/workload"
cp testbench/data/*.lib "$dir/liberty"
cp testbench/data/*.json "$dir/netlist"
cp testbench/data/onnxruntime/*.onnx "$dir/onnx"
for net in configs/networks/example testbench/data/steps testbench/data/operations; do
  { sed 's/#.*//' $net.cfg; printf '\0'; cat $net.bin; } > "$dir/network/$(basename $net)"
done
for file in testbench/data/bad/network-*.cfg; do
  { cat "$file"; printf '\0'; head -c 600 configs/networks/example.bin; } > "$dir/network/$(basename "$file")"
done
# shellcheck disable=SC2046
"${CC:-gcc}" -std=c11 $(scripts/include_flags.sh) -Itestbench testbench/fuzz/seed_tflite.c -o "$dir/seed_tflite"
"$dir/seed_tflite" "$dir/tflite"
for net in testbench/data/steps testbench/data/operations configs/networks/example; do
  $serac compile $net.cfg --design tiny --memory fast -o "$dir/image/$(basename $net)" > /dev/null
done
printf 'networks = ["%s"]; designs = ["tiny"]; images = 1;\n' testbench/data/operations.cfg > "$dir/db.cfg"
cat > "$dir/work.cfg" << END
name = "w"; source = "s"; layers = ( { name = "a"; op = "gemm"; m = 8; k = 32; n = 8; } );
END
cat > "$dir/db.cfg" << END
designs = ["tiny"]; workloads = ["$dir/work.cfg"]; weight_bits = [1]; act_bits = [8]; batch = [1];
END
$serac sweep "$dir/db.cfg" --out "$dir/results" --jobs 1 > /dev/null
cp "$dir/results/results.db" "$dir/db/one-point"
$serac export "$dir/results" > "$dir/rows/one-point"
printf 'rows * cols == 32 && (area_um2 < 5e6 || design != '\''tiny'\'')' > "$dir/expr/all"
printf '!(rows / 2 - 1 >= 1.5) == 0 && cycles + 1 > 2 || lanes <= 64' > "$dir/expr/rest"
printf '%s' '0configs/designs/tiny.cfg:rows=8:lanes=64' > "$dir/vary/design"
printf '%s' '1configs/memory/default.cfg:latency_cycles=8' > "$dir/vary/memory"
printf '%s' '2configs/tech/sg13g2.cfg:clock_tree_factor=1.5:units.serac_dpu.area_um2=[1.0, 2.0]' > "$dir/vary/tech"
printf '%s' '3configs/workloads/bert-tiny.cfg:*.n=8:sizes.sequence=9' > "$dir/vary/workload"
printf 'Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\r\n,,,,\r\nConv1,224,224,7,7,3,64,2,\nDP9,14,14,3,3,32,1,2,\n' > "$dir/csv/convolutions"
printf 'Layer,M,N,K,\nfirst,8,16,32\nsecond,1,1,1\n' > "$dir/csv/matrices"
cat > "$dir/yaml/zigzag" << 'END'
- id: 0
  name: conv1
  operator_type: Conv
  equation: O[b][g][k][oy][ox]+=W[g][k][c][fy][fx]*I[b][g][c][iy][ix]
  dimension_relations: [ix=2*ox+1*fx, iy= 2*oy + fy]
  loop_dims: [B,K,G,OX,OY,C,FX,FY]
  loop_sizes: [1, 64, 1, 112, 112, 3, 7, 7]
  operand_source: {I: 0, W: 0}
  pr_loop_dims: [IX, IY]
  pr_loop_sizes: [224, 224]
  padding: [[3, 2], [3, 2]]
- id: 5
  operator_type: Add
  equation: O[b][g][oy][ox]=W[b][g][oy][ox]+I[b][g][oy][ox]
  loop_dims: [B, G, OY, OX]
  loop_sizes: [1, 64, 8, 4]
- id: 6
  operator_type: Pooling
  equation: O[b][k][oy][ox]+=W[fy][fx]*I[b][k][iy][ix]
  dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]
  loop_dims: [B, K, OY, OX, FY, FX]
  loop_sizes: [1, 16, 4, 4, 3, 2]
END
cat > "$dir/yaml/timeloop" << 'END'
problem:
  version: 0.4
  shape: {name: CNN, dimensions: [C, M, R, S, N, P, Q], coefficients: [{name: Wstride, default: 4}]}
  instance: {C: 3, M: 96, R: 11, S: 5, N: 2, P: 55, Q: 20, Wstride: 4, Hstride: 3, Wdilation: 2}
END
printf '{{include_text(x)}}\nproblem:\n  <<<: *base\n  instance: {M: 8, K: 4, N: 40}\n' > "$dir/yaml/product"
printf '\0\0\0\010\003\0\0\0\002\0\0\0\003\0\0\0\002abcdefghijkl\0\0\010\001\0\0\0\002\001\002______________' > "$dir/dataset/plain"
printf '\002\0\0\010\004\0\0\0\002\0\0\0\003\0\0\0\002\0\0\0\001abcdefghijkl\0\0\010\001\0\0\0\002\001\002__________' > "$dir/dataset/deep"
# shellcheck disable=SC2016 # the dump's own words
printf '8$date today $end\n$timescale 1ns $end\n$scope module top $end\n$var wire 1 ! clk_i $end\n$scope module dpu $end\n$var reg 4 " q [3:0] $end\n$upscope $end\n$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n0!\nb0000 "\n$end\n#5\n1!\nb10x1 "\n#10\n0!\n' > "$dir/vcd/two-nets"
printf 'serac-activity 1\ncycles 20000\nnet 40000 0.5 tb.top.clk_i\nnet 12 0.25 tb.top.dpu.lane.q[3]\n' > "$dir/activity/two-nets"

# Words: keys and values of the files, operators of the models.
words() { grep -oEh '[A-Za-z_][A-Za-z0-9_]{2,}' "$@" | sort -u | sed 's/.*/"&"/'; }
words configs/*/*.cfg > "$dir/config.dict"
words testbench/data/*.lib > "$dir/liberty.dict"
words testbench/data/*.json > "$dir/netlist.dict"
words sim/import/serac_import_onnx*.c > "$dir/onnx.dict"
words "$dir/yaml"/* > "$dir/yaml.dict"
words "$dir/csv"/* > "$dir/csv.dict"
words "$dir/rows"/* > "$dir/rows.dict"
sed -n 's/.*X(\([a-z_0-9]*\), .*/"\1"/p' sim/results/serac_result.h > "$dir/expr.dict"
