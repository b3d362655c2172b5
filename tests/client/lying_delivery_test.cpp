// What a server, alone or in league with a member, could order besides plain commits and messages: proposals of its own, commits that
// do more than change the roster, returns that are none.
#include "client/channel/catch_up.hpp"
#include "client/channel/judge.hpp"
#include "client/channel/roster.hpp"
#include "crypto/act/channel_group.hpp"
#include "crypto/mls/group/message_protection.hpp"
#include "server/config.hpp"
#include "server/keys.hpp"
#include "tests/client/rogue.hpp"
#include "tests/client/two_members.hpp"
#include "tests/support/network/channel_member.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace channel = client::channel;
namespace message = protocol::message;
namespace mls = crypto::mls;
using protocol::codec::encode;

class LyingDelivery : public TwoMembers {
  protected:
    void SetUp() override {
        set_scene();
        ASSERT_TRUE(kg->catch_up(group));
    }

    // KG gets this as the next record.
    ErrorCode take(const message::ChannelRecord& record) {
        const auto taken =
            channel::take_records(kg->context(), group, {forged_entry(*kg, group, record)});
        return taken ? ErrorCode{} : taken.error();
    }

    [[nodiscard]] channel::OpenChannel open() {
        return std::move(*channel::load_channel(kg->client().vault(), group));
    }

    [[nodiscard]] mls::LeafIndex leaf_of(Member& member) {
        mls::LeafIndex found;
        open().view().tree().for_each_member([&](mls::LeafIndex index, const mls::LeafNode& leaf) {
            found =
                channel::device_of(leaf) == member.client().device().id.to_string() ? index : found;
        });
        return found;
    }

    [[nodiscard]] static message::ChannelRecord record_of(message::RecordType type,
                                                          const mls::MlsMessage& message) {
        message::ChannelRecord record;
        record.type = type;
        record.time = now_millis();
        record.mls_message = encode(message);
        return record;
    }

    [[nodiscard]] Bytes aad() {
        message::ChannelAad aad;
        aad.message_id = MessageId{crypto::system_random().array<16>()};
        aad.head = *open().state.cursor;
        return encode(aad);
    }

    [[nodiscard]] crypto::SignatureKeyPair log_key() const {
        return server::load_keys(server::load_config(network.config_file()).keys).log_key;
    }

    // As the external sender, signed by whomever.
    [[nodiscard]] message::ChannelRecord proposal(mls::Proposal what,
                                                  const crypto::SignatureKeyPair& key) {
        const auto group_now = open();
        const auto& view = group_now.view();
        mls::FramedContent content{view.group_id(),
                                   view.epoch(),
                                   {mls::SenderType::external, crypto::act::kServerSender},
                                   aad(),
                                   std::move(what)};
        auto signed_content = mls::sign_content(
            view.suite(), key.private_key, mls::WireFormat::public_message, std::move(content), {});
        return record_of(
            message::RecordType::proposal,
            mls::MlsMessage{mls::PublicMessage{
                std::move(signed_content.content), std::move(signed_content.auth), {}}});
    }
};

// ---- messages ----

TEST_F(LyingDelivery, cannot_put_a_member_out_of_step_by_its_own_words_under_another_id) {
    kg->say(group, "mine");
    const auto page =
        kg->context().session.call(message::FetchRecords{group, open().state.cursor->n, 1});
    ASSERT_TRUE(page);
    auto record =
        protocol::codec::decode_exact<message::ChannelRecord>(page->entries.front().record);
    ASSERT_TRUE(record);
    const auto sent = protocol::codec::decode_exact<mls::MlsMessage>(record->mls_message);
    ASSERT_TRUE(sent);
    auto copied = *sent->get<mls::PrivateMessage>();
    copied.authenticated_data = aad();
    record->mls_message = encode(mls::MlsMessage{copied});
    record->time = now_millis();

    EXPECT_EQ(take(*record), ErrorCode{});

    EXPECT_FALSE(open().lost);
    EXPECT_THAT(kg->heard(group), testing::Contains("mine").Times(1));
}

// ---- proposals ----

TEST_F(LyingDelivery, is_caught_when_it_proposes_a_removal_without_a_reason) {
    const auto error = take(proposal(mls::Proposal{mls::Remove{leaf_of(*kz)}}, log_key()));

    expect_caught(*kg, error);
    expect_said(*kg, "without a reason");
}

TEST_F(LyingDelivery, is_caught_when_it_proposes_anything_but_a_removal) {
    const auto stranger = key_package_of(network.device("TJ"));

    const auto error = take(proposal(mls::Proposal{mls::Add{stranger}}, log_key()));

    expect_caught(*kg, error);
    expect_said(*kg, "something else than a removal");
}

TEST_F(LyingDelivery, is_caught_when_somebody_elses_proposal_is_ordered) {
    const auto error =
        take(proposal(mls::Proposal{mls::Remove{leaf_of(*kz)}}, crypto::ed25519_generate()));

    expect_caught(*kg, error);
    expect_said(*kg, "invalid proposal");
}

TEST_F(LyingDelivery, is_caught_when_a_member_proposes) {
    auto own = std::move(*channel::load_channel(kz->client().vault(), group));
    const BelievingValidator anybody;
    const auto proposed = own.group->propose(kz->client().device().keys.private_key,
                                             mls::Proposal{mls::Remove{leaf_of(*kg)}},
                                             aad(),
                                             {anybody, now_seconds()});
    ASSERT_TRUE(proposed) << proposed.error().message();

    const auto error = take(record_of(message::RecordType::proposal, *proposed));

    expect_caught(*kg, error);
    expect_said(*kg, "something else than a removal");
}

// ---- acts that it says are waiting ----

struct LyingAboutActs : LyingDelivery {
    // TJ is in the channel for the second time, and this is the act that removed it the first time.
    message::ActReceipt bring_tj_back() {
        tj.emplace(network, server.port(), "TJ");
        kz->invite(group, *tj);
        tj->join();
        EXPECT_TRUE(channel::expel(kz->context(), group, tj->person()));
        auto used = acts_of_newest_commit();
        EXPECT_FALSE(tj->catch_up(group) && members_at(*tj) > 0);
        kz->invite(group, *tj);
        return used;
    }

    message::ActReceipt acts_of_newest_commit() {
        const auto state = channel::load_channel(kz->client().vault(), group)->state;
        const auto page =
            kz->context().session.call(message::FetchRecords{group, state.cursor->n, 1});
        const auto record =
            protocol::codec::decode_exact<message::ChannelRecord>(page->entries.front().record);
        EXPECT_EQ(record->acts.size(), 1U);
        return record->acts.front();
    }

    // Lists this too, first of all whenever KZ asks for the list.
    void list_besides(const message::ActReceipt& act) {
        auto begins = std::make_shared<bool>(true);
        ASSERT_TRUE(kz->reconnect(lie_about<message::ListActs>([act, begins](message::Acts& page) {
            const bool ends = page.acts.empty() && !*begins;
            if (*begins) {
                page.acts.insert(page.acts.begin(), act);
            }
            *begins = ends;
        })));
    }

    std::optional<Member> tj;
};

TEST_F(LyingAboutActs, gets_no_used_act_into_a_commit) {
    list_besides(bring_tj_back());
    Member uz{network, server.port(), "UZ"};

    kz->invite(group, uz);

    EXPECT_EQ(members_at(*kz), 4U) << "TJ is still there";
    ASSERT_TRUE(kg->catch_up(group)) << kg->diagnostics().explanation();
    EXPECT_EQ(members_at(*kg), 4U);
}

TEST_F(LyingAboutActs, gets_no_changed_act_into_a_commit) {
    const auto used = bring_tj_back();
    auto forged = used;
    forged.receipt.leaf.entry_id = EntryId{crypto::system_random().array<16>()};
    list_besides(forged);
    Member uz{network, server.port(), "UZ"};

    kz->invite(group, uz);

    EXPECT_EQ(members_at(*kz), 4U);
}

TEST_F(LyingAboutActs, does_not_keep_a_client_reading_for_ever) {
    const auto used = bring_tj_back();
    ASSERT_TRUE(kz->reconnect(
        lie_about<message::ListActs>([used](message::Acts& page) { page.acts.assign(1, used); })));
    Member uz{network, server.port(), "UZ"};

    const auto invited = channel::invite(kz->context(), group, uz.person());

    EXPECT_EQ(invited.error(), client::ClientError::protocol_violation);
    kz->reconnect();
    kz->invite(group, uz);
    EXPECT_EQ(members_at(*kz), 4U);
}

// ---- commits ----

TEST_F(LyingDelivery, is_caught_when_it_lets_the_group_end) {
    mls::CommitOptions options;
    options.reinit = mls::ReInit{to_bytes(as_bytes("another group")),
                                 mls::ProtocolVersion::mls10,
                                 mls::CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519,
                                 {}};

    const auto error = take(rogue_commit(*kz, group, std::move(options)));

    expect_caught(*kg, error);
    expect_said(*kg, "more than the roster");
}

TEST_F(LyingDelivery, is_caught_when_it_lets_one_device_in_twice) {
    const auto first = network.device("TJ");
    const auto again = network.device("TJ");
    const auto admission = kz->context().session.call(message::Admit{
        kz->context().sign(protocol::network::AdmitStatement{group, first.id.person})});
    ASSERT_TRUE(admission);
    mls::CommitOptions options;
    options.adds = {key_package_of(first), key_package_of(again)};

    const auto error = take(rogue_commit(*kz, group, std::move(options), {*admission}));

    expect_caught(*kg, error);
    expect_said(*kg, "who is there already");
}

}  // namespace
}  // namespace serai::tests
