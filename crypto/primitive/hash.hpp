// SHA-2 (FIPS 180-4) for public data, by OpenSSL's low-level functions: no allocation, no lookup of algorithms per call.
// All functions are thread-safe; a Sha256 object belongs to one thread at a time.
#pragma once

#include "protocol/base/bytes.hpp"

#include <cstddef>
#include <initializer_list>

namespace serai::crypto {

using Digest512 = ByteArray<64>;

[[nodiscard]] Digest sha256(ByteView data);

// Of the concatenation of the parts.
[[nodiscard]] Digest sha256(std::initializer_list<ByteView> parts);

[[nodiscard]] Digest512 sha512(ByteView data);
[[nodiscard]] Digest512 sha512(std::initializer_list<ByteView> parts);

// Incremental. Cheap to copy, so a common prefix can be hashed once. Its state is wiped when it ends.
class Sha256 {
  public:
    static constexpr std::size_t kBlockSize = 64;

    Sha256();
    Sha256(const Sha256&) = default;
    Sha256& operator=(const Sha256&) = default;
    ~Sha256();

    Sha256& update(ByteView data);

    // The digest of everything so far. The object is spent: assign a fresh one to use it again.
    [[nodiscard]] Digest finish();

  private:
    static constexpr std::size_t kStateSize = 112;
    alignas(8) std::byte state_[kStateSize];
};

}  // namespace serai::crypto
