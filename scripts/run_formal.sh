#!/bin/sh
# run_formal.sh [--quick | --faults] [UNIT...] - proves the properties of testbench/formal, or breaks each.
#
# testbench/formal/formal_UNIT.v instantiates a unit of rtl/ unchanged, names its properties
# `name: assert (...)`, and says in comment lines how they are proved:
#   // PROOF: METHOD [QUICK] [-GParameter=value] [-DMACRO] [ONLY=name,...]
#   // FAULT: name FILE SED     rtl/FILE (or testbench/rtl/xilinx_cells.v), so changed, must break that property of the PROOF above
# METHOD: pdr    for all time: abc finds an inductive invariant and checks it (IC3)
#         bmc=N  no counterexample in the first N cycles after reset
#         induction=K  for all time: the first K cycles after reset, and any K cycles imply the
#                next; with the assertions without a name as lemmas (yosys-smtbmc, z3)
#         window=N  for all time: the last of any N cycles, whatever the state before them
#         sat    combinational, for every input
# One line per property: unit, point, property, method, seconds, verdict. Fails unless every
# one is proved; with --faults, unless every one has a fault that gives a counterexample.
# JOBS: default all processors. LIMIT: processor seconds for one, default 300.
set -u
cd "$(dirname "$0")/.." || exit 1
out=build/formal
LIMIT=${LIMIT:-300}
export LIMIT

properties() { sed -n 's/^ *\([a-z_0-9]*\): *assert .*/\1/p' "testbench/formal/formal_$1.v"; }

# elaborate RTL-FOLDER UNIT OPTIONS FOLDER [NAME...]: FOLDER/NAME.aig has that property alone;
# without a name, FOLDER/all.smt2 has all of them.
elaborate() {
  rtl=$1 unit=$2 options=$3 dir=$4
  shift 4
  parameters=
  macros=
  for option in $options; do
    case $option in
      -G*=*) option=${option#-G}; parameters="$parameters -chparam ${option%%=*} ${option#*=}" ;;
      -D*) macros="$macros $option" ;;
    esac
  done
  case $macros in
    # The benches' cells under names of their own, to be compared with yosys's.
    *SERAC_XILINX*)
      bench=testbench/rtl/xilinx_cells.v
      [ ! -f "$rtl/../xilinx_cells.v" ] || bench=$rtl/../xilinx_cells.v
      sed 's/^module /module bench_/' "$bench" > "$dir/bench_cells.v"
      cells="/usr/share/yosys/xilinx/cells_sim.v $dir/bench_cells.v" ;;
    *) cells= ;;
  esac
  {
    echo "read_verilog -mem2reg -formal -sv -I$rtl $macros -defer $rtl/*.v $cells testbench/formal/formal_$unit.v"
    echo "hierarchy -check -top formal_$unit $parameters"
    echo "proc; flatten"
    for name in "$@"; do echo "select -assert-count 1 */$name"; done
    echo "opt -full; memory_map; opt; async2sync; dffunmap; opt_clean"
    echo "design -save whole"
    [ "$#" -gt 0 ] || echo "write_smt2 -wires $dir/all.smt2"
    for name in "$@"; do
      echo "design -load whole"
      echo "tee -q -o $dir/$name.left select -count */$name"     # 0: yosys itself has found it true
      echo "delete t:\$assert */$name %d"
      echo "setundef -anyseq -undriven; opt -fast; dffunmap; techmap; opt_clean; abc -g AND -fast; opt_clean"
      echo "write_aiger -I -B -zinit -no-startoffset $dir/$name.aig"
    done
  } > "$dir/elaborate.ys"
  yosys -q -l "$dir/elaborate.log" -s "$dir/elaborate.ys" > /dev/null 2>&1
}

# On a busy machine seconds of a clock say little: LIMIT is of the processor.
limited() { prlimit --cpu="$LIMIT" "$@"; }

# induct K FOLDER: all properties and lemmas at once.
induct() {
  for step in "" -i; do
    limited yosys-smtbmc -s z3 --unroll --noprogress $step -t "$1" "$2/all.smt2" > "$2/all.log" 2>&1
    if grep -q 'BMC failed\|induction failed' "$2/all.log"; then
      echo "$([ -n "$step" ] || echo broken)${step:+not inductive}: $(sed -n 's/.*Assert failed in [^:]*: *//p' "$2/all.log" | head -n 1)"
      return
    fi
    grep -q 'Status: PASSED' "$2/all.log" || { echo undecided; return; }
  done
  echo proved
}

# decide METHOD FOLDER NAME: prints proved, broken in cycle N, or undecided.
decide() {
  case $1 in
    pdr) run="scleanup; pdr" ;;
    bmc=*) run="scleanup; bmc3 -F ${1#bmc=}" ;;
    window=*) run="frames -F ${1#window=}; cone -O $((${1#window=} - 1)); strash; iprove" ;;
    sat) run="iprove" ;;
    *) echo "no such method: $1"; return ;;
  esac
  ! grep -q '^0 ' "$2/$3.left" || { echo "proved"; return; }
  limited berkeley-abc -c "read_aiger $2/$3.aig; fold; strash; $run" > "$2/$3.log" 2>&1
  cycle=$(sed -n 's/.*was asserted in frame \([0-9]*\).*/\1/p' "$2/$3.log" | head -n 1)
  if [ -n "$cycle" ]; then echo "broken in cycle $cycle"
  elif grep -q '^Networks are NOT EQUIVALENT\|SATISFIABLE\b' "$2/$3.log" && ! grep -q UNSATISFIABLE "$2/$3.log"; then
    echo "broken"
  elif grep -q 'Property proved\|UNSATISFIABLE\|Networks are equivalent\|No output asserted in' "$2/$3.log"; then
    echo "proved"
  else echo "undecided"
  fi
}

row() { printf '%-14s %-44s %-22s %-7s %5s s  %s\n' "$@"; }

# One PROOF line: all its properties.
prove() {
  unit=$1 number=$2 line=$3
  method=${line%% *}
  dir=$out/$unit/$number
  mkdir -p "$dir"
  names=$(printf '%s\n' "$line" | sed -n 's/.*ONLY=\([^ ]*\).*/\1/p' | tr , ' ')
  : "${names:=$(properties "$unit" | tr '\n' ' ')}"
  point=$(printf '%s\n' "$line" | sed 's/^[^ ]*//; s/ QUICK//; s/ ONLY=[^ ]*//; s/ -G/ /g; s/^ *//')
  [ -n "$names" ] || { row "$unit" "$point" - "$method" 0 "failed: no property"; return 1; }
  together=
  case $method in induction=*) together=yes ;; esac
  # shellcheck disable=SC2046
  if ! elaborate rtl "$unit" "$line" "$dir" $([ -n "$together" ] || echo "$names"); then
    row "$unit" "$point" - "$method" 0 "failed: $(grep -m 1 ERROR "$dir/elaborate.log")"
    return 1
  fi
  bad=0
  start=$(date +%s)
  [ -z "$together" ] || verdict=$(induct "${method#induction=}" "$dir")
  for name in $names; do
    [ -n "$together" ] || { start=$(date +%s); verdict=$(decide "$method" "$dir" "$name"); }
    row "$unit" "$point" "$name" "$method" $(($(date +%s) - start)) "$verdict"
    [ "$verdict" = proved ] || bad=1
  done
  return $bad
}

# One FAULT line: in a copy of the RTL.
break_it() {
  unit=$1 number=$2 line=$3 fault=$4
  name=${fault%% *}
  change=${fault#* }
  file=${change%% *}
  dir=$out/$unit/fault-$number
  rm -rf "$dir"
  mkdir -p "$dir/rtl"
  cp rtl/*.v rtl/*.vh "$dir/rtl/"
  cp testbench/rtl/xilinx_cells.v "$dir/"
  original=rtl/$file
  [ "$file" != xilinx_cells.v ] || original=testbench/rtl/$file
  broken=$dir/rtl/$file
  [ "$file" != xilinx_cells.v ] || broken=$dir/$file
  sed -i "${change#* }" "$broken"
  method=bmc=40                      # a counterexample, not a failed induction
  case $line in sat* | window=*) method=${line%% *} ;; esac
  start=$(date +%s)
  if cmp -s "$original" "$broken"; then verdict="the fault changes nothing"
  elif ! elaborate "$dir/rtl" "$unit" "$line" "$dir" "$name"; then verdict="does not build"
  else verdict=$(decide "$method" "$dir" "$name")
  fi
  case $verdict in
    broken*) caught=caught ;;
    *) caught="NOT CAUGHT" ;;
  esac
  row "$unit" "$change" "$name" "$method" $(($(date +%s) - start)) "$caught: $verdict"
  [ "$caught" = caught ]
}

if [ "${1:-}" = --one ]; then
  shift
  if [ -z "$4" ]; then prove "$1" "$2" "$3"; else break_it "$@"; fi
  exit
fi

mode=all
case ${1:-} in
  --quick | --faults) mode=${1#--}; shift ;;
esac
mkdir -p $out
begun=$(date +%s)
bad=0
[ $# -gt 0 ] || for src in testbench/formal/formal_*.v; do
  src=${src##*/formal_}
  set -- "$@" "${src%.v}"
done
: > $out/jobs
for unit in "$@"; do
  src=testbench/formal/formal_$unit.v
  [ -f "$src" ] || { echo "run_formal: no $src"; exit 2; }
  if [ "$mode" = faults ]; then
    for name in $(properties "$unit"); do
      grep -q "^// FAULT: $name " "$src" || { echo "run_formal: $unit: no fault for $name"; bad=1; }
    done
  fi
  # A job is a PROOF, or a FAULT with the PROOF above it: four fields.
  awk -v unit="$unit" -v mode="$mode" '
    function job(fault) { printf "%s%c%d%c%s%c%s%c", unit, 0, ++n, 0, proof, 0, fault, 0 }
    /^\/\/ PROOF: / { proof = substr($0, 11); if (mode == "all" || (mode == "quick" && / QUICK/)) job("") }
    /^\/\/ FAULT: / { if (mode == "faults") job(substr($0, 11)) }' "$src" >> $out/jobs
done
xargs -0 -n 4 -P "${JOBS:-$(nproc)}" "$0" --one < $out/jobs > "$out/$mode.log" || bad=1
sort "$out/$mode.log"
case $mode in
  faults) good=caught what=faults ;;
  *) good=proved what=properties ;;
esac
awk -v good=$good -v what=$what -v seconds=$(($(date +%s) - begun)) '
  { n++ } $0 ~ " s  " good { ok++ }
  END { printf "formal: %d of %d %s %s in %d s\n", ok, n, what, good, seconds; exit n == 0 || ok != n }' \
  "$out/$mode.log" || bad=1
exit $bad
