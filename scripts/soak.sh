#!/usr/bin/env bash
# The long form of the crash tests: kill -9 and power loss, many times over.
#
#   scripts/soak.sh          500 runs of each crash test
#   scripts/soak.sh 5000     as many as told
#
# Tests with the label "crash" that die or lose power at random read SERAI_CRASH_RUNS; those that go through the named crash points or syncs go
# through each of them, whatever it says. Without it, as in ./test.sh, the default is 50; under a sanitizer 10 for the server, 12 for the client.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

case ${1:-} in
    -h | --help)
        sed -n '2,8s/^# \{0,1\}//p' "$0"
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
