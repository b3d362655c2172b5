// What commands tell scripts: exit codes of the rarer kinds, the name of the evidence, the fields that docs/cli.md promises.
#include "client/client.hpp"
#include "client/files.hpp"
#include "crypto/x509/key_files.hpp"
#include "tests/client/command_line.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <fstream>
#include <memory>
#include <set>

namespace serai::tests {
namespace {

namespace fs = std::filesystem;

constexpr int kServerLied = 8;
constexpr int kDamaged = 9;

using Fields = std::set<std::string>;

class CommandOutcome : public testing::Test {
  protected:
    CommandOutcome() : server(network.start_server()) {}

    CommandLine person(std::string_view party) {
        const auto home = network.directory() / "homes" / std::string{party};
        make_home(network, network.device(party), server.port(), home);
        CommandLine serai{home};
        serai.must({"join"});
        return serai;
    }

    // Two members of "Case 14".
    std::pair<CommandLine, CommandLine> two_members() {
        CommandLine kz = person("KZ");
        CommandLine kg = person("KG");
        kz.must({"create", "Case 14", "--theme", "t", "--party", "KZ", "--party", "KG"});
        kz.must({"invite", "Case 14", "KG/person-1"});
        kg.must({"join"});
        return {std::move(kz), std::move(kg)};
    }

    fs::path file_of(const std::string& name, const Bytes& content) {
        auto path = network.directory() / name;
        EXPECT_TRUE(client::write_file_durably(path, content));
        return path;
    }

    static void change_a_byte(const fs::path& path) {
        constexpr std::streamoff kPlace = 1000;
        std::fstream file{path, std::ios::binary | std::ios::in | std::ios::out};
        file.seekg(kPlace);
        const auto changed = static_cast<char>(file.get() ^ 1);
        file.seekp(kPlace);
        file.put(changed);
        ASSERT_TRUE(file.flush());
    }

    // The last line that a command with --json says.
    static boost::json::object object_of(const std::string& text) {
        const auto end = text.find_last_not_of('\n');
        const auto begin = text.rfind('\n', end);
        boost::system::error_code error;
        const auto value = boost::json::parse(
            text.substr(begin == std::string::npos ? 0 : begin + 1, end - begin), error);
        EXPECT_TRUE(!error && value.is_object()) << text;
        return value.is_object() ? value.as_object() : boost::json::object{};
    }

    static Fields fields_of(const boost::json::object& object) {
        Fields fields;
        for (const auto& field : object) {
            fields.emplace(field.key());
        }
        return fields;
    }

    TestNetwork network;
    ServerProcess server;
};

// The oldest trick of all: the server is set back to yesterday's backup.
TEST_F(CommandOutcome, a_server_that_was_set_back_is_code_8_with_the_evidence_named) {
    const CommandLine kz = person("KZ");
    const auto data = network.data_directory();
    const auto backup = network.directory() / "backup";
    network.configure({{"listen.port", std::to_string(server.port())}});
    server.terminate();
    fs::copy(data, backup, fs::copy_options::recursive);
    server = network.start_server();
    kz.must({"create", "Case 14", "--theme", "t", "--party", "KZ"});
    server.terminate();
    fs::remove_all(data);
    fs::rename(backup, data);
    server = network.start_server();

    const auto told = kz.run({"channels"});
    const auto for_scripts = kz.run({"--json", "channels"});

    EXPECT_EQ(told.exit_code, kServerLied) << told.text;
    EXPECT_EQ(for_scripts.exit_code, kServerLied) << for_scripts.text;
    const auto object = object_of(for_scripts.text);
    ASSERT_TRUE(object.contains("evidence")) << for_scripts.text;
    EXPECT_EQ(object.at("exit_code").to_number<int>(), kServerLied);
    EXPECT_EQ(fs::path{std::string{object.at("evidence").as_string()}}.parent_path(),
              kz.home() / "evidence");
    std::size_t named = 0;
    for (const auto& entry : fs::directory_iterator{kz.home() / "evidence"}) {
        named += count_of(told.text, "the evidence is in " + entry.path().string());
    }
    EXPECT_EQ(named, 1U) << told.text;
}

TEST_F(CommandOutcome, a_damaged_document_is_code_9_and_no_file) {
    const auto [kz, kg] = two_members();
    const auto file = file_of("report.bin", Bytes(50'000, 7));
    kz.must({"put", "Case 14", file.string(), "--tlp", "red"});
    const fs::directory_iterator sealed{network.data_directory() / "objects" / "sealed"};
    change_a_byte(sealed->path());
    const auto out = network.directory() / "got.bin";

    const auto told = kg.run({"get", "Case 14", "report.bin", "--out", out.string()});

    EXPECT_EQ(told.exit_code, kDamaged) << told.text;
    EXPECT_FALSE(fs::exists(out));
}

TEST_F(CommandOutcome, the_json_of_documents_and_removals_has_the_promised_fields) {
    const auto [kz, kg] = two_members();
    const auto file = file_of("report.bin", Bytes(1000, 7));

    const auto put =
        object_of(kz.must({"--json", "put", "Case 14", file.string(), "--tlp", "amber"}));
    const Fields of_put = fields_of(put);
    for (const auto* field : {"record", "leaf", "time", "kind", "sender", "sent", "document"}) {
        EXPECT_TRUE(of_put.contains(field)) << field;
    }
    EXPECT_EQ(put.at("kind").as_string(), "message");

    const auto out = network.directory() / "got.bin";
    const auto got =
        object_of(kg.must({"--json", "get", "Case 14", "report.bin", "--out", out.string()}));
    EXPECT_EQ(
        fields_of(got),
        (Fields{
            "file", "document", "name", "size", "from", "marking", "opened_at", "completed_at"}));
    EXPECT_EQ(got.at("file").as_string(), out.string());
    EXPECT_EQ(got.at("size").to_number<int>(), 1000);

    const auto history = object_of(kz.must({"--json", "history", "Case 14", "report.bin"}));
    EXPECT_EQ(fields_of(history), (Fields{"document", "name", "history"}));
    const auto& entries = history.at("history").as_array();
    ASSERT_EQ(entries.size(), 3U);
    for (const auto& entry : entries) {
        EXPECT_EQ(fields_of(entry.as_object()), (Fields{"time", "who", "what", "entry", "signed"}));
        EXPECT_TRUE(entry.at("signed").as_bool());
    }
    EXPECT_EQ(entries.at(1).at("entry").to_number<std::uint64_t>(),
              got.at("opened_at").to_number<std::uint64_t>());

    const auto removed = object_of(kz.must({"--json", "remove", "Case 14", "KG/person-1"}));
    EXPECT_EQ(fields_of(removed), (Fields{"channel", "removed"}));
}

// The key of a certificate request, as the CA that is asked sees it.
Bytes key_of_request(ByteView pem) {
    const std::unique_ptr<BIO, decltype(&::BIO_free)> in{
        ::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &::BIO_free};
    const std::unique_ptr<X509_REQ, decltype(&::X509_REQ_free)> request{
        ::PEM_read_bio_X509_REQ(in.get(), nullptr, nullptr, nullptr), &::X509_REQ_free};
    EVP_PKEY* key = ::X509_REQ_get0_pubkey(request.get());
    EXPECT_EQ(::X509_REQ_verify(request.get(), key), 1);
    Bytes raw(32);
    std::size_t size = raw.size();
    EXPECT_EQ(::EVP_PKEY_get_raw_public_key(key, raw.data(), &size), 1);
    return raw;
}

TEST_F(CommandOutcome, enroll_takes_what_the_ca_made_of_the_request) {
    const CommandLine kz{network.directory() / "fresh"};
    const std::string id = "spiffe://kz.pve.example/focal-point/person-5/tablet";
    kz.must({"init",
             "--server",
             "127.0.0.1:" + std::to_string(server.port()),
             "--genesis",
             (network.directory() / "genesis.bin").string(),
             "--fingerprint",
             to_hex(network.network().fingerprint),
             "--id",
             id});
    constexpr std::size_t kMax = 100'000;
    const auto request = client::read_file(kz.home() / "request.pem", kMax);
    ASSERT_TRUE(request);
    LeafOptions options = leaf_options_now();
    options.uris = {id};
    options.public_key = key_of_request(*request);
    const std::string pem =
        crypto::x509::pem_encode("CERTIFICATE", network.ca("KZ").issue(options));

    const auto enrolled = object_of(
        kz.must({"--json", "enroll", file_of("kz.pem", to_bytes(as_bytes(pem))).string()}));

    EXPECT_EQ(fields_of(enrolled), (Fields{"id", "network"}));
    EXPECT_EQ(enrolled.at("id").as_string(), id);
    // And it is one who can be invited, and who can speak.
    const CommandLine founder = person("KZ");
    founder.must({"create", "Case 14", "--theme", "t", "--party", "KZ"});
    founder.must({"invite", "Case 14", "KZ/person-5"});
    EXPECT_NE(kz.must({"join"}).find("Joined 'Case 14'"), std::string::npos);
    kz.must({"send", "Case 14", "enrolled"});
    EXPECT_EQ(count_of(founder.must({"read", "Case 14"}), "enrolled"), 1U);
}

}  // namespace
}  // namespace serai::tests
