// HPKE base mode (RFC 9180) with any KEM of kem.hpp, HKDF of kdf.hpp and AEAD of aead.hpp.
#pragma once

#include "crypto/primitive/aead.hpp"
#include "crypto/primitive/kem.hpp"
#include "crypto/secret/secret.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <cstddef>
#include <utility>

namespace serai::crypto {

struct HpkeCiphertext {
    Bytes kem_output;
    Bytes ciphertext;
};

using HpkeExport = Secret<struct HpkeExportTag>;

struct HpkeExported {
    Bytes kem_output;
    HpkeExport secret;
};

// The `info` of one or more encryptions by the same Hpke, already hashed: what they have in common is then paid for once, however
// long it is. A value; public.
class HpkeInfo {
  private:
    friend class Hpke;

    explicit HpkeInfo(Bytes context) : context_(std::move(context)) {}

    Bytes context_;  // key_schedule_context of section 5.1
};

// Immutable; any thread may use it.
class Hpke {
  public:
    Hpke(DhGroup group, HashAlgorithm kdf, AeadAlgorithm aead);

    [[nodiscard]] const Dhkem& kem() const { return kem_; }

    // Single-shot encryption (section 6.1). bad_key if the public key is not a usable point.
    [[nodiscard]] Result<HpkeCiphertext> seal(ByteView public_key,
                                              ByteView info,
                                              ByteView aad,
                                              SecretView plaintext,
                                              Random& random = system_random()) const;

    // The same with an info that was prepared.
    [[nodiscard]] HpkeInfo prepare(ByteView info) const;
    [[nodiscard]] Result<HpkeCiphertext> seal(ByteView public_key,
                                              const HpkeInfo& info,
                                              ByteView aad,
                                              SecretView plaintext,
                                              Random& random = system_random()) const;

    // The plaintext becomes an `Out`, the Secret of the caller's role. bad_key or verification_failed.
    template <class Out>
    [[nodiscard]] Result<Out> open_as(ByteView kem_output,
                                      const HpkeKeyPair& key,
                                      ByteView info,
                                      ByteView aad,
                                      ByteView ciphertext) const {
        if (ciphertext.size() < kAeadTagSize) {
            return CryptoError::verification_failed;
        }
        return Out::filled(ciphertext.size() - kAeadTagSize,
                           [&](std::span<std::uint8_t> out) -> Result<void> {
                               return open_into(kem_output, key, info, aad, ciphertext, out);
                           });
    }

    // Secret export, single-shot (section 6.2).
    [[nodiscard]] Result<HpkeExported> send_export(ByteView public_key,
                                                   ByteView info,
                                                   ByteView exporter_context,
                                                   std::size_t n,
                                                   Random& random = system_random()) const;
    [[nodiscard]] Result<HpkeExport> receive_export(ByteView kem_output,
                                                    const HpkeKeyPair& key,
                                                    ByteView info,
                                                    ByteView exporter_context,
                                                    std::size_t n) const;

  private:
    struct Context;

    Result<void> open_into(ByteView kem_output,
                           const HpkeKeyPair& key,
                           ByteView info,
                           ByteView aad,
                           ByteView ciphertext,
                           std::span<std::uint8_t> out) const;
    [[nodiscard]] Context schedule(SecretView shared_secret, const HpkeInfo& info) const;
    [[nodiscard]] HpkeExport export_from(const Context& context,
                                         ByteView exporter_context,
                                         std::size_t n) const;

    Dhkem kem_;
    LabeledKdf kdf_;
    AeadAlgorithm aead_;
    Bytes
        context_prefix_;  // of key_schedule_context: the mode and the hash of the pre-shared key that base mode has not
};

}  // namespace serai::crypto
