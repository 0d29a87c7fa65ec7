#!/bin/sh
# run_tests.sh GROUP COMMAND... - runs tests, one verdict line each.
#
# A command is a program, or PROGRAM:ARGUMENT. Exit code 0 passes, 77 skips
# (the last line printed says why), anything else fails. Results are appended to
# build/results.txt, which `make test` adds up.
group=$1
shift
mkdir -p build/log
bad=0
for command in "$@"; do
  name=$group/$(basename "${command#*:}")
  log=build/log/$(printf '%s' "$name" | tr '/' '_').log
  case $command in
    *:*) "${command%%:*}" "${command#*:}" > "$log" 2>&1 ;;
    *) "$command" > "$log" 2>&1 ;;
  esac
  code=$?
  case $code in
    0) verdict=passed ;;
    77) verdict=skipped ;;
    *) verdict=failed; bad=1 ;;
  esac
  echo "$verdict $name" >> build/results.txt
  printf '%-7s %s: %s\n' "$verdict" "$name" "$(tail -n 1 "$log")"
  [ "$verdict" != failed ] || tail -n 25 "$log" | sed 's/^/    /'
done
exit $bad
