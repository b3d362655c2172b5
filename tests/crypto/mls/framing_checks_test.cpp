// RFC 9420, sections 6 and 9: what a message must be, and what is left of its keys.
#include "crypto/mls/group/message_protection.hpp"
#include "tests/crypto/mls/support/forged_commit.hpp"
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

using protocol::codec::encode;

class FramingChecks : public SmallGroup {
  protected:
    void SetUp() override { start(3); }

    [[nodiscard]] AuthenticatedContent signed_text(const Sender& sender, WireFormat format) {
        return sign_content(test_suite(),
                            at(0).signer(),
                            format,
                            {server_->group_id(),
                             server_->epoch(),
                             sender,
                             {},
                             ApplicationData{to_bytes(as_bytes("text"))}},
                            server_->encoded_context());
    }

    // A message of member 0 as protect_private makes it, but for what follows the content.
    [[nodiscard]] PrivateMessage with_padding(ByteView padding) {
        MemberSecrets secrets = secrets_of(group(0));
        const auto content = signed_text(Sender::member(LeafIndex{0}), WireFormat::private_message);
        PrivateMessage message{
            server_->group_id(), server_->epoch(), ContentType::application, {}, {}, {}};
        auto& ratchet = **secrets.message_keys.ratchet(LeafIndex{0}, RatchetKind::application);
        const auto [generation, keys] = ratchet.next(test_suite());
        Bytes plaintext;
        Writer writer{plaintext};
        encode_content(writer, content.content.content);
        content.auth.encode(writer, ContentType::application);
        append(plaintext, padding);
        message.ciphertext = sealed(keys, message.content_aad(), plaintext);
        // A reuse guard of zeros leaves the nonce as it is.
        message.encrypted_sender_data =
            sealed(sender_data_keys(test_suite(), secrets.sender_data, message.ciphertext),
                   message.sender_data_aad(),
                   encode(SenderData{LeafIndex{0}, generation, {}}));
        return message;
    }

    [[nodiscard]] ErrorCode verdict(const PrivateMessage& message) {
        const auto opened = group(1).unprotect(message);
        return opened ? ErrorCode{} : opened.error();
    }

  private:
    static Bytes sealed(const MessageKeys& keys, ByteView aad, ByteView plaintext) {
        return test_suite().aead_seal(
            keys.key, SecretView{keys.nonce}.bytes(SecretAccess{"AEAD nonce"}), aad, plaintext);
    }
};

}  // namespace

TEST_F(FramingChecks, an_application_message_in_the_clear_is_refused) {
    auto content = signed_text(Sender::member(LeafIndex{0}), WireFormat::public_message);
    const auto secrets = secrets_of(group(0));
    const auto protected_message =
        protect_public(test_suite(), secrets.membership, content, server_->encoded_context());
    EXPECT_EQ(protected_message.error(), MlsError::wrong_content);

    PublicMessage message{content.content, content.auth, {}};
    tag_again(group(0), message);
    EXPECT_EQ(
        unprotect_public(test_suite(), secrets.membership, message, server_->encoded_context())
            .error(),
        MlsError::wrong_content);
    EXPECT_EQ(group(1).stage(MlsMessage{message}, policy_).error(), MlsError::wrong_content);
    EXPECT_EQ(group(1).receive_proposal(MlsMessage{message}, policy_).error(),
              MlsError::wrong_content);
    EXPECT_EQ(server_->check_proposal(message, policy_).error(), MlsError::wrong_content);
}

TEST_F(FramingChecks, a_proposal_with_a_wrong_membership_tag_is_refused) {
    auto message = forge_proposal(
        group(0), Sender::member(LeafIndex{0}), at(0).signer(), Proposal{Remove{LeafIndex{2}}});
    message.membership_tag[0] ^= 1;
    EXPECT_EQ(group(1).receive_proposal(MlsMessage{message}, policy_).error(),
              CryptoError::verification_failed);
    message.membership_tag[0] ^= 1;
    EXPECT_TRUE(group(1).receive_proposal(MlsMessage{message}, policy_));
}

TEST_F(FramingChecks, padding_that_is_not_zero_is_refused) {
    for (const Bytes& padding : {Bytes{1}, Bytes{0, 0, 1}, Bytes{0x80, 0, 0}}) {
        EXPECT_EQ(verdict(with_padding(padding)), MlsError::bad_padding);
    }
    EXPECT_EQ(verdict(with_padding(Bytes(100))), ErrorCode{});
}

TEST_F(FramingChecks, a_state_that_is_used_twice_does_not_repeat_a_nonce) {
    const auto saved = group(0).save();
    const auto first = say(0, "the same");
    Group copy = *Group::load(saved.public_state, saved.secret_state);
    const auto second =
        *copy.protect(at(0).signer(), as_bytes("aad"), as_bytes("the same"), 0, random_);

    // Same generation, key, text and signature: the reuse guard is the whole difference.
    const auto secrets = secrets_of(group(1));
    const auto sender_of = [&](const PrivateMessage& message) {
        return *open_sender_data(test_suite(), secrets.sender_data, message);
    };
    EXPECT_EQ(sender_of(first).generation, sender_of(second).generation);
    EXPECT_NE(sender_of(first).reuse_guard, sender_of(second).reuse_guard);
    EXPECT_NE(first.ciphertext, second.ciphertext);
    EXPECT_EQ(verdict(second), ErrorCode{});
}

TEST_F(FramingChecks, each_message_has_a_generation_of_its_own) {
    const auto secrets = secrets_of(group(1));
    for (std::uint32_t i = 0; i < 6; ++i) {
        const auto sender = open_sender_data(test_suite(), secrets.sender_data, say(0, "text"));
        ASSERT_TRUE(sender);
        EXPECT_EQ(sender->generation, i);
        at(0).restart();
    }
}

TEST_F(FramingChecks, only_members_send_private_messages) {
    auto secrets = secrets_of(group(0));
    const auto verdict_on = [&](const Sender& sender) {
        const auto sealed = protect_private(test_suite(),
                                            secrets.message_keys,
                                            secrets.sender_data,
                                            signed_text(sender, WireFormat::private_message),
                                            0,
                                            random_);
        return sealed ? ErrorCode{} : sealed.error();
    };
    EXPECT_EQ(verdict_on(Sender::member(LeafIndex{0})), ErrorCode{});
    for (const auto type :
         {SenderType::external, SenderType::new_member_proposal, SenderType::new_member_commit}) {
        EXPECT_EQ(verdict_on({type, 0}), MlsError::wrong_content);
    }
}

TEST_F(FramingChecks, a_message_from_a_blank_leaf_is_refused) {
    ASSERT_EQ(server_->tree().leaf_slots(), 4U);
    const auto verdict_on_leaf = [&](LeafIndex leaf) {
        auto secrets = secrets_of(group(0));
        return verdict(
            *protect_private(test_suite(),
                             secrets.message_keys,
                             secrets.sender_data,
                             signed_text(Sender::member(leaf), WireFormat::private_message),
                             0,
                             random_));
    };
    EXPECT_EQ(verdict_on_leaf(LeafIndex{3}), MlsError::not_a_member);
    EXPECT_EQ(verdict_on_leaf(LeafIndex{0}), ErrorCode{});
}

TEST_F(FramingChecks, an_opened_leafs_way_to_the_root_is_deleted) {
    const auto nodes_held = [&] {
        const auto saved = secrets_of(group(1)).message_keys.save();
        return saved.with_bytes(SecretAccess{"test"}, [](ByteView bytes) {
            // In the order of SecretTree::save.
            Reader reader{bytes};
            static_cast<void>(reader.u32());
            const std::uint32_t count = *reader.u32();
            std::vector<std::uint32_t> nodes;
            for (std::uint32_t i = 0; i < count; ++i) {
                nodes.push_back(*reader.u32());
                static_cast<void>(reader.vector());
            }
            return nodes;
        });
    };
    EXPECT_EQ(nodes_held(), std::vector<std::uint32_t>{3}) << "the root";
    EXPECT_EQ(verdict(say(0, "text")), ErrorCode{});
    // What is left leads to member 1, and to members 2 and 3.
    EXPECT_EQ(nodes_held(), (std::vector<std::uint32_t>{2, 5}));
}

}  // namespace serai::tests::mls
