// Tasks and what they carry, read and written. Apart from the vault, so that tests/fuzz can have the decoders without one.
#include "client/channel/task.hpp"

namespace serai::client::channel {
namespace {

using protocol::codec::CodecError;
using protocol::codec::Reader;
using protocol::codec::Writer;
namespace message = protocol::message;
namespace network = protocol::network;

constexpr std::uint16_t kVersion = 1;

}  // namespace

void Task::encode(Writer& writer) const {
    writer.u16(kVersion);
    writer.enumeration(kind);
    writer.strong(group);
    writer.flag(frame.has_value());
    if (frame) {
        frame->encode(writer);
    }
    writer.vector(payload);
}

Result<Task> Task::decode(Reader& reader) {
    Task out;
    SERAI_TRY(version, reader.u16());
    SERAI_TRY(kind, reader.u8());
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(has_frame, reader.flag());
    if (version != kVersion || kind < 1 || kind > 7) {
        return CodecError::unknown_value;
    }
    if (has_frame) {
        SERAI_TRY(frame, message::RequestFrame::decode(reader));
        out.frame = std::move(frame);
    }
    SERAI_TRY(payload, reader.vector());
    out.kind = static_cast<TaskKind>(kind);
    out.group = group;
    out.payload = to_bytes(payload);
    return out;
}

void FoundPayload::encode(Writer& writer) const {
    writer.text(title);
    rules.encode(writer);
}

Result<FoundPayload> FoundPayload::decode(Reader& reader) {
    SERAI_TRY(title, reader.text(kMaxTitle));
    SERAI_TRY(rules, network::ChannelRules::decode(reader));
    return FoundPayload{std::move(title), std::move(rules)};
}

void RosterPayload::encode(Writer& writer) const {
    writer.enumeration(change);
    subject.encode(writer);
    writer.flag(act.has_value());
    if (act) {
        act->encode(writer);
    }
    writer.list(key_packages);
    writer.vector(commit);
}

Result<RosterPayload> RosterPayload::decode(Reader& reader) {
    RosterPayload out;
    SERAI_TRY(change, reader.u8());
    SERAI_TRY(subject, network::PersonId::decode(reader));
    if (change > static_cast<std::uint8_t>(RosterChange::clear)) {
        return CodecError::unknown_value;
    }
    SERAI_TRY(has_act, reader.flag());
    if (has_act) {
        SERAI_TRY(act, message::ActReceipt::decode(reader));
        out.act = std::move(act);
    }
    SERAI_TRY(key_packages, protocol::codec::read_list<message::KeyPackageEntry>(reader));
    SERAI_TRY(commit, reader.vector());
    out.change = static_cast<RosterChange>(change);
    out.subject = std::move(subject);
    out.key_packages = std::move(key_packages);
    out.commit = to_bytes(commit);
    return out;
}

void SendPayload::encode(Writer& writer) const {
    writer.strong(message_id);
    writer.vector(content);
    writer.strong(epoch);
    writer.vector(ciphertext);
}

Result<SendPayload> SendPayload::decode(Reader& reader) {
    SERAI_TRY(message_id, reader.strong<MessageId>());
    SERAI_TRY(content, reader.vector());
    SERAI_TRY(epoch, reader.strong<Epoch>());
    SERAI_TRY(ciphertext, reader.vector());
    return SendPayload{message_id, to_bytes(content), epoch, to_bytes(ciphertext)};
}

Result<RejoinPayload> RejoinPayload::decode(Reader& reader) {
    SERAI_TRY(epoch, reader.strong<Epoch>());
    SERAI_TRY(commit, reader.vector());
    return RejoinPayload{epoch, to_bytes(commit)};
}

Result<SealPayload> SealPayload::decode(Reader& reader) {
    SERAI_TRY(content, reader.vector());
    return SealPayload{to_bytes(content)};
}

}  // namespace serai::client::channel
