#!/bin/sh
# run_mutants.sh rtl|c [COUNT] - small faults, drawn by SEED, and which test kills each; JOBS at a time.
#
# testbench/mutation/mutants.c draws them. Each is built in a copy of the tree under build/mutate and goes
# through the stages below until one fails. What is known is a line in build/mutate/LANGUAGE.tsv, so a run may
# be stopped and taken up again; a changed source, test or seed begins anew. COUNT (500) mutants that build
# are tried; those that do not are drawn over. MINUTES=n stops after so many.
#
#   rtl  bench     the module's own benches, or those of the modules that contain it
#        tiny      12 random programs in lock step with the model
#        pair-W-A  as many on three of the designs of make cosim
#        lint      make lint
#   c    unit      the unit tests, those of the file's name first
#        command   some of testbench/cli, and lock step on tiny
#
# Verdicts: killed; timeout (killed too, counted apart: a test did not end in ten times its time, a script not in minutes);
# same (in C: the object is that of the source, so no test can tell); equivalent (testbench/mutation/equivalent.txt says why); survived; stillborn.
set -eu
cd "$(dirname "$0")/.."
export SEED="${SEED:-1}" LC_ALL=C

# --- one mutant, in tree $1 --------------------------------------------------

# The benches that see module $1: its own, or those of what instantiates it.
benches() {
  if [ -f "testbench/rtl/tb_$1.cpp" ]; then
    echo "tb_$1"
    return
  fi
  grep -lE "^ *$1 (#\(|u_)" rtl/*.v | while read -r parent; do
    [ "$parent" = "rtl/$1.v" ] || benches "$(basename "$parent" .v)"
  done | sort -u
}

# stage NAME SECONDS COMMAND...: ends the mutant if the command fails; one that is skipped does not.
stage() {
  name=$1
  code=0
  shift
  timeout -k 5 "$@" > "$log" 2>&1 || code=$?
  [ "$code" -ne 0 ] && [ "$code" -ne 77 ] || return 0
  verdict=killed
  ! grep -qE 'build failed|could not be built' "$log" || verdict=stillborn
  [ "$code" -ne 124 ] && [ "$code" -ne 137 ] || verdict=timeout
  return 1
}

rtl_stages() {
  module=$(basename "$file" .v)
  verilator --lint-only -Wno-lint -Wno-fatal -Irtl -y rtl "$file" > "$log" 2>&1 || { verdict=stillborn; return 0; }
  for bench in $(benches "$module"); do
    stage "$bench" 600 env VERILATOR_FLAGS="-Wno-fatal" scripts/run_bench.sh "$bench" "$SEED" || return 0
  done
  stage tiny 300 build/serac cosim --random 12 --seed "$SEED" --design tiny || return 0
  for design in pair-1-4 pair-4-1 pair-8-8; do
    stage "$design" 900 build/serac cosim --random 12 --seed "$SEED" --design "$design" || return 0
  done
  stage lint 600 make -s lint || return 0
  verdict=survived name=
}

# All objects in one library, so that a mutant takes one compilation and one link.
link_library() {
  find build/model build/drivers build/sim build/reports build/proto -name '*.o' ! -name main.o -print0 |
    sort -z | xargs -0 gcc -shared -Wl,--no-as-needed -o build/libmutant.so.new build/sources.o build/page.o -lsqlite3 -lconfig -lcjson -lyaml \
      -lprotobuf-c -lz -lm -lpthread -ldl &&
    mv build/libmutant.so.new build/libmutant.so
}

# Unit tests that are named after the file come first: those with the longest common beginning.
unit_order() {
  awk -v file="$(basename "$1" .c)" 'BEGIN {sub(/^serac_/, "", file)}
    {name = $1; sub(/^.*test_/, "", name)
     for (n = 0; n < length(name) && substr(name, n + 1, 1) == substr(file, n + 1, 1); n++) {}
     if (n < 3) n = 0
     print -n, $2, $1}' build/unit.times | sort -n -k1,1 -k2,2 | awk '{print $3, $2}'
}

c_stages() {
  object=build/${file%.c}.o
  rm -f "$object"
  make -s OPT=-O1 "$object" > "$log" 2>&1 || { verdict=stillborn; return 0; }
  if cmp -s "$object" "$object.whole"; then verdict=same; return 0; fi
  link_library > "$log" 2>&1 || { verdict=stillborn; return 0; }
  unit_order "$file" > build/unit.order
  while read -r test seconds; do
    stage "$(basename "$test")" $((seconds * 10 + 5)) "$test" < /dev/null || return 0
  done < build/unit.order
  for script in $commands; do
    stage "$script" 600 "testbench/cli/$script.sh" || return 0
  done
  stage tiny 300 build/serac cosim --random 12 --seed "$SEED" --design tiny || return 0
  verdict=survived name=
}
commands="bad_input import import_tables workload_sweep report serve advise utilisation"

# Puts the original back.
restore() {
  cp -p "$top/$file" "$file"
  if [ "$language" = c ]; then cp -p "build/${file%.c}.o.whole" "build/${file%.c}.o"; fi
}

one() { # a line of the list
  number=$1 file=$2 line=$3 start=$4 length=$5 kind=$6 old=$7 new=$8
  top=$PWD/build/mutate/source
  for slot in $(seq "$JOBS"); do
    if mkdir "build/mutate/busy.$slot" 2> /dev/null; then break; fi
  done
  trap 'rmdir "$top/../busy.$slot"' EXIT
  begun=$(date +%s)
  mutants=$PWD/build/mutate/mutants
  results=$PWD/build/mutate/$language.tsv
  cd "build/mutate/tree.$language.$slot"
  export SERAC_CACHE="$PWD/build/cache" LD_LIBRARY_PATH="$PWD/build"
  log=build/mutant.log
  "$mutants" apply "$top/$file" "$start" "$length" "$new" > "$file.new"
  mv "$file.new" "$file"
  verdict='' name=''
  "${language}_stages"
  if [ "$verdict" = survived ] && reason "$file" "$line" "$old" "$new"; then verdict=equivalent; fi
  restore
  rm -rf build/cache
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$number" "$file" "$line" "$kind" "$old" "$new" "$verdict" "$name" \
    $(($(date +%s) - begun)) >> "$results"
  printf '%4d %-10s %-18s %s:%s: %s | %s | %s\n' "$number" "$verdict" "$name" "$file" "$line" "$kind" "$old" "$new"
}

# Whether equivalent.txt knows this change of this line, by their text: FILE, LINE'S TEXT, OLD, NEW, REASON.
reason() {
  text=$(sed -n "${2}p" "$top/$1" | sed 's/^ *//')
  FILE=$1 TEXT=$text OLD=$3 NEW=$4 awk -F'\t' '$1 == ENVIRON["FILE"] && $2 == ENVIRON["TEXT"] && $3 == ENVIRON["OLD"] &&
    $4 == ENVIRON["NEW"] {found = 1} END {exit !found}' "$top/testbench/mutation/equivalent.txt"
}

if [ "${1:-}" = --one ]; then
  language=$2
  tab=$(printf '\t')
  line=$3
  IFS=$tab
  set -f
  # shellcheck disable=SC2086
  set -- $line
  set +f
  IFS=' 
	'
  one "$@" ''
  exit
fi

# --- all of them -------------------------------------------------------------

language=${1:-}
count=${2:-500}
case $language in
  rtl) sources=$(echo rtl/*.v) ;;
  c) sources=$(find model drivers sim reports scripts/synth -name '*.c' ! -path 'sim/icarus/*' | LC_ALL=C sort | tr '\n' ' ') ;;
  *) echo "usage: run_mutants.sh rtl|c [COUNT]" >&2; exit 2 ;;
esac
export JOBS="${JOBS:-$(nproc)}"
work=build/mutate
mkdir -p "$work"
make -s "$work/mutants"

tree() { # COPY: the whole source, nothing built
  mkdir -p "$1"
  for dir in rtl model sim drivers reports configs scripts testbench; do cp -rp "$dir" "$1/"; done
  cp -p Makefile "$1/"
}

# A digest of everything that decides a verdict; what was found with another is of no use.
digest=$({ find rtl model sim drivers reports configs scripts testbench -type f ! -name equivalent.txt ! -name '*.md' | sort |
  xargs sha256sum; echo "$SEED"; } | sha256sum | cut -c1-16)
if [ "$(cat "$work/digest" 2> /dev/null)" != "$digest" ]; then
  rm -rf "$work"/source "$work"/tree.* "$work"/*.tsv
  tree "$work/source"
  echo "$digest" > "$work/digest"
fi
cp -p testbench/mutation/equivalent.txt "$work/source/testbench/mutation/"
rm -rf "$work"/busy.*

prepare_c() { # in a tree: objects, one library of them, unit tests and the command linked with it
  make -s OPT=-O1 build/serac lib build/libref.a build/conformance/tflite
  find build/model build/drivers build/sim build/reports -name '*.o' -exec cp -p {} {}.whole \;
  link_library
  mkdir -p build/unit
  # shellcheck disable=SC2046
  set -- -std=c11 -D_POSIX_C_SOURCE=200809L -O1 "-DSERAC_ROOT=\"$PWD\"" $(scripts/include_flags.sh) \
    -Ibuild/proto -Itestbench -Lbuild
  for test in testbench/unit/test_*.c; do
    gcc "$@" "$test" build/libref.a -o "build/unit/$(basename "$test" .c)" -lmutant -lcmocka -lsqlite3 -lconfig -lcjson -lyaml -lprotobuf-c -lz -lm -lpthread
  done
  gcc "$@" -rdynamic sim/main.c -o build/serac -lmutant -lm -ldl
  : > build/unit.times
  for test in build/unit/test_*; do
    begun=$(date +%s)
    code=0
    LD_LIBRARY_PATH=build "$test" > build/mutant.log 2>&1 || code=$?
    [ "$code" -ne 77 ] || continue
    [ "$code" -eq 0 ] || { echo "run_mutants: $test fails without a fault"; exit 1; }
    echo "$test $(($(date +%s) - begun))" >> build/unit.times
  done
}

prepare_rtl() {
  make -s OPT=-O1 build/serac build/libserac.a build/sim/pins/serac_axi_check.o
}

for slot in $(seq "$JOBS"); do
  if [ ! -f "$work/tree.$language.$slot/$language.ready" ]; then
    echo "run_mutants: building tree $slot of $JOBS"
    rm -rf "$work/tree.$language.$slot"
    tree "$work/tree.$language.$slot"
    (cd "$work/tree.$language.$slot"; unset MAKEFLAGS MAKELEVEL; "prepare_$language"; touch "$language.ready")
  fi
done

# Twice as many as wanted are drawn: some do not build.
# shellcheck disable=SC2086
(cd "$work/source" && ../mutants draw $((2 * count + 20)) "$SEED" $sources) > "$work/$language.list"
touch "$work/$language.tsv"
end=$(($(date +%s) + 60 * ${MINUTES:-100000}))
valid() { awk -F'\t' '$7 != "stillborn" {n++} END {print n + 0}' "$work/$language.tsv"; }
while [ "$(valid)" -lt "$count" ] && [ "$(date +%s)" -lt "$end" ]; do
  missing=$((count - $(valid)))
  [ "$missing" -lt $((4 * JOBS)) ] || missing=$((4 * JOBS))
  awk -F'\t' -v missing="$missing" 'FILENAME ~ /tsv$/ {known[$1]; next} !($1 in known) && n++ < missing' \
    "$work/$language.tsv" "$work/$language.list" > "$work/next"
  [ -s "$work/next" ] || break
  tr '\n' '\0' < "$work/next" | xargs -0 -n 1 -P "$JOBS" "$0" --one "$language"
done

awk -F'\t' -v language="$language" '
  {n[$7]++; kinds[$4]; by[$4, $7]++; if ($7 != "stillborn") total[$4]++
   if ($7 == "killed") {stage = $8 ~ /^(tb_|test_)/ ? "the unit'"'"'s tests" : $8; stages[stage]++}
   if ($7 == "survived") survivors = survivors sprintf("  %s:%s: %s: %s -> %s\n", $2, $3, $4, $5, $6)}
  END {
    printf "\n| kind | tried | killed | timeout | same code | equivalent | survived |\n|---|--:|--:|--:|--:|--:|--:|\n"
    for (k in kinds) printf "| %s | %d | %d | %d | %d | %d | %d |\n", k, total[k], by[k, "killed"], by[k, "timeout"],
      by[k, "same"], by[k, "equivalent"], by[k, "survived"] | "sort"
    close("sort")
    printf "| all | %d | %d | %d | %d | %d | %d |\n\n", NR - n["stillborn"], n["killed"], n["timeout"], n["same"], n["equivalent"], n["survived"]
    printf "%d more did not build. Killed by", n["stillborn"]
    for (s in stages) printf " %s %d,", s, stages[s]
    printf "\n%s", survivors != "" ? "\nsurvived:\n" survivors : ""
    exit n["survived"] > 0
  }' "$work/$language.tsv"
