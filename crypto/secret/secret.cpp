#include "crypto/secret/secret.hpp"

#include <sodium.h>

namespace serai::crypto {

bool ct_equal(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

bool ct_equal(SecretView a, SecretView b) {
    const SecretAccess access{"constant-time comparison"};
    return ct_equal(a.bytes(access), b.bytes(access));
}

void wipe(std::span<std::uint8_t> bytes) {
    sodium_memzero(bytes.data(), bytes.size());
}

}  // namespace serai::crypto
