// HKDF with SHA-2 (RFC 5869).
#pragma once

#include "crypto/primitive/mac.hpp"
#include "crypto/secret/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace serai::crypto {

// Output of extract: the pseudorandom key, of hash_size(algorithm) bytes.
using Prk = Secret<struct PrkTag>;

// The longest output, in bytes.
[[nodiscard]] constexpr std::size_t hkdf_max_output(HashAlgorithm algorithm) {
    return 255 * hash_size(algorithm);
}

// The input key material is the concatenation of the parts.
[[nodiscard]] Prk hkdf_extract(HashAlgorithm algorithm,
                               SecretView salt,
                               std::initializer_list<SecretView> ikm);

// Fills `out` (at most hkdf_max_output() bytes: more is a broken invariant and throws std::length_error).
void hkdf_expand_into(HashAlgorithm algorithm,
                      SecretView prk,
                      ByteView info,
                      std::span<std::uint8_t> out);

template <class OutTag>
[[nodiscard]] Secret<OutTag> hkdf_expand(HashAlgorithm algorithm,
                                         SecretView prk,
                                         ByteView info,
                                         std::size_t n) {
    return Secret<OutTag>::filled(
        n, [&](std::span<std::uint8_t> out) { hkdf_expand_into(algorithm, prk, info, out); });
}

// With SHA-256.
template <class OutTag>
[[nodiscard]] Secret<OutTag> hkdf_expand(SecretView prk, ByteView info, std::size_t n) {
    return hkdf_expand<OutTag>(HashAlgorithm::sha256, prk, info, n);
}

}  // namespace serai::crypto
