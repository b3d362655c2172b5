// Lies to a newcomer, who has nothing yet to compare with: about the tree, the chain, the founding act, the rules, the people.
// The server, the inviter, or both in league: an invitation that does not hold is not taken, kept, and blocks nothing.
#include "client/channel/joining.hpp"
#include "crypto/act/channel_chain.hpp"
#include "crypto/act/channel_group.hpp"
#include "protocol/network/authority.hpp"
#include "tests/client/bad_certificates.hpp"
#include "tests/client/rogue.hpp"
#include "tests/client/two_members.hpp"
#include "tests/support/network/channel_member.hpp"

#include <gmock/gmock.h>

namespace serai::tests {
namespace {

namespace channel = client::channel;
namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network_ns = protocol::network;
using protocol::codec::decode_exact;
using protocol::codec::encode;
using testing::HasSubstr;
using testing::SizeIs;

// What a Welcome of KZ's says beside the truth.
struct Claims {
    network_ns::ChannelRules rules;
    message::ActReceipt founding;
    message::ChainHead head;
    std::vector<mls::KeyPackage> others;  // brought in together with KG
    bool with_server = true;              // as external sender
};

struct Forged {
    Bytes welcome;
    Bytes tree;
};

class LyingInviter : public TwoMembers {
  protected:
    LyingInviter() {
        kz.emplace(network, server.port(), "KZ");
        kg.emplace(network, server.port(), "KG");
        invite_kg();
    }

    // Into a new channel.
    void invite_kg() {
        group = kz->found();
        kz->invite(group, *kg);
        const auto open = channel::load_channel(kz->client().vault(), group);
        // As the inviter's own device knows it: the head is that of the record before the invitation.
        const auto before =
            channel::load_history_entry(kz->client().vault(), group, RecordNumber{kInvitation - 1});
        truth = {open->state.rules, open->state.founding, {(*before)->n, (*before)->h}, {}};
    }

    // A group like the real one in its first two epochs, with these claims in the Welcome.
    Forged forge(const Claims& claims) {
        const auto& device = kz->client().device();
        const auto& suite =
            *mls::CipherSuite::find(mls::CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519);
        auto extensions = *crypto::act::channel_extensions(kz->client().genesis(), claims.rules);
        if (!claims.with_server) {
            extensions = mls::Extensions{
                {{extension(network_ns::kChannelRulesExtension), encode(claims.rules)}}};
        }
        auto alone = mls::Group::create(suite,
                                        to_bytes(group.value()),
                                        device.leaf_identity(0x0003),
                                        {now_seconds().value() - 60, now_seconds().value() + 3600},
                                        std::move(extensions));
        mls::CommitOptions options;
        options.adds = claims.others;
        options.adds.push_back(key_package_of_kg());
        options.welcome_info.extensions.set(
            {extension(network_ns::kFoundingActExtension), encode(claims.founding)});
        options.welcome_info.extensions.set(
            {extension(network_ns::kChainHeadExtension), encode(claims.head)});
        const BelievingValidator anybody;
        const mls::ValidationPolicy policy{anybody, now_seconds()};
        const auto pending =
            alone->commit(device.leaf_identity(0x0003), device.keys.private_key, options, policy);
        EXPECT_TRUE(pending) << pending.error().message();
        return {encode(mls::MlsMessage{*pending->welcome}),
                encode(pending->next.view()->tree().to_nodes())};
    }

    // KG asks for its invitations; the mailbox and the tree are the forger's.
    std::string join_forged(const Claims& claims) {
        const Forged forged = forge(claims);
        return join([forged](message::RequestType type, message::ResponseFrame& frame) {
            lie_about<message::ListMailbox>([&](message::Mailbox& page) {
                for (message::MailboxItem& item : page.items) {
                    item.welcome = forged.welcome;
                }
            })(type, frame);
            lie_about<message::FetchTree>([&](message::TreePart& part) {
                part.part = forged.tree;
                part.total = forged.tree.size();
            })(type, frame);
        });
    }

    // Why KG did not take its invitation; empty if it did.
    std::string join(Lie lie) {
        EXPECT_TRUE(kg->reconnect(std::move(lie)));
        const auto joined = channel::join_all(kg->context());
        EXPECT_TRUE(joined) << joined.error().message() << kg->diagnostics().explanation();
        if (!joined || joined->size() != 1) {
            return "no invitation";
        }
        if (!joined->front().trouble.empty()) {
            EXPECT_FALSE(channel::load_channel(kg->client().vault(), group));
            EXPECT_TRUE(is_noted(joined->front().trouble));
            EXPECT_THAT(*channel::join_all(kg->context()), SizeIs(0));
        }
        return joined->front().trouble;
    }

    // Whether KG has kept evidence that says so.
    bool is_noted(const std::string& words) {
        for (const auto& file : std::filesystem::directory_iterator{kg->home() / "evidence"}) {
            std::ifstream in{file.path()};
            const std::string content{std::istreambuf_iterator<char>{in}, {}};
            if (content.find(words) != std::string::npos) {
                return true;
            }
        }
        return false;
    }

    // Of the record that admits KG.
    Lie change_admission(std::function<void(message::ChannelRecord&)> change) {
        return lie_about<message::FetchRecords>([this, change](message::Records& page) {
            for (message::RecordEntry& entry : page.entries) {
                auto record = decode_exact<message::ChannelRecord>(entry.record);
                if (entry.head.n == RecordNumber{kInvitation}) {
                    change(*record);
                    entry.record = encode(*record);
                    entry.head.h =
                        crypto::act::chain_hash(group, entry.head.n, truth.head.h, entry.record);
                }
            }
        });
    }

    mls::KeyPackage key_package_of_kg() {
        // It is in the channel already, so the directory gives out none any more.
        const auto records = kg->client().vault().all(client::vault::Table::key_package, {});
        const auto own = mls::KeyPackageSecrets::load(records->front());
        EXPECT_TRUE(own);
        return own->key_package;
    }

    static mls::ExtensionType extension(std::uint16_t type) {
        return static_cast<mls::ExtensionType>(type);
    }

    static constexpr std::uint64_t kInvitation = 2;  // its record, after founding and title
    Claims truth;
};

TEST_F(LyingInviter, is_not_believed_with_a_tree_that_was_changed) {
    const auto trouble = join(lie_about<message::FetchTree>(
        [](message::TreePart& part) { part.part[part.part.size() / 2] ^= 1U; }));
    EXPECT_FALSE(trouble.empty());
}

TEST_F(LyingInviter, is_not_believed_with_a_record_that_was_changed) {
    EXPECT_THAT(join(lie_about<message::FetchRecords>(
                    [](message::Records& page) { page.entries.front().record.back() ^= 1U; })),
                HasSubstr("chain"));
}

TEST_F(LyingInviter, is_not_believed_with_another_head_of_the_chain) {
    Claims claims = truth;
    claims.head.h[0] ^= 1U;
    EXPECT_THAT(join_forged(claims), HasSubstr("chain"));
}

TEST_F(LyingInviter, is_not_believed_with_the_founding_act_of_another_channel) {
    Claims claims = truth;
    const GroupId other = kz->found("Another");
    claims.founding = channel::load_channel(kz->client().vault(), other)->state.founding;
    EXPECT_THAT(join_forged(claims), HasSubstr("founding act"));
}

TEST_F(LyingInviter, is_not_believed_with_other_rules_than_the_channel_was_founded_with) {
    Claims claims = truth;
    claims.rules.roles.push_back(network_ns::Role::registrar);
    EXPECT_THAT(join_forged(claims), HasSubstr("other rules"));
}

TEST_F(LyingInviter, is_not_believed_with_a_group_in_which_the_server_cannot_propose) {
    Claims claims = truth;
    claims.with_server = false;
    EXPECT_THAT(join_forged(claims), HasSubstr("lacks what every channel has"));
}

TEST_F(LyingInviter, is_not_believed_with_a_member_of_another_states_making) {
    LeafOptions named_kz = leaf_options_now();
    named_kz.uris = {"spiffe://kz.pve.example/focal-point/person-2/laptop"};
    Claims claims = truth;
    claims.others = {key_package_of(network.device_with("KZ", network.ca("UZ"), named_kz))};
    EXPECT_THAT(join_forged(claims), HasSubstr("does not hold"));
}

class LyingInviterWithBadCertificate : public LyingInviter,
                                       public testing::WithParamInterface<std::size_t> {};

TEST_P(LyingInviterWithBadCertificate, is_not_believed) {
    const TestDevice good = network.device("TJ");
    const BadCertificate bad = bad_certificates(good.id.to_string(), now_seconds()).at(GetParam());
    SCOPED_TRACE(bad.name);
    Claims claims = truth;
    claims.others = {key_package_of(network.device_with("TJ", network.ca("TJ"), bad.options))};

    EXPECT_THAT(join_forged(claims), HasSubstr(make_error_code(bad.error).message()));
}

INSTANTIATE_TEST_SUITE_P(each,
                         LyingInviterWithBadCertificate,
                         testing::Range(std::size_t{0}, bad_certificates("", {}).size()));

TEST_F(LyingInviter, is_not_believed_with_a_member_whose_certificate_was_revoked) {
    kg->join();
    Member registrar{network, server.port(), "TJ", "registrar/person-9/desk"};
    const TestDevice lost = network.device("TJ");
    ASSERT_TRUE(
        registrar.context().session.call(message::PublishCrl{network.crl("TJ", lost.chain)}));
    // After the list: what counts is what stood in the log when KG was admitted.
    invite_kg();
    Claims claims = truth;
    claims.others = {key_package_of(lost)};

    EXPECT_THAT(join_forged(claims),
                HasSubstr(make_error_code(crypto::x509::X509Error::revoked).message()));
}

TEST_F(LyingInviter, is_not_believed_with_a_member_against_the_rules) {
    Claims claims = truth;
    claims.others = {key_package_of(network.device("KZ", "registrar/person-8/desk"))};
    EXPECT_THAT(join_forged(claims), HasSubstr("against its rules"));
}

TEST_F(LyingInviter, is_not_believed_without_an_act_that_admits) {
    EXPECT_THAT(join(change_admission([](message::ChannelRecord& record) { record.acts.clear(); })),
                HasSubstr("nobody who may"));
}

TEST_F(LyingInviter, is_caught_with_another_time_than_that_of_the_leaf) {
    constexpr std::uint64_t kTwentyMinutes = 1'200'000;
    ASSERT_TRUE(kg->reconnect(change_admission([](message::ChannelRecord& record) {
        record.time = UnixMillis{record.time.value() + kTwentyMinutes};
    })));

    const auto joined = channel::join_all(kg->context());

    expect_caught(*kg, joined.error());
}

TEST_F(LyingInviter, is_believed_when_everything_is_true) {
    EXPECT_EQ(join([](message::RequestType, message::ResponseFrame&) {}), "");
    EXPECT_EQ(members_at(*kg), 2U);
}

TEST_F(LyingInviter, is_not_believed_with_a_welcome_that_belongs_to_no_record) {
    EXPECT_THAT(join_forged(truth), HasSubstr("does not belong to the record"));
}

}  // namespace
}  // namespace serai::tests
