// Documents from one client to another through the real server.
#include "client/audit/openings.hpp"
#include "client/channel/roster.hpp"
#include "client/documents/transfer.hpp"
#include "client/files.hpp"
#include "tests/client/member.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace serai::tests {
namespace {

namespace documents = client::documents;
namespace message = protocol::message;
using client::ClientError;
using testing::ElementsAre;

void ignore_progress(std::uint64_t, std::uint64_t) {}

class Documents : public testing::Test {
  protected:
    Documents()
        : server(network.start_server()),
          kz(network, server.port(), "KZ"),
          kg(network, server.port(), "KG"),
          group(kz.found()) {
        kz.invite(group, kg);
        kg.join();
    }

    std::filesystem::path make_file(const std::string& name, std::size_t size) {
        auto path = network.directory() / name;
        Bytes content(size);
        fill_with_noise(content);
        EXPECT_TRUE(client::write_file_durably(path, content));
        return path;
    }

    static void fill_with_noise(Bytes& out) {
        std::uint64_t state = out.size() + 1;
        for (std::uint8_t& byte : out) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            byte = static_cast<std::uint8_t>(state >> 56U);
        }
    }

    documents::PutInput input(const std::filesystem::path& file) {
        documents::PutInput put;
        put.group = group;
        put.file = file;
        put.name = file.filename().string();
        put.marking.tlp = message::Tlp::amber;
        put.marking.originator = *protocol::network::PartyCode::parse("KZ");
        return put;
    }

    Result<client::channel::HistoryEntry> put(Member& member, const documents::PutInput& what) {
        documents::ObjectStore objects{member.client().https(), member.diagnostics()};
        return documents::put(
            member.context(), objects, member.home() / "spool", what, ignore_progress);
    }

    Result<documents::Got> get(Member& member, const std::string& name) {
        EXPECT_TRUE(member.catch_up(group));
        SERAI_TRY(found, documents::find(member.client().vault(), group, name));
        documents::ObjectStore objects{member.client().https(), member.diagnostics()};
        return documents::get(member.context(),
                              objects,
                              group,
                              found,
                              network.directory() / ("got-" + name),
                              ignore_progress);
    }

    static Bytes content_of(const std::filesystem::path& file) {
        constexpr std::size_t kMax = 100 * 1024 * 1024;
        const auto content = client::read_file(file, kMax);
        return content ? *content : Bytes{};
    }

    TestNetwork network;
    ServerProcess server;
    Member kz;
    Member kg;
    GroupId group;
};

TEST_F(Documents, arrive_as_they_were_sent) {
    for (const std::size_t size : {std::size_t{0},
                                   std::size_t{1},
                                   std::size_t{16 * 1024},
                                   std::size_t{5 * 1024 * 1024 + 77}}) {
        const auto file = make_file("file-" + std::to_string(size), size);
        const auto sent = put(kz, input(file));
        ASSERT_TRUE(sent) << sent.error().message() << ": " << kz.diagnostics().explanation();

        const auto got = get(kg, file.filename().string());

        ASSERT_TRUE(got) << got.error().message() << ": " << kg.diagnostics().explanation();
        EXPECT_EQ(content_of(got->file), content_of(file)) << size;
    }
    EXPECT_TRUE(std::filesystem::is_empty(kz.home() / "spool"));
}

TEST_F(Documents, leave_a_history_that_the_originator_can_verify) {
    ASSERT_TRUE(put(kz, input(make_file("report.pdf", 1000))));
    ASSERT_TRUE(get(kg, "report.pdf"));
    const auto found = documents::find(kz.client().vault(), group, "report.pdf");

    const auto history = client::audit::query_openings(
        kz.context(), client::audit::document_scope(found->manifest.document));

    ASSERT_TRUE(history) << kz.diagnostics().explanation();
    ASSERT_TRUE(client::audit::check_included(kz.context(), *history));
    std::vector<std::string> deeds;
    for (const client::audit::VerifiedEntry& entry : *history) {
        deeds.push_back(entry.type + " by " + entry.signer.value_or("nobody"));
    }
    EXPECT_THAT(deeds,
                ElementsAre("seal-document by spiffe://kz.pve.example/focal-point/person-1/laptop",
                            "open-document by spiffe://kg.pve.example/focal-point/person-1/laptop",
                            "complete-document by "
                            "spiffe://kg.pve.example/focal-point/person-1/laptop"));
}

TEST_F(Documents, leave_no_ciphertext_of_an_earlier_process_behind) {
    const auto spool = kz.home() / "spool";
    std::filesystem::create_directories(spool);
    ASSERT_TRUE(client::write_file_durably(spool / (std::string(32, 'a') + ".sealed"), Bytes(100)));

    ASSERT_TRUE(put(kz, input(make_file("tidy.txt", 10))));

    EXPECT_TRUE(std::filesystem::is_empty(spool));
}

TEST_F(Documents, do_not_touch_a_file_of_the_same_name_that_is_being_written) {
    ASSERT_TRUE(put(kz, input(make_file("notes.txt", 10))));
    const auto others = network.directory() / "got-notes.txt.part";
    ASSERT_TRUE(client::write_file_durably(others, to_bytes(as_bytes("mine"))));

    ASSERT_TRUE(get(kg, "notes.txt"));

    EXPECT_EQ(content_of(others), to_bytes(as_bytes("mine")));
}

TEST_F(Documents, in_another_partys_name_are_refused) {
    documents::PutInput forged = input(make_file("forged.txt", 10));
    forged.marking.originator = *protocol::network::PartyCode::parse("UZ");
    ASSERT_TRUE(put(kz, forged));

    EXPECT_EQ(get(kg, "forged.txt").error(), ClientError::damaged_content);
    EXPECT_FALSE(std::filesystem::exists(network.directory() / "got-forged.txt"));
}

TEST_F(Documents, larger_than_the_limit_are_refused_before_anything_is_sent) {
    const auto file = network.directory() / "huge";
    {
        const auto made = client::write_file_durably(file, {});
        ASSERT_TRUE(made);
    }
    std::filesystem::resize_file(file, 80ULL * 1024 * 1024);

    EXPECT_EQ(put(kz, input(file)).error(), WireError::too_large);
}

TEST_F(Documents, that_the_server_changed_are_noticed) {
    ASSERT_TRUE(put(kz, input(make_file("whole.bin", 100'000))));
    // The server seals other bytes than were announced.
    ASSERT_TRUE(kg.reconnect(
        lie_about<message::OpenDocument>([](message::Grant& grant) { grant.digest[0] ^= 1U; })));

    EXPECT_EQ(get(kg, "whole.bin").error(), ClientError::damaged_content);
    EXPECT_FALSE(std::filesystem::exists(network.directory() / "got-whole.bin"));
}

TEST_F(Documents, whose_bytes_the_server_changed_are_refused) {
    ASSERT_TRUE(put(kz, input(make_file("bytes.bin", 100'000))));
    const auto sealed = network.data_directory() / "objects" / "sealed";
    const std::filesystem::directory_iterator only{sealed};
    {
        std::fstream object{only->path(), std::ios::binary | std::ios::in | std::ios::out};
        constexpr std::streamoff kPlace = 70'000;
        object.seekg(kPlace);
        const auto byte = static_cast<char>(object.get() ^ 1);
        object.seekp(kPlace);
        object.put(byte);
        ASSERT_TRUE(object.flush());
    }

    EXPECT_EQ(get(kg, "bytes.bin").error(), ClientError::damaged_content);

    EXPECT_FALSE(std::filesystem::exists(network.directory() / "got-bytes.bin"));
    // What was fetched before the damage was noticed does not stay either.
    for (const auto& entry : std::filesystem::directory_iterator{network.directory()}) {
        EXPECT_NE(entry.path().extension(), ".part") << entry.path();
    }
}

TEST_F(Documents, are_out_of_reach_after_removal) {
    ASSERT_TRUE(put(kz, input(make_file("later.txt", 10))));
    ASSERT_TRUE(kg.catch_up(group));
    ASSERT_TRUE(client::channel::expel(kz.context(), group, kg.person()));

    EXPECT_FALSE(get(kg, "later.txt"));
}

TEST_F(Documents, go_on_uploading_where_they_were_interrupted) {
    const auto file = make_file("long.bin", 3 * 1024 * 1024);
    std::vector<std::uint64_t> seen;

    struct Interrupted {};

    documents::ObjectStore objects{kz.client().https(), kz.diagnostics()};
    const auto spool = kz.home() / "spool";
    EXPECT_THROW(static_cast<void>(
                     documents::put(kz.context(),
                                    objects,
                                    spool,
                                    input(file),
                                    [](std::uint64_t, std::uint64_t) { throw Interrupted{}; })),
                 Interrupted);

    const auto sent = documents::put(
        kz.context(), objects, spool, input(file), [&](std::uint64_t done, std::uint64_t) {
            seen.push_back(done);
        });

    ASSERT_TRUE(sent) << kz.diagnostics().explanation();
    EXPECT_GT(seen.front(), documents::kTransferStep);
    const auto got = get(kg, "long.bin");
    ASSERT_TRUE(got) << kg.diagnostics().explanation();
    EXPECT_EQ(content_of(got->file), content_of(file));
}

}  // namespace
}  // namespace serai::tests
