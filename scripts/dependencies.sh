#!/usr/bin/env bash
# Installs by apt whatever the named purposes need and this machine lacks. Does nothing, quickly, when all is there.
#
#   scripts/dependencies.sh [build|test|interop|demo|bench|fuzz|format|tidy]...      (default: build)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

packages_for() {
    case $1 in
        build)
            echo g++ cmake ninja-build ccache lld pkg-config git \
                libboost1.81-dev libboost-json1.81-dev libboost-system1.81-dev libssl-dev libsodium-dev librocksdb-dev libjemalloc-dev \
                libspdlog-dev libfmt-dev libcli11-dev libtomlplusplus-dev
            ;;
        test) echo libgtest-dev libgmock-dev openssl ;;
        interop)
            echo openssl
            # Other packages than Debian's bring both in one; theirs do as well.
            { command -v node && command -v npm; } >/dev/null || echo nodejs npm
            ;;
        demo) echo openssl jq curl ;;
        bench) echo libbenchmark-dev ;;
        fuzz) echo clang libclang-rt-14-dev llvm ;;
        format) echo clang-format ;;
        tidy) echo clang-tidy ;;
        *) fail "There is no purpose '$1'; known are build, test, interop, demo, bench, fuzz, format and tidy." ;;
    esac
}

is_installed() {
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Runs apt-get as root, by sudo if we are not.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

command -v apt-get >/dev/null || fail "This is no Debian machine (no apt-get); the packages that it needs are listed in $0."

missing=()
for purpose in "${@:-build}"; do
    packages=$(packages_for "$purpose")
    for package in $packages; do
        is_installed "$package" || missing+=("$package")
    done
done
((${#missing[@]} > 0)) || exit 0

say "Installing by apt: ${missing[*]}"
if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
    fail "These packages are missing, and installing them takes root or sudo. As root: apt-get install ${missing[*]}"
fi
as_root apt-get update -qq || fail "apt-get update failed; is there a network, and is apt configured?"
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get could not install: ${missing[*]}. Debian 12 (bookworm) has all of them; is this a Debian 12?"
printf 'Installed %d packages.\n' "${#missing[@]}"
