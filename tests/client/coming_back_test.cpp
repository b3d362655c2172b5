// A client that cannot follow its channel says so and comes back; one that holds no more than a stolen key does not get in; and a
// state that was put back from a copy never uses a key again.
#include "client/audit/openings.hpp"
#include "client/channel/catch_up.hpp"
#include "client/channel/rejoining.hpp"
#include "client/channel/roster.hpp"
#include "client/channel/store.hpp"
#include "crypto/mls/wire/message.hpp"
#include "tests/client/command_line.hpp"
#include "tests/client/member.hpp"
#include "tests/client/rogue.hpp"
#include "tests/support/network/channel_member.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace serai::tests {
namespace {

namespace channel = client::channel;
namespace message = protocol::message;
namespace mls = crypto::mls;
using protocol::codec::decode_exact;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

class ComingBack : public testing::Test {
  protected:
    ComingBack()
        : server(network.start_server()),
          kz(network, server.port(), "KZ"),
          kg(network, server.port(), "KG"),
          uz(network, server.port(), "UZ") {
        group = kz.found();
        kz.invite(group, kg);
        kz.invite(group, uz);
        kg.join();
        uz.join();
        must_catch_up(kz);
    }

    void must_catch_up(Member& member) {
        const auto done = member.catch_up(group);
        ASSERT_TRUE(done) << done.error().message() << ": " << member.diagnostics().explanation();
    }

    channel::OpenChannel open(Member& member) {
        auto channel = channel::load_channel(member.client().vault(), group);
        EXPECT_TRUE(channel);
        return std::move(*channel);
    }

    TestDevice device_of(Member& member, std::string_view party) {
        const auto& device = member.client().device();
        return {*protocol::network::PartyCode::parse(party),
                device.id,
                device.keys.clone("somebody got hold of this device's key"),
                device.chain};
    }

    // Somebody with the key of a device, who knows besides what `witness` can see of the channel without keys.
    ChannelMember thief_of(Member& victim, std::string_view party, Member& witness) {
        const auto seen = open(witness);
        ChannelMember thief{network, device_of(victim, party)};
        thief.pretend(group, seen.group->view(), *seen.state.cursor);
        return thief;
    }

    Member registrar_of(std::string_view party) {
        return {network, server.port(), party, "registrar/person-9/desk"};
    }

    void revoke(Member& member, std::string_view party) {
        const Bytes crl = network.crl(std::string{party}, {member.client().device().chain.front()});
        Member registrar = registrar_of(party);
        ASSERT_TRUE(registrar.context().session.call(message::PublishCrl{crl}));
    }

    void restore(Member& lost, std::string_view party) {
        Member registrar = registrar_of(party);
        ASSERT_TRUE(channel::restore(registrar.context(), group, lost.client().device().id))
            << registrar.diagnostics().explanation();
    }

    // A commit that all public rules allow and nobody can follow: its confirmation tag is wrong.
    void burn_an_epoch(Member& member) {
        auto own = open(member);
        const auto& keys = member.client().device().keys.private_key;
        message::ChannelAad aad;
        aad.message_id = MessageId{crypto::system_random().array<16>()};
        aad.head = *own.state.cursor;
        mls::CommitOptions options;
        options.authenticated_data = protocol::codec::encode(aad);
        options.published_info.with_external_pub = true;
        options.published_info.extensions.set(
            {mls::ExtensionType{protocol::network::kChainHeadExtension},
             protocol::codec::encode(aad.head)});
        const BelievingValidator anybody;
        auto pending = own.group->commit(member.client().device().leaf_identity(0x0003),
                                         keys,
                                         options,
                                         {anybody, now_seconds()});
        ASSERT_TRUE(pending);
        auto& commit = std::get<mls::PublicMessage>(pending->commit.value);
        commit.auth.confirmation_tag[0] ^= 1;
        pending->group_info.confirmation_tag = commit.auth.confirmation_tag;
        pending->group_info.signature =
            own.group->suite().sign(keys, "GroupInfoTBS", pending->group_info.to_be_signed());
        message::Commit request;
        request.group = group;
        request.epoch = Epoch{own.group->epoch()};
        request.commit = protocol::codec::encode(pending->commit);
        request.group_info = protocol::codec::encode(mls::MlsMessage{pending->group_info});
        const auto ordered = member.context().session.call(request);
        ASSERT_TRUE(ordered) << ordered.error().message();
    }

    std::size_t reports(Member& member) {
        const auto entries =
            client::audit::query_openings(member.context(), client::audit::channel_scope(group));
        EXPECT_TRUE(entries) << member.diagnostics().explanation();
        return entries ? static_cast<std::size_t>(std::ranges::count(
                             *entries, "report", &client::audit::VerifiedEntry::type))
                       : 0;
    }

    TestNetwork network;
    ServerProcess server;
    Member kz;
    Member kg;
    Member uz;
    GroupId group;
};

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

// ---- returns that no honest server orders ----

class KnownPsk final : public mls::PskSource {
  public:
    explicit KnownPsk(const mls::Group& group) : group_(&group) {}

    [[nodiscard]] mls::ExternalPsk find(const mls::PreSharedKeyId& id) const override {
        return group_->resumption_psk(std::get<mls::ResumptionPskId>(id.key).epoch);
    }

  private:
    const mls::Group* group_;
};

struct RogueReturn : ComingBack {
    // What KG says to a return in KZ's place that nobody else sees.
    ErrorCode take(const ReturnOptions& options) {
        ChannelMember thief = thief_of(kz, "KZ", kg);
        auto connection = thief.connect(server.port());
        const auto commit = connection ? thief.make_return(*connection, options)
                                       : Result<message::Commit>{connection.error()};
        if (!commit) {
            ADD_FAILURE() << commit.error().message();
            return {};
        }
        message::ChannelRecord record;
        record.type = message::RecordType::commit;
        record.time = now_millis();
        record.mls_message = commit->commit;
        record.acts = options.acts;
        const auto taken =
            channel::take_records(kg.context(), group, {forged_entry(kg, group, record)});
        return taken ? ErrorCode{} : taken.error();
    }

    [[nodiscard]] std::string explanation() { return kg.diagnostics().explanation(); }
};

TEST_F(RogueReturn, by_a_psk_that_somebody_who_was_removed_has_is_refused) {
    must_catch_up(kz);
    const auto before = open(kz);
    const KnownPsk known{*before.group};
    ReturnOptions options;
    options.psks = &known;
    options.psk_epoch = before.group->epoch();
    ASSERT_TRUE(channel::expel(kz.context(), group, uz.person()));
    must_catch_up(kg);

    EXPECT_EQ(take(options), client::ClientError::server_lied);
    EXPECT_THAT(explanation(), testing::HasSubstr("without showing that it was there"));
}

TEST_F(RogueReturn, with_neither_psk_nor_restoration_is_refused) {
    must_catch_up(kg);
    ReturnOptions options;
    options.with_psk = false;

    EXPECT_EQ(take(options), client::ClientError::server_lied);
    EXPECT_THAT(explanation(), testing::HasSubstr("without showing that it was there"));
}

TEST_F(RogueReturn, by_the_restoration_of_another_device_is_refused) {
    must_catch_up(kg);
    Member registrar = registrar_of("UZ");
    const auto restoration =
        registrar.context().session.call(message::Restore{registrar.context().sign(
            protocol::network::RestoreStatement{group, uz.client().device().id})});
    ASSERT_TRUE(restoration);
    ReturnOptions options;
    options.with_psk = false;
    options.acts = {*restoration};

    EXPECT_EQ(take(options), client::ClientError::server_lied);
    EXPECT_THAT(explanation(), testing::HasSubstr("not its own"));
}

TEST_F(RogueReturn, by_a_restoration_that_was_used_before_is_refused) {
    must_catch_up(kg);
    Member registrar = registrar_of("KZ");
    const auto restoration =
        registrar.context().session.call(message::Restore{registrar.context().sign(
            protocol::network::RestoreStatement{group, kz.client().device().id})});
    ASSERT_TRUE(restoration);
    ReturnOptions options;
    options.with_psk = false;
    options.acts = {*restoration};
    auto used = open(kg);
    used.state.used_acts.push_back(restoration->receipt.leaf.entry_id);
    auto batch = kg.client().vault().batch();
    channel::save_channel(batch, used, false);
    ASSERT_TRUE(kg.client().vault().commit(std::move(batch)));

    EXPECT_EQ(take(options), client::ClientError::server_lied);
    EXPECT_THAT(explanation(), testing::HasSubstr("second time"));
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

// ---- a state from an old copy ----

struct Restored : ComingBack {
    // KZ's home with a program of its own, so that the vault can be copied while nobody has it open.
    Restored() : tj_device(network.device("TJ")), home(network.directory() / "homes/TJ-restored") {
        make_home(network, tj_device, server.port(), home);
        tj.must({"join"});
        const auto invited = channel::invite(kz.context(), group, tj_device.id.person);
        EXPECT_TRUE(invited) << kz.diagnostics().explanation();
        tj.must({"join"});
        must_catch_up(kg);
    }

    void copy_vault(const std::string& from, const std::string& to) {
        std::filesystem::remove_all(home / to);
        std::filesystem::copy(home / from, home / to, std::filesystem::copy_options::recursive);
    }

    // Epochs of this device's messages, by the log as KG sees it.
    std::vector<std::uint64_t> sealed_epochs() {
        std::vector<std::uint64_t> epochs;
        auto page =
            kg.context().session.call(message::FetchRecords{group, open(kg).state.first, 1000});
        EXPECT_TRUE(page);
        for (const auto& entry : page->entries) {
            const auto record = decode_exact<message::ChannelRecord>(entry.record);
            const auto decoded = decode_exact<mls::MlsMessage>(record->mls_message);
            if (const auto* sealed = decoded->get<mls::PrivateMessage>()) {
                epochs.push_back(sealed->epoch);
            }
        }
        return epochs;
    }

    TestDevice tj_device;
    std::filesystem::path home;
    CommandLine tj{home};
};

TEST_F(Restored, it_notices_comes_back_and_never_writes_in_the_old_epoch_again) {
    copy_vault("vault", "copy");
    tj.must({"send", "Test", "one"});
    tj.must({"send", "Test", "two"});
    copy_vault("copy", "vault");
    const auto before = sealed_epochs();

    tj.must({"send", "Test", "three"});

    const auto after = sealed_epochs();
    ASSERT_EQ(after.size(), before.size() + 1);
    EXPECT_GT(after.back(), before.back());
    must_catch_up(kg);
    EXPECT_THAT(kg.heard(group), ElementsAre("one", "two", "three"));
    kg.say(group, "heard");
    EXPECT_EQ(count_of(tj.must({"read", "Test"}), "heard"), 1U);
    EXPECT_EQ(reports(kg), 1U);
}

TEST_F(Restored, it_notices_a_commit_of_its_own_that_it_knows_nothing_of) {
    copy_vault("vault", "copy");
    tj.must({"send", "Test", "one"});
    copy_vault("copy", "vault");
    tj.must({"read", "Test"});
    copy_vault("copy", "vault");

    tj.must({"send", "Test", "two"});

    must_catch_up(kg);
    EXPECT_THAT(kg.heard(group), ElementsAre("one", "two"));
    EXPECT_EQ(reports(kg), 2U);
}

TEST_F(Restored, a_copy_that_nobody_went_on_from_is_as_good_as_the_original) {
    copy_vault("vault", "copy");
    kg.say(group, "while TJ was away");
    copy_vault("copy", "vault");

    EXPECT_EQ(count_of(tj.must({"read", "Test"}), "while TJ was away"), 1U);
    tj.must({"send", "Test", "back"});
    must_catch_up(kg);
    EXPECT_THAT(kg.heard(group), Contains("back"));
    EXPECT_EQ(reports(kg), 0U);
}

TEST_F(Restored, wherever_the_return_is_interrupted_it_is_finished) {
    for (const std::string point :
         {"client.report.saved", "client.rejoin.saved", "client.rejoin.answered"}) {
        copy_vault("vault", "copy");
        tj.must({"send", "Test", "lost at " + point});
        copy_vault("copy", "vault");

        constexpr int kKilled = 137;
        EXPECT_EQ(tj.run({"read", "Test"}, point).exit_code, kKilled) << point;

        tj.must({"send", "Test", "found after " + point});
        must_catch_up(kg);
        EXPECT_THAT(kg.heard(group), Contains("found after " + point));
    }
}

TEST_F(Restored, wherever_the_return_by_an_officials_act_is_interrupted_it_is_finished) {
    Member registrar = registrar_of("TJ");
    const std::vector<std::string> come_back{
        "return", "Test", "--with", kz.client().device().id.to_string()};
    for (const std::string point : {"client.rejoin.saved", "client.rejoin.answered"}) {
        copy_vault("vault", "copy");
        tj.must({"send", "Test", "lost at " + point});
        copy_vault("copy", "vault");
        // Whoever comes or goes leaves TJ without an epoch that all remember.
        if (point == "client.rejoin.saved") {
            ASSERT_TRUE(channel::expel(kz.context(), group, uz.person()));
        } else {
            kz.invite(group, uz);
        }
        constexpr int kDamaged = 9;
        EXPECT_EQ(tj.run({"read", "Test"}).exit_code, kDamaged) << point;
        ASSERT_TRUE(channel::restore(registrar.context(), group, tj_device.id));

        constexpr int kKilled = 137;
        EXPECT_EQ(tj.run(come_back, point).exit_code, kKilled) << point;
        tj.must(come_back);

        tj.must({"send", "Test", "found after " + point});
        must_catch_up(kg);
        EXPECT_THAT(kg.heard(group), Contains("found after " + point));
    }
}

}  // namespace
}  // namespace serai::tests
