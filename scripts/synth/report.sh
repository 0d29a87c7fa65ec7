#!/bin/sh
# report.sh OUT NAME TECH PERIOD UNIT_NS LIBERTY WIRE_FF - the result of synth.sh in words and as
# OUT/result.cfg: area by unit, clock, critical path. PERIOD is the clock's in timing.txt, in
# time units of UNIT_NS.
set -eu
out=$1 name=$2 tech=$3 period=$4 unit_ns=$5 liberty=$6 wire=$7
ns=$(awk "BEGIN {print $period * $unit_ns}")

# Worst endpoint of each unit: instance path without indices; pins of the top are io.
awk -v period="$period" -v unit_ns="$unit_ns" '
  $NF ~ /^\((MET|VIOLATED)\)$/ && NF >= 5 && $2 ~ /^\(/ {
    path = $1
    gsub(/\\/, "", path); gsub(/gen_[a-z_]*(\[[0-9]+\])?\./, "", path); gsub(/\[[0-9]+\]/, "", path)
    if (!sub(/\/[^\/]*\/[^\/]*$/, "", path)) path = "io"          # the cell and its pin
    gsub(/\//, ".", path)
    delay = (period - $(NF - 1)) * unit_ns
    if (!(path in worst) || delay > worst[path]) worst[path] = delay
  }
  END {for (p in worst) printf "%s,%.6g\n", p, worst[p]}' "$out/timing.txt" | sort -t, -k2 -g -r > "$out/endpoints.csv"

# The critical path: the worst of the groups (clock gates are one of their own).
path=$(awk '$1 == "Startpoint:" {s = $2} $1 == "Endpoint:" {e = $2}
  $2 == "slack" && s != "" {if (w == "" || $1 < m) {m = $1; w = s " " e} s = ""} END {print w}' "$out/timing.txt")
path=$(echo "$path" | sed 's/\\//g')
start=${path% *} end=${path#* }
{
  echo "design = \"$name\";"
  echo "technology = \"$tech\";"
  echo "liberty = \"$(basename "$liberty")\";"
  echo "period_ns = $ns;"
  echo "start = \"$start\";"
  echo "end = \"$end\";"
} > "$out/result.cfg"

echo
echo "$name in $tech ($(basename "$liberty")): area by unit, um2"
awk -F, 'NR > 1 {
    depth = $1 == "" ? 0 : gsub(/\./, ".", $1) + 1
    n++; path[n] = $1; module[n] = $2; count[n] = $3; cells[n] = $4; macros[n] = $5; level[n] = depth
    if (NR == 2) total = $4 + $5
  }
  END {
    printf "  %-42s %-20s %9s %13s %13s %6s\n", "unit", "module", "instances", "cells", "memories", "share"
    for (i = 1; i <= n; i++) {
      name = path[i]; sub(/.*\./, "", name); if (name == "") name = "total"
      printf "  %-42s %-20s %9d %13.1f %13.1f %5.1f%%\n", sprintf("%*s%s", 2 * level[i], "", name),
             module[i], count[i], cells[i], macros[i], 100 * (cells[i] + macros[i]) / total
    }
  }' "$out/area.csv"
echo
echo "clock $(awk "BEGIN {printf \"%.1f\", 1000 / $ns}") MHz, period $(awk "BEGIN {printf \"%.3f\", $ns}") ns"
echo "critical path from $start"
echo "                to $end"
echo "slowest units (ns to their registers):"
head -6 "$out/endpoints.csv" | awk -F, '{printf "  %8.3f  %s\n", $2, $1}'
echo "wires in the clock: $wire fF a fanout, estimated (sim/netlist/liberty.h); not included: wires in area, clock tree; a clock gate counts as a cell"
echo "written: $out/netlist.json, netlist.v, area.csv, endpoints.csv, timing.txt, result.cfg"
