#!/usr/bin/env bash
# The long form of the crash tests: kill -9 and power loss, many times over.
#
#   scripts/soak.sh          500 runs of each crash test
#   scripts/soak.sh 5000     as many as told
#
# The tests that carry the label "crash" read SERAI_CRASH_RUNS; ./test.sh runs the same tests with a default of their own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

case ${1:-} in
    -h | --help)
        sed -n '2,7s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
esac
runs=${1:-500}
[[ $runs =~ ^[1-9][0-9]*$ ]] || fail "RUNS is '$runs'; it must be a whole number above 0."

scripts/dependencies.sh build test
build_preset dev
say "Crashing $runs times in each crash test"
SERAI_CRASH_RUNS=$runs ctest --test-dir build/dev --label-regex crash --timeout 86400 --parallel "$(nproc)" \
    --output-on-failure --no-tests=error --no-label-summary
