// The log as any tool of the C2SP ecosystem sees it: checkpoint and tiles over plain HTTPS, everything recomputed here.
#include "client/connection/https_client.hpp"
#include "crypto/act/commitment.hpp"
#include "crypto/merkle/checkpoint.hpp"
#include "crypto/merkle/tile.hpp"
#include "tests/support/network/channel_member.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

using namespace protocol::message;
using client::connection::HttpRequest;
using client::connection::HttpResponse;
using crypto::merkle::Checkpoint;
using crypto::merkle::TileId;

class LogSurfaceTest : public testing::Test {
  protected:
    LogSurfaceTest() : https(endpoint(), network.tls(reader), kPatience) {}

    [[nodiscard]] client::connection::Endpoint endpoint() const {
        return {"127.0.0.1", server.port()};
    }

    HttpResponse get(const std::string& target) {
        client::Diagnostics diagnostics;
        auto response = https.exchange(HttpRequest{"GET", target, {}, {}}, diagnostics);
        if (!response) {
            throw std::runtime_error{target + ": " + diagnostics.explanation()};
        }
        return std::move(*response);
    }

    Checkpoint checkpoint() {
        const auto response = get("/checkpoint");
        EXPECT_EQ(response.status, 200U);
        const auto opened =
            crypto::merkle::open_checkpoint(as_text(response.body), network.network().log_key);
        if (!opened) {
            throw std::runtime_error{"checkpoint: " + opened.error().message()};
        }
        return *opened;
    }

    // Grows the log by `n` leaves.
    void grow(std::size_t n) {
        auto& founder = channel.member(0);
        auto client = founder.connect(server.port());
        ASSERT_TRUE(client);
        const auto message = founder.opaque_message(32);
        std::vector<RequestId> ids;
        for (std::size_t i = 0; i < n; ++i) {
            ids.push_back(random_request_id());
            ASSERT_TRUE(client->post(message, ids.back()));
            if (ids.size() == 64 || i + 1 == n) {
                for (const auto& id : ids) {
                    ASSERT_TRUE(client->answer(id));
                }
                ids.clear();
            }
        }
    }

    // Bytes of all tiles of a level in a tree of this size, the partial one included.
    Bytes level(std::optional<std::uint8_t> number, TreeSize size) {
        Bytes all;
        const std::uint8_t effective = number.value_or(0);
        const auto full = crypto::merkle::full_tiles(effective, size);
        const auto partial = crypto::merkle::partial_width(effective, size);
        for (std::uint64_t i = 0; i < full + (partial == 0 ? 0 : 1); ++i) {
            const TileId tile{number, i, i < full ? crypto::merkle::kTileWidth : partial};
            const auto response = get("/" + tile.path());
            EXPECT_EQ(response.status, 200U) << tile.path();
            append(all, response.body);
        }
        return all;
    }

    TestNetwork network;
    ServerProcess server = network.start_server();
    TestChannel channel = TestChannel::make(network, server.port(), 2);
    TestDevice reader = network.device("TJ", "auditor/person-1/desk");
    client::connection::HttpsClient https;
};

std::vector<Digest> digests_of(ByteView bytes) {
    std::vector<Digest> out(bytes.size() / sizeof(Digest));
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto one = bytes.subspan(i * sizeof(Digest), sizeof(Digest));
        std::copy(one.begin(), one.end(), out[i].begin());
    }
    return out;
}

// Two levels of tiles: more than 256 leaves.
TEST_F(LogSurfaceTest, tiles_lead_to_the_root_of_the_signed_checkpoint) {
    grow(600);
    const auto signed_tree = checkpoint();
    ASSERT_GT(signed_tree.size.value(), 600U);

    const auto leaves = digests_of(level(std::uint8_t{0}, signed_tree.size));
    const auto upper = digests_of(level(std::uint8_t{1}, signed_tree.size));

    ASSERT_EQ(leaves.size(), signed_tree.size.value());
    crypto::merkle::CompactRange range;
    std::vector<Digest> subtrees;
    for (const auto& leaf : leaves) {
        range.append(leaf, [&](crypto::merkle::NodeId node, const Digest& hash) {
            if (node.level == crypto::merkle::kTileHeight) {
                subtrees.push_back(hash);
            }
        });
    }
    EXPECT_EQ(range.root(), signed_tree.root);
    EXPECT_EQ(upper, subtrees);
}

TEST_F(LogSurfaceTest, entries_are_the_leaves_whose_hashes_stand_in_the_tiles) {
    grow(300);
    const auto size = checkpoint().size;

    const Bytes entries = level(std::nullopt, size);

    const auto hashes = digests_of(level(std::uint8_t{0}, size));
    protocol::codec::Reader reader_of_entries{entries};
    for (const auto& hash : hashes) {
        const auto length = reader_of_entries.u16();
        ASSERT_TRUE(length);
        const auto entry = reader_of_entries.fixed(*length);
        ASSERT_TRUE(entry);
        EXPECT_EQ(crypto::merkle::hash_leaf(*entry), hash);
        EXPECT_TRUE(protocol::codec::decode_exact<Leaf>(*entry));
    }
    EXPECT_TRUE(reader_of_entries.at_end());
}

// The same log by both doors.
TEST_F(LogSurfaceTest, web_and_protocol_show_the_same_leaves) {
    grow(10);
    const auto size = checkpoint().size;
    auto client = ProtocolClient::connect(network, reader, server.port());
    ASSERT_TRUE(client);

    const auto page = client->call(GetLeaves{LogIndex{0}, 1024});

    ASSERT_TRUE(page);
    ASSERT_GE(page->leaves.size(), size.value());
    const auto hashes = digests_of(level(std::uint8_t{0}, size));
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        EXPECT_EQ(crypto::act::leaf_hash(page->leaves[i]), hashes[i]) << "leaf " << i;
    }
}

TEST_F(LogSurfaceTest, older_partial_tiles_of_any_width_are_still_there) {
    grow(40);
    for (const std::string path : {"/tile/0/000.p/1", "/tile/0/000.p/17", "/tile/0/000.p/40"}) {
        const auto response = get(path);
        EXPECT_EQ(response.status, 200U) << path;
        EXPECT_EQ(response.body.size() % sizeof(Digest), 0U) << path;
    }
}

TEST_F(LogSurfaceTest, what_the_log_has_not_is_not_found) {
    for (const std::string path : {"/tile/0/001",
                                   "/tile/0/000",
                                   "/tile/1/000",
                                   "/tile/64/000",
                                   "/tile/0/0",
                                   "/tile/0/000.p/0",
                                   "/tile/0/000.p/256",
                                   "/tile/entries/001",
                                   "/tile/0/../../genesis.bin",
                                   "/nothing"}) {
        EXPECT_EQ(get(path).status, 404U) << path;
    }
}

TEST_F(LogSurfaceTest, checkpoint_after_a_restart_extends_the_one_before) {
    const auto before = checkpoint();
    server.kill();
    server = network.start_server();
    https = client::connection::HttpsClient{endpoint(), network.tls(reader), kPatience};
    grow(5);

    const auto after = checkpoint();

    ASSERT_GT(after.size, before.size);
    auto client = ProtocolClient::connect(network, reader, server.port());
    ASSERT_TRUE(client);
    const auto proof = client->call(ProveConsistency{before.size, after.size});
    ASSERT_TRUE(proof);
    EXPECT_TRUE(crypto::merkle::verify_consistency(
        before.size, after.size, proof->hashes, before.root, after.root));
}

}  // namespace
}  // namespace serai::tests
