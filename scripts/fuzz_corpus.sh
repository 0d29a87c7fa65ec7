#!/bin/sh
# fuzz_corpus.sh [NAME...] - what is worth committing of build/fuzz: for each parser the smallest files that together reach
# what all inputs found and the seeds reach (edges, without counts), at most 60 and 14 KB of them; what once crashed stays.
set -eu
cd "$(dirname "$0")/.."
make -s fuzz-build
names=${*:-$(basename -s .c testbench/fuzz/fuzz_*.c | sed 's/^fuzz_//')}
for name in $names; do
  new=build/fuzz/merge-$name
  corpus=testbench/fuzz/corpus/$name
  rm -rf "$new"
  mkdir -p "$new" "$corpus" "build/fuzz/$name"
  build/clang/fuzz/"$name" -set_cover_merge=1 \
    -max_len=4000 -timeout=20 "$new" "build/fuzz/$name" "build/fuzz/seeds/$name" "$corpus" > "build/fuzz/merge-$name.log" 2>&1 || true
  find "$corpus" -type f ! -name 'found-*' -delete
  used=0
  for file in $(find "$new" -type f -printf '%s %p\n' | sort -n | cut -d' ' -f2 | head -n 60); do
    used=$((used + $(wc -c < "$file")))
    [ "$used" -gt 14000 ] || cp "$file" "$corpus/$(basename "$file" | cut -c1-12)"
  done
  echo "$name: $(find "$corpus" -type f | wc -l) files, $(cat "$corpus"/* | wc -c) bytes of $(find "$new" -type f | wc -l)"
done
