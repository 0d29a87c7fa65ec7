#!/bin/sh
# accuracy.sh NETWORK - the 500 shipped images: the accuracy that the training
# scripts found for the integers (test_accuracy) lies in the 95 % interval.
set -eu
want=$(sed -n 's/^test_accuracy = *\(.*\);/\1/p' "configs/networks/$1.cfg")
line=$(build/serac infer "$1" --design tiny --data fashion-mnist-500 | grep '^accuracy')
echo "$line" | sed 's/.*interval \([0-9.]*\) to \([0-9.]*\)).*/\1 \2/' |
  awk -v want="$want" '{exit !(want >= $1 && want <= $2)}' ||
  { echo "accuracy differs: $1: training found $want, $line"; exit 1; }
echo "$1: $line, training found $want"
