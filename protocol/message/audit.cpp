#include "protocol/message/audit.hpp"

#include "protocol/base/limits.hpp"

#include <algorithm>

namespace serai::protocol::message {
namespace {

using codec::CodecError;

constexpr std::string_view kLeafMagic = "serai audit leaf";
constexpr std::uint8_t kLeafVersion = 1;
constexpr std::uint16_t kOpeningVersion = 1;
constexpr std::size_t kMaxServerFields = 128;

}  // namespace

void Leaf::encode(codec::Writer& writer) const {
    writer.fixed(as_bytes(kLeafMagic));
    writer.u8(kLeafVersion);
    writer.enumeration(kind);
    writer.strong(time);
    writer.strong(entry_id);
    writer.fixed(commit);
}

Result<Leaf> Leaf::decode(codec::Reader& reader) {
    SERAI_TRY(magic, reader.fixed(kLeafMagic.size()));
    SERAI_TRY(version, reader.u8());
    SERAI_TRY(kind, reader.u8());
    SERAI_TRY(time, reader.strong<UnixSeconds>());
    SERAI_TRY(entry_id, reader.strong<EntryId>());
    SERAI_TRY(commit, reader.array<32>());
    if (as_text(magic) != kLeafMagic || version != kLeafVersion || kind < 1 || kind > 3) {
        return CodecError::unknown_value;
    }
    return Leaf{static_cast<LeafKind>(kind), time, entry_id, commit};
}

void ShownField::encode(codec::Writer& writer) const {
    writer.flag(field() != nullptr);
    if (const network::Field* shown = field()) {
        shown->encode(writer);
    } else {
        writer.fixed(std::get<Digest>(content));
    }
}

Result<ShownField> ShownField::decode(codec::Reader& reader) {
    SERAI_TRY(shown, reader.flag());
    if (shown) {
        SERAI_TRY(field, network::Field::decode(reader));
        return ShownField{std::move(field)};
    }
    SERAI_TRY(hash, reader.array<32>());
    return ShownField{hash};
}

const Bytes* Opening::server_value(std::string_view name) const {
    for (const ShownField& shown : server_fields) {
        if (shown.field() != nullptr && shown.field()->name == name) {
            return &shown.field()->value;
        }
    }
    return nullptr;
}

void Opening::encode(codec::Writer& writer) const {
    writer.u16(kOpeningVersion);
    writer.strong(entry_id);
    writer.flag(seal.has_value());
    if (seal) {
        seal->encode(writer);
    }
    writer.list(act_fields);
    writer.list(server_fields);
}

Result<Opening> Opening::decode(codec::Reader& reader) {
    SERAI_TRY(version, reader.u16());
    if (version != kOpeningVersion) {
        return CodecError::unknown_value;
    }
    Opening out;
    SERAI_TRY(entry_id, reader.strong<EntryId>());
    SERAI_TRY(has_seal, reader.flag());
    if (has_seal) {
        SERAI_TRY(seal, network::ActSeal::decode(reader));
        out.seal = std::move(seal);
    }
    SERAI_TRY(act_fields, codec::read_list<ShownField>(reader, limits::kMaxActFields));
    SERAI_TRY(server_fields, codec::read_list<ShownField>(reader, kMaxServerFields));
    out.entry_id = entry_id;
    out.act_fields = std::move(act_fields);
    out.server_fields = std::move(server_fields);
    return out;
}

void Counter::encode(codec::Writer& writer) const {
    writer.u64(counter);
    writer.u64(previous);
}

Result<Counter> Counter::decode(codec::Reader& reader) {
    SERAI_TRY(counter, reader.u64());
    SERAI_TRY(previous, reader.u64());
    return Counter{counter, previous};
}

void Receipt::encode(codec::Writer& writer) const {
    writer.strong(index);
    leaf.encode(writer);
}

Result<Receipt> Receipt::decode(codec::Reader& reader) {
    SERAI_TRY(index, reader.strong<LogIndex>());
    SERAI_TRY(leaf, Leaf::decode(reader));
    return Receipt{index, leaf};
}

void write_digests(codec::Writer& writer, const std::vector<Digest>& digests) {
    writer.nested([&](codec::Writer& inner) {
        for (const Digest& digest : digests) {
            inner.fixed(digest);
        }
    });
}

Result<std::vector<Digest>> read_digests(codec::Reader& reader) {
    SERAI_TRY(content, reader.vector());
    codec::Reader inner{content};
    std::vector<Digest> digests;
    digests.reserve(content.size() / 32);
    while (!inner.at_end()) {
        SERAI_TRY(digest, inner.array<32>());
        digests.push_back(digest);
    }
    return digests;
}

void ActReceipt::encode(codec::Writer& writer) const {
    receipt.encode(writer);
    act.encode(writer);
    write_digests(writer, server_field_hashes);
}

Result<ActReceipt> ActReceipt::decode(codec::Reader& reader) {
    SERAI_TRY(receipt, Receipt::decode(reader));
    SERAI_TRY(act, network::Act::decode(reader));
    SERAI_TRY(hashes, read_digests(reader));
    if (hashes.size() > kMaxServerFields) {
        return CodecError::too_long;
    }
    return ActReceipt{receipt, std::move(act), std::move(hashes)};
}

void OpenedEntry::encode(codec::Writer& writer) const {
    writer.strong(index);
    leaf.encode(writer);
    opening.encode(writer);
}

Result<OpenedEntry> OpenedEntry::decode(codec::Reader& reader) {
    SERAI_TRY(index, reader.strong<LogIndex>());
    SERAI_TRY(leaf, Leaf::decode(reader));
    SERAI_TRY(opening, Opening::decode(reader));
    return OpenedEntry{index, leaf, std::move(opening)};
}

}  // namespace serai::protocol::message
