#!/bin/sh
# analyse.sh - clang-tidy and cppcheck over all C of model, drivers, sim, reports and scripts; JOBS at a time.
#
# The checks are those of .clang-tidy and of cppcheck's warning, performance and portability. A waiver is a
# line of scripts/analyse.waivers: what a finding contains, and behind # why it is none; one that matches nothing fails too.
set -eu
cd "$(dirname "$0")/.."
for tool in clang-tidy cppcheck; do
  command -v $tool > /dev/null || { echo "skipped: needs $tool: scripts/setup.sh --fuzz"; exit 77; }
done
out=build/analyse
mkdir -p "$out"
make -s build/serac
includes=$(scripts/include_flags.sh | tr '\n' ' ')
flags="-std=c11 -D_POSIX_C_SOURCE=200809L $includes -Ibuild/proto"
files=$(find model drivers sim reports scripts -name '*.c' ! -path 'sim/icarus/*' ! -path 'scripts/figures/*' | LC_ALL=C sort)
# shellcheck disable=SC2086
printf '%s\n' $files | xargs -P "${JOBS:-$(nproc)}" -I{} clang-tidy --quiet --config-file=scripts/clang-tidy.cfg {} -- $flags > "$out/tidy" 2> "$out/tidy.err" || true
# shellcheck disable=SC2086
cppcheck --quiet --std=c11 -j "${JOBS:-$(nproc)}" --enable=warning,performance,portability --suppress=missingInclude \
  --template='{file}:{line}:{column}: {severity}: {message} [{id}]' -D_POSIX_C_SOURCE=200809L $includes \
  '-DcJSON_ArrayForEach(e,a)=while((e=(a)->child))' $files > "$out/cppcheck" 2>&1
grep -hE '^[^ ]+:[0-9]+:[0-9]+: (warning|error|performance|portability):' "$out/tidy" "$out/cppcheck" | sed "s|^$PWD/||" | sort -u > "$out/lines" || true
sed -E 's/^([^:]*):[0-9]+:[0-9]+/\1/' "$out/lines" > "$out/found"
sed -n 's/^\([^#].*[^ ]\)  *#.*/\1/p' scripts/analyse.waivers > "$out/waivers"
bad=0
while read -r waiver; do
  grep -qF -- "$waiver" "$out/found" || { echo "FAIL the waiver matches nothing: $waiver"; bad=1; }
done < "$out/waivers"
if grep -vF -f "$out/waivers" "$out/found"; then
  echo "the lines of these are in $out/lines"
  bad=1
fi
echo "$(printf '%s\n' "$files" | wc -l) files, $(wc -l < "$out/found") findings, $(wc -l < "$out/waivers") waivers"
exit $bad
