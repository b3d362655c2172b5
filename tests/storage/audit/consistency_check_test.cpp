// The check must see damage, or its silence means nothing: everything that a rich store holds is erased or changed, one row at
// a time.
#include "storage/audit/consistency_check.hpp"

#include "crypto/primitive/hash.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/kv/memory_store.hpp"
#include "storage/objects/object_store.hpp"
#include "tests/storage/repo/world.hpp"
#include "tests/support/temp_directory.hpp"

#include <gtest/gtest.h>

namespace serai::tests {
namespace {

namespace keyspace = storage::kv::keyspace;
namespace kv = storage::kv;
namespace repo = storage::repo;
using kv::Space;

constexpr std::string_view kContent = "0123456789";  // of the store's one document

class ConsistencyCheckTest : public testing::Test {
  protected:
    ConsistencyCheckTest() {
        World world{store_};
        TestChannel channel{world, kz_};
        EXPECT_FALSE(channel.admit(world, {uz_}).error);
        EXPECT_FALSE(world.run(uz_, channel.message(world, "x")).error);
        EXPECT_FALSE(
            channel.record_act(world, protocol::network::ActKind::admit, device("KG")).error);
        EXPECT_FALSE(world.run_as_server(repo::CertificateSeen{kz_.id, kz_.party, {1}}).error);
        EXPECT_FALSE(world.run_as_server(repo::RecordRefusal{Digest{1}, "expired", {}}).error);
        publish(world);
        seal_and_open(world, channel);
        EXPECT_TRUE(world.repositories().log().checkpoint());
    }

    void publish(World& world) {
        const protocol::network::PublishKeyPackagesStatement statement{{Digest{1}}};
        EXPECT_FALSE(world
                         .run(uz_,
                              repo::PublishKeyPackages{world.act(uz_, statement),
                                                       {{Digest{1}, UnixSeconds{~0ULL}, {1}}}})
                         .error);
    }

    void seal_and_open(World& world, const TestChannel& channel) {
        const ObjectId object{ByteArray<16>{1}};
        const protocol::network::DocumentId id{ByteArray<16>{2}};
        const auto document = *world.repositories().documents().load(id);
        EXPECT_FALSE(world.run(kz_, repo::BeginUpload{channel.load(world), object, 10}).error);
        const protocol::network::SealDocumentStatement seal{
            channel.group(), id, 1, object, 10, crypto::sha256(as_bytes(kContent)), Digest{2}};
        EXPECT_FALSE(
            world
                .run(kz_,
                     repo::SealDocument{world.act(kz_, seal), seal, channel.load(world), document})
                .error);
        const protocol::network::OpenDocumentStatement open{channel.group(), id, 1};
        EXPECT_FALSE(world
                         .run(uz_,
                              repo::OpenDocument{world.act(uz_, open),
                                                 open,
                                                 channel.load(world),
                                                 document,
                                                 UnixSeconds{~0ULL}})
                         .error);
    }

    std::vector<kv::ScanEntry> rows(Space space, keyspace::Table table) {
        return store_.scan(kv::ScanRequest::prefix(space, kv::make_key(table)))->entries;
    }

    // The problems with the row changed, which is then put back.
    std::string with(Space space, const kv::ScanEntry& row, const std::optional<Bytes>& value) {
        kv::WriteBatch change;
        if (value) {
            change.put(space, row.key, *value);
        } else {
            change.erase(space, row.key);
        }
        EXPECT_TRUE(store_.commit(change));
        std::string problems = find_inconsistency(store_);
        kv::WriteBatch back;
        back.put(space, row.key, row.value);
        EXPECT_TRUE(store_.commit(back));
        return problems;
    }

    kv::MemoryStore store_;
    Device kz_ = device("KZ");
    Device uz_ = device("UZ");
};

TEST_F(ConsistencyCheckTest, finds_nothing_wrong_with_what_the_pipeline_wrote) {
    const auto report = storage::audit::check_consistency(store_);
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->consistent()) << find_inconsistency(store_);
    EXPECT_EQ(report->leaves, 12U);
    EXPECT_EQ(report->openings, 12U);
    EXPECT_EQ(report->records, 3U);
    EXPECT_EQ(report->channels, 1U);
    EXPECT_GT(report->effects, 30U);
}

TEST_F(ConsistencyCheckTest, compares_the_ciphertext_of_every_document) {
    const TempDirectory folder;
    std::string why;
    const auto objects = storage::objects::ObjectStore::open(folder.path() / "objects", {}, why);
    ASSERT_TRUE(objects) << why;
    const ObjectId object{ByteArray<16>{1}};
    const auto problem_with = [&](std::string_view content) {
        EXPECT_TRUE((*objects)->remove(object));
        EXPECT_TRUE((*objects)->begin(object));
        EXPECT_TRUE((*objects)->append(object, 0, as_bytes(content), content.size()));
        EXPECT_TRUE((*objects)->seal(object, content.size(), crypto::sha256(as_bytes(content))));
        storage::audit::CheckReport report;
        EXPECT_TRUE(storage::audit::check_objects(store_, **objects, report));
        EXPECT_EQ(report.documents, report.consistent() ? 1U : 0U);
        return report.consistent() ? std::string{} : report.problems.front();
    };
    storage::audit::CheckReport missing;

    EXPECT_TRUE(storage::audit::check_objects(store_, **objects, missing));

    ASSERT_EQ(missing.problems.size(), 1U);
    EXPECT_NE(missing.problems.front().find("is missing"), std::string::npos);
    EXPECT_EQ(problem_with(kContent), "");
    EXPECT_NE(problem_with("012345678X").find("is damaged"), std::string::npos);
    EXPECT_NE(problem_with("012345678").find("has another length"), std::string::npos);
}

TEST_F(ConsistencyCheckTest, finds_every_row_that_is_missing) {
    for (const auto table : {keyspace::kTreeHead,
                             keyspace::kSequence,
                             keyspace::kOnce,
                             keyspace::kGovernance,
                             keyspace::kFounding,
                             keyspace::kGroupState,
                             keyspace::kGroupNode,
                             keyspace::kMember,
                             keyspace::kReadable,
                             keyspace::kDeviceChannel,
                             keyspace::kTreePart,
                             keyspace::kTreeWaiter,
                             keyspace::kMailbox,
                             keyspace::kVersion,
                             keyspace::kAccess,
                             keyspace::kCertificate}) {
        const auto all = rows(Space::state, table);
        EXPECT_FALSE(all.empty()) << int{table};
        for (const auto& row : all) {
            EXPECT_NE(with(Space::state, row, std::nullopt), "") << "table " << int{table};
        }
    }
    EXPECT_EQ(find_inconsistency(store_), "");
}

TEST_F(ConsistencyCheckTest, finds_every_row_that_was_changed) {
    for (const auto table : {keyspace::kTreeHead,
                             keyspace::kSignedHead,
                             keyspace::kSequence,
                             keyspace::kOnce,
                             keyspace::kFounding,
                             keyspace::kPendingAct,
                             keyspace::kKeyPackage,
                             keyspace::kVersion,
                             keyspace::kSealedObject,
                             keyspace::kAccess,
                             keyspace::kCertificate,
                             keyspace::kRefusal}) {
        for (const auto& row : rows(Space::state, table)) {
            Bytes changed = row.value;
            // A number's highest byte, a digest's first, a version: nothing that may be anything.
            changed[table == keyspace::kRefusal ? 8 : 0] ^= 0x40;
            EXPECT_NE(with(Space::state, row, changed), "") << "table " << int{table};
        }
    }
}

TEST_F(ConsistencyCheckTest, finds_every_changed_byte_of_an_opening) {
    const auto all = rows(Space::openings, keyspace::kOpening);
    ASSERT_EQ(all.size(), 12U);
    for (const auto& row : all) {
        for (std::size_t i = 2; i < row.value.size(); i += 29) {
            Bytes changed = row.value;
            changed[i] ^= 1;
            EXPECT_NE(with(Space::openings, row, changed), "") << "byte " << i;
        }
    }
}

TEST_F(ConsistencyCheckTest, finds_an_effect_without_a_leaf) {
    kv::WriteBatch rows_without_leaf;
    rows_without_leaf.put(Space::state,
                          kv::make_key(keyspace::kCertificate, ByteView{Digest{9}}),
                          Bytes{0, 0, 0, 0, 0, 0, 0, 1});
    ASSERT_TRUE(store_.commit(rows_without_leaf));
    EXPECT_NE(find_inconsistency(store_), "");
}

TEST_F(ConsistencyCheckTest, finds_a_record_without_a_leaf) {
    const auto logs = store_.list_logs({}, 10);
    ASSERT_EQ(logs->size(), 2U);
    const auto page = store_.read((*logs)[1], 0, 10, 1024 * 1024);
    kv::WriteBatch doubled;
    doubled.append((*logs)[1], page->tail, page->records.back());
    ASSERT_TRUE(store_.commit(doubled));
    EXPECT_NE(find_inconsistency(store_), "");
}

TEST_F(ConsistencyCheckTest, finds_a_leaf_without_a_record) {
    kv::WriteBatch extra;
    extra.append(kv::make_key(keyspace::kLeavesLog), 12, Bytes(protocol::message::kLeafSize, 1));
    ASSERT_TRUE(store_.commit(extra));
    EXPECT_NE(find_inconsistency(store_), "");
}

TEST_F(ConsistencyCheckTest, an_erased_opening_is_no_problem) {
    const auto all = rows(Space::openings, keyspace::kOpening);
    EXPECT_EQ(with(Space::openings, all[4], std::nullopt), "");
}

}  // namespace
}  // namespace serai::tests
