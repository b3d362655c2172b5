#include "storage/objects/object_store.hpp"

#include "crypto/primitive/hash.hpp"
#include "tests/support/power_loss_disk.hpp"
#include "tests/support/power_loss_file_system.hpp"
#include "tests/support/temp_directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <random>
#include <thread>

namespace serai::tests {
namespace {

using namespace storage::objects;

namespace fs = std::filesystem;

constexpr std::uint64_t kNoLimit = UINT64_MAX;

ObjectId id_of(std::uint8_t n) {
    ByteArray<16> bytes{};
    bytes.fill(n);
    return ObjectId{bytes};
}

Bytes content(std::size_t size, unsigned seed = 1) {
    std::mt19937 random{seed};
    Bytes bytes(size);
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::uint8_t>(random()); });
    return bytes;
}

template <class T>
ErrorCode error_of(const Result<T>& result) {
    return result ? ErrorCode{} : result.error();
}

// An object store on a disk that can lose power and fail.
class Bench {
  public:
    explicit Bench(const std::string& ignored_sync = "") {
        disk_.ignore_syncs(ignored_sync);
        reopen();
    }

    ObjectStore& store() { return *store_; }

    PowerLossDisk& disk() { return disk_; }

    fs::path directory() const { return disk_.root() / "objects"; }

    Result<void> try_open() {
        store_.reset();
        ObjectOptions options;
        options.writeback_bytes = 64 * 1024;
        options.files = files_.get();
        options.on_failure = [this](const ErrorCode&) {
            ++failures;
        };
        auto store = ObjectStore::open(directory(), options, why_);
        if (!store) {
            return store.error();
        }
        store_ = std::move(*store);
        return {};
    }

    void reopen() { ASSERT_TRUE(try_open()) << why_; }

    bool lose_power(std::mt19937* torn = nullptr) {
        disk_.cut_power();
        store_.reset();
        disk_.restore(torn);
        return try_open().has_value();
    }

    storage::file::FileSystem& files() { return *files_; }

    int failures = 0;  // that the stores of this bench have told

    const std::string& why() const { return why_; }

  private:
    TempDirectory scratch_;
    PowerLossDisk disk_{scratch_.path()};
    std::unique_ptr<storage::file::FileSystem> files_ = make_power_loss_file_system(disk_);
    std::string why_;
    std::unique_ptr<ObjectStore> store_;
};

Result<void> upload(ObjectStore& store,
                    const ObjectId& id,
                    const Bytes& bytes,
                    std::size_t chunk = 50'000) {
    SERAI_CHECK(store.begin(id));
    for (std::size_t at = 0; at < bytes.size(); at += chunk) {
        const auto part = ByteView{bytes}.subspan(at, std::min(chunk, bytes.size() - at));
        SERAI_CHECK(store.append(id, at, part, kNoLimit));
    }
    return {};
}

Result<void> put(ObjectStore& store, const ObjectId& id, const Bytes& bytes) {
    SERAI_CHECK(upload(store, id, bytes));
    return store.seal(id, bytes.size(), crypto::sha256(bytes));
}

TEST(ObjectStore, reads_back_what_was_sealed_at_any_place) {
    Bench bench;
    const auto bytes = content(300'000);
    ASSERT_TRUE(put(bench.store(), id_of(1), bytes));

    EXPECT_EQ(*bench.store().read(id_of(1), 0, bytes.size()), bytes);
    EXPECT_EQ(*bench.store().read(id_of(1), 299'999, 1), Bytes{bytes.back()});
    EXPECT_EQ(*bench.store().read(id_of(1), 300'000, 0), Bytes{});
    const auto reader = bench.store().open_sealed(id_of(1));
    ASSERT_TRUE(reader);
    EXPECT_EQ((*reader)->size(), bytes.size());
}

TEST(ObjectStore, keeps_an_empty_object) {
    Bench bench;
    ASSERT_TRUE(put(bench.store(), id_of(1), {}));
    EXPECT_EQ((*bench.store().open_sealed(id_of(1)))->size(), 0U);
}

TEST(ObjectStore, reading_beyond_the_end_is_an_error) {
    Bench bench;
    ASSERT_TRUE(put(bench.store(), id_of(1), content(10)));
    EXPECT_EQ(error_of(bench.store().read(id_of(1), 0, 11)), ObjectError::out_of_range);
    EXPECT_EQ(error_of(bench.store().read(id_of(1), 11, 0)), ObjectError::out_of_range);
    EXPECT_EQ(error_of(bench.store().read(id_of(1), UINT64_MAX, 2)), ObjectError::out_of_range);
    EXPECT_EQ(error_of(bench.store().read(id_of(1), 2, SIZE_MAX)), ObjectError::out_of_range);
}

TEST(ObjectStore, an_upload_cannot_be_read) {
    Bench bench;
    ASSERT_TRUE(upload(bench.store(), id_of(1), content(10)));
    EXPECT_EQ(error_of(bench.store().read(id_of(1), 0, 1)), ObjectError::not_found);
    EXPECT_EQ(error_of(bench.store().open_sealed(id_of(1))), ObjectError::not_found);
    EXPECT_TRUE(bench.store().list_sealed()->empty());
}

TEST(ObjectStore, an_id_begins_once) {
    Bench bench;
    ASSERT_TRUE(bench.store().begin(id_of(1)));
    EXPECT_EQ(error_of(bench.store().begin(id_of(1))), ObjectError::exists);
    bench.reopen();
    EXPECT_EQ(error_of(bench.store().begin(id_of(1))), ObjectError::exists);
    ASSERT_TRUE(bench.store().seal(id_of(1), 0, crypto::sha256(ByteView{})));
    EXPECT_EQ(error_of(bench.store().begin(id_of(1))), ObjectError::exists);
    EXPECT_EQ(error_of(bench.store().append(id_of(1), 0, content(1), kNoLimit)),
              ObjectError::not_found);
}

TEST(ObjectStore, appends_only_at_the_end_and_within_the_limit) {
    Bench bench;
    ASSERT_TRUE(bench.store().begin(id_of(1)));
    EXPECT_EQ(error_of(bench.store().append(id_of(1), 1, content(1), kNoLimit)),
              ObjectError::offset_mismatch);
    EXPECT_TRUE(bench.store().append(id_of(1), 0, content(10), 10));
    EXPECT_EQ(error_of(bench.store().append(id_of(1), 0, content(10), kNoLimit)),
              ObjectError::offset_mismatch);
    EXPECT_EQ(error_of(bench.store().append(id_of(1), 10, content(1), 10)),
              ObjectError::limit_reached);
    EXPECT_EQ(error_of(bench.store().append(id_of(1), 10, content(1), 9)),
              ObjectError::limit_reached);
    EXPECT_EQ(*bench.store().size(id_of(1)), 10U);
}

TEST(ObjectStore, what_never_began_is_not_found) {
    Bench bench;
    EXPECT_EQ(error_of(bench.store().append(id_of(1), 0, content(1), kNoLimit)),
              ObjectError::not_found);
    EXPECT_EQ(error_of(bench.store().size(id_of(1))), ObjectError::not_found);
    EXPECT_EQ(error_of(bench.store().durable_size(id_of(1))), ObjectError::not_found);
    EXPECT_EQ(error_of(bench.store().seal(id_of(1), 0, {})), ObjectError::not_found);
    EXPECT_EQ(error_of(bench.store().open_sealed(id_of(1))), ObjectError::not_found);
    EXPECT_TRUE(bench.store().remove(id_of(1)));
    EXPECT_TRUE(bench.store().is_writable());
}

TEST(ObjectStore, seals_only_the_length_and_digest_that_were_uploaded) {
    Bench bench;
    const auto bytes = content(1000);
    const auto digest = crypto::sha256(bytes);
    ASSERT_TRUE(upload(bench.store(), id_of(1), bytes));
    EXPECT_EQ(error_of(bench.store().seal(id_of(1), 999, digest)), ObjectError::incomplete);
    EXPECT_EQ(error_of(bench.store().seal(id_of(1), 1001, digest)), ObjectError::incomplete);
    EXPECT_EQ(error_of(bench.store().seal(id_of(1), 1000, Digest{})), ObjectError::digest_mismatch);
    EXPECT_TRUE(bench.store().seal(id_of(1), 1000, digest));
}

TEST(ObjectStore, sealing_again_succeeds_only_with_the_same_length_and_digest) {
    Bench bench;
    const auto bytes = content(3'000'000);
    ASSERT_TRUE(put(bench.store(), id_of(1), bytes));
    EXPECT_TRUE(bench.store().seal(id_of(1), bytes.size(), crypto::sha256(bytes)));
    EXPECT_EQ(error_of(bench.store().seal(id_of(1), 5, crypto::sha256(bytes))),
              ObjectError::incomplete);
    EXPECT_EQ(error_of(bench.store().seal(id_of(1), bytes.size(), {})),
              ObjectError::digest_mismatch);
    bench.reopen();
    EXPECT_TRUE(bench.store().seal(id_of(1), bytes.size(), crypto::sha256(bytes)));
}

TEST(ObjectStore, an_upload_goes_on_after_a_restart) {
    Bench bench;
    const auto bytes = content(2'500'000);
    const ByteView all{bytes};
    ASSERT_TRUE(upload(bench.store(), id_of(1), to_bytes(all.first(2'200'000))));
    bench.reopen();

    EXPECT_EQ(*bench.store().size(id_of(1)), 2'200'000U);
    ASSERT_TRUE(bench.store().append(id_of(1), 2'200'000, all.subspan(2'200'000), kNoLimit));
    bench.reopen();
    ASSERT_TRUE(bench.store().seal(id_of(1), bytes.size(), crypto::sha256(bytes)));
    EXPECT_EQ(*bench.store().read(id_of(1), 0, bytes.size()), bytes);
}

TEST(ObjectStore, a_byte_changed_on_the_disk_between_runs_cannot_be_sealed) {
    Bench bench;
    const auto bytes = content(1000);
    ASSERT_TRUE(upload(bench.store(), id_of(1), bytes));
    const auto path = bench.directory() / "uploads" / to_hex(id_of(1).value());
    {
        std::fstream file{path, std::ios::binary | std::ios::in | std::ios::out};
        file.seekp(500);
        file.put(static_cast<char>(~bytes[500]));
    }
    bench.reopen();
    EXPECT_EQ(error_of(bench.store().seal(id_of(1), 1000, crypto::sha256(bytes))),
              ObjectError::digest_mismatch);
}

TEST(ObjectStore, removes_uploads_and_sealed_objects_and_the_id_is_free_again) {
    Bench bench;
    ASSERT_TRUE(put(bench.store(), id_of(1), content(10)));
    ASSERT_TRUE(upload(bench.store(), id_of(2), content(10)));
    ASSERT_TRUE(bench.store().remove(id_of(1)));
    ASSERT_TRUE(bench.store().remove(id_of(2)));

    EXPECT_EQ(error_of(bench.store().open_sealed(id_of(1))), ObjectError::not_found);
    EXPECT_EQ(error_of(bench.store().size(id_of(2))), ObjectError::not_found);
    EXPECT_TRUE(put(bench.store(), id_of(1), content(20)));
    EXPECT_TRUE(put(bench.store(), id_of(2), content(20)));
}

TEST(ObjectStore, an_open_reader_outlives_the_removal) {
    Bench bench;
    const auto bytes = content(10);
    ASSERT_TRUE(put(bench.store(), id_of(1), bytes));
    const auto reader = *bench.store().open_sealed(id_of(1));
    ASSERT_TRUE(bench.store().remove(id_of(1)));
    Bytes out(10);
    EXPECT_TRUE(reader->read(0, out));
    EXPECT_EQ(out, bytes);
    EXPECT_EQ(error_of(reader->read(5, out)), ObjectError::out_of_range);
}

TEST(ObjectStore, lists_abandoned_uploads_and_sealed_objects) {
    Bench bench;
    const auto before = std::chrono::system_clock::now() - std::chrono::seconds{2};
    ASSERT_TRUE(put(bench.store(), id_of(1), content(10)));
    ASSERT_TRUE(upload(bench.store(), id_of(2), content(77)));
    bench.reopen();

    const auto uploads = bench.store().list_uploads();
    ASSERT_TRUE(uploads);
    ASSERT_EQ(uploads->size(), 1U);
    EXPECT_EQ((*uploads)[0].id, id_of(2));
    EXPECT_EQ((*uploads)[0].size, 77U);
    EXPECT_GE((*uploads)[0].last_write, before);
    EXPECT_EQ(*bench.store().list_sealed(), std::vector{id_of(1)});
}

TEST(ObjectStore, clears_away_what_is_no_upload_when_it_is_opened) {
    TempDirectory scratch;
    std::string why;
    const auto directory = scratch.path() / "objects";
    ASSERT_TRUE(ObjectStore::open(directory, {}, why));
    const auto leftover = directory / "uploads" / (to_hex(id_of(1).value()) + ".new");
    std::ofstream{leftover} << "half a copy";

    const auto store = ObjectStore::open(directory, {}, why);
    ASSERT_TRUE(store) << why;
    EXPECT_FALSE(fs::exists(leftover));
    EXPECT_TRUE((*store)->begin(id_of(1)));
}

TEST(ObjectStore, works_on_the_machines_own_files) {
    TempDirectory scratch;
    std::string why;
    ObjectOptions options;
    options.writeback_bytes = 100'000;
    const auto store = ObjectStore::open(scratch.path() / "objects", options, why);
    ASSERT_TRUE(store) << why;
    const auto bytes = content(1'000'000);
    ASSERT_TRUE(put(**store, id_of(1), bytes));
    EXPECT_EQ(*(*store)->read(id_of(1), 0, bytes.size()), bytes);
    ASSERT_TRUE(upload(**store, id_of(2), bytes));
    EXPECT_EQ(*(*store)->durable_size(id_of(2)), bytes.size());
    ASSERT_TRUE((*store)->remove(id_of(1)));
    EXPECT_TRUE((*store)->list_sealed()->empty());

    EXPECT_EQ(error_of(ObjectStore::open(scratch.path() / "no" / "such", {}, why)),
              ObjectError::unavailable);
    EXPECT_NE(why.find("cannot be made"), std::string::npos) << why;
}

TEST(ObjectStore, a_full_disk_leaves_the_upload_as_it_was) {
    Bench bench;
    const auto bytes = content(10);
    ASSERT_TRUE(upload(bench.store(), id_of(1), bytes));
    bench.disk().fail("file.write.full");
    EXPECT_EQ(error_of(bench.store().append(id_of(1), 10, content(5), kNoLimit)),
              ObjectError::no_space);
    EXPECT_TRUE(bench.store().is_writable());
    EXPECT_EQ(*bench.store().size(id_of(1)), 10U);
    EXPECT_TRUE(bench.store().seal(id_of(1), 10, crypto::sha256(bytes)));

    bench.disk().fail("file.create.full");
    EXPECT_EQ(error_of(bench.store().begin(id_of(2))), ObjectError::no_space);
    EXPECT_TRUE(bench.store().begin(id_of(2)));

    bench.disk().fail("file.write.full");
    bench.disk().fail("file.truncate");
    EXPECT_EQ(error_of(bench.store().append(id_of(2), 0, content(5), kNoLimit)),
              ObjectError::unavailable);
    EXPECT_FALSE(bench.store().is_writable());
}

TEST(ObjectStore, a_want_of_descriptors_passes) {
    Bench bench;
    const auto bytes = content(10);
    const auto digest = crypto::sha256(bytes);
    bench.disk().fail("file.open.descriptors");
    EXPECT_EQ(error_of(bench.store().begin(id_of(1))), ObjectError::unavailable);
    EXPECT_TRUE(bench.store().is_writable());

    ASSERT_TRUE(upload(bench.store(), id_of(1), bytes));
    bench.disk().fail("file.open_directory.descriptors");
    EXPECT_EQ(error_of(bench.store().durable_size(id_of(1))), ObjectError::unavailable);
    EXPECT_TRUE(bench.store().durable_size(id_of(1)));

    // The rename has happened; what is missing is that it is durable.
    bench.disk().fail("file.open_directory.descriptors");
    EXPECT_EQ(error_of(bench.store().seal(id_of(1), bytes.size(), digest)),
              ObjectError::unavailable);
    EXPECT_TRUE(bench.store().seal(id_of(1), bytes.size(), digest));
    EXPECT_TRUE(bench.lose_power());
    EXPECT_EQ(*bench.store().read(id_of(1), 0, bytes.size()), bytes);

    bench.disk().fail("file.open_directory.descriptors");
    EXPECT_EQ(error_of(bench.store().remove(id_of(1))), ObjectError::unavailable);
    EXPECT_TRUE(bench.store().remove(id_of(1)));
    EXPECT_TRUE(bench.store().is_writable());
}

TEST(ObjectStore, a_failed_operation_latches_and_a_restart_goes_on) {
    const auto bytes = content(100'000);
    const auto digest = crypto::sha256(bytes);
    for (const auto* name : {"file.write",
                             "file.create",
                             "file.writeback",
                             "object_upload",
                             "object_upload_directory",
                             "object_seal_file",
                             "file.rename",
                             "object_seal_directory"}) {
        Bench bench;
        ASSERT_TRUE(put(bench.store(), id_of(9), bytes));
        bench.disk().fail(name);
        const bool failed = !upload(bench.store(), id_of(1), bytes) ||
                            !bench.store().durable_size(id_of(1)) ||
                            !bench.store().seal(id_of(1), bytes.size(), digest);
        ASSERT_TRUE(failed) << name;

        EXPECT_FALSE(bench.store().is_writable()) << name;
        EXPECT_EQ(bench.failures, 1) << name;
        EXPECT_EQ(error_of(bench.store().begin(id_of(2))), ObjectError::unavailable) << name;
        EXPECT_EQ(error_of(bench.store().append(id_of(1), 0, bytes, kNoLimit)),
                  ObjectError::unavailable)
            << name;
        EXPECT_EQ(error_of(bench.store().seal(id_of(1), bytes.size(), digest)),
                  ObjectError::unavailable)
            << name;
        EXPECT_EQ(error_of(bench.store().remove(id_of(1))), ObjectError::unavailable) << name;
        EXPECT_EQ(*bench.store().read(id_of(9), 0, bytes.size()), bytes) << name;

        bench.reopen();
        EXPECT_TRUE(bench.store().is_writable()) << name;
        ASSERT_TRUE(bench.store().remove(id_of(1))) << name;
        EXPECT_TRUE(put(bench.store(), id_of(1), bytes)) << name;
    }
}

TEST(ObjectStore, a_failed_removal_latches) {
    for (const auto* name : {"file.remove", "object_remove"}) {
        Bench bench;
        ASSERT_TRUE(put(bench.store(), id_of(1), content(10)));
        bench.disk().fail(name);
        EXPECT_EQ(error_of(bench.store().remove(id_of(1))), ObjectError::unavailable);
        EXPECT_FALSE(bench.store().is_writable());
        bench.reopen();
        EXPECT_TRUE(bench.store().remove(id_of(1)));
        EXPECT_TRUE(bench.store().list_sealed()->empty());
    }
}

TEST(ObjectStore, says_why_it_cannot_be_opened) {
    for (const auto* name : {"file.mkdir", "object_root", "object_root_parent"}) {
        Bench bench;
        const auto directory = bench.disk().root() / "another";
        ObjectOptions options;
        options.files = &bench.files();
        std::string why;
        bench.disk().fail(name);
        EXPECT_EQ(error_of(ObjectStore::open(directory, options, why)), ObjectError::unavailable);
        EXPECT_NE(why.find("cannot be"), std::string::npos) << why;
        EXPECT_TRUE(ObjectStore::open(directory, options, why)) << name << ": " << why;
    }
}

TEST(ObjectStore, different_objects_can_be_uploaded_at_once) {
    Bench bench;
    std::vector<std::thread> threads;
    for (std::uint8_t n = 1; n <= 4; ++n) {
        threads.emplace_back([&, n] {
            const auto bytes = content(200'000, n);
            ASSERT_TRUE(put(bench.store(), id_of(n), bytes));
            ASSERT_EQ(*bench.store().read(id_of(n), 0, bytes.size()), bytes);
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(bench.store().list_sealed()->size(), 4U);
}

TEST(ObjectStore, calls_about_one_object_exclude_one_another) {
    Bench bench;
    std::atomic<int> begun{0};
    std::atomic<int> appended{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int round = 0; round < 50; ++round) {
                begun += bench.store().begin(id_of(1)) ? 1 : 0;
                appended += bench.store().append(id_of(1), 0, content(10), kNoLimit) ? 1 : 0;
                ASSERT_TRUE(bench.store().remove(id_of(1)));
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_TRUE(bench.store().is_writable());
    EXPECT_LE(appended, begun);
    EXPECT_GT(begun, 0);
    EXPECT_TRUE(bench.store().list_uploads()->empty());
}

// Lives that end with a power failure, as in the tests of the key-value store.

using Life = bool (*)(Bench&);

bool sealed_objects_survive(Bench& bench) {
    const auto bytes = content(200'000);
    if (!put(bench.store(), id_of(1), bytes) || !bench.lose_power()) {
        return false;
    }
    const auto found = bench.store().read(id_of(1), 0, bytes.size());
    return found && *found == bytes;
}

bool promised_uploads_survive(Bench& bench) {
    const auto bytes = content(200'000);
    if (!upload(bench.store(), id_of(1), bytes) || !bench.store().durable_size(id_of(1)) ||
        !bench.lose_power()) {
        return false;
    }
    const auto size = bench.store().size(id_of(1));
    return size && *size == bytes.size() &&
           bench.store().seal(id_of(1), bytes.size(), crypto::sha256(bytes));
}

bool adopted_uploads_survive(Bench& bench) {
    const auto bytes = content(200'000);
    if (!upload(bench.store(), id_of(1), bytes) || !bench.store().durable_size(id_of(1))) {
        return false;
    }
    // The next run touches the upload, and another upload makes the folder durable.
    if (!bench.try_open() || !bench.store().size(id_of(1)) || !bench.store().begin(id_of(2)) ||
        !bench.store().durable_size(id_of(2)) || !bench.lose_power()) {
        return false;
    }
    const auto size = bench.store().size(id_of(1));
    return size && *size == bytes.size();
}

bool objects_sealed_twice_survive(Bench& bench) {
    const auto bytes = content(1000);
    const auto digest = crypto::sha256(bytes);
    if (!upload(bench.store(), id_of(1), bytes)) {
        return false;
    }
    // The first attempt comes as far as the name.
    bench.disk().fail("object_seal_directory");
    static_cast<void>(bench.store().seal(id_of(1), bytes.size(), digest));
    if (!bench.try_open() || !bench.store().seal(id_of(1), bytes.size(), digest) ||
        !bench.lose_power()) {
        return false;
    }
    const auto found = bench.store().read(id_of(1), 0, bytes.size());
    return found && *found == bytes;
}

bool removed_objects_stay_away(Bench& bench) {
    if (!put(bench.store(), id_of(1), content(10)) || !bench.store().remove(id_of(1)) ||
        !bench.lose_power()) {
        return false;
    }
    return bench.store().list_sealed()->empty() && bench.store().list_uploads()->empty();
}

bool removed_uploads_stay_away(Bench& bench) {
    if (!upload(bench.store(), id_of(1), content(10)) || !bench.store().durable_size(id_of(1)) ||
        !bench.store().remove(id_of(1)) || !bench.lose_power()) {
        return false;
    }
    return bench.store().list_uploads()->empty();
}

constexpr Life kLives[] = {sealed_objects_survive,
                           promised_uploads_survive,
                           adopted_uploads_survive,
                           objects_sealed_twice_survive,
                           removed_objects_stay_away,
                           removed_uploads_stay_away};

TEST(ObjectSyncs, with_every_sync_in_place_nothing_is_lost) {
    for (std::size_t i = 0; i < std::size(kLives); ++i) {
        Bench bench;
        EXPECT_TRUE(kLives[i](bench)) << "life " << i << " " << bench.why();
    }
}

class ObjectSyncLeftOut : public testing::TestWithParam<const char*> {};

TEST_P(ObjectSyncLeftOut, loses_something) {
    int losses = 0;
    for (const Life life : kLives) {
        Bench bench{GetParam()};
        losses += life(bench) ? 0 : 1;
    }
    EXPECT_GT(losses, 0);
}

INSTANTIATE_TEST_SUITE_P(each,
                         ObjectSyncLeftOut,
                         testing::Values("object_root",
                                         "object_root_parent",
                                         "object_upload",
                                         "object_upload_directory",
                                         "object_adopted",
                                         "object_seal_file",
                                         "object_seal_directory",
                                         "object_sealed_again",
                                         "object_remove"),
                         [](const auto& sync) { return std::string{sync.param}; });

}  // namespace
}  // namespace serai::tests
