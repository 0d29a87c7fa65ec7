#!/bin/sh
# Workloads in a sweep: points, sums, counts, going on, shards; a workload's layer takes the
# cycles of the same layer in a network that ran through the driver; infer refuses. Every
# kind of key swept, with constraints; fronts.
set -u
. testbench/data/cli_lib.sh
work=build/cli/workload-sweep
logs=build/cli/workload-sweep-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"

# sweep SWEEP DIR OPTION...: its results are then in DIR.csv.
sweep() {
  file=$1
  dir=$2
  shift 2
  "$serac" sweep "$file" --out "$dir" "$@" > "$logs/log" 2>&1 || fails "sweep $file $*: $(cat "$logs/log")"
  "$serac" export "$dir" > "$dir.csv"
}
ran() { sed -n 's/.* \([0-9]*\) run now$/\1/p' "$logs/log"; }

# --- one layer, as a workload and as a network --------------------------------
# twin NAME CHANNELS KERNEL STRIDE PAD WEIGHT_BITS: 28 x 28 x 1 pixels of 8 bits.
twin() {
  weights=$(($2 * $3 * $3))
  head -c $((weights + 16 * $2)) /dev/zero > "$work/$1.bin"
  crc=$(gzip -1 < "$work/$1.bin" | tail -c 8 | od -An -tx4 -N4 --endian=little | tr -d ' ')
  cat > "$work/$1-network.cfg" <<END
name = "$1"; source = "$0"; dataset = "fashion-mnist"; blob = "$1.bin"; blob_bytes = $((weights + 16 * $2));
blob_crc32 = "0x$crc";
input = { height = 28; width = 28; channels = 1; bits = 8; signed = false; };
layers = ( { name = "layer"; op = "conv"; inputs = ["input"]; out_channels = $2; kernel = [$3, $3];
  stride = [$4, $4]; pad = [$5, $5, $5, $5]; weight_bits = $6; weight_kind = "signed"; requant = "single";
  output = { bits = 8; signed = false; }; weights = 0; params = $weights; } );
END
  cat > "$work/$1.cfg" <<END
name = "$1"; source = "$0";
layers = ( { name = "layer"; op = "conv"; input = [28, 28, 1]; out_channels = $2; kernel = [$3, $3];
  stride = [$4, $4]; pad = [$5, $5, $5, $5]; } );
END
  cat > "$work/$1-sweep.cfg" <<END
designs = ["tiny", "serial", "parallel"]; memories = ["default", "slow"];
workloads = ["$work/$1.cfg"]; precisions = [ "$6/8" ];
END
  sweep "$work/$1-sweep.cfg" "$work/$1" --jobs 1
  for design in tiny serial parallel; do
    for memory in default slow; do
      "$serac" infer "$work/$1-network.cfg" --design $design --memory $memory --limit 1 --csv > "$work/infer.csv" ||
        fails "infer $1 on $design"
      # cycles, their causes, bytes read and written, energy
      is "$1 on $design with $memory: cycles, causes, bytes, energy" \
        "$(grep "^$design,[^,]*,$memory,.*,layer," "$work/$1.csv" | cut -d, -f7-9,12-28,35-41)" \
        "$(grep "^$design,.*,layer," "$work/infer.csv" | cut -d, -f7-9,12-28,35-41)"
    done
  done
}
twin conv 24 3 1 1 4
twin strided 80 5 2 2 1

# --- points, sums, counts -------------------------------------------------------
cat > "$work/block.cfg" <<END
name = "block"; source = "$0";
layers = (
  { name = "expand"; op = "conv"; input = [7, 7, 24]; out_channels = 48; count = 3; },
  { name = "depthwise"; op = "depthwise"; input = [7, 7, 48]; kernel = [3, 3]; pad = [1, 1, 1, 1]; count = 2; },
  { name = "again"; op = "conv"; input = [7, 7, 24]; out_channels = 48; },
  { name = "scores"; op = "gemm"; m = 16; k = 32; n = 16; run_time = true; },
  { name = "add"; op = "add"; input = [7, 7, 24]; },
  { name = "norm"; op = "host"; what = "layer norm"; operations = 100L; elements = 10L; } );
END
cat > "$work/block-sweep.cfg" <<END
designs = ["tiny", "parallel"]; networks = ["fashion-w1"]; images = 1;
workloads = ["$work/block.cfg"]; precisions = ( "8/8", [1, 4] );
END
sweep "$work/block-sweep.cfg" "$work/full" --jobs 1
csv=$work/full.csv
is "points: 2 designs x (1 network + 1 workload x 2 precisions)" "$(ran)" 6
grep ',block,' "$csv" > "$work/block.csv"
is "rows of a workload: 5 layers on the array and a total" "$(wc -l < "$work/block.csv")" 24
is "rows whose causes do not sum to the cycles" \
  "$(awk -F, 'NR > 1 && $15 != $16 + $17 + $18 + $19 + $20 + $21' "$csv" | wc -l)" 0
is "points whose layers do not sum to the total" \
  "$(awk -F, '{k = $1 " " $12 " " $5; for (f = 14; f <= 27; f++) if (f < 22 || f > 25) if ($6 == "total") t[k f] = $f; else s[k f] += $f}
     END {for (k in t) if (t[k] != s[k]) n++; print n + 0}' "$work/block.csv")" 0
is "three equal layers take three times one" \
  "$(awk -F, '$6 == "expand" {e[$1 $12] = $15} $6 == "again" {a[$1 $12] = $15}
     END {for (k in e) if (e[k] != 3 * a[k]) n++; print n + 0}' "$work/block.csv")" 0
is "both operands of a run-time product have the activations' bits" \
  "$(grep ',scores,' "$work/block.csv" | cut -d, -f11-13 | sort | tr '\n' ' ')" "4,4,4 4,4,4 8,8,8 8,8,8 "
is "accuracy and images" "$(cut -d, -f45,46 "$work/block.csv" | sort -u)" ","

# --- what report says of accuracy and technologies -------------------------------
# said DIR: the lines behind the table.
said() { "$serac" report "$1" | grep '^accuracy\|^area and energy' | tr '\n' ';'; }
is "report of a network and a workload" "$(said "$work/full")" \
  "accuracy on n = 1 images, 95 % intervals at most 0.7935 wide;area and energy: technology sg13g2;"
cat > "$work/said-sweep.cfg" <<END
designs = ["tiny"]; workloads = ["$work/block.cfg"]; precisions = ["8/8", "2/8"]; technologies = ["sg13g2", "sg13g2:energy.clock_tree_factor=1.5"];
END
sweep "$work/said-sweep.cfg" "$work/said" --jobs 1
is "report of workloads in two technologies" "$(said "$work/said")" "area and energy: technology sg13g2, sg13g2:energy.clock_tree_factor=1.5;"

# --- sizes, what is assumed ------------------------------------------------------
cat > "$work/sized.cfg" <<END
name = "sized"; source = "$0"; assumed = "three tokens";
sizes = { tokens = 3; hidden = 64; heads = 2; };
layers = (
  { name = "project"; op = "gemm"; m = "hidden"; k = "hidden"; n = "tokens"; },
  { name = "scores"; op = "gemm"; m = 16; k = "hidden / heads"; n = 1; run_time = true; count = "tokens * heads"; },
  { name = "softmax"; op = "host"; what = "5 each"; operations = "5 * 16"; elements = 16; count = "tokens * heads"; } );
END
cat > "$work/sized-sweep.cfg" <<END
designs = ["parallel"]; workloads = ["$work/sized.cfg"]; precisions = ["4/8"];
END
sweep "$work/sized-sweep.cfg" "$work/sized" --jobs 1
is "sizes in rows: m, n, k, MACs" "$(grep -E ',(project|scores),' "$work/sized.csv" | cut -d, -f6-9,14 | tr '\n' ' ')" \
  "project,64,3,64,12288 scores,16,1,32,3072 "
is "the host's operations, counted" "$(grep -c '^sized: .* softmax 0.00048 M$' "$logs/log")" 1
is "what the workload assumes" "$(grep '^sized, assumed' "$logs/log")" "sized, assumed: three tokens"

# --- names beyond 63 characters ----------------------------------------------------
cat > "$work/long.cfg" <<END
designs = ["tiny"]; workloads = ["$work/sized.cfg"]; precisions = ["4/8"];
design = { rows = [4]; lanes = [16]; weight_buffer_bytes = [8192, 16384]; act_buffer_bytes = [8192]; };
END
sweep "$work/long.cfg" "$work/long" --jobs 1
"$serac" export "$work/long" --names > "$work/names"
is "names cut, whole" "$(tail -n +2 "$work/names" | cut -f 1,3 | sort | tr '\t\n' ' ;')" \
  "design tiny:rows=4:lanes=16:weight_buffer_bytes=16384:act_buffer_bytes=8192;design tiny:rows=4:lanes=16:weight_buffer_bytes=8192:act_buffer_bytes=8192;"
is "names of the rows" "$("$serac" export "$work/long" --totals | tail -n +2 | cut -d, -f1 | sort)" "$(tail -n +2 "$work/names" | cut -f 2 | sort)"
"$serac" merge "$work/long-merged" "$work/long" > "$logs/log" 2>&1
is "names after merging" "$("$serac" export "$work/long-merged" --names)" "$(cat "$work/names")"
long=$work/a-design-whose-name-goes-on-and-on-for-more-than-63-characters-
cp configs/designs/tiny.cfg "$long-one.cfg"
cp configs/designs/tiny.cfg "$long-two.cfg"
sed "s|^designs.*|designs = [\"$long-one.cfg\", \"$long-two.cfg\"]; workloads = [\"$work/sized.cfg\"]; precisions = [\"4/8\"];|; /^design =/d" "$work/long.cfg" > "$work/alike.cfg"
mkdir "$work/alike"
"$serac" sweep "$work/alike.cfg" --out "$work/alike" 2> "$logs/err"
is "exit code for two files whose names are cut to one" $? 2
is "its message" "$(grep -c 'is short for another name than .*-two.cfg already' "$logs/err")" 1

# --- gone on, changed, in shards ------------------------------------------------
cp "$csv" "$work/before.csv"
sweep "$work/block-sweep.cfg" "$work/half" --shard 2/2
is "points of a shard" "$(ran)" 3
sweep "$work/block-sweep.cfg" "$work/half" --jobs 1
is "points run to go on" "$(ran)" 3
is "results after going on" "$(cmp "$work/before.csv" "$work/half.csv" && echo same)" same
sed -i 's/"8\/8", /"8\/8", [2, 2], /' "$work/block-sweep.cfg"
sweep "$work/block-sweep.cfg" "$work/full" --jobs 1
is "points run for one more precision" "$(ran)" 2
sed -i 's/operations = 100L/operations = 101L/' "$work/block.cfg"
sweep "$work/block-sweep.cfg" "$work/full" --jobs 1
is "points run for a changed workload" "$(ran)" 6

# --- every kind of key, constraints, batches, widths in memory ---------------------
cat > "$work/space.cfg" <<END
designs = ["tiny"]; workloads = ["$work/block.cfg"];
design = { rows = [2, 4, 8]; lanes = { from = 16; to = 64; times = 2; }; };
memory = { bytes_per_cycle = { from = 8; to = 16; step = 8; }; };
technology = { energy = { clock_tree_factor = [1.0, 1.5]; }; };
workload = ( { keys = ["expand.count", "depthwise.count"]; values = [1, 2]; } );
weight_bits = [2, 8]; act_bits = [8]; weight_store_bits = [2, 8]; batch = [1, 4];
constraints = ["rows * lanes <= 256", "area_um2 < 5.2e6 || lanes == 64",
  "weight_store_bits == 2 || batch == 1", "cycles < 150000"];
END
sweep "$work/space.cfg" "$work/space" --jobs 2
is "variations that are no design" "$(grep -c '^3 variations are no design or memory; the first: tiny:rows=2:lanes=16: requant_lanes = 4: more than rows or lanes (2)' "$logs/log")" 1
is "precisions that cannot be stored" "$(grep -c '^1 precisions would store' "$logs/log")" 1
"$serac" export "$work/space" --totals > "$work/totals.csv"
column() { head -n 1 "$work/totals.csv" | tr , '\n' | grep -nx "$1" | cut -d: -f1; }
values() { tail -n +2 "$work/totals.csv" | cut -d, -f"$(column "$1")" | sort -u | tr '\n' ' '; }
is "designs of the results" "$(values design)" "tiny:rows=4:lanes=16 tiny:rows=4:lanes=32 tiny:rows=4:lanes=64 tiny:rows=8:lanes=16 "
is "memories of the results" "$(values bytes_per_cycle)" "16 8 "
is "technologies of the results" "$(values technology)" "sg13g2:energy.clock_tree_factor=1 sg13g2:energy.clock_tree_factor=1.5 "
is "precisions of the results" "$(values precision)" "2/8 8/8 8/8/2 "
is "batches of the results" "$(values batch)" "1 4 "
is "cycles beyond the constraint" "$(awk -F, 'NR > 1 && $15 >= 150000' "$work/totals.csv" | wc -l)" 0
is "constraints said before and after running" "$(grep -c '^[0-9]* of 288 points not run: constraints\|^[0-9]* points left out of the results' "$logs/log")" 2
for i in 1 2 3 4 5; do sweep "$work/space.cfg" "$work/space-$i" --shard $i/5 --jobs 1; done
"$serac" merge "$work/space-all" "$work/space-1" "$work/space-2" "$work/space-3" "$work/space-4" "$work/space-5" > "$logs/log" 2>&1
"$serac" export "$work/space-all" > "$work/space-all.csv"
is "results of merged shards" "$(cmp "$work/space.csv" "$work/space-all.csv" && echo same)" same
refused "merge with another sweep" "only shards of one sweep can be merged" merge "$work/space-all" "$work/full"

# --- two sweeps into one folder at the same time ------------------------------------
# Each order in turn: the first's plan is replaced while it runs, whose points both want.
cat > "$work/wanted.cfg" <<END
designs = ["weight-serial"]; workloads = ["resnet18"]; precisions = ["8/8"];
memory = { latency_cycles = { from = 10; to = 25; step = 1; }; };
END
{ cat "$work/wanted.cfg"; echo 'constraints = ["cycles < 1"];'; } > "$work/unwanted.cfg"
# both FIRST SECOND
both() {
  "$serac" sweep "$work/$1.cfg" --out "$work/$1-first" --jobs 1 > "$logs/first" 2>&1 &
  tries=0
  until [ "$(sqlite3 "$work/$1-first/results.db" 'select count(*) from plan' 2> "$logs/err")" = 16 ] || [ $tries = 600 ]; do
    tries=$((tries + 1))
    sleep 0.05
  done
  sweep "$work/$2.cfg" "$work/$1-first" --jobs 1
  wait $! && fails "the $1 sweep, which was replaced, ended well: $(cat "$logs/first")"
  is "the $1 sweep says that it was replaced" "$(grep -c 'results.db: another sweep into this folder took over' "$logs/first")" 1
  is "results of the $2 sweep, by its own constraints" "$("$serac" export "$work/$1-first" --totals | tail -n +2 | wc -l)" "$3"
  sweep "$work/$2.cfg" "$work/$1-first" --jobs 1
  is "points run for the $2 sweep again" "$(ran)" 0
  is "its results" "$("$serac" export "$work/$1-first" --totals | tail -n +2 | wc -l)" "$3"
}
both wanted unwanted 0
both unwanted wanted 16

# --- fronts ------------------------------------------------------------------------
# least FIRST SECOND: the front by definition, of two columns the less the better.
least() {
  tail -n +2 "$work/totals.csv" | awk -F, -v a="$(column "$1")" -v b="$(column "$2")" '{x[NR] = $a; y[NR] = $b}
    END {for (i = 1; i <= NR; i++) {on = 1; for (j = 1; j <= NR; j++)
      if (x[j] <= x[i] && y[j] <= y[i] && (x[j] < x[i] || y[j] < y[i])) on = 0; if (on) print x[i] " " y[i]}}' | sort
}
"$serac" pareto "$work/space" --min cycles,area_um2 --csv > "$work/front.csv"
is "front of cycles and area" "$(tail -n +2 "$work/front.csv" | cut -d, -f15,30 | tr , ' ' | sort)" "$(least cycles area_um2)"
is "front as a table" "$("$serac" pareto "$work/space" --min cycles,area_um2 | tail -n 1 | cut -d' ' -f1)" "$(least cycles area_um2 | wc -l)"
is "front without a column" "$("$serac" pareto "$work/space" --min cycles --max accuracy | tail -n 1)" \
  "0 of $(tail -n +2 "$work/totals.csv" | wc -l) points; $(tail -n +2 "$work/totals.csv" | wc -l) left out without accuracy"
is "front within a condition" "$("$serac" pareto "$work/space" --min cycles --where "rows == 8" --json | jq -r '.[].rows' | sort -u)" 8
refused "pareto of nothing" "give --min or --max" pareto "$work/space"
refused "pareto of no column" "--min cylces: no column (did you mean cycles?)" pareto "$work/space" --min cylces
refused "pareto of a text" "--max design: a text, must be a column of numbers" pareto "$work/space" --max design
refused "pareto twice" "given twice; several columns have commas" pareto "$work/space" --min cycles --min area_um2
refused "pareto both ways" "--max cycles: given twice" pareto "$work/space" --min cycles --max cycles
refused "pareto where" "--where \"rows\": at 5: no condition" pareto "$work/space" --min cycles --where rows

# --- what is refused ---------------------------------------------------------------
refused "infer of a workload" "resnet50: a workload, shapes without weights: it cannot be run" infer resnet50
refused "compile of a workload's file" "block.cfg: a workload, shapes without weights" compile "$work/block.cfg" --out "$work/x"
cat > "$work/large-sweep.cfg" <<END
designs = ["serial"]; workloads = ["resnet50"]; precisions = ["8/1"];
END
"$serac" sweep "$work/large-sweep.cfg" --out "$work/large" 2> "$logs/err"
is "exit code if no point can run" $? 2
is "its message" "$(cut -c 1-120 "$logs/err")" \
  "serac: no point can run; the first: resnet50 8/1 on serial, memory default: layer layer4.0.conv2 does not fit the design"
sed -i 's/"8\/1"/"8\/1", "1\/1"/' "$work/large-sweep.cfg"
sweep "$work/large-sweep.cfg" "$work/large"
is "a point that cannot run does not stop the others" "$(grep -c '^1 points cannot run; the first: resnet50 8/1 on serial' "$logs/log")" 1
summary "$count checks of workloads: equal to networks, sums, going on, shards, every kind of key, fronts, refusals"
