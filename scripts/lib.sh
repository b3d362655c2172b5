# shellcheck shell=bash
# Sourced by the scripts of the house; not a program. What they share: words, times, and a clean tool environment.

# Debian's own tools come first, and nothing of another package manager (conda, pyenv, Homebrew) leaks into the build.
export PATH="/usr/sbin:/usr/bin:/sbin:/bin:$PATH"
unset CC CXX CPATH CPLUS_INCLUDE_PATH LIBRARY_PATH CFLAGS CXXFLAGS CPPFLAGS LDFLAGS CMAKE_PREFIX_PATH PKG_CONFIG_PATH

say() {
    printf '\n== %s\n' "$*"
}

fail() {
    printf '\n%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# 75 -> "1 min 15 s"
duration() {
    if (($1 >= 60)); then
        printf '%d min %d s' $(($1 / 60)) $(($1 % 60))
    else
        printf '%d s' "$1"
    fi
}

# As many compilers at once as there are cores, but no more than fit into memory: a sanitized Beast unit takes 3 GB.
jobs() {
    local cores memory_gb
    cores=$(nproc)
    memory_gb=$(awk '/^MemTotal:/ { print int($2 / 1024 / 1024) }' /proc/meminfo)
    local fitting=$((memory_gb / 3))
    ((fitting >= 1)) || fitting=1
    echo $((cores < fitting ? cores : fitting))
}

# quietly LOG WHAT COMMAND...: keeps the command's output in LOG and shows it only if the command fails.
quietly() {
    local log=$1 what=$2
    shift 2
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        fail "$what failed; its output is above and in $log."
    fi
}

# Configures and builds one preset: build_preset PRESET [ninja targets...]
build_preset() {
    local preset=$1
    shift
    local start=$SECONDS
    mkdir -p "build/$preset"
    say "Configuring build/$preset"
    quietly "build/$preset/configure.log" "Configuring the preset $preset" cmake --preset "$preset"
    say "Building build/$preset with $(jobs) jobs"
    cmake --build "build/$preset" --parallel "$(jobs)" ${1:+--target "$@"} ||
        fail "The preset $preset does not build; the first error is above."
    printf 'Built build/%s in %s.\n' "$preset" "$(duration $((SECONDS - start)))"
}

# g++ 12's ThreadSanitizer does not start on kernels that randomise addresses more than it expects. Starts the calling
# script over with that turned off, where the machine allows it: restart_without_address_randomisation "$0" "$@"
restart_without_address_randomisation() {
    if [[ -z ${SERAI_RESTARTED:-} ]] && setarch "$(uname -m)" -R true 2>/dev/null; then
        SERAI_RESTARTED=1 exec setarch "$(uname -m)" -R "$@"
    fi
}
