#!/bin/sh
# cosim --programs, --count, --replay: bad options and folders; the same seed gives the same programs.
set -u
. testbench/data/cli_lib.sh
work=build/cli/cosim-cases
logs=build/cli/cosim-cases-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"
refused "no kind of programs" "--programs some: mapped, any or both" cosim --random 1 --programs some
refused "programs of a network" "go with --random" cosim --network fashion-w2 --programs any
refused "disturbed programs of any kind" "without --disturb" cosim --random 1 --programs any --disturb
refused "replay and random" "give --network or --random, or --replay" cosim --random 1 --replay "$work"
refused "replay with a seed" "--replay takes no other option" cosim --replay "$work" --seed 3
refused "replay of nothing" "design.cfg" cosim --replay "$work/none"
refused "random on no design" "nosuch" cosim --random 1 --programs any --design nosuch

# A kept case, broken in one place each time.
good=testbench/cosim/cases/pixels-apart
broken() { # WHAT EXPECTED FILE SED-SCRIPT
  rm -rf "$work/case"
  cp -r "$good" "$work/case"
  sed -i "$4" "$work/case/$3"
  refused "$1" "$2" cosim --replay "$work/case"
}
broken "unknown key" "case.cfg:3: progam: unknown key" case.cfg 's/program/progam/'
broken "program outside" "case.cfg:3: program: not in the memory" case.cfg 's/^program = .*/program = 512L;/'
broken "program not aligned" "no multiple of 512" case.cfg 's/^program = \([0-9]*\)[0-9]L/program = \11L/'
broken "too much memory" "case.cfg:2: bytes: outside" case.cfg 's/^bytes = .*/bytes = 99999999999L;/'
broken "other memory" "memory.bin: not the 99" case.cfg 's/^bytes = .*/bytes = 99999L;/'
broken "no memory timing" "latency_cycles = 0" memory.cfg 's/^latency_cycles = .*/latency_cycles = 0;/'
broken "no design" "rows = 3" design.cfg 's/^rows = .*/rows = 3;/'
rm -rf "$work/case"
cp -r "$good" "$work/case"
rm "$work/case/memory.bin"
refused "no memory" "memory.bin: No such file" cosim --replay "$work/case"

# The same again.
count=$((count + 1))
for i in 1 2; do
  build/serac cosim --random 40 --seed 9 --programs both --design tiny --count "$logs/$i.txt" > "$logs/$i.out" ||
    fails "40 programs on tiny: exit code $?"
done
cmp "$logs/1.txt" "$logs/2.txt" || fails "the same seed covered something else"
[ "$(awk -F '\t' '$1 == "total" && $2 == "runs" { print $3 }' "$logs/1.txt")" = 40 ] || fails "not 40 runs"
[ "$(awk -F '\t' '$1 == "programs" && $2 == "any" { print $3 }' "$logs/1.txt")" = 35 ] || fails "not 35 programs of any kind"
summary "$count checks of random programs' options and folders"
