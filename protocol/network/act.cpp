#include "protocol/network/act.hpp"

#include "protocol/base/limits.hpp"
#include "protocol/network/party.hpp"

#include <algorithm>
#include <array>

namespace serai::protocol::network {
namespace {

using codec::CodecError;

constexpr std::uint16_t kActVersion = 1;
constexpr std::size_t kMaxFieldName = 64;
constexpr std::size_t kMaxOrigin = 128;

constexpr std::array<std::string_view, 11> kKindNames{
    "publish-key-packages",
    "claim-key-package",
    "found-channel",
    "admit",
    "expel",
    "seal-document",
    "open-document",
    "complete-document",
    "query-openings",
    "report",
    "restore",
};

}  // namespace

std::string_view name(ActKind kind) {
    return kKindNames.at(static_cast<std::size_t>(kind) - 1);
}

std::optional<ActKind> act_kind_named(std::string_view name) {
    const auto found = std::ranges::find(kKindNames, name);
    if (found == kKindNames.end()) {
        return std::nullopt;
    }
    return static_cast<ActKind>(found - kKindNames.begin() + 1);
}

Result<ActKind> read_act_kind(codec::Reader& reader) {
    SERAI_TRY(value, reader.u16());
    if (value < 1 || value > kKindNames.size()) {
        return CodecError::unknown_value;
    }
    return static_cast<ActKind>(value);
}

void Field::encode(codec::Writer& writer) const {
    writer.text(name);
    writer.vector(value);
    writer.fixed(salt);
}

Result<Field> Field::decode(codec::Reader& reader) {
    SERAI_TRY(name, reader.text(kMaxFieldName));
    SERAI_TRY(value, reader.vector(limits::kMaxFieldValue));
    SERAI_TRY(salt, reader.array<32>());
    if (name.empty()) {
        return CodecError::bad_text;
    }
    return Field{std::move(name), to_bytes(value), salt};
}

void ActHeader::encode(codec::Writer& writer) const {
    writer.u16(kActVersion);
    writer.enumeration(kind);
    writer.strong(network_id);
    writer.text(origin);
    writer.strong(act_id);
    writer.fixed(certificate_hash);
    writer.strong(time);
    writer.strong(not_after);
    writer.flag(predecessor_state.has_value());
    if (predecessor_state) {
        writer.fixed(*predecessor_state);
    }
}

Result<ActHeader> ActHeader::decode(codec::Reader& reader) {
    SERAI_TRY(version, reader.u16());
    if (version != kActVersion) {
        return CodecError::unknown_value;
    }
    ActHeader out;
    SERAI_TRY(kind, read_act_kind(reader));
    SERAI_TRY(network_id, reader.strong<NetworkId>());
    SERAI_TRY(origin, reader.text(kMaxOrigin));
    SERAI_TRY(act_id, reader.strong<EntryId>());
    SERAI_TRY(certificate_hash, reader.array<32>());
    SERAI_TRY(time, reader.strong<UnixSeconds>());
    SERAI_TRY(not_after, reader.strong<UnixSeconds>());
    SERAI_TRY(has_predecessor, reader.flag());
    if (has_predecessor) {
        SERAI_TRY(state, reader.array<32>());
        out.predecessor_state = state;
    }
    out.kind = kind;
    out.network_id = network_id;
    out.origin = std::move(origin);
    out.act_id = act_id;
    out.certificate_hash = certificate_hash;
    out.time = time;
    out.not_after = not_after;
    return out;
}

Bytes sign_content(const ActHeader& header, const Digest& act_root) {
    std::string label{"Serai 1.0 "};
    label.append(name(header.kind));
    Bytes out;
    codec::Writer writer{out};
    writer.text(label);
    header.encode(writer);
    writer.fixed(act_root);
    return out;
}

void ActSeal::encode(codec::Writer& writer) const {
    header.encode(writer);
    write_certificates(writer, chain);
    writer.vector(signature);
}

Result<ActSeal> ActSeal::decode(codec::Reader& reader) {
    SERAI_TRY(header, ActHeader::decode(reader));
    SERAI_TRY(chain, read_certificates(reader, limits::kMaxCertificateChain));
    SERAI_TRY(signature, reader.vector(limits::kMaxSignature));
    if (chain.empty()) {
        return CodecError::unknown_value;
    }
    return ActSeal{std::move(header), std::move(chain), to_bytes(signature)};
}

void Act::encode(codec::Writer& writer) const {
    seal.encode(writer);
    writer.list(fields);
}

Result<Act> Act::decode(codec::Reader& reader) {
    SERAI_TRY(seal, ActSeal::decode(reader));
    SERAI_TRY(fields, codec::read_list<Field>(reader, limits::kMaxActFields));
    return Act{std::move(seal), std::move(fields)};
}

}  // namespace serai::protocol::network
