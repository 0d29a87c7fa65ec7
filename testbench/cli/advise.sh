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

answer camera-detection 2/8 parallel 4
answer click-through 4/8 parallel
answer code-generation 4/8 weight-serial
answer driving 8/8 parallel
answer finance 8/8 parallel
answer game-agent 2/8 weight-serial
answer keyword-spotting 2/8 parallel
answer legal 8/8 weight-serial
answer medical-imaging 8/8 parallel
answer no-low-bit-hardware 4/8 -
answer recommendation-ranking 4/8 parallel
answer small-model 4/8 parallel
answer streaming-speech 4/8 parallel
answer translation 4/8 weight-serial
answer video-segmentation 2/8 parallel 4
answer wearable 1/8 parallel

listed=$(grep -c '^answer ' "$0")
shipped=$(find configs/profiles -name '*.cfg' | wc -l)
if [ "$listed" != "$shipped" ] || [ "$count" != "$shipped" ]; then
  echo "FAIL: $shipped profiles, $listed listed, $count asked"
  bad=1
fi
refuse=$(grep '^answer ' "$0" | grep -cE ' (8/8|4/8|4/4) ')
[ "$refuse" -ge 3 ] || { echo "FAIL: only $refuse profiles refuse 2 bits"; bad=1; }
[ $bad = 0 ] && echo "$count profiles answered as expected, $refuse of them without 2 bits"
exit $bad
