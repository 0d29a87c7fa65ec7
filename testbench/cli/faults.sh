#!/bin/sh
# Every patch of testbench/faults applies to these sources; `make faults` then sees each caught.
set -u
bad=0
count=0
for patch in testbench/faults/*.patch; do
  count=$((count + 1))
  patch -p1 --dry-run --force --fuzz=0 < "$patch" > /dev/null || { echo "$patch does not apply"; bad=1; }
done
[ "$count" -gt 30 ] || { echo "only $count patches"; bad=1; }
[ $bad = 0 ] && echo "$count patches apply"
exit $bad
