// A subscriber that stops reading costs the server bounded memory and loses nothing.
#include "crypto/act/channel_chain.hpp"
#include "tests/support/network/channel_member.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <deque>

namespace serai::tests {
namespace {

using namespace protocol::message;

constexpr std::size_t kMessageBytes = 1024;
constexpr std::size_t kInFlight = 64;

constexpr std::size_t kSlowReaders = 4;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// What a sanitizer keeps beside each byte and after each free drowns what the server keeps: only order and completeness are
// checked then, with several times what an outbox holds.
constexpr std::size_t kMessages = 6'000;
constexpr bool kMemoryIsTheServers = false;
#else
// As many as would be 40 MiB per slow reader if the server kept them for it.
constexpr std::size_t kMessages = 40'000;
constexpr bool kMemoryIsTheServers = true;
#endif

// Far above what a server with its caches needs, far below kSlowReaders times 40 MiB.
constexpr std::uint64_t kAllowedGrowth = 96ULL * 1024 * 1024;

class SlowReaderTest : public testing::Test {
  protected:
    // Sends until the channel has had `count` messages, kInFlight at once.
    void send_many(std::size_t count) {
        auto client = channel.member(0).connect(server.port());
        ASSERT_TRUE(client);
        const auto message = channel.member(0).opaque_message(kMessageBytes);
        std::size_t unanswered = 0;
        for (std::size_t sent = 0; sent < count || unanswered > 0;) {
            while (sent < count && unanswered < kInFlight) {
                ASSERT_TRUE(client->post(message, random_request_id()));
                ++sent;
                ++unanswered;
            }
            const auto answer = client->next_answer();
            ASSERT_TRUE(answer);
            ASSERT_FALSE(answer->error) << name(*answer->error);
            --unanswered;
        }
    }

    // A reader that is slow is not one that is gone: on a slow machine it must not be given up while the messages are sent.
    static ServerProcess start(TestNetwork& network) {
        network.configure({{"limits.idle_seconds", "3600"}});
        return network.start_server();
    }

    TestNetwork network;
    ServerProcess server = start(network);
    TestChannel channel = TestChannel::make(network, server.port());
};

// Reads `count` records and checks that each is the next one of the chain.
void expect_whole_chain(ChannelMember& member, ProtocolClient& client, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto event = client.next_event();
        ASSERT_TRUE(event) << "the connection ended at record " << i;
        ASSERT_EQ(event->type, EventType::record);
        const auto record = protocol::codec::decode_exact<RecordEvent>(event->body);
        ASSERT_TRUE(record);
        const auto processed = member.process(record->entry);
        ASSERT_TRUE(processed) << "record " << record->entry.head.n.value() << ": "
                               << processed.error().message();
    }
}

TEST_F(SlowReaderTest, costs_bounded_memory_and_gets_everything_in_order) {
    std::deque<ProtocolClient> slow;
    for (std::size_t i = 1; i <= kSlowReaders; ++i) {
        auto client = channel.member(i).connect(server.port());
        ASSERT_TRUE(client);
        ASSERT_TRUE(client->call(Subscribe{channel.group_id(), next(channel.member(i).head().n)}));
        slow.push_back(std::move(*client));
    }
    // What any server takes when it begins to work is not what is measured here.
    send_many(kMessages / 10);
    const auto before = server.resident_bytes();

    send_many(kMessages - kMessages / 10);

    if (kMemoryIsTheServers) {
        EXPECT_LT(server.resident_bytes(), before + kAllowedGrowth);
    }
    for (std::size_t i = 1; i <= kSlowReaders; ++i) {
        SCOPED_TRACE("slow reader " + std::to_string(i));
        expect_whole_chain(channel.member(i), slow[i - 1], kMessages);
    }
}

// The same for requests whose answers nobody reads: the server stops reading from that connection instead of keeping them.
TEST_F(SlowReaderTest, unread_answers_stop_the_server_from_reading) {
    auto client = channel.member(1).connect(server.port());
    ASSERT_TRUE(client);
    send_many(2000);
    const auto before = server.resident_bytes();
    Bytes message;
    append_frame(message,
                 FrameKind::request,
                 protocol::codec::encode(make_request(
                     random_request_id(),
                     FetchRecords{channel.group_id(), next(channel.member(1).head().n), 256})));
    const Bytes frame = web_socket_frame(Opcode::binary, message);

    // Each asks for some 48 KiB; together they would be gigabytes.
    constexpr std::size_t kMany = 64 * 1024;
    std::size_t taken = 0;
    for (std::size_t i = 0; i < kMany; ++i) {
        const auto step = client->socket().socket().try_write(frame);
        if (step.state != TlsSocket::State::ok) {
            break;
        }
        ++taken;
    }

    EXPECT_LT(taken, kMany) << "the server reads on without end";
    auto bystander = channel.member(2).connect(server.port());
    ASSERT_TRUE(bystander);
    EXPECT_TRUE(bystander->call(ListChannels{}));
    if (kMemoryIsTheServers) {
        EXPECT_LT(server.resident_bytes(), before + kAllowedGrowth);
    }
}

}  // namespace
}  // namespace serai::tests
