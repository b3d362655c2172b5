#!/usr/bin/env bash
# Plays the main job of Serai from beginning to end, with the real programs and real files, and proves what it says.
#
#   ./demo.sh          builds what is missing, plays, cleans up behind itself
#   ./demo.sh --keep   leaves the server running and says what to type next
#
# Exit status 0 only if everything was as told.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/lib.sh
. scripts/demo_lib.sh

keep=false
case ${1:-} in
    '') ;;
    --keep) keep=true ;;
    -h | --help)
        sed -n '2,7s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
    *) fail "There is no option '$1'; there is --keep." ;;
esac

scripts/dependencies.sh build test demo
build_preset dev serai serai-server
bin=$PWD/build/dev/bin

stage=$(mktemp -d "${TMPDIR:-/tmp}/serai-demo.XXXXXX")
clean_up() {
    local status=$?
    if [[ $keep == true && $status == 0 ]]; then
        return
    fi
    stop_server
    if [[ $status == 0 ]]; then
        rm -rf "$stage"
    else
        printf '\nWhat was left behind is in %s.\n' "$stage" >&2
    fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# shellcheck disable=SC2034  # the parts of the story use them
readonly states=(KZ KG TJ TM UZ)
# shellcheck disable=SC2034
readonly parties=(KZ KG TJ TM UZ UN)
readonly channel="Returnees, case 14"
port=$(free_port)

domain_of() {
    printf '%s.pve.example' "${1,,}"
}

identity_of() {
    printf 'spiffe://%s/focal-point/person-1/laptop' "$(domain_of "$1")"
}

# The program as one of the five: each has a home and a passphrase of its own.
serai_of() {
    local who=$1
    shift
    SERAI_HOME="$stage/home/$who" SERAI_PASSPHRASE="of $who, for the demonstration" "$bin/serai" "$@"
}

ca() {
    certs/make_dev_ca.sh "$@" >"$stage/last.out" 2>&1 || {
        cat "$stage/last.out" >&2
        failed "certs/make_dev_ca.sh $1 failed."
    }
}

for part in scripts/demo/*.sh; do
    # shellcheck source=/dev/null
    . "$part"
done

scene "Six authorities, one statement that they all sign"
found_the_network
scene "A server that none of them has to trust"
open_the_server
scene "Five people, each with a key that never leaves the device"
enroll_everybody
scene "A channel for one theme"
found_the_channel
scene "Everyone speaks, everyone reads"
talk
scene "Everyone shares a file, everyone opens it"
share_files
scene "A certificate of the wrong authority"
try_a_foreign_certificate
scene "The server dies in the middle of a sentence"
kill_in_the_middle
scene "One of them leaves"
remove_one
scene "What the log proves"
verify_the_log
scene "What the server knows"
search_the_server

printf '\n%sAll of it was so: %d claims checked.%s\n' "$bold" "$checks" "$plain"
if [[ $keep == true ]]; then
    cat <<TEXT

The server goes on running (process $server_pid, port $port); everything is in $stage.
In one terminal, as the focal point of Kazakhstan:

    SERAI_HOME=$stage/home/KZ SERAI_PASSPHRASE="of KZ, for the demonstration" $bin/serai follow "$channel"

and in another, as that of Kyrgyzstan:

    SERAI_HOME=$stage/home/KG SERAI_PASSPHRASE="of KG, for the demonstration" $bin/serai send "$channel" "Salam!"

When you are done: kill $server_pid; rm -r $stage
TEXT
fi
