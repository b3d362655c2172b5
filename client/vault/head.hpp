// The vault's one record in plain: how to get from the passphrase to the master key.
#pragma once

#include "crypto/primitive/password.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

namespace serai::client::vault {

// struct { uint16 version = 1; opaque salt[16]; uint64 passes; uint64 memory_bytes; opaque wrapped<V>; } Head;
struct Head {
    ByteArray<crypto::kPasswordSaltSize> salt{};
    crypto::PasswordCost cost;
    Bytes wrapped;  // the master key, encrypted under the passphrase's key

    void encode(protocol::codec::Writer& writer) const;
    static Result<Head> decode(protocol::codec::Reader& reader);
};

}  // namespace serai::client::vault
