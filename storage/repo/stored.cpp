// What the rows of this folder hold, read and written. Apart from the code that uses them, so that tests/fuzz can have the decoders without
// a store.
#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"
#include "storage/repo/channel.hpp"
#include "storage/repo/channels.hpp"
#include "storage/repo/documents.hpp"
#include "storage/repo/network_state.hpp"

namespace serai::storage::repo {
namespace {

using protocol::codec::Reader;
using protocol::codec::Writer;
using protocol::network::DocumentId;
using protocol::network::PartyCode;
using protocol::network::PersonId;
using protocol::network::SpiffeId;

constexpr std::uint8_t kFoundingVersion = 1;

}  // namespace

void Founding::encode(Writer& writer) const {
    writer.u8(kFoundingVersion);
    writer.strong(group);
    rules.encode(writer);
    founder.encode(writer);
    founder_party.encode(writer);
    act.encode(writer);
}

Result<Founding> Founding::decode(Reader& reader) {
    SERAI_TRY(version, reader.u8());
    if (version != kFoundingVersion) {
        return protocol::codec::CodecError::unknown_value;
    }
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(rules, protocol::network::ChannelRules::decode(reader));
    SERAI_TRY(founder, SpiffeId::decode(reader));
    SERAI_TRY(party, PartyCode::decode(reader));
    SERAI_TRY(act, protocol::message::ActReceipt::decode(reader));
    return Founding{group, std::move(rules), std::move(founder), std::move(party), std::move(act)};
}

void PendingAct::encode(Writer& writer) const {
    writer.enumeration(kind);
    subject.encode(writer);
    writer.text(device);
    signer.encode(writer);
    writer.fixed(receipt_hash);
}

Result<PendingAct> PendingAct::decode(Reader& reader) {
    SERAI_TRY(kind, protocol::network::read_act_kind(reader));
    SERAI_TRY(subject, PersonId::decode(reader));
    SERAI_TRY(device, reader.text(protocol::network::kMaxSpiffeId));
    SERAI_TRY(signer, PersonId::decode(reader));
    SERAI_TRY(hash, reader.array<32>());
    return PendingAct{kind, std::move(subject), std::move(device), std::move(signer), hash};
}

void ReadableRange::encode(Writer& writer) const {
    writer.strong(from);
    writer.flag(last.has_value());
    if (last) {
        writer.strong(*last);
    }
}

Result<ReadableRange> ReadableRange::decode(Reader& reader) {
    SERAI_TRY(from, reader.strong<RecordNumber>());
    SERAI_TRY(has_last, reader.flag());
    ReadableRange range{from, std::nullopt};
    if (has_last) {
        SERAI_TRY(last, reader.strong<RecordNumber>());
        range.last = last;
    }
    return range;
}

void Upload::encode(Writer& writer) const {
    writer.strong(object);
    writer.strong(group);
    device.encode(writer);
    writer.u64(length);
    writer.strong(begun);
}

Result<Upload> Upload::decode(Reader& reader) {
    SERAI_TRY(object, reader.strong<ObjectId>());
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(device, SpiffeId::decode(reader));
    SERAI_TRY(length, reader.u64());
    SERAI_TRY(begun, reader.strong<UnixMillis>());
    return Upload{object, group, std::move(device), length, begun};
}

void Version::encode(Writer& writer) const {
    writer.strong(object);
    originator.encode(writer);
    writer.u64(length);
    writer.fixed(digest);
    writer.fixed(marking);
    writer.strong(leaf);
}

Result<Version> Version::decode(Reader& reader) {
    SERAI_TRY(object, reader.strong<ObjectId>());
    SERAI_TRY(originator, SpiffeId::decode(reader));
    SERAI_TRY(length, reader.u64());
    SERAI_TRY(digest, reader.array<32>());
    SERAI_TRY(marking, reader.array<32>());
    SERAI_TRY(leaf, reader.strong<LogIndex>());
    return Version{object, std::move(originator), length, digest, marking, leaf};
}

void GrantState::encode(Writer& writer) const {
    device.encode(writer);
    writer.strong(group);
    writer.strong(document);
    writer.u32(version);
    writer.strong(object);
    writer.u64(length);
    writer.strong(expires);
    writer.strong(leaf);
}

Result<GrantState> GrantState::decode(Reader& reader) {
    SERAI_TRY(device, SpiffeId::decode(reader));
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(document, reader.strong<DocumentId>());
    SERAI_TRY(version, reader.u32());
    SERAI_TRY(object, reader.strong<ObjectId>());
    SERAI_TRY(length, reader.u64());
    SERAI_TRY(expires, reader.strong<UnixSeconds>());
    SERAI_TRY(leaf, reader.strong<LogIndex>());
    return GrantState{std::move(device), group, document, version, object, length, expires, leaf};
}

void CrlRow::encode(Writer& writer) const {
    party.encode(writer);
    writer.text(trust_domain);
    writer.strong(leaf);
    writer.strong(leaf_time);
    writer.vector(der);
}

Result<CrlRow> CrlRow::decode(Reader& reader) {
    SERAI_TRY(party, PartyCode::decode(reader));
    SERAI_TRY(trust_domain, reader.text(protocol::network::kMaxSpiffeId));
    SERAI_TRY(leaf, reader.strong<LogIndex>());
    SERAI_TRY(leaf_time, reader.strong<UnixSeconds>());
    SERAI_TRY(der, reader.vector());
    return CrlRow{std::move(party), std::move(trust_domain), leaf, leaf_time, to_bytes(der)};
}

void ServerProposal::encode(Writer& writer) const {
    device.encode(writer);
    proposal.encode(writer);
}

Result<ServerProposal> ServerProposal::decode(Reader& reader) {
    SERAI_TRY(device, SpiffeId::decode(reader));
    SERAI_TRY(proposal, crypto::mls::CachedProposal::decode(reader));
    return ServerProposal{RecordNumber{}, std::move(device), std::move(proposal)};
}

void LastCommit::encode(Writer& writer) const {
    writer.fixed(digest);
    receipt.encode(writer);
    writer.strong(removed_at);
}

Result<LastCommit> LastCommit::decode(Reader& reader) {
    SERAI_TRY(digest, reader.array<32>());
    SERAI_TRY(receipt, protocol::message::RecordReceipt::decode(reader));
    SERAI_TRY(removed_at, reader.strong<Epoch>());
    return LastCommit{digest, receipt, removed_at};
}

}  // namespace serai::storage::repo
