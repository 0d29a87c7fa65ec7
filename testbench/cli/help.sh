#!/bin/bash
# Help, manual page and completion say the same; what is mistyped is guessed; serac init's
# files are taken by the readers they are for.
set -u
. testbench/data/cli_lib.sh
work=build/cli/help
logs=build/cli/help-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"
export HOME=$PWD/$work

# --- one source: every option of every command in all three ---
"$serac" help --man > "$work/serac.1"
"$serac" help --bash > "$work/serac.bash"
sed 's/\\-/-/g' "$work/serac.1" > "$work/man.txt"
commands=$("$serac" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p')
options=0
for command in $commands; do
  "$serac" "$command" --help > "$work/help.txt" || fails "$command --help: exit code $?"
  for part in '^usage: serac' '^options:' '^examples:'; do
    grep -q "$part" "$work/help.txt" || fails "$command --help has no $part"
  done
  grep -q "^  *\(\. <(\)\?serac .*" <(sed '1,/^examples:/d' "$work/help.txt") || fails "$command --help shows no example"
  sed -n "/^\.SS serac $command /,/^\.EE/p" "$work/man.txt" > "$work/section.txt"
  sed -n "/^    $command)/,/esac ;;/p" "$work/serac.bash" > "$work/case.txt"
  sed -n "/^options:/,/^examples:/s/^  \(--[a-z-]*\).*/\1/p" "$work/help.txt" > "$work/options.txt"
  while read -r option; do
    [ "$option" = --help ] || grep -q -e "^\.B $option" "$work/section.txt" || fails "$command $option: not in the manual page"
    grep -q -e "[' ]${option}[' ]" "$work/case.txt" || fails "$command $option: not in the completion"
    options=$((options + 1))
  done < "$work/options.txt"
done
[ "$options" -gt 80 ] || fails "only $options options were compared"
if command -v groff > /dev/null; then
  noise=$(groff -man -Tutf8 -ww -z "$work/serac.1" 2>&1)
  [ -z "$noise" ] || fails "manual page: $noise"
fi

# --- completion, as bash asks for it ---
# completes EXPECTED WORD...: the last word is being typed.
completes() {
  expected=$1
  shift
  COMP_WORDS=("$serac" "$@")
  COMP_CWORD=$#
  COMPREPLY=()
  _serac
  case " ${COMPREPLY[*]} " in
    *" $expected "*) ;;
    *) fails "completion of $*: '${COMPREPLY[*]}' has no $expected" ;;
  esac
}
# shellcheck source=/dev/null
. "$work/serac.bash"
completes cosim cos
completes --design infer fashion-w2 --des
completes tiny describe --design ti
completes fashion-w8 infer fash
completes keyword-spotting advise key

# --- guesses ---
refused "unknown command" "infr: unknown command (did you mean infer?)" infr
refused "unknown option" "--desing: unknown option (did you mean --design?)" describe --desing tiny
refused "unknown option, like nothing" "--zzz: unknown option; see serac describe --help" describe --zzz
refused "names of no kind" "--names x: no names in configs/x" help --names x

# --- colours: on a terminal, unless NO_COLOR is set; never in a file ---
escape=$(printf '\033')
coloured() { script -qec "$1" /dev/null < /dev/null | grep -c "$escape\["; }
if command -v script > /dev/null; then
  unset NO_COLOR
  [ "$(coloured "$serac infer --help")" -gt 0 ] || fails "no colour on a terminal"
  [ "$(coloured "$serac describe --design nothing")" -gt 0 ] || fails "no coloured message on a terminal"
  [ "$(coloured "NO_COLOR=1 $serac infer --help")" = 0 ] || fails "colour in spite of NO_COLOR"
  "$serac" infer --help | grep -q "$escape" && fails "colour in a file"
fi

# --- init ---
for kind in sweep design memory network; do
  "$serac" init $kind -o "$work/my-$kind.cfg" > "$work/init.txt" || fails "init $kind: exit code $?"
  [ "$(grep -c '#' "$work/my-$kind.cfg")" -gt 5 ] || fails "init $kind: not commented"
done
# takes COMMAND...: it reads the file and is content.
takes() { "$serac" "$@" > "$work/out.txt" 2>&1 || fails "serac $*: $(tail -n 1 "$work/out.txt")"; }
takes describe --design "$work/my-design.cfg"
takes infer fashion-w2 --design tiny --memory "$work/my-memory.cfg" --limit 1
takes infer "$work/my-network.cfg" --design "$work/my-design.cfg" --limit 1
takes sweep "$work/my-sweep.cfg" --out "$work/sweep"
"$serac" export "$work/sweep" --totals | grep -q ',total,' || fails "init sweep: no results"
"$serac" infer "$work/my-network.cfg" --design tiny --limit 1 --csv | grep -q ',my-network,' || fails "init network: not under its name"
refused "init, unknown kind" "desing: must be sweep, design, memory or network" init desing -o "$work/x.cfg"
refused "init, no path" "--out x: must end in .cfg" init design -o x
cp "$work/my-network.bin" "$work/before.bin"
refused "init, file that is there" "my-design.cfg: is there already" init design -o "$work/my-design.cfg"
refused "init, blob that is there" "my-network.bin: is there already" init network -o "$work/my-network.cfg"
cmp -s "$work/before.bin" "$work/my-network.bin" || fails "init has written over a file"
summary "$options options in help, manual page and completion; 4 files of init taken by their readers"
