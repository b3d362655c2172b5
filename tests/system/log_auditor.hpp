// Keeps what it has verified of one channel and of the audit log, and holds the server to it after every restart.
#pragma once

#include "crypto/merkle/checkpoint.hpp"
#include "crypto/merkle/tree_hash.hpp"
#include "tests/support/network/channel_member.hpp"

#include <map>
#include <optional>
#include <vector>

namespace serai::tests {

// Failures are GoogleTest's. One thread at a time. The network outlives it.
class LogAuditor {
  public:
    explicit LogAuditor(const TestNetwork& network) : network_(&network) {}

    // Fetches the records that are new since last time and checks that they go on in one chain, each once.
    void read_channel(ProtocolClient& client, const GroupId& group);

    // Fetches checkpoint and new leaves: the leaves must lead to the checkpoint's root, and those known before must be the same.
    void read_log(ProtocolClient& client);

    // The record that holds this MLSMessage; nullptr if none does. Lives until the next read_channel().
    [[nodiscard]] const protocol::message::RecordEntry* find(ByteView mls_message) const;

    // Whether the answer that somebody got says what is in the channel and in the log.
    void expect_recorded(ByteView mls_message,
                         const protocol::message::RecordReceipt& answer) const;

    // Whether this leaf is where the answer says.
    void expect_leaf(const protocol::message::Receipt& receipt) const;

    [[nodiscard]] std::size_t records() const { return records_.size(); }

    [[nodiscard]] const crypto::merkle::CompactRange& tree() const { return tree_; }

  private:
    void take(const GroupId& group, const protocol::message::RecordEntry& entry);

    const TestNetwork* network_;
    std::vector<protocol::message::RecordEntry> records_;
    std::map<Digest, std::size_t> by_message_;  // SHA-256 of the MLSMessage to the record's number
    std::vector<protocol::message::Leaf> leaves_;
    crypto::merkle::CompactRange tree_;
    std::optional<crypto::merkle::Checkpoint> checkpoint_;
};

}  // namespace serai::tests
