// A client that cannot follow its channel says so and comes back; one that holds no more than a stolen key does not get in.
#include "tests/client/coming_back.hpp"

#include "client/channel/catch_up.hpp"

#include <gmock/gmock.h>

namespace serai::tests {
namespace {

namespace channel = client::channel;
namespace message = protocol::message;
namespace mls = crypto::mls;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

TEST_F(ComingBack, after_a_bad_commit_members_report_it_and_talk_again) {
    kz.say(group, "before");
    must_catch_up(kg);
    burn_an_epoch(kg);

    must_catch_up(kz);
    must_catch_up(uz);
    must_catch_up(kz);
    kz.say(group, "after");
    must_catch_up(uz);
    uz.say(group, "indeed");
    must_catch_up(kz);

    EXPECT_THAT(kz.heard(group), ElementsAre("before", "after", "indeed"));
    EXPECT_THAT(uz.heard(group), ElementsAre("before", "after", "indeed"));
    EXPECT_EQ(reports(kz), 2U);
    EXPECT_EQ(open(kz).state.standing, channel::Standing::member);
}

TEST_F(ComingBack, a_lost_channel_cannot_be_written_into_before_the_return) {
    burn_an_epoch(kg);

    ASSERT_TRUE(channel::read_log(kz.context(), group));

    const auto lost = open(kz);
    EXPECT_EQ(lost.state.standing, channel::Standing::lost);
    EXPECT_FALSE(lost.group);
    ASSERT_TRUE(lost.lost);
    EXPECT_EQ(lost.lost->view->epoch(), lost.lost->last.epoch() + 1);
    must_catch_up(kz);
    const auto back = open(kz);
    ASSERT_TRUE(back.group);
    EXPECT_EQ(back.group->epoch(), lost.lost->view->epoch() + 1);
}

TEST_F(ComingBack, a_lost_member_goes_on_judging_what_is_public) {
    burn_an_epoch(kg);
    ASSERT_TRUE(channel::read_log(kz.context(), group));
    must_catch_up(uz);
    uz.say(group, "kz cannot read this");

    ASSERT_TRUE(channel::read_log(kz.context(), group)) << kz.diagnostics().explanation();
    must_catch_up(kz);
    must_catch_up(uz);
    uz.say(group, "but this");
    must_catch_up(kz);

    EXPECT_THAT(kz.heard(group), ElementsAre("but this"));
}

TEST_F(ComingBack, a_member_that_was_revoked_meanwhile_keeps_nobody_out) {
    burn_an_epoch(kg);
    revoke(uz, "UZ");

    must_catch_up(kz);
    kz.say(group, "without UZ");

    const auto after = open(kz);
    ASSERT_TRUE(after.group);
    EXPECT_EQ(after.group->view()->tree().member_count(), 2U);
    // Whatever UZ knew is of no use any more, not to KG either.
    EXPECT_EQ(kg.catch_up(group).error(), client::ClientError::wedged);
    restore(kg, "KG");
    const std::vector trusted{kz.client().device().id};
    ASSERT_TRUE(channel::come_back(kg.context(), group, {}, trusted))
        << kg.diagnostics().explanation();
    kg.say(group, "here again");
    must_catch_up(kz);
    EXPECT_THAT(kz.heard(group), ElementsAre("without UZ", "here again"));
}

// ---- a stolen signature key ----

class GuessedPsk final : public mls::PskSource {
  public:
    [[nodiscard]] mls::ExternalPsk find(const mls::PreSharedKeyId&) const override {
        return mls::ExternalPsk::random(32);
    }
};

TEST_F(ComingBack, who_holds_only_a_stolen_signature_key_does_not_get_in) {
    must_catch_up(kg);
    ChannelMember thief = thief_of(kg, "KG", kg);
    auto connection = thief.connect(server.port());
    ASSERT_TRUE(connection);
    ReturnOptions without;
    without.with_psk = false;
    const auto bare = thief.make_return(*connection, without);
    ASSERT_TRUE(bare);
    EXPECT_EQ(connection->call(*bare).error(), make_error_code(WireError::invalid_commit));
    const GuessedPsk guess;
    ReturnOptions guessing;
    guessing.psks = &guess;
    const auto commit = thief.make_return(*connection, guessing);
    ASSERT_TRUE(commit);
    // The server cannot know that the secret is a guess.
    const auto ordered = connection->call(*commit);
    ASSERT_TRUE(ordered) << ordered.error().message();
    thief.confirm(ordered->head);

    must_catch_up(kz);
    must_catch_up(kg);
    must_catch_up(uz);
    must_catch_up(kz);
    kz.say(group, "among ourselves");
    must_catch_up(kg);
    must_catch_up(uz);

    EXPECT_THAT(kg.heard(group), ElementsAre("among ourselves"));
    EXPECT_THAT(uz.heard(group), ElementsAre("among ourselves"));
    EXPECT_FALSE(thief.catch_up(*connection));
    EXPECT_EQ(thief.group().epoch(), commit->epoch.value() + 1)
        << "it followed nobody out of there";
}

// However many epochs a thief burns, the officials of each party let their own people back in.
TEST_F(ComingBack, no_thief_of_a_key_keeps_the_others_out_for_good) {
    must_catch_up(kg);
    ChannelMember thief = thief_of(kg, "KG", kg);
    auto connection = thief.connect(server.port());
    ASSERT_TRUE(connection);
    const GuessedPsk guess;
    ReturnOptions guessing;
    guessing.psks = &guess;
    guessing.psk_epoch = open(kg).group->epoch();
    for (std::uint64_t i = 0; i <= limits::kResumptionEpochs; ++i) {
        const auto commit = thief.make_return(*connection, guessing);
        ASSERT_TRUE(commit);
        const auto ordered = connection->call(*commit);
        ASSERT_TRUE(ordered) << ordered.error().message();
        thief.confirm(ordered->head);
    }
    ASSERT_EQ(kz.catch_up(group).error(), client::ClientError::wedged);
    ASSERT_EQ(uz.catch_up(group).error(), client::ClientError::wedged);

    revoke(kg, "KG");
    for (Member* lost : {&kz, &uz}) {
        restore(*lost, lost == &kz ? "KZ" : "UZ");
        must_catch_up(*lost);
    }
    kz.say(group, "without the thief");
    must_catch_up(uz);

    EXPECT_THAT(uz.heard(group), ElementsAre("without the thief"));
    EXPECT_EQ(open(uz).group->view()->tree().member_count(), 2U);
    EXPECT_FALSE(thief.catch_up(*connection));
}

// A restoration brings a member into the channel as it stands; if a thief made that, its key has to be revoked first.
TEST_F(ComingBack, a_restoration_does_not_lead_into_an_epoch_of_a_thiefs_making) {
    must_catch_up(kg);
    ChannelMember thief = thief_of(kg, "KG", kg);
    auto connection = thief.connect(server.port());
    const GuessedPsk guess;
    ReturnOptions guessing;
    guessing.psks = &guess;
    guessing.psk_epoch = open(kg).group->epoch();
    const auto commit = thief.make_return(*connection, guessing);
    ASSERT_TRUE(commit);
    ASSERT_TRUE(connection->call(*commit));
    ASSERT_TRUE(channel::read_log(kz.context(), group));
    restore(kz, "KZ");
    const std::string stolen = kg.client().device().id.to_string();
    auto lost = open(kz);
    ASSERT_THAT(lost.state.unvouched, ElementsAre(stolen));
    // The server offers no epoch, be it so or a lie.
    ASSERT_TRUE(kz.reconnect(lie_about<message::FetchGroupInfo>(
        [](message::PublishedGroup& published) { published.psk_epochs.clear(); })));

    EXPECT_EQ(kz.catch_up(group).error(), client::ClientError::wedged);
    EXPECT_THAT(kz.diagnostics().explanation(), testing::HasSubstr(stolen));

    revoke(kg, "KG");
    ASSERT_TRUE(kz.catch_up(group)) << kz.diagnostics().explanation();
    kz.say(group, "without the thief");
    EXPECT_EQ(open(kz).group->view()->tree().member_count(), 2U);
}

// An honest member was let back in, and then somebody uses its key: what came before does not vouch for that.
TEST_F(ComingBack, a_restoration_vouches_for_one_return_and_for_no_later_commit) {
    must_catch_up(kg);
    ChannelMember thief = thief_of(kg, "KG", kg);
    auto connection = thief.connect(server.port());
    const GuessedPsk guess;
    ReturnOptions guessing;
    guessing.psks = &guess;
    const auto stolen = thief.make_return(*connection, guessing);
    ASSERT_TRUE(stolen);
    ASSERT_TRUE(connection->call(*stolen));
    ASSERT_TRUE(channel::read_log(kz.context(), group));
    ASSERT_THAT(open(kz).state.unvouched, ElementsAre(kg.client().device().id.to_string()));
    ASSERT_TRUE(channel::read_log(kg.context(), group));
    restore(kg, "KG");
    ASSERT_TRUE(kg.reconnect(lie_about<message::FetchGroupInfo>(
        [](message::PublishedGroup& published) { published.psk_epochs.clear(); })));
    must_catch_up(kg);
    ASSERT_TRUE(channel::read_log(kz.context(), group));
    EXPECT_THAT(open(kz).state.unvouched, testing::IsEmpty());

    burn_an_epoch(kg);
    ASSERT_TRUE(channel::read_log(kz.context(), group));

    EXPECT_THAT(open(kz).state.unvouched, ElementsAre(kg.client().device().id.to_string()));
}

TEST_F(ComingBack, a_return_that_is_acknowledged_and_not_in_the_channel_accuses_the_server) {
    burn_an_epoch(kg);
    ASSERT_TRUE(kz.reconnect(lie_about<message::Commit>(
        [](message::RecordReceipt& receipt) { receipt.head.h[0] ^= 1; })));

    EXPECT_EQ(kz.catch_up(group).error(), client::ClientError::server_lied);
    EXPECT_TRUE(kz.diagnostics().evidence());
    kz.reconnect();
    must_catch_up(kz);
}

}  // namespace
}  // namespace serai::tests
