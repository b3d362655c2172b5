#!/usr/bin/env bash
# Development certificate authorities: one per party, each with a trust domain of its own. Needs bash and the openssl program.
# For development and tests only: see README.md beside this file.
set -euo pipefail
umask 077

readonly default_parties=(KZ KG TJ TM UZ UN)
readonly ca_days=1825
readonly leaf_days=90
readonly crl_hours_max=24

usage() {
    cat <<'TEXT'
Development certificate authorities, one per party.

  make_dev_ca.sh init DIR [PARTY...]             make the CAs (KZ KG TJ TM UZ UN unless named); those that exist are kept
  make_dev_ca.sh issue DIR PARTY CSR OUT [...]   certify the device that made CSR (PEM or DER); OUT is PEM
      --days N                                   valid for N days from now (default 90)
      --not-before TIME --not-after TIME         valid between these, as YYYYMMDDHHMMSSZ
  make_dev_ca.sh revoke DIR PARTY CERT           revoke a certificate of this party
  make_dev_ca.sh crl DIR PARTY OUT [--hours N]   a new CRL, number rising, good for at most 24 hours; OUT is DER
  make_dev_ca.sh sign DIR PARTY FILE OUT         sign a file with the CA's key (raw Ed25519, 64 bytes)
  make_dev_ca.sh domain PARTY                    print the party's trust domain

Certificates that a verifier must refuse, for tests (with issue):
      --bad-domain                               certify an identity of another party's trust domain
      --bad-usage LIST                           this keyUsage in place of digitalSignature, for example keyAgreement
      --bad-uri URI                              name this URI too (repeatable); the CSR's own stays
      --bad-no-uri                               name no URI at all
      --bad-ca                                   a leaf that is a CA
TEXT
}

fail() {
    echo "make_dev_ca.sh: $*" >&2
    exit 1
}

need_value() {
    [[ $# -ge 2 ]] || fail "$1 needs a value"
}

check_party() {
    [[ $1 =~ ^[A-Z][A-Z0-9]{1,15}$ ]] || fail "'$1' is no party name: two or more capital letters, such as UZ"
}

domain_of() {
    echo "${1,,}.pve.example"
}

# Sets `home` to the folder of an existing CA.
open_ca() {
    check_party "$2"
    home="$1/$2"
    [[ -f $home/ca.key && -f $home/ca.pem ]] || fail "there is no CA of $2 in $1: run 'init $1 $2' first"
}

# openssl's own words, shown only when it fails.
quietly() {
    local words
    words=$("$@" 2>&1) || fail "openssl could not do it: $words"
}

# Takes the lock of a CA until the script ends, so that two callers cannot issue the same number.
lock_ca() {
    exec 9>"$home/lock"
    if command -v flock >/dev/null; then
        flock 9
    fi
}

write_config() {
    cat >"$home/ca.cnf" <<TEXT
[ca]
default_ca = this
[this]
new_certs_dir = $home/issued
database = $home/index.txt
rand_serial = yes
crlnumber = $home/crlnumber
certificate = $home/ca.pem
private_key = $home/ca.key
default_md = default
unique_subject = no
copy_extensions = none
policy = anything
[crl_extensions]
authorityKeyIdentifier = keyid:always
[anything]
organizationName = optional
commonName = optional
TEXT
}

make_one_ca() {
    local party=$2 domain
    home="$1/$2"
    domain=$(domain_of "$party")
    if [[ -f $home/ca.pem ]]; then
        echo "$party: kept ($home/ca.pem)"
        return
    fi
    mkdir -p "$home/issued"
    : >"$home/index.txt"
    echo 01 >"$home/crlnumber"
    quietly openssl genpkey -algorithm ed25519 -out "$home/ca.key"
    cat >"$home/root.cnf" <<TEXT
[req]
distinguished_name = dn
prompt = no
x509_extensions = root
[dn]
O = $party
CN = $party development CA
[root]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
subjectAltName = URI:spiffe://$domain
nameConstraints = critical, permitted;URI:$domain
TEXT
    # Made under another name and renamed last: a CA is there whole or not at all.
    quietly openssl req -x509 -new -key "$home/ca.key" -config "$home/root.cnf" -days "$ca_days" -out "$home/ca.pem.new"
    quietly openssl x509 -in "$home/ca.pem.new" -outform DER -out "$home/ca.der"
    write_config
    chmod 600 "$home/ca.key"
    mv "$home/ca.pem.new" "$home/ca.pem"
    echo "$party: spiffe://$domain ($home/ca.pem)"
}

init() {
    [[ $# -ge 1 ]] || fail "init needs a folder"
    local dir=$1 party
    shift
    local parties=("$@")
    [[ $# -gt 0 ]] || parties=("${default_parties[@]}")
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    for party in "${parties[@]}"; do
        check_party "$party"
        make_one_ca "$dir" "$party"
    done
}

form_of() {
    if grep -q -- '-----BEGIN' "$1"; then echo PEM; else echo DER; fi
}

# The one URI that the CSR names. Anything else beside it in the alternative names is refused, not dropped.
uri_of_csr() {
    local names
    names=$(openssl req -in "$1" -inform "$(form_of "$1")" -noout -text |
        sed -n '/X509v3 Subject Alternative Name:/{n;s/^ *//;s/ *$//;p;}') || fail "$1 is no certificate request"
    [[ $names =~ ^URI:(spiffe://[a-z0-9._-]+/[A-Za-z0-9._-]+/[A-Za-z0-9._-]+/[A-Za-z0-9._-]+)$ ]] ||
        fail "$1 must name exactly one URI, spiffe://DOMAIN/ROLE/PERSON/DEVICE, and nothing else; it names '$names'"
    echo "${BASH_REMATCH[1]}"
}

leaf_extensions() {
    local names=$1 key_usage=$2 ca=$3
    echo "basicConstraints = critical, CA:$ca"
    echo "keyUsage = critical, $key_usage"
    echo "extendedKeyUsage = clientAuth"
    echo "subjectKeyIdentifier = hash"
    echo "authorityKeyIdentifier = keyid:always"
    # RFC 5280, 4.1.2.6: with a subject present the names need not be critical.
    [[ -z $names ]] || echo "subjectAltName = $names"
}

issue() {
    [[ $# -ge 4 ]] || fail "issue needs DIR PARTY CSR OUT"
    open_ca "$1" "$2"
    local party=$2 csr=$3 out=$4
    shift 4
    local days=$leaf_days not_before="" not_after="" key_usage=digitalSignature ca=FALSE any_domain="" no_uri="" more_uris=()
    while [[ $# -gt 0 ]]; do
        case $1 in
            --days) need_value "$@"; days=$2; shift 2 ;;
            --not-before) need_value "$@"; not_before=$2; shift 2 ;;
            --not-after) need_value "$@"; not_after=$2; shift 2 ;;
            --bad-domain) any_domain=1; shift ;;
            --bad-usage) need_value "$@"; key_usage=$2; shift 2 ;;
            --bad-uri) need_value "$@"; more_uris+=("$2"); shift 2 ;;
            --bad-no-uri) no_uri=1; shift ;;
            --bad-ca) ca=TRUE; key_usage="digitalSignature, keyCertSign"; shift ;;
            *) fail "issue does not know '$1'" ;;
        esac
    done
    [[ $days =~ ^[0-9]+$ && $days -ge 1 ]] || fail "--days needs a number of days"
    [[ -f $csr ]] || fail "there is no file $csr"
    local uri names
    uri=$(uri_of_csr "$csr")
    [[ -n $any_domain || $uri == "spiffe://$(domain_of "$party")/"* ]] ||
        fail "the CA of $party speaks for spiffe://$(domain_of "$party")/ only, and this request names $uri"
    names="URI:$uri"
    for extra in ${more_uris[@]+"${more_uris[@]}"}; do names+=", URI:$extra"; done
    [[ -z $no_uri ]] || names=""

    local period=(-days "$days")
    if [[ -n $not_before || -n $not_after ]]; then
        [[ -n $not_before && -n $not_after ]] || fail "--not-before and --not-after go together"
        period=(-startdate "$not_before" -enddate "$not_after")
    fi
    lock_ca
    local request="$home/request.pem"
    quietly openssl req -in "$csr" -inform "$(form_of "$csr")" -out "$request"
    leaf_extensions "$names" "$key_usage" "$ca" >"$home/leaf.cnf"
    local person=${uri%/*}
    quietly openssl ca -batch -notext -config "$home/ca.cnf" -in "$request" -out "$home/new.pem" \
        -subj "/O=$party/CN=${person##*/} ${uri##*/}" -extfile "$home/leaf.cnf" "${period[@]}"
    mv "$home/new.pem" "$out"
    chmod 644 "$out"
    echo "$party: issued $uri ($out)"
}

revoke() {
    [[ $# -eq 3 ]] || fail "revoke needs DIR PARTY CERT"
    open_ca "$1" "$2"
    [[ -f $3 ]] || fail "there is no file $3"
    lock_ca
    quietly openssl ca -config "$home/ca.cnf" -revoke "$3"
    echo "$2: revoked $3; publish a new CRL now"
}

crl() {
    [[ $# -ge 3 ]] || fail "crl needs DIR PARTY OUT"
    open_ca "$1" "$2"
    local party=$2 out=$3 hours=$crl_hours_max
    shift 3
    while [[ $# -gt 0 ]]; do
        case $1 in
            --hours) need_value "$@"; hours=$2; shift 2 ;;
            *) fail "crl does not know '$1'" ;;
        esac
    done
    [[ $hours =~ ^[0-9]+$ && $hours -ge 1 && $hours -le $crl_hours_max ]] ||
        fail "--hours needs a number from 1 to $crl_hours_max"
    lock_ca
    # openssl raises the number when it has written the list.
    quietly openssl ca -config "$home/ca.cnf" -gencrl -crlhours "$hours" -crlexts crl_extensions -out "$home/crl.pem"
    quietly openssl crl -in "$home/crl.pem" -outform DER -out "$out"
    chmod 644 "$out"
    echo "$party: CRL $(openssl crl -in "$home/crl.pem" -noout -crlnumber | cut -d= -f2) ($out)"
}

sign() {
    [[ $# -eq 4 ]] || fail "sign needs DIR PARTY FILE OUT"
    open_ca "$1" "$2"
    [[ -f $3 ]] || fail "there is no file $3"
    quietly openssl pkeyutl -sign -rawin -inkey "$home/ca.key" -in "$3" -out "$4"
    chmod 644 "$4"
    echo "$2: signed $3 ($4)"
}

main() {
    command -v openssl >/dev/null || fail "the openssl program is missing: apt install openssl"
    local command=${1:-help}
    [[ $# -eq 0 ]] || shift
    case $command in
        init | issue | revoke | crl | sign) "$command" "$@" ;;
        domain)
            [[ $# -eq 1 ]] || fail "domain needs PARTY"
            check_party "$1"
            domain_of "$1"
            ;;
        help | -h | --help) usage ;;
        *) usage >&2; fail "there is no command '$command'" ;;
    esac
}

main "$@"
