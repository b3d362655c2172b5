// A member's channels when things go wrong around them: races, members who left, revocations, an epoch that somebody burnt.
#include "client/channel/catch_up.hpp"
#include "client/channel/joining.hpp"
#include "client/channel/rejoining.hpp"
#include "client/channel/resume.hpp"
#include "client/channel/roster.hpp"
#include "client/channel/sending.hpp"
#include "tests/client/command_line.hpp"
#include "tests/client/rogue.hpp"
#include "tests/client/two_members.hpp"

#include <gmock/gmock.h>

#include <iterator>
#include <sstream>

namespace serai::tests {
namespace {

namespace channel = client::channel;
namespace message = protocol::message;
using client::ClientError;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Requests of one type never reach the server: the connection breaks instead.
class LosingTransport final : public client::session::Transport {
  public:
    LosingTransport(std::unique_ptr<client::session::Transport> honest, message::RequestType lost)
        : honest_(std::move(honest)), lost_(lost) {}

    Result<void> send(ByteView bytes) override {
        SERAI_TRY(frames, message::split_frames(bytes));
        for (const message::FrameView& frame : frames) {
            SERAI_TRY(request, protocol::codec::decode_exact<message::RequestFrame>(frame.payload));
            if (request.type == lost_) {
                return ClientError::unreachable;
            }
        }
        return honest_->send(bytes);
    }

    Result<Bytes> receive(std::chrono::milliseconds timeout) override {
        return honest_->receive(timeout);
    }

  private:
    std::unique_ptr<client::session::Transport> honest_;
    message::RequestType lost_;
};

class ChannelTest : public TwoMembers {
  protected:
    // Does something once, when the answer to the first request of that type arrives.
    template <class Request>
    static Lie meanwhile(std::function<void()> act) {
        auto done = std::make_shared<bool>(false);
        return [act = std::move(act), done](message::RequestType type, message::ResponseFrame&) {
            if (type == Request::kType && !*done) {
                *done = true;
                act();
            }
        };
    }

    Member& with_uz() {
        uz.emplace(network, server.port(), "UZ");
        kz->invite(group, *uz);
        uz->join();
        return *uz;
    }

    // KG cannot follow, and somebody has come in since who remembers no epoch that KG was in.
    void leave_without_way_back() {
        burn_epoch(*kz, group);
        ASSERT_TRUE(kz->catch_up(group));
        with_uz();
    }

    void revoke(Member& member, std::string_view party) {
        Member registrar{network, server.port(), party, "registrar/person-8/desk"};
        const Bytes crl = network.crl(party, {member.client().device().chain.front()});
        ASSERT_TRUE(registrar.context().session.call(message::PublishCrl{crl}));
    }

    static message::Content text(std::string_view words) {
        return {message::ContentType::text, now_millis(), to_bytes(as_bytes(words))};
    }

    // The arguments of the 'serai ...' that a message tells people to type.
    static std::vector<std::string> command_in(const std::string& message) {
        const std::size_t begin = message.find("'serai ") + 7;
        std::istringstream words{message.substr(begin, message.find('\'', begin) - begin)};
        return {std::istream_iterator<std::string>{words}, {}};
    }

    // Leaves a message as a process leaves it that dies before it sends.
    static void leave_unsent(Member& member, const GroupId& group, std::string_view words) {
        client::vault::Vault& vault = member.client().vault();
        auto batch = vault.batch();
        channel::make_send_task(*channel::next_task_number(vault), group, text(words)).save(batch);
        ASSERT_TRUE(vault.commit(std::move(batch)));
    }

    std::optional<Member> uz;
};

// ---- joining ----

TEST_F(ChannelTest, an_invitation_withdrawn_before_it_was_taken_is_passed_over) {
    set_scene();
    uz.emplace(network, server.port(), "UZ");
    kz->invite(group, *uz);
    ASSERT_TRUE(channel::expel(kz->context(), group, uz->person()));

    const auto withdrawn = channel::join_all(uz->context());

    ASSERT_TRUE(withdrawn) << withdrawn.error().message();
    EXPECT_TRUE(channel::join_all(uz->context())->empty());
    kz->invite(group, *uz);
    uz->join();
    EXPECT_EQ(members_at(*uz), 3U);
}

TEST_F(ChannelTest, the_newest_of_two_invitations_is_taken) {
    set_scene();
    uz.emplace(network, server.port(), "UZ");
    kz->invite(group, *uz);
    ASSERT_TRUE(channel::expel(kz->context(), group, uz->person()));
    kz->invite(group, *uz);

    const auto joined = channel::join_all(uz->context());

    ASSERT_TRUE(joined) << joined.error().message();
    EXPECT_TRUE(joined->back().trouble.empty()) << joined->back().trouble;
    EXPECT_EQ(members_at(*uz), 3U);
    EXPECT_TRUE(channel::join_all(uz->context())->empty());
}

TEST_F(ChannelTest, a_bad_invitation_is_kept_as_evidence_and_stands_in_nobodys_way) {
    set_scene();
    uz.emplace(network, server.port(), "UZ");
    kz->invite(group, *uz);
    ASSERT_TRUE(uz->reconnect(lie_about<message::ListMailbox>([](message::Mailbox& page) {
        for (message::MailboxItem& item : page.items) {
            item.welcome.back() ^= 1U;
        }
    })));
    const auto refused = channel::join_all(uz->context());
    ASSERT_TRUE(refused) << refused.error().message();
    ASSERT_THAT(*refused, SizeIs(1));
    EXPECT_FALSE(refused->front().trouble.empty());
    EXPECT_FALSE(std::filesystem::is_empty(uz->home() / "evidence"));

    uz->reconnect();

    EXPECT_TRUE(channel::join_all(uz->context())->empty());
    const GroupId other = kg->found("Another");
    kg->invite(other, *uz);
    uz->join();
}

TEST_F(ChannelTest, a_mailbox_that_goes_in_circles_is_left) {
    set_scene();
    uz.emplace(network, server.port(), "UZ");
    kz->invite(group, *uz);
    const auto answer_to = [&](std::uint64_t sequence) {
        EXPECT_TRUE(uz->reconnect(lie_about<message::ListMailbox>([&](message::Mailbox& page) {
            page.more = true;
            page.items.assign(1, {sequence, GroupId{}, RecordNumber{}, Epoch{}, Bytes{1}});
        })));
        const auto joined = channel::join_all(uz->context());
        uz->reconnect();
        return joined.error();
    };

    EXPECT_EQ(answer_to(0), ClientError::protocol_violation);
    uz->join();
    EXPECT_EQ(members_at(*uz), 3U);
    EXPECT_EQ(answer_to(~std::uint64_t{0}), ClientError::protocol_violation);
}

TEST_F(ChannelTest, a_welcome_is_good_although_a_member_was_revoked_since) {
    set_scene();
    with_uz();
    Member tj{network, server.port(), "TJ"};
    kz->invite(group, tj);
    revoke(*uz, "UZ");
    tj.reconnect();

    tj.join();

    EXPECT_EQ(members_at(tj), 4U);
    const auto sent = channel::send(tj.context(), group, text("x"));
    EXPECT_TRUE(sent) << sent.error().message() << tj.diagnostics().explanation();
    EXPECT_EQ(members_at(tj), 3U) << "the revoked member was removed first";
}

// ---- changing who is in a channel ----

TEST_F(ChannelTest, an_act_that_the_log_does_not_have_is_not_done) {
    set_scene();
    protocol::network::PersonId colleague = kg->person();
    const std::map<std::string, std::function<void(message::ActReceipt&)>> lies{
        {"another leaf",
         [](auto& answer) {
             answer.receipt.leaf.commit[0] ^= 1U;
         }},
        {"another place",
         [](auto& answer) {
             answer.receipt.index = LogIndex{0};
         }},
        {"another act", [](auto& answer) {
             answer.act.seal.signature[0] ^= 1U;
         }}};
    for (const auto& [what, lie] : lies) {
        ASSERT_TRUE(kg->reconnect(lie_about<message::Admit>(lie)));
        colleague.person += "x";  // one who is not authorised yet

        EXPECT_EQ(channel::authorise(kg->context(), group, colleague).error(),
                  ClientError::server_lied)
            << what;
        EXPECT_TRUE(kg->diagnostics().evidence()) << what;

        EXPECT_THAT(*channel::load_tasks(kg->client().vault()), IsEmpty()) << what;
    }
}

// Answers every request of a kind with a refusal.
template <class Request>
Lie refusal(WireError error) {
    return [error](message::RequestType type, message::ResponseFrame& frame) {
        if (type == Request::kType) {
            frame.error = error;
            frame.body.clear();
        }
    };
}

TEST_F(ChannelTest, that_an_act_waits_already_is_looked_up) {
    set_scene();
    ASSERT_TRUE(kg->reconnect([](message::RequestType type, message::ResponseFrame& frame) {
        refusal<message::Expel>(WireError::exists)(type, frame);
        lie_about<message::ListActs>([](message::Acts& page) { page.acts.clear(); })(type, frame);
    }));
    EXPECT_EQ(channel::leave(kg->context(), group).error(), ClientError::protocol_violation);

    kg->reconnect();
    EXPECT_TRUE(channel::leave(kg->context(), group)) << "the first one waits";
}

TEST_F(ChannelTest, a_server_that_is_busy_when_asked_for_a_proof_is_no_liar) {
    set_scene();
    ASSERT_TRUE(kg->reconnect(refusal<message::ProveInclusion>(WireError::rate_limited)));
    EXPECT_EQ(channel::leave(kg->context(), group).error(), WireError::rate_limited);
    EXPECT_THAT(*channel::load_tasks(kg->client().vault()), SizeIs(1));

    kg->reconnect();
    const auto notices = channel::resume(kg->context());

    ASSERT_TRUE(notices) << notices.error().message();
    EXPECT_THAT(*notices, IsEmpty());
}

TEST_F(ChannelTest, an_act_whose_proof_does_not_come_is_asked_about_again) {
    set_scene();
    ASSERT_TRUE(kg->client().connect([](auto honest) {
        return std::make_unique<LosingTransport>(std::move(honest), message::ProveInclusion::kType);
    }));
    EXPECT_EQ(channel::leave(kg->context(), group).error(), ClientError::unreachable);
    EXPECT_THAT(*channel::load_tasks(kg->client().vault()), SizeIs(1));

    kg->reconnect();
    const auto notices = channel::resume(kg->context());

    ASSERT_TRUE(notices) << notices.error().message();
    EXPECT_THAT(*notices, IsEmpty());
    EXPECT_THAT(*channel::load_tasks(kg->client().vault()), IsEmpty());
}

TEST_F(ChannelTest, who_is_removed_while_inviting_is_told_so) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    Member colleague{network, server.port(), "KG", "focal-point/person-2/laptop"};
    ASSERT_TRUE(kg->reconnect(meanwhile<message::ClaimKeyPackage>(
        [&] { EXPECT_TRUE(channel::expel(kz->context(), group, kg->person())); })));

    const auto invited = channel::invite(kg->context(), group, colleague.person());

    EXPECT_EQ(invited.error(), ClientError::removed) << invited.error().message();
}

TEST_F(ChannelTest, a_removal_that_another_member_commits_first_is_a_removal) {
    set_scene();
    with_uz();
    ASSERT_TRUE(kz->reconnect(meanwhile<message::Expel>([&] {
        const auto committed = channel::clear_removals(uz->context(), group);
        EXPECT_TRUE(committed) << committed.error().message();
    })));

    const auto removed = channel::expel(kz->context(), group, kg->person());

    EXPECT_TRUE(removed) << removed.error().message();
    EXPECT_EQ(members_at(*kz), 2U);
    EXPECT_THAT(*channel::load_tasks(kz->client().vault()), IsEmpty());
}

TEST_F(ChannelTest, an_invitation_that_another_member_commits_first_is_an_invitation) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    Member colleague{network, server.port(), "KG", "focal-point/person-2/laptop"};
    ASSERT_TRUE(kz->reconnect(meanwhile<message::Admit>(
        [&] { EXPECT_TRUE(channel::invite(kg->context(), group, colleague.person())); })));

    const auto invited = channel::invite(kz->context(), group, colleague.person());

    EXPECT_TRUE(invited) << invited.error().message();
    EXPECT_EQ(members_at(*kz), 3U);
    EXPECT_EQ(channel::invite(kz->context(), group, colleague.person()).error(), WireError::exists);
}

TEST_F(ChannelTest, a_commit_under_way_comes_before_the_next_one) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    Member tj{network, server.port(), "TJ"};
    ASSERT_TRUE(kz->client().connect([](auto honest) {
        return std::make_unique<LosingTransport>(std::move(honest), message::Commit::kType);
    }));
    ASSERT_EQ(channel::invite(kz->context(), group, tj.person()).error(), ClientError::unreachable);
    kz->reconnect();

    ASSERT_TRUE(channel::expel(kz->context(), group, kg->person()));

    const auto notices = channel::resume(kz->context());
    ASSERT_TRUE(notices) << notices.error().message();
    EXPECT_THAT(*notices, IsEmpty());
    EXPECT_EQ(members_at(*kz), 2U);
    tj.join();
}

// ---- a channel that cannot be followed ----

TEST_F(ChannelTest, a_burnt_epoch_loses_nothing_that_was_under_way) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    leave_unsent(*kg, group, "across the burnt epoch");
    burn_epoch(*kz, group);

    const auto notices = channel::resume(kg->context());

    ASSERT_TRUE(notices) << notices.error().message();
    EXPECT_THAT(*notices, IsEmpty());
    EXPECT_THAT(kg->heard(group), Contains("across the burnt epoch"));
}

TEST_F(ChannelTest, a_channel_without_a_way_back_holds_up_no_other_channel) {
    set_scene();
    const GroupId other = kg->found("Another");
    ASSERT_TRUE(kg->catch_up(group));
    leave_unsent(*kg, group, "into the burnt epoch");
    leave_unsent(*kg, other, "into the good one");
    leave_without_way_back();
    ASSERT_EQ(kg->catch_up(group).error(), ClientError::wedged);

    const auto notices = channel::resume(kg->context());

    ASSERT_TRUE(notices) << notices.error().message();
    EXPECT_THAT(*notices, SizeIs(1));
    EXPECT_THAT(kg->heard(other), Contains("into the good one"));
}

TEST_F(ChannelTest, a_channel_without_a_way_back_hides_neither_the_list_of_channels_nor_the_log) {
    set_scene();
    kg->found("Another");
    ASSERT_TRUE(kg->catch_up(group));
    leave_without_way_back();
    const CommandLine serai{kg->home()};
    kg.reset();

    const std::string listed = serai.must({"channels"});
    const std::string verified = serai.must({"audit", "verify"});

    EXPECT_NE(listed.find("Another"), std::string::npos) << listed;
    EXPECT_NE(listed.find("cannot follow"), std::string::npos) << listed;
    EXPECT_NE(verified.find("leaves recompute"), std::string::npos) << verified;
}

TEST_F(ChannelTest, who_has_no_way_back_is_restored_by_an_official) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    leave_without_way_back();
    ASSERT_EQ(kg->catch_up(group).error(), ClientError::wedged);
    EXPECT_THAT(std::string{kg->diagnostics().explanation()}, HasSubstr("serai restore"));
    const auto device = kg->client().device().id;
    Member registrar{network, server.port(), "KG", "registrar/person-8/desk"};

    ASSERT_TRUE(channel::restore(registrar.context(), group, device))
        << registrar.diagnostics().explanation();
    ASSERT_TRUE(channel::restore(registrar.context(), group, device)) << "once more is no harm";

    // KZ's commit was the one that lost KG: a person has to say that it is all right.
    ASSERT_EQ(kg->catch_up(group).error(), ClientError::wedged);
    EXPECT_THAT(std::string{kg->diagnostics().explanation()}, HasSubstr("serai return"));
    const std::vector trusted{kz->client().device().id};
    ASSERT_TRUE(channel::come_back(kg->context(), group, {}, trusted))
        << kg->diagnostics().explanation();
    kg->say(group, "here again");
    ASSERT_TRUE(kz->catch_up(group));
    ASSERT_TRUE(uz->catch_up(group));
    EXPECT_THAT(kz->heard(group), Contains("here again"));
    EXPECT_THAT(uz->heard(group), Contains("here again"));
    EXPECT_EQ(members_at(*kz), 3U);
}

TEST_F(ChannelTest, the_restoration_that_the_message_names_is_one_that_can_be_typed) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    leave_without_way_back();
    ASSERT_FALSE(kg->catch_up(group));
    const std::string explanation = kg->diagnostics().explanation();
    std::optional<Member> registrar;
    registrar.emplace(network, server.port(), "KG", "registrar/person-8/desk");
    const CommandLine serai{registrar->home()};
    registrar.reset();
    const auto restore = command_in(explanation);
    const std::string id = restore.at(1);

    const std::string said = serai.must(restore);

    EXPECT_THAT(said, HasSubstr("may come back"));
    ASSERT_FALSE(kg->catch_up(group));
    const auto come_back = command_in(kg->diagnostics().explanation());
    const CommandLine own{kg->home()};
    kg.reset();
    EXPECT_EQ(own.run({"read", id}).exit_code, 9);
    EXPECT_THAT(own.must(come_back), HasSubstr("follows"));
    EXPECT_NE(serai.run({"restore", id, "KG/person-1/another"}).exit_code, 0);
    EXPECT_NE(serai.run({"restore", id, "person-1"}).exit_code, 0);
}

TEST_F(ChannelTest, who_has_no_way_back_is_removed_and_invited_anew) {
    set_scene();
    ASSERT_TRUE(kg->catch_up(group));
    leave_without_way_back();
    ASSERT_EQ(kg->catch_up(group).error(), ClientError::wedged);

    ASSERT_TRUE(channel::expel(kz->context(), group, kg->person()));
    kz->invite(group, *kg);
    EXPECT_EQ(kg->catch_up(group).error(), ClientError::wedged);
    EXPECT_THAT(std::string{kg->diagnostics().explanation()}, HasSubstr("serai join"));
    kg->join();

    kz->say(group, "again");
    ASSERT_TRUE(kg->catch_up(group));
    EXPECT_THAT(kg->heard(group), Contains("again"));
}

}  // namespace
}  // namespace serai::tests
