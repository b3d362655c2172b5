#include "storage/audit/audit_log.hpp"

#include "crypto/act/commitment.hpp"
#include "crypto/merkle/checkpoint.hpp"
#include "crypto/merkle/proof.hpp"
#include "storage/audit/right_edge.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/kv/memory_store.hpp"
#include "tests/support/deterministic_random.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

using namespace storage::audit;

namespace kv = storage::kv;
namespace keyspace = kv::keyspace;
namespace merkle = crypto::merkle;
using protocol::message::LeafKind;
using protocol::network::PartyCode;

constexpr const char* kOrigin = "log.example/serai";

PartyCode party(const char* code) {
    return *PartyCode::parse(code);
}

crypto::SignatureKeyPair log_key() {
    const Bytes seed(32, 5);
    return *crypto::ed25519_from_seed(crypto::SecretView::of_public(seed));
}

Result<std::unique_ptr<AuditLog>> try_open(kv::Store& store) {
    AuditLogOptions options;
    options.origin = kOrigin;
    options.log_key = log_key();
    options.parties = {party("KZ"), party("UZ")};
    return AuditLog::open(store, std::move(options));
}

class AuditLogTest : public testing::Test {
  protected:
    void SetUp() override { reopen(); }

    void reopen() {
        auto log = try_open(store_);
        ASSERT_TRUE(log) << log.error().message();
        log_ = std::move(*log);
    }

    // Appends entries in batches of `batch`, and remembers the leaf hashes.
    void grow(std::size_t count, std::size_t batch = 7) {
        while (count > 0) {
            kv::WriteBatch rows;
            for (std::size_t i = 0; i < batch && count > 0; ++i, --count) {
                add(rows);
            }
            log_->write(rows);
            ASSERT_TRUE(store_.commit(rows));
            log_->publish();
        }
    }

    void add(kv::WriteBatch& rows) {
        EntryDraft draft{kOrigin, LeafKind::event, "test", random_};
        draft.reserve_late(3);
        const std::vector parties{party("KZ"), party("UZ"), party("TM"), party("KZ")};
        auto entry = log_->assemble(draft, UnixMillis{time_}, {}, nullptr, nullptr, parties);
        hashes_.push_back(entry.leaf_hash);
        log_->append(std::move(entry), rows);
        time_ += 20'000;
    }

    Digest root_of(std::size_t size) {
        merkle::CompactRange range;
        for (std::size_t i = 0; i < size; ++i) {
            range.append(hashes_[i]);
        }
        return range.root();
    }

    kv::MemoryStore store_;
    std::unique_ptr<AuditLog> log_;
    DeterministicRandom random_{1};
    std::vector<Digest> hashes_;
    std::uint64_t time_ = 1'800'000'000'000;
};

TEST_F(AuditLogTest, an_empty_log_has_the_empty_root_and_no_checkpoint) {
    EXPECT_EQ(log_->size(), TreeSize{0});
    EXPECT_EQ(log_->root(), merkle::empty_root());
    EXPECT_EQ(log_->checkpoint().error(), make_error_code(AuditError::not_in_log));
    EXPECT_TRUE(log_->leaves(LogIndex{0}, 10)->empty());
    EXPECT_EQ(log_->leaves(LogIndex{1}, 10).error(), make_error_code(AuditError::not_in_log));
}

TEST_F(AuditLogTest, the_root_is_that_of_the_leaves_at_every_size_and_after_every_restart) {
    for (const std::size_t step : {1U, 2U, 252U, 1U, 1U, 300U}) {
        grow(step);
        EXPECT_EQ(log_->root(), root_of(hashes_.size()));
        reopen();
        EXPECT_EQ(log_->size().value(), hashes_.size());
        EXPECT_EQ(log_->root(), root_of(hashes_.size()));
    }
}

TEST_F(AuditLogTest, every_proof_verifies) {
    grow(530);
    for (int i = 0; i < 60; ++i) {
        const TreeSize size{1 + random_.below(530)};
        const LogIndex index{random_.below(static_cast<std::uint32_t>(size.value()))};
        const auto inclusion = log_->prove_inclusion(index, size);
        ASSERT_TRUE(inclusion);
        EXPECT_TRUE(merkle::verify_inclusion(
            hashes_[index.value()], index, size, *inclusion, root_of(size.value())));
        const TreeSize from{1 + random_.below(static_cast<std::uint32_t>(size.value()))};
        const auto consistency = log_->prove_consistency(from, size);
        ASSERT_TRUE(consistency);
        EXPECT_TRUE(merkle::verify_consistency(
            from, size, *consistency, root_of(from.value()), root_of(size.value())));
    }
}

TEST_F(AuditLogTest, proofs_beyond_the_log_are_refused) {
    grow(10);
    const auto beyond = make_error_code(AuditError::not_in_log);
    EXPECT_EQ(log_->prove_inclusion(LogIndex{10}, TreeSize{10}).error(), beyond);
    EXPECT_EQ(log_->prove_inclusion(LogIndex{0}, TreeSize{11}).error(), beyond);
    EXPECT_EQ(log_->prove_consistency(TreeSize{0}, TreeSize{10}).error(), beyond);
    EXPECT_EQ(log_->prove_consistency(TreeSize{5}, TreeSize{11}).error(), beyond);
    EXPECT_EQ(log_->prove_consistency(TreeSize{6}, TreeSize{5}).error(), beyond);
}

TEST_F(AuditLogTest, tiles_are_the_hashes_of_the_leaves) {
    grow(300);
    const auto full = log_->tile(0, 0, 256);
    const auto partial = log_->tile(0, 1, 44);
    ASSERT_TRUE(full);
    ASSERT_TRUE(partial);
    EXPECT_EQ(full->size(), 256U * 32);
    for (std::size_t i = 0; i < 300; ++i) {
        const Bytes& tile = i < 256 ? *full : *partial;
        EXPECT_TRUE(equal(ByteView{tile}.subspan(i % 256 * 32, 32), hashes_[i]));
    }
    EXPECT_EQ(*log_->tile(0, 1, 10), Bytes(partial->begin(), partial->begin() + 320));
    EXPECT_EQ(log_->tile(0, 0, 100)->size(), 3200U);
    EXPECT_EQ(log_->tile(1, 0, 1)->size(), 32U);
    for (const auto& [level, index, width] :
         {std::tuple{0, 1, 45}, std::tuple{0, 2, 1}, std::tuple{1, 0, 2}, std::tuple{0, 0, 0}}) {
        EXPECT_EQ(log_->tile(static_cast<std::uint8_t>(level),
                             static_cast<std::uint64_t>(index),
                             static_cast<std::uint16_t>(width))
                      .error(),
                  make_error_code(AuditError::not_a_tile));
    }
}

TEST_F(AuditLogTest, entry_bundles_hold_each_leaf_with_its_length) {
    grow(260);
    const auto bundle = log_->entries(1, 4);
    ASSERT_TRUE(bundle);
    ASSERT_EQ(bundle->size(), 4 * (2 + protocol::message::kLeafSize));
    EXPECT_EQ((*bundle)[1], protocol::message::kLeafSize);
    EXPECT_EQ(merkle::hash_leaf(ByteView{*bundle}.subspan(2, protocol::message::kLeafSize)),
              hashes_[256]);
    EXPECT_EQ(log_->entries(1, 5).error(), make_error_code(AuditError::not_a_tile));
    EXPECT_EQ(log_->entries(0, 256)->size(), 256 * (2 + protocol::message::kLeafSize));
}

TEST_F(AuditLogTest, leaf_times_are_rounded_and_never_fall) {
    grow(3);
    time_ -= 10'000'000;
    grow(2);
    const auto leaves = log_->leaves(LogIndex{0}, 10);
    ASSERT_EQ(leaves->size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ((*leaves)[i].time.value() % 60, 0U);
        EXPECT_TRUE(i == 0 || (*leaves)[i].time >= (*leaves)[i - 1].time);
    }
    reopen();
    grow(1);
    EXPECT_EQ(log_->leaf(LogIndex{5})->time, (*leaves)[4].time);
}

TEST_F(AuditLogTest, sequences_are_dense_across_batches_and_restarts) {
    grow(20, 3);
    reopen();
    grow(5, 2);
    const auto id = SequenceId::of(party("UZ"));
    const auto all = log_->sequence(id, 0, 100);
    ASSERT_EQ(all->size(), 25U);
    for (std::uint64_t i = 0; i < 25; ++i) {
        EXPECT_EQ((*all)[i], LogIndex{i});
    }
    EXPECT_EQ(*log_->sequence(id, 7, 3), (std::vector{LogIndex{7}, LogIndex{8}, LogIndex{9}}));
    EXPECT_TRUE(log_->sequence(id, 25, 3)->empty());
    EXPECT_TRUE(log_->sequence(SequenceId::of(party("TM")), 0, 3)->empty());
}

TEST_F(AuditLogTest, a_checkpoint_is_signed_for_what_is_durable) {
    grow(10);
    const auto note = log_->checkpoint();
    ASSERT_TRUE(note);
    const auto key = merkle::VerifierKey::make(kOrigin, log_key().public_key);
    const auto checkpoint = merkle::open_checkpoint(*note, *key);
    ASSERT_TRUE(checkpoint);
    EXPECT_EQ(checkpoint->size, TreeSize{10});
    EXPECT_EQ(checkpoint->root, root_of(10));
    EXPECT_EQ(*log_->checkpoint(), *note);
    EXPECT_EQ(*log_->newest_checkpoint(), *note);
    grow(1);
    EXPECT_NE(*log_->checkpoint(), *note);
}

TEST_F(AuditLogTest, nothing_is_signed_unless_that_it_will_be_is_durable) {
    grow(10);
    store_.fail_commit(1, kv::MemoryStore::Fault::before_effect);
    EXPECT_FALSE(log_->checkpoint());
    EXPECT_FALSE(log_->newest_checkpoint());
}

TEST_F(AuditLogTest, what_was_signed_before_can_be_told_without_a_write) {
    grow(10);
    const auto note = log_->checkpoint();
    ASSERT_TRUE(note);
    grow(3);
    reopen();
    store_.fail_commit(1, kv::MemoryStore::Fault::before_effect);

    EXPECT_FALSE(log_->checkpoint());
    const auto newest = log_->newest_checkpoint();

    ASSERT_TRUE(newest) << newest.error().message();
    EXPECT_EQ(*newest, *note);
}

TEST_F(AuditLogTest, a_log_that_was_rolled_back_behind_its_signature_does_not_open) {
    grow(10);
    kv::WriteBatch rows;
    rows.put_encoded(
        kv::Space::state, kv::make_key(keyspace::kSignedHead), TreeHead{TreeSize{11}, {}});
    ASSERT_TRUE(store_.commit(rows));
    EXPECT_EQ(try_open(store_).error(), make_error_code(AuditError::signed_beyond));
}

TEST_F(AuditLogTest, a_log_that_differs_from_what_was_signed_does_not_open) {
    grow(10);
    kv::WriteBatch rows;
    rows.put_encoded(
        kv::Space::state, kv::make_key(keyspace::kSignedHead), TreeHead{TreeSize{9}, {}});
    ASSERT_TRUE(store_.commit(rows));
    EXPECT_EQ(try_open(store_).error(), make_error_code(AuditError::root_mismatch));
}

TEST_F(AuditLogTest, a_leaf_that_is_not_in_the_recorded_tree_does_not_open) {
    grow(10);
    kv::WriteBatch rows;
    rows.append(kv::make_key(keyspace::kLeavesLog), 10, Bytes(protocol::message::kLeafSize, 1));
    ASSERT_TRUE(store_.commit(rows));
    EXPECT_EQ(try_open(store_).error(), make_error_code(AuditError::root_mismatch));
}

TEST_F(AuditLogTest, a_damaged_tile_does_not_open) {
    grow(300);
    kv::WriteBatch rows;
    rows.put(kv::Space::state,
             kv::make_key(keyspace::kTile, std::uint8_t{0}, std::uint64_t{0}),
             Bytes(256 * 32, 1));
    ASSERT_TRUE(store_.commit(rows));
    EXPECT_EQ(try_open(store_).error(), make_error_code(AuditError::root_mismatch));
}

TEST_F(AuditLogTest, a_name_is_taken_once) {
    grow(1);
    const Digest key = AuditLog::once_key("test", Bytes{1});
    const auto early = log_->check_once(key);
    EXPECT_EQ(log_->once(*early), AuditLog::Once::free);
    kv::WriteBatch rows;
    add(rows);
    log_->claim_once(key, rows);
    EXPECT_EQ(log_->once(*early), AuditLog::Once::taken);
    log_->write(rows);
    ASSERT_TRUE(store_.commit(rows));
    log_->publish();
    EXPECT_EQ(log_->once(*log_->check_once(key)), AuditLog::Once::taken);
    reopen();
    EXPECT_EQ(log_->once(*log_->check_once(key)), AuditLog::Once::taken);
    EXPECT_EQ(log_->once(*early), AuditLog::Once::stale);
    EXPECT_EQ(log_->once(*log_->check_once(AuditLog::once_key("test", Bytes{2}))),
              AuditLog::Once::free);
}

// Two levels of tiles, with the leaves alone.
TEST(RightEdge, rebuilds_a_tree_with_tiles_above_tiles) {
    constexpr std::size_t kLeaves = 70'000;
    kv::MemoryStore store;
    kv::WriteBatch rows;
    RightEdge edge;
    std::vector<FullTile> filled;
    const Bytes leaf(protocol::message::kLeafSize, 3);
    for (std::uint64_t i = 0; i < kLeaves; ++i) {
        rows.append(kv::make_key(keyspace::kLeavesLog), i, leaf);
        edge.append(merkle::hash_leaf(leaf), filled);
    }
    for (const FullTile& tile : filled) {
        rows.put(
            kv::Space::state, kv::make_key(keyspace::kTile, tile.level, tile.index), tile.hashes);
    }
    ASSERT_TRUE(store.commit(rows));
    EXPECT_EQ(filled.size(), kLeaves / 256 + 1);

    const auto rebuilt = RightEdge::rebuild(store, TreeSize{kLeaves});
    ASSERT_TRUE(rebuilt);
    EXPECT_EQ(rebuilt->head(), edge.head());
    for (const std::uint64_t index : {0ULL, 65'535ULL, 65'536ULL, 69'999ULL}) {
        const TreeSize size{kLeaves};
        const auto proof =
            merkle::inclusion_proof(LogIndex{index}, size, rebuilt->nodes(store, size));
        ASSERT_TRUE(proof);
        EXPECT_TRUE(merkle::verify_inclusion(
            merkle::hash_leaf(leaf), LogIndex{index}, size, *proof, edge.head().root));
    }
}

}  // namespace
}  // namespace serai::tests
