// A server that lies about who did what: entries that it made up, changed or kept back are caught, though each leads to its leaf.
#include "client/audit/openings.hpp"
#include "client/audit/verifier.hpp"
#include "client/channel/catch_up.hpp"
#include "crypto/act/opening.hpp"
#include "tests/client/member.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace audit = client::audit;
namespace message = protocol::message;
using client::ClientError;
using protocol::network::Field;
using testing::HasSubstr;

constexpr std::string_view kAdmit = "admit";

class LyingLog : public testing::Test {
  protected:
    LyingLog()
        : server(network.start_server()),
          kz(network, server.port(), "KZ"),
          kg(network, server.port(), "KG"),
          group(kz.found()) {
        kz.invite(group, kg);
        kg.join();
        kz.say(group, "one");
    }

    Field* server_field(message::OpenedEntry& entry, std::string_view name) {
        for (message::ShownField& shown : entry.opening.server_fields) {
            auto* field = std::get_if<Field>(&shown.content);
            if (field != nullptr && field->name == name) {
                return field;
            }
        }
        return nullptr;
    }

    // The operator has the log's key: a leaf for what it made up is no obstacle.
    void commit_to(message::OpenedEntry& entry) {
        entry.leaf.commit =
            crypto::act::commitment_of(network.genesis().statement.log_origin, entry.opening);
    }

    // What KZ is accused to have heard when the first admission is shown in this way.
    std::string accusation(std::function<void(message::OpenedEntry&)> change) {
        EXPECT_TRUE(kz.reconnect(lie_about<message::QueryOpenings>([&](message::Openings& page) {
            for (message::OpenedEntry& entry : page.entries) {
                const Field* type = server_field(entry, message::field::kType);
                if (type != nullptr && as_text(type->value) == kAdmit) {
                    change(entry);
                    commit_to(entry);
                }
            }
        })));
        const auto read = audit::query_openings(kz.context(), audit::party_scope());
        EXPECT_EQ(read.error(), ClientError::server_lied);
        EXPECT_TRUE(kz.diagnostics().evidence());
        return std::string{kz.diagnostics().explanation()};
    }

    TestNetwork network;
    ServerProcess server;
    Member kz;
    Member kg;
    GroupId group;
};

TEST_F(LyingLog, is_caught_with_an_act_that_nobody_signed) {
    EXPECT_THAT(
        accusation([](message::OpenedEntry& entry) {
            entry.opening.seal.reset();
            entry.opening.act_fields.clear();
            std::erase_if(entry.opening.server_fields, [](const message::ShownField& shown) {
                return shown.field() != nullptr && shown.field()->name == message::field::kSeal;
            });
        }),
        HasSubstr("nobody signed it"));
}

TEST_F(LyingLog, is_caught_with_an_act_under_another_name) {
    EXPECT_THAT(accusation([this](message::OpenedEntry& entry) {
                    server_field(entry, message::field::kType)->value = to_bytes(as_bytes("expel"));
                }),
                HasSubstr("what it is not"));
}

TEST_F(LyingLog, is_caught_with_an_act_in_another_devices_name) {
    EXPECT_THAT(accusation([this](message::OpenedEntry& entry) {
                    server_field(entry, message::field::kDevice)->value =
                        to_bytes(as_bytes(kg.client().device().id.to_string()));
                }),
                HasSubstr("another device"));
}

TEST_F(LyingLog, is_caught_with_an_act_counted_in_another_channel) {
    EXPECT_THAT(accusation([this](message::OpenedEntry& entry) {
                    server_field(entry, message::field::kChannelCounter)->value.front() ^= 1U;
                }),
                HasSubstr("does not name"));
}

TEST_F(LyingLog, is_caught_when_it_keeps_back_the_newest_entry) {
    const auto honest = audit::query_openings(kz.context(), audit::party_scope());
    ASSERT_TRUE(honest);
    const std::size_t all = honest->size();
    EXPECT_TRUE(kz.reconnect(lie_about<message::QueryOpenings>([&](message::Openings& page) {
        while (page.entries.size() >= all) {
            page.entries.pop_back();
        }
    })));

    const auto read = audit::query_openings(kz.context(), audit::party_scope());

    EXPECT_EQ(read.error(), ClientError::server_lied);
    EXPECT_THAT(std::string{kz.diagnostics().explanation()}, HasSubstr("newest entries"));
}

TEST_F(LyingLog, is_caught_when_it_keeps_back_the_newest_record) {
    ASSERT_TRUE(kg.catch_up(group));
    kz.say(group, "two");
    EXPECT_TRUE(kg.reconnect(lie_about<message::FetchRecords>([](message::Records& page) {
        if (!page.entries.empty()) {
            page.end = page.entries.front().head.n;
            page.entries.clear();
        }
    })));

    const auto verified = audit::verify_log(kg.context(), [](auto, auto) {});

    EXPECT_EQ(verified.error(), ClientError::server_lied);
    EXPECT_THAT(std::string{kg.diagnostics().explanation()}, HasSubstr("keeps back record"));
}

TEST_F(LyingLog, is_not_accused_for_records_that_come_while_it_is_verified) {
    kz.say(group, "two");

    const auto verified = audit::verify_log(kg.context(), [](auto, auto) {});

    EXPECT_TRUE(verified) << kg.diagnostics().explanation();
    EXPECT_EQ(kg.heard(group).back(), "two");
}

}  // namespace
}  // namespace serai::tests
