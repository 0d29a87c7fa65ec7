# cli_lib.sh - for testbench/cli/*.sh, which are run from the root of the repository.
# shellcheck shell=sh
work=   # folder in which a refused command must leave nothing
logs=   # folder for its output
serac=$PWD/build/serac
count=0
wrong=0

# fails WHAT: notes a failure and goes on.
fails() {
  wrong=$((wrong + 1))
  echo "FAIL $*"
}

# is WHAT FOUND EXPECTED: they are the same.
is() {
  count=$((count + 1))
  if [ "$2" = "$3" ]; then echo "ok   $1"; else fails "$1: $2, expected $3"; fi
}

# summary: the last line and the exit code.
summary() {
  [ "$count" -gt 0 ] || fails "nothing was checked"
  if [ "$wrong" -gt 0 ]; then
    echo "$wrong of $count checks failed"
    exit 1
  fi
  echo "$1"
  exit 0
}

# refused WHAT EXPECTED ARGUMENT...: serac ARGUMENT... must end with exit code 2 and
# one line on stderr that contains EXPECTED, and leave no file in $work.
refused() {
  what=$1
  expected=$2
  shift 2
  case $what in *"${only:-}"*) ;; *) return ;; esac
  count=$((count + 1))
  before=$(find "$work" -exec ls -ld --time-style=full-iso {} + | sort)
  code=0
  "$serac" "$@" > "$logs/out" 2> "$logs/err" || code=$?
  after=$(find "$work" -exec ls -ld --time-style=full-iso {} + | sort)
  lines=$(wc -l < "$logs/err")
  if [ "$code" != 2 ]; then
    fails "$what: exit code $code, expected 2: $(head -n 1 "$logs/err")"
  elif [ "$lines" != 1 ]; then
    fails "$what: $lines lines on stderr: $(head -n 2 "$logs/err")"
  elif ! grep -qF -e "$expected" "$logs/err"; then
    fails "$what: no '$expected' in: $(cat "$logs/err")"
  elif [ -s "$logs/out" ]; then
    fails "$what: wrote to stdout: $(head -n 1 "$logs/out")"
  elif [ "$before" != "$after" ]; then
    fails "$what: changed files in $work"
    printf '%s\n' "$before" > "$logs/before"
    printf '%s\n' "$after" | diff "$logs/before" - | grep '^>'
  else
    echo "ok   $what: $(cat "$logs/err")"
  fi
}
