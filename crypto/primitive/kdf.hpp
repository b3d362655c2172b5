// HKDF with SHA-256 (RFC 5869).
#pragma once

#include "crypto/primitive/mac.hpp"
#include "crypto/secret/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace serai::crypto {

// Output of extract: the pseudorandom key.
using Prk = Secret<struct PrkTag>;

inline constexpr std::size_t kHkdfMaxOutput = 255 * 32;

// The input key material is the concatenation of the parts.
[[nodiscard]] Prk hkdf_extract(SecretView salt, std::initializer_list<SecretView> ikm);

// Fills `out` (at most kHkdfMaxOutput bytes: more is a broken invariant and throws std::length_error).
void hkdf_expand_into(SecretView prk, ByteView info, std::span<std::uint8_t> out);

template <class OutTag>
[[nodiscard]] Secret<OutTag> hkdf_expand(SecretView prk, ByteView info, std::size_t n) {
    return Secret<OutTag>::filled(
        n, [&](std::span<std::uint8_t> out) { hkdf_expand_into(prk, info, out); });
}

}  // namespace serai::crypto
