// The rules themselves: a planted fault of each kind is found, and what is allowed is let through.
#include "tests/layering/rules.hpp"

#include <gtest/gtest.h>

namespace serai::layering {
namespace {

// The reasons given for one file with one include line.
std::vector<Violation> check_line(const std::string& path, const std::string& include) {
    const bool header = path.ends_with(".hpp");
    return check({{path, (header ? "#pragma once\n" : "") + ("#include " + include + "\n")}});
}

bool is_refused(const std::string& path, const std::string& include) {
    return !check_line(path, include).empty();
}

TEST(LayeringRules, find_an_arrow_that_runs_the_wrong_way) {
    EXPECT_TRUE(is_refused("protocol/base/bytes.cpp", "\"crypto/secret/secret.hpp\""));
    EXPECT_TRUE(is_refused("crypto/merkle/proof.cpp", "\"storage/kv/store.hpp\""));
    EXPECT_TRUE(is_refused("storage/repo/channels.cpp", "\"server/session/session.hpp\""));
    EXPECT_TRUE(is_refused("server/main.cpp", "\"client/vault.hpp\""));
    EXPECT_TRUE(is_refused("client/vault.cpp", "\"storage/audit/audit_log.hpp\""));
    EXPECT_TRUE(is_refused("client/vault.cpp", "\"server/config.hpp\""));
    EXPECT_TRUE(is_refused("net/asio.cpp", "\"protocol/base/bytes.hpp\""));
    EXPECT_TRUE(is_refused("storage/kv/store.cpp", "\"storage/repo/channels.hpp\""));
    EXPECT_TRUE(is_refused("storage/kv/store.cpp", "\"crypto/merkle/proof.hpp\""));
    EXPECT_TRUE(is_refused("storage/file/durable.cpp", "\"storage/kv/store.hpp\""));
    EXPECT_TRUE(is_refused("storage/objects/upload.cpp", "\"storage/kv/store.hpp\""));
    EXPECT_TRUE(is_refused("server/main.cpp", "\"tests/support/clock.hpp\""));
}

TEST(LayeringRules, let_arrows_of_the_floor_plan_through) {
    EXPECT_FALSE(is_refused("protocol/message/hello.hpp", "\"protocol/base/bytes.hpp\""));
    EXPECT_FALSE(is_refused("crypto/merkle/proof.cpp", "\"protocol/base/bytes.hpp\""));
    EXPECT_FALSE(is_refused("storage/repo/channels.cpp", "\"crypto/merkle/proof.hpp\""));
    EXPECT_FALSE(is_refused("server/service/send.cpp", "\"storage/repo/channels.hpp\""));
    EXPECT_FALSE(is_refused("client/vault.cpp", "\"storage/kv/store.hpp\""));
    EXPECT_FALSE(is_refused("client/files.cpp", "\"storage/file/durable.hpp\""));
    EXPECT_FALSE(is_refused("storage/kv/watermark.cpp", "\"storage/file/file_system.hpp\""));
    EXPECT_FALSE(is_refused("tests/system/demo_test.cpp", "\"client/vault.hpp\""));
}

TEST(LayeringRules, see_an_include_however_it_is_spaced) {
    EXPECT_TRUE(is_refused("protocol/base/bytes.cpp", "   \"crypto/secret/secret.hpp\""));
    EXPECT_FALSE(
        check({{"protocol/a.cpp", "int x;\n  #  include\t\"server/config.hpp\"\n"}}).empty());
}

TEST(LayeringRules, name_the_line_of_the_fault) {
    const auto found = check({{"protocol/a.cpp", "\n\n#include \"crypto/x.hpp\"\n"}});

    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(describe(found.front()), "protocol/a.cpp:3: protocol/ may not include crypto/x.hpp");
}

TEST(LayeringRules, keep_protocol_pure) {
    for (const std::string header : {"<fstream>",
                                     "<filesystem>",
                                     "<chrono>",
                                     "<thread>",
                                     "<random>",
                                     "<boost/asio/post.hpp>",
                                     "<sys/stat.h>"}) {
        EXPECT_TRUE(is_refused("protocol/network/act.cpp", header)) << header;
    }
    EXPECT_FALSE(is_refused("protocol/network/act.cpp", "<vector>"));
    EXPECT_FALSE(check({{"protocol/a.cpp", "auto t = std::chrono::system_clock::now();"}}).empty());
}

TEST(LayeringRules, keep_disk_network_and_clock_out_of_crypto) {
    for (const std::string header : {"<fstream>", "<filesystem>", "<boost/asio/post.hpp>"}) {
        EXPECT_TRUE(is_refused("crypto/x509/certificate.cpp", header)) << header;
    }
    EXPECT_FALSE(check({{"crypto/a.cpp", "auto t = std::time(nullptr);"}}).empty());
}

TEST(LayeringRules, keep_asio_out_of_storage) {
    EXPECT_TRUE(is_refused("storage/commit/pipeline.cpp", "<boost/asio/post.hpp>"));
    EXPECT_FALSE(is_refused("server/net/listener.cpp", "<boost/asio/post.hpp>"));
}

TEST(LayeringRules, keep_libraries_behind_their_walls) {
    EXPECT_TRUE(is_refused("crypto/primitive/hash.hpp", "<openssl/evp.h>"));
    EXPECT_FALSE(is_refused("crypto/primitive/hash.cpp", "<openssl/evp.h>"));
    EXPECT_FALSE(is_refused("crypto/x509/detail/openssl.hpp", "<openssl/x509.h>"));
    EXPECT_TRUE(is_refused("server/session/session.cpp", "<openssl/ssl.h>"));
    EXPECT_FALSE(is_refused("server/net/tls_context.cpp", "<openssl/ssl.h>"));
    EXPECT_TRUE(is_refused("storage/kv/store.hpp", "<sodium.h>"));
    EXPECT_TRUE(is_refused("storage/audit/audit_log.cpp", "<rocksdb/db.h>"));
    EXPECT_FALSE(is_refused("storage/kv/rocks_store.cpp", "<rocksdb/db.h>"));
    EXPECT_TRUE(is_refused("storage/kv/rocks_store.hpp", "<rocksdb/db.h>"));
    EXPECT_FALSE(is_refused("tests/support/faulty_file_system.cpp", "<rocksdb/file_system.h>"));
}

// Spelled in halves: this file is read by the rule too.
TEST(LayeringRules, keep_syncs_in_the_seam) {
    for (const std::string call : {"::fsy"
                                   "nc(fd)",
                                   "fdatasy"
                                   "nc (fd)",
                                   "sync_file_ran"
                                   "ge(fd, 0, 0, 0)",
                                   "::syn"
                                   "c()",
                                   "open(path, O_RDWR | O_SY"
                                   "NC)",
                                   "open(path, O_DSY"
                                   "NC | O_RDWR)"}) {
        EXPECT_FALSE(check({{"client/a.cpp", "int x;\nint y = " + call + ";\n"}}).empty()) << call;
        EXPECT_FALSE(check({{"tests/a.cpp", call + ";\n"}}).empty()) << call;
        EXPECT_TRUE(check({{"storage/file/file_system.cpp", call + ";\n"}}).empty()) << call;
        EXPECT_TRUE(check({{"client/a.cpp", "// says " + call + "\n"}}).empty()) << call;
    }
    EXPECT_TRUE(
        check({{"client/a.cpp", "files.sync_directory(a, b); file->sync(point);\n"}}).empty());
    EXPECT_TRUE(check({{"tests/a.cpp",
                        "rocks.Fsy"
                        "nc(options);\n"}})
                    .empty());
}

TEST(LayeringRules, keep_a_folders_detail_to_itself) {
    const std::string detail = "\"crypto/x509/detail/parsed.hpp\"";

    EXPECT_FALSE(is_refused("crypto/x509/certificate.cpp", detail));
    EXPECT_FALSE(is_refused("tests/crypto/x509/certificate_test.cpp", detail));
    EXPECT_TRUE(is_refused("crypto/act/signed_act.cpp", detail));
    EXPECT_TRUE(is_refused("server/net/tls_context.cpp", detail));
}

TEST(LayeringRules, count_the_units_that_use_beast) {
    const auto unit = [](int n) {
        return SourceFile{"server/net/unit" + std::to_string(n) + ".cpp",
                          "#include <boost/beast/websocket.hpp>\n"};
    };

    EXPECT_TRUE(check({unit(1), unit(2), unit(3)}).empty());
    EXPECT_FALSE(check({unit(1), unit(2), unit(3), unit(4)}).empty());
}

TEST(LayeringRules, keep_beast_out_of_headers_and_tests) {
    EXPECT_TRUE(is_refused("server/net/ws_connection.hpp", "<boost/beast/websocket.hpp>"));
    EXPECT_TRUE(is_refused("tests/server/ws_test.cpp", "<boost/beast/websocket.hpp>"));
}

TEST(LayeringRules, want_own_headers_rooted_and_quoted) {
    EXPECT_TRUE(is_refused("protocol/base/bytes.cpp", "\"bytes.hpp\""));
    EXPECT_TRUE(is_refused("protocol/base/bytes.cpp", "\"../base/bytes.hpp\""));
    EXPECT_TRUE(is_refused("protocol/base/bytes.cpp", "<protocol/base/bytes.hpp>"));
    EXPECT_TRUE(is_refused("server/main.cpp", "\"boost/asio.hpp\""));
}

TEST(LayeringRules, want_pragma_once_in_headers) {
    EXPECT_FALSE(check({{"protocol/a.hpp", "int x();\n"}}).empty());
    EXPECT_TRUE(check({{"protocol/a.hpp", "// What it is.\n#pragma once\n"}}).empty());
}

}  // namespace
}  // namespace serai::layering
