#pragma once

#include "crypto/mls/wire/leaf_node.hpp"

namespace serai::crypto::mls {

// RFC 9420, section 10. Decoding does not validate: see validation.hpp.
struct KeyPackage {
    ProtocolVersion version = ProtocolVersion::mls10;
    CipherSuiteId cipher_suite{};
    Bytes init_key;
    LeafNode leaf_node;
    Extensions extensions;
    Bytes signature;

    // KeyPackageTBS.
    [[nodiscard]] Bytes to_be_signed() const;

    void encode(Writer& writer) const;
    static Result<KeyPackage> decode(Reader& reader);
    friend bool operator==(const KeyPackage&, const KeyPackage&) = default;

  private:
    void encode_unsigned(Writer& writer) const;
};

}  // namespace serai::crypto::mls
