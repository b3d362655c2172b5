#include "crypto/mls/wire/framing.hpp"

namespace serai::crypto::mls {

void Sender::encode(Writer& writer) const {
    writer.enumeration(type);
    if (type == SenderType::member || type == SenderType::external) {
        writer.u32(index);
    }
}

Result<Sender> Sender::decode(Reader& reader) {
    SERAI_TRY(type, read_closed(reader, SenderType::new_member_commit));
    if (type == SenderType::member || type == SenderType::external) {
        SERAI_TRY(index, reader.u32());
        return Sender{type, index};
    }
    return Sender{type, 0};
}

void encode_content(Writer& writer, const Content& content) {
    if (const auto* data = std::get_if<ApplicationData>(&content)) {
        writer.vector(data->bytes);
    } else if (const auto* proposal = std::get_if<Proposal>(&content)) {
        proposal->encode(writer);
    } else {
        std::get<Commit>(content).encode(writer);
    }
}

Result<Content> decode_content(Reader& reader, ContentType type) {
    switch (type) {
        case ContentType::application: {
            SERAI_TRY(bytes, read_bytes(reader));
            return Content{ApplicationData{std::move(bytes)}};
        }
        case ContentType::proposal: {
            SERAI_TRY(proposal, Proposal::decode(reader));
            return Content{std::move(proposal)};
        }
        case ContentType::commit: {
            SERAI_TRY(commit, Commit::decode(reader));
            return Content{std::move(commit)};
        }
    }
    return CodecError::unknown_value;
}

void FramedContent::encode(Writer& writer) const {
    writer.vector(group_id);
    writer.u64(epoch);
    sender.encode(writer);
    writer.vector(authenticated_data);
    writer.enumeration(type());
    encode_content(writer, content);
}

Result<FramedContent> FramedContent::decode(Reader& reader) {
    SERAI_TRY(group_id, read_bytes(reader));
    SERAI_TRY(epoch, reader.u64());
    SERAI_TRY(sender, Sender::decode(reader));
    SERAI_TRY(authenticated_data, read_bytes(reader));
    SERAI_TRY(type, read_closed(reader, ContentType::commit));
    SERAI_TRY(content, decode_content(reader, type));
    return FramedContent{
        std::move(group_id), epoch, sender, std::move(authenticated_data), std::move(content)};
}

void FramedContentAuthData::encode(Writer& writer, ContentType type) const {
    writer.vector(signature);
    if (type == ContentType::commit) {
        writer.vector(confirmation_tag);
    }
}

Result<FramedContentAuthData> FramedContentAuthData::decode(Reader& reader, ContentType type) {
    FramedContentAuthData auth;
    SERAI_TRY(signature, read_bytes(reader));
    auth.signature = std::move(signature);
    if (type == ContentType::commit) {
        SERAI_TRY(confirmation_tag, read_bytes(reader));
        auth.confirmation_tag = std::move(confirmation_tag);
    }
    return auth;
}

void AuthenticatedContent::encode(Writer& writer) const {
    writer.enumeration(wire_format);
    content.encode(writer);
    auth.encode(writer, content.type());
}

Result<AuthenticatedContent> AuthenticatedContent::decode(Reader& reader) {
    SERAI_TRY(wire_format, read_closed(reader, WireFormat::private_message));
    SERAI_TRY(content, FramedContent::decode(reader));
    SERAI_TRY(auth, FramedContentAuthData::decode(reader, content.type()));
    return AuthenticatedContent{wire_format, std::move(content), std::move(auth)};
}

void PublicMessage::encode(Writer& writer) const {
    content.encode(writer);
    auth.encode(writer, content.type());
    if (content.sender.type == SenderType::member) {
        writer.vector(membership_tag);
    }
}

Result<PublicMessage> PublicMessage::decode(Reader& reader) {
    PublicMessage message;
    SERAI_TRY(content, FramedContent::decode(reader));
    SERAI_TRY(auth, FramedContentAuthData::decode(reader, content.type()));
    message.content = std::move(content);
    message.auth = std::move(auth);
    if (message.content.sender.type == SenderType::member) {
        SERAI_TRY(membership_tag, read_bytes(reader));
        message.membership_tag = std::move(membership_tag);
    }
    return message;
}

Bytes PrivateMessage::sender_data_aad() const {
    Bytes out;
    Writer writer{out};
    writer.vector(group_id);
    writer.u64(epoch);
    writer.enumeration(content_type);
    return out;
}

Bytes PrivateMessage::content_aad() const {
    Bytes out = sender_data_aad();
    Writer{out}.vector(authenticated_data);
    return out;
}

void PrivateMessage::encode(Writer& writer) const {
    writer.vector(group_id);
    writer.u64(epoch);
    writer.enumeration(content_type);
    writer.vector(authenticated_data);
    writer.vector(encrypted_sender_data);
    writer.vector(ciphertext);
}

Result<PrivateMessage> PrivateMessage::decode(Reader& reader) {
    SERAI_TRY(group_id, read_bytes(reader));
    SERAI_TRY(epoch, reader.u64());
    SERAI_TRY(type, read_closed(reader, ContentType::commit));
    SERAI_TRY(authenticated_data, read_bytes(reader));
    SERAI_TRY(encrypted_sender_data, read_bytes(reader));
    SERAI_TRY(ciphertext, read_bytes(reader));
    return PrivateMessage{std::move(group_id),
                          epoch,
                          type,
                          std::move(authenticated_data),
                          std::move(encrypted_sender_data),
                          std::move(ciphertext)};
}

void SenderData::encode(Writer& writer) const {
    writer.u32(leaf.value());
    writer.u32(generation);
    writer.fixed(reuse_guard);
}

Result<SenderData> SenderData::decode(Reader& reader) {
    SERAI_TRY(leaf, reader.u32());
    SERAI_TRY(generation, reader.u32());
    SERAI_TRY(reuse_guard, reader.array<4>());
    return SenderData{LeafIndex{leaf}, generation, reuse_guard};
}

}  // namespace serai::crypto::mls
