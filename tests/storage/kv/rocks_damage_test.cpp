// What the store does with files that are not as it left them.
#include "storage/kv/log_file_check.hpp"
#include "storage/kv/rocks_database.hpp"
#include "tests/storage/kv/rocks_bench.hpp"

#include <boost/crc.hpp>
#include <rocksdb/db.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

namespace serai::tests {
namespace {

using namespace storage::kv;

namespace fs = std::filesystem;

ByteView bytes(std::string_view text) {
    return as_bytes(text);
}

Bytes read_file(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

void write_file(const fs::path& path, const Bytes& content) {
    std::ofstream out{path, std::ios::binary | std::ios::trunc};
    out.write(reinterpret_cast<const char*>(content.data()),
              static_cast<std::streamsize>(content.size()));
}

// The largest file of the folder that ends so; the test fails if there is none.
fs::path find_file(const fs::path& directory, std::string_view part) {
    fs::path found;
    for (const auto& entry : fs::directory_iterator{directory}) {
        const bool fits = entry.path().filename().string().find(part) != std::string::npos;
        if (fits && (found.empty() || entry.file_size() > fs::file_size(found))) {
            found = entry.path();
        }
    }
    EXPECT_FALSE(found.empty()) << part;
    return found;
}

std::string record(std::size_t n, std::size_t size) {
    std::string text = "record " + std::to_string(n) + " ";
    text.resize(std::max(text.size(), size), static_cast<char>('a' + n % 26));
    return text;
}

// A store that was killed after `count` acknowledged commits, with all of them in the log, as files that can be put back.
class KilledStore {
  public:
    KilledStore(std::size_t count, std::size_t record_size)
        : count_(count), record_size_(record_size) {
        first_watermark_ = read_file(bench_.directory() / "watermark");
        for (std::size_t n = 0; n < count; ++n) {
            WriteBatch batch;
            batch.append(bytes("log"), n, bytes(record(n, record_size)));
            EXPECT_TRUE(bench_.store().commit(batch));
        }
        // The page cache survives a kill: what was written is there, synced or not.
        bench_.disk().cut_power();
        bench_.close();
        for (const auto& entry : fs::recursive_directory_iterator{bench_.directory()}) {
            if (entry.is_regular_file()) {
                files_[entry.path()] = read_file(entry.path());
            }
        }
    }

    // From now on the watermark is put back as it was when the store was made, as after a power failure that it was not
    // written back before: only the logs themselves can tell that they are damaged.
    void age_watermark() { files_[directory() / "watermark"] = first_watermark_; }

    [[nodiscard]] fs::path wal() const { return find_file(directory() / "db", ".log"); }

    [[nodiscard]] fs::path directory() const { return bench_.directory(); }

    [[nodiscard]] const Bytes& content(const fs::path& path) const { return files_.at(path); }

    // Puts every file back as it was at the kill, one of them changed.
    void put_back(const fs::path& changed, const Bytes& content) {
        fs::remove_all(directory());
        fs::create_directories(directory() / "db");
        for (const auto& [path, original] : files_) {
            write_file(path, path == changed ? content : original);
        }
    }

    // Opens it by the machine's own file system.
    Result<std::unique_ptr<Store>> open() {
        RocksOptions options;
        options.write_buffer_bytes = 1024 * 1024;
        options.block_cache_bytes = 1024 * 1024;
        return open_rocks_store(directory(), options, why_);
    }

    [[nodiscard]] const std::string& why() const { return why_; }

    // Every acknowledged record is there, and right.
    void expect_complete(const Store& store) const {
        const auto page = store.read(bytes("log"), 0, 100'000, kMaxPageBytes);
        ASSERT_TRUE(page);
        ASSERT_EQ(page->records.size(), count_);
        for (std::size_t n = 0; n < count_; ++n) {
            ASSERT_EQ(as_text(page->records[n]), record(n, record_size_));
        }
    }

    // With the file so changed, the store either refuses as corrupt or has lost nothing. Returns whether it refused.
    bool refuses_or_is_complete(const fs::path& path, const Bytes& content) {
        put_back(path, content);
        const auto store = open();
        if (store) {
            expect_complete(**store);
            return false;
        }
        EXPECT_EQ(store.error(), StoreError::corrupt) << why_;
        EXPECT_FALSE(why_.empty());
        return true;
    }

  private:
    RocksBench bench_;
    std::size_t count_;
    std::size_t record_size_;
    std::string why_;
    Bytes first_watermark_;
    std::map<fs::path, Bytes> files_;
};

Bytes flipped(Bytes content, std::size_t bit) {
    content[bit / 8] = static_cast<std::uint8_t>(content[bit / 8] ^ (1U << (bit % 8)));
    return content;
}

// Where records of RocksDB's log format begin.
std::vector<std::size_t> record_offsets(const Bytes& log) {
    std::vector<std::size_t> offsets;
    constexpr std::size_t kBlock = 32 * 1024;
    for (std::size_t at = 0; at + 7 <= log.size();) {
        if (kBlock - at % kBlock < 7) {
            at += kBlock - at % kBlock;
            continue;
        }
        offsets.push_back(at);
        at += 7U + log[at + 4] + 256U * log[at + 5];
    }
    return offsets;
}

// Every bit of the headers of some records, and a bit in the content of each.
std::set<std::size_t> interesting_bits(const Bytes& log, std::size_t stride) {
    std::set<std::size_t> bits;
    const auto offsets = record_offsets(log);
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        bits.insert((offsets[i] + 7) * 8 + i % 64);
        if (i % stride == 0 || i + 1 == offsets.size()) {
            for (std::size_t bit = 0; bit < 56; ++bit) {
                bits.insert(offsets[i] * 8 + bit);
            }
        }
    }
    return bits;
}

TEST(RocksDamage, a_killed_store_opens_with_everything_that_was_acknowledged) {
    KilledStore killed{40, 100};
    killed.put_back({}, {});

    const auto store = killed.open();
    ASSERT_TRUE(store) << killed.why();
    killed.expect_complete(**store);
}

TEST(RocksDamage, any_flipped_bit_of_a_short_log_refuses_to_start) {
    KilledStore killed{12, 60};
    killed.age_watermark();
    const auto wal = killed.wal();
    const Bytes& log = killed.content(wal);
    for (const auto bit : interesting_bits(log, 5)) {
        EXPECT_TRUE(killed.refuses_or_is_complete(wal, flipped(log, bit)))
            << "bit " << bit % 8 << " of byte " << bit / 8 << " of " << log.size();
    }
}

TEST(RocksDamage, any_flipped_bit_of_a_log_of_many_blocks_refuses_to_start) {
    KilledStore killed{60, 9000};
    killed.age_watermark();
    const auto wal = killed.wal();
    const Bytes& log = killed.content(wal);
    ASSERT_GT(log.size(), 10U * 32 * 1024);
    std::mt19937 random{7};
    std::set<std::size_t> bits;
    const auto offsets = record_offsets(log);
    for (int i = 0; i < 60; ++i) {
        bits.insert(random() % (log.size() * 8));                             // mostly content
        bits.insert(offsets[random() % offsets.size()] * 8 + random() % 56);  // a header
    }
    std::size_t refused = 0;
    for (const auto bit : bits) {
        refused += killed.refuses_or_is_complete(wal, flipped(log, bit)) ? 1U : 0U;
    }
    // All but flips in the few unused bytes at the end of a block.
    EXPECT_GE(refused + 3, bits.size());
}

TEST(RocksDamage, refusing_changes_nothing_so_the_log_can_be_repaired) {
    KilledStore killed{40, 100};
    const auto wal = killed.wal();
    const auto damaged =
        flipped(killed.content(wal), (record_offsets(killed.content(wal))[20] + 4) * 8);
    killed.put_back(wal, damaged);
    ASSERT_FALSE(killed.open());
    ASSERT_FALSE(killed.open());
    EXPECT_EQ(read_file(wal), damaged);

    write_file(wal, killed.content(wal));
    const auto store = killed.open();
    ASSERT_TRUE(store) << killed.why();
    killed.expect_complete(**store);
}

TEST(RocksDamage, a_log_cut_off_before_the_watermark_refuses_to_start) {
    KilledStore killed{40, 100};
    const auto wal = killed.wal();
    const Bytes& log = killed.content(wal);
    const auto offsets = record_offsets(log);
    for (const std::size_t size : {offsets[39],
                                   offsets[39] + 3,
                                   offsets[39] + 20,
                                   offsets[20],
                                   log.size() - 1,
                                   std::size_t{0}}) {
        Bytes cut{log.begin(), log.begin() + static_cast<std::ptrdiff_t>(size)};
        EXPECT_TRUE(killed.refuses_or_is_complete(wal, cut)) << size;
        EXPECT_NE(killed.why().find("acknowledged records are missing"), std::string::npos)
            << killed.why();
    }
}

TEST(RocksDamage, a_missing_log_refuses_to_start) {
    KilledStore killed{40, 100};
    killed.put_back({}, {});
    fs::remove(killed.wal());

    const auto store = killed.open();
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error(), StoreError::corrupt);
}

TEST(RocksDamage, the_end_of_a_log_overwritten_with_zeros_refuses_to_start) {
    KilledStore killed{40, 100};
    const auto wal = killed.wal();
    Bytes log = killed.content(wal);
    std::fill(log.begin() + static_cast<std::ptrdiff_t>(record_offsets(log)[30]), log.end(), 0);

    EXPECT_TRUE(killed.refuses_or_is_complete(wal, log));
}

TEST(RocksDamage, an_unfinished_record_that_was_never_acknowledged_is_dropped) {
    KilledStore killed{40, 100};
    const auto wal = killed.wal();
    const Bytes& log = killed.content(wal);
    const auto last = record_offsets(log)[39];
    // The beginning of one more record, as a process leaves it that dies while it writes.
    killed.age_watermark();
    for (const std::ptrdiff_t size : {1, 6, 7, 8, 50}) {
        Bytes longer = log;
        longer.insert(longer.end(),
                      log.begin() + static_cast<std::ptrdiff_t>(last),
                      log.begin() + static_cast<std::ptrdiff_t>(last) + size);
        EXPECT_FALSE(killed.refuses_or_is_complete(wal, longer)) << size << killed.why();
    }
}

TEST(RocksDamage, a_flipped_bit_in_the_manifest_never_loses_anything_unnoticed) {
    KilledStore killed{12, 60};
    killed.age_watermark();
    const auto manifest = find_file(killed.directory() / "db", "MANIFEST-");
    const Bytes& content = killed.content(manifest);
    std::size_t refused = 0;
    const auto bits = interesting_bits(content, 2);
    for (const auto bit : bits) {
        refused += killed.refuses_or_is_complete(manifest, flipped(content, bit)) ? 1U : 0U;
    }
    EXPECT_EQ(refused, bits.size());
}

TEST(RocksDamage, a_missing_or_damaged_database_is_never_taken_for_a_new_one) {
    KilledStore killed{5, 60};
    killed.put_back({}, {});
    fs::remove(killed.directory() / "db" / "CURRENT");
    EXPECT_EQ(killed.open().error(), StoreError::corrupt) << killed.why();

    killed.put_back({}, {});
    fs::remove_all(killed.directory() / "db");
    EXPECT_EQ(killed.open().error(), StoreError::corrupt) << killed.why();

    killed.put_back({}, {});
    fs::remove(killed.directory() / "watermark");
    EXPECT_EQ(killed.open().error(), StoreError::corrupt) << killed.why();
}

TEST(RocksDamage, one_damaged_slot_of_the_watermark_is_tolerated_and_two_are_not) {
    KilledStore killed{5, 60};
    const auto path = killed.directory() / "watermark";
    const Bytes& mark = killed.content(path);
    EXPECT_FALSE(killed.refuses_or_is_complete(path, flipped(mark, 100)));
    EXPECT_FALSE(killed.refuses_or_is_complete(path, flipped(mark, 512 * 8 + 100)));
    EXPECT_TRUE(killed.refuses_or_is_complete(path, flipped(flipped(mark, 100), 512 * 8 + 100)));
    EXPECT_TRUE(killed.refuses_or_is_complete(path, {}));
}

TEST(RocksDamage, a_flipped_bit_in_a_table_is_an_error_and_never_an_answer) {
    KilledStore killed{40, 1000};
    killed.put_back({}, {});
    ASSERT_TRUE(killed.open());  // the log is now a table
    const auto table = find_file(killed.directory() / "db", ".sst");
    const Bytes content = read_file(table);
    const auto needle = record(17, 1000);
    const auto place = std::search(content.begin(), content.end(), needle.begin(), needle.end());
    ASSERT_NE(place, content.end());
    write_file(table,
               flipped(content, static_cast<std::size_t>(place - content.begin() + 500) * 8));

    const auto store = killed.open();
    ASSERT_TRUE(store) << killed.why();
    EXPECT_EQ((*store)->read(bytes("log"), 0, 100).error(), StoreError::corrupt);
    EXPECT_EQ((*store)->read(bytes("log"), 17, 1).error(), StoreError::corrupt);
}

// Changes the format record by RocksDB itself, as another version of this program would have written it.
void write_format(const fs::path& directory, const std::string& record) {
    rocksdb::DBOptions options;
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const auto* name : {"default", "state", "logs", "openings"}) {
        families.emplace_back(name, rocksdb::ColumnFamilyOptions{});
    }
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(
        rocksdb::DB::Open(options, (directory / "db").string(), families, &handles, &raw).ok());
    const std::unique_ptr<rocksdb::DB> db{raw};
    ASSERT_TRUE(db->Put({}, handles[0], "format", record).ok());
    for (auto* handle : handles) {
        ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
    }
}

TEST(RocksDamage, a_store_of_another_format_is_refused) {
    KilledStore killed{1, 10};
    killed.put_back({}, {});
    using namespace std::string_literals;
    write_format(killed.directory(), "\0\0\0\0\0\0\0\2"s);
    EXPECT_EQ(killed.open().error(), StoreError::wrong_format) << killed.why();

    write_format(killed.directory(), "two");
    EXPECT_EQ(killed.open().error(), StoreError::corrupt) << killed.why();

    write_format(killed.directory(), "\0\0\0\0\0\0\0\3"s);
    EXPECT_TRUE(killed.open()) << killed.why();
}

TEST(RocksDamage, docs_name_the_format_that_is_written) {
    std::ifstream page{SERAI_SOURCE_DIR "/docs/storage-format.md"};
    const std::string text{std::istreambuf_iterator<char>{page}, {}};
    EXPECT_NE(text.find("Format version " + std::to_string(kStoreFormat) + "."), std::string::npos);
}

// The checker alone, on logs made here.

std::uint32_t masked_crc(std::uint8_t type, ByteView content) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
    crc.process_byte(type);
    crc.process_bytes(content.data(), content.size());
    const std::uint32_t value = crc.checksum();
    return ((value >> 15) | (value << 17)) + 0xA282EAD8U;
}

Bytes log_record(std::uint8_t type, std::string_view content) {
    const auto crc = masked_crc(type, bytes(content));
    Bytes out;
    for (int shift = 0; shift < 32; shift += 8) {
        out.push_back(static_cast<std::uint8_t>((crc >> shift) & 0xFFU));
    }
    out.push_back(static_cast<std::uint8_t>(content.size() & 0xFFU));
    out.push_back(static_cast<std::uint8_t>(content.size() >> 8));
    out.push_back(type);
    append(out, bytes(content));
    return out;
}

Bytes small_log() {
    Bytes log;
    for (const auto* content : {"one", "", "three", "four and more"}) {
        append(log, log_record(1, content));
    }
    return log;
}

TEST(LogFileCheck, accepts_a_whole_log_and_any_beginning_of_it) {
    const Bytes log = small_log();
    for (std::size_t size = 0; size <= log.size(); ++size) {
        EXPECT_FALSE(find_log_damage(ByteView{log}.first(size))) << size;
    }
}

TEST(LogFileCheck, accepts_zeros_after_the_last_record) {
    Bytes log = small_log();
    log.resize(log.size() + 1000);
    EXPECT_FALSE(find_log_damage(log));
    log.back() = 1;
    EXPECT_TRUE(find_log_damage(log));
}

TEST(LogFileCheck, finds_every_length_that_points_beyond_the_end) {
    const Bytes log = small_log();
    for (const auto offset : record_offsets(log)) {
        for (std::size_t length = log.size() - offset - 7 + 1; length < 70'000; length += 997) {
            Bytes changed = log;
            changed[offset + 4] = static_cast<std::uint8_t>(length & 0xFFU);
            changed[offset + 5] = static_cast<std::uint8_t>((length >> 8) & 0xFFU);
            if ((length & 0xFFFFU) > log.size() - offset - 7) {
                EXPECT_TRUE(find_log_damage(changed)) << offset << " " << length;
            }
        }
    }
}

TEST(LogFileCheck, refuses_every_type_that_is_not_written) {
    const Bytes log = small_log();
    for (unsigned type = 0; type < 256; ++type) {
        Bytes changed = log;
        changed[6] = static_cast<std::uint8_t>(type);
        const bool known = type >= 1 && type <= 4;
        EXPECT_EQ(find_log_damage(changed).has_value(), !known) << type;
    }
}

TEST(LogFileCheck, says_where) {
    Bytes log = small_log();
    const auto second = record_offsets(log)[1];
    log[second + 6] = 9;
    EXPECT_EQ(find_log_damage(log),
              "a record of a type that is never written at offset " + std::to_string(second));
}

}  // namespace
}  // namespace serai::tests
