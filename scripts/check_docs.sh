#!/bin/sh
# check_docs.sh [DOCUMENT...] - what Markdown documents name must exist. Default: all of them.
#
#   paths     that begin with a folder of ours or end like a source file: from the root, the
#             document's folder, or an included one; with * and ?; in build/ anything may be
#   targets   of make
#   flags     behind `serac COMMAND`, of that command; alone in backticks, of any command or script
#   columns   behind --min and --max
#   words     in backticks with an underscore (columns, keys, functions): somewhere in a file that
#             is no document
#
# Words in CAPITALS, ... and <> stand for something else, and make a path no path. Needs build/serac.
set -eu
cd "$(dirname "$0")/.."
work=build/check-docs
rm -rf "$work"
mkdir -p "$work"
[ $# -gt 0 ] || {
  # shellcheck disable=SC2046
  set -- $(find . -name '*.md' -not -path './build/*' -not -path './.git/*' | sed 's|^\./||' | sort)
}

# --- what there is ---
sed -n 's/^\([a-z][a-z-]*\)[a-z -]*:.*/\1/p; s/^\.PHONY: //p' Makefile scripts/install.mk | tr ' ' '\n' | sort -u > "$work/targets"
build/serac help --bash | awk '/^    [a-z-]+\)$/ {command = substr($1, 1, length($1) - 1)}
  /options=.--help/ {gsub(/.*options=|\047/, ""); for (i = 1; i <= NF; i++) print command, $i}' > "$work/flags"
grep -oE 'X\([a-z0-9_]+, (TEXT|COUNT|REAL)' sim/results/serac_result.h | sed 's/X(//; s/,.*//' > "$work/columns"
build/serac --help | sed -n 's/^  \([a-z-]*\)  .*/\1/p' > "$work/commands"
find Makefile .ci rtl sim model drivers configs testbench scripts reports -type f -not -name '*.md' -not -name '*.bin' \
  -not -name '*-ubyte' -print0 | xargs -0 grep -aohE '[A-Za-z0-9]*_[A-Za-z0-9_]*|[a-z0-9_]+\.[a-z]+|--[a-z][a-z-]+' | sort -u > "$work/words"
find . -name '*_*' -not -path './build/*' -not -path './.git/*' | sed 's|.*/||; p; s|\.[a-z]*$||' | sort -u >> "$work/words"

# --- what is named: kind, place, word (and the command of a flag) ---
awk -v OFS='\t' '
  function path(at, word) {
    sub(/[.,:;)]+$/, "", word)
    sub(/^[(]/, "", word)
    if (word ~ /\.\.\.|…|<|>|\$|=|^\/|:|,|^http|^-|[|]|^build\//) return
    if (word ~ /(^|[-\/._])[A-Z]+([-\/._]|$)/ && word !~ /(^|\/)[A-Z]+\.md$/) return
    if (word ~ /^(\.\/)?(rtl|sim|model|drivers|configs|testbench|scripts|reports|\.ci)\// ||
        word ~ /^[a-zA-Z_\/0-9.*-]+\.(c|h|v|vh|md|sh|py|cpp|mk|vlt|core|gtkw)$/) print "path", at, word
  }
  function make(at, text,   n, i, part) {
    sub(/#.*/, "", text)
    n = split(text, part, /[ \t]+/)
    for (i = 2; i <= n; i++) {
      if (part[i] == "-C" || part[i] ~ /^(&&|;|[|]|>)/) return
      if (part[i] ~ /^[a-z][a-z-]*[;,]?$/) { sub(/[;,]$/, "", part[i]); print "target", at, part[i] }
    }
  }
  function serac(at, text,   n, i, j, k, part, column, command) {
    sub(/[ \t]#.*/, "", text)
    n = split(text, part, /[ \t()`]+/)
    command = ""
    for (i = 1; i <= n; i++) {
      if (part[i] ~ /^([a-z.\/]*\/)?serac$/ && part[i + 1] ~ /^[a-z]/) { command = part[i + 1]; print "command", at, command; continue }
      if (part[i] ~ /^([|;&]|&&|>)$/) command = ""
      if (command != "" && part[i] ~ /^\[?--[a-z]/) { sub(/^\[/, "", part[i]); gsub(/[][,.;:=].*/, "", part[i]); print "flag", at, part[i], command }
      if (command != "" && part[i] ~ /^--(min|max)$/ && part[i + 1] !~ /[A-Z]/) {
        k = split(part[i + 1], column, ",")
        for (j = 1; j <= k; j++) if (column[j] != "") print "column", at, column[j]
      }
      if (command != "" && part[i] == "-o") print "flag", at, "--out", command
    }
  }
  FNR == 1 { fence = 0; text = ""; last = "" }
  /^ *```/ { fence = !fence; first = fence; next }
  first { first = 0; if ($1 ~ /^(#|\/\*|\/\/)$/) print "example", FILENAME, $2 }
  {
    at = FILENAME ":" FNR
    if (fence || /^    /) {
      line = last $0
      if (line ~ /\\$/) { last = substr(line, 1, length(line) - 1) " "; next }
      last = ""
      if (line ~ /^ *(SERAC_DATA=[^ ]* )?make /) { sub(/^.*make /, "make ", line); make(at, line) }
      if (line ~ /(^| |\/)serac /) serac(at, line)
      n = split(line, part, /[ \t"\047]+/)
      for (i = 1; i <= n; i++) if (part[i] ~ /\/.*\.[a-z]+$/) path(at, part[i])
      next
    }
    n = split($0, span, "`")
    for (s = 2; s <= n; s += 2) {
      if (span[s] ~ /^make /) make(at, span[s])
      else if (span[s] ~ /(^|\/)serac /) serac(at, span[s])
      m = split(span[s], part, /[ \t]+/)
      for (i = 1; i <= m; i++) {
        path(at, part[i])
        if (span[s] ~ /^--[a-z]/ && part[i] ~ /^--[a-z]/) { sub(/[^a-z-].*/, "", part[i]); print "flag", at, part[i], "" }
        if (m == 1 && part[i] ~ /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/) print "word", at, part[i]
      }
    }
  }' "$@" > "$work/named"

# --- one against the other ---
awk -F'\t' -v work="$work" '
  function read(file, to,   line) { while ((getline line < (work "/" file)) > 0) to[line] = 1 }
  BEGIN {
    read("targets", targets); read("flags", flags); read("commands", commands); read("words", words); read("columns", columns)
    for (f in flags) { split(f, part, " "); any[part[2]] = 1 }
  }
  $1 == "target" && !($3 in targets) { print $2 ": make " $3 ": no such target" }
  $1 == "command" && !($3 in commands) { print $2 ": serac " $3 ": no such command" }
  $1 == "column" && !($3 in columns) { print $2 ": " $3 ": no such column of results" }
  $1 == "flag" && $4 != "" && ($4 in commands) && !(($4 " " $3) in flags) { print $2 ": serac " $4 " " $3 ": no such option" }
  $1 == "flag" && $4 == "" && !($3 in any) && !($3 in words) { print $2 ": " $3 ": no command or script has this option" }
  $1 == "word" && !($3 in words) { print $2 ": " $3 ": no such column, key or name" }
' "$work/named" > "$work/wrong"
sed -n 's/^path\t//p' "$work/named" | while IFS="	" read -r at word; do
  folder=$(dirname "${at%:*}")
  found=
  # shellcheck disable=SC2086
  for place in "$word" "$folder/$word" "$folder"/*/"$word" rtl/"$word" model/*/"$word" sim/"$word" sim/*/"$word" reports/*/"$word" drivers/"$word" scripts/"$word" testbench/rtl/"$word" testbench/unit/"$word" \
    "$word".c; do
    for file in $place; do [ ! -e "$file" ] || found=1; done
  done
  # A page that serac writes: its name is in the code.
  case $word in */*) ;; *.md) ! grep -qFx "$word" "$work/words" || found=1 ;; esac
  case $word in _*) for file in */*"$word" */*/*"$word"; do [ ! -e "$file" ] || found=1; done ;; esac
  [ -n "$found" ] || grep -qFx "example	${at%:*}	$word" "$work/named" || echo "$at: $word: no such file"
done >> "$work/wrong"
if [ -s "$work/wrong" ]; then
  sed 's/^/check-docs: /' "$work/wrong"
  echo "check-docs: $(wc -l < "$work/wrong") of $(wc -l < "$work/named") names do not exist"
  exit 1
fi
echo "check-docs: $# documents, $(wc -l < "$work/named") paths, targets, commands, options and names exist"
