#!/bin/sh
# The page of serac report in headless Chromium: it renders without an error, its numbers are those
# of the CSV, sorting, filtering and brushing do what awk does, nothing is wider than a phone, and
# 10,000 points open. Skipped without Chromium.
set -u
. testbench/data/cli_lib.sh
work=build/cli/report-browser
logs=build/cli/report-browser-logs
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
[ -n "$browser" ] || { echo "needs chromium: scripts/setup.sh --browser"; exit 77; }
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"

# holds WHAT NUMBER RELATION NUMBER
holds() {
  count=$((count + 1))
  if [ -n "$2" ] && awk "BEGIN {exit !($2 $3 $4)}"; then echo "ok   $1: $2"; else fails "$1: $2, expected $3 $4"; fi
}
# open NAME PAGE OPTION...: its text when all scripts have run, in $logs/NAME.
open() {
  name=$1
  file=$2
  shift 2
  timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-background-networking --hide-scrollbars \
    --allow-file-access-from-files --user-data-dir="$PWD/$work/profile" --enable-logging=stderr "$@" --dump-dom "file://$PWD/$file" \
    2> "$logs/$name.err" | sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g' > "$logs/$name"
  [ -s "$logs/$name" ] || fails "$name: no page: $(tail -n 3 "$logs/$name.err")"
}
# driven PAGE TO SETTING: the page with the steps of report_browser.js behind it.
driven() {
  { sed 's|<head>|<head><script>window.mistakes = []; window.onerror = function (m) { mistakes.push("error " + m); };\
console.error = console.warn = function (m) { mistakes.push("error " + m); }; '"$3"'</script>|; /<\/body>/d; /<\/html>/d' "$1"
    echo '<script>'
    cat testbench/cli/report_browser.js
    echo '</script></body></html>'
  } > "$2"
}
said() { sed -n "s/^$2 //p" "$logs/$1"; }
errors() { grep -c '^error' "$logs/$1"; grep -c CONSOLE "$logs/$1.err"; }

cat > "$work/small.cfg" <<END
designs = ["tiny", "serial", "weight-serial", "parallel"]; workloads = ["bert-tiny", "keyword-spotting"];
precisions = ("8/8", "2/8", "1/8", "4/4"); networks = ["fashion-w2", "fashion-w8", "fashion-mixed"]; images = 4;
memories = ["default", "slow"];
END
"$serac" sweep "$work/small.cfg" --out "$work/small" --jobs 1 > "$logs/log" 2>&1 || fails "sweep: $(cat "$logs/log")"
"$serac" report "$work/small" > "$logs/log" 2>&1 || fails "report: $(cat "$logs/log")"
"$serac" export "$work/small" --totals > "$work/totals.csv"
points=$(($(wc -l < "$work/totals.csv") - 1))

# --- as it is used ------------------------------------------------------------------------
# The time of a point that the filter must just not keep.
limit=$(awk -F, '$1 ~ /serial/ && $11 == "2" {print $24}' "$work/totals.csv" | sort -g | sed -n 5p)
# The point with most layers above what the busier channel brings at its clock: number, layers, those above.
"$serac" export "$work/small" | awk -F, 'NR == 1 {for (i = 1; i <= NF; i++) at[$i] = i; next}
  $6 != "total" && $at["gops"] > 0 {m[++rows] = $at["macs"]; g[rows] = $at["gops"]; r[rows] = $at["bytes_read"]; w[rows] = $at["bytes_written"]}
  $6 == "total" {n++; above = 0; wide = $at["bytes_per_cycle"] < $at["axi_bits"] / 8 ? $at["bytes_per_cycle"] : $at["axi_bits"] / 8
    for (i = 1; i <= rows; i++) {bytes = $at["shared_bus"] ? r[i] + w[i] : r[i] > w[i] ? r[i] : w[i]
      above += g[i] > 2 * m[i] / bytes * wide * $at["clock_mhz"] * 1.00001e-3}
    print n, rows, above; rows = 0}' | sort -k3,3nr -k1,1n | head -n 1 > "$work/above"
driven "$work/small/report.html" "$work/driven.html" "window.limit = $limit; window.roofed = $(cut -d ' ' -f 1 "$work/above");"
open used "$work/driven.html" --virtual-time-budget=60000 --window-size=1280,900
is "the steps came to their end" "$(tail -n 5 "$logs/used" | grep -c '^end')" 1
is "errors, of scripts and on the console" "$(errors used | tr '\n' ' ')" "0 0 "
is "points in the table" "$(said used points)" "$points"
said used program | awk -F ' [|] ' '{split($1, p, ", memory "); n++; if (!index($2, p[1]) || !index($2, ", " p[2])) other++
  if ($3 !~ (p[1] == "fashion" ? "^1 true" : "^1 falsefalse$")) axes++} END {print n, other + 0, axes + 0}' > "$work/programs"
is "programs; selected points that are another's; axes or marked rows that are" "$(cat "$work/programs")" "6 0 0"
is "a column that is none of ours" "$(said used inherited)" "constructor is no column of the results"
is "points of a program while the filter is wrong" "$(said used 'while wrong')" "fashion, memory default | 12"
for chart in front-a front-b roof bits; do
  holds "colours of $chart" "$(said used painted | sed -n "s/^$chart //p")" ">" 3
done
# Each cell against the CSV, and what is shown, in its unit, to four figures.
said used cell | sed 's/,//g' > "$work/cells"
awk -v FS=, 'NR == FNR {if (FNR == 1) for (i = 1; i <= NF; i++) at[$i] = i; else for (k in at) value[FNR - 1 " " k] = $at[k]; next}
  {split($0, c, " "); per = c[2] == "area_um2" ? 1e6 : c[2] == "accuracy" || c[2] == "utilisation" ? 0.01 : 1
   v = value[c[1] " " c[2]]; n++; seen[c[2]] = 1; d = c[4] * per - v
   if (v == "" || v + 0 != c[3] + 0) bad++; if (d * d > 1e-6 * v * v) rounded++}
  END {for (k in seen) s++; print n, s, bad + 0, rounded + 0}' "$work/totals.csv" "$work/cells" > "$work/verdict"
holds "cells compared" "$(cut -d ' ' -f 1 "$work/verdict")" ">" $((8 * points))
is "columns of numbers; cells unlike the CSV; cells shown otherwise" "$(cut -d ' ' -f 2- "$work/verdict")" "10 0 0"
# ordered COLUMN OPTION: numbers of points by a column of the CSV, equal ones by number.
ordered() { awk -F, -v c="$1" 'NR > 1 {print $c, NR - 1}' "$work/totals.csv" | sort "$2" -k2,2n | cut -d ' ' -f 2 | tr '\n' , ; }
is "sorted by time" "$(said used "order up")," "$(ordered 24 -k1,1g)"
is "sorted by time, longest first" "$(said used "order down")," "$(ordered 24 -k1,1gr)"
is "sorted by throughput, most first" "$(said used "order gops")," "$(ordered 25 -k1,1gr)"
is "sorted by area, equal ones in the order of the sweep" "$(said used "order area")," "$(ordered 30 -k1,1g)"
is "filtered" "$(said used kept)," "$(awk -F, -v t="$limit" 'NR > 1 && $1 ~ /serial/ && $24 < t + 0 && $11 == "2" {print NR - 1}' "$work/totals.csv" | tr '\n' ,)"
is "points that the filter keeps" "$(said used kept | tr , '\n' | wc -l)" 4
is "a filter with a mistake" "$(said used mistake)" "note js wrong tiem_us is no column of the results"
is "a filter that keeps nothing" "$(said used none)" "0 no point meets the filter"
is "no filter" "$(said used cleared)" "$points"
brush=$(said used brush)
is "what brushing writes" "$(echo "$brush" | sed 's/[0-9.e+-]* *&&/N \&\&/g; s/[0-9.e+-]*$/N/')" \
  "area_um2 >= N && area_um2 <= N && time_us >= N && time_us <= N"
# shellcheck disable=SC2016  # columns of awk
inside=$(echo "$brush" | sed 's/area_um2/\$30/g; s/time_us/\$24/g')
is "points inside the brush" "$(said used brushed)," "$(awk -F, "NR > 1 && $inside {print NR - 1}" "$work/totals.csv" | tr '\n' ,)"
brushed=$(said used brushed | tr , '\n' | grep -c .)
holds "points that the brush keeps" "$brushed" ">" 0
holds "points that it does not" "$((points - brushed))" ">" 0
is "a row by keyboard" "$(said used focus)" "BUTTON true"
number=$(said used selected | cut -d ' ' -f 1)
is "the selected point" "$(said used selected)" "$number true"
is "its layers: cycles and causes" "$(said used layer | cut -d ' ' -f 3 | cut -d, -f 1-7)" \
  "$("$serac" export "$work/small" | awk -F, -v p="$number" 'NR > 1 {if ($6 == "total") n++; else if (n == p - 1)
    print $15 "," $16 "," $17 "," $18 "," $19 "," $20 "," $21}')"
is "layers in the roofline, above its memory roof" "$(said used roof | sed 's/.* GOPS at [^.]*[.] \([0-9]*\) layers;.*memory roof: \([0-9]*\) layer.*/\1 \2/')" \
  "$(cut -d ' ' -f 2,3 "$work/above")"
is "the program of a point chosen from the list" "$(said used follows)" "fashion, memory slow"
is "the sums of its layers" "$(said used sums)" "Cycles by cause sum to the cycles of each layer"
holds "bars" "$(said used bars)" ">" 10

# --- on a phone, in the dark, without charts ----------------------------------------------
{
  for width in 390 768 1440; do
    echo "<iframe src=\"small/report.html\" style=\"width:${width}px;height:900px;border:0\"></iframe>"
  done
  cat <<END
<pre id="p"></pre><script>onload = function () { document.getElementById("p").textContent = "\nwide " +
Array.prototype.map.call(document.querySelectorAll("iframe"), function (f) { var d = f.contentDocument;
return d.documentElement.clientWidth + " " + d.documentElement.scrollWidth + " " + getComputedStyle(d.body).backgroundColor; }).join(", ") + "\n"; };</script>
END
} > "$work/frames.html"
open wide "$work/frames.html" --virtual-time-budget=8000 --blink-settings=preferredColorScheme=0
is "in the dark: widths of the page, of its content, paper" "$(said wide wide)" \
  "390 390 rgb(20, 24, 29), 768 768 rgb(20, 24, 29), 1440 1440 rgb(20, 24, 29)"
is "errors in the dark" "$(errors wide | tr '\n' ' ')" "0 0 "
sed '/^!function(t,e)/,/<\/script>/{/<\/script>/!d}' "$work/small/report.html" > "$work/plain.html"
driven "$work/plain.html" "$work/plain-driven.html" "window.only_open = true;"
open plain "$work/plain-driven.html" --virtual-time-budget=20000
is "without the library: colours of its charts" "$(said plain painted | cut -d ' ' -f 2 | tr '\n' ' ')" "0 0 0 0 "
is "without the library: points, errors" "$(said plain points) $(errors plain | tr '\n' ' ')" "$points 0 0 "

# --- 10,000 points ----------------------------------------------------------------------------
awk -F, -v OFS=, 'NR == 1 {print; next} {line[++n] = $0} END {for (i = 0; i < 10000; i++) {$0 = line[i % n + 1]
  $24 *= 1 + i / 5000; $35 *= 1 + i * 7 % 9973 / 4000; $30 *= 1 + i * 13 % 9967 / 6000; $15 += 0; print}}' "$work/totals.csv" > "$work/ten.csv"
"$serac" report "$work/ten.csv" --format html --out "$work/ten" > "$logs/log" 2>&1 || fails "report of 10,000: $(cat "$logs/log")"
driven "$work/ten/report.html" "$work/ten-driven.html" "window.only_open = true;"
open ten "$work/ten-driven.html"
is "10,000 points: in the table, errors" "$(said ten points) $(errors ten | tr '\n' ' ')" "10000 0 0 "
holds "milliseconds until they are there" "$(said ten ready)" "<" 10000
summary "$count checks of the page in Chromium: $points points of $(cut -d ' ' -f 1 "$work/verdict") cells, sorting, filters, brushing; 10,000 points open in $(said ten ready) ms"
