// DHKEM of RFC 9180, section 4.1, for each group of key_agreement.hpp, without authentication of the sender.
#pragma once

#include "crypto/primitive/key_agreement.hpp"
#include "crypto/primitive/labeled_kdf.hpp"

namespace serai::crypto {

struct Encapsulated {
    Bytes kem_output;
    SharedSecret secret;
};

// Immutable; any thread may use it.
class Dhkem {
  public:
    explicit Dhkem(DhGroup group);

    [[nodiscard]] DhGroup group() const { return group_; }

    // DeriveKeyPair of section 7.1.3. The input key material should have at least as many bytes as a private key.
    [[nodiscard]] HpkeKeyPair derive_key_pair(SecretView ikm) const;

    [[nodiscard]] HpkeKeyPair generate(Random& random) const;

    // bad_key if the public key is not usable.
    [[nodiscard]] Result<Encapsulated> encapsulate(ByteView public_key, Random& random) const;

    // bad_key if the output is not usable as a public key.
    [[nodiscard]] Result<SharedSecret> decapsulate(ByteView kem_output,
                                                   const HpkeKeyPair& key) const;

  private:
    [[nodiscard]] SharedSecret extract_and_expand(SecretView shared,
                                                  ByteView kem_output,
                                                  ByteView public_key) const;

    DhGroup group_;
    LabeledKdf kdf_;
};

}  // namespace serai::crypto
