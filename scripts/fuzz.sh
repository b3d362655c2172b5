#!/usr/bin/env bash
# Fuzzes the decoders (clang, libFuzzer, AddressSanitizer, UBSan).
#
#   scripts/fuzz.sh all 20            every target for 20 seconds, as many at once as there are cores
#   scripts/fuzz.sh mls_message 3600  one target for an hour
#   scripts/fuzz.sh list              the targets' names
#
# Corpora stay in build/fuzz/corpus/TARGET and grow from run to run. An input that breaks something is kept as
# build/fuzz/findings/TARGET-*; once mended, it goes into tests/fuzz/regressions/TARGET, which every run replays first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

case ${1:-} in
    '' | -h | --help)
        sed -n '2,9s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
esac
target=$1
seconds=${2:-20}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "SECONDS is '$seconds'; it must be a whole number above 0."

scripts/dependencies.sh build fuzz
build_preset fuzz
targets=build/fuzz/fuzz_targets.txt

if [[ $target == list ]]; then
    cut -d' ' -f1 "$targets"
    exit 0
fi
if [[ $target != all ]] && ! grep -q "^$target " "$targets"; then
    fail "There is no fuzz target '$target'. There are: $(cut -d' ' -f1 "$targets" | paste -sd' ')"
fi

# Puts what the tree offers for the target into build/fuzz/seeds/TARGET.
gather_seeds() {
    local name=$1 max_length=$2 source
    shift 2
    rm -rf "build/fuzz/seeds/$name"
    mkdir -p "build/fuzz/seeds/$name" "build/fuzz/corpus/$name"
    build/fuzz/bin/fuzz_structure_seeds "$name" "build/fuzz/seeds/$name"
    for source in "$@"; do
        if [[ -d $source ]]; then
            cp "$source"/* "build/fuzz/seeds/$name/"
        else
            mkdir -p "build/fuzz/seeds/$name/$(basename "$source")"
            build/fuzz/bin/fuzz_seeds "$source" "build/fuzz/seeds/$name/$(basename "$source")" "$max_length"
        fi
    done
    if [[ -d tests/fuzz/regressions/$name ]]; then
        cp -r "tests/fuzz/regressions/$name" "build/fuzz/seeds/$name/regressions"
    fi
}

# One target, its output in a log of its own; prints one line.
run_target() {
    local name=$1 max_length=$2
    shift 2
    local log=build/fuzz/log/$name.log
    gather_seeds "$name" "$max_length" "$@"
    if "build/fuzz/bin/fuzz_$name" -max_total_time="$seconds" -max_len="$max_length" -timeout=10 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="build/fuzz/findings/$name-" \
        "build/fuzz/corpus/$name" "build/fuzz/seeds/$name" >"$log" 2>&1; then
        printf '  %-28s clean, %s inputs tried\n' "$name" "$(awk '/number_of_executed_units/ { print $2 }' "$log")"
    else
        printf '  %-28s FAILED; the end of %s:\n' "$name" "$log"
        tail -n 40 "$log"
        return 1
    fi
}

mkdir -p build/fuzz/log build/fuzz/findings
export UBSAN_OPTIONS=print_stacktrace=1
say "Fuzzing for $seconds s each, $(nproc) at once"
failed=0 running=0
while read -r name max_length seeds; do
    [[ $target == all || $target == "$name" ]] || continue
    if ((running == $(nproc))); then
        wait -n || failed=1
        running=$((running - 1))
    fi
    # shellcheck disable=SC2086  # seeds is a list
    run_target "$name" "$max_length" $seeds &
    running=$((running + 1))
done <"$targets"
while ((running > 0)); do
    wait -n || failed=1
    running=$((running - 1))
done
((failed == 0)) || fail "A target failed; the inputs that did it are in build/fuzz/findings."
echo "Every target is clean."
