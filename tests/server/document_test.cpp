// Documents from the first byte put to the last byte fetched.
#include "protocol/message/document.hpp"

#include "crypto/primitive/hash.hpp"
#include "protocol/message/web.hpp"
#include "tests/server/test_server.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace message = protocol::message;
namespace network = protocol::network;

const std::string kTus = "Tus-Resumable: 1.0.0";
const std::string kOctets = "Content-Type: application/offset+octet-stream";

class DocumentTest : public testing::Test {
  protected:
    [[nodiscard]] const TestDevice& device(std::size_t i) { return channel.member(i).device(); }

    HttpAnswer begin(std::size_t member, std::size_t length) {
        return http(server.port(),
                    device(member),
                    "POST",
                    "/documents",
                    {kTus,
                     "Upload-Length: " + std::to_string(length),
                     "Upload-Metadata: " + message::upload_metadata(channel.group_id())});
    }

    HttpAnswer append(std::size_t member,
                      const std::string& place,
                      std::size_t offset,
                      std::string_view content) {
        return http(server.port(),
                    device(member),
                    "PATCH",
                    place,
                    {kTus, kOctets, "Upload-Offset: " + std::to_string(offset)},
                    content);
    }

    // Uploads in one go; the object's place.
    std::string upload(std::string_view content) {
        const auto place = begin(0, content.size()).header("location");
        EXPECT_EQ(append(0, place, 0, content).status, 204U);
        return place;
    }

    static ObjectId object_of(const std::string& place) {
        return ObjectId{*array_from_hex<16>(place.substr(place.rfind('/') + 1))};
    }

    network::SealDocumentStatement seal_statement(const std::string& place,
                                                  std::string_view content) {
        network::SealDocumentStatement statement;
        statement.group = channel.group_id();
        statement.document = document;
        statement.version = 1;
        statement.object = object_of(place);
        statement.length = content.size();
        statement.digest = crypto::sha256(as_bytes(content));
        statement.marking = crypto::sha256(as_bytes("marking"));
        return statement;
    }

    Result<message::Receipt> seal(const network::SealDocumentStatement& statement) {
        auto client = server.connect(device(0));
        return client.call(channel.member(0).act<message::SealDocument>(statement));
    }

    Result<message::Grant> open(std::size_t member) {
        auto client = server.connect(device(member));
        return client.call(channel.member(member).act<message::OpenDocument>(
            network::OpenDocumentStatement{channel.group_id(), document, 1}));
    }

    HttpAnswer fetch(std::size_t member,
                     const message::Grant& grant,
                     const std::vector<std::string>& more = {}) {
        std::vector<std::string> headers{"Authorization: Bearer " + to_hex(grant.token)};
        headers.insert(headers.end(), more.begin(), more.end());
        return http(server.port(),
                    device(member),
                    "GET",
                    "/documents/" + to_hex(grant.object.value()),
                    headers);
    }

    TestServer server;
    TestChannel channel = TestChannel::make(server.network(), server.port(), 3);
    network::DocumentId document{ByteArray<16>{7}};
    std::string bytes = std::string(300'000, 'x') + "the end";
};

TEST_F(DocumentTest, what_was_put_is_what_is_fetched) {
    const auto place = upload(bytes);
    const auto sealed = seal(seal_statement(place, bytes));
    ASSERT_TRUE(sealed) << sealed.error().message();

    const auto grant = open(1);
    ASSERT_TRUE(grant) << grant.error().message();
    EXPECT_EQ(grant->length, bytes.size());
    const auto answer = fetch(1, *grant);

    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.body, bytes);
    const auto openings = server.entries("open-document");
    ASSERT_EQ(openings.size(), 1U);
    EXPECT_EQ(openings.front().index, grant->receipt.index);
}

TEST_F(DocumentTest, an_upload_goes_on_where_it_broke_off) {
    const auto place = begin(0, bytes.size()).header("location");
    const std::string_view all{bytes};
    ASSERT_EQ(append(0, place, 0, all.substr(0, 100'000)).header("upload-offset"), "100000");

    const auto status = http(server.port(), device(0), "HEAD", place, {kTus});
    EXPECT_EQ(status.status, 200U);
    EXPECT_EQ(status.header("upload-offset"), "100000");
    EXPECT_EQ(status.header("upload-length"), std::to_string(bytes.size()));
    EXPECT_EQ(append(0, place, 100'000, all.substr(100'000)).header("upload-offset"),
              std::to_string(bytes.size()));

    EXPECT_TRUE(seal(seal_statement(place, bytes)));
}

TEST_F(DocumentTest, bytes_at_another_offset_than_the_end_are_refused) {
    const auto place = begin(0, bytes.size()).header("location");
    append(0, place, 0, "12345");

    const auto answer = append(0, place, 3, "45678");

    EXPECT_EQ(answer.status, 409U);
    EXPECT_EQ(answer.header("upload-offset"), "5");
}

TEST_F(DocumentTest, bytes_beyond_the_announced_length_are_refused) {
    const auto place = begin(0, 4).header("location");

    const auto answer = append(0, place, 0, "12345");

    EXPECT_EQ(answer.status, 413U);
    EXPECT_EQ(answer.header("upload-offset"), "4");
}

TEST_F(DocumentTest, an_upload_belongs_to_the_device_that_began_it) {
    const auto place = begin(0, 5).header("location");

    EXPECT_EQ(append(1, place, 0, "12345").status, 404U);
    EXPECT_EQ(http(server.port(), device(1), "HEAD", place, {kTus}).status, 404U);
}

TEST_F(DocumentTest, only_members_begin_an_upload) {
    const auto stranger = server.network().device("TM", "focal-point/stranger/laptop");
    const auto answer = http(server.port(),
                             stranger,
                             "POST",
                             "/documents",
                             {kTus,
                              "Upload-Length: 5",
                              "Upload-Metadata: " + message::upload_metadata(channel.group_id())});

    EXPECT_EQ(answer.status, 404U);
}

TEST_F(DocumentTest, an_announced_length_over_the_limit_is_refused) {
    EXPECT_EQ(begin(0, limits::kMaxDocument + 1).status, 413U);
    EXPECT_EQ(begin(0, 0).status, 413U);
}

TEST_F(DocumentTest, the_largest_document_is_put_and_fetched) {
    const std::string largest(limits::kMaxDocument, 'x');
    const auto place = upload(largest);
    ASSERT_TRUE(seal(seal_statement(place, largest)));
    const auto grant = open(1);
    ASSERT_TRUE(grant);

    const auto fetched = fetch(1, *grant);

    EXPECT_EQ(fetched.status, 200U);
    EXPECT_EQ(crypto::sha256(as_bytes(fetched.body)), grant->digest);
    EXPECT_EQ(begin(0, limits::kMaxDocument + 1).status, 413U);
}

TEST_F(DocumentTest, an_incomplete_upload_is_not_sealed) {
    const auto place = begin(0, bytes.size()).header("location");
    append(0, place, 0, "some");

    const auto sealed = seal(seal_statement(place, bytes));

    ASSERT_FALSE(sealed);
    EXPECT_EQ(sealed.error(), make_error_code(WireError::upload_incomplete));
    EXPECT_EQ(open(1).error(), make_error_code(WireError::not_found));
}

TEST_F(DocumentTest, another_digest_is_not_sealed) {
    auto statement = seal_statement(upload(bytes), bytes);
    statement.digest[0] ^= 1;

    const auto sealed = seal(statement);

    ASSERT_FALSE(sealed);
    EXPECT_EQ(sealed.error(), make_error_code(WireError::upload_incomplete));
}

TEST_F(DocumentTest, a_document_without_a_marking_is_refused) {
    auto statement = seal_statement(upload(bytes), bytes);
    statement.marking = {};

    EXPECT_FALSE(seal(statement));
}

TEST_F(DocumentTest, a_range_is_fetched_under_the_same_grant) {
    ASSERT_TRUE(seal(seal_statement(upload(bytes), bytes)));
    const auto grant = open(1);
    ASSERT_TRUE(grant);

    const auto answer = fetch(1, *grant, {"Range: bytes=299990-300001"});

    EXPECT_EQ(answer.status, 206U);
    EXPECT_EQ(answer.body, bytes.substr(299'990, 12));
    EXPECT_EQ(answer.header("content-range"),
              "bytes 299990-300001/" + std::to_string(bytes.size()));
    EXPECT_EQ(server.entries("open-document").size(), 1U);
}

TEST_F(DocumentTest, a_grant_is_of_one_device_and_one_object) {
    ASSERT_TRUE(seal(seal_statement(upload(bytes), bytes)));
    const auto grant = open(1);
    ASSERT_TRUE(grant);
    auto other = *grant;
    other.object = object_of(upload("another"));
    auto guessed = *grant;
    guessed.token[0] ^= 1;

    EXPECT_EQ(fetch(2, *grant).status, 401U);
    EXPECT_EQ(fetch(1, other).status, 401U);
    EXPECT_EQ(fetch(1, guessed).status, 401U);
}

TEST_F(DocumentTest, a_removed_member_fetches_nothing_more) {
    ASSERT_TRUE(seal(seal_statement(upload(bytes), bytes)));
    const auto grant = open(2);
    ASSERT_TRUE(grant);
    auto founder = server.connect(device(0));
    ASSERT_TRUE(channel.member(0).catch_up(founder));
    ASSERT_TRUE(channel.member(0).expel(founder, device(2).id.person));

    EXPECT_EQ(fetch(2, *grant).status, 401U);
    EXPECT_FALSE(open(2));
}

TEST_F(DocumentTest, its_completion_is_recorded_once) {
    ASSERT_TRUE(seal(seal_statement(upload(bytes), bytes)));
    const auto grant = open(1);
    ASSERT_TRUE(grant);
    auto client = server.connect(device(1));
    network::CompleteDocumentStatement statement;
    statement.group = channel.group_id();
    statement.document = document;
    statement.version = 1;
    statement.opened_at = grant->receipt.index;
    statement.digest = crypto::sha256(as_bytes(bytes));

    const auto first = client.call(channel.member(1).act<message::CompleteDocument>(statement));
    const auto second = client.call(channel.member(1).act<message::CompleteDocument>(statement));

    EXPECT_TRUE(first) << first.error().message();
    EXPECT_EQ(second.error(), make_error_code(WireError::exists));
}

TEST_F(DocumentTest, other_versions_of_tus_are_refused) {
    EXPECT_EQ(http(server.port(), device(0), "POST", "/documents", {"Upload-Length: 5"}).status,
              412U);
}

TEST_F(DocumentTest, an_upload_and_its_bytes_are_there_after_a_restart) {
    const auto place = begin(0, bytes.size()).header("location");
    const std::string_view all{bytes};
    append(0, place, 0, all.substr(0, 150'000));

    server.stop();
    server.start();

    const auto status = http(server.port(), device(0), "HEAD", place, {kTus});
    EXPECT_EQ(status.header("upload-offset"), "150000");
    EXPECT_EQ(append(0, place, 150'000, all.substr(150'000)).status, 204U);
    EXPECT_TRUE(seal(seal_statement(place, bytes)));
}

TEST_F(DocumentTest, two_requests_on_one_connection_are_both_answered) {
    auto socket = TlsSocket::connect(server.port(), device(0).chain, device(0).keys.private_key);
    ASSERT_TRUE(socket);
    socket->write(as_bytes("GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n"));
    socket->write(as_bytes("GET /healthz HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"));
    Bytes answer;
    while (socket->read(answer)) {
    }

    const auto text = as_text(answer);
    EXPECT_NE(text.find("ok\n"), text.npos);
    EXPECT_NE(text.find("ok\n"), text.rfind("ok\n"));
}

// ---- the log over HTTPS ----

TEST_F(DocumentTest, the_log_is_served_as_tiles) {
    const auto note = http(server.port(), device(0), "GET", "/checkpoint");
    ASSERT_EQ(note.status, 200U);
    std::istringstream lines{note.body};
    std::string origin;
    std::string size;
    std::getline(lines, origin);
    std::getline(lines, size);
    EXPECT_EQ(origin, server.network().genesis().statement.log_origin);

    const auto tile = http(server.port(), device(0), "GET", "/tile/0/000.p/" + size);
    EXPECT_EQ(tile.status, 200U);
    EXPECT_EQ(tile.body.size(), 32 * std::stoul(size));
    const auto entries = http(server.port(), device(0), "GET", "/tile/entries/000.p/" + size);
    EXPECT_EQ(entries.status, 200U);
    EXPECT_EQ(entries.body.size(), 76 * std::stoul(size));
    EXPECT_EQ(http(server.port(), device(0), "GET", "/tile/0/001").status, 404U);
    EXPECT_EQ(http(server.port(), device(0), "GET", "/tile/0/../x").status, 404U);
}

}  // namespace
}  // namespace serai::tests
