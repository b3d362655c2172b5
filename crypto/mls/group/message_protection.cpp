#include "crypto/mls/group/message_protection.hpp"

#include <algorithm>

namespace serai::crypto::mls {

namespace {

using protocol::codec::encode;

constexpr std::string_view kContentLabel = "FramedContentTBS";

Bytes content_tbs(const AuthenticatedContent& content, ByteView encoded_context) {
    return content_to_be_signed(
        content.wire_format, encode(content.content), content.content.sender.type, encoded_context);
}

RatchetKind ratchet_for(ContentType type) {
    return type == ContentType::application ? RatchetKind::application : RatchetKind::handshake;
}

// Section 6.3.1: the reuse guard is XORed into the first four bytes.
Bytes guarded_nonce(const MessageNonce& nonce, const ByteArray<4>& guard) {
    return nonce.with_bytes(SecretAccess{"AEAD nonce"}, [&](ByteView bytes) {
        Bytes out = to_bytes(bytes);
        for (std::size_t i = 0; i < guard.size(); ++i) {
            out[i] ^= guard[i];
        }
        return out;
    });
}

Bytes private_content(const AuthenticatedContent& content, std::size_t pad_to) {
    Bytes out;
    Writer writer{out};
    encode_content(writer, content.content.content);
    content.auth.encode(writer, content.content.type());
    out.resize(std::max(out.size(), pad_to));
    return out;
}

Result<void> check_padding(ByteView padding) {
    const bool zero =
        std::all_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte == 0; });
    return zero ? Result<void>{} : Result<void>{MlsError::bad_padding};
}

}  // namespace

Bytes content_to_be_signed(WireFormat format,
                           ByteView encoded_content,
                           SenderType sender,
                           ByteView encoded_context) {
    Bytes out;
    out.reserve(4 + encoded_content.size() + encoded_context.size());
    Writer writer{out};
    writer.enumeration(ProtocolVersion::mls10);
    writer.enumeration(format);
    writer.fixed(encoded_content);
    if (sender == SenderType::member || sender == SenderType::new_member_commit) {
        writer.fixed(encoded_context);
    }
    return out;
}

ProposalRef proposal_ref(const CipherSuite& suite, const AuthenticatedContent& content) {
    return {suite.ref_hash("MLS 1.0 Proposal Reference", encode(content))};
}

AuthenticatedContent sign_content(const CipherSuite& suite,
                                  const SignaturePrivateKey& signer,
                                  WireFormat format,
                                  FramedContent content,
                                  ByteView encoded_context) {
    AuthenticatedContent out{format, std::move(content), {}};
    out.auth.signature = suite.sign(signer, kContentLabel, content_tbs(out, encoded_context));
    return out;
}

Result<void> verify_content(const CipherSuite& suite,
                            ByteView signature_key,
                            const AuthenticatedContent& content,
                            ByteView encoded_context) {
    return suite.verify(signature_key,
                        kContentLabel,
                        content_tbs(content, encoded_context),
                        content.auth.signature);
}

Bytes membership_tag(const CipherSuite& suite,
                     const MembershipKey& key,
                     const FramedContent& content,
                     const FramedContentAuthData& auth,
                     ByteView encoded_context) {
    // AuthenticatedContentTBM
    Bytes input = content_to_be_signed(
        WireFormat::public_message, encode(content), content.sender.type, encoded_context);
    Writer writer{input};
    auth.encode(writer, content.type());
    return suite.mac(key, input);
}

Result<PublicMessage> protect_public(const CipherSuite& suite,
                                     const MembershipKey& key,
                                     AuthenticatedContent content,
                                     ByteView encoded_context) {
    if (content.content.type() == ContentType::application) {
        return MlsError::wrong_content;
    }
    PublicMessage message{std::move(content.content), std::move(content.auth), {}};
    if (message.content.sender.type == SenderType::member) {
        message.membership_tag =
            membership_tag(suite, key, message.content, message.auth, encoded_context);
    }
    return message;
}

Result<AuthenticatedContent> unprotect_public(const CipherSuite& suite,
                                              const MembershipKey& key,
                                              PublicMessage message,
                                              ByteView encoded_context) {
    if (message.content.type() == ContentType::application) {
        return MlsError::wrong_content;
    }
    if (message.content.sender.type == SenderType::member &&
        !ct_equal(membership_tag(suite, key, message.content, message.auth, encoded_context),
                  message.membership_tag)) {
        return CryptoError::verification_failed;
    }
    return AuthenticatedContent{
        WireFormat::public_message, std::move(message.content), std::move(message.auth)};
}

MessageKeys sender_data_keys(const CipherSuite& suite,
                             const SenderDataSecret& secret,
                             ByteView ciphertext) {
    const ByteView sample = ciphertext.first(std::min(ciphertext.size(), suite.hash_size()));
    return {suite.expand<MessageKey>(secret, "key", sample, suite.key_size()),
            suite.expand<MessageNonce>(secret, "nonce", sample, suite.nonce_size())};
}

Result<PrivateMessage> protect_private(const CipherSuite& suite,
                                       SecretTree& keys,
                                       const SenderDataSecret& sender_data_secret,
                                       const AuthenticatedContent& content,
                                       std::size_t pad_to,
                                       Random& random) {
    // Section 6.3.2: the sender MUST be a member.
    if (content.content.sender.type != SenderType::member) {
        return MlsError::wrong_content;
    }
    const auto& framed = content.content;
    PrivateMessage message{
        framed.group_id, framed.epoch, framed.type(), framed.authenticated_data, {}, {}};
    SenderData sender{LeafIndex{framed.sender.index}, 0, random.array<4>()};
    SERAI_TRY(ratchet, keys.ratchet(sender.leaf, ratchet_for(framed.type())));
    const auto [generation, message_keys] = ratchet->next(suite);
    sender.generation = generation;

    Bytes plaintext = private_content(content, pad_to);
    message.ciphertext = suite.aead_seal(message_keys.key,
                                         guarded_nonce(message_keys.nonce, sender.reuse_guard),
                                         message.content_aad(),
                                         plaintext);
    wipe(plaintext);
    const MessageKeys header = sender_data_keys(suite, sender_data_secret, message.ciphertext);
    message.encrypted_sender_data =
        suite.aead_seal(header.key,
                        SecretView{header.nonce}.bytes(SecretAccess{"AEAD nonce"}),
                        message.sender_data_aad(),
                        encode(sender));
    return message;
}

Result<SenderData> open_sender_data(const CipherSuite& suite,
                                    const SenderDataSecret& sender_data_secret,
                                    const PrivateMessage& message) {
    const MessageKeys keys = sender_data_keys(suite, sender_data_secret, message.ciphertext);
    SERAI_TRY(plaintext,
              suite.aead_open(keys.key,
                              SecretView{keys.nonce}.bytes(SecretAccess{"AEAD nonce"}),
                              message.sender_data_aad(),
                              message.encrypted_sender_data));
    return protocol::codec::decode_exact<SenderData>(plaintext);
}

namespace {

// PrivateMessageContent, section 6.3.1.
Result<AuthenticatedContent> decode_private(ByteView plaintext,
                                            const SenderData& sender,
                                            const PrivateMessage& message) {
    Reader reader{plaintext};
    SERAI_TRY(content, decode_content(reader, message.content_type));
    SERAI_TRY(auth, FramedContentAuthData::decode(reader, message.content_type));
    SERAI_CHECK(check_padding(reader.rest()));
    return AuthenticatedContent{WireFormat::private_message,
                                {message.group_id,
                                 message.epoch,
                                 Sender::member(sender.leaf),
                                 message.authenticated_data,
                                 std::move(content)},
                                std::move(auth)};
}

}  // namespace

Result<AuthenticatedContent> open_private(const CipherSuite& suite,
                                          SecretTree& keys,
                                          const SenderData& sender,
                                          const PrivateMessage& message) {
    SERAI_TRY(ratchet, keys.ratchet(sender.leaf, ratchet_for(message.content_type)));
    SERAI_TRY(message_keys, ratchet->find(suite, sender.generation));
    SERAI_TRY(plaintext,
              suite.aead_open(message_keys->key,
                              guarded_nonce(message_keys->nonce, sender.reuse_guard),
                              message.content_aad(),
                              message.ciphertext));
    auto content = decode_private(plaintext, sender, message);
    wipe(plaintext);
    return content;
}

void consume(SecretTree& keys, const SenderData& sender, ContentType type) {
    if (auto ratchet = keys.ratchet(sender.leaf, ratchet_for(type))) {
        (*ratchet)->erase(sender.generation);
    }
}

}  // namespace serai::crypto::mls
