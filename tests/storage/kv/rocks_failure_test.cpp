// Failing writes and failing power, one at a time; which syncs the store cannot do without.
#include "tests/storage/kv/rocks_bench.hpp"

#include <algorithm>
#include <fstream>

namespace serai::tests {
namespace {

using namespace storage::kv;

namespace fs = std::filesystem;

ByteView bytes(std::string_view text) {
    return as_bytes(text);
}

Result<void> put(Store& store,
                 std::string_view key,
                 std::string_view value,
                 Space space = Space::state) {
    WriteBatch batch;
    batch.put(space, bytes(key), bytes(value));
    return store.commit(batch);
}

bool has(const Store& store, std::string_view key) {
    const auto record = store.get(Space::state, bytes(key));
    return record && record->has_value();
}

// Enough commits that tables are written on the way (write buffers are 1 MiB).
void fill(Store& store) {
    for (int i = 0; i < 40; ++i) {
        ASSERT_TRUE(put(store, "key " + std::to_string(i), std::string(100'000, 'x')));
    }
}

bool is_full(const Store& store) {
    for (int i = 0; i < 40; ++i) {
        if (!has(store, "key " + std::to_string(i))) {
            return false;
        }
    }
    return true;
}

// True if some file below `directory` holds the text.
bool some_file_holds(const fs::path& directory, const std::string& text) {
    for (const auto& entry : fs::recursive_directory_iterator{directory}) {
        if (!entry.is_regular_file()) {
            continue;
        }
        std::ifstream in{entry.path(), std::ios::binary};
        const std::string content{std::istreambuf_iterator<char>{in}, {}};
        if (content.find(text) != std::string::npos) {
            return true;
        }
    }
    return false;
}

TEST(RocksFailure, a_failed_log_write_is_unknown_and_latches) {
    RocksBench bench;
    bench.disk().fail("wal.write");
    EXPECT_EQ(put(bench.store(), "a", "1").error(), StoreError::unknown);
    EXPECT_FALSE(bench.store().health().writable);
    EXPECT_FALSE(has(bench.store(), "a"));
    EXPECT_EQ(put(bench.store(), "b", "1").error(), StoreError::unavailable);
}

TEST(RocksFailure, a_commit_whose_sync_failed_is_not_seen_until_the_store_is_opened_again) {
    RocksBench bench;
    bench.disk().fail("wal");
    EXPECT_EQ(put(bench.store(), "a", "1").error(), StoreError::unknown);
    EXPECT_FALSE(has(bench.store(), "a"));

    // The bytes are in the file, so the restart finds them. From then on they stay found, whatever happens.
    bench.reopen();
    ASSERT_TRUE(has(bench.store(), "a"));
    bench.lose_power();
    bench.reopen();
    EXPECT_TRUE(has(bench.store(), "a"));
}

TEST(RocksFailure, a_failed_flush_latches_the_store) {
    RocksBench bench;
    bench.disk().fail("table");
    for (int i = 0; i < 200 && bench.store().health().writable; ++i) {
        static_cast<void>(put(bench.store(), "key", std::string(100'000, 'x')));
    }
    EXPECT_FALSE(bench.store().health().writable);
    EXPECT_EQ(put(bench.store(), "b", "1").error(), StoreError::unavailable);
    EXPECT_TRUE(has(bench.store(), "key"));

    bench.reopen();
    EXPECT_TRUE(bench.store().health().writable);
    EXPECT_TRUE(has(bench.store(), "key"));
}

TEST(RocksFailure, a_failed_watermark_lets_the_commit_stand_and_no_other_follow) {
    RocksBench bench;
    bench.disk().fail("file.write");
    EXPECT_TRUE(put(bench.store(), "a", "1"));
    EXPECT_FALSE(bench.store().health().writable);
    EXPECT_EQ(put(bench.store(), "b", "1").error(), StoreError::unavailable);
    bench.reopen();
    EXPECT_TRUE(has(bench.store(), "a"));
}

TEST(RocksFailure, the_store_is_not_opened_twice) {
    RocksBench bench;
    ASSERT_TRUE(put(bench.store(), "a", "1"));
    std::string why;
    RocksOptions options;
    options.files = &bench.files();
    const auto second = open_rocks_store(bench.directory(), options, why);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error(), StoreError::unavailable);
    EXPECT_NE(why.find("in use"), std::string::npos) << why;
    EXPECT_TRUE(put(bench.store(), "b", "1"));
}

TEST(RocksFailure, a_store_whose_parent_is_missing_says_so) {
    RocksBench bench;
    std::string why;
    const auto store = open_rocks_store(bench.directory() / "no" / "such", {}, why);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error(), StoreError::unavailable);
    EXPECT_NE(why.find("cannot be made"), std::string::npos) << why;
}

TEST(RocksFailure, every_failing_operation_while_opening_is_an_error_and_the_next_start_succeeds) {
    for (const auto* name : {"watermark_made",
                             "watermark_first",
                             "store_directory",
                             "store_parent",
                             "file.create",
                             "file.write",
                             "file.rename",
                             "file.mkdir",
                             "wal",
                             "wal.create",
                             "manifest",
                             "manifest.write",
                             "manifest.create",
                             "current",
                             "current.write",
                             "directory"}) {
        RocksBench bench;
        ASSERT_GT(bench.disk().count(name), 0U) << name;
        bench.close();
        fs::remove_all(bench.directory());
        bench.disk().restore();
        bench.disk().fail(name);
        if (bench.try_open()) {
            // Some of RocksDB's syncs come after the open, or are tried again by it: then the store must work.
            EXPECT_TRUE(put(bench.store(), "a", "1") || !bench.store().health().writable) << name;
        } else {
            EXPECT_FALSE(bench.why().empty()) << name;
        }
        ASSERT_TRUE(bench.try_open()) << name << ": " << bench.why();
        EXPECT_TRUE(put(bench.store(), "b", "1")) << name;
    }
}

TEST(RocksFailure, a_failed_checkpoint_leaves_nothing_behind_and_the_store_as_it_was) {
    for (const auto* name : {"checkpoint_directory",
                             "checkpoint_parent",
                             "watermark_made",
                             "file.mkdir",
                             "link",
                             "mkdir"}) {
        RocksBench bench;
        ASSERT_TRUE(put(bench.store(), "a", "1"));
        bench.disk().fail(name);
        EXPECT_EQ(bench.store().checkpoint(bench.checkpoint_path()).error(),
                  StoreError::unavailable)
            << name;
        EXPECT_FALSE(fs::exists(bench.checkpoint_path())) << name;
        EXPECT_TRUE(put(bench.store(), "b", "1")) << name;
        EXPECT_TRUE(bench.store().checkpoint(bench.checkpoint_path())) << name;
    }
}

TEST(RocksFailure, purging_erases_the_bytes_from_every_file) {
    RocksBench bench;
    const std::string secret = "the text that must not be found again";
    ASSERT_TRUE(put(bench.store(), "in a table", secret, Space::openings));
    bench.reopen();  // moves it into a table
    ASSERT_TRUE(put(bench.store(), "in the log", secret, Space::openings));
    ASSERT_TRUE(put(bench.store(), "kept", "another text", Space::openings));
    ASSERT_TRUE(some_file_holds(bench.directory(), secret));

    const std::vector<ByteView> keys{bytes("in a table"), bytes("in the log")};
    ASSERT_TRUE(bench.store().purge(Space::openings, keys));
    EXPECT_FALSE(some_file_holds(bench.directory(), secret));
    EXPECT_TRUE(some_file_holds(bench.directory(), "another text"));

    bench.lose_power();
    EXPECT_FALSE(some_file_holds(bench.directory(), secret));
    bench.reopen();
    EXPECT_EQ(*bench.store().get(Space::openings, bytes("in the log")), std::nullopt);
}

TEST(RocksFailure, purging_erases_an_overwritten_record_too) {
    RocksBench bench;
    const std::string secret = "the first text of this record";
    ASSERT_TRUE(put(bench.store(), "key", secret, Space::openings));
    bench.reopen();
    ASSERT_TRUE(put(bench.store(), "key", "the second", Space::openings));

    ASSERT_TRUE(bench.store().purge(Space::openings, std::vector{bytes("key")}));
    EXPECT_FALSE(some_file_holds(bench.directory(), secret));
}

TEST(RocksFailure, a_purge_that_fails_says_so_and_can_be_done_again) {
    RocksBench bench;
    const std::string secret = "the text that must not be found again";
    ASSERT_TRUE(put(bench.store(), "key", secret, Space::openings));
    const std::vector keys{bytes("key")};
    bench.disk().fail("purge_directory");
    EXPECT_EQ(bench.store().purge(Space::openings, keys).error(), StoreError::unavailable);
    EXPECT_TRUE(bench.store().purge(Space::openings, keys));

    ASSERT_TRUE(put(bench.store(), "key", secret, Space::openings));
    bench.disk().fail("table");
    EXPECT_EQ(bench.store().purge(Space::openings, keys).error(), StoreError::unavailable);
    bench.reopen();
    EXPECT_TRUE(bench.store().purge(Space::openings, keys));
    EXPECT_FALSE(some_file_holds(bench.directory(), secret));
}

// Each life below ends with a power failure and asks whether all that was promised is there. With every sync in its place it
// is; with one kind of sync left out (it reports success and does nothing) at least one of them must find a loss.

using Life = bool (*)(RocksBench&);

bool commits_survive(RocksBench& bench) {
    fill(bench.store());
    bench.lose_power();
    return bench.try_open() && is_full(bench.store());
}

bool one_commit_survives(RocksBench& bench) {
    if (!put(bench.store(), "a", "1")) {
        return false;
    }
    bench.lose_power();
    return bench.try_open() && has(bench.store(), "a");
}

bool replayed_commits_survive(RocksBench& bench) {
    bench.disk().fail("wal");
    static_cast<void>(put(bench.store(), "a", "1"));
    if (!bench.try_open() || !has(bench.store(), "a")) {
        return true;  // not found at the restart: nothing was promised
    }
    bench.lose_power();
    return bench.try_open() && has(bench.store(), "a");
}

// Of a store that was there; a folder that is gone as a whole is a loss of another kind.
bool a_lost_database_is_noticed(RocksBench& bench) {
    if (!put(bench.store(), "a", "1")) {
        return false;
    }
    bench.lose_power();
    if (!fs::exists(bench.directory() / "db")) {
        return false;
    }
    for (const auto& entry : fs::directory_iterator{bench.directory() / "db"}) {
        fs::remove(entry.path());
    }
    return !bench.try_open();
}

bool a_shortened_manifest_is_noticed_after_a_clean_close(RocksBench& bench) {
    const auto manifest = [&] {
        fs::path found;
        for (const auto& entry : fs::directory_iterator{bench.directory() / "db"}) {
            if (entry.path().filename().string().starts_with("MANIFEST-")) {
                found = std::max(found, entry.path());
            }
        }
        return found;
    };
    if (!put(bench.store(), "a", "1") || !bench.try_open()) {
        return false;
    }
    const auto size_before = fs::file_size(manifest());
    if (!put(bench.store(), "b", "1")) {
        return false;
    }
    bench.close();
    bench.lose_power();
    if (!fs::exists(bench.directory() / "db") || manifest().empty()) {
        return false;
    }
    // The manifest as it was before the table of the close was entered in it, and the log gone that the table replaced.
    fs::resize_file(manifest(), size_before);
    for (const auto& entry : fs::directory_iterator{bench.directory() / "db"}) {
        if (entry.path().extension() == ".log") {
            fs::remove(entry.path());
        }
    }
    return !bench.try_open();
}

bool purged_files_stay_away(RocksBench& bench) {
    const std::string secret = "the text that must not be found again";
    if (!put(bench.store(), "key", secret, Space::openings) || !bench.try_open() ||
        !bench.store().purge(Space::openings, std::vector{bytes("key")})) {
        return false;
    }
    bench.lose_power();
    return fs::exists(bench.directory()) && !some_file_holds(bench.directory(), secret);
}

bool checkpoints_survive(RocksBench& bench) {
    if (!put(bench.store(), "a", "1") || !bench.store().checkpoint(bench.checkpoint_path())) {
        return false;
    }
    bench.lose_power();
    if (!fs::exists(bench.checkpoint_path() / "db")) {
        return false;
    }
    RocksOptions options;
    std::string why;
    const auto store = open_rocks_store(bench.checkpoint_path(), options, why);
    return store && has(**store, "a");
}

constexpr Life kLives[] = {commits_survive,
                           one_commit_survives,
                           replayed_commits_survive,
                           a_lost_database_is_noticed,
                           a_shortened_manifest_is_noticed_after_a_clean_close,
                           purged_files_stay_away,
                           checkpoints_survive};

// How many lives lose something.
int losses_without(const std::string& ignored) {
    int losses = 0;
    for (const Life life : kLives) {
        RocksBench bench{ignored};
        losses += life(bench) ? 0 : 1;
    }
    return losses;
}

TEST(RocksSyncs, with_every_sync_in_place_nothing_is_lost) {
    for (std::size_t i = 0; i < std::size(kLives); ++i) {
        RocksBench bench;
        EXPECT_TRUE(kLives[i](bench)) << "life " << i << ": " << bench.why();
    }
}

class RocksSyncLeftOut : public testing::TestWithParam<const char*> {};

TEST_P(RocksSyncLeftOut, loses_something) {
    EXPECT_GT(losses_without(GetParam()), 0);
}

INSTANTIATE_TEST_SUITE_P(each,
                         RocksSyncLeftOut,
                         testing::Values("wal",
                                         "table",
                                         "manifest",
                                         "current",
                                         "directory",
                                         "watermark_made",
                                         "watermark_first",
                                         "watermark_closed",
                                         "store_directory",
                                         "store_parent",
                                         "purge_directory",
                                         "checkpoint_directory",
                                         "checkpoint_parent"),
                         [](const auto& sync) { return std::string{sync.param}; });

}  // namespace
}  // namespace serai::tests
