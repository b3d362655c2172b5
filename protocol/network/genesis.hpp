// Genesis: what the founders of a network signed together. It is the value of the one field of leaf 0, and everything else a
// client believes follows from its fingerprint, which it is given out of band.
#pragma once

#include "protocol/base/strong_id.hpp"
#include "protocol/network/party.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace serai::protocol::network {

inline constexpr std::uint16_t kGenesisVersion = 1;

// struct {
//   uint16 version = 1;
//   opaque network_id[32];           random
//   opaque name<V>;                  for people
//   uint64 created;                  Unix seconds
//   opaque log_origin<V>;            the checkpoint origin line (C2SP tlog-checkpoint), also the log key's name
//   opaque log_key<V>;               verifier key (C2SP signed-note vkey text)
//   opaque witness_policy<V>;        C2SP tlog-policy text; empty: this network demands no cosignatures
//   opaque server_key[32];           SHA-256 of the server's TLS SubjectPublicKeyInfo
//   uint16 cipher_suite;             of MLS, for every channel
//   uint8 quorum;                    states that must agree to change this (acts of governance)
//   Party parties<V>;
// } Genesis;
struct Genesis {
    NetworkId network_id;
    std::string name;
    UnixSeconds created;
    std::string log_origin;
    std::string log_key;
    std::string witness_policy;
    Digest server_key{};
    std::uint16_t cipher_suite = 0x0003;
    std::uint8_t quorum = 4;
    std::vector<Party> parties;  // in ascending order of code; codes and trust domains are unique

    void encode(codec::Writer& writer) const;
    static Result<Genesis> decode(codec::Reader& reader);

    // The party with this code or trust domain; nullptr if there is none. Lives as long as *this.
    [[nodiscard]] const Party* party(const PartyCode& code) const;
    [[nodiscard]] const Party* party_of_domain(std::string_view trust_domain) const;

    friend bool operator==(const Genesis&, const Genesis&) = default;
};

// A party's consent: its CA key's signature (Ed25519) over "Serai 1.0 genesis" 0x00 | SHA-256(Genesis), made with the key of
// the first certificate of its bundle.
struct GenesisSignature {
    PartyCode party;
    Bytes signature;

    void encode(codec::Writer& writer) const;
    static Result<GenesisSignature> decode(codec::Reader& reader);

    friend bool operator==(const GenesisSignature&, const GenesisSignature&) = default;
};

// struct { Genesis statement; GenesisSignature signatures<V>; }: one signature per party, in the order of the parties.
// The fingerprint is SHA-256("serai/genesis/v1" | Genesis).
struct SignedGenesis {
    Genesis statement;
    std::vector<GenesisSignature> signatures;

    void encode(codec::Writer& writer) const;
    static Result<SignedGenesis> decode(codec::Reader& reader);

    friend bool operator==(const SignedGenesis&, const SignedGenesis&) = default;
};

}  // namespace serai::protocol::network
