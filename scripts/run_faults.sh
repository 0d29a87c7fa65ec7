#!/bin/sh
# run_faults.sh [NN...] - applies each known fault and sees its check fail.
#
# testbench/faults/NN-name.patch begins with
#   # fault:  what is broken
#   # check:  command, run in the faulty tree; must exit nonzero
#   # expect: string that its output must contain
# Works in a copy of the tree under build/faults, never in the tree itself. Every
# check is first seen to pass without a fault. A fault that does not build is not
# caught. Results are appended to build/results.txt.
cd "$(dirname "$0")/.." || exit 1
results=$PWD/build/results.txt
patches=$PWD/testbench/faults
work=$PWD/build/faults
tree=$work/tree
export SERAC_CACHE="$work/rtl-cache"
unset SERAC_CONFIGS SERAC_RTL_DIR SERAC_SLOW_POPCOUNT MAKEFLAGS MAKELEVEL
rm -rf "$tree"
mkdir -p "$tree" "$SERAC_CACHE" "$work/log"
log=$work/log/build.log

# A fresh copy: nothing compiled from a faulty or older file is left in it.
for dir in rtl model sim drivers reports configs scripts testbench; do
  cp -rp "$dir" "$tree/"
done
cp -p Makefile "$tree/"
cd "$tree" || exit 1

field() { sed -n "s/^# $2: *//p" "$1" | head -n 1; }

# Builds what a check needs.
build() {
  targets=build/serac
  case $1 in
    build/unit/*) targets="$targets ${1%% *}" ;;
    scripts/run_bench.sh*) targets="$targets build/libserac.a build/sim/pins/serac_axi_check.o" ;;
  esac
  # shellcheck disable=SC2086
  make -s -j2 OPT=-O1 $targets > "$log" 2>&1
}

verdict() { # VERDICT NAME TEXT
  echo "$1 fault/$2" >> "$results"
  if [ "$1" = passed ]; then echo "caught $2: $3"; else echo "NOT CAUGHT $2: $3"; bad=1; fi
}

bad=0
faults=0
caught=0
: > "$work/failing"
: > "$work/passing"
list=
for patch in "$patches"/*.patch; do
  name=$(basename "$patch" .patch)
  wanted=${1:+no}
  for number in "$@"; do [ "${name%%-*}" != "$number" ] || wanted=yes; done
  [ "$wanted" = no ] || list="$list $name"
done

# Without a fault every check passes.
for name in $list; do
  check=$(field "$patches/$name.patch" check)
  if ! grep -qxFs -e "$check" "$work/passing" "$work/failing"; then
    if ! build "$check" || ! sh -c "$check" > "$work/log/clean.log" 2>&1; then
      echo "$check" >> "$work/failing"
      echo "run_faults: '$check' fails without a fault:"
      tail -n 5 "$log" "$work/log/clean.log"
      bad=1
    else
      echo "$check" >> "$work/passing"
    fi
  fi
done

for name in $list; do
  patch=$patches/$name.patch
  check=$(field "$patch" check)
  expect=$(field "$patch" expect)
  out=$work/log/$name.log
  faults=$((faults + 1))
  if [ -z "$check" ] || [ -z "$expect" ]; then
    verdict failed "$name" "no check: or expect: line"
    continue
  fi
  if ! grep -qxF -e "$check" "$work/passing"; then
    verdict failed "$name" "its check fails without the fault"
    continue
  fi
  if ! patch -p1 -s -N --dry-run < "$patch" > "$out" 2>&1; then
    verdict failed "$name" "the patch does not apply: $(head -n 1 "$out")"
    continue
  fi
  patch -p1 -s < "$patch"
  if ! build "$check"; then
    verdict failed "$name" "the fault does not build: $(grep -m 1 error "$log")"
  elif sh -c "$check" > "$out" 2>&1; then
    verdict failed "$name" "'$check' passes"
  elif ! grep -qF -e "$expect" "$out"; then
    verdict failed "$name" "no '$expect' in: $(head -n 1 "$out")"
  else
    caught=$((caught + 1))
    verdict passed "$name" "$(grep -F -m 1 -e "$expect" "$out")"
  fi
  patch -p1 -s -R < "$patch"
  find . -name '*.orig' -delete
done
echo "$faults faults, $caught caught"
[ "$faults" -gt 0 ] || bad=1
exit $bad
