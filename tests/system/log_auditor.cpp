#include "tests/system/log_auditor.hpp"

#include "crypto/act/channel_chain.hpp"
#include "crypto/act/commitment.hpp"
#include "crypto/primitive/hash.hpp"

#include <gtest/gtest.h>

namespace serai::tests {

using namespace protocol::message;
using protocol::codec::decode_exact;

void LogAuditor::take(const GroupId& group, const RecordEntry& entry) {
    const Digest before = records_.empty() ? Digest{} : records_.back().head.h;
    const RecordNumber n{records_.size()};
    ASSERT_EQ(entry.head.n, n);
    ASSERT_EQ(entry.head.h, crypto::act::chain_hash(group, n, before, entry.record));
    const auto record = decode_exact<ChannelRecord>(entry.record);
    ASSERT_TRUE(record);
    const bool first =
        by_message_.emplace(crypto::sha256(record->mls_message), records_.size()).second;
    EXPECT_TRUE(first) << "record " << n.value() << " is there a second time";
    records_.push_back(entry);
}

void LogAuditor::read_channel(ProtocolClient& client, const GroupId& group) {
    for (;;) {
        const auto page = client.call(FetchRecords{group, RecordNumber{records_.size()}, 512});
        ASSERT_TRUE(page) << page.error().message();
        ASSERT_GE(page->end.value(), records_.size()) << "the channel has become shorter";
        for (const auto& entry : page->entries) {
            ASSERT_NO_FATAL_FAILURE(take(group, entry));
        }
        if (records_.size() == page->end.value()) {
            return;
        }
        ASSERT_FALSE(page->entries.empty());
    }
}

void LogAuditor::read_log(ProtocolClient& client) {
    const auto note = client.call(GetCheckpoint{});
    ASSERT_TRUE(note) << note.error().message();
    const auto now = crypto::merkle::open_checkpoint(note->note, network_->network().log_key);
    ASSERT_TRUE(now) << now.error().message();
    ASSERT_GE(now->size.value(), leaves_.size()) << "the log has become shorter";
    while (leaves_.size() < now->size.value()) {
        const auto page = client.call(GetLeaves{LogIndex{leaves_.size()}, 512});
        ASSERT_TRUE(page) << page.error().message();
        ASSERT_FALSE(page->leaves.empty());
        for (const auto& leaf : page->leaves) {
            if (leaves_.size() < now->size.value()) {
                EXPECT_TRUE(leaves_.empty() || leaves_.back().time <= leaf.time);
                leaves_.push_back(leaf);
                tree_.append(crypto::act::leaf_hash(leaf));
            }
        }
    }
    // The root covers every leaf, so one that had changed since it was first read would show here.
    EXPECT_EQ(tree_.root(), now->root) << "the root does not recompute";
    checkpoint_ = *now;
}

const RecordEntry* LogAuditor::find(ByteView mls_message) const {
    const auto found = by_message_.find(crypto::sha256(mls_message));
    return found == by_message_.end() ? nullptr : &records_[found->second];
}

void LogAuditor::expect_recorded(ByteView mls_message, const RecordReceipt& answer) const {
    const auto* entry = find(mls_message);
    ASSERT_NE(entry, nullptr) << "an acknowledged record is gone";
    EXPECT_EQ(entry->head, answer.head);
    EXPECT_EQ(entry->leaf, answer.receipt.index);
    expect_leaf(answer.receipt);
}

void LogAuditor::expect_leaf(const Receipt& receipt) const {
    ASSERT_LT(receipt.index.value(), leaves_.size()) << "an acknowledged leaf is gone";
    EXPECT_EQ(leaves_[receipt.index.value()], receipt.leaf);
}

}  // namespace serai::tests
