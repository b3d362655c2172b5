// Making a genesis: draft it from what the parties bring, let each CA sign, put it together. Used once in a network's life, by
// people who compare fingerprints over another channel.
#pragma once

#include "client/error.hpp"
#include "protocol/network/genesis.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace serai::client::setup {

// One party as it is typed: "CODE:KIND:DOMAIN:FILE", KIND one of state, secretariat, guest; FILE its CA certificates (PEM).
struct PartyInput {
    std::string code;
    protocol::network::PartyKind kind = protocol::network::PartyKind::member_state;
    std::string trust_domain;
    std::string file;

    static Result<PartyInput> parse(std::string_view text);
};

struct DraftInput {
    std::string name;
    std::string log_key;  // verifier key text; its name becomes the log's origin
    Digest server_key{};
    std::uint16_t cipher_suite = 0x0003;
    std::uint8_t quorum = 4;
    std::vector<PartyInput> parties;
};

// Reads the parties' files and draws the network id. bad_argument, file_failed; the diagnostics say of what.
Result<protocol::network::Genesis> draft_genesis(const DraftInput& input,
                                                 UnixSeconds now,
                                                 Diagnostics& diagnostics);

// A party's signature as raw bytes (what its CA made of genesis_signing_bytes).
struct RawSignature {
    protocol::network::PartyCode party;
    Bytes signature;
};

// Orders the signatures and verifies the whole. untrusted if one is missing or wrong.
Result<protocol::network::SignedGenesis> seal_genesis(protocol::network::Genesis genesis,
                                                      std::vector<RawSignature> signatures,
                                                      Diagnostics& diagnostics);

// A fingerprint as people compare it: groups of four digits.
[[nodiscard]] std::string spaced_fingerprint(const Digest& fingerprint);

// Reads it back, with or without spaces.
[[nodiscard]] Result<Digest> parse_fingerprint(std::string_view text);

}  // namespace serai::client::setup
