// Rows of documents that only this folder and the consistency check read.
#pragma once

#include "protocol/network/statement.hpp"

namespace serai::storage::repo {

// An opening, by whom and of what: struct { opaque device_key[32]; opaque document[16]; uint32 version; } AccessRow;
struct AccessRow {
    Digest device{};
    protocol::network::DocumentId document;
    std::uint32_t version = 1;

    void encode(protocol::codec::Writer& writer) const {
        writer.fixed(device);
        writer.strong(document);
        writer.u32(version);
    }

    static Result<AccessRow> decode(protocol::codec::Reader& reader) {
        SERAI_TRY(device, reader.array<32>());
        SERAI_TRY(document, reader.strong<protocol::network::DocumentId>());
        SERAI_TRY(version, reader.u32());
        return AccessRow{device, document, version};
    }

    friend bool operator==(const AccessRow&, const AccessRow&) = default;
};

// struct { opaque document[16]; uint32 version; } SealedRow;
struct SealedRow {
    protocol::network::DocumentId document;
    std::uint32_t version = 1;

    void encode(protocol::codec::Writer& writer) const {
        writer.strong(document);
        writer.u32(version);
    }

    static Result<SealedRow> decode(protocol::codec::Reader& reader) {
        SERAI_TRY(document, reader.strong<protocol::network::DocumentId>());
        SERAI_TRY(version, reader.u32());
        return SealedRow{document, version};
    }
};

}  // namespace serai::storage::repo
