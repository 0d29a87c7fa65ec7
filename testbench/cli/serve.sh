#!/bin/sh
# serac serve-sim: what one batch takes is what a sweep says, as few devices as asked are enough and
# one less is not, a seed repeats it; bad scenarios are refused.
# That waiting is right is for unit/test_requests.
set -u
. testbench/data/cli_lib.sh
work=build/cli/serve
logs=build/cli/serve-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"

# close WHAT GOT WANTED: to 1e-4, as cells have six digits.
close() {
  is "$1 ($2)" "$(awk -v a="$2" -v b="$3" 'BEGIN {print (b > 0 && a / b < 1.0001 && a / b > 0.9999)}')" 1
}
# rows SCENARIO OPTION...: as JSON.
rows() { "$serac" serve-sim "$@" --json 2> "$logs/err" || fails "serve-sim $*: $(cat "$logs/err")" >&2; }

echo '0.5' > "$work/one.txt"
printf '1\n1\n1\n1\n' > "$work/four.txt"
cat > "$work/one.cfg" << END
workload = "keyword-spotting"; designs = ["parallel"]; precisions = ["8/8", "2/8"]; trace = "one.txt";
END
sed 's/one.txt/four.txt/; s/$/ max_batch = [4]; max_wait_us = 50.0;/' "$work/one.cfg" > "$work/four.cfg"
cat > "$work/sweep.cfg" << END
designs = ["parallel"]; workloads = ["keyword-spotting"]; precisions = ("8/8", "2/8"); batch = [1, 4];
END
cat > "$work/many.cfg" << END
workload = "keyword-spotting"; designs = ["parallel", "serial"]; precisions = ["8/8", "2/8"];
rates = [20000.0]; requests = 20000; latency_ms = 1.0; cost_per_device = 2.5;
END

# --- a batch is the sweep's point ---
"$serac" sweep "$work/sweep.cfg" --out "$work/sweep" --jobs 1 > "$logs/out" 2>&1 || fails "sweep: $(cat "$logs/out")"
"$serac" export "$work/sweep" --totals --json > "$logs/sweep.json"
# of_sweep BATCH WEIGHT_BITS EXPRESSION
of_sweep() { jq -r --argjson b "$1" --arg p "$2/8" "map(select(.batch == \$b and .precision == \$p))[0] | $3" "$logs/sweep.json"; }
for w in 8 2; do
  rows "$work/one.cfg:devices=[1,3]" > "$logs/one.json"
  row() { jq -r --argjson w $w "map(select(.weight_bits == \$w and .devices == $1))[0] | $2" "$logs/one.json"; }
  close "time of one request, w$w" "$(row 1 .time_us)" "$(of_sweep 1 $w .time_us)"
  close "its latency" "$(row 1 .latency_p99_us)" "$(of_sweep 1 $w .time_us)"
  close "its energy" "$(row 1 .energy_request_uj)" "$(of_sweep 1 $w .energy_uj)"
  close "its energy beside two idle devices" "$(row 3 .energy_request_uj)" "$(of_sweep 1 $w '.energy_uj + 2 * .energy_leakage_uj')"
  rows "$work/four.cfg" > "$logs/four.json"
  row() { jq -r --argjson w $w "map(select(.weight_bits == \$w))[0] | $1" "$logs/four.json"; }
  close "latency of four at once" "$(row .latency_p50_us)" "$(of_sweep 4 $w .time_us)"
  close "energy of each" "$(row .energy_request_uj)" "$(of_sweep 4 $w '.energy_uj / 4')"
done
is "two of four, one by one, wait" "$(rows "$work/four.cfg:max_batch=[2]:devices=[1]" | jq '.[0] | .latency_max_us > 1.9 * .latency_p50_us and .batch_mean == 2')" true

# --- devices for a rate ---
rows "$work/many.cfg" > "$logs/many.json"
is "rows" "$(jq length "$logs/many.json")" 4
is "sized rows that meet their limits, and cost" \
  "$(jq '[.[] | select(.load < 1 and .latency_p99_us <= 1000 and .devices == .devices_needed and .cost == 2.5 * .devices)] | length' "$logs/many.json")" 4
is "sizes that differ" "$(jq '[.[].devices] | unique | length > 1' "$logs/many.json")" true
for line in $(jq -r '.[] | "\(.design):\(.weight_bits):\(.devices)"' "$logs/many.json"); do
  design=${line%%:*}
  devices=${line##*:}
  width=${line#*:}
  width=${width%:*}
  [ "$devices" -gt 1 ] || { fails "$line: too few to take one away"; continue; }
  is "$design at $width bits on one device less than $devices" \
    "$(rows "$work/many.cfg" --design "$design" --devices $((devices - 1)) | jq --argjson w "$width" \
      'map(select(.weight_bits == $w))[0] | .load >= 1 or .latency_p99_us > 1000')" true
done
rows "$work/many.cfg" --design parallel --devices 1 > "$logs/over.json"
is "no latency where the queue only grows" "$(jq '[.[] | select(.load > 1 and (has("latency_p99_us") | not))] | length' "$logs/over.json")" 2
is "and there one device is always busy, at its rate" \
  "$(jq '[.[] | select(.busy > 0.999 and .throughput * .time_us > 999000 and .throughput * .time_us < 1000001)] | length' "$logs/over.json")" 2

# --- the same again; other arrivals; the three outputs ---
rows "$work/many.cfg" --seed 1 > "$logs/again.json"
is "seed 1 twice" "$(cmp "$logs/many.json" "$logs/again.json" && echo same)" same
rows "$work/many.cfg" --seed 2 > "$logs/other.json"
is "seed 2" "$(jq -c '[.[].latency_mean_us]' "$logs/many.json" "$logs/other.json" | sort -u | wc -l)" 2
is "CSV has the rows of JSON" "$("$serac" serve-sim "$work/many.cfg" --csv | tail -n +2 | cut -d, -f1,5,17)" \
  "$(jq -r '.[] | [.design, .weight_bits, .latency_p50_us] | @csv' "$logs/many.json" | tr -d '"')"
is "columns in every row" "$("$serac" serve-sim "$work/many.cfg" --csv | awk -F, '{print NF}' | sort -u)" 27
is "the table has them too" "$("$serac" serve-sim "$work/many.cfg" | grep -c '^parallel  \|^serial  ')" 4
is "the host's part is said" "$("$serac" serve-sim "$work/many.cfg" | grep -c "are the host's")" 1

# --- what cannot be ---
# with FILE SED: the scenario `many`, changed.
with() { sed "$2" "$work/many.cfg" > "$logs/$1"; }
with limit.cfg 's/latency_ms = 1.0/latency_ms = 0.2/; s/, "2\/8"//'
is "a limit below one request's time, met by one design" \
  "$(rows "$logs/limit.cfg" | jq -r '[.[] | select(.design == "serial") | .failed[0:9]][0], [.[] | select(.design == "parallel") | .devices_needed > 0][0]' | tr '\n' ' ')" "99 % with true "
with fit.cfg 's/keyword-spotting/efficientnet-b3/; s/20000.0/1.0/; s/20000/100/; s/= 1.0; cost/= 9e4; cost/; s/"parallel", //; s/"8\/8"/"8\/8", "1\/1"/'
is "widths that a design does not hold are rows of their own" \
  "$(rows "$logs/fit.cfg" | jq -r '[.[] | if .failed then (.failed | test("^layer |buffer")) else .devices_needed end] | join(" ")')" "true 1 true"
refused "nothing that can be served" "nothing can be served; the first: " serve-sim "$work/many.cfg:latency_ms=0.01" --design serial
echo 'workload = "keyword-spotting"; designs = ["tiny"]; precisions = ["8/8"];' > "$logs/neither.cfg"
bad() { refused "$1" "$2" serve-sim "$3"; }
bad "no such scenario" "not in configs/serving; there are" none
bad "unknown key" "many.cfg:rate=5: rate: unknown key (did you mean rates?)" "$work/many.cfg:rate=5"
bad "rate of nothing" "rates = 0" "$work/many.cfg:rates=[0]"
bad "half a request" "max_batch = 1.5: must be a whole number" "$work/many.cfg:max_batch=[1.5]"
bad "half a device" "devices = 2.5: must be a whole number" "$work/many.cfg:devices=[2.5]"
bad "large batch" "max_batch = 257" "$work/many.cfg:max_batch=[257]"
bad "warm-up of everything" "warm_up = 20000: must be less than requests, 20000" "$work/many.cfg:warm_up=20000"
bad "few requests" "requests = 5" "$work/many.cfg:requests=5"
bad "rates and a trace" "rates or trace: one of the two is required" "$work/many.cfg:trace=one.txt"
bad "neither" "rates or trace: one of the two is required" "$logs/neither.cfg"
bad "seed of a trace" "seed: only with rates" "$work/one.cfg:seed=2"
with width.cfg 's/"2\/8"/"9\/8"/'
bad "precision" "width.cfg:1: precisions: \"9/8\": must be W/A, both 1..8" "$logs/width.cfg"
with design.cfg 's/"serial"/"none"/'
bad "no such design" "none: not in configs/designs" "$logs/design.cfg"
bad "no such workload" "not in configs/workloads" "$work/many.cfg:workload=none"
bad "no such trace" "none.txt: No such file" "$work/one.cfg:trace=none.txt"
refused "rate for a trace" "--rate: the scenario is a trace" serve-sim "$work/one.cfg" --rate 5
refused "devices" "--devices 0: must be a number from 1 to 4096" serve-sim "$work/many.cfg" --devices 0
refused "rate" "--rate fast: must be requests per second" serve-sim "$work/many.cfg" --rate fast
refused "CSV and JSON" "one of them at a time" serve-sim "$work/many.cfg" --csv --json
printf '1\n0\n' > "$logs/falls.txt"
bad "a trace that falls" "falls.txt:2: earlier than the line before" "$work/one.cfg:trace=../serve-logs/falls.txt"
summary "$count checks of serve-sim: batches against a sweep, sizes, seeds, outputs, bad scenarios"
