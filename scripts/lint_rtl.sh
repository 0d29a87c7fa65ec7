#!/bin/sh
# lint_rtl.sh [MODULE...] - Verilator lint of RTL modules, each as top.
#
# A module is linted with its default parameters and at every point that its file
# names in a line
#   // LINT: -GRows=4 -GCols=4
# as Verilog-2005, all warnings on, those of its submodules included. One line per
# module, the messages in build/lint/MODULE.log, a count at the end. Exit 1 if
# anything was said, 2 for an unknown module, 3 without Verilator. Default: all of
# rtl/serac_*.v.
set -u
cd "$(dirname "$0")/.." || exit 3
command -v verilator > /dev/null ||
  { echo "lint: verilator is not installed (scripts/setup.sh installs it)" >&2; exit 3; }
if [ $# -eq 0 ]; then
  for file in rtl/serac_*.v; do
    [ -f "$file" ] || { echo "lint: no rtl/serac_*.v" >&2; exit 2; }
    name=${file#rtl/}
    set -- "$@" "${name%.v}"
  done
fi

mkdir -p build/lint
modules=0
points=0
bad=0
for module in "$@"; do
  file=rtl/$module.v
  log=build/lint/$module.log
  [ -f "$file" ] || { echo "lint: $file: not found" >&2; exit 2; }
  { echo; sed -n 's|^ *// LINT: *||p' "$file"; } > "$log.points"
  count=0
  warned=0
  : > "$log"
  while read -r point; do
    count=$((count + 1))
    # shellcheck disable=SC2086
    verilator --lint-only -Wall --language 1364-2005 -Irtl -y rtl --top-module "$module" \
      $point "$file" > "$log.point" 2>&1
    code=$?
    if [ $code -ne 0 ] || [ -s "$log.point" ]; then
      warned=$((warned + 1))
      { echo "--- ${point:-default parameters}"; cat "$log.point"; } >> "$log"
    fi
  done < "$log.points"
  rm -f "$log.point" "$log.points"
  modules=$((modules + 1))
  points=$((points + count))
  if [ "$warned" -gt 0 ]; then
    bad=$((bad + 1))
    all=$(grep -v 'Exiting due to' "$log" | grep -c '^%')
    own=$(grep -v 'Exiting due to' "$log" | grep -c "^%[^ ]* $file:")
    printf 'FAIL %-20s %d of %d points, %d messages, %d in its own file; see %s\n' \
      "$module" "$warned" "$count" "$all" "$own" "$log"
  else
    printf 'ok   %-20s %d points\n' "$module" "$count"
  fi
done
echo "lint: $modules modules, $points points, $bad with warnings"
[ "$bad" -eq 0 ]
