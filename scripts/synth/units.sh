#!/bin/sh
# units.sh - dot-product units of every kind beside a plain INT8 unit of equal throughput.
#
#     make units TECH=sg13g2            # Markdown, on stdout; also build/synth/TECH/units.csv
#
# Each does eight 8 x 8-bit multiply-accumulates a cycle (int8_unit.v has eight lanes). Area
# and clock as synth.sh gives them for the unit alone, energy on uniform random signed operands
# (unit.c), with the glitches that the gates' delays make; without what feeds the unit.
set -eu
cd "$(dirname "$0")/../.."
tech=${TECH:-osu018}
out=build/synth/$tech/units.csv
mkdir -p "build/synth/$tech"
echo "unit,lanes,um2,ns,fj_8x8,fj_4x4,fj_2x2,fj_1x1,settled_fj_8x8,compared" > "$out.part"

# unit TITLE TOP LANES PW PA PARAMETERS WIDTHS
unit() {
  title=$1 top=$2 lanes=$3 pw=$4 pa=$5 parameters=$6 widths=$7
  dir=build/synth/$tech/$(echo "$top $parameters" | sed 's/[A-Za-z]*=//g; s/ /-/g')
  UNIT="$top $parameters" scripts/synth/synth.sh > "$out.log" 2>&1 || { tail -1 "$out.log" >&2; exit 2; }
  ns=$(sed -n 's/^period_ns = \(.*\);/\1/p' "$dir/result.cfg")
  line='' um2='' compared=0 settled=''
  for width in 8 4 2 1; do
    case " $widths " in
    *" $width "*)
      result=$(build/synth_unit "$dir" "$top" "$lanes" "$pw" "$pa" "$width" "$width")
      um2=${result%%,*}
      line=$line,$(echo "$result" | cut -d, -f6)
      [ $width != 8 ] || settled=$(echo "$result" | cut -d, -f2)
      compared=$((compared + $(echo "$result" | cut -d, -f5))) ;;
    *) line=$line, ;;
    esac
  done
  echo "$title,$lanes,$um2,$ns$line,$settled,$compared" >> "$out.part"
}
unit INT8 int8_unit 8 8 8 "Lanes=8" 8
for pair in 8:8 4:8 8:4 4:4 2:8 8:2 2:4 4:2 2:2 1:8 8:1 1:4 4:1 1:2 2:1 1:1; do
  pw=${pair%:*} pa=${pair#*:}
  lanes=$((512 / (pw * pa)))
  unit "($pw;$pa)" serac_dpu $lanes "$pw" "$pa" "Lanes=$lanes WgtPlanes=$pw ActPlanes=$pa" "8 4 2 1"
done
mv "$out.part" "$out"
awk -F, -v tech="$tech" 'NR == 1 {
    printf "Units of eight 8 x 8-bit multiply-accumulates a cycle in %s (`make units TECH=%s`):\n\n", tech, tech
    print "| unit | lanes | um2 | to INT8 | ns | fJ per MAC at 8 x 8 bits | to INT8 | without glitches | 4 x 4 | 2 x 2 | 1 x 1 |"
    print "|---|---|---|---|---|---|---|---|---|---|---|"; next
  }
  NR == 2 {area = $3; energy = $5}
  {
    sub(/;/, ",", $1)
    printf "| %s | %d | %.0f | %.2f | %.2f | %.0f | %.2f | %.0f", $1, $2, $3, $3 / area, $4, $5, $5 / energy, $9
    for (i = 6; i <= 8; i++) printf $i == "" ? " | " : " | %.0f", $i
    print " |"
  }' "$out"
