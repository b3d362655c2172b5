// HMAC (RFC 2104) with SHA-2. No allocation: about the cost of its four compressions.
#pragma once

#include "crypto/primitive/hash.hpp"
#include "crypto/secret/secret.hpp"
#include "protocol/base/bytes.hpp"

#include <initializer_list>

namespace serai::crypto {

// One key, many messages: both key blocks are compressed once. Const functions may be called from several threads. `Hash` is one of
// the incremental hashes of hash.hpp.
template <class Hash>
class Hmac {
  public:
    explicit Hmac(SecretView key);

    // Of the concatenation of the parts.
    [[nodiscard]] typename Hash::Output operator()(std::initializer_list<ByteView> parts) const;

  private:
    Hash inner_;
    Hash outer_;
};

using HmacSha256 = Hmac<Sha256>;
using HmacSha384 = Hmac<Sha384>;
using HmacSha512 = Hmac<Sha512>;

extern template class Hmac<Sha256>;
extern template class Hmac<Sha384>;
extern template class Hmac<Sha512>;

// Of the concatenation of the parts.
[[nodiscard]] Digest hmac_sha256(SecretView key, std::initializer_list<ByteView> parts);
[[nodiscard]] Bytes hmac(HashAlgorithm algorithm,
                         SecretView key,
                         std::initializer_list<ByteView> parts);

// For keys that are not Secrets: salts of commitments, which are stored and disclosed by design.
[[nodiscard]] Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

}  // namespace serai::crypto
