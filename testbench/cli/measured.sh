#!/bin/sh
# Figures of scripts/synth/measured are of this RTL and this flow, or it is said that they are older: measuring takes
# hours, so that is no failure.
set -u
old=
count=0
for file in scripts/synth/measured/*.csv; do
  case $file in *-energy.csv | *-units.csv) continue ;; esac
  tech=$(basename "$file" .csv)
  count=$((count + 1))
  [ "$(sed -n '1s/^# rtl //p' "$file")" = "$(TECH=$tech scripts/synth/measure.sh --hash)" ] || old="$old $tech"
done
[ "$count" -gt 0 ] || { echo "nothing is measured"; exit 1; }
[ -z "$old" ] || { echo "measured with other sources than these:$old (TECH=... make fit)"; exit 77; }
echo "$count measured, with these sources"
