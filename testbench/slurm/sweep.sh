#!/bin/sh
# scripts/sweep.sbatch on a real Slurm of two nodes on this machine: a sweep in shards has, row by row,
# the results of one process; also when a shard is killed midway, when a node goes down with its
# job, and when a shard fails until there are no more retries. `make test-slurm`.
# shellcheck disable=SC2317 # functions that soon calls
set -u
. testbench/data/cli_lib.sh
. testbench/slurm/cluster.sh
work=$PWD/build/slurm
logs=$work/logs
for program in munged slurmctld slurmd sbatch; do
  command -v $program > /dev/null || { echo "no $program: scripts/setup.sh --slurm"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "slurmd needs root"; exit 77; }
rm -rf "$work"
mkdir -p "$work" "$logs"

trap stop_cluster EXIT
trap 'exit 1' INT TERM

cat > "$work/sweep.cfg" << END
designs = ["tiny", "parallel"];
design = { requant_lanes = [2, 4]; outstanding = [4, 8, 16]; };
workloads = ["bert-tiny", "keyword-spotting"];
weight_bits = [1, 2, 4, 8];
act_bits = [4, 8];
batch = [1, 2, 3, 4];
constraints = ["requant_lanes == 4 || outstanding != 4", "time_us < 20000"];
END
shards=6
"$serac" sweep "$work/sweep.cfg" --out "$work/whole" --jobs 1 > "$logs/whole" 2>&1 || fails "sweep: $(cat "$logs/whole")"
"$serac" export "$work/whole" > "$work/whole.csv"
rows=$(wc -l < "$work/whole.csv")
start_cluster || { tail -n 3 "$cluster"/log/* >&2; fails "the cluster does not start"; summary ""; }

# submit NAME [RETRIES]: sets array, the first job.
submit() {
  array=$(RETRIES=${2:-3} scripts/sweep.sbatch "$work/sweep.cfg" "$work/$1" $shards | tee "$logs/$1" |
    sed -n 's/^shards [^:]*: job \([0-9]*\), merge: job [0-9]*$/\1/p')
  [ -n "$array" ] || fails "submit $1: $(cat "$logs/$1")"
}
idle() { [ -z "$(squeue -h -o %i)" ]; }
finish() { soon 300 idle || fails "$1: not done: $(squeue -o '%i %T %r' | tail -n +2 | tr '\n' ' ')"; }
same() {
  "$serac" export "$work/$1" > "$work/$1.csv" 2> /dev/null
  is "$2: rows as of one process, $rows" "$(cmp "$work/whole.csv" "$work/$1.csv" && echo same)" same
}
said() { grep -c "$2" "$work/$1/log/$3"; }
# points of shard $2; midway NAME I: it has some and is not done.
points() { "$serac" export "$work/$1/shards/$2-of-$shards" --totals 2> /dev/null | tail -n +2 | wc -l; }
midway() { [ "$(points "$1" "$2")" -gt 0 ] && [ ! -e "$work/$1/shards/$2-of-$shards/done" ]; }
runs_on() { [ "$(squeue -h -r -t R -w "$1" -n serac-sweep -o %F)" = "$2" ]; }

# --- nothing happens to it ---
submit plain
finish plain
same plain "in shards"
is "both nodes were used" "$(sed -n 's/^shard .* on //p' "$work"/plain/log/shard-*.log | sort -u | tr '\n' ' ')" "one two "
is "merged once, nothing retried" "$(said plain 'merged 6 shards' merge.log) $(said plain retrying merge.log)" "1 0"
submit plain
finish again
same plain "submitted again"
is "points run then" "$(tail -qn 1 "$work"/plain/log/shard-*.log | grep -c .) $(grep -h 'run now' "$work"/plain/log/shard-*.log |
  grep -c ' 0 run now')" "6 6"

# --- a shard is killed midway ---
submit killed
soon 60 midway killed 2 || fails "shard 2 was never midway"
scancel --full --signal=KILL "${array}_2"
finish killed
there=$(sed -n 's/.* \([0-9]*\) run now$/\1/p' "$work/killed/log/shard-2.log")
all=$(sed -n 's/.* \([0-9]*\) run now$/\1/p' "$work/plain/log/shard-2.log" | head -n 1)
same killed "a shard killed"
is "it was retried alone" "$(sed -n 's/^retrying: shards \([^:]*\):.*/\1/p' "$work/killed/log/merge.log")" 2
is "twice begun" "$(said killed '^shard 2/6, attempt' shard-2.log)" 2
is "and went on where it was: $there of $all points" "$([ "${there:-0}" -gt 0 ] && [ "$there" -lt "$all" ] && echo yes)" yes

# --- a node goes down with its job ---
submit down
soon 60 runs_on two "$array" || fails "no shard runs on node two"
lost=$(squeue -h -r -t R -w two -n serac-sweep -o %K)
soon 60 midway down "$lost" || fails "shard $lost was never midway"
kill_node two "^$serac sweep .*$work/down/shards/$lost-of-" || fails "node two cannot be killed"
before=$(points down "$lost")
soon 120 node_is two 'down*' || node_is two down || fails "node two is $(sinfo -h -n two -o %T)"
# A requeued job waits two minutes before it may start.
soon 30 scontrol update "JobId=${array}_$lost" StartTime=now || fails "shard $lost is not in the queue"
finish down
same down "a node down"
is "shard $lost was requeued, not retried" \
  "$(said down 'attempt 1, restart 1, on one' "shard-$lost.log") $(said down retrying merge.log)" "1 0"
is "it kept its $before points" "$(sed -n 's/.* \([0-9]*\) run now$/\1/p' "$work/down/log/shard-$lost.log" |
  awk -v b="$before" -v all="$(sed -n 's/.* \([0-9]*\) run now$/\1/p' "$work/plain/log/shard-$lost.log" | head -n 1)" \
    '{print ($1 > 0 && $1 < all)}')" 1
start_node two
soon 60 node_is two idle || fails "node two does not come back"

# --- a shard that always fails; then it can go on ---
mkdir -p "$work/bad/shards/3-of-6"
echo "not a database" > "$work/bad/shards/3-of-6/results.db"
submit bad 1
finish bad
is "a shard that always fails is tried twice" "$(said bad '^shard 3/6, attempt' shard-3.log)" 2
is "and named" "$(said bad '^shards 3 failed 2 times' merge.log)" 1
is "and nothing is merged" "$([ -e "$work/bad/results.db" ] || echo nothing)" nothing
rm "$work/bad/shards/3-of-6/results.db"
submit bad
finish mended
same bad "mended and submitted again"

# --- bad input, before anything is submitted ---
usage() {
  what=$1
  expected=$2
  shift 2
  code=0
  scripts/sweep.sbatch "$@" > "$logs/out" 2> "$logs/err" || code=$?
  is "$what" "$code $(wc -l < "$logs/err") $(grep -cF "$expected" "$logs/err")" "2 1 1"
}
usage "no arguments" "usage: scripts/sweep.sbatch"
usage "no shards" "SHARDS = 0: must be a number from 1 to 99999" "$work/sweep.cfg" "$work/none" 0
usage "many shards" "SHARDS = 100000: must be" "$work/sweep.cfg" "$work/none" 100000
SERAC=/nowhere/serac usage "no program" "/nowhere/serac: is not there" "$work/sweep.cfg" "$work/none" 2
is "and nothing was made" "$([ -e "$work/none" ] || echo nothing)" nothing
summary "$count checks: $shards shards on 2 nodes, a shard killed, a node down, a shard that fails; $rows rows equal each time"
