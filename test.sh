#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test.
#
#   ./test.sh                         everything, preset dev
#   ./test.sh --preset asan           the same under AddressSanitizer and UBSan (or tsan)
#   ./test.sh -R Codec -j 1           further arguments go to ctest
#
# The last line is ctest's summary. Exit status 0 only if everything was built and every test passed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/lib.sh

given=("$@")
preset=dev
ctest_args=()
while (($# > 0)); do
    case $1 in
        --preset)
            (($# >= 2)) || fail "--preset needs a name: dev, asan or tsan."
            preset=$2
            shift 2
            ;;
        -h | --help)
            sed -n '2,8s/^# \{0,1\}//p' "$0"
            exit 0
            ;;
        *)
            ctest_args+=("$1")
            shift
            ;;
    esac
done

# A sanitizer slows a program down 3 to 15 times; the limits only end what hangs.
case $preset in
    dev) timeout=300 ;;
    asan) timeout=1200 ;;
    tsan)
        timeout=1200
        restart_without_address_randomisation ./test.sh "${given[@]}"
        ;;
    *) fail "There is no test preset '$preset'; known are dev, asan and tsan." ;;
esac

start=$SECONDS
scripts/dependencies.sh build test interop
build_preset "$preset"

say "Running the tests of build/$preset"
log=build/$preset/ctest.log
status=0
ctest --test-dir "build/$preset" --parallel "$(nproc)" --timeout "$timeout" --output-on-failure \
    --no-tests=error --no-label-summary "${ctest_args[@]}" 2>&1 | tee "$log" || status=$?

summary=$(grep -E '^[0-9]+% tests passed, [0-9]+ tests failed out of [0-9]+' "$log" || true)
printf '\ntest.sh: preset %s, %s\n' "$preset" "$(duration $((SECONDS - start)))"
echo "${summary:-ctest ran no test; its output is above and in $log.}"
exit "$status"
