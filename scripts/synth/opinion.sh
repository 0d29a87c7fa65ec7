#!/bin/sh
# opinion.sh - energies of units by another program: OpenSTA prices the toggles that synth_unit counts.
#
#     make opinion TECH=sg13g2          # Markdown, on stdout; also build/synth/TECH/opinion.csv
#
# Units as in units.sh, 8-bit operands, without glitches. What each column is, and what OpenSTA is
# not asked for, stands in opinion.py. UNITS="8:8 1:1" chooses pairs of planes, "int8" the plain unit.
set -eu
cd "$(dirname "$0")/../.."
tech=${TECH:-osu018}
out=build/synth/$tech/opinion.csv
mkdir -p "build/synth/$tech"
echo "unit,$(python3 scripts/synth/opinion.py --fields)" > "$out.part"
for unit in ${UNITS:-int8 8:8 4:4 2:2 1:8 1:1}; do
  if [ "$unit" = int8 ]; then
    top=int8_unit pw=8 pa=8 lanes=8 parameters="Lanes=8" title=INT8
  else
    pw=${unit%:*} pa=${unit#*:}
    top=serac_dpu lanes=$((512 / (pw * pa))) title="($pw;$pa)"
    parameters="Lanes=$lanes WgtPlanes=$pw ActPlanes=$pa"
  fi
  dir=build/synth/$tech/$(echo "$top $parameters" | sed 's/[A-Za-z]*=//g; s/ /-/g')
  UNIT="$top $parameters" scripts/synth/synth.sh > "$out.log" 2>&1 || { tail -1 "$out.log" >&2; exit 2; }
  build/synth_unit --pins "$dir/pins" "$dir" "$top" "$lanes" "$pw" "$pa" 8 8 > /dev/null
  echo "$title,$(python3 scripts/synth/opinion.py "$dir" "$dir/pins")" >> "$out.part"
done
mv "$out.part" "$out"
awk -F, -v tech="$tech" 'function by(x, y) {return sprintf("%+.2f", 100 * (x / y - 1))}
  NR == 1 {
    printf "Units in %s, fJ a cycle and nW here, OpenSTA'\''s difference in %% (`make opinion TECH=%s`):\n\n", tech, tech
    print "| unit | cells | internal | same transition time | its own, clock pins ours | its own | report_power | switching | by OpenSTA | leakage | by OpenSTA |"
    print "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"; next
  }
  {
    sub(/;/, ",", $1)
    printf "| %s | %d | %.0f | %s | %s | %s | %s | %.0f | %s | %.3g | %s |\n", $1, $2, $3, by($4, $3), by($5, $3),
      by($6, $3), by($7, $3), $8, by($9, $8), $11, by($12, $11)
  }' "$out"
