#!/bin/sh
# A sweep: its columns, its sums, its points; stopped and gone on; in shards.
set -u
. testbench/data/cli_lib.sh
work=build/cli/sweep-resume
rm -rf "$work"
mkdir -p "$work"
columns=design,technology,memory,backend,network,layer,m,n,k,batch,weight_bits,act_bits,weight_store_bits,macs,cycles,array_busy_cycles,stall_fetch_cycles,stall_requant_cycles,stall_store_cycles,stall_control_cycles,fill_drain_cycles,utilisation,clock_mhz,time_us,gops,bytes_read,bytes_written,weight_bytes,memory_bytes

# sweep DIR OPTION...: its results are then in DIR.csv, what it printed in the log.
sweep() {
  dir=$1
  shift
  "$serac" sweep example --out "$dir" "$@" > "$work/log" 2>&1 || fails "sweep $*: $(cat "$work/log")"
  "$serac" export "$dir" > "$dir.csv" || fails "export $dir"
}
points() { "$serac" export "$1" --totals | tail -n +2 | wc -l; }
ran() { sed -n 's/.* \([0-9]*\) run now$/\1/p' "$work/log"; }

# --- one sweep: 2 designs x 1 network x 2 memories x 1 technology ---
full=$work/full
sweep "$full" --jobs 2
is "points" "$(points "$full")" 4
is "columns" "$(head -n 1 "$full.csv" | cut -c "1-${#columns}")" "$columns"
is "fields in every row" "$(awk -F, '{print NF}' "$full.csv" | sort -u | wc -l)" 1
is "rows, 8 layers and a total each" "$(tail -n +2 "$full.csv" | wc -l)" 36
is "designs and memories" "$(tail -n +2 "$full.csv" | cut -d, -f1,3 | sort -u | tr '\n' ' ')" \
  "serial,default serial,slow tiny,default tiny,slow "
is "rows whose causes do not sum to the cycles" \
  "$(awk -F, 'NR > 1 && $15 != $16 + $17 + $18 + $19 + $20 + $21' "$full.csv" | wc -l)" 0
is "rows without cycles" "$(awk -F, 'NR > 1 && !($15 > 0 && $16 > 0)' "$full.csv" | wc -l)" 0
is "points whose layers do not sum to the total" \
  "$(awk -F, 'NR > 1 {k = $1 " " $3; if ($6 == "total") t[k] = $15; else s[k] += $15}
     END {for (k in t) if (t[k] != s[k]) n++; print n + 0}' "$full.csv")" 0
is "slow memory costs fetch stalls on tiny" \
  "$(awk -F, '$1 == "tiny" && $6 == "total" {f[$3] = $17} END {print (f["slow"] > f["default"])}' "$full.csv")" 1
is "JSON has the same rows" "$("$serac" export "$full" --json | jq -r '.[] | [.design, .memory, .layer, .cycles] | @csv' | tr -d '"')" \
  "$(tail -n +2 "$full.csv" | cut -d, -f1,3,6,15)"
is "the folder holds one file" "$(ls "$full")" results.db
is "points run" "$(ran)" 4

# --- a second time: nothing is run, the file is left alone ---
cp "$full.csv" "$work/before.csv"
cp "$full/results.db" "$work/before.db"
sweep "$full"
is "points run again when all are there" "$(ran)" 0
is "the file after that" "$(cmp "$work/before.db" "$full/results.db" && echo same)" same

# --- shards: in one folder, and in folders of their own ---
shards=$work/shards
sweep "$shards" --shard 1/2
is "points of shard 1/2" "$(points "$shards")" 2
is "the rest is said to be missing" "$(grep -c '^2 points of the sweep are missing' "$work/log")" 1
sweep "$shards" --shard 2/2 --jobs 1
is "points of both shards" "$(points "$shards")" 4
is "results of both shards" "$(cmp "$work/before.csv" "$shards.csv" && echo same)" same
sweep "$shards"
is "points run after the shards" "$(ran)" 0
for i in 1 2 3; do sweep "$work/one-$i" --shard $i/3; done
for times in once twice; do
  "$serac" merge "$work/merged" "$work/one-3" "$work/one-1" "$work/one-2" > "$work/log" 2>&1 || fails "merge $times: $(cat "$work/log")"
  "$serac" export "$work/merged" > "$work/merged.csv"
  is "results of merged shards, $times" "$(cmp "$work/before.csv" "$work/merged.csv" && echo same)" same
done
sweep "$work/merged"
is "points run after merging" "$(ran)" 0

# --- two processes at the same time ---
"$serac" sweep example --out "$work/both" --jobs 2 > "$work/log-1" 2>&1 &
sweep "$work/both" --jobs 2
wait
"$serac" export "$work/both" > "$work/both.csv"
is "results of two processes in one folder" "$(cmp "$work/before.csv" "$work/both.csv" && echo same)" same

# --- what a point's key covers: not comments and spaces, but every value ---
mkdir "$work/configs"
sed 's/^rows = 4;.*/rows = 4;/; s/^#.*//' configs/designs/tiny.cfg > "$work/configs/tiny.cfg"
sed "s|\"tiny\"|\"$work/configs/tiny.cfg\"|; s/^memories.*/memories = [\"default\"];/" configs/sweeps/example.cfg > "$work/keys.cfg"
keys() { "$serac" sweep "$work/keys.cfg" --out "$full" > "$work/log" 2>&1 || fails "sweep keys: $(cat "$work/log")"; }
keys
is "points run for a design with other comments" "$(ran)" 0
sed -i 's/^queue_depth = 2/queue_depth = 3/' "$work/configs/tiny.cfg"
keys
is "points run for a changed design" "$(ran)" 1
sed -i 's/^images = 20/images = 19/' "$work/keys.cfg"
keys
is "points run for other images" "$(ran)" 2
sweep "$full"
is "points run for the first sweep again" "$(ran)" 0
is "its results" "$(cmp "$work/before.csv" "$full.csv" && echo same)" same

# --- the sources that the key covers: a copy of them, changed one by one ---
mkdir "$work/tree"
cp -r Makefile model drivers sim reports "$work/tree"
mkdir "$work/tree/scripts"
cp scripts/install.mk scripts/include_flags.sh "$work/tree/scripts"
digest() { make -s -C "$work/tree" B=made made/sources.c 2>&1 && sed -n 's/.*"\([0-9a-f]\{32\}\)";$/\1/p' "$work/tree/made/sources.c"; }
own=$(digest)
is "version of every point" "$(sqlite3 "$full/results.db" 'select distinct version from points')" \
  "$("$serac" --version | sed 's/^serac //') $own"
is "digest of the same sources" "$(digest)" "$own"
echo >> "$work/tree/reports/report/serac_cmd_report.c"
is "digest with another report" "$(digest)" "$own"
for file in model/cost/serac_cost.c model/data/serac_fast.h drivers/serac_drv.c sim/infer/serac_infer.c sim/results/serac_result.h sim/points/serac_workload_run.c sim/device/serac_device_model.c; do
  cp "$file" "$work/source"
  echo >> "$work/tree/$file"
  is "digest with another $file" "$([ "$(digest)" != "$own" ] && echo differs)" differs
  cp "$work/source" "$work/tree/$file"
  is "digest with the old $file" "$(digest)" "$own"
done
rm "$work/tree/model/cost/serac_sram.h"
is "digest with a file less" "$([ "$(digest)" != "$own" ] && echo differs)" differs

# --- the report of it ---
"$serac" report "$full" > "$work/log" 2>&1 || fails "report: $(cat "$work/log")"
is "designs in report.md" "$(grep -c '^| tiny \|^| serial ' "$full/report.md")" 36
summary "$count checks of a sweep of 4 points: columns, sums, going on, shards, merging, report"
