// HMAC-SHA-256 (RFC 2104). No allocation: about the cost of its four compressions.
#pragma once

#include "crypto/primitive/hash.hpp"
#include "crypto/secret/secret.hpp"
#include "protocol/base/bytes.hpp"

#include <initializer_list>

namespace serai::crypto {

// One key, many messages: both key blocks are compressed once. Const functions may be called from several threads.
class HmacSha256 {
  public:
    explicit HmacSha256(SecretView key);

    [[nodiscard]] Digest operator()(std::initializer_list<ByteView> parts) const;

  private:
    Sha256 inner_;
    Sha256 outer_;
};

// Of the concatenation of the parts.
[[nodiscard]] Digest hmac_sha256(SecretView key, std::initializer_list<ByteView> parts);

// For keys that are not Secrets: salts of commitments, which are stored and disclosed by design.
[[nodiscard]] Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

}  // namespace serai::crypto
