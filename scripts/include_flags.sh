#!/bin/sh
# include_flags.sh [DIR] - the folders of DIR (.) that have headers of ours, as -I flags. A header's name is
# its own in the whole tree, so it is included by that alone. -L: a tree may consist of links (coverage.sh).
cd "${1:-.}" || exit 1
find -L model drivers sim reports -name '*.h' | sed 's|/[^/]*$||' | LC_ALL=C sort -u | sed "s|^|-I${1:+$1/}|"
