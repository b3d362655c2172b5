// Message framing, RFC 9420, section 6.
#pragma once

#include "crypto/mls/wire/commit.hpp"

#include <optional>
#include <variant>

namespace serai::crypto::mls {

struct Sender {
    SenderType type{};
    std::uint32_t index = 0;  // leaf index of a member, place in external_senders; else 0

    [[nodiscard]] static Sender member(LeafIndex leaf) {
        return {SenderType::member, leaf.value()};
    }

    void encode(Writer& writer) const;
    static Result<Sender> decode(Reader& reader);
    friend bool operator==(const Sender&, const Sender&) = default;
};

struct ApplicationData {
    Bytes bytes;

    friend bool operator==(const ApplicationData&, const ApplicationData&) = default;
};

// In the order of ContentType.
using Content = std::variant<ApplicationData, Proposal, Commit>;

[[nodiscard]] inline ContentType content_type(const Content& content) {
    return static_cast<ContentType>(content.index() + 1);
}

// The content alone, without its type.
void encode_content(Writer& writer, const Content& content);
Result<Content> decode_content(Reader& reader, ContentType type);

struct FramedContent {
    Bytes group_id;
    std::uint64_t epoch = 0;
    Sender sender;
    Bytes authenticated_data;
    Content content;

    [[nodiscard]] ContentType type() const { return content_type(content); }

    void encode(Writer& writer) const;
    static Result<FramedContent> decode(Reader& reader);
    friend bool operator==(const FramedContent&, const FramedContent&) = default;
};

struct FramedContentAuthData {
    Bytes signature;
    Bytes confirmation_tag;  // of a commit; else empty and absent

    void encode(Writer& writer, ContentType type) const;
    static Result<FramedContentAuthData> decode(Reader& reader, ContentType type);
    friend bool operator==(const FramedContentAuthData&, const FramedContentAuthData&) = default;
};

struct AuthenticatedContent {
    WireFormat wire_format{};
    FramedContent content;
    FramedContentAuthData auth;

    void encode(Writer& writer) const;
    static Result<AuthenticatedContent> decode(Reader& reader);
    friend bool operator==(const AuthenticatedContent&, const AuthenticatedContent&) = default;
};

struct PublicMessage {
    FramedContent content;
    FramedContentAuthData auth;
    Bytes membership_tag;  // of a member; else empty and absent

    void encode(Writer& writer) const;
    static Result<PublicMessage> decode(Reader& reader);
    friend bool operator==(const PublicMessage&, const PublicMessage&) = default;
};

struct PrivateMessage {
    Bytes group_id;
    std::uint64_t epoch = 0;
    ContentType content_type{};
    Bytes authenticated_data;
    Bytes encrypted_sender_data;
    Bytes ciphertext;

    // SenderDataAAD and PrivateContentAAD.
    [[nodiscard]] Bytes sender_data_aad() const;
    [[nodiscard]] Bytes content_aad() const;

    void encode(Writer& writer) const;
    static Result<PrivateMessage> decode(Reader& reader);
    friend bool operator==(const PrivateMessage&, const PrivateMessage&) = default;
};

// The plaintext of PrivateMessage.encrypted_sender_data.
struct SenderData {
    LeafIndex leaf;
    std::uint32_t generation = 0;
    ByteArray<4> reuse_guard{};

    void encode(Writer& writer) const;
    static Result<SenderData> decode(Reader& reader);
};

}  // namespace serai::crypto::mls
