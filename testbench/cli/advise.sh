#!/bin/sh
# What serac advise answers for every profile that ships, and that its reasons hold.
#
# The answers follow from reports/accuracy.csv and the cycle model: if either changes, read why
# before a line below is changed.
set -eu
serac=build/serac
bad=0
count=0

# answer PROFILE WEIGHT_BITS/ACT_BITS DESIGN [HEAD_BITS]: "none" where no width meets every limit.
answer() {
  count=$((count + 1))
  want="$2 $3 ${4:-}"
  code=0
  json=$($serac advise "$1" --json) || code=$?
  got=$(printf '%s' "$json" | jq -r 'if .answer == null then "none - " else
    "\(.answer.weight_bits)/\(.answer.act_bits) \(.answer.design // "-") \(.head_weight_bits // "")" end')
  expected=0
  [ "$2" != none ] || expected=1
  if [ "$got" != "$want" ] || [ "$code" != "$expected" ]; then
    echo "FAIL $1: '$got', exit code $code; expected '$want', $expected"
    bad=1
  fi
  # What was chosen breaks no limit, and of the others that break none has no less energy.
  printf '%s' "$json" | jq -e '.answer as $a | $a == null or ($a.excluded == "" and
    all(.points[] | select(.excluded == "" and .devices == $a.devices and .energy_uj != null);
      .energy_uj >= $a.energy_uj))' > /dev/null || { echo "FAIL $1: another point has less energy"; bad=1; }
}

answer camera-detection 2/2 serial 4
answer click-through 2/8 serial
answer code-generation 8/8 weight-serial
answer driving 8/8 parallel
answer finance 8/8 parallel
answer game-agent 2/2 serial
answer keyword-spotting 2/2 weight-serial
answer legal 8/8 weight-serial
answer medical-imaging 8/8 parallel
answer no-low-bit-hardware 4/8 -
answer recommendation-ranking 2/8 weight-serial
answer small-model 4/4 parallel
answer streaming-speech 2/2 weight-serial
answer translation 4/4 weight-serial
answer video-segmentation 2/2 parallel 4
answer wearable 1/8 parallel

listed=$(grep -c '^answer ' "$0")
shipped=$(find configs/profiles -name '*.cfg' | wc -l)
if [ "$listed" != "$shipped" ] || [ "$count" != "$shipped" ]; then
  echo "FAIL: $shipped profiles, $listed listed, $count asked"
  bad=1
fi
# The table is that of the rows which were measured.
{
  sed -n 1p scripts/train/measured/text-1.csv
  for rows in scripts/train/measured/*.csv; do sed 1d "$rows"; done
} | cmp -s - reports/accuracy.csv || { echo "FAIL: reports/accuracy.csv: run scripts/train/accuracy.py --collect"; bad=1; }
refuse=$(grep '^answer ' "$0" | grep -cE ' (8/8|4/8|4/4) ')
[ "$refuse" -ge 3 ] || { echo "FAIL: only $refuse profiles refuse 2 bits"; bad=1; }
# Of a network's own tune: the answer is one of what was measured there, and the cheapest within the limits.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
$serac tune fashion-w8 --budget accuracy=0.02 --widths 4,2 --act-widths 4,2 --data fashion-mnist-500 --images 100 \
  --evaluations 8 -o "$work" > "$work/text" 2> /dev/null
$serac advise wearable --tune "$work" --json > "$work/advice"
jq -e '.answer as $a | .points[0].widths == "8/8" and .points[0].loss == 0 and ($a.widths | test("[24]")) and
  $a.loss <= 8 and all(.points[] | select(.excluded == ""); .energy_uj >= $a.energy_uj) and
  any(.points[]; .excluded | test("loss .* > 8.000"))' "$work/advice" > /dev/null ||
  { echo "FAIL: wearable by a tune"; cat "$work/advice"; bad=1; }
energy=$(jq -r '.answer.energy_uj' "$work/advice")
measured=$($serac export "$work" --json | jq --argjson e "$energy" '[.[] | select(.energy_uj == $e)] | length')
[ "$measured" -ge 1 ] || { echo "FAIL: $energy uJ was not measured by the tune"; bad=1; }
$serac advise medical-imaging --tune "$work" --json | jq -e '.answer.widths == "8/8"' > /dev/null ||
  { echo "FAIL: medical-imaging by a tune"; bad=1; }
for profile in code-generation no-low-bit-hardware; do
  code=0
  $serac advise $profile --tune "$work" 2> /dev/null || code=$?
  [ $code = 2 ] || { echo "FAIL: $profile by a tune: exit code $code, expected 2"; bad=1; }
done

[ $bad = 0 ] && echo "$count profiles answered as expected, $refuse of them without 2 bits"
exit $bad
