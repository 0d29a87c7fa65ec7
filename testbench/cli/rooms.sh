#!/bin/sh
# The folders of model, sim, drivers and reports are rooms on floors: no circle of #include lines leads from a room back
# to itself, what a header declares its own room defines, each room has a README, and no C lies beside the rooms. A
# header's name stands once in the whole tree.
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
is "headers of one name" "$(find model sim drivers reports testbench scripts -name "*.h" | sed "s|.*/||" | sort | uniq -d)" ""
for room in model model/* sim sim/* drivers reports reports/* rtl; do
  case $room in */figures) continue ;; esac
  [ ! -d "$room" ] || is "README of $room" "$(find "$room" -maxdepth 1 -name README.md | wc -l)" 1
done
is "C beside the rooms" "$(find model sim reports -maxdepth 1 -name '*.[ch]' | tr '\n' ' ')" "sim/main.c "

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
