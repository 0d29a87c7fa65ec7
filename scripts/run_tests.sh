#!/bin/sh
# run_tests.sh GROUP COMMAND... [-- GROUP COMMAND...]... - runs tests, JOBS at a time, one line each with its
# verdict and seconds.
#
# A command is a program, or PROGRAM:ARGUMENT. Exit code 0 passes, 77 skips
# (the last line printed says why), anything else fails. Results are appended to
# build/results.txt, which `make test` adds up. JOBS: default all processors. What is Verilated runs for
# seconds, so it is built quickly (scripts/build_rtl.sh).
export SERAC_RTL_OPT="${SERAC_RTL_OPT:--O1}"
if [ "$1" != --one ]; then
  mkdir -p build
  list=build/tests.$$
  trap 'rm -f "$list"' EXIT
  group=
  for argument in "$@" --; do
    case $group/$argument in
      /*) group=$argument commands=0 ;;
      */--) [ "$commands" -gt 0 ] || { echo "run_tests: no $group tests" >&2; exit 1; }
            group= ;;
      *) printf '%s\0%s\0' "$group" "$argument" >> "$list"
         commands=$((commands + 1)) ;;
    esac
  done
  xargs -0 -n 2 -P "${JOBS:-$(nproc)}" "$0" --one < "$list"
  exit
fi
group=$2
command=$3
mkdir -p build/log
name=$group/$(basename "${command#*:}")
log=build/log/$(printf '%s' "$name" | tr '/' '_').log
start=$(date +%s)
case $command in
  *:*) "${command%%:*}" "${command#*:}" > "$log" 2>&1 ;;
  *) "$command" > "$log" 2>&1 ;;
esac
code=$?
case $code in
  0) verdict=passed ;;
  77) verdict=skipped ;;
  *) verdict=failed ;;
esac
echo "$verdict $name" >> build/results.txt
detail=
[ "$verdict" != failed ] || detail=$(tail -n 25 "$log" | sed 's/^/    /')
printf '%-7s %4d s  %s: %s\n%s' "$verdict" $(($(date +%s) - start)) "$name" "$(tail -n 1 "$log")" "${detail:+$detail
}"
[ "$verdict" != failed ]
