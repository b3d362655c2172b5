#include "tests/storage/kv/store_conformance.hpp"

#include "storage/kv/memory_store.hpp"
#include "tests/storage/kv/rocks_bench.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

namespace serai::tests {
namespace {

using namespace storage::kv;

class MemoryBench final : public StoreBench {
  public:
    explicit MemoryBench(std::shared_ptr<MemoryDisk> disk = make_memory_disk())
        : store_(std::make_unique<MemoryStore>(std::move(disk))) {}

    Store& store() override { return *store_; }

    void reopen() override { store_ = std::make_unique<MemoryStore>(store_->disk()); }

    void fail_next_commit() override { store_->fail_commit(1, MemoryStore::Fault::before_effect); }

    std::filesystem::path checkpoint_path() const override { return "/checkpoint"; }

    std::unique_ptr<StoreBench> open_checkpoint() override {
        return std::make_unique<MemoryBench>(find_checkpoint(*store_->disk(), checkpoint_path()));
    }

  private:
    std::unique_ptr<MemoryStore> store_;
};

ByteView bytes(std::string_view text) {
    return as_bytes(text);
}

Bytes copy(std::string_view text) {
    return to_bytes(as_bytes(text));
}

// The error of a result; success is no error.
template <class T>
ErrorCode error_of(const Result<T>& result) {
    return result ? ErrorCode{} : result.error();
}

Result<void> put(Store& store,
                 std::string_view key,
                 std::string_view value,
                 Space space = Space::state) {
    WriteBatch batch;
    batch.put(space, bytes(key), bytes(value));
    return store.commit(batch);
}

Result<void> append(Store& store, std::string_view log, std::uint64_t n, std::string_view record) {
    WriteBatch batch;
    batch.append(bytes(log), n, bytes(record));
    return store.commit(batch);
}

void fill_log(Store& store, std::string_view log, std::uint64_t count) {
    WriteBatch batch;
    for (std::uint64_t n = 0; n < count; ++n) {
        batch.append(bytes(log), n, bytes("record " + std::to_string(n)));
    }
    ASSERT_TRUE(store.commit(batch));
}

std::optional<Bytes> get(const Store& store, std::string_view key, Space space = Space::state) {
    auto record = store.get(space, bytes(key));
    EXPECT_TRUE(record);
    return record ? *record : std::nullopt;
}

std::vector<std::string> keys_of(const ScanPage& page) {
    std::vector<std::string> keys;
    for (const auto& entry : page.entries) {
        keys.emplace_back(as_text(entry.key));
    }
    return keys;
}

TEST_P(StoreConformance, reads_back_what_was_put) {
    ASSERT_TRUE(put(store(), "key", "value"));

    EXPECT_EQ(get(store(), "key"), copy("value"));
    EXPECT_EQ(get(store(), "kex"), std::nullopt);
}

TEST_P(StoreConformance, keeps_an_empty_record_apart_from_none) {
    ASSERT_TRUE(put(store(), "key", ""));

    EXPECT_EQ(get(store(), "key"), Bytes{});
}

TEST_P(StoreConformance, keeps_the_spaces_apart) {
    ASSERT_TRUE(put(store(), "key", "opening", Space::openings));

    EXPECT_EQ(get(store(), "key", Space::state), std::nullopt);
    EXPECT_EQ(get(store(), "key", Space::openings), copy("opening"));
}

TEST_P(StoreConformance, keeps_everything_when_it_is_opened_again) {
    ASSERT_TRUE(put(store(), "key", "value"));
    fill_log(store(), "log", 3);

    bench_->reopen();

    EXPECT_EQ(get(store(), "key"), copy("value"));
    EXPECT_EQ(*store().bounds(bytes("log")), (LogBounds{0, 3}));
    EXPECT_TRUE(append(store(), "log", 3, "more"));
}

TEST_P(StoreConformance, the_last_step_on_a_key_wins) {
    WriteBatch batch;
    batch.put(Space::state, bytes("a"), bytes("1"));
    batch.erase(Space::state, bytes("a"));
    batch.erase(Space::state, bytes("b"));
    batch.put(Space::state, bytes("b"), bytes("1"));
    batch.put(Space::state, bytes("b"), bytes("2"));
    ASSERT_TRUE(store().commit(batch));

    EXPECT_EQ(get(store(), "a"), std::nullopt);
    EXPECT_EQ(get(store(), "b"), copy("2"));
}

TEST_P(StoreConformance, a_failed_precondition_leaves_nothing_behind) {
    ASSERT_TRUE(put(store(), "taken", "1"));
    WriteBatch batch;
    batch.put(Space::state, bytes("new"), bytes("1"));
    batch.append(bytes("log"), 0, bytes("record"));
    batch.expect_absent(Space::state, bytes("taken"));

    EXPECT_EQ(error_of(store().commit(batch)), StoreError::conflict);

    EXPECT_EQ(get(store(), "new"), std::nullopt);
    EXPECT_EQ(*store().bounds(bytes("log")), LogBounds{});
    EXPECT_TRUE(store().health().writable);
    EXPECT_TRUE(put(store(), "after", "1"));
}

TEST_P(StoreConformance, expect_absent_looks_at_the_store_before_the_batch) {
    WriteBatch batch;
    batch.put(Space::state, bytes("request"), bytes("1"));
    batch.expect_absent(Space::state, bytes("request"));

    EXPECT_TRUE(store().commit(batch));
    EXPECT_EQ(error_of(store().commit(batch)), StoreError::conflict);
}

TEST_P(StoreConformance, preconditions_alone_are_judged_and_write_nothing) {
    fill_log(store(), "log", 2);
    WriteBatch batch;
    batch.expect_tail(bytes("log"), 2);
    EXPECT_TRUE(store().commit(batch));

    batch.expect_tail(bytes("log"), 1);
    EXPECT_EQ(error_of(store().commit(batch)), StoreError::conflict);
}

TEST_P(StoreConformance, expect_tail_looks_at_the_store_before_the_batch) {
    WriteBatch batch;
    batch.append(bytes("log"), 0, bytes("record"));
    batch.expect_tail(bytes("log"), 0);
    EXPECT_TRUE(store().commit(batch));
}

TEST_P(StoreConformance, appends_only_at_the_tail) {
    EXPECT_EQ(error_of(append(store(), "log", 1, "gap")), StoreError::conflict);
    EXPECT_TRUE(append(store(), "log", 0, "first"));
    EXPECT_EQ(error_of(append(store(), "log", 0, "again")), StoreError::conflict);
    EXPECT_EQ(error_of(append(store(), "log", 2, "gap")), StoreError::conflict);
    EXPECT_TRUE(append(store(), "log", 1, "second"));

    const auto page = store().read(bytes("log"), 0, 10);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->records, (std::vector{copy("first"), copy("second")}));
    EXPECT_EQ(page->tail, 2U);
}

TEST_P(StoreConformance, numbers_the_appends_of_one_batch_one_after_another) {
    fill_log(store(), "log", 100);

    EXPECT_EQ(*store().bounds(bytes("log")), (LogBounds{0, 100}));
    const auto page = store().read(bytes("log"), 98, 10);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->first, 98U);
    EXPECT_EQ(page->records, (std::vector{copy("record 98"), copy("record 99")}));
}

TEST_P(StoreConformance, logs_whose_names_begin_alike_do_not_mix) {
    const std::string long_name{"a\0\0\0\0\0\0\0\0", 9};
    fill_log(store(), "a", 2);
    fill_log(store(), long_name, 3);
    fill_log(store(), "aa", 4);

    EXPECT_EQ(*store().bounds(bytes("a")), (LogBounds{0, 2}));
    EXPECT_EQ(*store().bounds(bytes(long_name)), (LogBounds{0, 3}));
    EXPECT_EQ(*store().bounds(bytes("aa")), (LogBounds{0, 4}));
    EXPECT_EQ(store().read(bytes("a"), 0, 10)->records.size(), 2U);
}

TEST_P(StoreConformance, a_page_of_a_log_is_bounded_by_count_and_bytes) {
    fill_log(store(), "log", 9);  // records of 8 bytes

    EXPECT_EQ(store().read(bytes("log"), 2, 3)->records.size(), 3U);
    EXPECT_EQ(store().read(bytes("log"), 0, 100, 25)->records.size(), 3U);
    EXPECT_EQ(store().read(bytes("log"), 0, 100, 1)->records.size(), 1U);
    EXPECT_EQ(store().read(bytes("log"), 0, 3)->tail, 9U);
}

TEST_P(StoreConformance, reading_a_log_from_its_tail_is_empty_and_beyond_is_an_error) {
    fill_log(store(), "log", 3);

    EXPECT_TRUE(store().read(bytes("log"), 3, 1)->records.empty());
    EXPECT_EQ(error_of(store().read(bytes("log"), 4, 1)), StoreError::out_of_range);
    EXPECT_TRUE(store().read(bytes("none"), 0, 1)->records.empty());
    EXPECT_EQ(error_of(store().read(bytes("none"), 1, 1)), StoreError::out_of_range);
}

TEST_P(StoreConformance, trimming_drops_the_front_and_keeps_the_numbers) {
    fill_log(store(), "log", 10);
    fill_log(store(), "other", 10);

    ASSERT_TRUE(store().trim(bytes("log"), 4));

    EXPECT_EQ(*store().bounds(bytes("log")), (LogBounds{4, 10}));
    EXPECT_EQ(error_of(store().read(bytes("log"), 3, 1)), StoreError::trimmed);
    EXPECT_EQ(store().read(bytes("log"), 4, 1)->records[0], copy("record 4"));
    EXPECT_EQ(*store().bounds(bytes("other")), (LogBounds{0, 10}));
}

TEST_P(StoreConformance, a_log_trimmed_to_nothing_goes_on_where_it_was) {
    fill_log(store(), "log", 5);
    ASSERT_TRUE(store().trim(bytes("log"), 5));
    bench_->reopen();

    EXPECT_EQ(*store().bounds(bytes("log")), (LogBounds{5, 5}));
    EXPECT_EQ(error_of(append(store(), "log", 0, "again")), StoreError::conflict);
    EXPECT_TRUE(append(store(), "log", 5, "next"));
    EXPECT_EQ(*store().bounds(bytes("log")), (LogBounds{5, 6}));
}

TEST_P(StoreConformance, trims_many_records_at_once) {
    fill_log(store(), "log", 2000);

    ASSERT_TRUE(store().trim(bytes("log"), 1500));
    bench_->reopen();

    EXPECT_EQ(*store().bounds(bytes("log")), (LogBounds{1500, 2000}));
    EXPECT_EQ(error_of(store().read(bytes("log"), 1499, 1)), StoreError::trimmed);
    EXPECT_EQ(store().read(bytes("log"), 1500, 1000)->records.size(), 500U);
}

TEST_P(StoreConformance, trimming_back_changes_nothing_and_beyond_the_tail_is_a_conflict) {
    fill_log(store(), "log", 5);
    ASSERT_TRUE(store().trim(bytes("log"), 3));

    EXPECT_TRUE(store().trim(bytes("log"), 1));
    EXPECT_EQ(*store().bounds(bytes("log")), (LogBounds{3, 5}));
    EXPECT_EQ(error_of(store().trim(bytes("log"), 6)), StoreError::conflict);
}

TEST_P(StoreConformance, one_batch_may_append_and_trim) {
    fill_log(store(), "log", 3);
    WriteBatch batch;
    batch.append(bytes("log"), 3, bytes("three"));
    batch.trim(bytes("log"), 4);
    batch.append(bytes("log"), 4, bytes("four"));
    ASSERT_TRUE(store().commit(batch));

    EXPECT_EQ(*store().bounds(bytes("log")), (LogBounds{4, 5}));
    EXPECT_EQ(store().read(bytes("log"), 4, 1)->records[0], copy("four"));
}

TEST_P(StoreConformance, scans_in_byte_order_in_either_direction) {
    for (const auto* key : {"b", "a", "\xFF", "ab", "B"}) {
        ASSERT_TRUE(put(store(), key, "1"));
    }
    ScanRequest request;
    EXPECT_EQ(keys_of(*store().scan(request)),
              (std::vector<std::string>{"B", "a", "ab", "b", "\xFF"}));

    request.direction = Direction::backward;
    EXPECT_EQ(keys_of(*store().scan(request)),
              (std::vector<std::string>{"\xFF", "b", "ab", "a", "B"}));
}

TEST_P(StoreConformance, scans_a_half_open_range) {
    for (const auto* key : {"a", "b", "c", "d"}) {
        ASSERT_TRUE(put(store(), key, "1"));
    }
    ScanRequest request;
    request.begin = copy("b");
    request.end = copy("d");
    EXPECT_EQ(keys_of(*store().scan(request)), (std::vector<std::string>{"b", "c"}));
    request.direction = Direction::backward;
    EXPECT_EQ(keys_of(*store().scan(request)), (std::vector<std::string>{"c", "b"}));

    request.end = copy("b");
    EXPECT_TRUE(store().scan(request)->entries.empty());
    request.end = copy("a");
    EXPECT_TRUE(store().scan(request)->entries.empty());
}

TEST_P(StoreConformance, scans_a_prefix_even_of_the_highest_bytes) {
    for (const auto* key : {"a", "\xFF", "\xFF\xFF", "\xFF\xFF\x01"}) {
        ASSERT_TRUE(put(store(), key, "1"));
    }
    const auto page = store().scan(ScanRequest::prefix(Space::state, bytes("\xFF\xFF")));
    ASSERT_TRUE(page);
    EXPECT_EQ(keys_of(*page), (std::vector<std::string>{"\xFF\xFF", "\xFF\xFF\x01"}));
    EXPECT_EQ(keys_of(*store().scan(ScanRequest::prefix(Space::state, bytes("a")))),
              std::vector<std::string>{"a"});
}

TEST_P(StoreConformance, pages_through_a_range_without_loss_in_either_direction) {
    std::vector<std::string> expected;
    for (int i = 100; i < 150; ++i) {
        expected.push_back(std::to_string(i));
        ASSERT_TRUE(put(store(), expected.back(), "1"));
    }
    for (const auto direction : {Direction::forward, Direction::backward}) {
        ScanRequest request;
        request.direction = direction;
        request.max_entries = 7;
        std::vector<std::string> seen;
        for (bool more = true; more;) {
            const auto page = store().scan(request);
            ASSERT_TRUE(page);
            ASSERT_LE(page->entries.size(), 7U);
            const auto keys = keys_of(*page);
            seen.insert(seen.end(), keys.begin(), keys.end());
            more = page->more;
            request = next_page(request, *page);
        }
        EXPECT_EQ(seen, expected);
        std::reverse(expected.begin(), expected.end());
    }
}

TEST_P(StoreConformance, a_page_is_bounded_by_bytes_but_never_empty) {
    for (const auto* key : {"a", "b", "c"}) {
        ASSERT_TRUE(put(store(), key, std::string(100, 'x')));
    }
    ScanRequest request;
    request.max_bytes = 250;
    EXPECT_EQ(store().scan(request)->entries.size(), 2U);
    EXPECT_TRUE(store().scan(request)->more);
    request.max_bytes = 1;
    EXPECT_EQ(store().scan(request)->entries.size(), 1U);
}

TEST_P(StoreConformance, multi_get_answers_in_the_order_asked) {
    ASSERT_TRUE(put(store(), "a", "1"));
    ASSERT_TRUE(put(store(), "b", "2"));
    const std::vector<ByteView> keys{bytes("b"), bytes("none"), bytes("a"), bytes("b")};

    const auto records = store().multi_get(Space::state, keys);
    ASSERT_TRUE(records);
    EXPECT_EQ(*records,
              (std::vector<std::optional<Bytes>>{copy("2"), std::nullopt, copy("1"), copy("2")}));
}

TEST_P(StoreConformance, lists_every_log_once_trimmed_ones_too) {
    for (const auto* log : {"bb", "a", "c", "zzz", "b"}) {
        fill_log(store(), log, 3);
    }
    ASSERT_TRUE(store().trim(bytes("b"), 3));
    ASSERT_TRUE(store().trim(bytes("zzz"), 1));

    const auto all = store().list_logs({}, 100);
    ASSERT_TRUE(all);
    EXPECT_EQ(*all, (std::vector{copy("a"), copy("b"), copy("c"), copy("bb"), copy("zzz")}));
    EXPECT_EQ(*store().list_logs(bytes("b"), 2), (std::vector{copy("c"), copy("bb")}));
    EXPECT_TRUE(store().list_logs(bytes("zzz"), 2)->empty());
}

TEST_P(StoreConformance, refuses_malformed_requests) {
    const std::string long_key(kMaxKey + 1, 'k');
    EXPECT_EQ(error_of(put(store(), "", "1")), StoreError::invalid);
    EXPECT_EQ(error_of(append(store(), "", 0, "1")), StoreError::invalid);
    EXPECT_EQ(error_of(store().get(Space::state, {})), StoreError::invalid);
    EXPECT_EQ(error_of(store().get(Space::state, bytes(long_key))), StoreError::invalid);
    EXPECT_EQ(error_of(store().bounds({})), StoreError::invalid);
    EXPECT_EQ(error_of(store().bounds(bytes(long_key))), StoreError::invalid);
    EXPECT_EQ(error_of(store().read({}, 0, 1)), StoreError::invalid);
    EXPECT_EQ(error_of(store().read(bytes("log"), 0, 0)), StoreError::invalid);
    EXPECT_EQ(error_of(store().list_logs({}, 0)), StoreError::invalid);
    ScanRequest request;
    request.max_entries = 0;
    EXPECT_EQ(error_of(store().scan(request)), StoreError::invalid);
    const std::vector<ByteView> keys{bytes("a"), {}};
    EXPECT_EQ(error_of(store().multi_get(Space::state, keys)), StoreError::invalid);
}

TEST_P(StoreConformance, takes_what_is_at_the_limits_and_nothing_over_them) {
    const std::string longest_key(kMaxKey, 'k');
    const std::string largest(kMaxRecord, 'r');
    EXPECT_TRUE(put(store(), longest_key, largest));
    EXPECT_TRUE(append(store(), longest_key, 0, largest));
    EXPECT_EQ(get(store(), longest_key)->size(), kMaxRecord);

    EXPECT_EQ(error_of(put(store(), longest_key + "k", "1")), StoreError::too_large);
    EXPECT_EQ(error_of(append(store(), longest_key + "k", 0, "1")), StoreError::too_large);
    EXPECT_EQ(error_of(put(store(), "key", largest + "r")), StoreError::too_large);
    WriteBatch batch;
    for (std::size_t i = 0; i <= kMaxBatch / kMaxRecord; ++i) {
        batch.append(bytes("log"), i, bytes(largest));
    }
    EXPECT_EQ(error_of(store().commit(batch)), StoreError::too_large);
    EXPECT_EQ(*store().bounds(bytes("log")), LogBounds{});
}

TEST_P(StoreConformance, a_failed_write_is_unknown_and_latches_read_only) {
    ASSERT_TRUE(put(store(), "before", "1"));
    bench_->fail_next_commit();

    EXPECT_EQ(error_of(put(store(), "failed", "1")), StoreError::unknown);

    EXPECT_FALSE(store().health().writable);
    EXPECT_FALSE(store().health().detail.empty());
    EXPECT_EQ(error_of(put(store(), "later", "1")), StoreError::unavailable);
    const std::vector<ByteView> keys{bytes("before")};
    EXPECT_EQ(error_of(store().purge(Space::state, keys)), StoreError::unavailable);
    EXPECT_TRUE(store().commit(WriteBatch{}));
}

TEST_P(StoreConformance, reads_go_on_after_the_latch_and_do_not_see_the_failed_write) {
    ASSERT_TRUE(put(store(), "before", "1"));
    bench_->fail_next_commit();
    EXPECT_FALSE(put(store(), "failed", "1"));

    EXPECT_EQ(get(store(), "before"), copy("1"));
    EXPECT_EQ(get(store(), "failed"), std::nullopt);
}

TEST_P(StoreConformance, opening_again_ends_the_latch_and_keeps_what_was_acknowledged) {
    ASSERT_TRUE(put(store(), "before", "1"));
    bench_->fail_next_commit();
    EXPECT_FALSE(put(store(), "failed", "1"));

    bench_->reopen();

    EXPECT_TRUE(store().health().writable);
    EXPECT_EQ(get(store(), "before"), copy("1"));
    EXPECT_TRUE(put(store(), "after", "1"));
}

TEST_P(StoreConformance, purged_records_are_gone_and_the_others_stay) {
    ASSERT_TRUE(put(store(), "a", "1", Space::openings));
    ASSERT_TRUE(put(store(), "b", "2", Space::openings));
    const std::vector<ByteView> keys{bytes("a"), bytes("none")};

    ASSERT_TRUE(store().purge(Space::openings, keys));

    EXPECT_EQ(get(store(), "a", Space::openings), std::nullopt);
    EXPECT_EQ(get(store(), "b", Space::openings), copy("2"));
    EXPECT_TRUE(store().purge(Space::openings, keys));  // again is no error
    EXPECT_EQ(error_of(store().purge(Space::openings, std::vector<ByteView>{{}})),
              StoreError::invalid);
}

TEST_P(StoreConformance, forgetting_keeps_what_is_there_now) {
    ASSERT_TRUE(put(store(), "a", "1"));
    ASSERT_TRUE(put(store(), "a", "2"));
    ASSERT_TRUE(put(store(), "b", "3"));

    ASSERT_TRUE(store().forget(Space::state, bytes("a"), bytes("c")));

    EXPECT_EQ(get(store(), "a"), copy("2"));
    EXPECT_EQ(get(store(), "b"), copy("3"));
    EXPECT_TRUE(store().forget(Space::state, bytes("x"), bytes("y")));  // of an empty range
    bench_->reopen();
    EXPECT_EQ(get(store(), "a"), copy("2"));
}

TEST_P(StoreConformance, a_checkpoint_is_a_store_as_of_then) {
    ASSERT_TRUE(put(store(), "key", "then"));
    fill_log(store(), "log", 3);
    ASSERT_TRUE(store().checkpoint(bench_->checkpoint_path()));
    ASSERT_TRUE(put(store(), "key", "later"));

    const auto copied = bench_->open_checkpoint();
    EXPECT_EQ(get(copied->store(), "key"), copy("then"));
    EXPECT_EQ(*copied->store().bounds(bytes("log")), (LogBounds{0, 3}));
    EXPECT_TRUE(put(copied->store(), "key", "elsewhere"));
    EXPECT_EQ(get(store(), "key"), copy("later"));
}

TEST_P(StoreConformance, a_checkpoint_never_replaces_what_is_there) {
    ASSERT_TRUE(put(store(), "key", "then"));
    ASSERT_TRUE(store().checkpoint(bench_->checkpoint_path()));
    EXPECT_EQ(error_of(store().checkpoint(bench_->checkpoint_path())), StoreError::invalid);
    EXPECT_EQ(get(bench_->open_checkpoint()->store(), "key"), copy("then"));
}

TEST_P(StoreConformance, concurrent_appends_conflict_and_never_leave_a_gap) {
    constexpr int kThreads = 4;
    constexpr std::uint64_t kEach = 25;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&] {
            for (std::uint64_t done = 0; done < kEach;) {
                const auto tail = store().bounds(bytes("log"))->tail;
                const auto result = append(store(), "log", tail, "record");
                ASSERT_TRUE(result || result.error() == make_error_code(StoreError::conflict));
                done += result ? 1U : 0U;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(*store().bounds(bytes("log")), (LogBounds{0, kThreads * kEach}));
    EXPECT_EQ(store().read(bytes("log"), 0, 1000)->records.size(), kThreads * kEach);
}

TEST_P(StoreConformance, readers_never_see_half_a_commit) {
    std::atomic<bool> stop{false};
    std::thread reader{[&] {
        const std::vector<ByteView> keys{bytes("a"), bytes("b")};
        while (!stop) {
            const auto both = store().multi_get(Space::state, keys);
            ASSERT_TRUE(both);
            ASSERT_EQ((*both)[0], (*both)[1]);
        }
    }};
    for (int i = 0; i < 200; ++i) {
        WriteBatch batch;
        batch.put(Space::state, bytes("a"), bytes(std::to_string(i)));
        batch.put(Space::state, bytes("b"), bytes(std::to_string(i)));
        ASSERT_TRUE(store().commit(batch));
    }
    stop = true;
    reader.join();
}

// A model of maps and vectors, against random batches.
TEST_P(StoreConformance, agrees_with_a_model_over_random_batches) {
    std::mt19937 random{20250101};
    std::map<std::string, std::string> state;
    std::map<std::string, std::pair<std::uint64_t, std::vector<std::string>>> logs;
    for (int round = 0; round < 300; ++round) {
        WriteBatch batch;
        for (auto steps = random() % 8; steps-- > 0;) {
            const auto name = std::string(1, static_cast<char>('a' + random() % 6));
            const auto value = std::to_string(random());
            auto& [first, records] = logs[name];
            const auto tail = first + records.size();
            switch (random() % 4) {
                case 0:
                    batch.put(Space::state, bytes(name), bytes(value));
                    state[name] = value;
                    break;
                case 1:
                    batch.erase(Space::state, bytes(name));
                    state.erase(name);
                    break;
                case 2:
                    batch.append(bytes(name), tail, bytes(value));
                    records.push_back(value);
                    break;
                default:
                    const auto keep_from = first + random() % (records.size() + 1);
                    batch.trim(bytes(name), keep_from);
                    records.erase(records.begin(),
                                  records.begin() + static_cast<std::ptrdiff_t>(keep_from - first));
                    first = keep_from;
            }
        }
        ASSERT_TRUE(store().commit(batch));
        if (round % 100 == 50) {
            bench_->reopen();
        }
    }

    std::map<std::string, std::string> found;
    const auto everything = store().scan({});
    ASSERT_TRUE(everything);
    for (const auto& entry : everything->entries) {
        found.emplace(as_text(entry.key), as_text(entry.value));
    }
    EXPECT_EQ(found, state);
    for (const auto& [name, log] : logs) {
        EXPECT_EQ(*store().bounds(bytes(name)),
                  (LogBounds{log.first, log.first + log.second.size()}));
        const auto page = store().read(bytes(name), log.first, 1000);
        ASSERT_TRUE(page);
        ASSERT_EQ(page->records.size(), log.second.size());
        for (std::size_t i = 0; i < log.second.size(); ++i) {
            EXPECT_EQ(as_text(page->records[i]), log.second[i]);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(stores,
                         StoreConformance,
                         testing::Values(StoreKind{"memory",
                                                   [] {
                                                       return std::make_unique<MemoryBench>();
                                                   }},
                                         StoreKind{"rocks",
                                                   [] {
                                                       return make_rocks_bench();
                                                   }}),
                         [](const testing::TestParamInfo<StoreKind>& kind) {
                             return kind.param.name;
                         });

}  // namespace
}  // namespace serai::tests
