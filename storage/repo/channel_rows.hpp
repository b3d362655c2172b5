// Rows of channels that only this folder and the consistency check read.
#pragma once

#include "protocol/base/limits.hpp"
#include "protocol/message/audit.hpp"
#include "storage/repo/channel.hpp"

namespace serai::storage::repo {

// struct { PendingAct act; ActReceipt receipt; } PendingRow;
struct PendingRow {
    PendingAct act;
    protocol::message::ActReceipt receipt;

    void encode(protocol::codec::Writer& writer) const {
        act.encode(writer);
        receipt.encode(writer);
    }

    static Result<PendingRow> decode(protocol::codec::Reader& reader) {
        SERAI_TRY(act, PendingAct::decode(reader));
        SERAI_TRY(receipt, protocol::message::ActReceipt::decode(reader));
        return PendingRow{std::move(act), std::move(receipt)};
    }
};

// struct { uint64 epoch; opaque group_info<V>; } GroupInfoRow;
struct GroupInfoRow {
    Epoch epoch;
    Bytes group_info;  // MLSMessage

    void encode(protocol::codec::Writer& writer) const {
        writer.strong(epoch);
        writer.vector(group_info);
    }

    static Result<GroupInfoRow> decode(protocol::codec::Reader& reader) {
        SERAI_TRY(epoch, reader.strong<Epoch>());
        SERAI_TRY(group_info, reader.vector(limits::kMaxMlsMessage));
        return GroupInfoRow{epoch, to_bytes(group_info)};
    }
};

// So many bytes of an epoch's tree are in one row: what one FetchTree takes.
inline constexpr std::size_t kTreePartBytes = limits::kMaxPage;

// struct { uint64 total; opaque part<V>; } TreeRow;
struct TreeRow {
    std::uint64_t total = 0;  // bytes of the whole tree
    Bytes part;

    void encode(protocol::codec::Writer& writer) const {
        writer.u64(total);
        writer.vector(part);
    }

    static Result<TreeRow> decode(protocol::codec::Reader& reader) {
        SERAI_TRY(total, reader.u64());
        SERAI_TRY(part, reader.vector(kTreePartBytes));
        return TreeRow{total, to_bytes(part)};
    }
};

// Rows of an epoch's tree.
[[nodiscard]] constexpr std::uint32_t tree_parts(std::uint64_t total) {
    return static_cast<std::uint32_t>((total + kTreePartBytes - 1) / kTreePartBytes);
}

}  // namespace serai::storage::repo
