// A device that does a bit of everything until its server dies, and knows exactly what it asked and what it heard.
#pragma once

#include "client/connection/https_client.hpp"
#include "tests/support/network/channel_member.hpp"
#include "tests/system/log_auditor.hpp"

#include <functional>
#include <optional>
#include <random>
#include <vector>

namespace serai::tests {

// What a device wants of the server, with the exact bytes.
struct Wish {
    enum class Kind : std::uint8_t { message, commit, key_packages, document };

    Kind kind = Kind::message;
    protocol::message::RequestFrame frame;
    Bytes mls_message;                                  // of a message or commit
    protocol::network::SealDocumentStatement document;  // of a document
    Bytes ciphertext;                                   // likewise
    Bytes answer;                                       // once it is acknowledged
};

// One thread at a time. What it refers to outlives it.
class LoadDevice {
  public:
    using Tick = std::function<void()>;

    LoadDevice(const TestNetwork& network, ChannelMember member, std::uint32_t seed);

    // What a device does before chance decides.
    enum class Start : std::uint8_t { with_anything, with_a_document };

    // Connects and works until the connection is over or the server takes nothing any more; `tick` is called before each request
    // and after each answer.
    void work(std::uint16_t port, Start start, const Tick& tick);

    // Asks again whatever was not answered, with the same bytes and ids. A GoogleTest failure for any answer that a retry must
    // not get.
    void settle(std::uint16_t port);

    // Catches up with the channel; then holds server and log to every answer since the last call, to every refusal, and to one
    // answer from long ago. To be called after every device has settled and `auditor` has read everything.
    void verify(std::uint16_t port, const LogAuditor& auditor);

    // Fetches every document that was ever acknowledged, however many deaths ago. A GoogleTest failure for one that is not there, or is not
    // what was put.
    void fetch_all_documents(std::uint16_t port);

    [[nodiscard]] std::size_t documents() const { return documents_.size(); }

    [[nodiscard]] std::size_t acknowledged() const { return acknowledged_count_; }

    [[nodiscard]] std::size_t retried() const { return retried_; }

    [[nodiscard]] ChannelMember& member() { return member_; }

  private:
    // What became of a wish.
    enum class Fate : std::uint8_t { acknowledged, refused, open };

    bool act(ProtocolClient& client, std::uint16_t port, const Tick& tick);
    bool send_messages(ProtocolClient& client, const Tick& tick);
    bool commit(ProtocolClient& client, const Tick& tick);
    bool publish(ProtocolClient& client, const Tick& tick);
    bool put(ProtocolClient& client, std::uint16_t port, const Tick& tick);
    std::optional<ObjectId> upload(std::uint16_t port, ByteView ciphertext);

    bool post(ProtocolClient& client, Wish wish, const Tick& tick);
    bool await_all(ProtocolClient& client, const Tick& tick);
    Fate judge(Wish& wish, const Result<Bytes>& answer);
    void expect_same_answer(ProtocolClient& client, const Wish& wish);
    void expect_document(ProtocolClient& client,
                         std::uint16_t port,
                         const protocol::network::SealDocumentStatement& sealed);
    [[nodiscard]] client::connection::HttpsClient https(std::uint16_t port) const;

    const TestNetwork* network_;
    ChannelMember member_;
    std::mt19937 random_;
    std::vector<Wish> open_;          // asked, not answered
    std::vector<Wish> acknowledged_;  // since the last verify()
    std::vector<Wish> refused_;       // likewise: must never be in the log
    std::vector<Wish> remembered_;    // the newest of those acknowledged before
    std::vector<protocol::network::SealDocumentStatement> documents_;  // all that were acknowledged
    std::size_t acknowledged_count_ = 0;
    std::size_t key_packages_ = 0;  // acknowledged
    std::size_t retried_ = 0;
};

}  // namespace serai::tests
