#!/bin/sh
# check_shell.sh - shellcheck over every script.
cd "$(dirname "$0")/.." || exit 1
# shellcheck disable=SC2046
shellcheck .ci/run scripts/sweep.sbatch $(git ls-files '*.sh') && echo "shellcheck: clean"
