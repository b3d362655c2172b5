// Genesis: the one statement that a client is given out of band, by its fingerprint, and believes everything else from.
#pragma once

#include "crypto/act/error.hpp"
#include "crypto/act/signed_act.hpp"
#include "crypto/merkle/note.hpp"
#include "crypto/primitive/signature.hpp"
#include "crypto/x509/chain_verifier.hpp"
#include "protocol/base/result.hpp"
#include "protocol/network/genesis.hpp"

#include <string_view>

namespace serai::crypto::act {

// SHA-256("serai/genesis/v1" | Genesis). People compare it as 64 hexadecimal digits.
[[nodiscard]] Digest genesis_fingerprint(const protocol::network::Genesis& genesis);

// What each party's CA signs (raw Ed25519): "Serai 1.0 genesis" | 0x00 | SHA-256(Genesis).
[[nodiscard]] Bytes genesis_signing_bytes(const protocol::network::Genesis& genesis);

// For tests and tools that hold the CA's key themselves; others sign genesis_signing_bytes with certs/make_dev_ca.sh or an HSM.
[[nodiscard]] protocol::network::GenesisSignature sign_genesis(
    const protocol::network::Genesis& genesis,
    const protocol::network::PartyCode& party,
    const SignaturePrivateKey& ca_key);

// What follows from a genesis that holds together.
struct Network {
    protocol::network::Genesis genesis;
    Digest fingerprint{};
    x509::TrustStore trust;       // every party's bundle, no CRLs yet
    merkle::VerifierKey log_key;  // its name is the log's origin

    [[nodiscard]] ActContext act_context() const {
        return {genesis.network_id, genesis.log_origin};
    }
};

// bad_genesis unless every party has signed, in order, with the key of the first certificate of its bundle, every bundle is one of
// its party's trust domain, and the log key is a verifier key named as the origin. Certificates are not judged by time: a root
// may outlive its validity as the founder's mark.
Result<Network> verify_genesis(const protocol::network::SignedGenesis& genesis);

// As above, and wrong_fingerprint if it is not the genesis with this fingerprint.
Result<Network> verify_genesis(const protocol::network::SignedGenesis& genesis,
                               const Digest& expected_fingerprint);

}  // namespace serai::crypto::act
