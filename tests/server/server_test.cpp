// The server as a client sees it, over real TLS connections, on a store in memory.
#include "crypto/act/commitment.hpp"
#include "crypto/merkle/checkpoint.hpp"
#include "crypto/merkle/proof.hpp"
#include "tests/server/test_server.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace merkle = crypto::merkle;
namespace message = protocol::message;

TEST(Server, writes_genesis_as_leaf_0_and_greets_a_device_with_a_checkpoint) {
    TestServer server;

    auto client = server.connect(server.network().device("KZ"));

    EXPECT_EQ(client.hello().network_id, server.network().genesis().statement.network_id);
    EXPECT_NE(client.hello().checkpoint.find("\n"), std::string::npos);
    const auto genesis = server.entries(message::entry_type::kGenesis);
    ASSERT_EQ(genesis.size(), 1U);
    EXPECT_EQ(genesis.front().index, LogIndex{0});
}

TEST(Server, records_the_first_appearance_of_a_certificate_once) {
    TestServer server;
    const auto device = server.network().device("KZ");

    static_cast<void>(server.connect(device));
    static_cast<void>(server.connect(device));

    EXPECT_EQ(server.entries(message::entry_type::kCertificateSeen).size(), 1U);
}

// Every leaf there is, against the signed note, as a client does it: with nothing of the server's own code.
TEST(Server, proves_each_leaf_to_be_in_the_tree_that_it_signed) {
    TestServer server;
    auto channel = TestChannel::make(server.network(), server.port(), 2);
    auto client = server.connect(channel.member(0).device());
    for (const char* text : {"one", "two", "three"}) {
        ASSERT_TRUE(client.call(*channel.member(0).message(as_bytes(text))));
    }
    const auto note = client.call(message::GetCheckpoint{});
    ASSERT_TRUE(note);
    const auto checkpoint = merkle::open_checkpoint(note->note, server.network().network().log_key);
    ASSERT_TRUE(checkpoint);
    const auto page = client.call(message::GetLeaves{LogIndex{0}, 1024});
    ASSERT_TRUE(page);
    ASSERT_EQ(page->leaves.size(), checkpoint->size.value());
    ASSERT_GT(page->leaves.size(), 8U);

    for (std::uint64_t i = 0; i < page->leaves.size(); ++i) {
        const Digest leaf = crypto::act::leaf_hash(page->leaves[i]);
        const auto proof = client.call(message::ProveInclusion{LogIndex{i}, checkpoint->size});
        ASSERT_TRUE(proof) << i;
        EXPECT_TRUE(merkle::verify_inclusion(
            leaf, LogIndex{i}, checkpoint->size, proof->hashes, checkpoint->root))
            << i;
        const LogIndex elsewhere{(i + 1) % page->leaves.size()};
        EXPECT_FALSE(merkle::verify_inclusion(
            leaf, elsewhere, checkpoint->size, proof->hashes, checkpoint->root))
            << i;
    }
    const auto beyond =
        client.call(message::ProveInclusion{LogIndex{checkpoint->size.value()}, checkpoint->size});
    EXPECT_FALSE(beyond);
}

TEST(Server, answers_that_it_is_well) {
    TestServer server;

    const auto answer = http(server.port(), server.network().device("KZ"), "GET", "/healthz");

    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.body, "ok\n");
}

TEST(Server, lets_five_states_found_a_channel_and_talk) {
    TestServer server;
    auto channel = TestChannel::make(server.network(), server.port());
    auto sender = server.connect(channel.member(0).device());
    auto reader = server.connect(channel.member(4).device());
    const auto from = next(channel.member(4).head().n);
    ASSERT_TRUE(reader.call(message::Subscribe{channel.group_id(), from}));

    const auto sent = channel.member(0).message(as_bytes("salem"));
    ASSERT_TRUE(sent);
    const auto receipt = sender.call(*sent);

    ASSERT_TRUE(receipt) << receipt.error().message();
    const auto event = reader.next_event();
    ASSERT_TRUE(event);
    const auto record = protocol::codec::decode_exact<message::RecordEvent>(event->body);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->entry.head, receipt->head);
    EXPECT_TRUE(channel.member(4).process(record->entry));
}

}  // namespace
}  // namespace serai::tests
