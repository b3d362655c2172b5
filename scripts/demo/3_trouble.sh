# shellcheck shell=bash disable=SC2154,SC2034
# Sourced by demo.sh: what somebody tries, what breaks, who leaves.

try_a_foreign_certificate() {
    local id="spiffe://kz.pve.example/focal-point/person-9/laptop"
    tell "The authority of UZ certifies a device that calls itself a focal point of KZ."
    openssl genpkey -algorithm ed25519 -out "$stage/foreign.key" 2>/dev/null
    openssl req -new -key "$stage/foreign.key" -subj "/CN=foreign" -addext "subjectAltName=URI:$id" \
        -out "$stage/foreign.csr" 2>/dev/null
    ca issue "$stage/ca" UZ "$stage/foreign.csr" "$stage/foreign.pem" --bad-domain
    prompt foreign "curl --cert foreign.pem --key foreign.key https://localhost:$port/checkpoint"
    # -k: curl does not know the server's key; the server's refusal is what is looked at.
    curl -sk --tlsv1.3 --cert "$stage/foreign.pem" --key "$stage/foreign.key" -w '%{http_code}\n' \
        "https://localhost:$port/checkpoint" >"$stage/last.out" 2>&1 || true
    sed 's/^/     /' "$stage/last.out"
    grep -q '^403$' "$stage/last.out" || failed "The server let it in."
    grep -q untrusted_issuer "$stage/last.out" || failed "The server refused it for another reason."
    passed "the server refuses it: a KZ name needs a KZ authority"
    quietly_as KZ audit show --json >"$stage/last.out"
    grep -q '"refused"' "$stage/last.out" || failed "KZ finds no entry of the attempt in its name."
    passed "KZ finds in the log that it was tried in its name"

    quietly_as foreign init --server "localhost:$port" --genesis "$stage/genesis.bin" --fingerprint "$fingerprint" \
        --id "$id" >/dev/null
    ca issue "$stage/ca" UZ "$(request_of foreign)" "$stage/foreign2.pem" --bad-domain
    refused 7 "the client refuses it too" foreign enroll "$stage/foreign2.pem"
}

# TJ sends what it observes, one by one, and notes what the server has acknowledged.
send_observations() {
    local i
    for ((i = $1; i <= $2; i++)); do
        serai_of TJ send "$channel" "Observation number $i." >/dev/null 2>>"$stage/observer.err" || return 0
        echo "Observation number $i." >>"$stage/acknowledged"
    done
}

kill_in_the_middle() {
    : >"$stage/acknowledged"
    tell "TJ sends observations one after the other; the server is killed with SIGKILL while it does."
    send_observations 1 1000 &
    local observer=$! i
    for ((i = 0; i < 600 && $(wc -l <"$stage/acknowledged") < 8; i++)); do
        sleep 0.1
    done
    kill_server
    wait "$observer" || true
    local before
    before=$(wc -l <"$stage/acknowledged")
    ((before >= 8)) || failed "TJ could not send: $(tail -n 1 "$stage/observer.err")"
    tell "$before of them were acknowledged before it died. It starts again, on the same folder:"
    prompt operator "serai-server --config server.toml"
    start_server
    send_observations $((before + 2)) $((before + 4))
    quietly_as KZ read "$channel" | grep -o 'Observation number [0-9]*\.' >"$stage/observed"
    check "everything that was acknowledged is there, once, in order" acknowledged_are_observed
    printf '     %s acknowledged, %s read\n' "$(wc -l <"$stage/acknowledged")" "$(wc -l <"$stage/observed")"
}

# What was under way when the server died may have arrived or not; it must not come twice.
acknowledged_are_observed() {
    [[ -z $(sort "$stage/observed" | uniq -d) ]] && grep -Fxf "$stage/acknowledged" "$stage/observed" | cmp - "$stage/acknowledged"
}

remove_one() {
    local secret="TM is gone: the meeting place is the old school in Nukus."
    as KZ remove "$channel" TM/person-1
    as KZ send "$channel" "$secret"
    quietly_as UZ read "$channel" | grep -qF "$secret" || failed "UZ does not read what KZ wrote."
    serai_of TM read "$channel" >"$stage/read.TM" 2>&1 || true
    prompt TM "serai read '$channel'"
    tail -n 3 "$stage/read.TM" | sed 's/^/     /'
    ! grep -qF "$secret" "$stage/read.TM" || failed "TM reads what was written after it had left."
    refused 5 "TM can read nothing that follows, and send nothing" TM send "$channel" "Can you hear me?"
}
