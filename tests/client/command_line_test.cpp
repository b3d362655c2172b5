// What people and scripts type, against the real server.
#include "tests/client/command_line.hpp"

#include "client/client.hpp"
#include "client/files.hpp"
#include "crypto/x509/key_files.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace serai::tests {
namespace {

enum Exit {
    success = 0,
    usage = 2,
    not_set_up = 3,
    not_found = 4,
    refused = 5,
    try_again = 6,
    untrusted = 7
};

class CommandLineTest : public testing::Test {
  protected:
    CommandLineTest() : server(network.start_server()) {}

    // A device that has a home and key packages in the directory.
    CommandLine person(std::string_view party) {
        const auto home = network.directory() / "homes" / std::string{party};
        make_home(network, network.device(party), server.port(), home);
        CommandLine serai{home};
        serai.must({"join"});
        return serai;
    }

    static CommandLine& with_channel(CommandLine& founder) {
        founder.must({"create",
                      "Case 14",
                      "--theme",
                      "returnees",
                      "--party",
                      "KZ",
                      "--party",
                      "KG",
                      "--party",
                      "UZ"});
        return founder;
    }

    TestNetwork network;
    ServerProcess server;
};

TEST_F(CommandLineTest, two_people_talk) {
    CommandLine kz = person("KZ");
    CommandLine kg = person("KG");
    with_channel(kz).must({"invite", "Case 14", "KG/person-1"});
    EXPECT_NE(kg.must({"join"}).find("Joined 'Case 14'"), std::string::npos);

    kz.must({"send", "case", "Salem"});
    kg.must({"send", "Case 14", "Salam"});

    const std::string read = kz.must({"read", "Case 14"});
    EXPECT_EQ(count_of(read, "KZ person-1: Salem"), 1U) << read;
    EXPECT_EQ(count_of(read, "KG person-1: Salam"), 1U) << read;
    EXPECT_EQ(count_of(read, "brought in KG person-1"), 1U) << read;
    EXPECT_EQ(count_of(kz.must({"read", "Case 14", "--offline"}), "Salam"), 1U);
}

TEST_F(CommandLineTest, follow_shows_what_comes_while_it_waits) {
    CommandLine kz = person("KZ");
    CommandLine kg = person("KG");
    with_channel(kz).must({"invite", "Case 14", "KG/person-1"});
    kg.must({"join"});
    ProgramOutput followed;
    std::thread follower{[&] {
        followed = kg.run({"follow", "Case 14", "--count", "3"});
    }};
    for (const char* text : {"first", "second", "third"}) {
        kz.must({"send", "Case 14", text});
    }
    follower.join();

    EXPECT_EQ(followed.exit_code, 0) << followed.text;
    for (const char* text : {"first", "second", "third"}) {
        EXPECT_EQ(count_of(followed.text, text), 1U) << followed.text;
        EXPECT_EQ(count_of(kg.must({"read", "Case 14"}), text), 1U);
    }
}

// `serai` on a terminal of its own, on which somebody types.
ProgramOutput run_on_terminal(const CommandLine& serai,
                              const std::vector<std::string>& arguments,
                              const std::string& typed) {
    int terminal = -1;
    const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (pid < 0) {
        throw std::runtime_error{"no terminal"};
    }
    if (pid == 0) {
        ::setenv("SERAI_PASSPHRASE", kPassphrase, 1);
        ::setenv("SERAI_HOME", serai.home().c_str(), 1);
        std::vector<std::string> all{SERAI_BINARY};
        all.insert(all.end(), arguments.begin(), arguments.end());
        std::vector<char*> argv;
        for (std::string& one : all) {
            argv.push_back(one.data());
        }
        argv.push_back(nullptr);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    EXPECT_EQ(::write(terminal, typed.data(), typed.size()), static_cast<ssize_t>(typed.size()));
    ProgramOutput output;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = ::read(terminal, buffer.data(), buffer.size())) > 0;) {
        output.text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    ::close(terminal);
    output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return output;
}

TEST_F(CommandLineTest, follow_shows_what_others_say_while_it_sends) {
    CommandLine kz = person("KZ");
    CommandLine kg = person("KG");
    with_channel(kz).must({"invite", "Case 14", "KG/person-1"});
    kg.must({"join"});
    // Both write all the time, so some of the one's lines are taken in by the sending of the other's.
    constexpr std::size_t kLines = 15;
    std::string typed;
    for (std::size_t i = 0; i < kLines; ++i) {
        typed += "typed <" + std::to_string(i) + ">\n";
    }
    ProgramOutput followed;
    std::thread follower{[&] {
        followed = run_on_terminal(
            kg, {"follow", "Case 14", "--count", std::to_string(2 * kLines)}, typed);
    }};
    ProgramOutput other;
    std::thread writer{[&] {
        other = run_on_terminal(
            kz, {"follow", "Case 14", "--count", std::to_string(2 * kLines)}, typed);
    }};
    follower.join();
    writer.join();

    EXPECT_EQ(followed.exit_code, 0) << followed.text;
    EXPECT_EQ(other.exit_code, 0) << other.text;
    for (std::size_t i = 0; i < kLines; ++i) {
        const std::string line = "typed <" + std::to_string(i) + ">";
        EXPECT_EQ(count_of(followed.text, "KZ person-1: " + line), 1U) << followed.text;
        EXPECT_EQ(count_of(other.text, "KG person-1: " + line), 1U) << other.text;
    }
}

TEST_F(CommandLineTest, a_title_that_nobody_could_read_back_is_refused) {
    CommandLine kz = person("KZ");
    for (const std::string& title : {std::string(1'025, 'x'),
                                     std::string{"a\tb"},
                                     std::string{"a\nb"},
                                     std::string{"\xff"},
                                     std::string{}}) {
        EXPECT_EQ(kz.run({"create", title, "--theme", "t", "--party", "KZ"}).exit_code, usage)
            << title;
    }
    EXPECT_EQ(count_of(kz.must({"channels"}), "No channels yet"), 1U);
    kz.must({"create", std::string(1'024, 'x'), "--theme", "t", "--party", "KZ"});
}

TEST_F(CommandLineTest, every_line_for_scripts_is_json) {
    CommandLine kz = person("KZ");
    with_channel(kz).must({"send", "Case 14", "a \"quoted\"\nline"});
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"--json", "whoami"},
                                               {"--json", "channels"},
                                               {"--json", "read", "Case 14"},
                                               {"--json", "members", "Case 14"},
                                               {"--json", "documents", "Case 14"},
                                               {"--json", "audit", "show"},
                                               {"--json", "audit", "verify"}}) {
        std::string rest = kz.must(arguments);
        EXPECT_FALSE(rest.empty());
        while (!rest.empty()) {
            const std::size_t end = rest.find('\n');
            boost::system::error_code error;
            EXPECT_TRUE(boost::json::parse(rest.substr(0, end), error).is_object() && !error)
                << arguments.back() << ": " << rest;
            rest.erase(0, end + 1);
        }
    }
}

TEST_F(CommandLineTest, exit_codes_tell_what_kind_of_trouble_it_is) {
    CommandLine kz = person("KZ");
    CommandLine uz = person("UZ");
    with_channel(kz);

    EXPECT_EQ(kz.run({"dance"}).exit_code, usage);
    EXPECT_EQ(kz.run({"send", "Case 14"}).exit_code, usage);
    EXPECT_EQ(kz.run({"send", "No such channel", "x"}).exit_code, not_found);
    EXPECT_EQ(kz.run({"invite", "Case 14", "TJ/person-1"}).exit_code, refused);
    EXPECT_EQ(kz.run({"invite", "Case 14", "KG/person-77"}).exit_code, not_found);
    EXPECT_EQ(kz.run({"get", "Case 14", "nothing.pdf"}).exit_code, not_found);
    EXPECT_EQ(CommandLine{network.directory() / "nowhere"}.run({"channels"}).exit_code, not_set_up);
    EXPECT_EQ(uz.run({"read", "Case 14"}).exit_code, not_found);
    server.terminate();
    EXPECT_EQ(kz.run({"channels"}).exit_code, try_again);
    EXPECT_EQ(kz.run({"channels", "--offline"}).exit_code, success);
}

TEST_F(CommandLineTest, a_wrong_passphrase_opens_nothing) {
    CommandLine kz = person("KZ");
    const auto output = run_program({"/usr/bin/env",
                                     "SERAI_PASSPHRASE=wrong",
                                     "SERAI_HOME=" + kz.home().string(),
                                     SERAI_BINARY,
                                     "whoami"});
    EXPECT_EQ(output.exit_code, not_set_up);
    EXPECT_NE(output.text.find("passphrase"), std::string::npos);
}

TEST_F(CommandLineTest, init_and_enroll_set_up_a_device_whose_key_never_left_it) {
    const CommandLine kz{network.directory() / "fresh"};
    const std::string genesis = (network.directory() / "genesis.bin").string();
    const std::string fingerprint = to_hex(network.network().fingerprint);
    const std::vector<std::string> init{"init",
                                        "--server",
                                        "127.0.0.1:" + std::to_string(server.port()),
                                        "--genesis",
                                        genesis,
                                        "--fingerprint",
                                        fingerprint,
                                        "--id",
                                        "spiffe://kz.pve.example/focal-point/person-5/tablet"};
    kz.must(init);
    EXPECT_EQ(kz.run(init).exit_code, not_set_up);
    EXPECT_EQ(kz.run({"channels"}).exit_code, not_set_up);
    constexpr std::size_t kMax = 100'000;
    const auto request = client::read_file(kz.home() / "request.pem", kMax);
    ASSERT_TRUE(request);
    EXPECT_EQ(as_text(*request).find("PRIVATE"), std::string_view::npos);

    // A certificate for another key is refused.
    const TestDevice other = network.device("KZ", "focal-point/person-5/tablet");
    const std::string pem = crypto::x509::pem_encode("CERTIFICATE", other.chain.front());
    const auto file = network.directory() / "other.pem";
    ASSERT_TRUE(client::write_file_durably(file, as_bytes(pem)));
    EXPECT_EQ(kz.run({"enroll", file.string()}).exit_code, untrusted);
}

TEST_F(CommandLineTest, init_refuses_a_genesis_with_another_fingerprint) {
    const CommandLine kz{network.directory() / "fresh"};
    const auto output = kz.run({"init",
                                "--server",
                                "127.0.0.1:1",
                                "--genesis",
                                (network.directory() / "genesis.bin").string(),
                                "--fingerprint",
                                std::string(64, 'a'),
                                "--id",
                                "spiffe://kz.pve.example/focal-point/p/d"});
    EXPECT_EQ(output.exit_code, untrusted);
    EXPECT_FALSE(std::filesystem::exists(kz.home() / "vault"));
}

TEST_F(CommandLineTest, a_server_with_another_key_is_not_talked_to) {
    const TestNetwork elsewhere;
    const ServerProcess impostor = elsewhere.start_server();
    const auto home = network.directory() / "homes/KZ";
    make_home(network, network.device("KZ"), impostor.port(), home);

    const auto output = CommandLine{home}.run({"channels"});

    EXPECT_EQ(output.exit_code, untrusted);
    EXPECT_NE(output.text.find("key"), std::string::npos);
}

TEST_F(CommandLineTest, a_revoked_device_is_refused_from_then_on) {
    CommandLine kg = person("KG");
    CommandLine uz = person("UZ");
    const TestDevice device = network.device("UZ", "focal-point/person-3/phone");
    const auto home = network.directory() / "homes/lost";
    make_home(network, device, server.port(), home);
    const CommandLine lost{home};
    lost.must({"join"});
    const auto file = network.directory() / "uz.crl";
    ASSERT_TRUE(client::write_file_durably(file, network.crl("UZ", device.chain)));

    uz.must({"crl", "publish", file.string()});

    EXPECT_EQ(lost.run({"channels"}).exit_code, untrusted);
    kg.must({"channels"});
}

}  // namespace
}  // namespace serai::tests
