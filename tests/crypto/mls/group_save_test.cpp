// Saved states: complete, versioned, and refused when damaged.
#include "tests/crypto/mls/support/small_group.hpp"

namespace serai::tests::mls {

namespace {

using MlsSaving = SmallGroup;

}  // namespace

TEST_F(MlsSaving, a_loaded_group_saves_to_the_same_bytes) {
    start(3);
    static_cast<void>(say(0, "x"));
    static_cast<void>(say(0, "y"));
    ASSERT_TRUE(group(1).unprotect(say(0, "z")));
    ASSERT_TRUE(group(1).propose_update(at(1).identity(), at(1).signer(), {}, policy_));
    const auto saved = group(1).save();

    const auto loaded = Group::load(saved.public_state, saved.secret_state);

    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->save_public(), saved.public_state);
    EXPECT_TRUE(ct_equal(loaded->save_secret(), saved.secret_state));
}

TEST_F(MlsSaving, what_a_group_keeps_survives_too) {
    start(3);
    group(1).keep_resumption_psks(2);
    group(1).send_handshakes_as(HandshakeFormat::private_message);
    ASSERT_TRUE(commit_by(0, {}));
    ASSERT_TRUE(commit_by(0, {}));
    CommitOptions options;
    options.reinit = ReInit{
        {1, 2, 3}, ProtocolVersion::mls10, test_suite().id(), Extensions{{{kTestExtension, {4}}}}};
    ASSERT_TRUE(commit_by(0, options));
    const auto saved = group(1).save();

    const auto loaded = Group::load(saved.public_state, saved.secret_state);

    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->reinit(), options.reinit);
    EXPECT_TRUE(loaded->resumption_psk(1).empty()) << "two of the past, and no more";
    for (std::uint64_t epoch = 2; epoch <= 4; ++epoch) {
        EXPECT_TRUE(ct_equal(loaded->resumption_psk(epoch), group(1).resumption_psk(epoch)));
        EXPECT_FALSE(loaded->resumption_psk(epoch).empty());
    }
    EXPECT_TRUE(ct_equal(loaded->save_secret(), saved.secret_state));
}

TEST_F(MlsSaving, the_public_part_does_not_change_with_messages) {
    start(2);
    const auto before = group(0).save_public();
    const auto secret = group(0).save_secret();
    static_cast<void>(say(0, "x"));
    EXPECT_EQ(group(0).save_public(), before);
    EXPECT_FALSE(ct_equal(group(0).save_secret(), secret));
}

TEST_F(MlsSaving, parts_of_two_epochs_do_not_go_together) {
    start(2);
    const auto before = group(0).save();
    ASSERT_TRUE(commit_by(1, {}));
    const auto after = group(0).save();
    EXPECT_EQ(Group::load(before.public_state, after.secret_state).error(),
              MlsError::corrupt_state);
    EXPECT_EQ(Group::load(after.public_state, before.secret_state).error(),
              MlsError::corrupt_state);
}

TEST_F(MlsSaving, a_cut_or_prolonged_state_is_refused) {
    start(2);
    const auto saved = group(0).save();
    saved.secret_state.with_bytes(SecretAccess{"test"}, [&](ByteView bytes) {
        for (std::size_t n = 0; n < bytes.size(); ++n) {
            EXPECT_EQ(
                Group::load(saved.public_state, SecretView::of_public(bytes.first(n))).error(),
                MlsError::corrupt_state);
        }
        Bytes longer = to_bytes(bytes);
        longer.push_back(0);
        EXPECT_FALSE(Group::load(saved.public_state, SecretView::of_public(longer)));
        Bytes other_version = to_bytes(bytes);
        other_version[0] ^= 1;
        EXPECT_FALSE(Group::load(saved.public_state, SecretView::of_public(other_version)));
    });
    const ByteView whole{saved.public_state};
    for (std::size_t n = 0; n < whole.size(); ++n) {
        EXPECT_FALSE(Group::load(whole.first(n), saved.secret_state));
    }
}

TEST_F(MlsSaving, a_damaged_public_group_is_refused) {
    start(3);
    const Bytes saved = server_->save();
    auto nodes = server_->tree().to_nodes();
    ASSERT_TRUE(PublicGroup::load(saved, nodes));

    std::swap(nodes.nodes[0], nodes.nodes[2]);
    EXPECT_EQ(PublicGroup::load(saved, nodes).error(), MlsError::corrupt_state);
    std::swap(nodes.nodes[0], nodes.nodes[2]);
    nodes.nodes.pop_back();
    EXPECT_EQ(PublicGroup::load(saved, nodes).error(), MlsError::corrupt_state);
}

}  // namespace serai::tests::mls
