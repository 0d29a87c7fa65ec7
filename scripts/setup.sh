#!/bin/sh
# setup.sh - installs the Debian 12 packages that are missing, and says which.
#
# With --train also PyTorch (0.5 GB), which only scripts/train needs; with --synth
# OpenSTA, the OSU 0.18 um library and the iCE40 tools, which make synth needs; with --browser
# Chromium (0.3 GB), which only the test of the report page needs; with --slurm Slurm and munge, which
# make test-slurm needs; with --fuzz clang, clang-tidy and cppcheck, which make fuzz and make analyse need;
# with --firmware a compiler for bare RISC-V (0.2 GB), for make firmware; with --figures Node and npm, for make
# figures; with --bench oneDNN, which make bench compares with.
set -eu
packages="gcc g++ libc6-dev verilator iverilog libsystemc-dev yosys z3 libcmocka-dev libconfig-dev libcjson-dev libyaml-dev libonnx-testdata
 libprotobuf-c-dev protobuf-c-compiler pkgconf zlib1g-dev libsqlite3-dev jq shellcheck patch gtkwave libjs-chart.js"
case " $* " in *" --fuzz "*) packages="$packages clang libclang-rt-14-dev clang-tidy cppcheck" ;; esac
case " $* " in *" --browser "*) packages="$packages chromium" ;; esac
case " $* " in *" --slurm "*) packages="$packages slurm-wlm munge procps" ;; esac
case " $* " in *" --synth "*)
  packages="$packages opensta qflow-tech-osu018 nextpnr-ice40 fpga-icestorm fpga-icestorm-chipdb" ;;
esac
case " $* " in *" --train "*) packages="$packages python3-torch python3-numpy dataset-fashion-mnist fortunes" ;; esac
case " $* " in *" --bench "*) packages="$packages libdnnl-dev" ;; esac
case " $* " in *" --firmware "*) packages="$packages gcc-riscv64-unknown-elf" ;; esac
case " $* " in *" --figures "*) command -v npm > /dev/null || packages="$packages nodejs npm" ;; esac
missing=
for package in $packages; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] ||
    missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo "setup: every package is installed"
  exit 0
fi
echo "setup: installing$missing"
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing > /dev/null
echo "setup: done"
