#!/bin/sh
# The memories that `serac describe` lists are those of the elaborated RTL: width, depth,
# ports and number, for designs whose banks are cut in different ways.
set -u
. testbench/data/cli_lib.sh
work=build/cli/memories
rm -rf "$work"
mkdir -p "$work"
rtl=$(for file in rtl/serac_*.v; do [ "$file" = rtl/serac_ram.v ] || printf '%s ' "$file"; done)
compared=0
for design in tiny scripts/synth/heldout/heldout-01.cfg scripts/synth/heldout/heldout-02.cfg scripts/synth/heldout/heldout-09.cfg; do
  count=$((count + 1))
  name=$(basename "$design" .cfg)
  chparam=$("$serac" describe --design "$design" --parameters | sed 's/\([A-Za-z]*\)=\([0-9]*\)/-chparam \1 \2/g')
  "$serac" describe --design "$design" | awk '/^memories/ {on = 1; next} /^$/ {on = 0}
    on && !/flip-flops/ {n[$(NF - 3) "x" $(NF - 1) "x" $NF] += $(NF - 4)} END {for (k in n) print k, n[k]}' | sort > "$work/$name.model"
  yosys -q -p "read_verilog scripts/synth/serac_ram.v; read_verilog -Irtl $rtl; hierarchy -check -top serac_top $chparam
    tee -q -o $work/$name.dump dump t:serac_macro; write_rtlil $work/$name.il" > "$work/$name.log" 2>&1 ||
    fails "$name: yosys: $(tail -1 "$work/$name.log")"
  shapes=$(awk '$1 == "cell" {on = $2 == "\\serac_macro"} $1 == "parameter" {v[$(NF - 1)] = $NF}
    on && $1 == "connect" {on = 0; print v["\\Width"] "x" v["\\Depth"] "x" v["\\Ports"]}' "$work/$name.dump" | sort -u)
  chtype=
  for shape in $shapes; do
    rest=${shape#*x}
    chtype="$chtype chtype -set serac_macro_$shape t:serac_macro r:Width=${shape%%x*} %i r:Depth=${rest%x*} %i r:Ports=${rest#*x} %i;"
  done
  yosys -q -p "read_rtlil $work/$name.il; $chtype delete =serac_macro; tee -q -o $work/$name.stat stat -top serac_top" > "$work/$name.log" 2>&1
  awk '/=== design hierarchy/ {on = 1} on && $1 ~ /^serac_macro_/ {sub(/serac_macro_/, ""); print $1, $2}' "$work/$name.stat" | sort > "$work/$name.rtl"
  cmp -s "$work/$name.model" "$work/$name.rtl" ||
    fails "$name: model $(tr '\n' ' ' < "$work/$name.model"), RTL $(tr '\n' ' ' < "$work/$name.rtl")"
  compared=$((compared + $(wc -l < "$work/$name.rtl")))
done
[ "$compared" -gt 12 ] || fails "only $compared kinds of memory were compared"
summary "$compared kinds of memory of $count designs are the RTL's"
