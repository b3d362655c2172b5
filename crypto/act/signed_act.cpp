#include "crypto/act/signed_act.hpp"

#include "crypto/primitive/hash.hpp"

#include <stdexcept>

namespace serai::crypto::act {
namespace {

using protocol::network::Act;
using protocol::network::ActHeader;

Digest root_of(const ActHeader& header, std::span<const protocol::network::Field> fields) {
    return act_root(field_hashes(EntryContext{header.origin, header.act_id}, 0, fields));
}

Result<void> check_header(const ActContext& context, const ActHeader& header) {
    if (header.network_id != context.network_id || header.origin != context.origin) {
        return ActError::wrong_network;
    }
    if (header.not_after < header.time ||
        header.not_after.value() - header.time.value() > kMaxActSeconds) {
        return ActError::bad_validity;
    }
    return {};
}

}  // namespace

Act sign_act(const ActContext& context,
             protocol::network::ActKind kind,
             protocol::network::NamedValues values,
             const ActSigner& signer,
             UnixSeconds time,
             std::uint64_t lifetime,
             Random& random) {
    if (signer.chain.empty() || lifetime > kMaxActSeconds) {
        throw std::invalid_argument{"signer or lifetime of an act"};
    }
    Act act;
    act.fields = with_salts(std::move(values), random);
    ActHeader& header = act.seal.header;
    header.kind = kind;
    header.network_id = context.network_id;
    header.origin = context.origin;
    header.act_id = EntryId{random.array<16>()};
    header.certificate_hash = sha256(signer.chain.front());
    header.time = time;
    header.not_after = UnixSeconds{time.value() + lifetime};
    act.seal.chain = signer.chain;
    act.seal.signature = ed25519_sign(
        signer.key, protocol::network::sign_content(header, root_of(header, act.fields)));
    return act;
}

Result<Digest> verify_act_signature(const ActContext& context,
                                    const Act& act,
                                    const x509::Identity& signer) {
    const ActHeader& header = act.seal.header;
    SERAI_CHECK(check_header(context, header));
    if (header.certificate_hash != signer.certificate_hash) {
        return ActError::certificate_mismatch;
    }
    if (signer.key_algorithm != x509::KeyAlgorithm::ed25519) {
        return ActError::unsupported_key;
    }
    const Digest root = root_of(header, act.fields);
    if (!ed25519_verify(
            signer.public_key, protocol::network::sign_content(header, root), act.seal.signature)) {
        return ActError::bad_signature;
    }
    return root;
}

Result<VerifiedAct> verify_act(const ActContext& context,
                               const Act& act,
                               const x509::TrustStore& trust) {
    SERAI_TRY(signer, trust.verify(act.seal.chain, act.seal.header.time, x509::Usage::signature));
    SERAI_TRY(root, verify_act_signature(context, act, signer));
    return VerifiedAct{std::move(signer), root};
}

Result<void> check_act_time(const ActHeader& header, UnixSeconds at) {
    if (header.time.value() > at.value() &&
        header.time.value() - at.value() > kMaxClockSkewSeconds) {
        return ActError::not_yet_valid;
    }
    return at > header.not_after ? Result<void>{ActError::expired} : Result<void>{};
}

}  // namespace serai::crypto::act
