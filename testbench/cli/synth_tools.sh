#!/bin/sh
# The tools of make synth on a small netlist: buffer trees keep the function, obey the
# limit and are stable; areas add up to yosys's; macros have their table's figures; the
# left-out designs are as drawn; every kind of bad input is one clear line and exit code 2.
set -u
. testbench/data/cli_lib.sh
work=build/cli/synth-tools
rm -rf "$work"
mkdir -p "$work"
lib=/usr/share/qflow/tech/osu018/osu018_stdcells.lib
[ -f $lib ] || { echo "skipped: $lib is missing (scripts/setup.sh --synth)"; exit 77; }
make -s synth-tools || { echo "the tools do not build"; exit 1; }
ok() { count=$((count + 1)); [ "$1" = 0 ] || fails "$2"; }

# A register that drives 200 gates in two sub-modules, and a wide XOR.
cat > "$work/top.v" << 'EOF'
module leaf (input c, input s, input [99:0] a, output reg [99:0] y);
  always @(posedge c) y <= s ? a : y ^ a;
endmodule
module top (input c, input d, input [99:0] a, output [99:0] y, output [99:0] z, output p,
            output [399:0] q);
  reg s, t;
  always @(posedge c) {s, t} <= {d ^ ^a, d};
  leaf u_one (.c (c), .s (s), .a (a), .y (y));
  leaf u_two (.c (c), .s (s), .a (~a), .y (z));
  assign p = s;
  genvar i;
  generate
    for (i = 0; i < 100; i = i + 1) begin : gen
      small u_small (.c (c), .s (t), .a (a[i]), .y (q[4*i +: 4]));
    end
  endgenerate
endmodule
module small (input c, input s, input a, output reg [3:0] y);   // s: more than half the limit
  always @(posedge c) y <= {4{s}} ^ {y[2:0], a};
endmodule
EOF
build/synth_cells --prune $lib > "$work/cells.lib"
# Its only wire load is the estimate: 0.6 fF times the root of 96 um2 (a flip-flop) / 3 / 0.7.
sed '0,/^cell (/s//default_wire_load : "Own" ;\nwire_load ("Own") { capacitance : 9; slope : 1; fanout_length (1, 1); }\ncell (/' $lib > "$work/own.lib"
grep -q '"Own"' "$work/own.lib" && build/synth_cells --prune "$work/own.lib" > "$work/pruned.lib"
ok $? "cells: $(tail -1 "$work/pruned.lib")"
[ "$(grep -c 'wire_load' "$work/pruned.lib")" = 3 ] && sed -n '/wire_load ("serac")/,/}/p' "$work/pruned.lib" | grep -q 'capacitance : 0.00405674;'
ok $? "the pruned library has not just the estimated wire load"
yosys -q -p "read_verilog $work/top.v; hierarchy -top top; synth -top top; dfflibmap -liberty $work/cells.lib
  abc -liberty $work/cells.lib; opt_clean; tee -q -o $work/stat stat -liberty $work/cells.lib
  write_json $work/before.json" > "$work/yosys.log" 2>&1
ok $? "yosys: $(tail -1 "$work/yosys.log")"
limit=0.15
fan() { build/synth_fanout "$work/cells.lib" BUFX4 A Y $limit < "$1" > "$2" 2> "$work/fanout.log"; }
fan "$work/before.json" "$work/after.json"
ok $? "fanout: $(cat "$work/fanout.log")"
buffers=$(sed -n 's/synth_fanout: \([0-9]*\) buffers.*/\1/p' "$work/fanout.log")
[ "${buffers:-0}" -ge 10 ]
ok $? "fanout: $buffers buffers for 200 gates"
sed 's/.*drives more than \([0-9.e-]*\) pF (limit \([0-9.]*\))/\1 \2/' "$work/fanout.log" | awk '{exit !($1 > 0 && $1 <= $2)}'
ok $? "fanout: $(cat "$work/fanout.log")"
fan "$work/after.json" "$work/again.json"
grep -q '^synth_fanout: 0 buffers' "$work/fanout.log"
ok $? "fanout: a second run is not idle: $(cat "$work/fanout.log")"
equal() {
  yosys -q -p "read_json $1; rename top gold; flatten; read_liberty -ignore_miss_func $work/cells.lib; hierarchy -top gold; flatten
    design -stash gold; read_json $2; rename top gate; flatten; read_liberty -ignore_miss_func $work/cells.lib; hierarchy -top gate; flatten
    design -stash gate; design -copy-from gold -as gold gold; design -copy-from gate -as gate gate
    equiv_make gold gate both; hierarchy -top both; equiv_simple -undef; equiv_induct -undef; equiv_status -assert" > "$work/equiv.log" 2>&1
}
equal "$work/before.json" "$work/after.json"
ok $? "fanout changes the function: $(tail -1 "$work/equiv.log")"
sed 's/"XNOR2X1"/"XOR2X1"/' "$work/after.json" > "$work/broken.json"
cmp -s "$work/after.json" "$work/broken.json"
[ $? = 1 ] && ! equal "$work/before.json" "$work/broken.json"
ok $? "the equivalence check does not see an exchanged gate"

# Areas: a tree of instances against yosys's sum.
build/synth_macros scripts/synth/tech/sram.cfg /dev/null 64x256x1x1 > "$work/macros.lib"
build/synth_area "$work/before.json" top "$work/cells.lib" "$work/macros.lib" > "$work/area.csv"
mine=$(awk -F, 'NR == 2 {print $4}' "$work/area.csv")
theirs=$(sed -n "s/.*Chip area for top module.*: //p" "$work/stat")
awk "BEGIN {exit !($theirs > 0 && ($mine - $theirs) ^ 2 < 1)}"
ok $? "area: $mine, yosys has $theirs"
two=$(awk -F, '$1 == "u_one" || $1 == "u_two" {n += $3} END {print n}' "$work/area.csv")
[ "$two" = 2 ]
ok $? "area: $two sub-modules of two"
grep -q "area : 93181;" "$work/macros.lib"
ok $? "a 64 x 256 macro has not its table's area"

# LUTs of an FPGA: distributed RAM as a slice holds it, and inverters of one net once.
fpga() {   # TYPE NET...: a netlist with a cell of TYPE at each net
  kind=$1
  shift
  for net; do printf '"c%s%d":{"type":"%s","connections":{"I":[%d]}},' "$kind" "$((n += 1))" "$kind" "$net"; done
}
n=0
{ printf '{"modules":{"MULT18X18":{"attributes":{"blackbox":"1"},"cells":{}},"serac_t":{"cells":{'
  for ram in RAM32M RAM64M RAM32X1D RAM64X1D RAM128X1D RAM32X1S RAM64X1S RAM128X1S RAM256X1S; do fpga $ram 2; done
  fpga INV 2 3 2
  printf '"last":{"type":"GND","connections":{}}}}}}'; } > "$work/fpga.json"
luts=$(build/synth_area --fpga "$work/fpga.json" serac_t | awk -F, 'NR == 2 {print $4}')
[ "$luts" = $((4 + 4 + 2 + 2 + 4 + 1 + 1 + 2 + 4 + 2)) ]
ok $? "synth_area: $luts LUTs of nine kinds of distributed RAM and three inverters of two nets, 26 expected"

# A unit alone: its gates compute what it should, and a changed gate is seen.
TECH=osu018 UNIT="serac_dpu Lanes=8 WgtPlanes=2 ActPlanes=1" scripts/synth/synth.sh > "$work/unit.log" 2>&1
ok $? "a unit alone: $(tail -1 "$work/unit.log")"
unit=build/synth/osu018/serac_dpu-8-2-1
measured=$(build/synth_unit $unit serac_dpu 8 2 1 4 3)
ok $? "synth_unit: $measured"
[ "$(echo "$measured" | cut -d, -f5)" -gt 500 ]
ok $? "synth_unit compared too little: $measured"
mkdir -p "$work/unit"
cp $unit/cells.lib "$work/unit"
sed 's/"NOR2X1"/"NAND2X1"/' $unit/netlist.json > "$work/unit/netlist.json"
build/synth_unit "$work/unit" serac_dpu 8 2 1 4 3 > "$work/out" 2>&1
[ $? = 1 ] && grep -q 'acc_o .*, expected' "$work/out"
ok $? "synth_unit does not see an exchanged gate: $(cat "$work/out")"

# An FPGA's fit: no DSP is a target like another, an error there is a number, modules of one path add up.
python3 - > "$work/fit.py.log" 2>&1 << 'EOF'
import sys
sys.path.insert(0, 'scripts/synth')
sys.dont_write_bytecode = True
import fit_collect
import fit_fpga
import fit_units
near = lambda a, b: all(abs(x - y) < 1e-6 for x, y in zip(a, b))
found = fit_units.nnls_counts([[1, 1], [1, 0], [1, 3]], [5, 0, 15])
assert near(found, [0, 5]), found
assert fit_units.nnls_counts([[1, 2], [1, 3]], [0, 0]) == [0, 0]
row = lambda path, module, luts: {'path': path, 'module': module, 'luts': luts, 'flip_flops': 1, 'dsps': 0, 'block_rams': 0.5}
at, rams = fit_collect.by_path([row('u_a', 'serac_a', 3), row('u_a', 'serac_b', 4), row('u_a.u_ram', 'serac_ram', 2)])
assert at['u_a'] == [7, 2, 0, 1] and rams == {'u_a.u_ram': [2, 1, 0, 0.5]}, (at, rams)
fit_fpga.print_counts('x', {'dsps': [(0, 2.0), (4, 5.0), (4, 4.0)], 'brams': [(0, 0.0)]})
EOF
ok $? "fit.py: $(tail -1 "$work/fit.py.log")"
{ echo 'x: dsps: median 12.5 %, worst 25.0 % of 2 designs'
  echo 'x: dsps: 1 designs have none, at most 2.00 foretold'
  echo 'x: brams: 1 designs have none, at most 0.00 foretold'; } | cmp -s - "$work/fit.py.log"
ok $? "fit.py: $(cat "$work/fit.py.log")"

# A library whose flip-flop stores the negation of D, as ASAP7's do, so that R is its preset: what
# clears a register must still do so (yosys 0.23 alone takes S). The same gates, R and S exchanged, do not.
sed '/^cell (DFFSR)/,/^}/{s/next_state : "D"/next_state : "!D"/;s/clear : "(!R)"/clear : "(!S)"/;s/preset : "(!S)"/preset : "(!R)"/
  s/function : "P0002"/function : "P0003"/}' $lib > "$work/negated.lib"
[ "$(diff $lib "$work/negated.lib" | grep -c '^>')" = 4 ]
ok $? "the negated library is not what it should be"
TECH=negated LIBERTY="$work/negated.lib" UNIT="serac_loop Bits=2" scripts/synth/synth.sh > "$work/negated.log" 2>&1
ok $? "a library of negated flip-flops: $(tail -1 "$work/negated.log")"
clears() {
  yosys -q -p "read_json $1; read_liberty -ignore_miss_func $work/negated.lib; hierarchy -top serac_loop; flatten; async2sync
    delete t:\$_DFF* t:\$_FF_; sat -verify -set rst_ni 0 -prove left_o 0 -prove first_o 0 -prove last_o 0 serac_loop" > "$work/clears.log" 2>&1
}
negated=build/synth/negated/serac_loop-2/netlist.json
clears $negated
ok $? "registers of negated flip-flops are not 0 at reset: $(tail -1 "$work/clears.log")"
sed '/"connections"/,/}/{s/"R": /"T": /;s/"S": /"R": /;s/"T": /"S": /}' $negated > "$work/exchanged.json"
clears "$work/exchanged.json"
[ $? = 1 ] && grep -q 'proof did fail' "$work/clears.log"
ok $? "R and S exchanged are not seen: $(tail -1 "$work/clears.log")"

# Coefficients that are fitted keep to the goals on the left-out designs that are measured.
for csv in scripts/synth/measured/*[0-9a-z].csv; do
  tech=$(basename "$csv" .csv)
  case $tech in *-energy | *-units) continue ;; esac
  scripts/synth/fit.py "$tech" "$work/fit.cfg" > "$work/fit" 2>&1
  ok $? "fit $tech: $(tail -1 "$work/fit")"
  cmp "configs/tech/$tech.cfg" "$work/fit.cfg" > "$work/fit.cmp" 2>&1
  ok $? "configs/tech/$tech.cfg is not what fit.py makes of measured/: $(cat "$work/fit.cmp")"
  if grep -q '^fpga = ' "configs/tech/$tech.cfg"; then
    # DSPs and block RAMs in numbers, memories as measured: 7-series by the same rule, iCE40's LUTs nearly.
    awk -v exact="$(grep -c 'fpga = "xc7"' "configs/tech/$tech.cfg")" '
      /^left out: (luts|ffs): median/ {n++; if ($5 > 3 || $8 > 10 || $11 != 16) bad = bad $0 "; "}
      /^left out: (dsps|brams): median/ {if ($8 > 1) bad = bad $0 "; "}
      /^left out: .* have none/ {if ($(NF - 1) > 0.5) bad = bad $0 "; "}
      /^memories:/ {n++; if (exact && $2 != $4) bad = bad $0 "; "}
      END {if (n != 3) bad = "no errors printed"; if (bad) print bad; exit bad != ""}' "$work/fit" > "$work/fit.bad"
    ok $? "fit $tech: $(cat "$work/fit.bad")"
    continue
  fi
  # Cells alone, too: memories are not fitted, and hide what is. SKY130's clock is known to miss its goal of 10
  # (scripts/synth/README.md says why): no worse than that.
  clock=10
  [ "$tech" != sky130hd ] || clock=36.3
  sed -n 's/^left out: \([a-z ]*\): median \([0-9.]*\) %, worst \([0-9.]*\) % of \([0-9]*\) [a-z]*$/\1,\2,\3,\4/p' "$work/fit" |
    awk -F, -v clock="$clock" '{n++; e = $1 ~ /^energy/; most = e ? 20 : $1 == "clock" ? clock : 10}
      (e && $2 > 10) || $3 > most || $4 < 1 {bad = bad $0 "; "}
      $1 ~ /^area|^cells/ && $2 > 3 || $1 == "energy" && ($2 > 5 || $3 > 15) {bad = bad $0 "; "}
      END {if (n != 5) bad = "no errors printed"; if (bad) print bad; exit bad != ""}' > "$work/fit.bad"
  ok $? "fit $tech: $(cat "$work/fit.bad")"
done

# The designs of the fits are still those that were drawn.
scripts/synth/draw.sh 8 7 5 "$work/fitting" > "$work/draw.log" 2>&1 && diff -r scripts/synth/fitting "$work/fitting" > "$work/draw.log" 2>&1
ok $? "scripts/synth/fitting: $(tail -1 "$work/draw.log")"
scripts/synth/draw.sh 20261125 10 6 "$work/heldout" > "$work/draw.log" 2>&1 && diff -r scripts/synth/heldout "$work/heldout" > "$work/draw.log" 2>&1
ok $? "scripts/synth/heldout: $(tail -1 "$work/draw.log")"

# refuses WHAT EXPECTED COMMAND...: exit code 2 and one line with EXPECTED.
refuses() {
  what=$1 expected=$2
  shift 2
  count=$((count + 1))
  code=0
  "$@" > "$work/out" 2> "$work/err" || code=$?
  if [ "$code" != 2 ] || ! grep -qF -- "$expected" "$work/err" || [ "$(wc -l < "$work/err")" != 1 ]; then
    fails "$what: exit code $code, $(cat "$work/out" "$work/err")"
  fi
}
echo 'library (x) { cell (INV) { area : ' > "$work/cut.lib"
echo 'library (x) { nom_voltage : 1.0; cell (INV) { area : 1.0; } }' > "$work/poor.lib"
mkdir -p "$work/bin"
for tool in sh dirname sed basename tr ls cat mkdir cut; do ln -sf "$(command -v $tool)" "$work/bin/$tool"; done
synth=scripts/synth/synth.sh
refuses "an unknown technology" "TECH=osu81: unknown, there are: asap7 ice40 osu018" env TECH=osu81 DESIGN=tiny $synth
refuses "no SERAC_DATA" "TECH=sg13g2: its Liberty file is under SERAC_DATA, which is not set" env -u SERAC_DATA TECH=sg13g2 DESIGN=tiny $synth
refuses "a missing Liberty file" "LIBERTY=nowhere.lib: cannot be read" env LIBERTY=nowhere.lib DESIGN=tiny $synth
refuses "a cut Liberty file" "cut.lib:" env LIBERTY="$work/cut.lib" DESIGN=tiny $synth
refuses "a library without a buffer" "poor.lib" env LIBERTY="$work/poor.lib" DESIGN=tiny $synth
refuses "an unknown design" "tyny: not in configs/designs" env TECH=osu018 DESIGN=tyny $synth
refuses "a missing tool" "yosys is not installed: scripts/setup.sh --synth installs it" env PATH="$PWD/$work/bin" TECH=osu018 DESIGN=tiny $synth
refuses "a macro file that is none" "no cell with memory ()" build/synth_macros --table $lib $lib
sed 's/"RAM64M"/"MULT18X18"/' "$work/fpga.json" > "$work/unknown.json"
refuses "an unknown cell of an FPGA" "MULT18X18: no such module or cell" build/synth_area --fpga "$work/unknown.json" serac_t
refuses "a unit that there is not" "yosys cannot elaborate" env TECH=osu018 UNIT="serac_dup Lanes=8" $synth
refuses "a folder without a netlist" "nowhere/cells.lib" build/synth_unit nowhere serac_dpu 8 1 1 8 8
refuses "a netlist for lock step that there is not" "nowhere/cells.lib" build/serac cosim --network example --netlist nowhere
refuses "a netlist of another module" "netlist.json: no module: serac_top" build/serac cosim --network example --netlist $unit
refuses "energy without a netlist" "--energy goes with --netlist" build/serac cosim --network example --energy e.csv
mkdir -p "$work/pins"                # serac_top's pins and nothing in it
cp testbench/data/gates.lib "$work/pins/cells.lib"
cp testbench/data/gates.lib "$work/pins/macros.lib"
yosys -q -p "read_verilog -Irtl rtl/serac_top.v; hierarchy -top serac_top $(build/serac describe --design tiny --parameters |
  sed 's/\([A-Za-z]*\)=\([0-9]*\)/-chparam \1 \2/g'); proc; cd serac_top; delete c:*; write_json $work/pins/netlist.json" > "$work/yosys.log" 2>&1
ok $? "yosys: $(tail -1 "$work/yosys.log")"
refuses "energy on a full disk" "/dev/full: cannot be written: No space left on device" build/serac cosim --network example --netlist "$work/pins" --energy /dev/full
refuses "a single macro file" "2 to 8 of different depths" build/synth_macros --table $lib
refuses "a shape that is none" "64x0x1x1: not WIDTHxDEPTHxPORTSxENABLES" build/synth_macros scripts/synth/tech/sram.cfg /dev/null 64x0x1x1
bad() { sed "$2" scripts/synth/tech/sram.cfg > "$work/sram.cfg"; refuses "$1" "$3" build/synth_macros "$work/sram.cfg" /dev/null 64x64x1x1; }
bad "a table with an unknown key" 's/^area_um2/area_mm2/' "sram.cfg:10: area_mm2: unknown key, there are words"
bad "a table without a list" '/^access_ns/d' "access_ns: missing, it is required"
bad "a table with a short list" 's/^access_ns = .3.089, /access_ns = [/' "access_ns: must be a list of 2 to 8 numbers, as many as words"
bad "a table with a word" 's/^second_port = 1.3/second_port = "1.3"/' "second_port: must be a positive number"
bad "a table that descends" 's/^words = .64.0/words = [640.0/' "words: must ascend"
refuses "a technology with an unknown key" "tech.cfg:1: sram_aera: unknown key" sh -c "echo 'sram_aera = 1.0;' > $work/tech.cfg; build/synth_macros scripts/synth/tech/sram.cfg $work/tech.cfg 64x64x1x1"
summary "$count checks of the synthesis tools"
