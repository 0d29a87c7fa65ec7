#!/bin/sh
# luts.sh [DESIGN.cfg] - six-input LUTs per binary operation on a Xilinx 7-series FPGA.
#
# yosys synth_xilinx -nodsp, every unit synthesised once and multiplied. A LUT with two
# outputs (LUT6_2) is one LUT, as it is one on the device; LUT1 to LUT6 and inverters of a net
# are one each, distributed RAM what it takes of a slice (area.c). Default: BISMO's shape, beside BISMO's published cost; exit 1 above it.
# Not counted: buffers, fetch, store, execute, CSR; routing; and the place
# in a slice that a carry takes where it leaves a chain beside its sum bit (one in every
# serac_counter: 30 in a unit of 256 lanes).
set -eu
cd "$(dirname "$0")/../.."
config=${1:-configs/designs/bismo.cfg}
key() { sed -n "s/^ *$1 *= *\([0-9]*\).*/\1/p" "$config"; }
log2() { n=$1; bits=0; while [ "$n" -gt 1 ]; do n=$((n / 2)); bits=$((bits + 1)); done; echo $bits; }
rows=$(key rows) cols=$(key cols) lanes=$(key lanes)
wgt=$(key weight_planes) act=$(key act_planes) requants=$(key requant_lanes)
params=$(log2 $(($(key param_buffer_bytes) / (requants * 16))))
planes=$(log2 $(($(key output_buffer_bytes) / (lanes / 8))))
lane=$(log2 $((lanes / requants)))
[ "$lane" -gt 0 ] || lane=1
dir=build/synth/luts
mkdir -p $dir
make -s synth-tools

# synth NAME BLACKBOXES MODULE NAME=VALUE...: LUTs, FFs, CARRY4 to dir/NAME
synth() {
  name=$1 boxes=$2 top=$3
  shift 3
  set_all=
  for value in "$@"; do set_all="$set_all -chparam ${value%%=*} ${value#*=}"; done
  yosys -q -l "$dir/$name.log" -p "read_verilog -DSERAC_XILINX -Irtl rtl/serac_*.v
    hierarchy -top $top $set_all
    $boxes
    synth_xilinx -nodsp -nowidelut -noiopad -noclkbuf -flatten -top $top
    tee -o $dir/$name.stat stat; write_json $dir/$name.json" > /dev/null 2>&1 ||
    { echo "luts: $name failed, see $dir/$name.log" >&2; exit 1; }
  build/synth_area --fpga "$dir/$name.json" "$top" > "$dir/$name.csv" || exit 1
  carry=$(awk '/Number of cells/ {on = 1} on && $1 == "CARRY4" {n += $2} END {print n + 0}' "$dir/$name.stat")
  awk -F, -v carry="$carry" 'NR == 2 {print $4, $5, carry}' "$dir/$name.csv" > "$dir/$name"
  rm -f "$dir/$name.json"
}

synth unit '' serac_dpu Lanes="$lanes" WgtPlanes="$wgt" ActPlanes="$act"
synth ones '' serac_ones Lanes="$lanes" ActPlanes="$act"
synth rest 'blackbox *serac_dpu* *serac_ones*' serac_array Rows="$rows" Cols="$cols" \
  Lanes="$lanes" WgtPlanes="$wgt" ActPlanes="$act"
synth drain 'blackbox *serac_post_path*' serac_post Rows="$rows" Cols="$cols" Lanes="$lanes" \
  RequantLanes="$requants" BeatBytes=$(($(key axi_bits) / 8)) ParamPlaneBits="$params" \
  OutPlaneBits="$planes" LaneBits="$lane"
synth path 'blackbox *serac_ram* *serac_requant*' serac_post_path Rows="$rows" Cols="$cols" \
  Lanes="$lanes" RequantLanes="$requants" OutAddrBits="$planes"
synth requant '' serac_requant

echo "$config: $rows x $lanes x $cols, ($wgt,$act), yosys synth_xilinx -nodsp"
echo "a LUT6_2 (one LUT with two outputs) counts as one LUT, as do LUT1..LUT6 and an INV of a net"
for name in unit ones rest drain path requant; do echo "$name $(cat $dir/$name)"; done |
awk -v rows="$rows" -v cols="$cols" -v lanes="$lanes" -v wgt="$wgt" -v act="$act" \
  -v requants="$requants" '
  BEGIN {
    units = rows * cols
    what["unit"] = "dot-product unit"; times["unit"] = units
    what["ones"] = "row of ones, per column"; times["ones"] = cols
    what["rest"] = "operand and drain registers"; times["rest"] = 1
    what["drain"] = "drain sequence, multiplexers"; times["drain"] = 1
    what["path"] = "phases, clamp, packer"; times["path"] = 1
    what["requant"] = "requantiser"; times["requant"] = requants
    printf "%-30s %8s %8s %8s %6s %9s\n", "", "LUTs", "FFs", "CARRY4", "times", "LUTs"
  }
  {
    all = $2 * times[$1]
    printf "%-30s %8d %8d %8d %6d %9d\n", what[$1], $2, $3, $4, times[$1], all
    if ($1 == "unit") { unit = $2; array = all }
    total += all
    if ($1 == "rest" || $1 == "drain") raw += all
  }
  END {
    ops = 2 * units * lanes * wgt * act
    printf "binary operations per cycle: %d\n", ops
    printf "%-36s %8s %14s %14s\n", "", "LUTs", "LUTs per unit", "per operation"
    line = "%-36s %8d %14.1f %14.3f\n"
    printf line, "array: the units", array, unit, array / ops
    bismo = units * (1.17 * lanes + 44.1)
    printf line, "BISMO: units", bismo, bismo / units, bismo / ops
    printf line, "with drain, raw accumulators", array + raw, (array + raw) / units, (array + raw) / ops
    printf line, "with ones and requantisers", total, total / units, total / ops
    results = bismo + units * 120.1
    printf line, "BISMO: with result stage (raw)", results, results / units, results / ops
    if (wgt * act > 1 || lanes != 256) exit
    printf "luts: %.3f per binary operation, BISMO %.3f; with raw results %.3f, BISMO %.3f\n",
           array / ops, bismo / ops, (array + raw) / ops, results / ops
    exit array > bismo || array + raw > results
  }'
