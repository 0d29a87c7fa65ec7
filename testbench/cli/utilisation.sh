#!/bin/sh
# GEMMs as networks of one layer (a 1 x 1 convolution over N pixels), in lock step with the RTL:
# array busy is exactly M * N * K * w * a / (rows * cols * lanes * planes), and a
# large one keeps the array busy.
set -u
. testbench/data/cli_lib.sh
work=build/cli/utilisation
rm -rf "$work"
mkdir -p "$work"

# gemm M H W K WGT_BITS ACT_BITS BUSY LEAST: N = H * W; BUSY cycles, at least LEAST % of all.
gemm() {
  name=m$1-n$(($2 * $3))-k$4-w$5-a$6
  count=$((count + 1))
  bytes=$(($1 * $4 + $1 * 16))
  # Weights 0; records: bias 0, mult 0x40404040, shift 0, add 0 would need bytes of
  # their own; zero records are as good for the timing.
  head -c "$bytes" /dev/zero > "$work/$name.bin"
  crc=$(gzip -1 < "$work/$name.bin" | tail -c 8 | od -An -tx4 -N4 --endian=little | tr -d ' ')
  cat > "$work/$name.cfg" <<END
name = "$name"; source = "testbench/cli/utilisation.sh"; blob = "$name.bin"; blob_bytes = $bytes; blob_crc32 = "0x$crc";
input = { height = $2; width = $3; channels = $4; bits = $6; signed = false; };
layers = ( { name = "gemm"; op = "conv"; inputs = ["input"]; out_channels = $1;
  weight_bits = $5; weight_kind = "signed"; requant = "double";
  output = { bits = 8; signed = false; }; weights = 0; params = $(($1 * $4)); } );
END
  line=$("$serac" cosim --network "$work/$name.cfg" --design tiny --memory fast 2>&1) ||
    { fails "$name: $line"; return; }
  cycles=$(echo "$line" | sed -n 's/.*: \([0-9]*\) cycles.*/\1/p')
  busy=$(echo "$line" | sed -n 's/.*array busy \([0-9]*\)$/\1/p')
  share=$((${busy:-0} * 1000 / ${cycles:-1}))
  if [ "$busy" != "$7" ]; then
    fails "$name: array busy $busy cycles, expected $7"
  elif [ "$share" -lt $((10 * $8)) ]; then
    fails "$name: array busy $busy of $cycles cycles, less than $8 %"
  else
    echo "ok   $name: array busy $busy of $cycles cycles"
  fi
}

# tiny: 4 x 4 units of 32 lanes, one bit each: M/4 * N/4 * K/32 * w * a, rounded up each.
gemm 64 8 8 512 2 8 65536 95
gemm 64 8 8 512 1 1 4096 40
gemm 32 1 64 1024 2 2 16384 80
gemm 33 7 7 96 3 5 5265 80
gemm 1 1 1 8 1 1 1 0
summary "$count GEMMs on tiny: array busy exactly as computed by hand; model = RTL"
