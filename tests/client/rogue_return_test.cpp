// Returns that no honest server orders: what the other members make of them.
#include "client/channel/catch_up.hpp"
#include "tests/client/coming_back.hpp"

#include <gmock/gmock.h>

namespace serai::tests {
namespace {

namespace channel = client::channel;
namespace message = protocol::message;
namespace mls = crypto::mls;

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

}  // namespace
}  // namespace serai::tests
