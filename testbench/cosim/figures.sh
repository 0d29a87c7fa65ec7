#!/bin/sh
# The pictures of the READMEs show what is there: their sources, made again from RTL, waveforms and
# #include lines, are those that the SVGs hold. And a wire of the RTL that goes elsewhere, a picture that
# somebody touched, and one that is missing are seen.
set -eu
out=build/figures-test
rm -rf "$out"
mkdir -p "$out"
scripts/figures.sh --check > "$out/all" || { code=$?; cat "$out/all"; exit "$code"; }

# stale TEXT COMMAND...: it fails and says TEXT.
stale() {
  text=$1
  shift
  ! "$@" > "$out/log" 2>&1 || { echo "not seen: $text"; exit 1; }
  grep -qF "$text" "$out/log" || { echo "expected $text, got:"; cat "$out/log"; exit 1; }
}

# differs FILE: the copy's is another one.
differs() { if cmp -s "$1" "$out/$1"; then echo "$1: the fault does not fit"; exit 1; fi; }

cp -r rtl "$out/rtl"
sed 's/\.act_loaded_i   (act_loaded)/.act_loaded_i   (wgt_loaded)/' rtl/serac_core.v > "$out/rtl/serac_core.v"
differs rtl/serac_core.v
stale '"signal":"wgt_loaded_o","port":"act_loaded_i"' env RTL="$out/rtl" scripts/figures.sh --check execute
RTL="$out/rtl" scripts/figures.sh --check dpu > /dev/null

sed 's/>execute</>excuse</' rtl/figures/core.svg > "$out/rtl/figures/core.svg"
differs rtl/figures/core.svg
stale 'changed since' env PICTURES="$out" scripts/figures.sh --check core
cp rtl/figures/core.svg "$out/rtl/figures/core.svg"
PICTURES="$out" scripts/figures.sh --check core > /dev/null
rm "$out/rtl/figures/dpu.svg"
stale 'is missing' env PICTURES="$out" scripts/figures.sh --check dpu
tail -n 1 "$out/all"
