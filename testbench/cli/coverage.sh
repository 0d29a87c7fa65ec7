#!/bin/sh
# coverage.sh - build/cover: how points of several simulations add up, exclusions that are wrong, bins of a
# program that lock step compared. Small counts, written here.
set -u
# shellcheck source=testbench/data/cli_lib.sh
. testbench/data/cli_lib.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cover=$PWD/build/cover

# dat FILE KIND:LINE:NAME:COUNT...: Verilator's counts of points of serac_loop.v.
dat() {
  file=$work/$1
  shift
  echo '# SystemC::Coverage-3' > "$file"
  for point in "$@"; do
    echo "$point" | awk -F: '{printf "C '\''\001f\002/any/where/rtl/serac_loop.v\001l\002%s\001n\0023\001page\002v_%s/serac_loop\001o\002%s\001h\002top'\'' %s\n", $2, $1, $3, $4}' >> "$file"
  done
}

# expect WHAT CODE TEXT ARGUMENT...: cover ARGUMENT... ends with CODE and prints TEXT.
expect() {
  what=$1
  expected=$2
  text=$3
  shift 3
  count=$((count + 1))
  code=0
  "$cover" "$@" > "$work/out" 2>&1 || code=$?
  [ "$code" = "$expected" ] || fails "$what: exit code $code, expected $expected"
  grep -qF -- "$text" "$work/out" || fails "$what: does not say: $text"
}

# waive LINE: the file of exclusions is this line.
waive() { printf '%s\n' "$1" > "$work/waivers"; }

dat one line:30:if:4 line:31:else:0 'toggle:19:left_o[0]:2' 'toggle:19:left_o[1]:1'
dat two line:30:if:0 line:31:else:3 'toggle:19:left_o[0]:1' 'toggle:19:left_o[1]:1'
expect "lines of two simulations" 1 "serac_loop.v:31: else" --dat "$work/one" --missing line
dat all line:30:if:1 line:31:else:1
lines=$(find rtl -name '*.v' | wc -l)
expect "both met, other modules in no simulation" 1 "| RTL lines | $((lines + 1)) | 2 |" --dat "$work/one" "$work/two"
expect "a module in no simulation" 1 "rtl/serac_core.v:1: file: no simulation has points of it" --dat "$work/one" --missing line
expect "a bit that changed once in each of two is not met" 1 "| RTL toggles | 2 | 1 | 50.00" --dat "$work/one" "$work/two"

waive 'toggle | rtl/*.v | left_o\[1\] | the bit is not used'
expect "an excluded bit" 1 "| RTL toggles | 1 | 1 | 100.00 | 95 | 1 |" --dat "$work/one" --waivers "$work/waivers"
waive 'toggle | rtl/*.v | left_o[1-7 mod 8] | the bits are not used'
expect "excluded bits" 1 "| RTL toggles | 1 | 1 | 100.00 | 95 | 1 |" --dat "$work/one" --waivers "$work/waivers"
waive 'toggle | rtl/*.v | right_o* | there is no such signal'
expect "an exclusion without a point" 1 "waivers:1: no point matches" --dat "$work/one" --waivers "$work/waivers"
waive 'toggle | rtl/*.v | left_o\[0\] | it is met all the same'
expect "an exclusion of what is met" 1 "waivers:1: all 1 points are met" --dat "$work/one" --waivers "$work/waivers"
waive 'toggle | rtl/*.v | left_o\[1\] | so'
expect "an exclusion without a reason" 2 "waivers:1: not KIND | FILE | WHAT | REASON" --dat "$work/one" --waivers "$work/waivers"
expect "not a file of counts" 2 "not such a file" --dat "$work/waivers"
expect "an unknown option" 2 "--dot" --dot "$work/one"
expect "no such kind" 2 "not one of line, toggle, bin, c, branch" --missing lines --dat "$work/one"

# A GEMM, 3 by 5 bits, in double, on (1,2): rest of rows and of an activation digit.
printf 'block 4 4 32 1 2 0 1 1 3 3 5 5 0 1 0 0 1 1 1 1 1 1 1 1 1 1 1 32 4 1 0 8 6 4 1 0 0 10 0 0 0\n' > "$work/blocks"
expect "bins of a block" 1 "pair=1,2 weight_bits=4" --blocks "$work/blocks" --missing bin
for bin in "pair=1,2 weight_bits=3" "weight_bits=3 act_bits=5 weights=unsigned acts=signed" "kind=gemm rest=rows" \
  "kind=gemm mode=double stall=fetch" "rest=no_weight_digit padding=no"; do
  count=$((count + 1))
  ! grep -qxF "testbench/coverage/bins.c:0: $bin" "$work/out" || fails "$bin: not met"
done
printf 'block 4 4 32 1 2 0 1 1 3 3 5 5 0 1 0 0 1 1 1 1 1 1 1 1 1 1 1 32 4 1 0 8 6 4 1 1 0 10 0 0 0\n' > "$work/blocks"
expect "an impossible bin that is met" 1 "kind=gemm padding=yes was met, and is said to be impossible" --blocks "$work/blocks"
echo 'block 4 4' > "$work/blocks"
expect "half a line" 2 "not such a file" --blocks "$work/blocks"

printf '%s\n' '{"files":[{"file":"model/mapping/serac_pack.c","lines":[{"line_number":1,"count":3,"branches":[{"count":0}]}]}]}' \
  '{"files":[{"file":"model/mapping/serac_pack.c","lines":[{"line_number":1,"count":0},{"line_number":2,"count":0}]},{"file":"/usr/include/x.h","lines":[{"line_number":9,"count":0}]}]}' > "$work/gcov"
expect "lines of C" 1 "| C lines | 2 | 1 | 50.00 |" --gcov "$work/gcov" --page "$work/page"
count=$((count + 1))
grep -q 'model/mapping/serac_pack.c:2:' "$work/page" || fails "the page does not list the line"

printf '{"files":[{"file":"model/mapping/serac_pack.c","lines":[{"line_number":1,"count":3}]}]}\n' > "$work/gcov"
expect "everything is met" 0 "| C lines | 1 | 1 | 100.00 |" --gcov "$work/gcov"
waive 'c | model/serac_unpack.c | * | there is no such file'
expect "everything is met, and an exclusion is wrong" 1 "waivers:1: no point" --gcov "$work/gcov" --waivers "$work/waivers"
waive 'c | model/* | * | it cannot be reached'
expect "everything is met, and excluded" 1 "waivers:1: all 1 points are met" --gcov "$work/gcov" --waivers "$work/waivers"
summary "coverage: $count checks of points, exclusions and bins"
