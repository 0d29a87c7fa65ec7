#!/bin/sh
# A sweep killed at random moments loses and repeats nothing: killed (SIGKILL) and gone on with
# until it is done, it has the results of one that was not. SEED=n: other moments.
# Files that cannot be written are one clear line.
set -u
. testbench/data/cli_lib.sh
work=build/cli/sweep-kill
logs=build/cli/sweep-kill-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"

cat > "$work/net.cfg" << END
name = "net"; source = "$0";
layers = (
  { name = "a"; op = "conv"; input = [112, 112, 32]; out_channels = 128; kernel = [3, 3]; pad = [1, 1, 1, 1]; },
  { name = "b"; op = "gemm"; m = 64; k = 256; n = 64; } );
END
cat > "$work/many.cfg" << END
designs = ["tiny", "parallel"];
design = { requant_lanes = [2, 4]; outstanding = [4, 8, 16]; };
workloads = ["$work/net.cfg"];
weight_bits = [2, 4, 8];
act_bits = [8];
batch = [1, 2];
constraints = ["requant_lanes == 4 || outstanding != 4", "cycles > 0"];
END
points=60
sed 's/, "parallel"\]/]/; s/\[2, 4, 8\]/[2]/' "$work/many.cfg" > "$work/few.cfg"
# clock: milliseconds.
clock() { date +%s%3N; }
start=$(clock)
"$serac" sweep "$work/many.cfg" --out "$work/whole" --jobs 2 > "$logs/whole" 2>&1 || fails "sweep: $(cat "$logs/whole")"
whole=$(($(clock) - start))
"$serac" sweep "$work/few.cfg" --out "$work/few" --jobs 2 > "$logs/few" 2>&1 || fails "sweep: $(cat "$logs/few")"
"$serac" export "$work/few" > "$work/few.csv"
"$serac" export "$work/whole" > "$work/whole.csv"
is "points" "$("$serac" export "$work/whole" --totals | tail -n +2 | wc -l)" $points

# --- killed: the parent, and with it its workers ---
random=${SEED:-1}
kills=0
there=0
while [ $kills -lt 12 ] && [ "$there" -lt $points ]; do
  random=$(((random * 1103515245 + 12345) % 2147483648))
  "$serac" sweep "$work/many.cfg" --out "$work/killed" --jobs 2 > "$logs/killed" 2>&1 &
  pid=$!
  sleep "$(awk -v r=$random -v t="$whole" 'BEGIN {print t / 1000 * (0.15 + r % 1000 / 1600)}')"
  workers=$(cat /proc/$pid/task/$pid/children 2> /dev/null)
  kill -9 $pid 2> /dev/null && kills=$((kills + 1))
  wait $pid 2> /dev/null
  sleep 0.1
  for worker in $workers; do
    state=$(sed 's/.*) \(.\).*/\1/' "/proc/$worker/stat" 2> /dev/null)
    case $state in '' | Z) ;; *) fails "worker $worker lives on: $state" ;; esac
  done
  now=$("$serac" export "$work/killed" --totals 2> /dev/null | tail -n +2 | wc -l)
  [ "$now" -ge "$there" ] || fails "after kill $kills: $now points, $there before it"
  there=$now
done
[ $kills -gt 0 ] || fails "the sweep ended before it was killed"
[ "$there" -gt 0 ] || fails "nothing was kept of $kills killed runs"
"$serac" sweep "$work/many.cfg" --out "$work/killed" --jobs 2 > "$logs/end" 2>&1 || fails "going on: $(cat "$logs/end")"
is "points run at the end, after $kills kills" "$(sed -n 's/.* \([0-9]*\) run now$/\1/p' "$logs/end")" $((points - there))
"$serac" export "$work/killed" > "$work/killed.csv"
is "results of the killed sweep" "$(cmp "$work/whole.csv" "$work/killed.csv" && echo same)" same
is "nothing left over" "$(ls "$work/killed")" results.db

# --- stopped: a signal lets running points end, and keeps them ---
"$serac" sweep "$work/few.cfg" --out "$work/stopped" --jobs 1 > "$logs/stopped" 2>&1 &
pid=$!
sleep 0.2
kill -TERM $pid
wait $pid
is "exit code after a signal" $? 130
"$serac" sweep "$work/few.cfg" --out "$work/stopped" --jobs 2 > "$logs/end" 2>&1
"$serac" export "$work/stopped" > "$work/stopped.csv"
is "results of the stopped sweep" "$(cmp "$work/few.csv" "$work/stopped.csv" && echo same)" same

# --- progress on a terminal: how many, how fast, how long ---
rm -rf "$work/terminal"
script -qec "$serac sweep $work/few.cfg --out $work/terminal --jobs 2" /dev/null > "$logs/terminal" 2>&1
is "progress with rate and time left" \
  "$(tr '\r' '\n' < "$logs/terminal" | grep -c '^points [0-9]*/10, [0-9.]*/s, [0-9]* s left')" \
  "$(tr '\r' '\n' < "$logs/terminal" | grep -c '^points [1-9]')"

# --- a full disk (a file that may not grow), a file that is another's ---
(
  trap '' XFSZ
  ulimit -f 64
  "$serac" sweep "$work/few.cfg" --out "$work/full" --jobs 2 > "$logs/out" 2> "$logs/err"
)
is "exit code of a full disk" $? 3
is "lines of a full disk" "$(wc -l < "$logs/err")" 1
is "its message" "$(cut -d: -f1-3 "$logs/err")" "serac: $work/full/results.db: cannot be written"
"$serac" sweep "$work/few.cfg" --out "$work/full" --jobs 2 > "$logs/end" 2>&1
"$serac" export "$work/full" > "$work/full.csv"
is "results when there is room again" "$(cmp "$work/few.csv" "$work/full.csv" && echo same)" same
mkdir "$work/other"
echo "not a database" > "$work/other/results.db"
for command in "sweep $work/few.cfg --out" "export" "report" "pareto --min cycles" "merge $work/whole"; do
  # shellcheck disable=SC2086
  refused "${command%% *} of another file" "other/results.db: damaged, or no file of results" $command "$work/other"
done
refused "export of nothing" "results.db: cannot be read: No such file" export "$work"
refused "merge of nothing" "results.db: cannot be read: No such file" merge "$work/new" "$work"
summary "$count checks of a sweep of $points points, killed $kills times, stopped, on a full disk"
