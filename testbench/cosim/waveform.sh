#!/bin/sh
# Waveforms of the RTL are opened by GTKWave's own readers (vcd2fst, fst2vcd), have every
# signal of sim/trace/serac.gtkw, a clock edge a cycle and the array's busy cycles; and a full
# disk leaves none.
set -eu
out=build/cosim-waveform
rm -rf "$out"
mkdir -p "$out"
awk 'BEGIN { for (i = 0; i < 72; i++) printf "%c", 33 + 37 * i % 90 }' > "$out/steps.bin"

# infer FILE ARGUMENT...: three runs of the machine, 6434 cycles in all.
infer() {
  file=$1
  shift
  build/serac infer testbench/data/steps.cfg --design tiny --input "$out/steps.bin" \
    --backend rtl --limit 1 --trace "$out/$file" "$@"
}

# signals VCD: the names that it declares.
signals() {
  awk '$1 == "$scope" { path = path $3 "." }
       $1 == "$upscope" { sub(/[^.]*\.$/, "", path) }
       $1 == "$var" { print path $5 ($6 == "$end" ? "" : $6) }' "$1" | sort -u
}

# viewed VIEW: the signals that it shows.
viewed() { grep -oE 'TOP\.[A-Za-z0-9_.]+(\[[0-9:]+\])?$' "$1" | sort -u; }

# missing VIEW VCD: signals of the view that the waveform has not.
missing() {
  signals "$2" > "$out/signals"
  viewed "$1" | comm -23 - "$out/signals"
}

# high VCD SIGNAL: for how long a wire of one bit is high, in ns; 1000 a cycle.
high() {
  awk -v name="$2" '
    $1 == "$scope" { path = path $3 "." }
    $1 == "$upscope" { sub(/[^.]*\.$/, "", path) }
    $1 == "$var" && path $5 == name { id = $4 }
    /^#/ { if (value) sum += substr($1, 2) - now; now = substr($1, 2) }
    /^[01]/ && substr($1, 2) == id { value = substr($1, 1, 1) + 0 }
    END { printf "%d\n", sum + (value ? 500 : 0) }' "$1"
}

infer w.vcd --json > "$out/rows"
cycles=$(jq '.[-1].cycles' "$out/rows")
busy=$(jq '.[-1].array_busy_cycles' "$out/rows")
vcd2fst "$out/w.vcd" "$out/read.fst"
fst2vcd "$out/read.fst" > "$out/vcd.vcd"
infer w.fst > /dev/null
fst2vcd "$out/w.fst" > "$out/fst.vcd"
for vcd in w.vcd vcd.vcd fst.vcd; do
  [ "$(viewed sim/trace/serac.gtkw | wc -l)" -gt 40 ]
  lost=$(missing sim/trace/serac.gtkw "$out/$vcd")
  [ -z "$lost" ] || { echo "$vcd has no $lost"; exit 1; }
  [ "$(high "$out/$vcd" TOP.clk_i)" = $((500 * cycles)) ]
  [ "$(high "$out/$vcd" TOP.serac_top.u_core.issue)" = $((1000 * busy)) ]
done
sed 's/u_core.tile$/u_core.tyle/' sim/trace/serac.gtkw > "$out/wrong.gtkw"
[ "$(missing "$out/wrong.gtkw" "$out/w.vcd")" = TOP.serac_top.u_core.tyle ]

# A window of cycles, which may lie across runs.
infer part.vcd --trace-cycles 4000-5000 > /dev/null
vcd2fst "$out/part.vcd" "$out/part.fst"
fst2vcd "$out/part.fst" > "$out/part-read.vcd"
[ "$(high "$out/part-read.vcd" TOP.clk_i)" = 500000 ]
grep -q '^#4000000$' "$out/part-read.vcd"

code=0
infer none.vcd --trace-cycles 7000-8000 > "$out/log" 2>&1 || code=$?
[ "$code" = 2 ]
grep -q 'none.vcd: no cycle of the run is in --trace-cycles' "$out/log"
[ -z "$(find "$out" -name 'none.vcd*')" ]

# Lock step leaves the same; what lies between runs would be another instance's.
build/serac cosim --random 200 --case 0 --trace "$out/case.vcd" > /dev/null
vcd2fst "$out/case.vcd" "$out/case.fst"
[ -z "$(missing sim/trace/serac.gtkw "$out/case.vcd")" ]

# A limit on the size of files stands for a full disk. (Libraries are built before it.)
infer whole.json > /dev/null
for file in full.vcd full.fst full.json; do
  code=0
  (trap '' XFSZ; ulimit -f 40; infer $file) > "$out/log" 2> "$out/errors" || code=$?
  [ "$code" = 2 ]
  [ "$(wc -l < "$out/errors")" = 1 ]
  grep -q "$out/$file: cannot be written" "$out/errors"
  [ -z "$(find "$out" -name "$file*")" ]
done
echo "waveforms of $cycles cycles: opened, every signal of the view there, clock and busy cycles right"
