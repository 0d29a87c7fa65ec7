#!/bin/sh
# measure.sh - synthesises every design of fitting/ and heldout/ for TECH and runs the layers of
# energy/ on the netlists of up to 2,048 bit products a cycle, and units.sh; then collects
# measured/TECH.csv, TECH-energy.csv and TECH-units.csv. A design that stands there for this RTL
# and flow (comments apart) is not measured again, so a run may be stopped and taken up later.
#
#     TECH=sg13g2 [JOBS=2] scripts/synth/measure.sh
#     TECH=sg13g2 scripts/synth/measure.sh --sum    of what a measurement depends on
#
# An hour and more of two cores for a technology. Of an FPGA only what the synthesiser counts is
# collected, not the clock.
set -eu
cd "$(dirname "$0")/../.."
tech=${TECH:-osu018}
export TECH

one() {
  file=$1
  name=$(basename "$file" .cfg)
  dir=build/synth/$TECH/$name
  ! grep -qs "^$name," "scripts/synth/measured/$TECH.csv" || return 0
  if ! grep -q 'flow = "asic"' "scripts/synth/tech/$TECH.cfg"; then
    if ! [ -f "$dir/netlist.json" ] || [ -n "$(find -L rtl scripts/synth/fpga.sh scripts/synth/serac_ram.v \
        "scripts/synth/tech/$TECH.cfg" "$file" -newer "$dir/netlist.json" -type f)" ]; then
      COUNT=1 DESIGN=$file scripts/synth/synth.sh > "build/synth/$TECH/$name.log" 2>&1 ||
        { echo "measure: $name: $(tail -1 "build/synth/$TECH/$name.log")" >&2; return 1; }
    fi
    build/synth_area --fpga "$dir/netlist.json" serac_top > "$dir/counts.csv"
    return
  fi
  if ! [ -f "$dir/result.cfg" ] || [ -n "$(find -L rtl scripts/synth/synth.sh "$file" -newer "$dir/result.cfg" -type f)" ]; then
    DESIGN=$file scripts/synth/synth.sh > "build/synth/$TECH/$name.log" 2>&1 ||
      { echo "measure: $name: $(tail -1 "build/synth/$TECH/$name.log")" >&2; return 1; }
    rm -f "$dir"/energy-*.csv "$dir/netlist.v"
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
# What a measurement depends on: an FPGA's not on the flow of cells, nor the other way round.
rtl=$({ sed 's|//.*||' rtl/*.v rtl/*.vh scripts/synth/serac_ram.v
  if grep -q 'flow = "asic"' "scripts/synth/tech/$tech.cfg"; then
    sed 's|//.*||' scripts/synth/clock_gate*.v
    sed 's|^ *#.*||' scripts/synth/synth.sh
  else
    sed 's|^ *#.*||' scripts/synth/fpga.sh
    sed -n '/^static unsigned ram_luts/,/^static bool asic_leaf/p' scripts/synth/area.c
  fi
  sed 's|^ *#.*||' "scripts/synth/tech/$tech.cfg"; } | sed '/^ *$/d' | cksum | cut -d' ' -f1)
[ "${1:-}" != --sum ] || { echo "$rtl"; exit; }
measured=scripts/synth/measured/$tech
if [ -f "$measured.csv" ] && [ "$(sed -n '1s/^# rtl //p' "$measured.csv")" != "$rtl" ]; then
  rm -f "$measured.csv" "$measured-energy.csv" "$measured-units.csv"
fi
for file in scripts/synth/fitting/*.cfg scripts/synth/heldout/*.cfg; do echo "$file"; done |
  xargs -P "${JOBS:-$(nproc)}" -n 1 scripts/synth/measure.sh --one || failed=1   # the others count
if ! grep -q 'flow = "asic"' "scripts/synth/tech/$tech.cfg" && ! [ -f "$measured-units.csv" ]; then
  COUNT=1 scripts/synth/fpga.sh "$tech" "$(sed -n 's/^flow = "\(.*\)";/\1/p' "scripts/synth/tech/$tech.cfg")" \
    "scripts/synth/tech/$tech.cfg" units '' > "build/synth/$tech/units.log" 2>&1 ||
    { tail -1 "build/synth/$tech/units.log" >&2; failed=1; }
elif ! [ -f "$measured-units.csv" ]; then
  scripts/synth/units.sh > /dev/null
  mkdir -p scripts/synth/measured
  cp "build/synth/$tech/units.csv" "$measured-units.csv"
fi
scripts/synth/fit.py --collect "$tech" "$rtl"
exit "$failed"
