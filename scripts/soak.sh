#!/bin/sh
# soak.sh MINUTES - model = RTL on random designs, programs and memory timings, JOBS processes at a time.
#
# A round is a design drawn from its seed, its RTL built, and PROGRAMS (400) programs in lock step:
# every eighth the mapper's, the others any legal ones. Seeds count from SEED (1) up; a round says which bins it
# filled in build/soak/rounds/SEED.txt. No round begins after MINUTES, or after an interrupt; those that run
# end, and the rounds are added up in build/soak/total.txt. A program that differs is kept in
# build/soak/kept, shrunk, and the soak goes on. Fails if one did, or if nothing was compared.
cd "$(dirname "$0")/.." || exit 1
minutes=${1:?soak.sh MINUTES}
seed=${SEED:-1}
jobs=${JOBS:-$(nproc)}
programs=${PROGRAMS:-400}
dir=build/soak
end=$(($(date +%s) + minutes * 60))
export SERAC_RTL_OPT=-O1        # a design runs for seconds: half the time to build, as fast
unset SERAC_SIMULATOR SERAC_SLOW_POPCOUNT
rm -rf "$dir/rounds" "$dir/kept" "$dir/total.txt" "$dir/stop"
mkdir -p "$dir/rounds"

worker() { # NUMBER
  n=$((seed + $1))
  export SERAC_CACHE="$dir/cache-$1"
  mkdir -p "$SERAC_CACHE"
  while [ "$(date +%s)" -lt "$end" ] && [ ! -e "$dir/stop" ]; do
    log=$dir/rounds/$n.log
    build/serac cosim --random "$programs" --programs both --design random --seed "$n" --save "$dir/kept" \
      --count "$dir/rounds/$n.txt" > "$log" 2>&1
    code=$?
    case $code in
      0) grep 'bytes compared' "$log" | sed "s/^/seed $n: /" ;;
      1) mv "$log" "$dir/rounds/$n.differs"
        sed "s/^/seed $n: /" "$dir/rounds/$n.differs" ;;
      *) mv "$log" "$dir/rounds/$n.failed"
        sed "s/^/seed $n: exit $code: /" "$dir/rounds/$n.failed" ;;
    esac
    rm -f "$SERAC_CACHE"/*.so "$SERAC_CACHE"/*.log
    n=$((n + jobs))
  done
}

count() { # SUFFIX: files of rounds that end in it
  find "$dir/rounds" -name "*.$1" | wc -l
}

total() {
  done=$(count txt) differs=$(count differs) failed=$(count failed)
  find "$dir/rounds" -name '*.txt' -exec cat {} + | awk -F '\t' -v OFS='\t' '
    { key = $1 FS $2; if (!(key in sum)) order[++n] = key; sum[key] += $3 }
    END { for (i = 1; i <= n; i++) print order[i], sum[order[i]] }' > "$dir/total.txt"
  awk -F '\t' '
    $1 == "total" { of[$2] = $3; next }
    $1 == "planes x bits" { bins++; filled += $3 > 0; if (bins == 1 || $3 < least) least = $3; next }
    { if (!($1 in line)) order[++n] = $1
      line[$1] = line[$1] " " $2 ":" $3; hole[$1] = hole[$1] || $3 == 0 }
    END {
      for (i = 1; i <= n; i++) printf "%-27s%s%s\n", order[i], line[order[i]], hole[order[i]] ? "   <- empty bin" : ""
      printf "%-27s %d of %d filled, the least %d times\n", "planes x bits", filled, bins, least
      printf "%d runs, %.0f cycles and %.0f written bytes compared\n", of["runs"], of["cycles"], of["bytes"] }' \
    "$dir/total.txt"
  first=$(find "$dir/rounds" -type f | sed 's:.*/::; s:[.].*::' | sort -n | head -n 1)
  last=$(find "$dir/rounds" -type f | sed 's:.*/::; s:[.].*::' | sort -n | tail -n 1)
  echo "$done designs without a difference, seeds $first to $last; $differs with one, $failed failed" \
    "in $((($(date +%s) - end) / 60 + minutes)) minutes"
  [ "$done" -gt 0 ] && [ "$differs" -eq 0 ] && [ "$failed" -eq 0 ]
}

trap 'touch "$dir/stop"; echo "stops when these rounds have ended"' INT TERM
w=0
while [ "$w" -lt "$jobs" ]; do
  worker "$w" &
  w=$((w + 1))
done
wait
[ ! -e "$dir/stop" ] || wait    # an interrupt ends only the first
total
