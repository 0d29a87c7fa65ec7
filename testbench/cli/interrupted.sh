#!/bin/sh
# Ended in the middle, or without room: SIGINT, SIGTERM and SIGKILL at random moments of infer, cosim and import, a full
# disk, a folder that cannot be written, no standard output. No result is half there, nothing is left beside it, what
# stood there before stays whole, and the next run has the results of one that was let alone. Sweeps: sweep_kill.sh.
# SEED=n: other moments.
set -u
. testbench/data/cli_lib.sh
work=build/cli/interrupted
logs=build/cli/interrupted-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"
random=${SEED:-1}
hits=0

clock() { date +%s%3N; }

# moment MS: a random part of that time, in seconds.
moment() {
  random=$(((random * 1103515245 + 12345) % 2147483648))
  awk -v r=$random -v t="$1" 'BEGIN {print t / 1000 * (r / 65536 % 1000) / 1000}'
}

# stopped WHAT TIMES SIGNALS FILE ARGUMENT...: ends `serac ARGUMENT...`, which writes $work/FILE, TIMES times by each signal.
stopped() {
  what=$1 times=$2 signals=$3 file=$4
  shift 4
  start=$(clock)
  "$serac" "$@" > "$logs/whole.out" 2> "$logs/err" || fails "$what: $(head -n 1 "$logs/err")"
  whole=$(($(clock) - start))
  mv "$work/$file" "$logs/whole"
  before=$(find "$work" | sort)
  for signal in $signals; do
    hit=0
    bad=
    for _ in $(seq "$times"); do
      env --default-signal=INT "$serac" "$@" > "$logs/out" 2> "$logs/err" &   # sh has it ignored
      pid=$!
      sleep "$(moment "$whole")"
      kill -"$signal" $pid 2> /dev/null
      wait $pid 2> /dev/null
      code=$?
      [ $code -gt 128 ] && hit=$((hit + 1)) && hits=$((hits + 1))
      case $code in 0 | 130 | 137 | 143) ;; *) bad="exit code $code" ;; esac
      if [ -e "$work/$file" ] && ! cmp -s "$work/$file" "$logs/whole"; then bad="another $file"; fi
      rm -f "$work/$file"
      # Nothing can clean up behind SIGKILL; the next run must not mind what is there.
      [ "$signal" = KILL ] || [ "$(find "$work" | sort)" = "$before" ] ||
        bad="left $(find "$work" -newer "$logs/whole.out" -type f | head -n 1)"
    done
    is "$what, SIG$signal, $hit of $times in time" "$bad" ""
  done
  "$serac" "$@" > "$logs/out" 2>&1
  is "$what: again, whole" "$(cmp "$logs/whole" "$work/$file" && echo same)" same
  rm -f "$work/$file" "$work/$file".*
}

net=configs/networks/fashion-w2.cfg
stopped "infer --outputs" 4 "INT TERM KILL" out.txt infer fashion-w2 --limit 200 --outputs "$work/out.txt"
stopped "infer --trace" 4 "INT TERM KILL" t.json infer fashion-w2 --design tiny --limit 100 --trace "$work/t.json"
# The libraries of the RTL are built before, once.
for end in json vcd; do
  "$serac" cosim --network example --design tiny --trace "$work/c.$end" > "$logs/out" 2>&1 || fails "cosim: $(tail -n 1 "$logs/out")"
  rm "$work/c.$end"
  stopped "cosim --trace, .$end" 3 "INT TERM KILL" "c.$end" cosim --network example --design tiny --trace "$work/c.$end"
done
stopped "compile" 3 "INT TERM KILL" p.prog compile $net --design tiny -o "$work/p.prog"
printf 'Layer,M,N,K,\n' > "$logs/t.csv"
seq 400 | awk '{print "l" $1 "," $1 ",8,16,"}' >> "$logs/t.csv"
stopped "import" 3 "INT TERM KILL" t.cfg import "$logs/t.csv" -o "$work/t.cfg"
rm -f "$work"/*
[ $hits -gt 0 ] || fails "every command ended before it was stopped"

# --- no room: a file that may not grow, and what stood there before ---
# full WHAT FILE CODE ARGUMENT...
full() {
  what=$1 file=$2 wanted=$3
  shift 3
  echo "stood here before" > "$work/$file"
  before=$(find "$work" | sort)
  (
    trap '' XFSZ
    ulimit -f 1
    "$serac" "$@" 2>&1 > /dev/null | cat > "$logs/err"
    "$serac" "$@" > /dev/null 2>&1
  )
  is "$what on a full disk: exit code" $? "$wanted"
  is "$what on a full disk: one line" "$(wc -l < "$logs/err")" 1
  is "$what on a full disk: names the file" "$(grep -c "$file.*cannot be written: " "$logs/err")" 1
  is "$what on a full disk: what was there" "$(cat "$work/$file")" "stood here before"
  is "$what on a full disk: nothing beside it" "$(find "$work" | sort)" "$before"
  rm -f "$work/$file"
}
full "infer --outputs" o.txt 2 infer fashion-w2 --limit 200 --outputs "$work/o.txt"
full "infer --trace" t.json 2 infer fashion-w2 --design tiny --limit 1 --trace "$work/t.json"
full "compile" p.prog 2 compile $net --design tiny -o "$work/p.prog"
full "compile --c-array" p.c 2 compile $net --design tiny --c-array -o "$work/p.c"
full "import" t.cfg 2 import "$logs/t.csv" -o "$work/t.cfg"

# --- no room behind standard output, and none at all ---
for command in "describe" "infer example --limit 1 --json" "infer example --limit 1 --csv" "shapes bert-tiny" "--help" "infer --help"; do
  for to in /dev/full closed; do
    # shellcheck disable=SC2086
    if [ $to = closed ]; then "$serac" $command 2> "$logs/err" >&-; else "$serac" $command 2> "$logs/err" > $to; fi
    is "$command > $to: exit code" $? 3
    is "$command > $to" "$(cut -c1-41 "$logs/err")" "serac: standard output: cannot be written"
  done
done
# A file that is opened while standard output is closed must not get what is printed.
"$serac" compile $net --design tiny -o "$work/p.prog" > /dev/null
cp "$work/p.prog" "$logs/whole"
"$serac" compile $net --design tiny -o "$work/p.prog" 2> /dev/null >&-
is "compile with standard output closed" "$(cmp "$logs/whole" "$work/p.prog" && echo same)" same
"$serac" compile $net --design tiny -o "$work/p.prog" < /dev/null 2>&- > /dev/null
is "compile with standard error closed" "$(cmp "$logs/whole" "$work/p.prog" && echo same)" same

# --- nowhere to write: /proc takes no files, whoever asks ---
for command in "infer example --limit 1 --outputs /proc/o.txt" "infer example --limit 1 --trace /proc/o.json" \
  "compile $net --design tiny -o /proc/o.prog" "import $logs/t.csv -o /proc/o.cfg"; do
  # shellcheck disable=SC2086
  refused "${command%% *} to a folder that takes no files" "cannot be written: " $command
done
refused "sweep to a folder that takes no files" "/proc/o: " sweep example --out /proc/o
summary "$count checks: $hits signals at random moments, full disks, closed outputs"
