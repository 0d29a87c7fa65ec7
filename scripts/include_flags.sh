#!/bin/sh
# include_flags.sh [DIR] - the folders of DIR (.) that have headers of ours, as -I flags. A header's name is
# its own in the whole tree, so it is included by that alone.
cd "${1:-.}" || exit 1
find model drivers sim reports -name '*.h' | sed 's|/[^/]*$||' | LC_ALL=C sort -u | sed "s|^|-I${1:+$1/}|"
