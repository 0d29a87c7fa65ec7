#!/bin/sh
# Mistakes in the register table: gen_regs tells each in one line with its place, exit code 2, and writes nothing.
set -u
. testbench/data/cli_lib.sh
work=build/cli/regs
rm -rf "$work"
mkdir -p "$work"

# broken SED EXPECTED: the table, changed by SED.
broken() {
  count=$((count + 1))
  rm -rf "$work/out"
  mkdir -p "$work/out/model/machine" "$work/out/rtl" "$work/out/drivers"
  sed "$1" configs/regs.cfg > "$work/regs.cfg"
  code=0
  build/gen_regs "$work/regs.cfg" "$work/out" > "$work/stdout" 2> "$work/stderr" || code=$?
  if cmp -s "$work/regs.cfg" configs/regs.cfg; then fails "$1: changes nothing"
  elif [ "$code" != 2 ] || [ "$(wc -l < "$work/stderr")" != 1 ]; then fails "$1: exit code $code: $(head -2 "$work/stderr")"
  elif ! grep -q "^$work/regs.cfg:[0-9]*: $2" "$work/stderr"; then fails "$1: no '$2' in: $(cat "$work/stderr")"
  elif [ -n "$(find "$work/out" -type f)" ]; then fails "$1: wrote $(find "$work/out" -type f)"
  else echo "ok   $(cat "$work/stderr")"; fi
}

broken 's/^version = 1/version = 1; speed = 2/' "speed: unknown key, allowed are:"
broken 's/^version = 1/version = "1"/' "version: not a non-negative integer"
broken 's/^version = 1/version = /' "syntax error"
broken '/^counters_offset/d' "counters_offset: missing"
broken 's/^counters_offset = 0x080/counters_offset = 0x084/' "counters_offset = 0x084: not a multiple of 8"
broken 's/"version"; *offset = 0x004/"version"; offset = 0x000/' "version: offset = 0: taken by id"
broken 's/offset = 0x004/offset = 0x006/' "version: offset = 0x006: not a multiple of 4"
broken 's/offset = 0x03c/offset = 0x088/' "design_requant: offset = 0x088: inside the counters"
broken 's/name = "version"; /name = "Version"; /' 'name = "Version": not lower case letters'
broken 's/name = "version"; /name = "id"; /' "id: defined twice, before in line 13"
broken '/name = "id"/s/access = "ro"/access = "wo"/' 'id: access = "wo": neither'
broken '/name = "done"/s/lsb = 1/lsb = 0/' "done: overlaps busy in bit 0"
broken '/"error"; lsb/s/width = 4/width = 25/' "error: lsb 8, width 25: not within 32 bits"
broken '/name = "bad_instruction"/s/code = 1/code = 16/' "bad_instruction: code = 16: outside 0..15"
broken 's/section_words = [0-9]*/section_words = 0/' "section_words = 0: outside 1..256"
broken 's/block_bytes = [0-9]*/block_bytes = 4/' "block_bytes = 4: [0-9]* sections of"
broken '/name = "phase_records"/s/word = 0/word = 32/' "phase_records: word = 32: outside 0.."
broken "/name = \"id\"/s|'SERA'|*/|" "text: has a quote"
summary "$count mistakes, one line each"
