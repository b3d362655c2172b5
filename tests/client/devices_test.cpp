// Key packages run out, devices come and go, people leave: what their clients and those of others make of it.
#include "client/channel/joining.hpp"
#include "client/channel/roster.hpp"
#include "client/channel/stock.hpp"
#include "client/channel/store.hpp"
#include "tests/client/command_line.hpp"
#include "tests/client/member.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <thread>

namespace serai::tests {
namespace {

namespace channel = client::channel;
namespace message = protocol::message;
using testing::HasSubstr;
using testing::Not;

class Devices : public testing::Test {
  protected:
    Devices() : server(network.start_server()) {}

    // A device that has a home and key packages in the directory.
    CommandLine device(std::string_view party, const std::string& path) {
        const auto home = network.directory() / "homes" / std::string{party} / path;
        make_home(network, network.device(party, path), server.port(), home);
        CommandLine serai{home};
        serai.must({"join"});
        return serai;
    }

    static void found(const CommandLine& founder) {
        founder.must(
            {"create", "Case", "--theme", "t", "--party", "KZ", "--party", "KG", "--party", "UZ"});
    }

    TestNetwork network;
    ServerProcess server;
};

// ---- new devices ----

TEST_F(Devices, a_persons_other_device_brings_the_new_one_into_every_channel) {
    const auto laptop = device("KZ", "focal-point/person-1/laptop");
    const auto kg = device("KG", "focal-point/person-1/laptop");
    found(laptop);
    laptop.must({"create", "Other", "--theme", "t", "--party", "KZ"});
    laptop.must({"invite", "Case", "KG/person-1"});
    kg.must({"join"});
    const auto phone = device("KZ", "focal-point/person-1/phone");

    const std::string said = laptop.must({"add-devices"});

    EXPECT_EQ(count_of(said, "are now in"), 2U) << said;
    EXPECT_EQ(count_of(phone.must({"join"}), "Joined"), 2U);
    phone.must({"send", "Case", "from the phone"});
    EXPECT_EQ(count_of(laptop.must({"read", "Case"}), "from the phone"), 1U);
    EXPECT_EQ(count_of(kg.must({"read", "Case"}), "from the phone"), 1U);
    EXPECT_THAT(laptop.must({"add-devices"}), HasSubstr("no new device"));
}

TEST_F(Devices, a_colleague_of_the_same_party_brings_the_new_device_in) {
    const auto founder = device("KG", "focal-point/person-1/laptop");
    const auto first = device("KZ", "focal-point/person-1/laptop");
    const auto colleague = device("KZ", "focal-point/person-2/laptop");
    found(founder);
    founder.must({"invite", "Case", "KZ/person-1", "KZ/person-2"});
    first.must({"join"});
    colleague.must({"join"});
    const auto phone = device("KZ", "focal-point/person-1/phone");

    colleague.must({"add-devices", "KZ/person-1", "--channel", "Case"});

    EXPECT_EQ(count_of(phone.must({"join"}), "Joined 'Case'"), 1U);
}

TEST_F(Devices, a_member_of_another_party_may_not) {
    const auto founder = device("KG", "focal-point/person-1/laptop");
    const auto kz = device("KZ", "focal-point/person-1/laptop");
    const auto uz = device("UZ", "focal-point/person-1/laptop");
    found(founder);
    founder.must({"invite", "Case", "KZ/person-1", "UZ/person-1"});
    kz.must({"join"});
    uz.must({"join"});
    device("KZ", "focal-point/person-1/phone");
    constexpr int kRefused = 5;

    EXPECT_EQ(uz.run({"add-devices", "KZ/person-1"}).exit_code, kRefused);
}

TEST_F(Devices, a_registrar_who_is_no_member_allows_it_and_any_member_does_it) {
    const auto founder = device("KG", "focal-point/person-1/laptop");
    const auto uz = device("UZ", "focal-point/person-1/laptop");
    found(founder);
    founder.must({"invite", "Case", "UZ/person-1"});
    uz.must({"join"});
    const auto kz = device("KZ", "focal-point/person-1/laptop");
    const auto registrar = device("KZ", "registrar/person-9/desk");
    const std::string listed = founder.must({"--json", "channels"});
    const std::string id = listed.substr(listed.find("\"id\":\"") + 6, 64);

    EXPECT_NE(uz.run({"invite", "Case", "KZ/person-1"}).exit_code, 0);
    registrar.must({"authorise", id, "KZ/person-1"});
    uz.must({"invite", "Case", "KZ/person-1"});

    EXPECT_EQ(count_of(kz.must({"join"}), "Joined 'Case'"), 1U);
}

// ---- leaving ----

TEST_F(Devices, who_leaves_is_removed_by_the_next_who_writes) {
    const auto kz = device("KZ", "focal-point/person-1/laptop");
    const auto kg = device("KG", "focal-point/person-1/laptop");
    found(kz);
    kz.must({"invite", "Case", "KG/person-1"});
    kg.must({"join"});

    kg.must({"leave", "Case"});
    kz.must({"send", "Case", "without KG"});

    EXPECT_THAT(kz.must({"members", "Case"}), Not(HasSubstr("KG")));
    EXPECT_THAT(kg.run({"read", "Case"}).text, Not(HasSubstr("without KG")));
    EXPECT_THAT(kz.must({"read", "Case"}), HasSubstr("has to leave: the person leaves"));
    kz.must({"audit", "verify"});
}

TEST_F(Devices, a_revoked_device_is_removed_before_anything_is_written) {
    const auto kz = device("KZ", "focal-point/person-1/laptop");
    const auto revoked = network.device("KG", "focal-point/person-1/laptop");
    const auto home = network.directory() / "homes/KG-revoked";
    make_home(network, revoked, server.port(), home);
    const CommandLine kg{home};
    kg.must({"join"});
    found(kz);
    kz.must({"invite", "Case", "KG/person-1"});
    kg.must({"join"});
    const auto registrar = device("KG", "registrar/person-9/desk");
    const auto file = network.directory() / "kg.crl";
    const Bytes crl = network.crl("KG", {revoked.chain.front()});
    std::ofstream{file, std::ios::binary}.write(reinterpret_cast<const char*>(crl.data()),
                                                static_cast<std::streamsize>(crl.size()));

    registrar.must({"crl", "publish", file.string()});
    kz.must({"send", "Case", "without KG"});

    EXPECT_THAT(kz.must({"members", "Case"}), Not(HasSubstr("KG")));
    EXPECT_EQ(count_of(kz.must({"read", "Case"}), "without KG"), 1U);
    kz.must({"audit", "verify"});
}

// ---- certificates that end ----

class Renewal : public Devices {
  protected:
    Renewal() : kg(device("KG", "focal-point/person-1/laptop")) {}

    // KZ founds with a certificate that ends then, and brings KG in.
    CommandLine found_with_certificate_until(UnixSeconds end) {
        options.uris = {network.ca("KZ").uri("focal-point/person-1/laptop")};
        options.not_after = end;
        former = network.device_with("KZ", network.ca("KZ"), options);
        const auto home = network.directory() / "homes/KZ-renewed";
        make_home(network, *former, server.port(), home);
        CommandLine kz{home};
        found(kz);
        kz.must({"invite", "Case", "KG/person-1"});
        kg.must({"join"});
        return kz;
    }

    // The file of a longer one for the same key.
    std::string renewed() {
        options.not_after = leaf_options_now().not_after;
        options.public_key = former->keys.public_key;
        const auto file = network.directory() / "renewed.der";
        const Bytes certificate = network.ca("KZ").issue(options);
        std::ofstream{file, std::ios::binary}.write(
            reinterpret_cast<const char*>(certificate.data()),
            static_cast<std::streamsize>(certificate.size()));
        return file.string();
    }

    static std::string epoch_at(const CommandLine& serai) {
        const std::string said = serai.must({"--json", "members", "Case"});
        const std::string mark = "\"epoch\":";
        const std::size_t at = said.find(mark);
        return said.substr(at, said.find(',', at) - at);
    }

    CommandLine kg;
    LeafOptions options = leaf_options_now();
    std::optional<TestDevice> former;
};

TEST_F(Renewal, a_leaf_that_has_expired_is_renewed_by_its_device_before_anything_else) {
    constexpr std::uint64_t kSoon = 12;  // seconds, enough to found and invite
    const UnixSeconds end{now_seconds().value() + kSoon};
    const auto kz = found_with_certificate_until(end);
    while (now_seconds() <= end) {
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
    // The certificate is installed, and no more.
    constexpr int kKilled = 137;
    ASSERT_EQ(kz.run({"enroll", renewed()}, "client.publish.saved").exit_code, kKilled);

    kz.must({"send", "Case", "with a new certificate"});

    const std::string read = kg.must({"read", "Case"});
    EXPECT_EQ(count_of(read, "renewed the channel's keys"), 1U) << read;
    EXPECT_LT(read.find("renewed the channel's keys"), read.find("with a new certificate"));
    kg.must({"send", "Case", "nobody had to leave"});
    EXPECT_EQ(count_of(kz.must({"read", "Case"}), "nobody had to leave"), 1U);
    EXPECT_THAT(kg.must({"members", "Case"}), HasSubstr("KZ"));
    kz.must({"audit", "verify"});
    kg.must({"audit", "verify"});
}

TEST_F(Renewal, enroll_brings_a_renewed_certificate_into_every_channel_once) {
    const auto kz = found_with_certificate_until(UnixSeconds{now_seconds().value() + 2 * kDay});
    const std::string before = epoch_at(kg);
    const std::string file = renewed();

    kz.must({"enroll", file});

    const std::string after = epoch_at(kg);
    EXPECT_NE(after, before);
    kz.must({"enroll", file});
    kz.must({"read", "Case"});
    kz.must({"send", "Case", "as before"});
    EXPECT_EQ(epoch_at(kg), after);
}

TEST_F(Renewal, a_leaf_whose_certificate_was_revoked_is_not_renewed_but_leaves) {
    const auto kz = found_with_certificate_until(UnixSeconds{now_seconds().value() + 2 * kDay});
    const auto registrar = device("KZ", "registrar/person-9/desk");
    const auto file = network.directory() / "kz.crl";
    const Bytes crl = network.crl("KZ", {former->chain.front()});
    std::ofstream{file, std::ios::binary}.write(reinterpret_cast<const char*>(crl.data()),
                                                static_cast<std::streamsize>(crl.size()));
    registrar.must({"crl", "publish", file.string()});
    const std::string before = epoch_at(kg);

    kz.must({"enroll", renewed()});

    constexpr int kRefused = 5;
    EXPECT_EQ(epoch_at(kg), before);
    EXPECT_EQ(kz.run({"send", "Case", "still here"}).exit_code, kRefused);
    kg.must({"send", "Case", "without KZ"});
    EXPECT_THAT(kg.must({"members", "Case"}), Not(HasSubstr("KZ")));
}

// ---- the stock of key packages ----

class Stock : public Devices {
  protected:
    Stock() : kz(network, server.port(), "KZ"), kg(network, server.port(), "KG") {}

    message::KeyPackageCount stock_of(Member& member) {
        const auto count = member.context().session.call(message::CountKeyPackages{});
        EXPECT_TRUE(count);
        return count ? *count : message::KeyPackageCount{};
    }

    // References that the directory gives out for KG.
    GroupId invite_once_more() {
        const GroupId group = kz.found();
        const auto invited = channel::invite(kz.context(), group, kg.person());
        EXPECT_TRUE(invited) << invited.error().message() << kz.diagnostics().explanation();
        return group;
    }

    // Until only the one of last resort is left.
    void empty_the_directory() {
        const std::uint32_t count = stock_of(kg).count;
        for (std::uint32_t i = 0; i < count; ++i) {
            invite_once_more();
        }
    }

    // The one of last resort has been used, so the next tending replaces it.
    void use_the_last_resort() {
        empty_the_directory();
        invite_once_more();
        take_all_invitations();
    }

    void take_all_invitations() {
        const auto joined = channel::join_all(kg.context());
        ASSERT_TRUE(joined) << joined.error().message() << kg.diagnostics().explanation();
        EXPECT_FALSE(joined->empty());
        for (const auto& one : *joined) {
            EXPECT_EQ(one.trouble, "");
        }
    }

    // What is signed at another time than now is refused for good.
    client::Context at_another_time(std::int64_t seconds) {
        client::Context context = kg.context();
        context.clock = [seconds] {
            constexpr std::int64_t kMillis = 1000;
            return UnixMillis{static_cast<std::uint64_t>(
                static_cast<std::int64_t>(now_millis().value()) + seconds * kMillis)};
        };
        return context;
    }

    std::size_t keys_in_vault() {
        const auto keys = kg.client().vault().all(client::vault::Table::key_package, {});
        EXPECT_TRUE(keys);
        return keys ? keys->size() : 0;
    }

    Member kz;
    Member kg;
};

TEST_F(Stock, it_is_refilled_on_the_next_connect_when_it_is_low) {
    ASSERT_TRUE(channel::tend_stock(kg.context()));
    EXPECT_EQ(stock_of(kg).count, channel::kStock);
    const auto before = stock_of(kg);

    ASSERT_TRUE(channel::tend_stock(kg.context()));

    EXPECT_EQ(stock_of(kg), before) << "there was nothing to do";
}

TEST_F(Stock, the_last_resort_is_given_out_when_there_is_no_other_and_stays) {
    const auto before = stock_of(kg);
    ASSERT_GT(before.last_resort_until.value(), 0U);
    for (std::uint32_t i = 0; i < before.count; ++i) {
        invite_once_more();
    }
    ASSERT_EQ(stock_of(kg).count, 0U);

    const auto first = invite_once_more();
    const auto second = invite_once_more();

    EXPECT_EQ(stock_of(kg).last_resort_until, before.last_resort_until);
    const auto joined = channel::join_all(kg.context());
    ASSERT_TRUE(joined) << kg.diagnostics().explanation();
    EXPECT_EQ(joined->size(), before.count + 2);
    for (const auto& one : *joined) {
        EXPECT_EQ(one.trouble, "");
    }
    kz.say(first, "one");
    kz.say(second, "two");
    ASSERT_TRUE(kg.catch_up(first));
    ASSERT_TRUE(kg.catch_up(second));
    EXPECT_EQ(kg.heard(second), std::vector<std::string>{"two"});
}

TEST_F(Stock,
       a_last_resort_that_was_used_is_replaced_and_the_former_still_opens_what_is_under_way) {
    const std::uint32_t count = stock_of(kg).count;
    for (std::uint32_t i = 0; i < count; ++i) {
        invite_once_more();
    }
    invite_once_more();
    const auto late = invite_once_more();
    ASSERT_TRUE(channel::join_all(kg.context()));
    ASSERT_TRUE(kg.catch_up(late));

    ASSERT_TRUE(channel::tend_stock(kg.context()));
    EXPECT_EQ(stock_of(kg).count, channel::kStock);
    EXPECT_GE(stock_of(kg).last_resort_until.value(), now_seconds().value());
    const auto after = invite_once_more();

    ASSERT_TRUE(channel::join_all(kg.context()));
    EXPECT_TRUE(kg.catch_up(after));
}

TEST_F(Stock, a_last_resort_that_the_directory_refuses_replaces_none_and_leaves_no_keys) {
    use_the_last_resort();
    const std::size_t before = keys_in_vault();
    const auto refused = at_another_time(-kDay);

    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(channel::tend_stock(refused));
        EXPECT_EQ(keys_in_vault(), before);
        invite_once_more();
        take_all_invitations();
    }
}

TEST_F(Stock, a_last_resort_whose_arrival_was_not_heard_of_opens_more_than_one_welcome) {
    use_the_last_resort();
    ASSERT_TRUE(kg.reconnect([](message::RequestType type, message::ResponseFrame& frame) {
        if (type == message::RequestType::publish_key_packages) {
            frame.error = WireError::busy;
        }
    }));
    EXPECT_EQ(channel::tend_stock(kg.context()).error(), WireError::busy);
    empty_the_directory();
    for (int i = 0; i < 2; ++i) {
        invite_once_more();
        take_all_invitations();
    }
    kg.reconnect();

    ASSERT_TRUE(channel::tend_stock(kg.context()));
    EXPECT_EQ(stock_of(kg).count, channel::kStock);

    empty_the_directory();
    invite_once_more();
    take_all_invitations();
}

TEST_F(Stock, keys_of_expired_key_packages_are_erased_unless_a_welcome_for_them_waits) {
    invite_once_more();
    ASSERT_TRUE(channel::tend_stock(kg.context()));
    ASSERT_GT(keys_in_vault(), 1U);

    ASSERT_TRUE(channel::tend_stock(at_another_time(100 * kDay)));
    EXPECT_EQ(keys_in_vault(), 1U);

    take_all_invitations();
    EXPECT_EQ(keys_in_vault(), 0U);
}

TEST_F(Stock, keys_of_a_superseded_last_resort_are_erased_when_it_expires) {
    use_the_last_resort();
    ASSERT_TRUE(channel::tend_stock(kg.context()));
    ASSERT_EQ(keys_in_vault(), channel::kStock + 2);

    // Both have ended, but not the certificate.
    ASSERT_TRUE(channel::tend_stock(at_another_time(40 * kDay)));

    EXPECT_EQ(keys_in_vault(), channel::kStock);
    ASSERT_TRUE(channel::tend_stock(kg.context()));
    invite_once_more();
    take_all_invitations();
}

}  // namespace
}  // namespace serai::tests
