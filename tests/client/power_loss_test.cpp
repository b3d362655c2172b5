// What the client says is done survives power loss: homes, evidence, documents that were got, ciphertext that waits for its upload.
#include "client/documents/spool.hpp"
#include "client/documents/transfer.hpp"
#include "client/documents/unfinished_file.hpp"
#include "client/files.hpp"
#include "crypto/document/padding.hpp"
#include "crypto/primitive/hash.hpp"
#include "tests/client/member.hpp"
#include "tests/support/power_loss_file_system.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace serai::tests {
namespace {

namespace documents = client::documents;
namespace message = protocol::message;
namespace fs = std::filesystem;
using protocol::network::DocumentId;

Bytes content_of(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

// A disk that can lose its power, and a home on it that was there before.
class Machine {
  public:
    explicit Machine(const std::string& ignored_sync = "") { disk_.ignore_syncs(ignored_sync); }

    [[nodiscard]] fs::path home() const { return disk_.root() / "home"; }

    storage::file::FileSystem& files() { return *files_; }

    PowerLossDisk& disk() { return disk_; }

    void lose_power() {
        disk_.cut_power();
        disk_.restore();
    }

  private:
    static fs::path with_home(const fs::path& scratch) {
        fs::create_directories(scratch / "disk" / "home");
        return scratch;
    }

    TempDirectory scratch_;
    PowerLossDisk disk_{with_home(scratch_.path())};
    std::unique_ptr<storage::file::FileSystem> files_ = make_power_loss_file_system(disk_);
};

const DocumentId kDocument{ByteArray<16>{1}};

// ---- lives: each does something, loses its power, and says whether it is there afterwards ----

using Life = bool (*)(Machine&);

bool a_new_home_survives(Machine& machine) {
    const TestNetwork network;
    const client::Home home{machine.disk().root() / "new" / "home"};
    client::Diagnostics diagnostics;
    client::InitInput input;
    input.settings = {{"127.0.0.1", 1}, network.network().fingerprint, network.device("KZ").id};
    input.genesis = protocol::codec::encode(network.genesis());
    input.cost = crypto::kCheapestPasswordCost;
    const auto made = client::Client::init(home,
                                           client::vault::Passphrase::from_bytes(as_bytes("word")),
                                           input,
                                           diagnostics,
                                           machine.files());
    EXPECT_TRUE(made) << diagnostics.explanation();
    machine.lose_power();
    return as_text(content_of(home.request())).starts_with("-----BEGIN CERTIFICATE REQUEST");
}

bool evidence_survives(Machine& machine) {
    client::Diagnostics diagnostics;
    client::session::EvidenceLocker locker{
        machine.home() / "evidence", diagnostics, machine.files()};
    const client::session::EvidenceFile evidence{"a lie"};
    const auto file = locker.keep(evidence);
    machine.lose_power();
    return file && equal(content_of(*file), as_bytes(evidence.content()));
}

bool a_file_written_anew_survives(Machine& machine) {
    const auto file = machine.home() / "file";
    EXPECT_TRUE(client::write_file_durably(file, as_bytes("before"), machine.files()));
    EXPECT_TRUE(client::write_file_durably(file, as_bytes("after"), machine.files()));
    machine.lose_power();
    return as_text(content_of(file)) == "after";
}

bool a_document_that_was_got_survives(Machine& machine) {
    const auto target = machine.home() / "report.pdf";
    {
        documents::UnfinishedFile file{machine.files(), target, kDocument};
        EXPECT_TRUE(file.ok());
        EXPECT_TRUE(file.write(as_bytes("all of ")));
        EXPECT_TRUE(file.write(as_bytes("the report")));
        EXPECT_TRUE(file.keep());
    }
    machine.lose_power();
    return as_text(content_of(target)) == "all of the report";
}

bool ciphertext_that_waits_survives(Machine& machine) {
    const TempDirectory elsewhere;
    const auto source = elsewhere.path() / "source";
    EXPECT_TRUE(client::write_file_durably(source, Bytes(100'000, 7)));
    const auto folder = machine.home() / "spool";
    documents::Spool spool{machine.files(), folder};
    crypto::document::Manifest manifest;
    manifest.document = kDocument;
    manifest.true_length = 100'000;
    const auto key = crypto::document::DocumentKey::random(crypto::document::kDocumentKeySize);
    auto encryptor = crypto::document::Encryptor::start(key, as_bytes("somewhere"));
    EXPECT_TRUE(spool.fill(source, std::move(*encryptor), manifest));
    machine.lose_power();
    const Bytes found = content_of(spool.file(kDocument));
    return found.size() == manifest.ciphertext_length &&
           crypto::sha256(found) == manifest.ciphertext_digest;
}

constexpr Life kLives[] = {a_new_home_survives,
                           evidence_survives,
                           a_file_written_anew_survives,
                           a_document_that_was_got_survives,
                           ciphertext_that_waits_survives};

TEST(ClientSyncs, with_every_sync_in_place_nothing_is_lost) {
    for (std::size_t i = 0; i < std::size(kLives); ++i) {
        Machine machine;
        EXPECT_TRUE(kLives[i](machine)) << "life " << i;
    }
}

class ClientSyncLeftOut : public testing::TestWithParam<const char*> {};

TEST_P(ClientSyncLeftOut, loses_something) {
    int losses = 0;
    for (const Life life : kLives) {
        Machine machine{GetParam()};
        losses += life(machine) ? 0 : 1;
    }
    EXPECT_GT(losses, 0);
}

INSTANTIATE_TEST_SUITE_P(each,
                         ClientSyncLeftOut,
                         testing::Values("home_parent",
                                         "evidence_parent",
                                         "whole_file",
                                         "whole_file_directory",
                                         "spool_parent",
                                         "spool_file",
                                         "spool_directory",
                                         "got_file",
                                         "got_directory"),
                         [](const auto& sync) { return std::string{sync.param}; });

// A file that is there in part must not stay behind under any name.
TEST(UnfinishedFile, leaves_nothing_behind_unless_it_was_kept) {
    Machine machine;
    {
        documents::UnfinishedFile file{machine.files(), machine.home() / "a", kDocument};
        ASSERT_TRUE(file.write(as_bytes("half")));
    }

    EXPECT_TRUE(fs::is_empty(machine.home()));
}

TEST(UnfinishedFile, replaces_what_a_killed_process_left) {
    Machine machine;
    const auto target = machine.home() / "a";
    std::ofstream{target.string() + "." + to_hex(kDocument.value()) + ".part"} << "left behind";
    documents::UnfinishedFile file{storage::file::machine_file_system(), target, kDocument};
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file.write(as_bytes("new")));

    ASSERT_TRUE(file.keep());

    EXPECT_EQ(as_text(content_of(target)), "new");
}

// ---- the order of steps: with a server, and with the power lost at the worst moment ----

class ClientPowerLoss : public testing::Test {
  protected:
    ClientPowerLoss()
        : server(network.start_server()),
          kz(network, server.port(), "KZ", kPath, machine.files()),
          kg(network, server.port(), "KG", kPath, machine.files()),
          group(kz.found()) {
        kz.invite(group, kg);
        kg.join();
    }

    documents::PutInput input() const {
        documents::PutInput put;
        put.group = group;
        put.file = network.directory() / "report.bin";
        put.name = "report.bin";
        put.marking.tlp = message::Tlp::amber;
        put.marking.originator = *protocol::network::PartyCode::parse("KZ");
        return put;
    }

    Result<client::channel::HistoryEntry> put(const documents::OnProgress& on_progress) {
        documents::ObjectStore objects{kz.client().https(), kz.diagnostics()};
        return documents::put(
            kz.context(), objects, machine.home() / "spool", input(), on_progress);
    }

    static constexpr const char* kPath = "focal-point/person-1/laptop";

    TestNetwork network;
    ServerProcess server;
    Machine machine;
    Member kz;
    Member kg;
    GroupId group;
    const Bytes content = Bytes(2'500'000, 0x5A);
};

TEST_F(ClientPowerLoss, an_upload_goes_on_with_the_ciphertext_it_began_with) {
    struct Interrupted {};

    ASSERT_TRUE(client::write_file_durably(input().file, content));
    std::uint64_t first = 0;
    EXPECT_THROW(static_cast<void>(put([&](std::uint64_t done, std::uint64_t) {
                     first = done;
                     throw Interrupted{};
                 })),
                 Interrupted);

    machine.lose_power();

    std::vector<std::uint64_t> seen;
    const auto sent = put([&](std::uint64_t done, std::uint64_t) { seen.push_back(done); });
    ASSERT_TRUE(sent) << kz.diagnostics().explanation();
    EXPECT_GT(seen.front(), first);
}

TEST_F(ClientPowerLoss, a_document_is_said_to_have_arrived_when_it_can_no_longer_be_lost) {
    ASSERT_TRUE(client::write_file_durably(input().file, content));
    ASSERT_TRUE(put([](std::uint64_t, std::uint64_t) {}));
    // Whatever comes after the completion was sent has no part in it.
    ASSERT_TRUE(kg.reconnect([&](message::RequestType type, message::ResponseFrame&) {
        if (type == message::RequestType::complete_document) {
            machine.disk().cut_power();
        }
    }));
    ASSERT_TRUE(kg.catch_up(group));
    const auto found = documents::find(kg.client().vault(), group, "report.bin");
    ASSERT_TRUE(found);
    const auto target = machine.home() / "got.bin";
    documents::ObjectStore objects{kg.client().https(), kg.diagnostics()};

    ASSERT_TRUE(documents::get(
        kg.context(), objects, group, *found, target, [](std::uint64_t, std::uint64_t) {}))
        << kg.diagnostics().explanation();

    ASSERT_FALSE(machine.disk().is_on());
    machine.lose_power();
    EXPECT_EQ(content_of(target), content);
}

}  // namespace
}  // namespace serai::tests
