// This device's identity: its one key, made here and never leaving the vault, and the certificate that its party's CA gave it.
#pragma once

#include "client/error.hpp"
#include "client/vault/vault.hpp"
#include "crypto/act/signed_act.hpp"
#include "crypto/mls/group/identity.hpp"
#include "crypto/primitive/signature.hpp"
#include "crypto/x509/chain_verifier.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <string_view>
#include <vector>

namespace serai::client::setup {

struct Device {
    protocol::network::SpiffeId id;
    crypto::SignatureKeyPair keys;
    std::vector<Bytes> chain;  // DER, the device's certificate first; empty until it is installed

    // A fresh key.
    static Device make(protocol::network::SpiffeId id);

    // Reads and writes the vault's record. not_set_up if there is none.
    static Result<Device> load(const vault::Vault& vault);
    void save(vault::Batch& batch) const;

    [[nodiscard]] bool has_certificate() const { return !chain.empty(); }

    // The request for the party's CA (PKCS #10, PEM).
    [[nodiscard]] Result<std::string> certificate_request() const;

    // Takes the chain out of PEM (or one certificate in DER) if it is for this key and identity and good at `now` by the trust
    // domain's bundle. untrusted, with the reason in the diagnostics.
    Result<void> install_certificate(ByteView pem_or_der,
                                     const crypto::x509::TrustStore& trust,
                                     UnixSeconds now,
                                     Diagnostics& diagnostics);

    // For acts and for MLS leaves. The signer borrows the key.
    [[nodiscard]] crypto::act::ActSigner signer() const { return {chain, keys.private_key}; }

    [[nodiscard]] crypto::mls::LeafIdentity leaf_identity(std::uint16_t cipher_suite) const;

    // The suite of that number; null if it is unknown, or signs otherwise than with the Ed25519 keys that devices have.
    [[nodiscard]] static const crypto::mls::CipherSuite* usable_suite(std::uint16_t cipher_suite);
};

}  // namespace serai::client::setup
