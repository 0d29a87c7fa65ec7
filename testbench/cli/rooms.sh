#!/bin/sh
# The folders of model, sim, drivers and reports are rooms on floors: no circle of #include lines leads from a room back
# to itself, what a header declares its own room defines, and no C lies beside the rooms. A header's name stands once
# in the whole tree. Each room has a README that names every file, and files and functions that comments name exist.
set -u
. testbench/data/cli_lib.sh
work=build/cli/rooms
rm -rf "$work"
mkdir -p "$work"

# edges TREE: from the including file's folder to the header's, a line each.
edges() {
  (
    cd "$1" || exit 1
    find model sim drivers reports -name '*.h' | sed 's|^\(.*\)/\([^/]*\)$|\2 \1|' | LC_ALL=C sort > "$work/homes"
    grep -rHE --include='*.[ch]' --include='*.cpp' '^ *# *include "' model sim drivers reports |
      sed 's|^\(.*\)/[^/:]*:.*"\(.*\)".*|\2 \1|' | LC_ALL=C sort | LC_ALL=C join "$work/homes" - |
      awk '$2 != $3 {print $3, $2}' | sort -u
  )
}

# circle TREE: the rooms that are in one.
circle() { edges "$1" | tsort 2>&1 > /dev/null | sed -n 's/^tsort: \(.*\/.*\)$/\1/p' | tr '\n' ' '; }

# declared: functions of the headers, each with its room. The table of commands (serac_cmd_) is main's.
declared() {
  find model sim drivers reports -name '*.h' -exec grep -HoE '^[a-z][A-Za-z0-9_ *]*[ *][a-z0-9]+_[a-z0-9_]+\(' {} + |
    grep -vE ':(static|typedef)' | sed 's|^\(.*\)/[^/:]*:.*[ *]\([a-z0-9_]*\)($|\2 \1|' | grep -v '^serac_cmd_' | LC_ALL=C sort -u
}

# defined: functions of the objects that have a source, each with its room.
defined() {
  find model sim drivers reports -name '*.c' | sed 's|^\(.*\)\.c$|build/\1.o|' | while read -r object; do
    [ ! -f "$object" ] || echo "$object"
  done | xargs nm --defined-only -g -A | sed -n 's|^build/\(.*\)/[^/:]*:.* T \(.*\)|\2 \1|p' | LC_ALL=C sort -u
}

work=$PWD/$work
is "folders that include each other in a circle" "$(circle .)" ""
[ "$(edges . | wc -l)" -gt 50 ] || fails "hardly any #include line between folders: $(edges . | wc -l)"
# And floors: whom a folder may include (CONTRIBUTING.md).
edges . | awk '{split($1, from, "/"); split($2, to, "/"); print $1, $2, from[1] " " to[1]}' | while read -r who whom from to; do
  case "$from $to" in
    "model model" | "sim model" | "sim sim" | "sim drivers" | "reports model" | "reports sim" | "reports reports") ;;
    "drivers model") case $whom in model/base | model/machine) ;; *) echo "$who: $whom" ;; esac ;;
    *) echo "$who: $whom" ;;
  esac
done > "$work/upwards"
is "folders that include one above theirs" "$(cat "$work/upwards")" ""
is "headers of one name" "$(find model sim drivers reports testbench scripts -name "*.h" | sed "s|.*/||" | sort | uniq -d)" ""
for room in model model/* sim sim/* drivers reports reports/* rtl; do
  case $room in */figures) continue ;; esac
  [ ! -d "$room" ] || is "README of $room" "$(find "$room" -maxdepth 1 -name README.md | wc -l)" 1
done
is "C beside the rooms" "$(find model sim reports -maxdepth 1 -name '*.[ch]' | tr '\n' ' ')" "sim/main.c "

# unnamed FOLDER...: files that the folder's README does not name; in rtl/ the module is enough.
unnamed() {
  for room in "$@"; do
    [ -f "$room/README.md" ] || continue
    {
      awk -F'\140' '{ for (i = 2; i <= NF; i += 2) print $i }' "$room/README.md" | tr ' ' '\n'   # in backticks
      grep -o 'serac_[a-z_]*' rtl/README.md | sed 's/$/.v/'
    } | sort -u > "$work/names"
    for file in "$room"/*; do
      if [ ! -f "$file" ] || [ "${file##*/}" = README.md ]; then continue; fi
      named=
      # shellcheck disable=SC2254
      while read -r name; do case ${file##*/} in $name) named=1 ;; esac; done < "$work/names"
      [ -n "$named" ] || echo "$file"
    done
  done
}
is "files that no row of their README names" "$(unnamed rtl model/* sim/* drivers reports/* scripts scripts/*)" ""
mkdir -p "$work/room"
printf '| \140named.c\140 |\n' > "$work/room/README.md"
touch "$work/room/named.c" "$work/room/stray.c"
is "a file without a row" "$(unnamed "$work/room")" "$work/room/stray.c"

# What comments name. Words in CAPITALS stand for something else; a test may name what is not there.
find rtl model sim drivers reports scripts -name '*.[chv]' -o -name '*.vh' -o -name '*.cpp' -o -name '*.sh' -o -name '*.py' -o -name '*.mk' > "$work/sources"
xargs grep -oE '\b(rtl|sim|model|drivers|configs|testbench|scripts|reports)/[A-Za-z0-9_/.-]*[A-Za-z0-9_]\.(c|h|v|vh|md|sh|py|cpp|mk|cfg)\b' < "$work/sources" |
  grep -vE '[-/_][A-Z]+[.-]|\.\.' | sort -u > "$work/paths"
[ "$(wc -l < "$work/paths")" -gt 100 ] || fails "hardly any path in a comment: $(wc -l < "$work/paths")"
is "files that are not there" "$(while IFS=: read -r file path; do [ -e "$path" ] || echo "$file: $path"; done < "$work/paths")" ""
xargs grep -hoE '\bserac_[a-z0-9_]+\(\)' < "$work/sources" | tr -d '()' | sort -u > "$work/called"
find model sim drivers reports \( -name '*.[ch]' -o -name '*.cpp' \) -exec grep -hoE '\bserac_[a-z0-9_]+\(([^)]|$)' {} + |
  sed 's/(.*//' | sort -u > "$work/functions"
is "functions that are not there" "$(comm -23 "$work/called" "$work/functions")" ""

declared > "$work/declared"
defined > "$work/defined"
LC_ALL=C join "$work/declared" "$work/defined" > "$work/both"
[ "$(wc -l < "$work/both")" -gt 500 ] || fails "hardly any function is declared and defined: $(wc -l < "$work/both")"
is "functions that another room defines" "$(awk '$2 != $3' "$work/both")" ""

# A circle is seen: the reader of files asks a design.
mkdir "$work/tree"
cp -r model sim drivers reports "$work/tree"
echo '#include "serac_design.h"' >> "$work/tree/model/base/serac_config.c"
is "a circle that was made" "$(circle "$work/tree" | tr ' ' '\n' | sort | sed "/^$/d" | tr "\n" " ")" "model/base model/machine "
summary "$count checks: $(edges . | wc -l) pairs of folders, none in a circle"
