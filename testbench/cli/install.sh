#!/bin/sh
# make install, and what its user does then: the command without its source tree, programs
# outside by pkg-config, the driver for a bare machine, the SystemC module, the RTL's core file.
set -u
. testbench/data/cli_lib.sh
tree=$PWD
unset MAKEFLAGS MAKELEVEL DESTDIR
work=$tree/build/cli/install
prefix=$work/prefix
rm -rf "$work"
mkdir -p "$work/home" "$work/outside"
built=$serac

# done_well WHAT COMMAND...: must end with 0; its output goes to $work/out.txt.
done_well() {
  what=$1
  shift
  count=$((count + 1))
  if "$@" > "$work/out.txt" 2>&1; then echo "ok   $what: $(tail -n 1 "$work/out.txt")"; else
    fails "$what: $(tail -n 5 "$work/out.txt")"; fi
}

# same WHAT A B: two texts that must be equal and not empty.
same() {
  count=$((count + 1))
  if [ -n "$2" ] && [ "$2" = "$3" ]; then echo "ok   $1: $(echo "$2" | head -n 1 | cut -c 1-60)"; else fails "$1: '$2' is not '$3'"; fi
}

# --- to a prefix; and staged, which must give the same files ---
done_well "make install" make -s install PREFIX="$prefix"
done_well "make install to DESTDIR" make -s install-lib install-data install-doc PREFIX="$prefix" DESTDIR="$work/stage"
same "staged files" "$(cd "$prefix" && find . -type f ! -path ./bin/serac | sort | tr '\n' ' ')" \
  "$(cd "$work/stage$prefix" && find . -type f | sort | tr '\n' ' ')"
rm -rf "$work/stage"

# --- nothing installed knows the source tree: only the prefix, which lies inside it here ---
places=$(grep -raoh "${tree}[A-Za-z0-9_./-]*" "$prefix" | grep -v "^$prefix" | sort -u)
[ -z "$places" ] || fails "installed files name the source tree: $places"

# --- the command, elsewhere, with a home of its own ---
serac=$prefix/bin/serac
export HOME="$work/home"
unset XDG_CACHE_HOME SERAC_CACHE SERAC_RTL_DIR SERAC_CONFIGS
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib"
cd "$work/outside" || exit 1
done_well "infer" "$serac" infer fashion-w2 --design tiny --limit 3 --outputs outputs.txt
done_well "cosim with installed RTL" "$serac" cosim --network fashion-w2 --design tiny
grep -q 'no difference' "$work/out.txt" || fails "cosim compared nothing"
[ -n "$(ls "$HOME/.cache/serac/"*.so)" ] || fails "the built RTL is not in the user's cache"
done_well "infer on SystemC" "$serac" infer fashion-w2 --design tiny --limit 1 --backend systemc
done_well "advise" "$serac" advise keyword-spotting
done_well "describe" "$serac" describe --design parallel
done_well "sweep" "$serac" sweep example --out sweep
done_well "init" "$serac" init network -o mine.cfg
[ -s "$prefix/share/man/man1/serac.1" ] || fails "no manual page"

# --- programs outside, as the READMEs have them ---
# readme FOLDER FILE: the example FILE of its README.
readme() {
  "$tree/scripts/fenced.sh" "$tree/$1/README.md" "$2" > example || fails "$1/README.md has no $2"
  mv example "$2"
}
readme model time_layer.c
readme drivers run_image.c
readme drivers bare.c
readme drivers on_the_model.c
readme sim/systemc platform.cpp
strict="-std=c11 -Wall -Wextra -Werror"
# shellcheck disable=SC2046,SC2086
{
  done_well "time_layer.c" cc $strict time_layer.c $(pkg-config --cflags --libs serac) -o time_layer
  done_well "time_layer.c, static" cc $strict time_layer.c $(pkg-config --cflags serac) \
    "$prefix/lib/libserac.a" $(pkg-config --static --libs-only-l serac | sed 's/-lserac//') -o time_layer_static
  done_well "on_the_model.c" cc $strict on_the_model.c run_image.c $(pkg-config --cflags --libs seracdrv serac) -o on_the_model
  done_well "platform.cpp" g++ -Wall platform.cpp $(pkg-config --cflags --libs seracsystemc) -o platform
}
cat > layer.cfg << 'END'
designs = ["serial"]; workloads = ["keyword-spotting"]; precisions = ("8/8", "4/4", "2/2", "1/1");
END
"$built" sweep layer.cfg --out layer > /dev/null
same "model: cycles of a program outside and of serac sweep" \
  "$(./time_layer keyword-spotting serial | awk '{print $3}' | tr '\n' ' ')" \
  "$("$built" export layer --json | jq -r '.[] | select(.layer == "conv") | .cycles' | tr '\n' ' ')"
same "model, static" "$(./time_layer_static keyword-spotting serial)" "$(./time_layer keyword-spotting serial)"
# The first images as the files that serac infer takes: behind the idx header of 16 bytes.
tail -c +17 "$prefix/share/serac/configs/datasets/fashion-mnist-500-images.idx3-ubyte" | head -c 784 > image.bin
for backend in model rtl; do
  same "driver outside on $backend" "$(./on_the_model fashion-w2 tiny $backend image.bin)" "$(head -n 1 outputs.txt)"
done
cycles=$("$built" infer fashion-w2 --design tiny --limit 1 --json | jq '.[-1].cycles')
for body in model rtl; do
  same "SystemC outside, $body: cycles" "$(./platform fashion-w2 tiny $body | tail -n 1)" "$cycles"
done
refused_libs=$(nm -D --defined-only "$prefix/lib/libserac.so" | awk '$2 ~ /[TDRB]/ {print $3}' | grep -c 'serac_config_group\|serac_fetch\|serac_trace')
[ "$refused_libs" = 0 ] || fails "libserac.so exports what no header names"
[ "$(nm -D --defined-only "$prefix/lib/libseracdrv.so" | grep -c 'T serac_drv_')" -gt 9 ] || fails "libseracdrv.so exports no driver"
readelf -d "$prefix/lib/libserac.so" | grep -q 'SONAME.*libserac\.so\.[0-9.]*\]' || fails "libserac.so has no soname"

# --- the driver on a bare machine: a RISC-V if its compiler is there, else this one ---
cross=riscv64-unknown-elf-
command -v ${cross}gcc > /dev/null || cross=
"$serac" compile fashion-w2 --design tiny --c-array -o program.c > /dev/null || fails "no program.c"
done_well "make firmware" make -s -C "$tree" firmware CROSS="$cross" FIRMWARE_CFLAGS="${cross:+-mcmodel=medany}" B="$work/firmware"
lib=$work/firmware/firmware/libseracdrv.a
missing=$("${cross}nm" -u "$lib" | awk '$1 == "U" && $2 !~ /^mem(cpy|set)$/ {print $2}')
[ -z "$missing" ] || fails "the freestanding driver needs $missing"
done_well "bare.c for ${cross:-this machine}" "${cross}gcc" -std=c11 -Os -Wall -Wextra -Werror -ffreestanding -nostdlib -static \
  ${cross:+-mcmodel=medany} -fno-stack-protector -Wl,-e,infer -I"$prefix/include/serac" bare.c run_image.c program.c "$lib" -o bare.elf
size=$("${cross}size" "$lib" | awk 'NR == 2 {print $1}')
echo "     the driver: ${size:-?} bytes of code"

# --- the core file lists the RTL as it is ---
core=$prefix/share/serac/rtl/serac.core
listed=$(sed -n 's/^ *- \(serac_[a-z_0-9]*\.vh*\).*/\1/p' "$core" | sort | tr '\n' ' ')
same "serac.core: files" "$listed" "$(cd "$prefix/share/serac/rtl" && find . -name "*.v*" | sed "s|./||" | sort | tr '\n' ' ')"
same "serac.core: parameters" "$(sed -n 's/^  \([A-Za-z]*\): {.*default: \([0-9]*\)}/\1=\2/p' "$core" | tr '\n' ' ')" \
  "$(sed -n 's/^  parameter \([A-Za-z]*\) *= \([0-9]*\),*$/\1=\2/p' "$prefix/share/serac/rtl/serac_top.v" | tr '\n' ' ')"
same "serac.core: version" "serac $(sed -n 's/^name: ::serac:\(.*\)/\1/p' "$core")" "$("$serac" --version)"
if command -v verilator > /dev/null; then
  # shellcheck disable=SC2046
  done_well "lint of the listed files" sh -c "cd '$prefix/share/serac/rtl' && verilator --lint-only -Wno-fatal -Wno-lint \
    --top-module serac_top -GRows=4 -GCols=4 -GLanes=32 $(echo "$listed" | tr ' ' '\n' | grep '\.v$' | tr '\n' ' ')"
fi

# --- and away ---
cd "$tree" || exit 1
done_well "make uninstall" make -s uninstall PREFIX="$prefix"
left=$(find "$prefix" -type f -o -type l)
[ -z "$left" ] || fails "make uninstall has left $left"
summary "installed copy works without the source tree; $count checks, 5 examples of the READMEs compiled and compared"
