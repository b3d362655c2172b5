#include "storage/kv/memory_store.hpp"
#include "storage/repo/documents.hpp"
#include "tests/storage/repo/world.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace kv = storage::kv;
namespace repo = storage::repo;
using protocol::message::Grant;
using protocol::message::Receipt;
using protocol::network::CompleteDocumentStatement;
using protocol::network::DocumentId;
using protocol::network::OpenDocumentStatement;
using protocol::network::SealDocumentStatement;
using storage::commit::Verdict;

class DocumentTest : public testing::Test {
  protected:
    void SetUp() override { ASSERT_FALSE(channel_->admit(*world_, {uz_}).error); }

    void TearDown() override { EXPECT_EQ(find_inconsistency(store_), ""); }

    static ObjectId object(std::uint8_t n) { return ObjectId{ByteArray<16>{n}}; }

    static DocumentId document(std::uint8_t n) { return DocumentId{ByteArray<16>{n}}; }

    Verdict begin(const Device& who, ObjectId id, std::uint64_t length = 100) {
        return world_->run(who, repo::BeginUpload{channel_->load(*world_), id, length});
    }

    SealDocumentStatement statement(std::uint8_t doc,
                                    std::uint32_t version,
                                    std::uint8_t obj) const {
        return {channel_->group(), document(doc), version, object(obj), 100, Digest{9}, Digest{8}};
    }

    Verdict seal(const Device& who, const SealDocumentStatement& what) {
        return world_->run(
            who,
            repo::SealDocument{
                world_->act(who, what), what, channel_->load(*world_), load(what.document)});
    }

    repo::DocumentPtr load(const DocumentId& id) {
        return *world_->repositories().documents().load(id);
    }

    Verdict open(const Device& who, std::uint8_t doc, std::uint32_t version) {
        const OpenDocumentStatement what{channel_->group(), document(doc), version};
        return world_->run(who,
                           repo::OpenDocument{world_->act(who, what),
                                              what,
                                              channel_->load(*world_),
                                              load(what.document),
                                              UnixSeconds{world_->now().value() / 1000 + 60}});
    }

    Verdict complete(const Device& who,
                     std::uint8_t doc,
                     LogIndex opened_at,
                     Digest digest = Digest{9}) {
        const CompleteDocumentStatement what{
            channel_->group(), document(doc), 1, opened_at, digest};
        return world_->run(
            who,
            repo::CompleteDocument{
                world_->act(who, what), what, channel_->load(*world_), load(what.document)});
    }

    kv::MemoryStore store_;
    std::unique_ptr<World> world_ = std::make_unique<World>(store_);
    Device kz_ = device("KZ");
    Device uz_ = device("UZ");
    Device tj_ = device("TJ");
    std::unique_ptr<TestChannel> channel_ = std::make_unique<TestChannel>(*world_, kz_);
};

TEST_F(DocumentTest, an_upload_is_invisible_until_it_is_sealed) {
    ASSERT_FALSE(begin(kz_, object(1)).error);
    auto& documents = world_->repositories().documents();
    EXPECT_EQ((*documents.upload(object(1)))->device, kz_.id);
    EXPECT_EQ(open(uz_, 1, 1).error, WireError::not_found);
    EXPECT_FALSE(*documents.is_sealed(object(1)));

    ASSERT_FALSE(seal(kz_, statement(1, 1, 1)).error);
    EXPECT_TRUE(*documents.is_sealed(object(1)));
    EXPECT_FALSE(documents.upload(object(1))->has_value());
    EXPECT_EQ(load(document(1))->durable()->versions.size(), 1U);
}

TEST_F(DocumentTest, only_what_the_device_uploaded_itself_is_sealed) {
    ASSERT_FALSE(begin(kz_, object(1)).error);
    EXPECT_EQ(seal(uz_, statement(1, 1, 1)).error, WireError::forbidden);
    EXPECT_EQ(seal(kz_, statement(1, 1, 2)).error, WireError::not_found);
    auto other_length = statement(1, 1, 1);
    other_length.length = 99;
    EXPECT_EQ(seal(kz_, other_length).error, WireError::upload_incomplete);
    EXPECT_EQ(begin(tj_, object(3)).error, WireError::forbidden);
    EXPECT_EQ(begin(kz_, object(1)).error, WireError::exists);
    ASSERT_FALSE(seal(kz_, statement(1, 1, 1)).error);
    EXPECT_EQ(seal(kz_, statement(2, 1, 1)).error, WireError::not_found);
}

TEST_F(DocumentTest, versions_are_dense_and_stay_with_their_party) {
    for (std::uint8_t i = 1; i <= 4; ++i) {
        ASSERT_FALSE(begin(i == 4 ? uz_ : kz_, object(i)).error);
    }
    EXPECT_EQ(seal(kz_, statement(1, 2, 1)).error, WireError::not_found);
    ASSERT_FALSE(seal(kz_, statement(1, 1, 1)).error);
    EXPECT_EQ(seal(kz_, statement(1, 1, 2)).error, WireError::exists);
    EXPECT_EQ(seal(uz_, statement(1, 2, 4)).error, WireError::forbidden);
    ASSERT_FALSE(seal(kz_, statement(1, 2, 2)).error);
}

TEST_F(DocumentTest, opening_gives_a_grant_that_expires) {
    ASSERT_FALSE(begin(kz_, object(1)).error);
    ASSERT_FALSE(seal(kz_, statement(1, 1, 1)).error);
    const auto grant = response<Grant>(open(uz_, 1, 1));
    EXPECT_EQ(grant.object, object(1));
    EXPECT_EQ(grant.digest, Digest{9});
    auto& documents = world_->repositories().documents();
    const auto state = documents.grant(grant.token, world_->now());
    ASSERT_TRUE(state);
    EXPECT_EQ(state->device, uz_.id);
    EXPECT_EQ(state->leaf, grant.receipt.index);
    EXPECT_EQ(documents.grant(Digest{}, world_->now()).error(),
              make_error_code(WireError::grant_expired));
    EXPECT_EQ(documents.grant(grant.token, UnixMillis{world_->now().value() + 61'000}).error(),
              make_error_code(WireError::grant_expired));
    EXPECT_EQ(open(tj_, 1, 1).error, WireError::forbidden);
    EXPECT_EQ(open(uz_, 1, 2).error, WireError::not_found);
}

TEST_F(DocumentTest, who_was_removed_opens_nothing) {
    ASSERT_FALSE(begin(kz_, object(1)).error);
    ASSERT_FALSE(seal(kz_, statement(1, 1, 1)).error);
    ASSERT_FALSE(channel_->expel(*world_, uz_).error);
    EXPECT_EQ(open(uz_, 1, 1).error, WireError::forbidden);
}

TEST_F(DocumentTest, a_completion_belongs_to_one_opening_of_the_same_device) {
    ASSERT_FALSE(begin(kz_, object(1)).error);
    const auto sealed = response<Receipt>(seal(kz_, statement(1, 1, 1)));
    const auto grant = response<Grant>(open(uz_, 1, 1));
    EXPECT_EQ(complete(kz_, 1, grant.receipt.index).error, WireError::not_found);
    EXPECT_EQ(complete(uz_, 1, sealed.index).error, WireError::not_found);
    EXPECT_EQ(complete(uz_, 1, grant.receipt.index, Digest{}).error,
              WireError::verification_failed);
    EXPECT_FALSE(complete(uz_, 1, grant.receipt.index).error);
    EXPECT_EQ(complete(uz_, 1, grant.receipt.index).error, WireError::exists);
}

TEST_F(DocumentTest, the_documents_counter_is_dense_over_every_access) {
    ASSERT_FALSE(begin(kz_, object(1)).error);
    const auto sealed = response<Receipt>(seal(kz_, statement(1, 1, 1)));
    const auto first = response<Grant>(open(uz_, 1, 1));
    const auto second = response<Grant>(open(kz_, 1, 1));
    const auto id = storage::audit::SequenceId::of(document(1));
    EXPECT_EQ(*world_->repositories().log().sequence(id, 0, 10),
              (std::vector{sealed.index, first.receipt.index, second.receipt.index}));
}

TEST_F(DocumentTest, documents_survive_a_restart) {
    ASSERT_FALSE(begin(kz_, object(1)).error);
    ASSERT_FALSE(seal(kz_, statement(1, 1, 1)).error);
    ASSERT_FALSE(begin(kz_, object(2)).error);
    const auto grant = response<Grant>(open(uz_, 1, 1));
    world_ = std::make_unique<World>(store_);
    EXPECT_TRUE(world_->repositories().documents().grant(grant.token, world_->now()));
    EXPECT_FALSE(seal(kz_, statement(1, 2, 2)).error);
    EXPECT_FALSE(complete(uz_, 1, grant.receipt.index).error);
}

TEST_F(DocumentTest, an_abandoned_upload_cannot_be_sealed) {
    ASSERT_FALSE(begin(kz_, object(1)).error);
    auto& documents = world_->repositories().documents();
    EXPECT_TRUE(documents.uploads_before(world_->now(), 10)->empty());
    EXPECT_EQ(documents.uploads_before(UnixMillis{world_->now().value() + 1}, 10)->size(), 1U);
    ASSERT_FALSE(world_->run_as_server(repo::AbandonUpload{object(1)}).error);
    EXPECT_EQ(seal(kz_, statement(1, 1, 1)).error, WireError::not_found);
    EXPECT_EQ(world_->run_as_server(repo::AbandonUpload{object(1)}).error, WireError::not_found);
}

TEST_F(DocumentTest, a_device_has_a_bounded_number_of_uploads) {
    for (std::uint8_t i = 0; i < repo::kMaxUploads; ++i) {
        ASSERT_FALSE(begin(kz_, object(i)).error);
    }
    EXPECT_EQ(begin(kz_, object(200)).error, WireError::rate_limited);
    EXPECT_FALSE(begin(uz_, object(200)).error);
}

}  // namespace
}  // namespace serai::tests
