// A state that was put back from a copy never uses a key again.
#include "crypto/mls/wire/message.hpp"
#include "tests/client/coming_back.hpp"
#include "tests/client/command_line.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace serai::tests {
namespace {

namespace channel = client::channel;
namespace message = protocol::message;
namespace mls = crypto::mls;
using protocol::codec::decode_exact;
using testing::Contains;
using testing::ElementsAre;

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
