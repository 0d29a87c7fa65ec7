#!/bin/sh
# figures.sh [--check] [NAME...] - draws the pictures of scripts/figures/figures.json, or sees whether they are current.
#
# A picture's source is made from what it shows: the RTL as yosys elaborates it for `tiny`, a waveform of the
# RTL from a run of `serac infer`, or the #include lines of a folder. Node draws it, with the packages that
# scripts/figures/package-lock.json pins. The SVG holds its source, the digest of what drew it, and its own.
# --check makes the sources again and compares, without Node. RTL: where the Verilog is (rtl); PICTURES: the tree that
# has the SVGs (.). Needs build/serac.
set -eu
cd "$(dirname "$0")/.."
check=
[ "${1:-}" != --check ] || { check=1; shift; }
here=scripts/figures
work=build/figures
rtl=${RTL:-rtl}
design=tiny
mkdir -p "$work"
for tool in yosys jq; do
  command -v "$tool" > /dev/null || { echo "figures: $tool is not installed, see scripts/setup.sh"; exit 77; }
done
make -s build/figure_blocks build/figure_wave
[ $# -gt 0 ] || {
  # shellcheck disable=SC2046
  set -- $(jq -r '.[].name' "$here/figures.json")
}

# The modules that are drawn, and those above them, whole; the others as black boxes, which is all that is seen of them.
netlist() {
  [ ! -e "$work/netlist.new" ] || return 0
  whole=$(jq -r '"serac_top", (.[].module // empty), (.[].above[]? // empty)' "$here/figures.json" | sort -u)
  for module in $whole; do echo "$rtl/$module.v"; done > "$work/whole"
  printf '%s\n' "$rtl"/serac_*.v | grep -vxF -f "$work/whole" > "$work/boxes"
  parameters=$(build/serac describe --design "$design" --parameters | sed 's/\([A-Za-z]*\)=\([0-9]*\)/-chparam \1 \2/g')
  yosys -q -p "read_verilog -I$rtl $(tr '\n' ' ' < "$work/whole"); read_verilog -lib -I$rtl $(tr '\n' ' ' < "$work/boxes")
    hierarchy -check -top serac_top $parameters
    proc; opt_expr; opt_dff; opt_clean; write_json $work/netlist.json" > "$work/yosys.log" 2>&1 ||
    { tail -3 "$work/yosys.log"; exit 1; }
  : > "$work/netlist.new"
}

# The run of the RTL, a VCD of its first cycles.
wave() {
  [ ! -e "$work/$1.new" ] || return 0
  awk 'BEGIN { for (i = 0; i < 72; i++) printf "%c", 33 + 37 * i % 90 }' > "$work/steps.bin"
  memory=default
  [ "$1" != stalls ] || memory=random-stalls
  build/serac infer testbench/data/steps.cfg --design "$design" --memory "$memory" --input "$work/steps.bin" \
    --backend rtl --limit 1 --trace "$work/$1.vcd" --trace-cycles 0-1300 > "$work/$1.log" 2>&1 ||
    { code=$?; cat "$work/$1.log"; exit "$code"; }
  : > "$work/$1.new"
}

source_of() { # NAME: its source, into $work/NAME.json
  jq -c --arg name "$1" --arg design "$design" '.[] | select(.name == $name) | .design = $design' "$here/figures.json" \
    > "$work/$1.figure"
  case $(jq -r .kind "$work/$1.figure") in
    blocks)
      netlist
      build/figure_blocks "$work/netlist.json" "$rtl" < "$work/$1.figure" > "$work/$1.json"
      ;;
    wave)
      run=$(jq -r .run "$work/$1.figure")
      wave "$run"
      build/figure_wave "$work/$run.vcd" < "$work/$1.figure" > "$work/$1.json"
      ;;
    includes) "$here/includes.sh" "$work/$1.figure" > "$work/$1.json" ;;
    *) echo "figures: $1: no such figure in $here/figures.json"; exit 2 ;;
  esac
}

digest() { cat "$here"/*.mjs "$here/package-lock.json" sim/trace/serac_states.txt | sha256sum | cut -c1-16; }

draw() { # NAME OUT
  node "$here/draw.mjs" "$work" "$(jq -r .kind "$work/$1.figure")" "$work/$1.json" "$work/$1.svg"
  {
    sed '$d' "$work/$1.svg"
    printf '<metadata><![CDATA[\n'
    cat "$work/$1.json"
    printf ']]></metadata>\n'
  } > "$work/$1.new"
  printf '<!-- drawn by %s, picture %s -->\n</svg>\n' "$(digest)" "$(sha256sum < "$work/$1.new" | cut -c1-16)" >> "$work/$1.new"
  mkdir -p "$(dirname "$2")"
  mv "$work/$1.new" "$2"
}

stale() { echo "figures: $1: $2; make figures"; bad=1; }

compare() { # NAME OUT
  [ -f "$2" ] || { stale "$2" "is missing"; return; }
  sed -n '/^<metadata>/,/^\]\]>/p' "$2" | sed '1d;$d' > "$work/$1.was"
  diff -u "$work/$1.was" "$work/$1.json" > "$work/$1.diff" ||
    { sed -n '/^[-+] /p' "$work/$1.diff" | cut -c1-160 | head -6; stale "$2" "what it shows has changed"; return; }
  [ "$(tail -n 2 "$2" | head -n 1)" = \
    "<!-- drawn by $(digest), picture $(head -n -2 "$2" | sha256sum | cut -c1-16) -->" ] ||
    stale "$2" "was not drawn by these scripts, or changed since"
}

bad=
count=0
rm -f "$work"/*.new
if [ -z "$check" ] && ! cmp -s "$here/package-lock.json" "$work/node_modules/.lock"; then
  command -v npm > /dev/null || { echo "figures: npm is not installed: scripts/setup.sh --figures"; exit 1; }
  cp "$here/package.json" "$here/package-lock.json" "$work"
  (cd "$work" && npm ci --silent --no-audit --no-fund --ignore-scripts)
  cp "$here/package-lock.json" "$work/node_modules/.lock"
fi
for name in "$@"; do
  source_of "$name"
  out=${PICTURES:-.}/$(jq -r .out "$work/$name.figure")
  if [ -n "$check" ]; then compare "$name" "$out"; else draw "$name" "$out"; fi
  count=$((count + 1))
done
[ -z "$bad" ] || exit 1
if [ -n "$check" ]; then echo "figures: $count pictures show what is there"; else echo "figures: $count pictures drawn"; fi
