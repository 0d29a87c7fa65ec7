#!/bin/sh
# serac report without a browser: the data and tables of the page against the CSV, SCALE-Sim's
# files against it, formats, what lock step found, bad input, a build without the charts.
set -u
. testbench/data/cli_lib.sh
work=build/cli/report
logs=build/cli/report-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"

run() { "$serac" "$@" > "$logs/log" 2> "$logs/err" || fails "serac $*: $(cat "$logs/err")"; }

cat > "$work/small.cfg" <<END
designs = ["tiny", "serial", "parallel"]; workloads = ["bert-tiny"]; precisions = ["8/8", "2/8", "4/4"];
networks = ["fashion-w2", "fashion-w8"]; images = 4; memories = ["default", "slow"];
END
run sweep "$work/small.cfg" --out "$work/small" --jobs 1
"$serac" export "$work/small" > "$work/all.csv"
"$serac" export "$work/small" --totals > "$work/totals.csv"
"$serac" export "$work/small" --json --totals > "$work/totals.json"
run report "$work/small" --format html,md,csv,json
page=$work/small/report.html

# --- the data of the page is the CSV, cell by cell ---------------------------------
sed -n '/<script type="application\/json"/,/<\/script>/p' "$page" | sed '1d;$d' > "$work/data.json"
# rows TABLE: a JSON object for each row, empty cells left out, as serac export prints them.
rows() {
  jq -c --arg t "$1" '.[$t] as $d | range($d.count) as $i | [$d.columns[] | {key: .name, value:
    (if has("values") then .values[$i] elif has("words") then .words[.at[$i]] else .value end)}]
    | map(select(.value != null)) | from_entries' "$work/data.json"
}
rows points | jq -c 'delpaths([["hash"], ["version"], ["program"], ["stands_out"]] + [keys[] | select(startswith("area_") and . != "area_um2") | [.]])' \
  > "$work/points"
jq -c '.[]' "$work/totals.json" > "$work/wanted"
is "points in the page" "$(wc -l < "$work/points")" 30
is "cells of the points" "$(jq -cS . "$work/points" | sha256sum)" "$(jq -cS . "$work/wanted" | sha256sum)"
rows points | jq -s . > "$work/point-rows"
rows layers | jq -s . > "$work/layer-rows"
rows layers | jq -cS 'del(.point)' | sha256sum > "$work/layers"
is "cells of the layers" "$(cat "$work/layers")" \
  "$("$serac" export "$work/small" --json | jq -cS '.[] | select(.layer != "total")' | sha256sum)"
is "areas by unit that do not sum to the area" "$(rows points | jq 'select(([to_entries[] | select(.key | test("^area_(?!um2)"))
  | .value] | add) as $s | ($s / .area_um2 - 1 | fabs) > 1e-4) | 1' | wc -l)" 0
is "hashes are the keys of the points" "$(rows points | jq -r .hash | sort | uniq | wc -l)" 30
is "the CSV" "$(cat "$work/small/report.csv")" "$(cat "$work/all.csv")"
is "the JSON" "$(jq -cS . "$work/small/report.json" | sha256sum)" "$("$serac" export "$work/small" --json | jq -cS . | sha256sum)"

# --- tables without JavaScript ---------------------------------------------------------
# table ID COLUMNS: cells of a table of the page, with commas.
table() {
  sed -n "/id=\"$1\"/,/<\/table>/p" "$page" | grep '^<tr><td' | sed 's/<\/td><td[^>]*>/,/g; s/<[^>]*>//g' | cut -d, -f "$2"
}
is "static points: number, cycles, time, energy, area" "$(table points-table 1,9-12)" \
  "$(awk -F, 'NR > 1 {print NR - 1 "," $15 "," $24 "," $35 "," $30}' "$work/totals.csv")"
is "static layers: name, M, N, K, cycles by cause" "$(table layers-table 2-5,12-18)" \
  "$(awk -F, 'NR > 1 && $6 != "total" {print $6 "," $7 "," $8 "," $9 "," $15 "," $16 "," $17 "," $18 "," $19 "," $20 "," $21}' "$work/all.csv")"
is "addresses that the page would load" "$(sed '/^\/\*!$/,/^ \*\/$/d' "$page" | grep -cE '(src|href)="?https?:|@import|url\(')" 0
is "places that were not filled" "$(grep -c '{{[a-z_]*}}' "$page")" 0

# Layers with multiply-accumulates, and those that are faster than the array at their widths.
is "layers above the compute roof" "$(jq -sc '.[0] as $p | .[1][] | $p[.point] as $d | select(.gops and (.weight_bits | type == "number")
  and .gops > 2e-3 * $d.rows * $d.cols * $d.lanes * $d.clock_mhz / ((.weight_bits / $d.weight_planes | ceil) * (.act_bits / $d.act_planes | ceil))
  * 1.00001) | .layer' "$work/point-rows" "$work/layer-rows" | wc -l)" 0
is "layers held against it" "$(jq -c '.[] | select(.gops and (.weight_bits | type == "number"))' "$work/layer-rows" | wc -l)" \
  "$(awk -F, 'NR > 1 && $6 != "total" && $25 != "" && $11 != ""' "$work/all.csv" | wc -l)"

# --- who wins, recomputed ---------------------------------------------------------------
# winner COLUMN EXTRA: design and precision of bert-tiny on `default` with the least.
winner() {
  awk -F, -v c="$1" -v most="${2:-1e99}" 'NR > 1 && $5 == "bert-tiny" && $3 == "default" && $30 < most && (!n++ || $c + 0 < least) {
    least = $c + 0; who = $1 "," $49} END {print who}' "$work/totals.csv"
}
said() { sed -n '/^### bert-tiny, memory .default./,/^- /p' "$work/small/report.md" | grep "^| $1 " | awk -F' [|] ' -v a="$2" '{gsub(/^[| ]+/, "", $1); print $a "," $(a + 1)}'; }
is "the fastest" "$(said none 2)" "$(winner 24)"
is "least energy" "$(said none 5)" "$(winner 35)"
limit=$(sed -n '/^### bert-tiny, memory .default./,/^- /p' "$work/small/report.md" | sed -n 's/^| area at most \([0-9.]*\) mm2 .*/\1/p' | head -n 1)
is "the fastest under the first area ($limit mm2)" "$(said "area at most $limit mm2" 2)" "$(winner 24 "${limit:-0}e6")"

# even COLUMN WIDTHS: break-even of (1,1) on serial with (8,8) on parallel of equal peak, at 2/8 and 8/8.
even() {
  awk -F, -v c="$1" -v same="$2" '$5 == "bert-tiny" && $3 == "default" && $49 ~ /^[28].8$/ {v[$1 " " $49] = $c}
    END {for (b = 2; b <= 8; b += 6) {if (v["serial " b "/8"] < v["parallel " (same ? b : 8) "/8"]) wide = b; else break}
      print wide ? wide " bits,1, 3 to 7 not measured" : "not at 2 bits,1 not measured"}' "$work/totals.csv"
}
is "break-even widths of (1,1): time, energy, to INT8" \
  "$(sed -n '/id="even"/,/<\/section>/p' "$page" | sed -n '/<h3>bert-tiny.* default/,/<\/table>/p' | grep '^<tr><td>(1,1)' | sed 's/&nbsp;&dagger;//g; s/<[^>]*>/,/g; s/,,*/,/g')" \
  ",(1,1),32768,$(even 24 1),$(even 35 1),$(even 24 0),$(even 35 0),"

# --- a sweep that is not complete, or has points that constraints exclude -----------------
is "a whole sweep: of points that have not run" "$(cat "$logs/err" "$page" "$work/small/report.md" | grep -c 'have not run')" 0
run sweep "$work/small.cfg" --out "$work/half" --jobs 1 --shard 1/2
run report "$work/half"
is "half of it, on stderr" "$(cat "$logs/err")" \
  "serac report: $work/half: 15 of 30 points of the sweep have not run: what follows is of the others, and may change"
for file in report.html report.md; do
  is "half of it, before the first winner: $file" "$(grep -n '15 of 30 points of the sweep have not run\|astest' "$work/half/$file" |
    grep -v '"name":\|/\*' | head -n 1 | grep -c 'have not run')" 1
done
{ cat "$work/small.cfg"; echo 'constraints = ["time_us < 1000"];'; } > "$work/some.cfg"
cp -r "$work/small" "$work/some"
run sweep "$work/some.cfg" --out "$work/some" --jobs 1
run report "$work/some"
is "points excluded, none missing" "$(cat "$logs/err")$(sed -n 's/^- not here: //p' "$work/some/report.md")" \
  "0 points that cannot run, $(awk -F, 'NR > 1 && !($24 < 1000)' "$work/totals.csv" | wc -l) that constraints exclude"

# --- 600 points on a front, of 8 layers: more than there is room for -------------------------
mkdir "$work/many"
cp "$work/small/results.db" "$work/many"
sqlite3 "$work/many/results.db" "CREATE TEMP TABLE one AS SELECT p.* FROM points p JOIN plan USING (key) WHERE position = 0;
  CREATE TEMP TABLE n AS WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 600) SELECT i FROM c;
  CREATE TEMP TABLE p AS SELECT one.*, i FROM one, n; UPDATE p SET id = 100000 + i, key = printf('%032d', i);
  CREATE TEMP TABLE l AS SELECT layers.*, i FROM layers JOIN one ON point = one.id, n;
  UPDATE l SET time_us = i, energy_uj = 601 - i WHERE layer = 'total'; UPDATE l SET point = 100000 + i;
  ALTER TABLE p DROP COLUMN i; ALTER TABLE l DROP COLUMN i; INSERT INTO points SELECT * FROM p; INSERT INTO layers SELECT * FROM l;
  DELETE FROM plan; INSERT INTO plan SELECT i - 1, printf('%032d', i), NULL FROM n" || fails "600 points"
run report "$work/many"
is "points without room for their layers" "$(cat "$work/many/report.html" "$work/many/report.md" | grep -c 'The layers of 100 points on a front are left out')" 2
is "rows of layers, those of the last point, which has the least energy" "$(sed -n '/<script type="application\/json"/,/<\/script>/p' "$work/many/report.html" | sed '1d;$d' |
  jq -c '.layers | [.count, (.columns[] | select(.name == "point") | if .values then .values else .words as $w | [.at[] | $w[.]] end | map(select(. == 599)) | length)]')" "[4000,8]"

# --- SCALE-Sim ----------------------------------------------------------------------------
run report "$work/small" --format scalesim --point 3 --out "$work/scalesim"
is "heads of SCALE-Sim" "$(head -qn 1 "$work"/scalesim/*.csv | md5sum | cut -c1-32)" "$(printf '%s\n%s\n%s\n' \
  'LayerID, Avg IFMAP SRAM BW, Avg FILTER SRAM BW, Avg OFMAP SRAM BW, Avg IFMAP DRAM BW, Avg FILTER DRAM BW, Avg OFMAP DRAM BW,' \
  'LayerID, Total Cycles, Stall Cycles, Overall Util %, Mapping Efficiency %, Compute Util %,' \
  'LayerID, SRAM IFMAP Start Cycle, SRAM IFMAP Stop Cycle, SRAM IFMAP Reads, SRAM Filter Start Cycle, SRAM Filter Stop Cycle, SRAM Filter Reads, SRAM OFMAP Start Cycle, SRAM OFMAP Stop Cycle, SRAM OFMAP Writes, DRAM IFMAP Start Cycle, DRAM IFMAP Stop Cycle, DRAM IFMAP Reads, DRAM Filter Start Cycle, DRAM Filter Stop Cycle, DRAM Filter Reads, DRAM OFMAP Start Cycle, DRAM OFMAP Stop Cycle, DRAM OFMAP Writes,' \
  | md5sum | cut -c1-32)"
third() { awk -F, '$6 == "total" {p++; next} NR > 1 && p == 2 && $15 > 0' "$work/all.csv"; }
is "its cycles, stalls" "$(tail -n +2 "$work/scalesim/COMPUTE_REPORT.csv" | cut -d, -f1-3 | tr -d ' ')" \
  "$(third | awk -F, '{print n++ "," $15 "," $15 - $16}')"
is "its results written" "$(tail -n +2 "$work/scalesim/DETAILED_ACCESS_REPORT.csv" | cut -d, -f19 | tr -d ' ')" "$(third | cut -d, -f27)"
is "cells of a line of it" "$(tail -qn 1 "$work"/scalesim/*.csv | awk -F, '{printf "%d ", NF - 1}')" "7 6 19 "

# --- a run as CSV, lock step -------------------------------------------------------------------
"$serac" infer fashion-w2 --design tiny --limit 2 --csv > "$work/run.csv" || fails infer
run report "$work/run.csv" --out "$work/run"
is "points of a run" "$(grep -c '^<tr><td class="n">1</td><td>tiny</td>' "$work/run/report.html")" 1
is "lock step of a CSV" "$(grep -c '<p>Not looked for: ' "$work/run/report.html") $(grep -c 'lock step: not looked for' "$work/run/report.md")" "1 1"
is "lock step that was not run" "$(grep -c '<p>Not run\.' "$page") $(grep -c 'lock step: not run' "$work/small/report.md")" "1 1"
awk -F, -v OFS=, 'NR == 2 {$30 *= 1.001} {print}' "$work/totals.csv" > "$work/other-area.csv"
run report "$work/other-area.csv" --format html --out "$work/other-area"
is "areas that are another technology's file's" "$(grep -c 'is left out at 1 of 30 points' "$work/other-area/report.html") $(grep -c 'is left out at' "$page")" "1 0"
run report "$work/run.csv" --format scalesim --out "$work/run"
is "layers of a run" "$(tail -n +2 "$work/run/COMPUTE_REPORT.csv" | wc -l)" "$(grep -cv ',total,\|^design' "$work/run.csv")"
printf '%s\n' 'design,memory,network,seed,layers,cycles,bytes,largest_difference_cycles,result' \
  'tiny,default,fashion-w2,1,8,999,10,0,equal' 'tiny,default,fashion-w2,1,8,1000,10,,cycle 7: <differs>' \
  "serial,default,fashion-w2,1,8,5,10,0,equal,$(rows points | head -n 1 | jq -r .version)" \
  'serial,slow,fashion-w2,1,8,5,10,0,equal,0.0.9 another' > "$work/small/cosim.csv"
run report "$work/small"
is "lock step: the last line holds" "$(sed -n '/id="checks"/,/<\/table>/p' "$page" | grep '^<tr><td>' | sed 's/<\/td><td[^>]*>/,/g; s/<[^>]*>//g')" \
  "fashion-w2,tiny,default,1,8,1000,10,unknown,cycle 7: &lt;differs&gt;,not recorded
fashion-w2,serial,default,1,8,5,10,0,equal,as the results
fashion-w2,serial,slow,1,8,5,10,0,equal,others than the results"

# --- bad input -----------------------------------------------------------------------------------
echo 'a,b' > "$work/other.csv"
head -n 3 "$work/all.csv" > "$work/cut.csv"
refused "a format that is none" "--format pdf: must be html, md, csv, json or scalesim" report "$work/small" --format html,pdf
refused "an empty format" "--format : must be" report "$work/small" --format html,
refused "SCALE-Sim of many points" "is of one point of 30: give --point" report "$work/small" --format scalesim
refused "a point that is not there" "--point 31: there are 30 points" report "$work/small" --format scalesim --point 31
refused "a point for a page" "--point goes with --format scalesim" report "$work/small" --point 1
refused "another CSV" "other.csv:1: not a result file of this version" report "$work/other.csv"
refused "layers without a total" "cut.csv: the last layers have no total row" report "$work/cut.csv"
refused "a folder below a file" "$work/cut.csv/x: cannot be written" report "$work/small" --out "$work/cut.csv/x"
echo 'tiny,default' >> "$work/small/cosim.csv"
refused "a damaged cosim.csv" "cosim.csv:6: not a line of serac cosim --out" report "$work/small"
rm "$work/small/cosim.csv"
mkdir "$work/small/cosim.csv"
refused "a cosim.csv that cannot be read" "cosim.csv: cannot be read: Is a directory" report "$work/small"
rmdir "$work/small/cosim.csv"
refused "cosim --random with --out" "and --out go with --network" cosim --random 1 --out "$work"
refused "cosim into no folder" "$work/cut.csv/x: cannot be written" cosim --network fashion-w1 --out "$work/cut.csv/x"

# --- without the library ------------------------------------------------------------------------
env -u MAKEFLAGS make -s B=build/no-charts CHART_JS= build/no-charts/page.o 2> "$logs/err" || fails "make without charts"
is "a build without charts says" "$(cat "$logs/err")" "report: libjs-chart.js is missing, so pages will have no charts: scripts/setup.sh installs it"
# shellcheck disable=SC2046
gcc -std=c11 -D_POSIX_C_SOURCE=200809L $(scripts/include_flags.sh) sim/main.c build/no-charts/page.o build/libseracsim.a build/libseracdrv.a \
  build/libserac.a -rdynamic -o build/no-charts/serac -lsqlite3 -lconfig -lcjson -lyaml -lprotobuf-c -lz -lm -lpthread -ldl ||
  fails "linking without charts"
build/no-charts/serac report "$work/run.csv" --out "$work/plain" > "$logs/log" 2> "$logs/err" || fails "report without charts"
is "a report without charts says" "$(cat "$logs/err")" \
  "serac report: without charts: this program was built without libjs-chart.js, which scripts/setup.sh installs"
is "its tables" "$(grep -c '^<tr><td class="n">1</td>' "$work/plain/report.html")" "$(grep -c '^<tr><td class="n">1</td>' "$work/run/report.html")"
summary "$count checks: data, tables and winners of 30 points, SCALE-Sim's files, lock step, bad input, a build without charts"
