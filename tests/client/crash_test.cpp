// The program is killed wherever it has something under way; the next command carries on, and everything happens once.
#include "client/channel/stock_note.hpp"
#include "client/files.hpp"
#include "client/vault/vault.hpp"
#include "tests/client/command_line.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

namespace serai::tests {
namespace {

constexpr int kKilled = 137;

std::size_t crash_runs() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    constexpr std::size_t kDefault = 12;
#else
    constexpr std::size_t kDefault = 50;
#endif
    const char* text = std::getenv("SERAI_CRASH_RUNS");
    return text == nullptr ? kDefault : std::stoul(text);
}

class ClientCrash : public testing::Test {
  protected:
    ClientCrash()
        : server(network.start_server()), kz(person("KZ")), kg(person("KG")), uz(person("UZ")) {
        kz.must(
            {"create", "Case", "--theme", "t", "--party", "KZ", "--party", "KG", "--party", "UZ"});
        kz.must({"invite", "Case", "KG/person-1"});
        kg.must({"join"});
    }

    CommandLine person(std::string_view party) {
        const auto home = network.directory() / "homes" / std::string{party};
        make_home(network, network.device(party), server.port(), home);
        CommandLine serai{home};
        serai.must({"join"});
        return serai;
    }

    // Runs a command that dies at the point. It must get there.
    static void die(const CommandLine& serai,
                    const std::vector<std::string>& arguments,
                    const std::string& point) {
        const auto output = serai.run(arguments, point);
        ASSERT_EQ(output.exit_code, kKilled) << point << ": " << output.text;
    }

    TestNetwork network;
    ServerProcess server;
    CommandLine kz;
    CommandLine kg;
    CommandLine uz;
};

TEST_F(ClientCrash, a_message_arrives_once_wherever_its_sender_dies) {
    for (const std::string point :
         {"client.send.begun", "client.send.saved", "client.send.answered"}) {
        die(kz, {"send", "Case", "sent at " + point}, point);

        EXPECT_EQ(count_of(kz.must({"read", "Case"}), "sent at " + point), 1U) << point;
        EXPECT_EQ(count_of(kg.must({"read", "Case"}), "sent at " + point), 1U) << point;
    }
}

TEST_F(ClientCrash, a_message_arrives_once_though_the_epoch_has_moved_on) {
    die(kz, {"send", "Case", "from the epoch before"}, "client.send.saved");
    // KG may bring in its own people.
    const auto home = network.directory() / "homes/KG2";
    make_home(network, network.device("KG", "focal-point/person-2/laptop"), server.port(), home);
    CommandLine{home}.must({"join"});
    kg.must({"invite", "Case", "KG/person-2"});

    EXPECT_EQ(count_of(kz.must({"read", "Case"}), "from the epoch before"), 1U);

    EXPECT_EQ(count_of(kg.must({"read", "Case"}), "from the epoch before"), 1U);
}

TEST_F(ClientCrash, an_invitation_is_finished_wherever_it_was_interrupted) {
    for (const std::string point : {"client.roster.saved",
                                    "client.roster.answered",
                                    "client.roster.saved:2",
                                    "client.roster.answered:2",
                                    "client.commit.saved",
                                    "client.commit.answered"}) {
        die(kz, {"invite", "Case", "UZ/person-1"}, point);
        kz.must({"read", "Case"});
        EXPECT_NE(kg.must({"members", "Case"}).find("UZ"), std::string::npos) << point;
        EXPECT_NE(uz.must({"join"}).find("Joined 'Case'"), std::string::npos) << point;
        kz.must({"send", "Case", "hello after " + point});
        EXPECT_EQ(count_of(uz.must({"read", "Case"}), "hello after " + point), 1U) << point;
        kz.must({"remove", "Case", "UZ/person-1"});
        uz.must({"read", "Case"});
    }
}

TEST_F(ClientCrash, an_invitation_is_good_though_somebody_spoke_before_its_commit) {
    die(kz, {"invite", "Case", "UZ/person-1"}, "client.commit.saved");
    kg.must({"send", "Case", "between head and commit"});
    kz.must({"read", "Case"});

    EXPECT_NE(uz.must({"join"}).find("Joined 'Case'"), std::string::npos);

    kz.must({"send", "Case", "hello"});
    EXPECT_EQ(count_of(uz.must({"read", "Case"}), "hello"), 1U);
    EXPECT_EQ(count_of(uz.must({"read", "Case"}), "between head and commit"), 0U);
    uz.must({"send", "Case", "and hello"});
    EXPECT_EQ(count_of(kg.must({"read", "Case"}), "and hello"), 1U);
}

TEST_F(ClientCrash, a_removal_is_finished_wherever_it_was_interrupted) {
    for (const std::string point : {"client.roster.saved",
                                    "client.roster.answered",
                                    "client.commit.saved",
                                    "client.commit.answered"}) {
        kz.must({"invite", "Case", "UZ/person-1"});
        uz.must({"join"});
        die(kz, {"remove", "Case", "UZ/person-1"}, point);
        kz.must({"send", "Case", "not for UZ: " + point});
        EXPECT_EQ(count_of(uz.run({"read", "Case"}).text, "not for UZ: " + point), 0U) << point;
        EXPECT_EQ(kz.must({"members", "Case"}).find("UZ"), std::string::npos) << point;
    }
}

TEST_F(ClientCrash, a_channel_is_founded_once_wherever_the_founder_dies) {
    for (const std::string point : {"client.found.saved",
                                    "client.found.answered",
                                    "client.establish.saved",
                                    "client.establish.answered"}) {
        die(kz, {"create", "Founded at " + point, "--theme", "t", "--party", "KZ"}, point);
        EXPECT_EQ(count_of(kz.must({"channels"}), "Founded at " + point), 1U) << point;
        kz.must({"send", "Founded at " + point, "it works"});
    }
}

TEST_F(ClientCrash, a_welcome_is_taken_once) {
    kz.must({"invite", "Case", "UZ/person-1"});
    die(uz, {"join"}, "client.join.saved");
    EXPECT_EQ(count_of(uz.must({"channels"}), "Case"), 1U);
    uz.must({"join"});
    uz.must({"send", "Case", "here I am"});
    EXPECT_EQ(count_of(kz.must({"read", "Case"}), "here I am"), 1U);
}

TEST_F(ClientCrash, a_welcome_that_was_taken_is_not_taken_again_after_a_removal) {
    kz.must({"invite", "Case", "UZ/person-1"});
    die(uz, {"join"}, "client.join.saved");
    kz.must({"remove", "Case", "UZ/person-1"});
    uz.must({"channels"});

    uz.must({"join"});

    kz.must({"invite", "Case", "UZ/person-1"});
    EXPECT_NE(uz.must({"join"}).find("Joined 'Case'"), std::string::npos);
}

TEST_F(ClientCrash, a_channel_that_was_joined_has_its_title_wherever_its_join_was_interrupted) {
    for (const std::string point : {"client.join.saved", "client.join.taken"}) {
        for (const bool again : {false, true}) {
            SCOPED_TRACE(point + (again ? ", then join" : ", then send"));
            const std::string name = point + (again ? "-join" : "-send");
            const auto home = network.directory() / "homes" / name;
            make_home(network,
                      network.device("UZ", "focal-point/" + name + "/laptop"),
                      server.port(),
                      home);
            const CommandLine fresh{home};
            fresh.must({"join"});
            kz.must({"invite", "Case", "UZ/" + name});
            die(fresh, {"join"}, point);
            ASSERT_EQ(count_of(fresh.must({"channels", "--offline"}), "Case"), 0U);

            if (again) {
                fresh.must({"join"});
            } else {
                fresh.must({"send", "Case", "said by " + name});
            }

            EXPECT_EQ(count_of(fresh.must({"channels", "--offline"}), "Case"), 1U);
        }
    }
}

TEST_F(ClientCrash, key_packages_are_published_once) {
    for (const std::string point : {"client.publish.saved", "client.publish.answered"}) {
        const auto home = network.directory() / "homes" / point;
        make_home(
            network, network.device("UZ", "focal-point/" + point + "/laptop"), server.port(), home);
        const CommandLine fresh{home};
        die(fresh, {"join"}, point);
        fresh.must({"join"});
        kz.must({"invite", "Case", "UZ/" + point});
        EXPECT_NE(fresh.must({"join"}).find("Joined 'Case'"), std::string::npos) << point;
    }
}

// The vault of a home that no process has open.
client::vault::Vault open_vault(const std::filesystem::path& home) {
    client::Diagnostics diagnostics;
    auto vault = client::vault::Vault::open(
        home / "vault", client::vault::Passphrase::from_bytes(as_bytes(kPassphrase)), diagnostics);
    if (!vault) {
        throw std::runtime_error{vault.error().message()};
    }
    return std::move(*vault);
}

TEST_F(ClientCrash, a_last_resort_is_replaced_once_the_directory_is_known_to_have_the_next) {
    using client::vault::Place;
    using client::vault::Table;
    const auto note_of = [](const CommandLine& serai) {
        const auto note = open_vault(serai.home())
                              .get_decoded<client::channel::StockNote>(Place::only(Table::stock));
        return note && *note ? **note : client::channel::StockNote{};
    };
    const auto holds = [](const CommandLine& serai, const Bytes& reference) {
        const auto key = open_vault(serai.home()).get(Place::named(Table::key_package, reference));
        return key && *key;
    };
    for (const std::string point : {"client.publish.saved", "client.publish.answered"}) {
        SCOPED_TRACE(point);
        // So short a certificate that the key packages which it gives want replacing as soon as there is a longer one.
        LeafOptions options = leaf_options_now();
        options.uris = {network.ca("UZ").uri("focal-point/" + point + "/desk")};
        options.not_after = UnixSeconds{now_seconds().value() + 2 * kDay};
        const auto device = network.device_with("UZ", network.ca("UZ"), options);
        const auto home = network.directory() / "homes" / (point + "-desk");
        make_home(network, device, server.port(), home);
        const CommandLine serai{home};
        serai.must({"join"});
        const auto before = note_of(serai);
        options.not_after = leaf_options_now().not_after;
        options.public_key = device.keys.public_key;
        const auto file = network.directory() / "renewed.der";
        ASSERT_TRUE(client::write_file_durably(file, network.ca("UZ").issue(options)));

        die(serai, {"enroll", file.string()}, point);
        EXPECT_EQ(note_of(serai).present, before.present);
        serai.must({"channels"});

        const auto after = note_of(serai);
        EXPECT_NE(after.present, before.present);
        EXPECT_EQ(after.former, before.present);
        EXPECT_TRUE(holds(serai, after.present));
        EXPECT_TRUE(holds(serai, after.former));
    }
}

TEST_F(ClientCrash, a_document_is_put_and_announced_once) {
    const auto file = network.directory() / "file.bin";
    Bytes content(2'500'000, 0x5A);
    ASSERT_TRUE(client::write_file_durably(file, content));
    for (const std::string point : {"client.put.uploading",
                                    "client.seal.saved",
                                    "client.seal.answered",
                                    "client.send.saved"}) {
        const std::vector<std::string> put{
            "put", "Case", file.string(), "--tlp", "red", "--name", point + ".bin"};
        die(kz, put, point);
        if (point == "client.put.uploading") {
            kz.must(put);
        }
        kz.must({"read", "Case"});
        EXPECT_EQ(count_of(kg.must({"documents", "Case"}), point + ".bin"), 1U) << point;
        const auto out = network.directory() / (point + ".got");
        kg.must({"get", "Case", point + ".bin", "--out", out.string()});
        EXPECT_EQ(*client::read_file(out, content.size() + 1), content) << point;
    }
}

TEST_F(ClientCrash, an_opening_leaves_no_half_file_and_is_completed_later) {
    const auto file = network.directory() / "file.bin";
    ASSERT_TRUE(client::write_file_durably(file, Bytes(1000, 0x5A)));
    kz.must({"put", "Case", file.string(), "--tlp", "green"});
    const auto out = network.directory() / "got.bin";

    die(kg, {"get", "Case", "file.bin", "--out", out.string()}, "client.get.opened");
    EXPECT_FALSE(std::filesystem::exists(out));
    die(kg, {"get", "Case", "file.bin", "--out", out.string()}, "client.complete.saved");
    EXPECT_TRUE(std::filesystem::exists(out));
    kg.must({"channels"});

    const std::string history = kz.must({"history", "Case", "file.bin"});
    EXPECT_EQ(count_of(history, "opened it"), 2U) << history;
    EXPECT_EQ(count_of(history, "received all of it"), 1U) << history;
}

// Starts a command and kills it after a while that nobody chose.
void kill_at_random(const CommandLine& serai,
                    const std::vector<std::string>& arguments,
                    std::mt19937& random) {
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
        ::setenv("SERAI_PASSPHRASE", kPassphrase, 1);
        ::setenv("SERAI_HOME", serai.home().c_str(), 1);
        std::vector<char*> argv;
        std::string program{SERAI_BINARY};
        std::vector<std::string> copies = arguments;
        argv.push_back(program.data());
        for (std::string& copy : copies) {
            argv.push_back(copy.data());
        }
        argv.push_back(nullptr);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    constexpr unsigned kLongest = 400;
    std::this_thread::sleep_for(std::chrono::milliseconds{random() % kLongest});
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
}

// Everything that has an effect, killed at random, then done for certain; each leaves the scene as the next one wants it.
class KilledAtRandom : public ClientCrash {
  protected:
    enum Step { kSend, kInvite, kJoin, kPut, kGet, kRemove, kSteps };

    KilledAtRandom() {
        const char* given = std::getenv("SERAI_CRASH_SEED");
        seed = given == nullptr ? std::random_device{}()
                                : static_cast<std::uint32_t>(std::stoul(given));
        random.seed(seed);
        EXPECT_TRUE(client::write_file_durably(file, content));
    }

    void take(std::size_t step, const std::string& n) {
        switch (step) {
            case kSend:
                return send(n);
            case kInvite:
                return invite();
            case kJoin:
                return join(n);
            case kPut:
                return put(n);
            case kGet:
                return get(n);
            default:
                return remove(n);
        }
    }

    void send(const std::string& n) {
        kill_at_random(kz, {"send", "Case", "killed " + n}, random);
        kz.must({"send", "Case", "sure " + n});
    }

    void invite() {
        kill_at_random(kz, {"invite", "Case", "UZ/person-1"}, random);
        if (count_of(kz.must({"members", "Case"}), "UZ") == 0) {
            kz.must({"invite", "Case", "UZ/person-1"});
        }
    }

    void join(const std::string& n) {
        kill_at_random(uz, {"join"}, random);
        uz.must({"join"});
        uz.must({"send", "Case", "joined " + n});
        EXPECT_EQ(count_of(kg.must({"read", "Case"}), "joined " + n), 1U);
    }

    void put(const std::string& n) {
        document = n + ".bin";
        const std::vector<std::string> words{
            "put", "Case", file.string(), "--tlp", "red", "--name", document};
        kill_at_random(kz, words, random);
        if (count_of(kz.must({"documents", "Case"}), document) == 0) {
            kz.must(words);
        }
        EXPECT_EQ(count_of(kg.must({"documents", "Case"}), document), 1U);
    }

    void get(const std::string& n) {
        const auto out = network.directory() / (n + ".got");
        const std::vector<std::string> words{"get", "Case", document, "--out", out.string()};
        kill_at_random(kg, words, random);
        if (!std::filesystem::exists(out)) {
            kg.must(words);
        }
        EXPECT_EQ(*client::read_file(out, content.size() + 1), content);
    }

    void remove(const std::string& n) {
        kill_at_random(kz, {"remove", "Case", "UZ/person-1"}, random);
        if (count_of(kz.must({"members", "Case"}), "UZ") != 0) {
            kz.must({"remove", "Case", "UZ/person-1"});
        }
        kz.must({"send", "Case", "sure " + n});
        EXPECT_EQ(count_of(uz.must({"read", "Case"}), "sure " + n), 0U);
    }

    std::uint32_t seed = 0;
    std::mt19937 random;
    const std::filesystem::path file = network.directory() / "file.bin";
    const Bytes content = Bytes(300'000, 0x5A);
    std::string document;
};

TEST_F(KilledAtRandom, again_and_again_nothing_is_lost_or_doubled) {
    SCOPED_TRACE("SERAI_CRASH_SEED=" + std::to_string(seed));
    // The last round may end anywhere.
    const std::size_t runs = std::max<std::size_t>(crash_runs(), kSteps);
    for (std::size_t i = 0; i < runs; ++i) {
        const std::string n = "<" + std::to_string(i) + ">";
        SCOPED_TRACE(n);
        take(i % kSteps, n);
    }

    const std::string at_kz = kz.must({"read", "Case"});
    const std::string at_kg = kg.must({"read", "Case"});

    for (std::size_t i = 0; i < runs; ++i) {
        const std::string n = "<" + std::to_string(i) + ">";
        const bool certain = i % kSteps == kSend || i % kSteps == kRemove;
        EXPECT_EQ(count_of(at_kz, "sure " + n), certain ? 1U : 0U);
        EXPECT_EQ(count_of(at_kg, "sure " + n), certain ? 1U : 0U);
        EXPECT_LE(count_of(at_kg, "killed " + n), 1U);
        EXPECT_EQ(count_of(at_kz, "killed " + n), count_of(at_kg, "killed " + n));
    }
    kz.must({"audit", "verify"});
    kg.must({"audit", "verify"});
}

}  // namespace
}  // namespace serai::tests
