// What one record says of the tree: struct { uint8 version = 1; uint64 size; opaque root[32]; } TreeHead;
#pragma once

#include "protocol/base/strong_id.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

namespace serai::storage::audit {

struct TreeHead {
    TreeSize size;
    Digest root{};

    void encode(protocol::codec::Writer& writer) const {
        writer.u8(1);
        writer.strong(size);
        writer.fixed(root);
    }

    static Result<TreeHead> decode(protocol::codec::Reader& reader) {
        SERAI_TRY(version, reader.u8());
        if (version != 1) {
            return protocol::codec::CodecError::unknown_value;
        }
        SERAI_TRY(size, reader.strong<TreeSize>());
        SERAI_TRY(root, reader.array<32>());
        return TreeHead{size, root};
    }

    friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

}  // namespace serai::storage::audit
