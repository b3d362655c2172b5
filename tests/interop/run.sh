#!/usr/bin/env bash
# Holds mls_peer against ts-mls, an implementation of MLS by other people, which it installs from the npm registry by name.
#
#   tests/interop/run.sh MLS_PEER DIRECTORY [few]
#
# MLS_PEER: the program. DIRECTORY: where the packages go (build/<preset>/interop; nothing of them is kept in the repository).
# With `few`, one setting for each suite instead of all. Fails if the packages cannot be had: a test that did not run has not passed.
set -euo pipefail
peer=$(realpath "$1")
directory=$2
shift 2
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. scripts/lib.sh

# What ts-mls asks for in the suites that are tested, each at one version.
packages=(
    ts-mls@1.6.4
    @hpke/core@1.9.0 @hpke/common@1.10.1 @hpke/chacha20poly1305@1.8.0
    @noble/curves@2.0.1 @noble/hashes@2.0.1 @noble/ciphers@2.1.1
)

for tool in node npm openssl; do
    command -v "$tool" >/dev/null || fail "$tool is missing; scripts/dependencies.sh interop installs it."
done

mkdir -p "$directory"
directory=$(realpath "$directory")

install_packages() {
    rm -rf "$directory/node_modules" "$directory/installed"
    npm install --prefix "$directory" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund \
        --no-update-notifier --loglevel=error "${packages[@]}" ||
        fail "npm could not install ts-mls, whose words are above; is the npm registry reachable from here? Without it this test cannot pass."
    echo "${packages[*]}" >"$directory/installed"
}

[[ -f $directory/installed && $(<"$directory/installed") == "${packages[*]}" ]] || install_packages

# Node looks for packages beside and above the file that asks for them.
cp tests/interop/ts_mls/*.mjs "$directory"
certificates=$(mktemp -d)
trap 'rm -rf "$certificates"' EXIT
node --no-warnings "$directory/main.mjs" "$peer" "$certificates" "$@"
