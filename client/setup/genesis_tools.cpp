#include "client/setup/genesis_tools.hpp"

#include "client/files.hpp"
#include "crypto/act/genesis.hpp"
#include "crypto/merkle/note.hpp"
#include "crypto/secret/random.hpp"
#include "crypto/x509/key_files.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace serai::client::setup {
namespace {

namespace network = protocol::network;

constexpr std::size_t kMaxBundleFile = 256 * 1024;

constexpr std::array kKinds{
    std::pair{std::string_view{"state"}, network::PartyKind::member_state},
    std::pair{std::string_view{"secretariat"}, network::PartyKind::secretariat},
    std::pair{std::string_view{"guest"}, network::PartyKind::guest},
};

Result<network::Party> read_party(const PartyInput& input, Diagnostics& diagnostics) {
    const auto code = network::PartyCode::parse(input.code);
    if (!code || !network::is_trust_domain(input.trust_domain)) {
        return diagnostics.fail(ClientError::bad_argument,
                                "'" + input.code + "' or '" + input.trust_domain +
                                    "' is no party code or trust domain");
    }
    const auto content = read_file(input.file, kMaxBundleFile);
    if (!content) {
        return diagnostics.fail(content.error(), input.file + " cannot be read");
    }
    auto bundle = crypto::x509::pem_decode("CERTIFICATE", as_text(*content));
    if (!bundle) {
        return diagnostics.fail(ClientError::bad_argument,
                                input.file + " holds no certificate in PEM");
    }
    return network::Party{*code, input.kind, input.trust_domain, std::move(*bundle)};
}

}  // namespace

Result<PartyInput> PartyInput::parse(std::string_view text) {
    std::array<std::string_view, 4> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t colon = i + 1 == parts.size() ? std::string_view::npos : text.find(':');
        if (i + 1 != parts.size() && colon == std::string_view::npos) {
            return ClientError::bad_argument;
        }
        parts[i] = text.substr(0, colon);
        text.remove_prefix(std::min(text.size(), parts[i].size() + 1));
    }
    const auto kind =
        std::ranges::find(kKinds, parts[1], [](const auto& pair) { return pair.first; });
    if (kind == kKinds.end() || parts[3].empty()) {
        return ClientError::bad_argument;
    }
    return PartyInput{
        std::string{parts[0]}, kind->second, std::string{parts[2]}, std::string{parts[3]}};
}

Result<network::Genesis> draft_genesis(const DraftInput& input,
                                       UnixSeconds now,
                                       Diagnostics& diagnostics) {
    const auto key = crypto::merkle::VerifierKey::parse(input.log_key);
    if (!key) {
        return diagnostics.fail(ClientError::bad_argument,
                                "'" + input.log_key + "' is no verifier key of a log");
    }
    network::Genesis genesis;
    genesis.network_id = NetworkId{crypto::system_random().array<32>()};
    genesis.name = input.name;
    genesis.created = now;
    genesis.log_origin = key->name();
    genesis.log_key = input.log_key;
    genesis.server_key = input.server_key;
    genesis.cipher_suite = input.cipher_suite;
    genesis.quorum = input.quorum;
    for (const PartyInput& party_input : input.parties) {
        SERAI_TRY(party, read_party(party_input, diagnostics));
        genesis.parties.push_back(std::move(party));
    }
    std::ranges::sort(genesis.parties, {}, &network::Party::code);
    if (!protocol::codec::decode_exact<network::Genesis>(protocol::codec::encode(genesis))) {
        return diagnostics.fail(ClientError::bad_argument,
                                "the parties do not make a genesis: is one of them there twice?");
    }
    return genesis;
}

Result<network::SignedGenesis> seal_genesis(network::Genesis genesis,
                                            std::vector<RawSignature> signatures,
                                            Diagnostics& diagnostics) {
    network::SignedGenesis sealed;
    for (const network::Party& party : genesis.parties) {
        const auto found = std::ranges::find(signatures, party.code, &RawSignature::party);
        if (found == signatures.end()) {
            return diagnostics.fail(ClientError::untrusted,
                                    "the signature of " + party.code.text() + " is missing");
        }
        sealed.signatures.push_back({found->party, found->signature});
    }
    sealed.statement = std::move(genesis);
    if (const auto verified = crypto::act::verify_genesis(sealed); !verified) {
        return diagnostics.fail(
            ClientError::untrusted,
            "the genesis does not hold together: " + verified.error().message());
    }
    return sealed;
}

std::string spaced_fingerprint(const Digest& fingerprint) {
    const std::string hex = to_hex(fingerprint);
    std::string out;
    constexpr std::size_t kGroup = 4;
    for (std::size_t i = 0; i < hex.size(); i += kGroup) {
        out.append(i == 0 ? "" : " ").append(hex.substr(i, kGroup));
    }
    return out;
}

Result<Digest> parse_fingerprint(std::string_view text) {
    std::string hex;
    std::ranges::copy_if(
        text, std::back_inserter(hex), [](char c) { return c != ' ' && c != ':' && c != '\n'; });
    const auto digest = array_from_hex<32>(hex);
    if (!digest) {
        return ClientError::bad_argument;
    }
    return *digest;
}

}  // namespace serai::client::setup
