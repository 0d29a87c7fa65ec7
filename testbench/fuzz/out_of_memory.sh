#!/bin/sh
# out_of_memory.sh - the n-th allocation of a command fails, for every STEP-th n (default 9; 1: all of them), under ASan and
# UBSan: either one clear line and exit code 3, with no file that is not whole, or - where it can do without - the same results.
# build/san/serac_oom is the command with testbench/fuzz/oom.c; libraries (SQLite, libconfig) are not made to fail.
set -u
. testbench/data/cli_lib.sh
step=${STEP:-9}
serac=$PWD/build/san/serac_oom
work=build/cli/out-of-memory
logs=build/cli/out-of-memory-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"
ASAN_OPTIONS=detect_leaks=1:exitcode=99
UBSAN_OPTIONS=exitcode=99
export ASAN_OPTIONS UBSAN_OPTIONS
runs=0

# sums: the files in $work that the command wrote, and what it printed.
sums() {
  for file in $(find "$work" -type f ! -name '*.db' | sort); do echo "$file"; cat "$file"; done | cksum
  sed 's/, [0-9.]* us an image on this computer//' "$logs/out" | cksum
}

# left: a file in $work that is not one of the whole run's, if there is one.
left() {
  find "$work" -type f ! -name '*.db' | while read -r file; do
    cmp -s "$file" "$logs/whole/${file#"$work"/}" || { echo "$file"; break; }
  done
}

# failing ARGUMENT...
failing() {
  rm -rf "${work:?}"/*
  count=$((count + 1))
  SERAC_OOM_COUNT=$logs/count "$serac" "$@" > "$logs/out" 2> "$logs/err" || fails "$*: $(tail -n 1 "$logs/err")"
  all=$(cat "$logs/count")
  whole=$(sums)
  rm -rf "$logs/whole"
  cp -r "$work" "$logs/whole"
  lived=0
  n=$((1 + (all + ${SEED:-1}) % step))
  bad=0
  while [ "$n" -le "$all" ]; do
    rm -rf "${work:?}"/*
    runs=$((runs + 1))
    SERAC_OOM_AT=$n "$serac" "$@" > "$logs/out" 2> "$logs/err"
    code=$?
    what=
    case $code in
      0)
        lived=$((lived + 1))
        [ "$(sums)" = "$whole" ] || what="other results"
        ;;
      3)
        [ "$(wc -l < "$logs/err")" = 1 ] || what="$(wc -l < "$logs/err") lines"
        grep -q 'out of memory' "$logs/err" || what="says: $(head -n 1 "$logs/err")"
        [ -z "$(left)" ] || what="left $(left)"
        ;;
      *) what="exit code $code: $(grep -m 1 -E 'ERROR|SUMMARY|runtime error|serac' "$logs/err")" ;;
    esac
    if [ "$what" ]; then
      bad=$((bad + 1))
      fails "SERAC_OOM_AT=$n $*: $what"
    fi
    n=$((n + step))
  done
  echo "$all allocations, $lived that it can do without, $bad wrong: $*"
}

cat > "$logs/work.cfg" << 'END'
name = "w"; source = "s"; layers = ( { name = "a"; op = "gemm"; m = 8; k = 32; n = 8; },
  { name = "b"; op = "conv"; input = [8, 8, 8]; out_channels = 8; kernel = [3, 3]; pad = [1, 1, 1, 1]; } );
END
cat > "$logs/sweep.cfg" << END
designs = ["tiny"]; design = { requant_lanes = [2, 4]; }; workloads = ["$logs/work.cfg"]; weight_bits = [1, 2]; act_bits = [8];
constraints = ["cycles > 0"];
END
printf 'Layer,M,N,K,\nfirst,8,16,32\nsecond,1,1,1\n' > "$logs/t.csv"
printf -- '- id: 5\n  operator_type: Add\n  equation: O[b][g][oy][ox]=W[b][g][oy][ox]+I[b][g][oy][ox]\n  loop_dims: [B, G, OY, OX]\n  loop_sizes: [1, 64, 8, 4]\n' > "$logs/t.yaml"
cp testbench/fuzz/corpus/tflite/conv "$logs/t" 2> /dev/null && tail -c +2 "$logs/t" > "$logs/t.tflite"
failing describe
failing infer example --design tiny --limit 2
failing infer example --design tiny --limit 1 --trace "$work/t.json"
failing compile example --design tiny -o "$work/p.prog"
failing compile example --design tiny --c-array -o "$work/p.c"
failing sweep "$logs/sweep.cfg" --out "$work/sweep" --jobs 1
failing import "$logs/t.csv" -o "$work/t.cfg"
failing import "$logs/t.yaml" -o "$work/t.cfg"
failing import testbench/data/onnxruntime/qdq-0.onnx -o "$work/t.cfg"
[ ! -e "$logs/t.tflite" ] || failing import "$logs/t.tflite" -o "$work/t.cfg"
failing cosim --network example --design tiny
[ "$wrong" -eq 0 ] || { echo "$wrong of $runs runs were wrong"; exit 1; }
summary "$runs runs of $count commands with one allocation that fails"
