#include "client/channel/state.hpp"

namespace serai::client::channel {
namespace {

using protocol::codec::CodecError;
using protocol::codec::Reader;
using protocol::codec::Writer;
namespace message = protocol::message;
namespace network = protocol::network;

constexpr std::uint16_t kStateVersion = 4;
constexpr std::uint16_t kEntryVersion = 1;
constexpr std::size_t kMaxText = 4096;

void write_texts(Writer& writer, const std::vector<std::string>& texts) {
    writer.nested([&](Writer& inner) {
        for (const std::string& text : texts) {
            inner.text(text);
        }
    });
}

Result<std::vector<std::string>> read_texts(Reader& reader) {
    SERAI_TRY(content, reader.vector());
    Reader inner{content};
    std::vector<std::string> texts;
    while (!inner.at_end()) {
        SERAI_TRY(text, inner.text(network::kMaxSpiffeId));
        texts.push_back(std::move(text));
    }
    return texts;
}

Result<void> read_version(Reader& reader, std::uint16_t expected) {
    SERAI_TRY(version, reader.u16());
    if (version != expected) {
        return CodecError::unknown_value;
    }
    return {};
}

template <class T>
void write_optional(Writer& writer, const std::optional<T>& value) {
    writer.flag(value.has_value());
    if (value) {
        value->encode(writer);
    }
}

template <class T>
Result<std::optional<T>> read_optional(Reader& reader) {
    SERAI_TRY(present, reader.flag());
    if (!present) {
        return std::optional<T>{};
    }
    SERAI_TRY(value, T::decode(reader));
    return std::optional<T>{std::move(value)};
}

}  // namespace

void ChannelState::encode(Writer& writer) const {
    writer.u16(kStateVersion);
    writer.strong(group);
    writer.enumeration(standing);
    rules.encode(writer);
    founder.encode(writer);
    founding.encode(writer);
    writer.text(title);
    writer.strong(first);
    write_optional(writer, cursor);
    writer.strong(last_leaf);
    writer.nested([&](Writer& inner) {
        for (const EntryId& id : used_acts) {
            inner.strong(id);
        }
    });
    write_optional(writer, lost_at);
    write_texts(writer, unvouched);
    writer.strong(removed_at);
}

Result<ChannelState> ChannelState::decode(Reader& reader) {
    SERAI_CHECK(read_version(reader, kStateVersion));
    ChannelState out;
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(standing, reader.u8());
    SERAI_TRY(rules, network::ChannelRules::decode(reader));
    SERAI_TRY(founder, network::PersonId::decode(reader));
    SERAI_TRY(founding, message::ActReceipt::decode(reader));
    SERAI_TRY(title, reader.text(kMaxText));
    SERAI_TRY(first, reader.strong<RecordNumber>());
    SERAI_TRY(cursor, read_optional<message::ChainHead>(reader));
    SERAI_TRY(last_leaf, reader.strong<LogIndex>());
    SERAI_TRY(used, reader.vector());
    SERAI_TRY(lost_at, read_optional<message::ChainHead>(reader));
    SERAI_TRY(unvouched, read_texts(reader));
    SERAI_TRY(removed_at, reader.strong<Epoch>());
    if (standing < 1 || standing > 3) {
        return CodecError::unknown_value;
    }
    Reader inner{used};
    while (!inner.at_end()) {
        SERAI_TRY(id, inner.strong<EntryId>());
        out.used_acts.push_back(id);
    }
    out.group = group;
    out.standing = static_cast<Standing>(standing);
    out.rules = std::move(rules);
    out.founder = std::move(founder);
    out.founding = std::move(founding);
    out.title = std::move(title);
    out.first = first;
    out.cursor = cursor;
    out.last_leaf = last_leaf;
    out.lost_at = lost_at;
    out.unvouched = std::move(unvouched);
    out.removed_at = removed_at;
    return out;
}

void HistoryEntry::encode(Writer& writer) const {
    writer.u16(kEntryVersion);
    writer.strong(n);
    writer.fixed(h);
    writer.strong(leaf);
    writer.strong(time);
    writer.enumeration(kind);
    writer.text(sender);
    writer.strong(message_id);
    write_optional(writer, content);
    write_texts(writer, added);
    write_texts(writer, removed);
    writer.text(note);
}

Result<HistoryEntry> HistoryEntry::decode(Reader& reader) {
    SERAI_CHECK(read_version(reader, kEntryVersion));
    HistoryEntry out;
    SERAI_TRY(n, reader.strong<RecordNumber>());
    SERAI_TRY(h, reader.array<32>());
    SERAI_TRY(leaf, reader.strong<LogIndex>());
    SERAI_TRY(time, reader.strong<UnixMillis>());
    SERAI_TRY(kind, reader.u8());
    SERAI_TRY(sender, reader.text(network::kMaxSpiffeId));
    SERAI_TRY(message_id, reader.strong<MessageId>());
    SERAI_TRY(content, read_optional<message::Content>(reader));
    SERAI_TRY(added, read_texts(reader));
    SERAI_TRY(removed, read_texts(reader));
    SERAI_TRY(note, reader.text(kMaxText));
    if (kind < 1 || kind > 5) {
        return CodecError::unknown_value;
    }
    out.n = n;
    out.h = h;
    out.leaf = leaf;
    out.time = time;
    out.kind = static_cast<EntryKind>(kind);
    out.sender = std::move(sender);
    out.message_id = message_id;
    out.content = std::move(content);
    out.added = std::move(added);
    out.removed = std::move(removed);
    out.note = std::move(note);
    return out;
}

}  // namespace serai::client::channel
