#!/bin/sh
# build_icarus.sh BASE PARAMETER... - compiles serac_top for Icarus Verilog: BASE.vvp, and
# BASE.vpi, which connects its pins to serac (sim/pins/serac_icarus.c).
#
# PARAMETER is Name=value. Called by serac itself with SERAC_SIMULATOR=icarus; the RTL is of
# SERAC_RTL_DIR, if that is set.
set -eu
base=$1
shift
root=$(cd "$(dirname "$0")/.." && pwd)
command -v iverilog > /dev/null || { echo "iverilog is not installed (scripts/setup.sh installs it)" >&2; exit 3; }
rtl=${SERAC_RTL_DIR:-$root/rtl}
parameters=
for parameter in "$@"; do parameters="$parameters -Pserac_icarus.$parameter"; done
gcc -std=c11 -O2 -fPIC -shared -Wall -Wextra -Werror -isystem "$(dirname "$(command -v iverilog)")/../include/iverilog" \
  -I"$root/sim/pins" -I"$root/model/base" -I"$root/model/machine" "$root/sim/icarus/serac_icarus_vpi.c" -o "$base.vpi"
# shellcheck disable=SC2086
iverilog -g2005 -Wall -Wno-timescale -I"$rtl" -y "$rtl" $parameters -s serac_icarus -o "$base.part" \
  "$root/sim/icarus/serac_icarus.v"
mv "$base.part" "$base.vvp"
