# shellcheck shell=bash disable=SC2154,SC2034
# Sourced by demo.sh: the authorities, genesis, the server, the five people, the channel.

found_the_network() {
    tell "Each party makes a certificate authority of its own: ${parties[*]} (UN is the secretariat)."
    ca init "$stage/ca" "${parties[@]}"
    write_server_configuration
    "$bin/serai-server" keygen --config "$stage/server.toml" --origin demo.serai.example/log --host localhost \
        >"$stage/keys.txt" 2>"$stage/last.out" || failed "serai-server keygen: $(cat "$stage/last.out")"
    tell "The operator makes the server's two keys and tells the parties their public halves."
    local options=() party kind
    for party in "${parties[@]}"; do
        kind=state
        [[ $party != UN ]] || kind=secretariat
        options+=(--party "$party:$kind:$(domain_of "$party"):$stage/ca/$party/ca.pem")
    done
    serai_of KZ genesis draft --name "Demonstration network" --log-key "$(key_of log_key)" \
        --server-key "$(key_of server_key)" "${options[@]}" --out "$stage/genesis.draft" \
        --signing-bytes "$stage/genesis.tbs" >"$stage/last.out" 2>&1 || failed "genesis draft: $(cat "$stage/last.out")"
    options=()
    for party in "${parties[@]}"; do
        ca sign "$stage/ca" "$party" "$stage/genesis.tbs" "$stage/$party.sig"
        options+=(--signature "$party:$stage/$party.sig")
    done
    serai_of KZ genesis seal "$stage/genesis.draft" "${options[@]}" --out "$stage/genesis.bin" >"$stage/last.out" 2>&1 ||
        failed "genesis seal: $(cat "$stage/last.out")"
    fingerprint=$(serai_of KZ --json genesis show "$stage/genesis.bin" | jq -r .fingerprint)
    serai_of KZ genesis show "$stage/genesis.bin" | sed 's/^/     /'
    passed "all six have signed who they are, and the server's keys; the fingerprint goes to each by telephone"
}

# log_key or server_key, as serai-server keygen printed it.
key_of() {
    awk -v name="$1" '$1 == name { sub(/^[^ ]+ /, ""); print }' "$stage/keys.txt"
}

write_server_configuration() {
    mkdir -p "$stage/keys"
    cat >"$stage/server.toml" <<TOML
data_directory = "data"
genesis = "genesis.bin"

[listen]
address = "127.0.0.1"
port = $port

[keys]
log_key = "keys/log.key"
tls_key = "keys/tls.key"
tls_certificate = "keys/tls.crt"
TOML
}

open_the_server() {
    tell "A fresh folder, RocksDB, TLS 1.3, certificates demanded from whoever comes."
    prompt operator "serai-server --config server.toml"
    start_server
    passed "the server listens on port $port; the signed statement is leaf 0 of its audit log"
}

enroll_everybody() {
    local who
    for who in "${states[@]}"; do
        quietly_as "$who" init --server "localhost:$port" --genesis "$stage/genesis.bin" --fingerprint "$fingerprint" \
            --id "$(identity_of "$who")" >"$stage/init.out"
        ca issue "$stage/ca" "$who" "$(request_of "$who")" "$stage/$who.pem"
        as "$who" enroll "$stage/$who.pem"
    done
    passed "five devices, certified by five authorities, are known to the server"
}

request_of() {
    find "$stage/home/$1" -maxdepth 1 \( -name '*.csr' -o -name '*request*' \) -print -quit
}

found_the_channel() {
    local who options=()
    for who in "${states[@]}"; do
        options+=(--party "$who")
    done
    as KZ create "$channel" --theme returnees "${options[@]}"
    as KZ invite "$channel" KG/person-1 TJ/person-1 TM/person-1 UZ/person-1
    for who in KG TJ TM UZ; do
        as "$who" join
    done
    as UZ members "$channel"
    for who in "${states[@]}"; do
        quietly_as "$who" members "$channel" >"$stage/members.$who"
    done
    check "all five see the same five members, each by the certificate of its own state" same_members
}

same_members() {
    local who
    for who in KG TJ TM UZ; do
        grep -q "$who" "$stage/members.KZ" || return 1
        cmp "$stage/members.KZ" "$stage/members.$who" || return 1
    done
}
