// SHA-2 (FIPS 180-4) for public data, by OpenSSL's low-level functions: no allocation, no lookup of algorithms per call.
// All functions are thread-safe; an incremental hash belongs to one thread at a time.
#pragma once

#include "protocol/base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace serai::crypto {

using Digest384 = ByteArray<48>;
using Digest512 = ByteArray<64>;

// For protocols that negotiate it; whoever knows the algorithm uses its own functions and types below.
enum class HashAlgorithm : std::uint8_t { sha256, sha384, sha512 };

// Of the digest, in bytes.
[[nodiscard]] constexpr std::size_t hash_size(HashAlgorithm algorithm) {
    switch (algorithm) {
        case HashAlgorithm::sha256:
            return 32;
        case HashAlgorithm::sha384:
            return 48;
        case HashAlgorithm::sha512:
            break;
    }
    return 64;
}

// The largest hash_size().
inline constexpr std::size_t kMaxHashSize = 64;

[[nodiscard]] Digest sha256(ByteView data);

// Of the concatenation of the parts.
[[nodiscard]] Digest sha256(std::initializer_list<ByteView> parts);

[[nodiscard]] Digest384 sha384(std::initializer_list<ByteView> parts);
[[nodiscard]] Digest512 sha512(ByteView data);
[[nodiscard]] Digest512 sha512(std::initializer_list<ByteView> parts);
[[nodiscard]] Bytes hash(HashAlgorithm algorithm, std::initializer_list<ByteView> parts);

// Incremental. Cheap to copy, so a common prefix can be hashed once. Its state is wiped when it ends.
class Sha256 {
  public:
    using Output = Digest;
    static constexpr std::size_t kBlockSize = 64;

    Sha256();
    Sha256(const Sha256&) = default;
    Sha256& operator=(const Sha256&) = default;
    ~Sha256();

    Sha256& update(ByteView data);

    // The digest of everything so far. The object is spent: assign a fresh one to use it again.
    [[nodiscard]] Output finish();

  private:
    static constexpr std::size_t kStateSize = 112;
    alignas(8) std::byte state_[kStateSize];
};

// The same for SHA-512 and SHA-384, which is SHA-512 with another start, cut short.
template <std::size_t kOutputSize>
class Sha512Family {
  public:
    using Output = ByteArray<kOutputSize>;
    static constexpr std::size_t kBlockSize = 128;

    Sha512Family();
    Sha512Family(const Sha512Family&) = default;
    Sha512Family& operator=(const Sha512Family&) = default;
    ~Sha512Family();

    Sha512Family& update(ByteView data);
    [[nodiscard]] Output finish();

  private:
    static constexpr std::size_t kStateSize = 216;
    alignas(8) std::byte state_[kStateSize];
};

using Sha384 = Sha512Family<48>;
using Sha512 = Sha512Family<64>;

extern template class Sha512Family<48>;
extern template class Sha512Family<64>;

}  // namespace serai::crypto
