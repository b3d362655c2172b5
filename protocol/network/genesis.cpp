#include "protocol/network/genesis.hpp"

#include "protocol/base/limits.hpp"

#include <algorithm>
#include <set>

namespace serai::protocol::network {
namespace {

using codec::CodecError;

constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxKeyText = 16 * 1024;
constexpr std::size_t kMaxPolicy = 64 * 1024;
constexpr std::size_t kMaxParties = 64;

bool are_distinct_and_ordered(const std::vector<Party>& parties) {
    std::set<std::string_view> domains;
    for (std::size_t i = 0; i < parties.size(); ++i) {
        if (i > 0 && parties[i].code <= parties[i - 1].code) {
            return false;
        }
        domains.insert(parties[i].trust_domain);
    }
    return domains.size() == parties.size();
}

}  // namespace

void Genesis::encode(codec::Writer& writer) const {
    writer.u16(kGenesisVersion);
    writer.strong(network_id);
    writer.text(name);
    writer.strong(created);
    writer.text(log_origin);
    writer.text(log_key);
    writer.text(witness_policy);
    writer.fixed(server_key);
    writer.u16(cipher_suite);
    writer.u8(quorum);
    writer.list(parties);
}

Result<Genesis> Genesis::decode(codec::Reader& reader) {
    SERAI_TRY(version, reader.u16());
    if (version != kGenesisVersion) {
        return CodecError::unknown_value;
    }
    SERAI_TRY(network_id, reader.strong<NetworkId>());
    SERAI_TRY(name, reader.text(kMaxName));
    SERAI_TRY(created, reader.strong<UnixSeconds>());
    SERAI_TRY(log_origin, reader.text(kMaxName));
    SERAI_TRY(log_key, reader.text(kMaxKeyText));
    // A policy has lines, so it is not one of the printable text fields.
    SERAI_TRY(policy, reader.vector(kMaxPolicy));
    SERAI_TRY(server_key, reader.array<32>());
    SERAI_TRY(cipher_suite, reader.u16());
    SERAI_TRY(quorum, reader.u8());
    SERAI_TRY(parties, codec::read_list<Party>(reader, kMaxParties));
    if (!are_distinct_and_ordered(parties) || parties.empty()) {
        return CodecError::unknown_value;
    }
    return Genesis{network_id,
                   std::move(name),
                   created,
                   std::move(log_origin),
                   std::move(log_key),
                   std::string{as_text(policy)},
                   server_key,
                   cipher_suite,
                   quorum,
                   std::move(parties)};
}

const Party* Genesis::party(const PartyCode& code) const {
    const auto found = std::ranges::find(parties, code, &Party::code);
    return found == parties.end() ? nullptr : &*found;
}

const Party* Genesis::party_of_domain(std::string_view trust_domain) const {
    const auto found = std::ranges::find(parties, trust_domain, &Party::trust_domain);
    return found == parties.end() ? nullptr : &*found;
}

void GenesisSignature::encode(codec::Writer& writer) const {
    party.encode(writer);
    writer.vector(signature);
}

Result<GenesisSignature> GenesisSignature::decode(codec::Reader& reader) {
    SERAI_TRY(party, PartyCode::decode(reader));
    SERAI_TRY(signature, reader.vector(limits::kMaxSignature));
    return GenesisSignature{std::move(party), to_bytes(signature)};
}

void SignedGenesis::encode(codec::Writer& writer) const {
    statement.encode(writer);
    writer.list(signatures);
}

Result<SignedGenesis> SignedGenesis::decode(codec::Reader& reader) {
    SERAI_TRY(statement, Genesis::decode(reader));
    SERAI_TRY(signatures, codec::read_list<GenesisSignature>(reader, kMaxParties));
    const bool one_each = std::ranges::equal(
        signatures, statement.parties, {}, &GenesisSignature::party, &Party::code);
    if (!one_each) {
        return CodecError::unknown_value;
    }
    return SignedGenesis{std::move(statement), std::move(signatures)};
}

}  // namespace serai::protocol::network
