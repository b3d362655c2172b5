// What a client remembers of its key packages of last resort. Apart from the vault, so that tests/fuzz can have the decoder without one.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

#include <cstdint>

namespace serai::client::channel {

inline constexpr std::uint16_t kStockNoteVersion = 1;

// struct { uint16 version = 1; opaque present<V>; opaque former<V>; uint8 used; } StockNote; references, empty if there is none
struct StockNote {
    Bytes present;
    Bytes former;
    bool used = false;

    void encode(protocol::codec::Writer& writer) const {
        writer.u16(kStockNoteVersion);
        writer.vector(present);
        writer.vector(former);
        writer.flag(used);
    }

    static Result<StockNote> decode(protocol::codec::Reader& reader) {
        SERAI_TRY(version, reader.u16());
        SERAI_TRY(present, reader.vector());
        SERAI_TRY(former, reader.vector());
        SERAI_TRY(used, reader.flag());
        if (version != kStockNoteVersion) {
            return protocol::codec::CodecError::unknown_value;
        }
        return StockNote{to_bytes(present), to_bytes(former), used};
    }
};

}  // namespace serai::client::channel
