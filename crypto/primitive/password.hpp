// Keys from passphrases: Argon2id (RFC 9106), by libsodium.
#pragma once

#include "crypto/primitive/error.hpp"
#include "crypto/secret/secret.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <cstddef>
#include <cstdint>

namespace serai::crypto {

inline constexpr std::size_t kPasswordSaltSize = 16;

// What one guess costs. The defaults are RFC 9106's second recommendation as far as libsodium goes (one lane): about a tenth
// of a second on a small machine.
struct PasswordCost {
    std::uint64_t passes = 3;
    std::uint64_t memory_bytes = 64ULL * 1024 * 1024;

    friend bool operator==(const PasswordCost&, const PasswordCost&) = default;
};

// The cheapest that libsodium takes, for tests.
inline constexpr PasswordCost kCheapestPasswordCost{1, 8192};

using PasswordKey = Secret<struct PasswordKeyTag>;

// n bytes, 16 or more. bad_length for a salt that has not kPasswordSaltSize bytes, or a cost outside what libsodium allows or
// this machine's memory carries.
[[nodiscard]] Result<PasswordKey> argon2id(SecretView passphrase,
                                           ByteView salt,
                                           const PasswordCost& cost,
                                           std::size_t n);

}  // namespace serai::crypto
