#!/bin/sh
# includes.sh FIGURE.json - the source of a map of a folder: its folders are the rooms, and who includes whose headers.
#
# FIGURE has `folder`, and `omit`: headers, or folders of others with a / at the end, that are left out. A file of the
# folder itself is a room of its name; headers of another top folder are one room of that name.
set -eu
figure=$1
folder=$(jq -r .folder "$figure")
edges=${figure%.figure}.includes
find "$folder" -name '*.[ch]' -o -name '*.cpp' | LC_ALL=C sort | while read -r file; do
  echo "file $file"
  sed -n 's/^ *# *include "\([a-zA-Z_0-9.]*\)".*/\1/p' "$file" | while read -r header; do echo "include $file $header"; done
done > "$edges"
find model drivers sim reports -name '*.h' | sed 's|^\(.*\)/\([^/]*\)$|home \2 \1/\2|' | LC_ALL=C sort >> "$edges"
jq -c --rawfile lines "$edges" '
  . as $figure
  | def stem: sub("^.*/"; "") | sub("\\.[a-z]+$"; "") | sub("^serac_"; "");
    def room: split("/") | if .[0] != $figure.folder then .[0] + "/" elif length > 2 then .[1] else .[1] | stem end;
    def short: group_by(split("_")[0]) | map(if length > 3 then "\(.[0] | split("_")[0])_* (\(length))" else join(" ") end) | join(" ");
    ($lines | split("\n") | map(select(. != "") | split(" "))) as $rows
  | (reduce ($rows[] | select(.[0] == "home")) as $row ({}; .[$row[1]] = $row[2])) as $home
  | ($rows | map(select(.[0] == "file") | .[1] | {file: stem, room: room}) | group_by(.room)
     | map({name: .[0].room, kind: "room", text: (map(.file) | unique | short)})) as $rooms
  | [$rows[] | select(.[0] == "include" and $home[.[2]] != null) | select(.[2] as $header | $figure.omit | index($header) | not)
     | {from: (.[1] | room), to: ($home[.[2]] | room)} | select(.from != .to and (.to as $to | $figure.omit | index($to) | not))]
    as $includes
  | ($rooms + ($includes | map(.to) | unique | map(select(endswith("/")) | {name: ., kind: "outside"}))) as $nodes
  | ($includes | unique | map(. + {signal: "includes", port: "", bits: 1})) as $wires
  | "{\"figure\": \($figure),\n\"nodes\": [\n  \($nodes | map(tojson) | join(",\n  "))\n],\n\"wires\": [\n  \($wires | map(tojson) | join(",\n  "))\n]}"
' -r "$figure"
