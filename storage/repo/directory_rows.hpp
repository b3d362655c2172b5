// Rows of the directory that only this folder and the consistency check read.
#pragma once

#include "protocol/message/request.hpp"
#include "storage/kv/keyspace.hpp"

namespace serai::storage::repo {

// struct { opaque reference[32]; uint64 not_after; KeyPackageEntry entry; } KeyPackageRow;
struct KeyPackageRow {
    Digest reference{};
    UnixSeconds not_after;
    protocol::message::KeyPackageEntry entry;

    void encode(protocol::codec::Writer& writer) const {
        writer.fixed(reference);
        writer.strong(not_after);
        entry.encode(writer);
    }

    static Result<KeyPackageRow> decode(protocol::codec::Reader& reader) {
        SERAI_TRY(reference, reader.array<32>());
        SERAI_TRY(not_after, reader.strong<UnixSeconds>());
        SERAI_TRY(entry, protocol::message::KeyPackageEntry::decode(reader));
        return KeyPackageRow{reference, not_after, std::move(entry)};
    }
};

inline kv::Key row_key(const Digest& person,
                       const Digest& device,
                       std::uint64_t leaf,
                       std::uint16_t place) {
    return kv::make_key(kv::keyspace::kKeyPackage, ByteView{person}, ByteView{device}, leaf, place);
}

inline kv::Key last_resort_key(const Digest& person, const Digest& device) {
    return kv::make_key(kv::keyspace::kLastResort, ByteView{person}, ByteView{device});
}

}  // namespace serai::storage::repo
