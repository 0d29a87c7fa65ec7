#!/bin/sh
# fenced.sh FILE.md TEXT - prints the fenced blocks of a document whose first line contains TEXT.
#
# How the tests get at the examples and commands of the documents.
awk -v want="$2" '
  /^```/ { if (inside) { inside = 0; take = 0 } else { inside = 1; first = 1 }; next }
  inside && first { first = 0; take = index($0, want) > 0 }
  take { print; found = 1 }
  END { exit !found }' "$1"
