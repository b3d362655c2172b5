// A focal point's client on a network of tests, through the client library.
#pragma once

#include "client/client.hpp"
#include "tests/client/tampering.hpp"
#include "tests/support/network/test_network.hpp"

#include <memory>
#include <string>

namespace serai::tests {

// Throws std::runtime_error where a test cannot go on. One thread.
class Member {
  public:
    // Makes a home in the network's folder and connects; the first time with key packages in the directory. `files`: for all that the
    // client writes outside its vault.
    Member(const TestNetwork& network,
           std::uint16_t port,
           std::string_view party,
           const std::string& path = "focal-point/person-1/laptop",
           storage::file::FileSystem& files = storage::file::machine_file_system());

    // Connects anew, to a server that lies so.
    Result<void> reconnect(Lie lie);

    // To the honest one.
    void reconnect();

    [[nodiscard]] const client::Context& context() const { return client_->context(); }

    [[nodiscard]] client::Client& client() { return *client_; }

    [[nodiscard]] client::Diagnostics& diagnostics() { return diagnostics_; }

    [[nodiscard]] const protocol::network::PersonId& person() const {
        return client_->device().id.person;
    }

    [[nodiscard]] const std::filesystem::path& home() const { return home_; }

    // Founds a channel for all five states.
    GroupId found(const std::string& title = "Test");

    void invite(const GroupId& group, const Member& other);
    void join();
    void say(const GroupId& group, const std::string& text);

    // What was said in the channel, in order, as this client has it.
    [[nodiscard]] std::vector<std::string> heard(const GroupId& group);

    // Reads what is new.
    Result<void> catch_up(const GroupId& group);

  private:
    std::filesystem::path home_;
    client::Diagnostics diagnostics_;
    std::unique_ptr<client::Client> client_;
};

}  // namespace serai::tests
