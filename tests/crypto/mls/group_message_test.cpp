// Application messages.
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

using MlsMessages = SmallGroup;

std::string text_of(const Result<ApplicationMessage>& message) {
    return message ? std::string{as_text(message->plaintext)} : message.error().message();
}

}  // namespace

TEST_F(MlsMessages, everyone_but_the_sender_reads_a_message) {
    start(3);
    const auto message = say(1, "case material");

    EXPECT_EQ(text_of(group(0).unprotect(message)), "case material");
    const auto opened = group(2).unprotect(message);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->sender, LeafIndex{1});
    EXPECT_EQ(as_text(opened->authenticated_data), "aad");
    EXPECT_EQ(group(1).unprotect(message).error(), MlsError::own_message);
}

TEST_F(MlsMessages, a_tampered_ciphertext_does_not_burn_the_genuine_one) {
    start(2);
    const auto genuine = say(0, "genuine");
    // Beyond the sample from which the sender data key comes, so the header still opens and the right message key is tried.
    auto forged = genuine;
    forged.ciphertext.back() ^= 1;
    auto wrong_aad = genuine;
    wrong_aad.authenticated_data.push_back(0);

    EXPECT_EQ(group(1).unprotect(forged).error(), CryptoError::verification_failed);
    EXPECT_EQ(group(1).unprotect(wrong_aad).error(), CryptoError::verification_failed);
    at(1).restart();
    EXPECT_EQ(text_of(group(1).unprotect(genuine)), "genuine");
    EXPECT_EQ(group(1).unprotect(genuine).error(), MlsError::key_consumed);
}

// By what another copy of a member's state wrote, the member learns that there is one; by what only says so, nothing.
TEST_F(MlsMessages, a_message_is_a_members_own_only_if_its_key_signed_it) {
    start(2);
    const auto saved = group(0).save();
    auto copy = Group::load(saved.public_state, saved.secret_state);
    ASSERT_TRUE(copy);
    const auto own = copy->protect(at(0).signer(), as_bytes("aad"), as_bytes("from the copy"));
    ASSERT_TRUE(own);
    auto forged = *own;
    forged.ciphertext.back() ^= 1;
    auto wrong_aad = *own;
    wrong_aad.authenticated_data.push_back(0);

    EXPECT_EQ(group(0).unprotect(forged).error(), CryptoError::verification_failed);
    EXPECT_EQ(group(0).unprotect(wrong_aad).error(), CryptoError::verification_failed);
    EXPECT_EQ(group(0).unprotect(*own).error(), MlsError::own_message);
    EXPECT_EQ(text_of(group(1).unprotect(say(0, "genuine"))), "genuine");
}

TEST_F(MlsMessages, every_tampered_byte_is_noticed_and_costs_nothing) {
    start(2);
    const auto genuine = say(0, "genuine");
    const Bytes encoded = protocol::codec::encode(MlsMessage{genuine});

    for (std::size_t i = 0; i < encoded.size(); ++i) {
        Bytes tampered = encoded;
        tampered[i] ^= 0x10;
        const auto decoded = protocol::codec::decode_exact<MlsMessage>(tampered);
        if (decoded && decoded->get<PrivateMessage>() != nullptr) {
            EXPECT_FALSE(group(1).unprotect(*decoded->get<PrivateMessage>())) << "byte " << i;
        }
    }

    EXPECT_EQ(text_of(group(1).unprotect(genuine)), "genuine");
}

TEST_F(MlsMessages, a_signature_by_another_member_does_not_pass) {
    start(3);
    // Member 0 encrypts correctly, but the content is signed with member 2's key.
    const auto message = *group(0).protect(at(2).signer(), {}, as_bytes("in 0's name"), 0, random_);
    EXPECT_EQ(group(1).unprotect(message).error(), CryptoError::verification_failed);
}

TEST_F(MlsMessages, messages_may_come_in_any_order) {
    start(2);
    std::vector<PrivateMessage> messages;
    for (int i = 0; i < 5; ++i) {
        messages.push_back(say(0, std::to_string(i)));
    }

    for (const std::size_t i : {4U, 0U, 3U, 1U, 2U}) {
        EXPECT_EQ(text_of(group(1).unprotect(messages[i])), std::to_string(i));
        at(1).restart();
        EXPECT_EQ(group(1).unprotect(messages[i]).error(), MlsError::key_consumed);
    }
}

TEST_F(MlsMessages, the_ratchet_is_not_driven_arbitrarily_far) {
    start(2);
    const auto first = say(0, "first");
    for (std::uint32_t i = 0; i < HashRatchet::kMaxForward; ++i) {
        static_cast<void>(say(0, ""));
    }
    const auto far = say(0, "far");

    EXPECT_EQ(group(1).unprotect(far).error(), MlsError::too_far_ahead);
    EXPECT_EQ(text_of(group(1).unprotect(first)), "first");
    EXPECT_EQ(text_of(group(1).unprotect(far)), "far");
}

TEST_F(MlsMessages, another_epoch_or_group_is_refused_as_such) {
    start(2);
    const auto old = say(0, "old");
    auto elsewhere = say(0, "elsewhere");
    elsewhere.group_id.back() ^= 1;
    EXPECT_EQ(group(1).unprotect(elsewhere).error(), MlsError::wrong_group);

    ASSERT_TRUE(commit_by(0, {}));
    EXPECT_EQ(group(1).unprotect(old).error(), MlsError::wrong_epoch);
    EXPECT_EQ(text_of(group(1).unprotect(say(0, "new"))), "new");
}

TEST_F(MlsMessages, padding_hides_the_length) {
    start(2);
    const auto size_of = [&](std::string_view text) {
        return group(0)
            .protect(at(0).signer(), {}, as_bytes(text), 512, random_)
            ->ciphertext.size();
    };
    EXPECT_EQ(size_of(""), size_of("a longer text than nothing"));
    EXPECT_EQ(size_of(""), 512 + kAeadTagSize);
}

TEST_F(MlsMessages, a_proposal_is_not_taken_for_a_message) {
    start(2);
    auto message = say(0, "text");
    message.content_type = ContentType::proposal;
    EXPECT_EQ(group(1).unprotect(message).error(), MlsError::wrong_content);
    EXPECT_FALSE(group(1).receive_proposal(MlsMessage{message}, policy_));
}

TEST_F(MlsMessages,
       exported_secrets_are_equal_among_members_and_differ_by_label_context_and_epoch) {
    start(2);
    const auto exported = [&](std::size_t i, std::string_view label, std::string_view context) {
        return group(i).export_secret(label, as_bytes(context), 32);
    };
    EXPECT_TRUE(ct_equal(exported(0, "x", "y"), exported(1, "x", "y")));
    EXPECT_FALSE(ct_equal(exported(0, "x", "y"), exported(0, "z", "y")));
    EXPECT_FALSE(ct_equal(exported(0, "x", "y"), exported(0, "x", "z")));
    const auto before = exported(0, "x", "y");
    ASSERT_TRUE(commit_by(1, {}));
    EXPECT_FALSE(ct_equal(before, exported(0, "x", "y")));
}

}  // namespace serai::tests::mls
