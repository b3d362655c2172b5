// An upload under way, as the vault keeps it.
#pragma once

#include "crypto/document/manifest.hpp"
#include "protocol/base/strong_id.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

#include <cstdint>
#include <string>

namespace serai::client::documents {

// The manifest has no object yet while `begun` is false.
// struct { uint16 version = 1; opaque group[32]; opaque source<V>; uint64 size; uint64 changed; uint8 begun; Manifest manifest; }
struct Upload {
    GroupId group;
    std::string source;         // the file's path, at most 4096 bytes
    std::uint64_t size = 0;     // bytes
    std::uint64_t changed = 0;  // its modification time
    bool begun = false;
    crypto::document::Manifest manifest;

    void encode(protocol::codec::Writer& writer) const;
    static Result<Upload> decode(protocol::codec::Reader& reader);
};

}  // namespace serai::client::documents
