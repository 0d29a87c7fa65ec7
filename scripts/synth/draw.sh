#!/bin/sh
# draw.sh SEED SMALL LARGE DIR - draws designs at random, for tests of a fit: SMALL of 128 to
# 2,048 bit products per cycle (gate-level energy), LARGE of up to 32,768 (area and clock).
#
# The designs left out of every fit are `scripts/synth/draw.sh 20261125 10 6
# scripts/synth/heldout`, drawn before the first fit; none may be dropped or fitted. Those
# that are fitted are `scripts/synth/draw.sh 8 7 5 scripts/synth/fitting`.
# Shapes, planes, buffers and bus are independent and uniform in their logarithms; a shape
# outside the bounds or refused by `serac describe` is drawn again.
set -eu
cd "$(dirname "$0")/../.."
[ $# = 4 ] || { sed -n '2,10s/^# *//p' "$0" >&2; exit 2; }
seed=$1 small=$2 large=$3 dir=$4
mkdir -p "$dir"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One candidate a line, forever; Lehmer's generator, exact in awk's numbers.
awk -v x="$seed" -v want="$((2000 * (small + large)))" '
  function below(n) { x = (x * 16807) % 2147483647; return int(x / 2147483647 * n) }
  function power(low, high) { return 2 ^ (low + below(high - low + 1)) }
  BEGIN {
    for (i = 0; i < want; i++)
      print power(0, 5), power(0, 5), power(3, 9), power(0, 3), power(0, 3), power(11, 17), power(11, 17),
            power(11, 15), power(9, 13), power(6, 8), 1 + below(16), power(0, 4), 1 + below(4)
  }' > "$work/candidates"

number=0
while read -r rows cols lanes wgt act wbytes abytes obytes pbytes axi outstanding requant queue; do
  products=$((rows * cols * lanes * wgt * act))
  if [ "$products" -ge 128 ] && [ "$products" -le 2048 ] && [ "$small" -gt 0 ]; then kind=small
  elif [ "$products" -gt 2048 ] && [ "$products" -le 32768 ] && [ "$large" -gt 0 ]; then kind=large
  else continue; fi
  file=$work/design.cfg
  name=$(printf '%s-%02d' "$(basename "$dir")" $((number + 1)))
  [ "$(basename "$dir")" = heldout ] && use='left out of every fit' || use='fitted'
  cat > "$file" << EOF
# $name.cfg - $use (scripts/synth/draw.sh $seed): $products bit products a cycle.
rows = $rows;
cols = $cols;
lanes = $lanes;
weight_planes = $wgt;
act_planes = $act;
weight_buffer_bytes = $wbytes;
act_buffer_bytes = $abytes;
output_buffer_bytes = $obytes;
param_buffer_bytes = $pbytes;
axi_bits = $axi;
outstanding = $outstanding;
requant_lanes = $requant;
queue_depth = $queue;
EOF
  build/serac describe --design "$file" --parameters > /dev/null 2>&1 || continue
  mv "$file" "$dir/$name.cfg"
  number=$((number + 1))
  if [ "$kind" = small ]; then small=$((small - 1)); else large=$((large - 1)); fi
  [ $((small + large)) -gt 0 ] || break
done < "$work/candidates"
[ $((small + large)) = 0 ] || { echo "draw: $((small + large)) designs are missing" >&2; exit 1; }
echo "draw: $number designs in $dir"
