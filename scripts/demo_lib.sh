# shellcheck shell=bash disable=SC2154,SC2034
# Sourced by demo.sh: how the demonstration tells its story, and how it starts, kills and ends the server. Whoever sources it has
# set `bin` (the programs' folder) and `stage` (the demonstration's own folder).

if [[ -t 1 ]]; then
    bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
    bold='' dim='' green='' red='' plain=''
fi

scene_number=0
checks=0
server_pid=''

# A heading: scene "The five meet"
scene() {
    scene_number=$((scene_number + 1))
    printf '\n%s%d. %s%s\n' "$bold" "$scene_number" "$1" "$plain"
}

# Prose between the commands.
tell() {
    printf '   %s\n' "$*"
}

# A claim that held: passed "the copies are equal byte for byte"
passed() {
    checks=$((checks + 1))
    printf '   %s✓%s %s\n' "$green" "$plain" "$1"
}

# The demonstration ends here: something was not so.
failed() {
    printf '\n   %s✗ %s%s\n' "$red" "$1" "$plain" >&2
    printf '   The server'\''s log is %s/server.log.\n' "$stage" >&2
    exit 1
}

# check "claim" COMMAND...: the claim holds if the command succeeds.
check() {
    local claim=$1
    shift
    if "$@" >"$stage/last.out" 2>&1; then
        passed "$claim"
    else
        sed 's/^/     | /' "$stage/last.out" >&2
        failed "Not so: $claim"
    fi
}

# How one of the five types a command, as shown: prompt KZ "serai send ..."
prompt() {
    printf '   %s%s$%s %s\n' "$dim" "$1" "$plain" "$2"
}

# as WHO ARGUMENTS...: runs `serai ARGUMENTS` as that device, shows command and output, and fails the demonstration if it fails. The
# output stays in $stage/last.out.
as() {
    local who=$1
    shift
    prompt "$who" "serai $(quoted "$@")"
    if ! serai_of "$who" "$@" >"$stage/last.out" 2>&1; then
        sed 's/^/     | /' "$stage/last.out" >&2
        failed "serai failed for $who."
    fi
    sed 's/^/     /' "$stage/last.out"
}

# The same without a word, for what the story does not tell; prints what serai prints.
quietly_as() {
    local who=$1
    shift
    serai_of "$who" "$@" 2>"$stage/last.out" || {
        sed 's/^/     | /' "$stage/last.out" >&2
        failed "serai $(quoted "$@") failed for $who."
    }
}

# refused CODE "claim" WHO ARGUMENTS...: the command must fail with that exit code (docs/cli.md), and says why.
refused() {
    local code=$1 claim=$2 who=$3 status=0
    shift 3
    prompt "$who" "serai $(quoted "$@")"
    serai_of "$who" "$@" >"$stage/last.out" 2>&1 || status=$?
    if ((status != code)); then
        sed 's/^/     | /' "$stage/last.out" >&2
        failed "Exit code $status where $code was due: $claim"
    fi
    sed 's/^/     /' "$stage/last.out"
    passed "$claim"
}

# The arguments as somebody would type them.
quoted() {
    local word out=''
    for word in "$@"; do
        if [[ $word =~ ^[A-Za-z0-9_./:=@%+-]+$ ]]; then
            out+=" $word"
        else
            out+=" '$word'"
        fi
    done
    printf '%s' "${out# }"
}

# ---- the server ----

# Starts the server in the background and waits until it takes connections; its port is in $port.
start_server() {
    rm -f "$stage/port"
    "$bin/serai-server" --config "$stage/server.toml" --port-file "$stage/port" >>"$stage/server.log" 2>&1 &
    server_pid=$!
    local i
    for ((i = 0; i < 300; i++)); do
        if [[ -s $stage/port ]]; then
            port=$(<"$stage/port")
            return
        fi
        kill -0 "$server_pid" 2>/dev/null || failed "The server did not start: $(tail -n 1 "$stage/server.log")"
        sleep 0.1
    done
    failed "The server did not open its port within 30 seconds."
}

# As a power cut for the process: no goodbye, nothing flushed.
kill_server() {
    kill -KILL "$server_pid"
    wait "$server_pid" 2>/dev/null || true
    server_pid=''
}

stop_server() {
    [[ -n $server_pid ]] || return 0
    kill -TERM "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=''
}

# A port that nobody listens on now.
free_port() {
    local candidate
    for ((candidate = 7443; candidate < 7543; candidate++)); do
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    fail "No port between 7443 and 7542 is free."
}
