#!/usr/bin/env bash
# Checks that every C++ file is formatted by .clang-format; with --fix, formats them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

scripts/dependencies.sh format
files=$(find . -path ./build -prune -o -path ./.git -prune -o -name '*.[ch]pp' -print)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [[ ${1:-} == --fix ]]; then
    # shellcheck disable=SC2086  # a list of names without blanks
    clang-format-14 -i $files
    exit 0
fi
# shellcheck disable=SC2086
if ! clang-format-14 --dry-run --Werror --ferror-limit=1 $files 2>"$log"; then
    grep -oE '^[^:]+:[0-9]+:[0-9]+: error' "$log" | cut -d: -f1 | sort -u
    fail "The files above are not formatted; scripts/format.sh --fix does it."
fi
printf 'All %d files are formatted.\n' "$(wc -w <<<"$files")"
