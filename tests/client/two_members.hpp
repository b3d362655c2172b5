// A network with its server and two members of one channel: the scene of most tests about channels.
#pragma once

#include "client/channel/store.hpp"
#include "tests/client/member.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <optional>

namespace serai::tests {

class TwoMembers : public testing::Test {
  protected:
    TwoMembers() : server(network.start_server()) {}

    // Two members in a channel, the second of whom has yet to read three messages of the first.
    void set_scene() {
        kz.emplace(network, server.port(), "KZ");
        kg.emplace(network, server.port(), "KG");
        group = kz->found();
        kz->invite(group, *kg);
        kg->join();
        for (const char* text : {"one", "two", "three"}) {
            kz->say(group, text);
        }
    }

    // The lie was noticed, and what proves it is in a file.
    static void expect_caught(Member& member, const ErrorCode& error) {
        EXPECT_EQ(error, client::ClientError::server_lied) << error.message();
        ASSERT_TRUE(member.diagnostics().evidence()) << member.diagnostics().explanation();
        std::ifstream file{*member.diagnostics().evidence()};
        const std::string content{std::istreambuf_iterator<char>{file}, {}};
        EXPECT_NE(content.find("== accusation"), std::string::npos);
        EXPECT_EQ(member.diagnostics().evidence()->parent_path(), member.home() / "evidence");
    }

    // The words about the latest error say this.
    static void expect_said(Member& member, const std::string& words) {
        EXPECT_NE(member.diagnostics().explanation().find(words), std::string::npos)
            << member.diagnostics().explanation();
    }

    [[nodiscard]] std::size_t members_at(Member& member) const {
        const auto open = client::channel::load_channel(member.client().vault(), group);
        return open && open->group ? open->group->view()->tree().member_count() : 0;
    }

    TestNetwork network;
    ServerProcess server;
    std::optional<Member> kz;
    std::optional<Member> kg;
    GroupId group;
};

}  // namespace serai::tests
