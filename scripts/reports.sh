#!/bin/sh
# reports.sh - `make reports`: every plane pair compared, into reports/.
#
# Sixteen designs of equal peak (configs/designs/peak-W-A.cfg) on the Fashion-MNIST
# networks and on every workload shape; the same with the requantiser at its largest; the
# same at a quarter of the bandwidth; the best shape of every pair in the area of
# peak-8-8. The sweeps go on where they were stopped (build/reports).
# JOBS=n: worker processes (1).
set -eu
cd "$(dirname "$0")/.."
serac=build/serac
work=build/reports
jobs=${JOBS:-1}
mkdir -p "$work/designs" "$work/memory" reports

# The lists of a sweep file.
quoted() { printf '"%s", ' "$@" | sed 's/, $//'; }
pairs=$(for w in 1 2 4 8; do for a in 1 2 4 8; do echo "$w-$a"; done; done)
peak=
wide=
for pair in $pairs; do
  from=configs/designs/peak-$pair.cfg
  to=$work/designs/peak-$pair-wide.cfg
  rows=$(sed -n 's/^rows = \(.*\);/\1/p' "$from")
  lanes=$(sed -n 's/^lanes = \(.*\);/\1/p' "$from")
  most=32
  [ "$rows" -ge "$most" ] || most=$rows
  [ "$lanes" -ge "$most" ] || most=$lanes
  sed "s/^requant_lanes = .*/requant_lanes = $most;/" "$from" > "$to.part"
  cmp -s "$to.part" "$to" || cp "$to.part" "$to"
  rm "$to.part"
  peak="$peak peak-$pair"
  wide="$wide $to"
done
sed 's/^bytes_per_cycle = 16/bytes_per_cycle = 4/' configs/memory/default.cfg > "$work/memory/quarter.cfg"

workloads='"bert-base", "resnet50", "mobilenetv2"'
widths='"8/8", "4/4", "2/2", "1/1"'
# shellcheck disable=SC2086 # lists of names without spaces
{
  cat > "$work/peak.cfg" << END
designs = [$(quoted $peak)];
networks = ["fashion-w8", "fashion-w4", "fashion-w2", "fashion-w1"];
images = 1;
workloads = [$workloads];
precisions = [$widths, "7/7", "6/6", "5/5", "3/3", "4/8", "2/8", "1/8"];
END
  cat > "$work/wide.cfg" << END
designs = [$(quoted $wide)];
workloads = [$workloads];
precisions = [$widths];
END
  cat > "$work/quarter.cfg" << END
designs = [$(quoted $peak)];
memories = ["$work/memory/quarter.cfg"];
workloads = [$workloads];
precisions = [$widths];
END
}
for view in peak wide quarter; do
  echo "reports: $view"
  $serac sweep "$work/$view.cfg" --out "$work/$view" --jobs "$jobs"
  $serac export "$work/$view" > "$work/$view.csv"
done

# The search is exact and takes tens of runs per pair: BERT-base only, unless AREA says more.
area=
for workload in ${AREA:-bert-base}; do
  for width in 8/8 4/4 2/2 1/1; do
    echo "reports: best shapes for $workload at $width"
    to=$work/area-$workload-$(echo "$width" | tr / -).csv
    $serac shapes "$workload" --design peak-8-8 --precision "$width" --csv > "$to"
    area=$area,$to
  done
done
$serac compare "$work/peak.csv,$work/wide.csv,$work/quarter.csv$area" \
  --command "make reports" --out reports/pairs
