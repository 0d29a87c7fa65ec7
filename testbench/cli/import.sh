#!/bin/sh
# serac import: a workload that was imported is swept; bad calls are one line and leave nothing.
set -u
. testbench/data/cli_lib.sh
work=build/cli/import
logs=build/cli/import-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"

cat > "$work/two.csv" << 'EOF'
Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
,,,,,,,,
Conv1,16,16,3,3,32,64,1,
Conv2,14,14,1,1,64,32,1,
EOF
"$serac" import "$work/two.csv" -o "$work/two.cfg" > "$logs/two" 2>&1
is "two layers" "$(cat "$logs/two")" "$work/two.cfg: 2 layers, 4.014 M multiply-accumulates, 0.02058 M parameters"
is "nothing beside it" "$(ls "$work")" "$(printf 'two.cfg\ntwo.csv')"
cat > "$work/sweep.cfg" << EOF
designs = ["tiny"]; workloads = ["$work/two.cfg"]; precisions = ["4/4"];
EOF
"$serac" sweep "$work/sweep.cfg" --out "$work/out" > "$logs/sweep" 2>&1
is "its sweep" "$("$serac" export "$work/out" 2> /dev/null | cut -d, -f6 | tr '\n' ' ')" "layer Conv1 Conv2 total "

refused "import without --out" "--out is missing" import "$work/two.csv"
refused "import of another ending" "must end in .tflite, .onnx, .csv, .yaml or .yml" import "$work/two.cfg" -o "$work/x.cfg"
refused "import of nothing" "nowhere.csv: cannot be read" import nowhere.csv -o "$work/x.cfg"
mkdir "$work/folder.csv"
{ head -1 "$work/two.csv"; echo "A,40000,3,1,1,3,4,1"; } > "$work/tall.csv"
awk 'BEGIN {for (i = 0; i < 200000; i++) printf "["}' > "$work/deep.yaml"
refused "import over the table" "two.csv: is what is to be imported" import "$work/two.csv" -o "$work/two.csv"
refused "import to a folder" "is no file" import "$work/two.csv" -o "$work"
refused "import of a height that the machine has not" "A: height = 40000, must be 1..32767" import "$work/tall.csv" -o "$work/x.cfg"
refused "import of endless brackets" "more than 100 brackets within each other" import "$work/deep.yaml" -o "$work/x.cfg"
refused "import of a folder" "folder.csv: cannot be read" import "$work/folder.csv" -o "$work/x.cfg"
head -c 3000 /dev/zero > "$work/zero.csv"
refused "import of zeros" "holds a zero byte" import "$work/zero.csv" -o "$work/x.cfg"
refused "import to nowhere" "nowhere/x.cfg: cannot be written: No such file" import "$work/two.csv" -o nowhere/x.cfg
printf 'Layer,M,N,K\nA,1,2,1048577\n' > "$work/bad.csv"
refused "import of a bad number" "bad.csv:2: k: '1048577' is no number from 1 to 1048576" import "$work/bad.csv" -o "$work/x.cfg"

# Networks: refusals, and inputs of the wrong size or value.
head -c 3000 /dev/zero > "$work/zero.tflite"
: > "$work/empty.tflite"
printf '\034\000\000\000TFL3\000\000\000\000' > "$work/short.tflite"
for file in zero empty short; do
  refused "import of $file.tflite" "$file.tflite: no TensorFlow Lite file of schema version 3" import "$work/$file.tflite" -o "$work/x.cfg"
done
refused "import, rounding" "--rounding up: must be double or single" import "$work/zero.tflite" -o "$work/x.cfg" --rounding up
refused "import, rounding of a table" "goes with .tflite" import "$work/two.csv" -o "$work/x.cfg" --rounding double
refused "import, patches of a table" "--patches goes with .tflite" import "$work/two.csv" -o "$work/x.cfg" --patches
steps=testbench/data/steps.cfg
head -c 100 /dev/zero > "$work/half.bin"
: > "$work/none.bin"
head -c 72 /dev/zero > "$work/one.bin"
refused "infer without data" "steps.cfg: names no data set: give --data or --input" infer $steps
refused "infer, input and data" "--input and --data exclude each other" infer $steps --input "$work/half.bin" --data fashion-mnist
refused "infer, half an input" "half.bin: 100 bytes: must be a multiple of 72" infer $steps --input "$work/half.bin"
refused "infer, no input" "none.bin: 0 bytes: must be a multiple of 72" infer $steps --input "$work/none.bin"
refused "infer, input of nothing" "nowhere.bin: cannot be read" infer $steps --input nowhere.bin
refused "cosim, random with input" "--input" cosim --random 1 --input "$work/half.bin"
refused "cosim, energy of steps" "steps is 3 runs of the machine" cosim --network $steps --input "$work/one.bin" --netlist x --energy "$work/e.csv"
cp "$work/two.csv" "$work/text.onnx"
refused "import of text as ONNX" "text.onnx: no ONNX file, or truncated or damaged" import "$work/text.onnx" -o "$work/x.cfg"
# A model of one node: graph { node { output "o" op_type "Erf" } input, a float vector "i" of 2 }.
printf '\072\044\012\010\022\001o\042\003Erf\132\030\012\001i\022\023\012\021\010\001\022\015\012\002\010\001\012\007\010\002\022\003abc' > "$work/erf.onnx"
refused "import of an operator that is not supported" "erf.onnx: node \"o\" (Erf): is not supported" import "$work/erf.onnx" -o "$work/x.cfg"

summary "$count checks of serac import"
