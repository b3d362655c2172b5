// The algorithms of one MLS cipher suite, behind RFC 9420's labelled functions (sections 5.1, 5.2, 8). Everything above works
// through this class, so another suite is one more object of it.
#pragma once

#include "crypto/mls/error.hpp"
#include "crypto/mls/wire/types.hpp"
#include "crypto/primitive/aead.hpp"
#include "crypto/primitive/hpke.hpp"
#include "crypto/primitive/kdf.hpp"
#include "crypto/primitive/signature_scheme.hpp"
#include "crypto/secret/secret.hpp"

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>

namespace serai::crypto::mls {

// Immutable, one object per suite for the life of the process, thread-safe.
class CipherSuite {
  public:
    // Null for a suite that is not built in. Built in are the seven of section 17.1, 0x0001 to 0x0007.
    [[nodiscard]] static const CipherSuite* find(CipherSuiteId id);

    CipherSuite(const CipherSuite&) = delete;
    CipherSuite& operator=(const CipherSuite&) = delete;

    [[nodiscard]] CipherSuiteId id() const { return id_; }

    [[nodiscard]] SignatureScheme signature_scheme() const { return scheme_; }

    // KDF.Nh, AEAD.Nk, AEAD.Nn in bytes. The hash is the KDF's.
    [[nodiscard]] std::size_t hash_size() const { return crypto::hash_size(hash_); }

    [[nodiscard]] std::size_t key_size() const { return aead_key_size(aead_); }

    [[nodiscard]] std::size_t nonce_size() const { return kAeadNonceSize; }

    // Of the concatenation of the parts.
    [[nodiscard]] Bytes hash(std::initializer_list<ByteView> parts) const;

    // RefHash, section 5.2; the label is complete ("MLS 1.0 KeyPackage Reference").
    [[nodiscard]] Bytes ref_hash(std::string_view label, ByteView value) const;

    // MAC of section 5.1.
    [[nodiscard]] Bytes mac(SecretView key, ByteView data) const;

    // KDF.Extract.
    [[nodiscard]] Prk extract(SecretView salt, SecretView ikm) const;

    // ExpandWithLabel and DeriveSecret, section 8. The label is without its "MLS 1.0 " prefix.
    void expand_into(SecretView secret,
                     std::string_view label,
                     ByteView context,
                     std::span<std::uint8_t> out) const;

    template <class Out>
    [[nodiscard]] Out expand(SecretView secret,
                             std::string_view label,
                             ByteView context,
                             std::size_t n) const {
        return Out::filled(
            n, [&](std::span<std::uint8_t> out) { expand_into(secret, label, context, out); });
    }

    template <class Out>
    [[nodiscard]] Out derive(SecretView secret, std::string_view label) const {
        return expand<Out>(secret, label, {}, hash_size());
    }

    [[nodiscard]] Bytes aead_seal(SecretView key,
                                  ByteView nonce,
                                  ByteView aad,
                                  ByteView plaintext) const {
        return crypto::aead_seal(aead_, key, nonce, aad, plaintext);
    }

    [[nodiscard]] Result<Bytes> aead_open(SecretView key,
                                          ByteView nonce,
                                          ByteView aad,
                                          ByteView ciphertext) const {
        return crypto::aead_open(aead_, key, nonce, aad, ciphertext);
    }

    // SignWithLabel and VerifyWithLabel, section 5.1.2.
    [[nodiscard]] Bytes sign(const SignaturePrivateKey& key,
                             std::string_view label,
                             ByteView content) const;
    Result<void> verify(ByteView public_key,
                        std::string_view label,
                        ByteView content,
                        ByteView signature) const;

    // A private key as signature_scheme.hpp has it. bad_key for what is none.
    [[nodiscard]] Result<SignatureKeyPair> signature_key_pair(SecretView private_key) const;
    [[nodiscard]] SignatureKeyPair generate_signature_key_pair(Random& random) const;

    // KEM keys. bad_key for a private key that is none.
    [[nodiscard]] HpkeKeyPair derive_key_pair(SecretView ikm) const;
    [[nodiscard]] HpkeKeyPair generate_key_pair(Random& random) const;
    [[nodiscard]] Result<HpkeKeyPair> hpke_key_pair(SecretView private_key) const;

    // Whether the bytes can be a public key of this suite. A member who put an unusable one into the tree would stop all others from
    // committing, so trees never hold one.
    [[nodiscard]] bool is_hpke_public_key(ByteView key) const;
    [[nodiscard]] bool is_signature_public_key(ByteView key) const;

    // EncryptWithLabel and DecryptWithLabel, section 5.1.3.
    [[nodiscard]] Result<HpkeCiphertext> encrypt(ByteView public_key,
                                                 std::string_view label,
                                                 ByteView context,
                                                 SecretView plaintext,
                                                 Random& random) const;

    // Many EncryptWithLabel with one label and context, which is then hashed once.
    [[nodiscard]] HpkeInfo encryption_info(std::string_view label, ByteView context) const;
    [[nodiscard]] Result<HpkeCiphertext> encrypt(ByteView public_key,
                                                 const HpkeInfo& info,
                                                 SecretView plaintext,
                                                 Random& random) const;

    template <class Out>
    [[nodiscard]] Result<Out> decrypt(const HpkeKeyPair& key,
                                      std::string_view label,
                                      ByteView context,
                                      ByteView kem_output,
                                      ByteView ciphertext) const {
        return hpke_.template open_as<Out>(
            kem_output, key, label_and(label, context), {}, ciphertext);
    }

    // The external init secret of section 8.3: `kem_output` and secret by a joiner, the secret again by members.
    [[nodiscard]] Result<HpkeExported> external_init(ByteView external_pub, Random& random) const;
    [[nodiscard]] Result<HpkeExport> external_init(const HpkeKeyPair& external_key,
                                                   ByteView kem_output) const;

  private:
    CipherSuite(CipherSuiteId id,
                DhGroup group,
                AeadAlgorithm aead,
                HashAlgorithm hash,
                SignatureScheme scheme)
        : id_(id), aead_(aead), hash_(hash), scheme_(scheme), hpke_(group, hash, aead) {}

    // struct { opaque label<V> = "MLS 1.0 " + label; opaque content<V>; }
    [[nodiscard]] static Bytes label_and(std::string_view label, ByteView content);

    CipherSuiteId id_;
    AeadAlgorithm aead_;
    HashAlgorithm hash_;
    SignatureScheme scheme_;
    Hpke hpke_;
};

}  // namespace serai::crypto::mls
