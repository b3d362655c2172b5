#!/usr/bin/env bash
# Runs clang-tidy on the C++ sources that differ from a commit (default: the merge base with origin/main, else HEAD).
#
#   scripts/tidy.sh               what this branch and the working tree changed
#   scripts/tidy.sh HEAD~3        what changed since then
#   scripts/tidy.sh --all         everything; takes long
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

case ${1:-} in
    -h | --help)
        sed -n '2,6s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
    --all) files=$(find protocol crypto storage server client tests -name '*.cpp' -not -path 'tests/fuzz/*') ;;
    *)
        base=${1:-$(git merge-base HEAD origin/main 2>/dev/null || echo HEAD)}
        files=$( (git diff --name-only --diff-filter=d "$base" && git ls-files --others --exclude-standard) |
            grep -E '\.cpp$' | grep -v -E '^(tests/fuzz|bench)/' || true)
        ;;
esac
[[ -n $files ]] || { echo "No C++ source changed."; exit 0; }

scripts/dependencies.sh build test tidy
mkdir -p build/tidy
# clang cannot read g++'s precompiled headers, and where a warning is an error it fails at each of g++'s that it does not know; so this
# folder's commands do without both, and each unit has one of its own.
quietly build/tidy/configure.log "Configuring build/tidy" \
    cmake --preset dev -B build/tidy -D SERAI_PCH=OFF -D SERAI_WERROR=OFF -D CMAKE_CXX_COMPILER_LAUNCHER=
say "clang-tidy on $(wc -w <<<"$files") files"
# shellcheck disable=SC2086  # a list of names without blanks
printf '%s\n' $files | xargs -P "$(nproc)" -n 1 clang-tidy -p build/tidy --quiet ||
    fail "clang-tidy has errors; they are above."
