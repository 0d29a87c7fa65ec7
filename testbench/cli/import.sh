#!/bin/sh
# serac import: a workload that was imported is swept; bad calls are one line and leave nothing.
set -u
. testbench/data/cli_lib.sh
work=build/cli/import
logs=build/cli/import-logs
rm -rf "$work" "$logs"
mkdir -p "$work" "$logs"
is() {
  count=$((count + 1))
  if [ "$2" = "$3" ]; then echo "ok   $1"; else fails "$1: $2, expected $3"; fi
}

cat > "$work/two.csv" << 'EOF'
Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
,,,,,,,,
Conv1,16,16,3,3,32,64,1,
Conv2,14,14,1,1,64,32,1,
EOF
"$serac" import "$work/two.csv" -o "$work/two.cfg" > "$logs/two" 2>&1
is "two layers" "$(cat "$logs/two")" "$work/two.cfg: 2 layers, 4.014 M multiply-accumulates, 0.02058 M parameters"
is "nothing beside it" "$(ls "$work")" "$(printf 'two.cfg\ntwo.csv')"
cat > "$work/sweep.cfg" << EOF
designs = ["tiny"]; workloads = ["$work/two.cfg"]; precisions = ["4/4"];
EOF
"$serac" sweep "$work/sweep.cfg" --out "$work/out" > "$logs/sweep" 2>&1
is "its sweep" "$(cut -d, -f6 "$work/out/results.csv" 2> /dev/null | tr '\n' ' ')" "layer Conv1 Conv2 total "

refused "import without --out" "--out is missing" import "$work/two.csv"
refused "import of another ending" "must end in .csv, .yaml or .yml" import "$work/two.cfg" -o "$work/x.cfg"
refused "import of nothing" "nowhere.csv: cannot be read" import nowhere.csv -o "$work/x.cfg"
mkdir "$work/folder.csv"
{ head -1 "$work/two.csv"; echo "A,40000,3,1,1,3,4,1"; } > "$work/tall.csv"
awk 'BEGIN {for (i = 0; i < 200000; i++) printf "["}' > "$work/deep.yaml"
refused "import over the table" "two.csv: is the table itself" import "$work/two.csv" -o "$work/two.csv"
refused "import to a folder" "is no file" import "$work/two.csv" -o "$work"
refused "import of a height that the machine has not" "A: height = 40000, must be 1..32767" import "$work/tall.csv" -o "$work/x.cfg"
refused "import of endless brackets" "more than 100 brackets within each other" import "$work/deep.yaml" -o "$work/x.cfg"
refused "import of a folder" "folder.csv: cannot be read" import "$work/folder.csv" -o "$work/x.cfg"
head -c 3000 /dev/zero > "$work/zero.csv"
refused "import of zeros" "holds a zero byte" import "$work/zero.csv" -o "$work/x.cfg"
refused "import to nowhere" "nowhere/x.cfg: cannot be written: No such file" import "$work/two.csv" -o nowhere/x.cfg
printf 'Layer,M,N,K\nA,1,2,1048577\n' > "$work/bad.csv"
refused "import of a bad number" "bad.csv:2: k: '1048577' is no number from 1 to 1048576" import "$work/bad.csv" -o "$work/x.cfg"

summary "$count checks of serac import"
