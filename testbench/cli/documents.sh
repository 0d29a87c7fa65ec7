#!/bin/sh
# The documents hold: what they name exists, the tutorials' commands run, the numbers worked by
# hand in model/THEORY.md are what serac and its RTL say.
set -u
. testbench/data/cli_lib.sh
work=build/cli/documents
rm -rf "$work" build/tutorial
mkdir -p "$work"

# --- names ---
count=$((count + 1))
scripts/check_docs.sh > "$work/names.txt" || fails "$(cat "$work/names.txt")"
tail -n 1 "$work/names.txt"
# @ keeps these words from being found here.
sed 's/@//g' > "$work/wrong.md" << 'END'
See `model/serac_noth@ing.c`, `make nothing`, `serac infer NET --nothing`, `--noth@ing-anywhere`, `stall_noth@ing_cycles`.

    serac nothing --design tiny
    build/serac sweep x --jobs 2 \
      --nowhere
    build/serac pareto x --min cycles,design_cycles

The right ones are no mistakes: `sim/main.c`, `make test`, `serac infer NET --limit 1`, `stall_fetch_cycles`, `configs/designs/NAME.cfg`.
END
scripts/check_docs.sh "$work/wrong.md" > "$work/wrong.txt" && fails "a document that is wrong passes"
for mistake in "1: model/serac_noth@ing.c: no such file" "1: make nothing: no such target" \
  "1: serac infer --nothing: no such option" "1: --noth@ing-anywhere: no command" "1: stall_noth@ing_cycles: no such column" \
  "3: serac nothing: no such command" "5: serac sweep --nowhere: no such option" "6: design_cycles: no such column of results" "8 of "; do
  count=$((count + 1))
  mistake=$(echo "$mistake" | tr -d @)
  grep -qF -e "$mistake" "$work/wrong.txt" || fails "check_docs.sh has not seen: $mistake: $(cat "$work/wrong.txt")"
done

# --- tutorials: every block marked sh, in one shell, as it stands ---
commands=0
for document in README.md sim/TUTORIALS.md; do
  awk '/^```sh$/ { on = 1; next } /^```/ { on = 0 } on' "$document" > "$work/commands.sh"
  number=$(grep -c '^build/serac ' "$work/commands.sh")
  [ "$number" -gt 3 ] || fails "$document: only $number commands"
  commands=$((commands + number))
  count=$((count + 1))
  sh -eux "$work/commands.sh" > "$work/commands.txt" 2>&1 < /dev/null ||
    fails "$document: $(tail -n 4 "$work/commands.txt")"
done
[ "$(grep -c ',total,' build/tutorial/totals.csv)" -gt 1 ] || fails "the tutorial's sweep has no results"
[ "$(grep -c 'no difference' "$work/commands.txt")" = 2 ] || fails "the tutorial has not compared two designs with their RTL"

# --- the small layer: its columns ---
theory=model/THEORY.md
for file in small.cfg small-sweep.cfg; do
  scripts/fenced.sh $theory "# $file" > "$work/$file" || fails "$theory has no $file"
done
sed -i "s|\./small.cfg|$work/small.cfg|" "$work/small-sweep.cfg"
"$serac" sweep "$work/small-sweep.cfg" --out "$work/small" > "$work/sweep.txt" 2>&1 || fails "$(cat "$work/sweep.txt")"
"$serac" export "$work/small" --json > "$work/small.json"
columns=0
# shellcheck disable=SC2016
sed -n 's/^| `\([a-z_0-9]*\)` | \([0-9.]*\) |.*/\1 \2/p' $theory > "$work/columns.txt"
while read -r column value; do
  columns=$((columns + 1))
  got=$(jq --arg c "$column" '.[0][$c]' "$work/small.json")
  [ "$got" = "$value" ] || fails "$theory: $column is $value there, $got here"
done < "$work/columns.txt"
[ "$columns" -gt 15 ] || fails "$theory: only $columns columns"
for pair in "energy_uj 0.160712" "area_um2 5117930"; do
  grep -qF "\`${pair% *}\` ${pair#* }" $theory || fails "$theory has lost $pair"
  [ "$(jq ".[0].${pair% *}" "$work/small.json")" = "${pair#* }" ] || fails "$theory: $pair is not so"
done

# --- its cycles, of a network of this shape, in model and RTL ---
{
  head -c 512 /dev/zero                      # weights 0
  for _ in 1 2 3 4 5 6 7 8; do printf '\0\0\0\0\0\0\0\100\0\0\0\0\0\0\0\0'; done   # bias 0, factor 1/2
} > "$work/net.bin"
crc() { gzip -1 < "$1" | tail -c 8 | od -An -tx4 -N4 --endian=little | tr -d ' '; }
cat > "$work/net.cfg" << END
name = "net"; source = "$theory"; blob = "net.bin"; blob_bytes = 640; blob_crc32 = "0x$(crc "$work/net.bin")";
input = { height = 1; width = 4; channels = 64; bits = 2; signed = false; };
layers = ( { name = "gemm"; op = "conv"; inputs = ["input"]; out_channels = 8; weight_bits = 2; weight_kind = "signed";
  requant = "double"; output = { bits = 2; signed = false; }; weights = 0; params = 512; } );
END
head -c 256 /dev/zero > "$work/input.bin"
"$serac" cosim --network "$work/net.cfg" --input "$work/input.bin" --design tiny --trace "$work/net.json" > "$work/cosim.txt" 2>&1 ||
  fails "$(cat "$work/cosim.txt")"
grep -q ': 344 cycles' "$work/cosim.txt" || fails "model and RTL do not take 344 cycles: $(cat "$work/cosim.txt")"
# Tracks: 3 execute, 4 post, 6 and 7 reads, 8 and 9 writes.
jq -r '.traceEvents[] | select(.ph == "X" and .pid == 1) |
  if .tid == 7 or (.tid == 4 and .args.tile == 1) or (.tid == 3 and (.args.cause == "array_busy" or .args.cause == "stall_fetch"))
  then "\(.ts) to \(.ts + .dur - 1)" elif .tid == 6 then "\(.ts)" else empty end' "$work/net.json" > "$work/events.txt"
sed -n '/^| cycle /,/^$/p' $theory > "$work/timeline.txt"
[ "$(wc -l < "$work/events.txt")" = 12 ] || fails "$(wc -l < "$work/events.txt") events, not the 12 of $theory"
while read -r event; do
  count=$((count + 1))
  grep -q "\(^\| \)$event\( \|,\|;\|$\)" "$work/timeline.txt" || fails "$theory does not have cycle $event"
done < "$work/events.txt"

# --- its product of two numbers ---
{ printf '\001\376'; head -c 16 /dev/zero; } > "$work/dot.bin"
cat > "$work/dot.cfg" << END
name = "dot"; source = "$theory"; blob = "dot.bin"; blob_bytes = 18; blob_crc32 = "0x$(crc "$work/dot.bin")";
input = { height = 1; width = 1; channels = 2; bits = 2; signed = false; };
layers = ( { name = "dot"; op = "gemm"; inputs = ["input"]; out_channels = 1; weight_bits = 2; weight_kind = "signed";
  requant = "raw"; output = { bits = 32; signed = true; }; weights = 0; params = 2; } );
END
printf '\003\001' > "$work/two.bin"
"$serac" infer "$work/dot.cfg" --input "$work/two.bin" --design tiny --outputs "$work/dot.txt" > "$work/infer.txt" 2>&1 || fails "$(cat "$work/infer.txt")"
[ "$(cat "$work/dot.txt")" = 1 ] || fails "1*3 - 2*1 is $(cat "$work/dot.txt")"
grep -qF '3 − 2·1 = **1**' $theory || fails "$theory has lost its product"
summary "$(sed 's/check-docs: //' "$work/names.txt"); $commands commands of tutorials; $columns columns and 12 cycles by hand"
