// Every lie that a server can tell a client about channels and the log is caught, and its evidence kept.
#include "client/audit/openings.hpp"
#include "client/audit/verifier.hpp"
#include "client/channel/catch_up.hpp"
#include "client/channel/founding.hpp"
#include "client/channel/joining.hpp"
#include "client/channel/judge.hpp"
#include "client/channel/roster.hpp"
#include "client/channel/sending.hpp"
#include "client/channel/store.hpp"
#include "crypto/act/channel_chain.hpp"
#include "crypto/merkle/checkpoint.hpp"
#include "server/keys.hpp"
#include "tests/client/bad_certificates.hpp"
#include "tests/client/rogue.hpp"
#include "tests/client/two_members.hpp"
#include "tests/support/network/channel_member.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace serai::tests {
namespace {

namespace channel = client::channel;
namespace message = protocol::message;
namespace mls = crypto::mls;
using client::ClientError;
using testing::ElementsAre;

class LyingServer : public TwoMembers {
  protected:
    // KG reads from a server that changes the page of records so.
    ErrorCode read_changed(std::function<void(std::vector<message::RecordEntry>&)> change) {
        EXPECT_TRUE(kg->reconnect(lie_about<message::FetchRecords>([&](message::Records& page) {
            if (page.entries.size() >= 3) {
                change(page.entries);
            }
        })));
        const auto done = kg->catch_up(group);
        return done ? ErrorCode{} : done.error();
    }

    // Gives only the first record of each page, changed so and its chain hash made to fit.
    Lie change_records(std::function<void(message::ChannelRecord&)> change) {
        return lie_about<message::FetchRecords>([this, change](message::Records& page) {
            if (page.entries.empty()) {
                return;
            }
            page.entries.resize(1);
            message::RecordEntry& entry = page.entries.front();
            auto record = protocol::codec::decode_exact<message::ChannelRecord>(entry.record);
            change(*record);
            entry.record = protocol::codec::encode(*record);
            rechain(*group_reader, group, entry);
        });
    }

    // A good admission that no commit has used yet.
    message::ActReceipt admission_of(Member& by, const protocol::network::PersonId& person) {
        const auto receipt = by.context().session.call(
            message::Admit{by.context().sign(protocol::network::AdmitStatement{group, person})});
        EXPECT_TRUE(receipt) << receipt.error().message();
        return *receipt;
    }

    // After the lie, an honest server is believed again, and nothing is lost or doubled.
    void expect_recovery() {
        kg->reconnect();
        ASSERT_TRUE(kg->catch_up(group)) << kg->diagnostics().explanation();
        EXPECT_THAT(kg->heard(group), ElementsAre("one", "two", "three"));
    }

    Member* group_reader = nullptr;  // whose place change_records continues
};

// ---- the channel's chain ----

TEST_F(LyingServer, is_caught_when_it_drops_a_record) {
    set_scene();
    const auto error = read_changed([](auto& entries) { entries.erase(entries.begin() + 1); });
    expect_caught(*kg, error);
    EXPECT_THAT(kg->heard(group), ElementsAre("one"));
    expect_recovery();
}

TEST_F(LyingServer, is_caught_when_it_puts_records_in_another_order) {
    set_scene();
    const auto error = read_changed([](auto& entries) { std::swap(entries[1], entries[2]); });
    expect_caught(*kg, error);
    expect_recovery();
}

TEST_F(LyingServer, is_caught_when_it_gives_a_record_twice) {
    set_scene();
    const auto error =
        read_changed([](auto& entries) { entries.insert(entries.begin(), entries[0]); });
    expect_caught(*kg, error);
    expect_recovery();
}

TEST_F(LyingServer, is_caught_when_it_changes_a_record) {
    set_scene();
    const auto error = read_changed([](auto& entries) { entries[1].record.back() ^= 1U; });
    expect_caught(*kg, error);
    expect_recovery();
}

TEST_F(LyingServer, is_caught_when_it_makes_a_new_chain_without_a_record) {
    set_scene();
    // Numbers and hashes fit; but the sender of what follows had seen the record that is gone.
    const auto error = read_changed([&](auto& entries) {
        const auto open = channel::load_channel(kg->client().vault(), group);
        entries.erase(entries.begin());
        Digest h = open->state.cursor->h;
        RecordNumber n = open->state.cursor->n;
        for (message::RecordEntry& entry : entries) {
            n = next(n);
            h = crypto::act::chain_hash(group, n, h, entry.record);
            entry.head = {n, h};
        }
    });
    expect_caught(*kg, error);
    expect_recovery();
}

TEST_F(LyingServer, is_caught_when_it_acknowledges_what_it_did_not_order) {
    set_scene();
    ASSERT_TRUE(kz->reconnect([](message::RequestType type, message::ResponseFrame& frame) {
        // The channel as if nothing had been sent.
        if (type == message::RequestType::fetch_records) {
            auto page = protocol::codec::decode_exact<message::Records>(frame.body);
            page->entries.clear();
            page->end = RecordNumber{0};
            frame.body = protocol::codec::encode(*page);
        }
    }));
    const auto sent = channel::send(
        kz->context(), group, {message::ContentType::text, now_millis(), to_bytes(as_bytes("x"))});
    expect_caught(*kz, sent.error());
}

// ---- commits ----

TEST_F(LyingServer, is_caught_when_it_orders_a_commit_without_authority) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    mls::CommitOptions options;
    options.adds = {key_package_of(network.device("TJ"))};
    const auto entry = forged_entry(*kg, group, rogue_commit(*kz, group, options));

    const auto taken = channel::take_records(kg->context(), group, {entry});

    expect_caught(*kg, taken.error());
    EXPECT_NE(kg->diagnostics().explanation().find("without authority"), std::string::npos)
        << kg->diagnostics().explanation();
}

TEST_F(LyingServer, is_caught_when_it_orders_a_removal_without_authority) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    mls::CommitOptions options;
    options.removes = {channel::load_channel(kg->client().vault(), group)->group->own_leaf()};
    const auto entry = forged_entry(*kg, group, rogue_commit(*kz, group, options));

    const auto taken = channel::take_records(kg->context(), group, {entry});

    expect_caught(*kg, taken.error());
}

TEST_F(LyingServer, is_caught_when_it_admits_a_member_with_another_states_certificate) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    LeafOptions named_kz = leaf_options_now();
    named_kz.uris = {"spiffe://kz.pve.example/focal-point/person-2/laptop"};
    const TestDevice impostor = network.device_with("KZ", network.ca("UZ"), named_kz);
    // Everything else about it is right, the admission by the founder above all.
    const auto admission = admission_of(*kz, impostor.id.person);
    mls::CommitOptions options;
    options.adds = {key_package_of(impostor)};
    const auto entry = forged_entry(*kg, group, rogue_commit(*kz, group, options, {admission}));

    const auto taken = channel::take_records(kg->context(), group, {entry});

    expect_caught(*kg, taken.error());
    expect_said(*kg, "invalid commit");
}

TEST_F(LyingServer, is_caught_when_it_admits_a_member_with_a_bad_certificate) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    const TestDevice good = network.device("TJ");
    // Everything else about it is right.
    const auto admission = admission_of(*kz, good.id.person);
    for (const BadCertificate& bad : bad_certificates(good.id.to_string(), now_seconds())) {
        SCOPED_TRACE(bad.name);
        mls::CommitOptions options;
        options.adds = {key_package_of(network.device_with("TJ", network.ca("TJ"), bad.options))};
        const auto entry = forged_entry(*kg, group, rogue_commit(*kz, group, options, {admission}));

        const auto taken = channel::take_records(kg->context(), group, {entry});

        expect_caught(*kg, taken.error());
        expect_said(*kg, make_error_code(bad.error).message());
    }
}

TEST_F(LyingServer, is_caught_when_it_admits_a_member_whose_certificate_was_revoked) {
    set_scene();
    Member registrar{network, server.port(), "TJ", "registrar/person-9/desk"};
    const TestDevice lost = network.device("TJ");
    ASSERT_TRUE(
        registrar.context().session.call(message::PublishCrl{network.crl("TJ", lost.chain)}));
    kg->reconnect();
    ASSERT_TRUE(kg->catch_up(group));
    const auto admission = admission_of(*kz, lost.id.person);
    mls::CommitOptions options;
    options.adds = {key_package_of(lost)};
    auto entry = forged_entry(*kg, group, rogue_commit(*kz, group, options, {admission}));
    entry.leaf = LogIndex{admission.receipt.index.value() + 1};

    const auto taken = channel::take_records(kg->context(), group, {entry});

    expect_caught(*kg, taken.error());
    expect_said(*kg, make_error_code(crypto::x509::X509Error::revoked).message());
}

TEST_F(LyingServer, is_caught_when_it_orders_an_act_again_after_the_member_came_back) {
    set_scene();
    const auto first = acts_that_added(*kg, group);
    ASSERT_TRUE(kg->catch_up(group));
    ASSERT_TRUE(channel::expel(kz->context(), group, kg->person()));
    ASSERT_TRUE(kg->catch_up(group));
    kz->invite(group, *kg);
    kg->join();
    mls::CommitOptions options;
    options.adds = {key_package_of(network.device("TJ"))};
    const auto entry = forged_entry(*kg, group, rogue_commit(*kz, group, options, first));

    const auto taken = channel::take_records(kg->context(), group, {entry});

    expect_caught(*kg, taken.error());
    expect_said(*kg, "second time");
}

TEST_F(LyingServer, is_caught_when_it_logs_one_act_twice_to_use_it_twice) {
    set_scene();
    auto again = acts_that_added(*kg, group);
    ASSERT_TRUE(kg->catch_up(group));
    again.front().receipt.index = LogIndex{again.front().receipt.index.value() + 1'000};
    mls::CommitOptions options;
    options.adds = {key_package_of(network.device("TJ"))};
    const auto entry = forged_entry(*kg, group, rogue_commit(*kz, group, options, again));

    const auto taken = channel::take_records(kg->context(), group, {entry});

    expect_caught(*kg, taken.error());
    expect_said(*kg, "second time");
}

// ---- our own records ----

TEST_F(LyingServer, is_caught_when_it_changes_the_acts_beside_our_own_commit) {
    set_scene();
    Member tj{network, server.port(), "TJ"};
    group_reader = &*kz;
    ASSERT_TRUE(kz->reconnect(change_records([&](message::ChannelRecord& record) {
        if (record.type == message::RecordType::commit) {
            record.acts.clear();
        }
    })));

    const auto invited = channel::invite(kz->context(), group, tj.person());

    expect_caught(*kz, invited.error());
    kz->reconnect();
    ASSERT_TRUE(kz->catch_up(group)) << kz->diagnostics().explanation();
    EXPECT_EQ(members_at(*kz), 3U);
}

TEST_F(LyingServer, is_caught_when_it_puts_acts_beside_our_own_message) {
    set_scene();
    const auto acts = acts_that_added(*kg, group);
    group_reader = &*kz;
    ASSERT_TRUE(
        kz->reconnect(change_records([&](message::ChannelRecord& record) { record.acts = acts; })));

    const auto sent = channel::send(
        kz->context(), group, {message::ContentType::text, now_millis(), to_bytes(as_bytes("x"))});

    expect_caught(*kz, sent.error());
}

TEST_F(LyingServer, is_caught_when_it_changes_the_act_beside_our_own_founding) {
    kz.emplace(network, server.port(), "KZ");
    ASSERT_TRUE(kz->reconnect(lie_about<message::FetchRecords>([&](message::Records& page) {
        for (message::RecordEntry& entry : page.entries) {
            auto record = protocol::codec::decode_exact<message::ChannelRecord>(entry.record);
            record->acts.clear();
            entry.record = protocol::codec::encode(*record);
            const auto states = channel::load_channel_states(kz->client().vault());
            entry.head.h = crypto::act::chain_hash(
                states->front().group, entry.head.n, Digest{}, entry.record);
        }
    })));

    const auto founded = channel::found(kz->context(), "Founded", state_channel_rules());

    expect_caught(*kz, founded.error());
}

TEST_F(LyingServer, is_caught_when_it_dates_a_commit_otherwise_than_its_leaf) {
    set_scene();
    Member tj{network, server.port(), "TJ"};
    ASSERT_TRUE(kg->catch_up(group));
    kz->invite(group, tj);
    constexpr std::uint64_t kTwentyMinutes = 1'200'000;
    group_reader = &*kg;
    ASSERT_TRUE(kg->reconnect(change_records([&](message::ChannelRecord& record) {
        record.time = UnixMillis{record.time.value() + kTwentyMinutes};
    })));

    const auto done = kg->catch_up(group);

    expect_caught(*kg, done.error());
    expect_said(*kg, "time");
}

TEST_F(LyingServer, is_caught_when_the_time_of_records_goes_backwards) {
    set_scene();
    constexpr std::uint64_t kAnHour = 3'600'000;
    group_reader = &*kg;
    ASSERT_TRUE(kg->reconnect(change_records([&](message::ChannelRecord& record) {
        record.time = UnixMillis{record.time.value() - kAnHour};
    })));

    const auto done = kg->catch_up(group);

    expect_caught(*kg, done.error());
    expect_said(*kg, "time");
}

TEST_F(LyingServer, is_caught_when_an_act_beside_a_commit_is_not_what_its_leaf_says) {
    set_scene();
    Member tj{network, server.port(), "TJ"};
    ASSERT_TRUE(kg->catch_up(group));
    kz->invite(group, tj);
    // The act beside the commit is given another subject, and the chain made to fit.
    ASSERT_TRUE(kg->reconnect(lie_about<message::FetchRecords>([&](message::Records& page) {
        for (message::RecordEntry& entry : page.entries) {
            auto record = protocol::codec::decode_exact<message::ChannelRecord>(entry.record);
            if (record && !record->acts.empty()) {
                record->acts.front().act.fields.back().value.back() ^= 1U;
                entry.record = protocol::codec::encode(*record);
                const auto open = channel::load_channel(kg->client().vault(), group);
                entry.head.h = crypto::act::chain_hash(
                    group, entry.head.n, open->state.cursor->h, entry.record);
                page.entries.resize(1);
                return;
            }
        }
    })));

    const auto done = kg->catch_up(group);

    expect_caught(*kg, done.error());
}

// ---- the log ----

TEST_F(LyingServer, is_caught_when_its_log_is_smaller_on_reconnect) {
    set_scene();
    kz->reconnect();
    const std::string old_note = kz->context().log.note();
    kz->say(group, "and one more");
    kz->reconnect();

    const auto connected = kz->reconnect(
        lie_about<message::Hello>([&](message::HelloOk& hello) { hello.checkpoint = old_note; }));

    expect_caught(*kz, connected.error());
}

// Signs what the log never said, with the log's own key: what a dishonest operator can do.
std::string forged_checkpoint(const TestNetwork& network, TreeSize size) {
    const auto config = server::load_config(network.config_file());
    const auto keys = server::load_keys(config.keys);
    crypto::merkle::Checkpoint checkpoint;
    checkpoint.origin = network.genesis().statement.log_origin;
    checkpoint.size = size;
    checkpoint.root = crypto::system_random().array<32>();
    return *crypto::merkle::sign_checkpoint(checkpoint, keys.log_key);
}

TEST_F(LyingServer, is_caught_when_it_signs_two_logs_of_one_size) {
    Member member{network, server.port(), "KZ"};
    member.reconnect();
    const std::string forged = forged_checkpoint(network, member.context().log.newest()->size);

    const auto connected = member.reconnect(
        lie_about<message::Hello>([&](message::HelloOk& hello) { hello.checkpoint = forged; }));

    expect_caught(member, connected.error());
}

TEST_F(LyingServer, is_caught_when_its_log_was_forked) {
    Member member{network, server.port(), "KZ"};
    member.reconnect();
    const TreeSize size{member.context().log.newest()->size.value() + 1};
    const std::string forged = forged_checkpoint(network, size);
    Member other{network, server.port(), "KG"};  // the honest log grows past that size

    const auto connected = member.reconnect(
        lie_about<message::Hello>([&](message::HelloOk& hello) { hello.checkpoint = forged; }));

    expect_caught(member, connected.error());
}

TEST_F(LyingServer, is_not_believed_with_a_checkpoint_of_another_key) {
    Member member{network, server.port(), "KZ"};
    const TestNetwork elsewhere;
    const std::string forged = forged_checkpoint(elsewhere, TreeSize{1000});

    const auto connected = member.reconnect(
        lie_about<message::Hello>([&](message::HelloOk& hello) { hello.checkpoint = forged; }));

    EXPECT_EQ(connected.error(), ClientError::untrusted);
}

TEST_F(LyingServer, is_caught_when_it_changes_an_opening) {
    set_scene();
    ASSERT_TRUE(kz->reconnect(lie_about<message::QueryOpenings>([](message::Openings& page) {
        for (message::OpenedEntry& entry : page.entries) {
            for (message::ShownField& shown : entry.opening.server_fields) {
                auto* field = std::get_if<protocol::network::Field>(&shown.content);
                if (field != nullptr && field->name == message::field::kDevice) {
                    field->value.back() ^= 1U;
                    return;
                }
            }
        }
    })));

    const auto read = client::audit::query_openings(kz->context(), client::audit::party_scope());

    expect_caught(*kz, read.error());
}

TEST_F(LyingServer, is_caught_when_it_keeps_back_an_entry) {
    set_scene();
    ASSERT_TRUE(kz->reconnect(lie_about<message::QueryOpenings>(
        [](message::Openings& page) { page.entries.erase(page.entries.begin() + 2); })));

    const auto read = client::audit::query_openings(kz->context(), client::audit::party_scope());

    expect_caught(*kz, read.error());
}

TEST_F(LyingServer, is_caught_when_it_gives_other_leaves_than_it_signed) {
    set_scene();
    ASSERT_TRUE(kz->reconnect(lie_about<message::GetLeaves>(
        [](message::Leaves& page) { page.leaves.back().commit[0] ^= 1U; })));

    const auto verified = client::audit::verify_log(kz->context(), [](auto, auto) {});

    expect_caught(*kz, verified.error());
}

TEST_F(LyingServer, is_caught_when_two_of_its_entries_have_one_id) {
    set_scene();
    ASSERT_TRUE(kz->reconnect(lie_about<message::GetLeaves>(
        [](message::Leaves& page) { page.leaves.at(2).entry_id = page.leaves.at(1).entry_id; })));

    const auto verified = client::audit::verify_log(kz->context(), [](auto, auto) {});

    expect_caught(*kz, verified.error());
    expect_said(*kz, "one id");
}

TEST_F(LyingServer, is_caught_when_it_keeps_back_a_revocation) {
    set_scene();
    const Bytes crl = network.crl("KG", {});
    ASSERT_TRUE(kg->context().session.call(message::PublishCrl{crl}));
    ASSERT_TRUE(
        kz->reconnect(lie_about<message::ListGovernance>([](message::GovernanceEntries& page) {
            std::erase_if(page.entries, [](const message::OpenedEntry& entry) {
                return entry.index.value() > 0;
            });
        })));

    const auto verified = client::audit::verify_log(kz->context(), [](auto, auto) {});

    expect_caught(*kz, verified.error());
}

// ---- and an honest one passes ----

class HonestServer : public LyingServer {};

TEST_F(HonestServer, passes_every_check) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    EXPECT_THAT(kg->heard(group), ElementsAre("one", "two", "three"));
    const auto report = client::audit::verify_log(kg->context(), [](auto, auto) {});
    ASSERT_TRUE(report) << report.error().message() << kg->diagnostics().explanation();
    EXPECT_GT(report->openings, 0U);
    EXPECT_GT(report->records, 3U);
}

TEST_F(HonestServer, gives_a_removed_member_nothing_that_follows) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    ASSERT_TRUE(channel::expel(kz->context(), group, kg->person()));
    kz->say(group, "after");

    ASSERT_TRUE(kg->catch_up(group)) << kg->diagnostics().explanation();

    EXPECT_THAT(kg->heard(group), ElementsAre("one", "two", "three"));
    const auto open = channel::load_channel(kg->client().vault(), group);
    EXPECT_EQ(open->state.standing, channel::Standing::removed);
    EXPECT_FALSE(open->group);
    EXPECT_FALSE(kg->client()
                     .vault()
                     .get(client::vault::Place::named(client::vault::Table::group_secret, group))
                     ->has_value());
}

TEST_F(HonestServer, lets_a_member_come_back_after_its_removal) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    ASSERT_TRUE(channel::expel(kz->context(), group, kg->person()));
    ASSERT_TRUE(kg->catch_up(group));
    kz->say(group, "without KG");
    kz->invite(group, *kg);

    kg->join();
    kz->say(group, "welcome back");
    ASSERT_TRUE(kg->catch_up(group)) << kg->diagnostics().explanation();

    EXPECT_THAT(kg->heard(group), ElementsAre("one", "two", "three", "welcome back"));
}

TEST_F(HonestServer, orders_one_of_two_commits_at_once_and_the_other_after_it) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    constexpr int kRounds = 5;
    std::vector<std::unique_ptr<Member>> of_kz;
    std::vector<std::unique_ptr<Member>> of_kg;
    for (int i = 0; i < kRounds; ++i) {
        const std::string path = "focal-point/newcomer-" + std::to_string(i) + "/laptop";
        of_kz.push_back(std::make_unique<Member>(network, server.port(), "KZ", path));
        of_kg.push_back(std::make_unique<Member>(network, server.port(), "KG", path));
    }
    // Each brings in its own people, as fast as it can.
    const auto bring_in = [&](Member& member, const auto& people) {
        for (const auto& one : people) {
            const auto done = channel::invite(member.context(), group, one->person());
            EXPECT_TRUE(done) << done.error().message() << member.diagnostics().explanation();
        }
    };
    std::thread other{[&] {
        bring_in(*kg, of_kg);
    }};
    bring_in(*kz, of_kz);
    other.join();

    ASSERT_TRUE(kz->catch_up(group));
    ASSERT_TRUE(kg->catch_up(group));
    const auto at_kz = channel::load_channel(kz->client().vault(), group);
    const auto at_kg = channel::load_channel(kg->client().vault(), group);
    EXPECT_EQ(at_kz->group->view()->tree().member_count(), 2U + 2U * kRounds);
    EXPECT_EQ(at_kz->group->epoch_authenticator(), at_kg->group->epoch_authenticator());
    EXPECT_EQ(at_kz->state.cursor, at_kg->state.cursor);
    of_kg.back()->join();
    of_kg.back()->say(group, "we are all here");
    ASSERT_TRUE(kz->catch_up(group));
    EXPECT_EQ(kz->heard(group).back(), "we are all here");
}

TEST_F(HonestServer, sees_nobody_write_into_an_epoch_with_a_revoked_member) {
    set_scene();
    Member registrar{network, server.port(), "KG", "registrar/person-8/desk"};
    const Bytes crl = network.crl("KG", {kg->client().device().chain.front()});
    ASSERT_TRUE(registrar.context().session.call(message::PublishCrl{crl}));
    kz->reconnect();

    const auto sent = channel::send(
        kz->context(), group, {message::ContentType::text, now_millis(), to_bytes(as_bytes("x"))});

    // The server has proposed to remove the device, and whoever writes next commits that first.
    ASSERT_TRUE(sent) << sent.error().message();
    const auto now = channel::load_channel(kz->context().vault, group);
    ASSERT_TRUE(now);
    now->view().tree().for_each_member(
        [&](crypto::mls::LeafIndex, const crypto::mls::LeafNode& leaf) {
            EXPECT_NE(channel::device_of(leaf), kg->client().device().id.to_string());
        });
    EXPECT_THAT(kz->heard(group), ElementsAre("one", "two", "three", "x"));
}

}  // namespace
}  // namespace serai::tests
