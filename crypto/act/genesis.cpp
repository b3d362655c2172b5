#include "crypto/act/genesis.hpp"

#include "crypto/primitive/hash.hpp"

namespace serai::crypto::act {
namespace {

using protocol::network::Genesis;
using protocol::network::Party;
using protocol::network::SignedGenesis;

constexpr std::string_view kFingerprintLabel = "serai/genesis/v1";
constexpr std::string_view kSigningLabel = "Serai 1.0 genesis";

Result<x509::TrustBundle> signed_bundle(const Party& party,
                                        const protocol::network::GenesisSignature& signature,
                                        ByteView signed_bytes) {
    auto bundle = x509::TrustBundle::make(party.trust_domain, party.bundle);
    if (!bundle || signature.party != party.code) {
        return ActError::bad_genesis;
    }
    const x509::Certificate& root = bundle->roots().front();
    if (root.key_algorithm() != x509::KeyAlgorithm::ed25519 ||
        !ed25519_verify(root.public_key(), signed_bytes, signature.signature)) {
        return ActError::bad_genesis;
    }
    return bundle;
}

}  // namespace

Digest genesis_fingerprint(const Genesis& genesis) {
    return sha256({as_bytes(kFingerprintLabel), protocol::codec::encode(genesis)});
}

Bytes genesis_signing_bytes(const Genesis& genesis) {
    Bytes out = to_bytes(as_bytes(kSigningLabel));
    out.push_back(0);
    append(out, sha256(protocol::codec::encode(genesis)));
    return out;
}

protocol::network::GenesisSignature sign_genesis(const Genesis& genesis,
                                                 const protocol::network::PartyCode& party,
                                                 const SignaturePrivateKey& ca_key) {
    return {party, ed25519_sign(ca_key, genesis_signing_bytes(genesis))};
}

Result<Network> verify_genesis(const SignedGenesis& genesis) {
    const Genesis& statement = genesis.statement;
    const auto log_key = merkle::VerifierKey::parse(statement.log_key);
    if (!log_key || log_key->name() != statement.log_origin || statement.parties.empty() ||
        genesis.signatures.size() != statement.parties.size()) {
        return ActError::bad_genesis;
    }
    Network network{statement, genesis_fingerprint(statement), {}, *log_key};
    const Bytes signed_bytes = genesis_signing_bytes(statement);
    for (std::size_t i = 0; i < statement.parties.size(); ++i) {
        SERAI_TRY(bundle, signed_bundle(statement.parties[i], genesis.signatures[i], signed_bytes));
        network.trust.set_bundle(std::move(bundle));
    }
    return network;
}

Result<Network> verify_genesis(const SignedGenesis& genesis, const Digest& expected_fingerprint) {
    if (genesis_fingerprint(genesis.statement) != expected_fingerprint) {
        return ActError::wrong_fingerprint;
    }
    return verify_genesis(genesis);
}

}  // namespace serai::crypto::act
