// What is inside a PrivateMessage once it is decrypted: end to end between devices, never seen by the server.
#pragma once

#include "protocol/base/strong_id.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

#include <cstdint>
#include <string>

namespace serai::protocol::message {

enum class ContentType : std::uint8_t {
    text = 1,      // UTF-8, may have line breaks and tabs
    title = 2,     // the channel's title, said again after every add
    document = 3,  // a document's manifest (crypto/document/manifest.hpp)
};

// struct { uint16 version = 1; ContentType type; uint64 sent; opaque body<V>; } Content;
struct Content {
    ContentType type = ContentType::text;
    UnixMillis sent;  // by the sender's clock; inside the sender's signature
    Bytes body;

    void encode(codec::Writer& writer) const;
    static Result<Content> decode(codec::Reader& reader);

    friend bool operator==(const Content&, const Content&) = default;
};

}  // namespace serai::protocol::message
