#!/bin/sh
# A sweep: its columns, its sums, its points; stopped and gone on; in shards.
set -u
. testbench/data/cli_lib.sh
work=build/cli/sweep-resume
rm -rf "$work"
mkdir -p "$work"
columns=design,technology,memory,backend,network,layer,m,n,k,batch,weight_bits,act_bits,weight_store_bits,macs,cycles,array_busy_cycles,stall_fetch_cycles,stall_requant_cycles,stall_store_cycles,stall_control_cycles,fill_drain_cycles,utilisation,clock_mhz,time_us,gops,bytes_read,bytes_written,weight_bytes,memory_bytes

# is WHAT GOT WANTED
is() {
  count=$((count + 1))
  if [ "$2" = "$3" ]; then echo "ok   $1"; else fails "$1: $2, expected $3"; fi
}

# sweep DIR OPTION...
sweep() {
  dir=$1
  shift
  "$serac" sweep example --out "$dir" "$@" > "$work/log" 2>&1 || fails "sweep $*: $(cat "$work/log")"
}
points() { find "$1/points" -name '*.csv' | wc -l; }
stamps() { (cd "$1/points" && stat -c '%n %y %i' ./*.csv); }

# --- one sweep: 2 designs x 1 network x 2 memories x 1 technology ---
full=$work/full
sweep "$full" --jobs 2
is "points" "$(points "$full")" 4
is "columns" "$(head -n 1 "$full/results.csv" | cut -c "1-${#columns}")" "$columns"
is "fields in every row" "$(awk -F, '{print NF}' "$full/results.csv" | sort -u | wc -l)" 1
is "rows, 8 layers and a total each" "$(tail -n +2 "$full/results.csv" | wc -l)" 36
is "designs and memories" "$(tail -n +2 "$full/results.csv" | cut -d, -f1,3 | sort -u | tr '\n' ' ')" \
  "serial,default serial,slow tiny,default tiny,slow "
is "rows whose causes do not sum to the cycles" \
  "$(awk -F, 'NR > 1 && $15 != $16 + $17 + $18 + $19 + $20 + $21' "$full/results.csv" | wc -l)" 0
is "rows without cycles" "$(awk -F, 'NR > 1 && !($15 > 0 && $16 > 0)' "$full/results.csv" | wc -l)" 0
is "points whose layers do not sum to the total" \
  "$(awk -F, 'NR > 1 {k = $1 " " $3; if ($6 == "total") t[k] = $15; else s[k] += $15}
     END {for (k in t) if (t[k] != s[k]) n++; print n + 0}' "$full/results.csv")" 0
is "slow memory costs fetch stalls on tiny" \
  "$(awk -F, '$1 == "tiny" && $6 == "total" {f[$3] = $17} END {print (f["slow"] > f["default"])}' "$full/results.csv")" 1
is "JSON has the same rows" "$(jq -r '.[] | [.design, .memory, .layer, .cycles] | @csv' "$full/results.json" | tr -d '"')" \
  "$(tail -n +2 "$full/results.csv" | cut -d, -f1,3,6,15)"
is "nothing left over" "$(find "$full" -type f ! -name '*.csv' ! -name results.json)" ""

# --- gone on: only what is missing is run ---
cp "$full/results.csv" "$work/before.csv"
stamps "$full" > "$work/times"
victim=$(find "$full/points" -name '*.csv' | sort | sed -n 2p)
rm "$victim" "$full/results.csv"
sleep 0.05
sweep "$full" --jobs 1
is "results after going on" "$(cmp "$work/before.csv" "$full/results.csv" && echo same)" same
is "points run again" "$(stamps "$full" | diff "$work/times" - | grep '^>' | cut -d' ' -f2)" "./$(basename "$victim")"
stamps "$full" > "$work/times"
sweep "$full"
is "points run again when all are there" "$(stamps "$full" | diff "$work/times" -)" ""

# --- a half-written point of a killed worker is not taken for a result ---
half=$work/half
mkdir -p "$half/points"
head -c 100 "$victim" > "$half/points/$(basename "$victim").4711"
sweep "$half"
is "results beside a half-written point" "$(cmp "$work/before.csv" "$half/results.csv" && echo same)" same

# --- shards cover every point once ---
shards=$work/shards
sweep "$shards" --shard 1/2
is "points of shard 1/2" "$(points "$shards")" 2
tail -n +2 "$shards/results.csv" > "$work/rows"
sweep "$shards" --shard 2/2
is "points of both shards" "$(points "$shards")" 4
tail -n +2 "$shards/results.csv" >> "$work/rows"
is "rows of both shards" "$(sort "$work/rows")" "$(tail -n +2 "$work/before.csv" | sort)"
stamps "$shards" > "$work/times"
sweep "$shards"
is "the whole sweep takes the shards' points" "$(stamps "$shards" | diff "$work/times" -)" ""
is "results after the shards" "$(cmp "$work/before.csv" "$shards/results.csv" && echo same)" same

# --- the report of it ---
"$serac" report "$full" > "$work/log" 2>&1 || fails "report: $(cat "$work/log")"
is "rows of report.csv" "$(cmp "$work/before.csv" "$full/report.csv" && echo same)" same
is "designs in report.md" "$(grep -c '^| tiny \|^| serial ' "$full/report.md")" 36
summary "$count checks of a sweep of 4 points: columns, sums, going on, shards, report"
