#include "protocol/message/record.hpp"

#include "protocol/base/limits.hpp"

namespace serai::protocol::message {
namespace {

using codec::CodecError;

constexpr std::uint8_t kRecordVersion = 1;
constexpr std::uint16_t kAadVersion = 1;
constexpr std::size_t kMaxActs = 64;

}  // namespace

void ChannelRecord::encode(codec::Writer& writer) const {
    writer.u8(kRecordVersion);
    writer.enumeration(type);
    writer.strong(time);
    writer.vector(mls_message);
    writer.list(acts);
}

Result<ChannelRecord> ChannelRecord::decode(codec::Reader& reader) {
    SERAI_TRY(version, reader.u8());
    SERAI_TRY(type, reader.u8());
    SERAI_TRY(time, reader.strong<UnixMillis>());
    SERAI_TRY(mls_message, reader.vector(limits::kMaxMlsMessage));
    SERAI_TRY(acts, codec::read_list<ActReceipt>(reader, kMaxActs));
    if (version != kRecordVersion || type < 1 || type > 4) {
        return CodecError::unknown_value;
    }
    return ChannelRecord{
        static_cast<RecordType>(type), time, to_bytes(mls_message), std::move(acts)};
}

void ChainHead::encode(codec::Writer& writer) const {
    writer.strong(n);
    writer.fixed(h);
}

Result<ChainHead> ChainHead::decode(codec::Reader& reader) {
    SERAI_TRY(n, reader.strong<RecordNumber>());
    SERAI_TRY(h, reader.array<32>());
    return ChainHead{n, h};
}

void RecordPosition::encode(codec::Writer& writer) const {
    writer.strong(group);
    head.encode(writer);
}

Result<RecordPosition> RecordPosition::decode(codec::Reader& reader) {
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(head, ChainHead::decode(reader));
    return RecordPosition{group, head};
}

void ActReference::encode(codec::Writer& writer) const {
    writer.strong(index);
    writer.fixed(leaf_hash);
}

Result<ActReference> ActReference::decode(codec::Reader& reader) {
    SERAI_TRY(index, reader.strong<LogIndex>());
    SERAI_TRY(leaf_hash, reader.array<32>());
    return ActReference{index, leaf_hash};
}

void ChannelAad::encode(codec::Writer& writer) const {
    writer.u16(kAadVersion);
    writer.strong(message_id);
    head.encode(writer);
    writer.list(acts);
}

Result<ChannelAad> ChannelAad::decode(codec::Reader& reader) {
    SERAI_TRY(version, reader.u16());
    SERAI_TRY(message_id, reader.strong<MessageId>());
    SERAI_TRY(head, ChainHead::decode(reader));
    SERAI_TRY(acts, codec::read_list<ActReference>(reader, kMaxActs));
    if (version != kAadVersion) {
        return CodecError::unknown_value;
    }
    return ChannelAad{message_id, head, std::move(acts)};
}

void RecordEntry::encode(codec::Writer& writer) const {
    head.encode(writer);
    writer.strong(leaf);
    writer.vector(record);
}

Result<RecordEntry> RecordEntry::decode(codec::Reader& reader) {
    SERAI_TRY(head, ChainHead::decode(reader));
    SERAI_TRY(leaf, reader.strong<LogIndex>());
    SERAI_TRY(record, reader.vector(limits::kMaxWebSocketMessage));
    return RecordEntry{head, leaf, to_bytes(record)};
}

void RecordReceipt::encode(codec::Writer& writer) const {
    head.encode(writer);
    receipt.encode(writer);
}

Result<RecordReceipt> RecordReceipt::decode(codec::Reader& reader) {
    SERAI_TRY(head, ChainHead::decode(reader));
    SERAI_TRY(receipt, Receipt::decode(reader));
    return RecordReceipt{head, receipt};
}

}  // namespace serai::protocol::message
