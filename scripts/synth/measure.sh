#!/bin/sh
# measure.sh - synthesises every design of fitting/ and heldout/ for TECH and runs the layers of
# energy/ on the netlists of up to 2,048 bit products a cycle, and units.sh; then collects
# measured/TECH.csv, TECH-energy.csv and TECH-units.csv. A design that stands there, or whose
# folder in build/synth does, for this RTL and flow is not measured again, so a run may be
# stopped and taken up later.
#
#     TECH=sg13g2 [JOBS=2] scripts/synth/measure.sh
#     TECH=sg13g2 scripts/synth/measure.sh --hash     # of this RTL and flow
#
# One to two hours of two cores for a technology. Of an FPGA only what the synthesiser counts is
# collected, not the clock.
set -eu
cd "$(dirname "$0")/../.."
tech=${TECH:-osu018}
export TECH
[ -f "scripts/synth/tech/$tech.cfg" ] || { echo "measure: TECH=$tech: there is no scripts/synth/tech/$tech.cfg" >&2; exit 2; }
asic=true
grep -q 'flow = "asic"' "scripts/synth/tech/$tech.cfg" || asic=false

# What a figure of TECH depends on, as one number: RTL, scripts, tables, and the programs' sources,
# all without comments, blank lines and blanks at the ends of lines, C without any blanks. Not in
# it: libraries, yosys and OpenSTA, nor what compiles the layers of energy/ for a design.
sources() {
  (
    cd scripts/synth
    export LC_ALL=C                    # the order of files
    plain() { sed 's/[[:space:]]*$//; /^$/d'; }
    sed 's|//.*||' ../../rtl/*.v ../../rtl/*.vh serac_ram.v clock_gate*.v | plain
    if $asic; then
      sed 's|^ *#.*||' synth.sh report.sh units.sh "tech/$tech.cfg" tech/sram.cfg energy/*.cfg | plain
      sim=../../sim/netlist
      set -- cells*.[ch] macros.c $sim/sram_cfg.[ch] fanout.c area.c $sim/liberty*.[ch] $sim/netlist*.[ch] \
        $sim/energy*.[ch] $sim/gate_cell.[ch] $sim/gates*.[ch] unit.c $sim/serac_rtl_gates*.[ch] ../../model/cost/serac_sram.[ch] ../../model/base/serac_rng.h
    else
      sed 's|^ *#.*||' fpga.sh modules.py "tech/$tech.cfg" | plain
      set -- area.c
    fi
    for file in "$@"; do gcc -fpreprocessed -dD -E -P "$file"; done | tr -d '[:space:]'   # no comments
  ) | cksum | cut -d' ' -f1
}
rtl=$(sources)
if [ "${1:-}" = --hash ]; then
  echo "$rtl"
  exit
fi

# current FILE: this RTL and flow made FILE of $dir, of this design, and nothing has since.
current() { [ -f "$1" ] && [ "$(cat "$dir/hash" 2> /dev/null)" = "$mine" ] && [ -z "$(find "$1" -newer "$dir/hash")" ]; }

one() {
  file=$1
  name=$(basename "$file" .cfg)
  dir=build/synth/$TECH/$name
  mine="$rtl $(sed 's|^ *#.*||; /^ *$/d' "$file" | cksum)"
  ! grep -qs "^$name," "scripts/synth/measured/$TECH.csv" || return 0
  if ! $asic; then
    if ! current "$dir/netlist.json"; then
      rm -f "$dir/hash" "$dir/netlist.json"
      COUNT=1 DESIGN=$file scripts/synth/synth.sh > "build/synth/$TECH/$name.log" 2>&1 ||
        { echo "measure: $name: $(tail -1 "build/synth/$TECH/$name.log")" >&2; return 1; }
      echo "$mine" > "$dir/hash"
    fi
    build/synth_area --fpga "$dir/netlist.json" serac_top > "$dir/counts.csv"
    return
  fi
  if ! current "$dir/result.cfg"; then
    rm -f "$dir/hash" "$dir/result.cfg" "$dir"/energy-*.csv
    DESIGN=$file scripts/synth/synth.sh > "build/synth/$TECH/$name.log" 2>&1 ||
      { echo "measure: $name: $(tail -1 "build/synth/$TECH/$name.log")" >&2; return 1; }
    rm -f "$dir/netlist.v"
    echo "$mine" > "$dir/hash"
  fi
  products=$(sed -n '1s/.*: \([0-9]*\) bit products.*/\1/p' "$file")
  [ "$products" -le 2048 ] || return 0
  for network in scripts/synth/energy/*.cfg; do
    csv=$dir/energy-$(basename "$network" .cfg).csv
    [ ! -f "$csv" ] || continue
    if build/serac cosim --network "$network" --design "$file" --netlist "$dir" --energy "$csv.part" \
      --window 100000000 > "$dir/cosim.log" 2>&1; then
      mv "$csv.part" "$csv"
    elif grep -q 'does not fit' "$dir/cosim.log"; then
      : > "$csv"                     # a buffer is too small for the layer
    else
      echo "measure: $name: $(tail -1 "$dir/cosim.log")" >&2
      return 1
    fi
  done
}
if [ "${1:-}" = --one ]; then
  one "$2"
  exit
fi
failed=0
mkdir -p "build/synth/$tech"
measured=scripts/synth/measured/$tech
if [ -f "$measured.csv" ] && [ "$(sed -n '1s/^# rtl //p' "$measured.csv")" != "$rtl" ]; then
  rm -f "$measured.csv" "$measured-energy.csv" "$measured-units.csv"
fi
for file in scripts/synth/fitting/*.cfg scripts/synth/heldout/*.cfg; do echo "$file"; done |
  xargs -P "${JOBS:-$(nproc)}" -n 1 scripts/synth/measure.sh --one || failed=1   # the others count
if ! $asic && ! [ -f "$measured-units.csv" ]; then
  COUNT=1 scripts/synth/fpga.sh "$tech" "$(sed -n 's/^flow = "\(.*\)";/\1/p' "scripts/synth/tech/$tech.cfg")" \
    "scripts/synth/tech/$tech.cfg" units '' > "build/synth/$tech/units.log" 2>&1 ||
    { tail -1 "build/synth/$tech/units.log" >&2; failed=1; }
elif ! [ -f "$measured-units.csv" ]; then
  scripts/synth/units.sh > /dev/null
  mkdir -p scripts/synth/measured
  cp "build/synth/$tech/units.csv" "$measured-units.csv"
fi
if [ "$(sources)" != "$rtl" ]; then
  echo "measure: the sources have changed meanwhile; what was made before is made again next time" >&2
  exit 1
fi
scripts/synth/fit.py --collect "$tech" "$rtl"
exit "$failed"
