#!/bin/sh
# Workloads in a sweep: points, sums, counts, going on, shards; a workload's layer takes the
# cycles of the same layer in a network that ran through the driver; infer refuses.
set -u
. testbench/data/cli_lib.sh
work=build/cli/workload-sweep
logs=build/cli/workload-sweep-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"

# is WHAT GOT WANTED
is() {
  count=$((count + 1))
  if [ "$2" = "$3" ]; then echo "ok   $1"; else fails "$1: $2, expected $3"; fi
}
sweep() {
  "$serac" sweep "$@" > "$logs/log" 2>&1 || fails "sweep $*: $(cat "$logs/log")"
}
stamps() { (cd "$1/points" && stat -c '%n %y %i' ./*.csv); }

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
  sweep "$work/$1-sweep.cfg" --out "$work/$1" --jobs 1
  for design in tiny serial parallel; do
    for memory in default slow; do
      "$serac" infer "$work/$1-network.cfg" --design $design --memory $memory --limit 1 --csv > "$work/infer.csv" ||
        fails "infer $1 on $design"
      # cycles, their causes, bytes read and written, energy
      is "$1 on $design with $memory: cycles, causes, bytes, energy" \
        "$(grep "^$design,[^,]*,$memory,.*,layer," "$work/$1/results.csv" | cut -d, -f7-9,12-28,35-41)" \
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
sweep "$work/block-sweep.cfg" --out "$work/full" --jobs 1
csv=$work/full/results.csv
is "points: 2 designs x (1 network + 1 workload x 2 precisions)" "$(find "$work/full/points" -name '*.csv' | wc -l)" 6
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
sweep "$work/sized-sweep.cfg" --out "$work/sized" --jobs 1
is "sizes in rows: m, n, k, MACs" "$(grep -E ',(project|scores),' "$work/sized/results.csv" | cut -d, -f6-9,14 | tr '\n' ' ')" \
  "project,64,3,64,12288 scores,16,1,32,3072 "
is "the host's operations, counted" "$(grep -c '^sized: .* softmax 0.00048 M$' "$logs/log")" 1
is "what the workload assumes" "$(grep '^sized, assumed' "$logs/log")" "sized, assumed: three tokens"

# --- gone on, changed, in shards ------------------------------------------------
cp "$csv" "$work/before.csv"
stamps "$work/full" > "$work/times"
victim=$(grep -l ',block,' "$work/full/points/"*.csv | sort | sed -n 2p)
rm "$victim" "$csv"
sleep 0.05
sweep "$work/block-sweep.cfg" --out "$work/full" --jobs 1
is "results after going on" "$(cmp "$work/before.csv" "$csv" && echo same)" same
is "points run again" "$(stamps "$work/full" | diff "$work/times" - | grep '^>' | cut -d' ' -f2)" "./$(basename "$victim")"
stamps "$work/full" > "$work/times"
sed -i 's/"8\/8", /"8\/8", [2, 2], /' "$work/block-sweep.cfg"
sweep "$work/block-sweep.cfg" --out "$work/full" --jobs 1
is "points run for one more precision" "$(stamps "$work/full" | diff "$work/times" - | grep -c '^>')" 2
stamps "$work/full" > "$work/times"
sed -i 's/operations = 100L/operations = 101L/' "$work/block.cfg"
sweep "$work/block-sweep.cfg" --out "$work/full" --jobs 1
is "points run for a changed workload" "$(stamps "$work/full" | diff "$work/times" - | grep -c '^>')" 6
sweep "$work/block-sweep.cfg" --out "$work/shards" --shard 1/2
tail -n +2 "$work/shards/results.csv" > "$work/rows"
sweep "$work/block-sweep.cfg" --out "$work/shards" --shard 2/2
tail -n +2 "$work/shards/results.csv" >> "$work/rows"
is "rows of both shards" "$(sort "$work/rows")" "$(tail -n +2 "$csv" | sort)"

# --- what is refused ---------------------------------------------------------------
refused "infer of a workload" "resnet50: a workload, shapes without weights: it cannot be run" infer resnet50
refused "compile of a workload's file" "block.cfg: a workload, shapes without weights" compile "$work/block.cfg" --out "$work/x"
cat > "$work/large-sweep.cfg" <<END
designs = ["serial"]; workloads = ["resnet50"]; precisions = ["8/1"];
END
"$serac" sweep "$work/large-sweep.cfg" --out "$work/large" 2> "$logs/err"
is "exit code of a layer that does not fit" $? 2
is "its message" "$(cut -c 1-71 "$logs/err")" "serac: resnet50 on serial: layer layer4.0.conv2 does not fit the design"
summary "$count checks of workloads: equal to networks, sums, going on, shards, refusals"
