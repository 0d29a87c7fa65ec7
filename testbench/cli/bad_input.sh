#!/bin/sh
# Bad input of every kind: exit code 2, one line that says what and where, and
# no file written. bad_input.sh [TEXT] makes only the checks whose name contains TEXT.
set -u
. testbench/data/cli_lib.sh
# shellcheck disable=SC2034 # cli_lib.sh reads it
only=${1:-}
work=build/cli/bad-input
logs=build/cli/bad-input-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"
configs=configs

# edited FROM TO SED...: a copy of a config with an edit that must change it.
edited() {
  sed "$3" "$configs/$1" > "$work/$2"
  if cmp -s "$configs/$1" "$work/$2"; then fails "edit $3 did not change $1"; fi
}

# network NAME SED: a copy of fashion-w2 whose blob is fashion-w2.bin, edited.
network() {
  sed -e "s|^blob = .*|blob = \"$1.bin\";|" -e "$2" $configs/networks/fashion-w2.cfg > "$work/$1.cfg"
  cp $configs/networks/fashion-w2.bin "$work/$1.bin"
}

# poke NAME OFFSET BYTES: overwrites bytes of NAME's blob and corrects its CRC.
poke() {
  # shellcheck disable=SC2059
  printf "$3" | dd of="$work/$1.bin" bs=1 seek="$2" conv=notrunc 2> /dev/null
  crc=$(gzip -1 < "$work/$1.bin" | tail -c 8 | od -An -tx4 -N4 --endian=little | tr -d ' ')
  sed -i "s|^blob_crc32 = .*|blob_crc32 = \"0x$crc\";|" "$work/$1.cfg"
}

# --- designs ---
edited designs/tiny.cfg d-unknown.cfg 's/^rows = 4/rosw = 4/'
refused "design, unknown key" "d-unknown.cfg:6: rosw: unknown key (did you mean rows?)" describe --design "$work/d-unknown.cfg"
edited designs/tiny.cfg d-power.cfg 's/^rows = 4/rows = 5/'
refused "design, not a power of two" "d-power.cfg:6: rows = 5: outside 1..64, a power of two" describe --design "$work/d-power.cfg"
edited designs/tiny.cfg d-range.cfg 's/^outstanding = 4/outstanding = 33/'
refused "design, out of range" "outstanding = 33: outside 1..32" describe --design "$work/d-range.cfg"
edited designs/tiny.cfg d-long.cfg 's/^rows = 4/rows = 4294967300L/'
refused "design, beyond 32 bits" "rows = 4294967300" describe --design "$work/d-long.cfg"
edited designs/tiny.cfg d-type.cfg 's/^lanes = 32/lanes = "32"/'
refused "design, wrong type" "d-type.cfg:8: lanes: must be an integer" describe --design "$work/d-type.cfg"
edited designs/tiny.cfg d-missing.cfg '/^axi_bits/d'
refused "design, missing key" "axi_bits: missing, it is required" describe --design "$work/d-missing.cfg"
edited designs/tiny.cfg d-relation.cfg 's/^requant_lanes = 4/requant_lanes = 8/'
refused "design, keys that exclude each other" "requant_lanes = 8: more than rows or lanes (4)" describe --design "$work/d-relation.cfg"
edited designs/tiny.cfg d-syntax.cfg 's/^cols = 4;/cols = = 4;/'
refused "design, syntax" "d-syntax.cfg:7: syntax error" describe --design "$work/d-syntax.cfg"
refused "design, missing file" "nowhere.cfg: cannot be read" describe --design "$work/nowhere.cfg"
refused "design, unknown name" "tyny: not in configs/designs; there are" describe --design tyny
printf 'rows' > "$work/d-cut.cfg"
refused "design, cut file" "d-cut.cfg:1: syntax error" describe --design "$work/d-cut.cfg"

# --- memories, technologies ---
edited memory/slow.cfg m-range.cfg 's/^latency_cycles = 200/latency_cycles = 0/'
refused "memory, out of range" "latency_cycles = 0: outside 1..100000" infer fashion-w2 --memory "$work/m-range.cfg" --limit 1
edited memory/slow.cfg m-unknown.cfg 's/^shared_bus/share_bus/'
refused "infer, no threads" "--jobs 0: must be a number from 1 to 64" infer fashion-w2 --jobs 0
refused "infer, threads of another backend" "--jobs goes with --backend model" infer fashion-w2 --jobs 2 --backend rtl
refused "memory, unknown key" "share_bus: unknown key (did you mean shared_bus?)" infer fashion-w2 --memory "$work/m-unknown.cfg" --limit 1
refused "memory, unknown name" "there are default, fast, paged, random-stalls, slow" infer fashion-w2 --memory sow --limit 1
edited tech/sg13g2.cfg t-type.cfg 's/clock_tree_factor = .*/clock_tree_factor = true;/'
refused "technology, wrong type" "clock_tree_factor: must be a number" describe --tech "$work/t-type.cfg"
edited tech/sg13g2.cfg t-range.cfg 's/clock_tree_factor = .*/clock_tree_factor = 0.5;/'
refused "technology, out of range" "clock_tree_factor = 0.5: outside" describe --tech "$work/t-range.cfg"
# counts FILE: its units in LUTs, as many numbers each as `describe` asks for.
counts() {
  sed -i 's/{ area_um2 = /{ luts = /' "$work/$1"
  while at=$("$serac" describe --tech "$work/$1" 2>&1 | sed -n 's/.*cfg:\([0-9]*\): luts: must be an array of \([0-9]*\) .*/\1 \2/p'); [ "$at" ]; do
    sed -i "${at% *}s/luts = \[[^]]*/luts = [$(yes 1.0, | head -n "${at#* }" | tr '\n' ' ' | sed 's/, $//')/" "$work/$1"
  done
}
edited tech/sg13g2.cfg t-family.cfg 's/{ area_um2 = /{ luts = /'
counts t-family.cfg
refused "technology, LUTs without a family" "fpga: goes with luts, one without the other" describe --tech "$work/t-family.cfg"
edited tech/sg13g2.cfg t-vendor.cfg 's/{ area_um2 = /{ luts = /; s/^units = {/fpga = "xc9"; &/'
counts t-vendor.cfg
refused "technology, unknown family" "fpga: must be xc7 or ice40" describe --tech "$work/t-vendor.cfg"
edited tech/sg13g2.cfg t-luts.cfg 's/{ area_um2 = /{ luts = /; s/^units = {/fpga = "xc7"; &/'
counts t-luts.cfg
refused "shapes in a technology without areas" "must have areas and delays" shapes bert-base --tech "$work/t-luts.cfg"
techs=$(basename -s .cfg configs/tech/*.cfg | paste -sd, - | sed 's/,/, /g')
refused "technology, unknown name" "tsmc7: not in configs/tech; there are $techs" describe --tech tsmc7

# --- networks ---
refused "network, unknown name" "fashion-w3: not in configs/networks; there are example, fashion-mixed, fashion-w1" infer fashion-w3
network n-unknown 's/pool = 1/pol = 1/'
refused "network, unknown key" "pol: unknown key (did you mean pool?)" infer "$work/n-unknown.cfg" --limit 1
network n-range 's/weight_bits = 2/weight_bits = 9/'
refused "network, out of range" "weight_bits = 9: outside 1..8" infer "$work/n-range.cfg" --limit 1
network n-type 's/signed = false; zero_point = 0; min/signed = 0; zero_point = 0; min/'
refused "network, wrong type" "signed: must be true or false" infer "$work/n-type.cfg" --limit 1
network n-missing '/^source/d'
refused "network, missing key" "source: missing, it is required" infer "$work/n-missing.cfg" --limit 1
network n-input 's/inputs = \["conv2"\]/inputs = ["conv7"]/'
refused "network, unknown layer" "inputs: conv7 is no earlier layer" infer "$work/n-input.cfg" --limit 1
network n-op 's/op = "gemm"/op = "matmull"/'
refused "network, unknown op" "op: must be conv, depthwise, gemm, matmul, add or host" infer "$work/n-op.cfg" --limit 1
network n-pad 's/pad = \[1, 1, 1, 1\]/pad = [3, 3, 3, 3]/'
refused "network, padding beyond the kernel" "layer conv1: padding: must be less than the kernel" infer "$work/n-pad.cfg" --limit 1
network n-noblob 's/^blob = .*/blob = "nowhere.bin";/'
refused "network, missing blob" "nowhere.bin: cannot be read" infer "$work/n-noblob.cfg" --limit 1
network n-cut ''
head -c 117423 configs/networks/fashion-w2.bin > "$work/n-cut.bin"
refused "network, truncated blob" "n-cut.bin: truncated: 117423 bytes, blob_bytes says 117424" infer "$work/n-cut.cfg" --limit 1
network n-long ''
printf 'x' >> "$work/n-long.bin"
refused "network, longer blob" "n-long.bin: longer than blob_bytes" infer "$work/n-long.cfg" --limit 1
network n-crc 's/^blob_crc32 = "0x./blob_crc32 = "0x0/'
refused "blob with a wrong CRC" "n-crc.bin: damaged: CRC is 0x" infer "$work/n-crc.cfg" --limit 1
network n-beyond 's/params = 117264/params = 117280/'
refused "network, records beyond the blob" "params: 10 records at 117280 are beyond the blob's 117424 bytes" infer "$work/n-beyond.cfg" --limit 1
network n-weight ''
poke n-weight 7 '\002'
refused "weight beyond its width" "weights: value 2 at 7: not a 2-bit weight" infer "$work/n-weight.cfg" --limit 1
network n-shift ''
poke n-shift 152 '\037\000\000\000'
refused "record with an impossible shift" "params: shift 31 of record 0: outside -31..30" infer "$work/n-shift.cfg" --limit 1
network n-overflow ''
poke n-overflow 144 '\377\377\377\177'
refused "accumulator that could overflow" "layer conv1: channel 0: accumulator could reach" infer "$work/n-overflow.cfg" --limit 1

# --- what does not fit ---
edited designs/tiny.cfg d-small.cfg 's/^weight_buffer_bytes = 4096/weight_buffer_bytes = 512/'
refused "layer that cannot fit" "does not fit the design" compile fashion-w8 --design "$work/d-small.cfg" --out "$work/x.prog"
edited designs/tiny.cfg d-small-act.cfg 's/^act_buffer_bytes = 4096/act_buffer_bytes = 512/'
refused "activations that cannot fit" "layer conv1 does not fit the design: 288 bytes of activations per column, act_buffer_bytes leaves 128" compile fashion-w2 --design "$work/d-small-act.cfg" --out "$work/x.prog"
refused "activations that cannot fit, the reason is the smallest mapping's" "act_buffer_bytes leaves 128" compile fashion-w8 --design "$work/d-small-act.cfg" --out "$work/x.prog"

# --- sweeps, reports ---
edited sweeps/example.cfg s-range.cfg 's/^images = 20/images = 0/'
refused "sweep, out of range" "images = 0: outside 1..1000000" sweep "$work/s-range.cfg" --out "$work/sweep"
edited sweeps/example.cfg s-unknown.cfg 's/^designs/desings/'
refused "sweep, unknown key" "desings: unknown key (did you mean designs?)" sweep "$work/s-unknown.cfg" --out "$work/sweep"
edited sweeps/example.cfg s-type.cfg 's/^networks = .*/networks = "fashion-w2";/'
refused "sweep, wrong type" "networks: must be a group or a list" sweep "$work/s-type.cfg" --out "$work/sweep"
edited sweeps/example.cfg s-empty.cfg 's/^networks = .*/networks = [];/'
refused "sweep, empty list" "networks: must have 1.." sweep "$work/s-empty.cfg" --out "$work/sweep"
edited sweeps/example.cfg s-name.cfg 's/"slow"/"slwo"/'
refused "sweep, unknown name" "slwo: not in configs/memory; there are" sweep "$work/s-name.cfg" --out "$work/sweep"
edited sweeps/example.cfg s-missing.cfg '/^designs/d'
refused "sweep, missing key" "designs: missing, it is required" sweep "$work/s-missing.cfg" --out "$work/sweep"
refused "sweep, unknown file" "smal: not in configs/sweeps; there are claims-bert, claims-llama, claims-six-ms, example, fashion" sweep smal --out "$work/sweep"
edited sweeps/example.cfg s-design.cfg 's/^networks/design = { rosw = [4]; };\n&/'
refused "sweep, unknown key of a design" "s-design.cfg:7: rosw: unknown key (did you mean rows?)" sweep "$work/s-design.cfg" --out "$work/sweep"
edited sweeps/example.cfg s-condition.cfg 's/^networks/constraints = ["area_um2 < < 5"];\n&/'
refused "sweep, condition with a mistake" "s-condition.cfg:7: constraints: \"area_um2 < < 5\": at 12: expected a number, a column" sweep "$work/s-condition.cfg" --out "$work/sweep"
edited sweeps/example.cfg s-all.cfg 's/^networks/constraints = ["rows > 64"];\n&/'
refused "sweep, constraints that leave nothing" "constraints: exclude all of 4 points" sweep "$work/s-all.cfg" --out "$work/sweep"
edited sweeps/example.cfg s-none.cfg 's/^networks/design = { rows = 1; requant_lanes = 8; };\n&/'
refused "sweep, no variation possible" "no variation is possible; the first: tiny:rows=1:requant_lanes=8: requant_lanes = 8: more than" sweep "$work/s-none.cfg" --out "$work/sweep"
edited sweeps/example.cfg s-data.cfg 's/^dataset = "[^"]*"/dataset = "cifar"/'
refused "sweep, unknown data set" "cifar" sweep "$work/s-data.cfg" --out "$work/sweep"
for command in report export "pareto --min cycles"; do
  # shellcheck disable=SC2086
  refused "${command%% *} without results" "results.db: cannot be read" $command "$work"
done
mkdir "$work/report"
printf 'a,b\n1,2\n' > "$work/report/results.db"
refused "report of another file" "results.db: damaged, or no file of results" report "$work/report"
refused "sweep into another file" "results.db: damaged, or no file of results" sweep example --out "$work/report"

# --- workloads ---
edited workloads/bert-base.cfg w-unknown.cfg 's/run_time/runtime/'
refused "workload, unknown key" "runtime: unknown key (did you mean run_time?)" shapes "$work/w-unknown.cfg"
edited workloads/resnet50.cfg w-macs.cfg 's/macs = 4090000000L/macs = 4290000000L/'
refused "workload, totals that are not the published" "w-macs.cfg:9: macs = 4290000000: the layers have 4089184256, more than 1 % apart" shapes "$work/w-macs.cfg"
refused "workload, unknown name" "bert: not in configs/workloads; there are bert-base, bert-large, bert-tiny, camera-detection, conformer-s" shapes bert
refused "workload given to infer" "resnet50: a workload, shapes without weights: it cannot be run" infer resnet50
for text in 8 9/8 8/0 x/y 88/8; do
  refused "shapes --precision $text" "--precision $text: must be W/A, both 1..8" shapes bert-base --precision "$text"
done
refused "shapes --slack 100" "--slack 100: must be a number from 0 to 99" shapes bert-base --slack 100
cat > "$work/w-large.cfg" << END
name = "large"; source = "invented"; layers = ( { name = "large"; op = "gemm"; m = 1; n = 1; k = 65536; } );
END
refused "shapes, nothing fits" "no shape of this pair fits the area; of the last: layer large does not fit the design" shapes "$work/w-large.cfg" --design tiny
refused "compare of another file" "not a result file of this version" compare "$work/report/results.db" --out "$work/pairs"
refused "compare of a missing file" "nothing.csv: cannot be read" compare "$work/nothing.csv" --out "$work/pairs"

# --- output that cannot be written (root may write everywhere, but not below a file) ---
touch "$work/file"
refused "sweep, unwritable folder" "$work/file/x" sweep example --out "$work/file/x"
refused "compile, unwritable folder" "$work/file/x.prog" compile fashion-w2 --design tiny --out "$work/file/x.prog"
refused "infer, unwritable folder" "$work/file/x.txt" infer fashion-w2 --limit 1 --outputs "$work/file/x.txt"
refused "infer, bad network and --outputs" "fashion-w3: not in configs/networks" infer fashion-w3 --outputs "$work/outputs.txt"
rm -f "$work/outputs.txt"
refused "infer, bad backend and --outputs" "verilog" infer fashion-w2 --backend verilog --limit 1 --outputs "$work/outputs.txt"

# --- timelines and waveforms ---
printf '%072d' 0 > "$work/steps.bin"
refused "trace, waveform of the model" "w.vcd: is a waveform, which only the RTL has" infer fashion-w2 --limit 1 --trace "$work/w.vcd"
refused "trace of SystemC" "--trace goes with --backend model or rtl, not systemc" infer fashion-w2 --backend systemc --limit 1 --trace "$work/t.json"
refused "trace, cycles alone" "--trace-cycles goes with --trace" infer fashion-w2 --trace-cycles 1-2
refused "trace, cycles of a timeline" "--trace-cycles: goes with a waveform" infer fashion-w2 --trace "$work/t.json" --trace-cycles 1-2
refused "trace, unwritable folder" "$work/file/t.json: cannot be written" infer fashion-w2 --limit 1 --trace "$work/file/t.json"
refused "trace into a folder" "$work: is no file" infer fashion-w2 --limit 1 --trace "$work"
refused "trace of a bad network" "fashion-w3: not in configs/networks" infer fashion-w3 --trace "$work/t.json"
refused "cosim, trace cycles alone" "--trace-cycles goes with --trace" cosim --network fashion-w2 --trace-cycles 1-2
refused "cosim, waveform of many" "a waveform is of one program: give --case" cosim --random 5 --trace "$work/w.vcd"
refused "cosim, trace of a netlist" "not of a netlist" cosim --network fashion-w2 --netlist "$work" --trace "$work/t.json"
refused "cosim, no cycles" "--trace-cycles 5-5: must be FROM-TO" cosim --network fashion-w2 --trace "$work/w.fst" --trace-cycles 5-5
refused "cosim, waveform of three runs" "a waveform: steps is 3 runs of the machine" cosim --network testbench/data/steps.cfg --trace "$work/w.vcd" --input "$work/steps.bin"

# --- the command line ---
refused "unknown command" "inver: unknown command" inver
for command in infer cosim sweep report export pareto merge compile describe shapes compare; do
  refused "$command, unknown option" "--zzzzzz: unknown option; see serac $command --help" $command --zzzzzz tiny
done
for command in infer sweep report export pareto compile shapes compare; do
  refused "$command, missing argument" "missing argument" $command
  refused "$command, one argument too many" "b: one argument too many" $command a b
done
refused "option without its argument" "--design: needs an argument" infer fashion-w2 --design
refused "merge of one folder" "missing argument" merge a
refused "design, variation of no key" "rosw: unknown key (did you mean rows?)" describe --design tiny:rosw=4
refused "design, a key varied twice" ":rows=8:lanes=16:rows=4: rows: given twice" describe --design tiny:rows=8:lanes=16:rows=4
refused "memory, a key varied twice" "latency_cycles: given twice" infer fashion-w2 --memory default:latency_cycles=8:latency_cycles=8
for command in "infer fashion-w2" "pareto $work/x --min cycles"; do
  # shellcheck disable=SC2086
  refused "$command, CSV and JSON" "--csv and --json: one of them at a time" $command --json --csv
done
for list in 'cycles,' ',cycles' 'cycles,,area_um2' ',' ''; do
  refused "pareto --min '$list'" "--min $list: an empty name" pareto "$work/x" --min "$list"
done
refused "network, variation" "fashion-w2:x=1: cannot be varied" infer fashion-w2:x=1
refused "sweep without --out" "--out is missing" sweep example
refused "compare without --out" "--out is missing" compare x.csv
refused "compile without --out" "--out" compile fashion-w2
refused "tune without a budget" "--budget and --out are needed" tune fashion-w8 -o "$work/t"
refused "tune, budget of nothing" "--budget speed=1: must be accuracy=LOSS" tune fashion-w8 --budget speed=1 -o "$work/t"
refused "tune, loss above one" "--budget accuracy=2: must be" tune fashion-w8 --budget accuracy=2 -o "$work/t"
refused "tune, budget without a value" "--budget cycles=,1: must be" tune fashion-w8 --budget cycles=,1 -o "$work/t"
refused "tune, nine budgets" "up to 8 values" tune fashion-w8 --budget accuracy=0,0,0,0,0,0,0,0,0 -o "$work/t"
refused "tune, width 9" "--widths 9: must be numbers from 1 to 8" tune fashion-w8 --budget accuracy=0 --widths 9 -o "$work/t"
refused "tune, activations of no bits" "--act-widths 0: must be numbers from 1 to 8" tune fashion-w8 --budget accuracy=0 --act-widths 0 -o "$work/t"
refused "tune, minimise with a cost" "--minimise cycles: must be" tune fashion-w8 --budget cycles=1 --minimise cycles -o "$work/t"
refused "tune of steps" "names no data set" tune testbench/data/steps.cfg --budget accuracy=0 -o "$work/t"
refused "tune into a file" "/dev/null/results.db: cannot be used" tune fashion-w8 --budget cycles=1 --images 1 --widths 2 --evaluations 0 --data fashion-mnist-500 -o /dev/null
refused "cosim without a program" "give --network or --random" cosim
refused "cosim with two programs" "give --network or --random" cosim --network fashion-w2 --random 1
for text in 0 -1 abc 1x '' 99999999999999999999 1.5; do
  refused "--limit '$text'" "--limit $text: must be a number from 1 to" infer fashion-w2 --limit "$text"
done
refused "cosim --random 0" "--random 0: must be a number from 1 to" cosim --random 0
refused "cosim --case beyond --random" "--case 5: must be a number from 0 to 4" cosim --random 5 --case 5
refused "cosim --seed" "--seed x: must be a number" cosim --random 5 --seed x
refused "sweep --jobs 0" "--jobs 0: must be a number from 1 to" sweep example --out "$work/sweep" --jobs 0
for text in 3/2 0/2 1 a/b 1/2x / 1/4294967297 4294967297/2 1/99999999999999999999 ' 1/2' 1/+2 1/-1 1/; do
  refused "sweep --shard $text" "--shard $text: must be I/N" sweep example --out "$work/sweep" --shard "$text"
done
refused "infer, unknown backend" "verilog" infer fashion-w2 --backend verilog --limit 1
refused "infer, unknown data set" "cifar" infer fashion-w2 --data cifar --limit 1
summary "$count bad inputs refused, one line each, nothing written"
