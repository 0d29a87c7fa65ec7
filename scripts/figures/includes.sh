#!/bin/sh
# includes.sh FIGURE.json - the source of a map of a folder: its rooms, and who includes whose headers.
#
# FIGURE has `folder`; `rooms`, from a room's name to patterns of the names of its files, without serac_ and
# ending; `omit`, headers that are left out. The first pattern that fits counts; a file that none fits
# is an error. Headers of another folder are one room of its name.
set -eu
figure=$1
folder=$(jq -r .folder "$figure")
find "$folder" -name '*.[ch]' -o -name '*.cpp' | LC_ALL=C sort | while read -r file; do
  grep -oE '^ *# *include "[a-z_A-Z0-9.]*"' "$file" | sed 's/.*"\(.*\)"/\1/' | while read -r header; do
    echo "include $file $header"
  done
  echo "file $file"
done > "${figure%.figure}.includes"
find model drivers sim reports scripts/synth -name '*.h' | sed 's|^\(.*\)/\([^/]*\)$|home \2 \1|' | LC_ALL=C sort >> "${figure%.figure}.includes"
jq -c --rawfile lines "${figure%.figure}.includes" '
  . as $figure
  | def stem: sub("^.*/"; "") | sub("\\.[a-z]+$"; "") | sub("^serac_"; "");
    def room: stem as $stem | first($figure.rooms | to_entries[] | .key as $key | .value[]
      | select(("^" + gsub("\\*"; ".*") + "$") as $pattern | $stem | test($pattern)) | $key) // error("figures: \($stem) is in no room");
    def short: group_by(split("_")[0]) | map(if length > 3 then "\(.[0] | split("_")[0])_* (\(length))" else join(" ") end) | join(" ");
    ($lines | split("\n") | map(select(. != "") | split(" "))) as $rows
  | (reduce ($rows[] | select(.[0] == "home")) as $row ({}; .[$row[1]] = $row[2])) as $home
  | ($rows | map(select(.[0] == "file") | .[1] | {file: stem, room: room}) | group_by(.room)
     | map({name: .[0].room, kind: "room", text: (map(.file) | unique | short)})) as $rooms
  | [$rows[] | select(.[0] == "include") | .[2] as $header | select($figure.omit | index($header) | not)
     | {from: (.[1] | room), header: $header,
        to: (if $home[$header] == null then "built" elif ($home[$header] | startswith($figure.folder)) then ($header | room) else $home[$header] + "/" end)}
     | select(.from != .to and .to != "built") | select(.to as $to | $figure.omit | index($to) | not)] as $includes
  | ($rooms + ($includes | map(.to) | unique | map(select(endswith("/")) | {name: ., kind: "outside"}))) as $nodes
  | ($includes | group_by([.from, .to]) | map({from: .[0].from, to: .[0].to, signal: "includes", port: "", bits: length})) as $wires
  | "{\"figure\": \($figure),\n\"nodes\": [\n  \($nodes | map(tojson) | join(",\n  "))\n],\n\"wires\": [\n  \($wires | map(tojson) | join(",\n  "))\n]}"
' -r "$figure" 2> "${figure%.figure}.errors" || { sed 's/^jq: error ([^)]*): //' "${figure%.figure}.errors" >&2; exit 2; }
