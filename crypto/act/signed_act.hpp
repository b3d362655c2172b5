// Signing and verifying acts (DESIGN, section 3). The key that signs is the device's one key, the one of its certificate.
#pragma once

#include "crypto/act/commitment.hpp"
#include "crypto/act/error.hpp"
#include "crypto/primitive/signature.hpp"
#include "crypto/x509/chain_verifier.hpp"
#include "protocol/base/result.hpp"
#include "protocol/network/act.hpp"
#include "protocol/network/statement.hpp"

#include <span>
#include <string>
#include <vector>

namespace serai::crypto::act {

// How long after its time an act may count, and how far its time may lie ahead of the verifier's. Leaf times are rounded down by
// up to a minute, which the latter has room for.
inline constexpr std::uint64_t kMaxActSeconds = 3600;
inline constexpr std::uint64_t kMaxClockSkewSeconds = 300;

// The network that an act must be of.
struct ActContext {
    NetworkId network_id;
    std::string origin;  // of the log
};

// Who signs: the chain (DER, the device's certificate first, without the root; never empty) and its key.
struct ActSigner {
    std::vector<Bytes> chain;
    const SignaturePrivateKey& key;
};

// Draws an act id and salts and signs. The act counts from `time` for `lifetime` seconds, at most kMaxActSeconds.
[[nodiscard]] protocol::network::Act sign_act(const ActContext& context,
                                              protocol::network::ActKind kind,
                                              protocol::network::NamedValues values,
                                              const ActSigner& signer,
                                              UnixSeconds time,
                                              std::uint64_t lifetime = 600,
                                              Random& random = system_random());

// As above, for a statement of protocol/network/statement.hpp.
template <class Statement>
[[nodiscard]] protocol::network::Act sign_statement(const ActContext& context,
                                                    const Statement& statement,
                                                    const ActSigner& signer,
                                                    UnixSeconds time,
                                                    std::uint64_t lifetime = 600,
                                                    Random& random = system_random()) {
    return sign_act(context, Statement::kKind, statement.values(), signer, time, lifetime, random);
}

// What a verified act stands for. The role of the signer is signer.id.person.role.
struct VerifiedAct {
    x509::Identity signer;
    Digest act_root{};
};

// Network, validity period, certificate hash and signature, for a signer whose chain the caller has judged (and may have kept
// the identity of). Errors: wrong_network, bad_validity, certificate_mismatch, unsupported_key, bad_signature.
// Not here: whether its time fits (check_act_time), whether its id was used before, whether its fields are those of its kind
// (the Statement's parse), whether the signer may do it.
Result<Digest> verify_act_signature(const ActContext& context,
                                    const protocol::network::Act& act,
                                    const x509::Identity& signer);

// The same from the act alone: its chain is judged as of the act's time against the bundle and the CRLs of the trust domain that
// it names. Errors of TrustStore::verify besides.
Result<VerifiedAct> verify_act(const ActContext& context,
                               const protocol::network::Act& act,
                               const x509::TrustStore& trust);

// Whether the act counts at `at`: the server's clock when it decides, the leaf's time when somebody checks later.
// not_yet_valid if it was made more than kMaxClockSkewSeconds after `at`, expired if `at` is after not_after.
Result<void> check_act_time(const protocol::network::ActHeader& header, UnixSeconds at);

}  // namespace serai::crypto::act
