#include "client/vault/vault.hpp"

#include "storage/kv/memory_store.hpp"
#include "storage/kv/rocks_store.hpp"
#include "tests/support/temp_directory.hpp"
#include "tests/support/traces.hpp"

#include <gtest/gtest.h>

namespace serai::client::vault {
namespace {

namespace kv = storage::kv;

Passphrase passphrase(std::string_view text) {
    return Passphrase::from_bytes(as_bytes(text));
}

Result<Vault> open_on(const std::shared_ptr<kv::MemoryDisk>& disk, std::string_view words) {
    return Vault::over(
        std::make_unique<kv::MemoryStore>(disk), passphrase(words), crypto::kCheapestPasswordCost);
}

std::string text_at(const Vault& vault, const Place& place) {
    const auto record = vault.get(place);
    EXPECT_TRUE(record);
    if (!record || !*record) {
        return "(none)";
    }
    return (*record)->with_bytes(crypto::SecretAccess{"a test looks"},
                                 [](ByteView bytes) { return std::string{as_text(bytes)}; });
}

void put(Vault& vault, const Place& place, std::string_view text) {
    Batch batch = vault.batch();
    batch.put_public(place, as_bytes(text));
    ASSERT_TRUE(vault.commit(std::move(batch)));
}

// Every value that the store holds, as it lies there.
std::vector<kv::ScanEntry> raw_entries(const std::shared_ptr<kv::MemoryDisk>& disk) {
    const kv::MemoryStore store{disk};
    return store.scan(kv::ScanRequest{})->entries;
}

TEST(Vault, gives_back_what_was_put_after_it_is_opened_again) {
    const auto disk = kv::make_memory_disk();
    {
        auto vault = open_on(disk, "open sesame");
        ASSERT_TRUE(vault);
        put(*vault, Place::only(Table::settings), "where we are");
    }

    const auto again = open_on(disk, "open sesame");

    ASSERT_TRUE(again);
    EXPECT_EQ(text_at(*again, Place::only(Table::settings)), "where we are");
}

TEST(Vault, refuses_another_passphrase) {
    const auto disk = kv::make_memory_disk();
    ASSERT_TRUE(open_on(disk, "open sesame"));

    EXPECT_EQ(open_on(disk, "open barley").error(), ClientError::wrong_passphrase);
}

TEST(Vault, keeps_places_apart) {
    auto vault = open_on(kv::make_memory_disk(), "x");
    ASSERT_TRUE(vault);
    const Bytes one{1};
    const Bytes two{2};

    put(*vault, Place::numbered(Table::history, one, 7), "history of one");
    put(*vault, Place::numbered(Table::history, two, 7), "history of two");
    put(*vault, Place::numbered(Table::task, 7), "task");
    put(*vault, Place::named(Table::channel, one), "channel");

    EXPECT_EQ(text_at(*vault, Place::numbered(Table::history, one, 7)), "history of one");
    EXPECT_EQ(text_at(*vault, Place::numbered(Table::history, two, 7)), "history of two");
    EXPECT_EQ(text_at(*vault, Place::numbered(Table::task, 7)), "task");
    EXPECT_EQ(text_at(*vault, Place::named(Table::channel, one)), "channel");
    EXPECT_EQ(text_at(*vault, Place::named(Table::channel, two)), "(none)");
}

TEST(Vault, scans_numbered_records_in_order_and_from_a_number_on) {
    auto vault = open_on(kv::make_memory_disk(), "x");
    ASSERT_TRUE(vault);
    const Bytes group{9};
    for (const std::uint64_t n : {300U, 2U, 70'000U, 1U}) {
        put(*vault, Place::numbered(Table::history, group, n), std::to_string(n));
    }
    put(*vault, Place::numbered(Table::history, Bytes{8}, 5), "of another group");

    const auto found = vault->scan(Table::history, group, 2, 2);

    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ((*found)[0].number, 2U);
    EXPECT_EQ((*found)[1].number, 300U);
    EXPECT_EQ(vault->all(Table::history, group)->size(), 4U);
}

TEST(Vault, does_a_batch_whole_or_not_at_all) {
    const auto disk = kv::make_memory_disk();
    {
        auto store = std::make_unique<kv::MemoryStore>(disk);
        kv::MemoryStore* raw = store.get();
        auto vault = Vault::over(std::move(store), passphrase("x"), crypto::kCheapestPasswordCost);
        ASSERT_TRUE(vault);
        put(*vault, Place::numbered(Table::task, 1), "before");
        raw->fail_commit(1, kv::MemoryStore::Fault::before_effect);
        Batch batch = vault->batch();
        batch.put_public(Place::numbered(Table::task, 1), as_bytes("after"));
        batch.put_public(Place::numbered(Table::task, 2), as_bytes("after"));

        EXPECT_FALSE(vault->commit(std::move(batch)));
    }

    const auto again = open_on(disk, "x");

    ASSERT_TRUE(again);
    EXPECT_EQ(text_at(*again, Place::numbered(Table::task, 1)), "before");
    EXPECT_EQ(text_at(*again, Place::numbered(Table::task, 2)), "(none)");
}

TEST(Vault, shows_no_plaintext_and_no_name_in_its_records) {
    const auto disk = kv::make_memory_disk();
    auto vault = open_on(disk, "a passphrase of some length");
    ASSERT_TRUE(vault);
    const std::string secret = "the meeting place is the old school in Nukus";
    const std::string id = "0123456789abcdef0123456789abcdef";
    put(*vault, Place::named(Table::channel, as_bytes(id)), secret);

    for (const kv::ScanEntry& entry : raw_entries(disk)) {
        EXPECT_EQ(as_text(entry.value).find(secret), std::string_view::npos);
        EXPECT_EQ(as_text(entry.key).find(id), std::string_view::npos);
        EXPECT_EQ(as_text(entry.value).find("a passphrase"), std::string_view::npos);
    }
}

TEST(Vault, encrypts_the_same_record_differently_each_time) {
    const auto disk = kv::make_memory_disk();
    auto vault = open_on(disk, "x");
    ASSERT_TRUE(vault);
    put(*vault, Place::only(Table::settings), "the same");
    const auto before = raw_entries(disk);
    put(*vault, Place::only(Table::settings), "the same");

    EXPECT_NE(raw_entries(disk), before);
}

TEST(Vault, notices_a_record_that_was_changed_or_moved) {
    const auto disk = kv::make_memory_disk();
    {
        auto vault = open_on(disk, "x");
        ASSERT_TRUE(vault);
        put(*vault, Place::numbered(Table::task, 1), "one");
        put(*vault, Place::numbered(Table::task, 2), "two");
    }
    std::vector<kv::ScanEntry> tasks;
    for (const kv::ScanEntry& entry : raw_entries(disk)) {
        if (as_text(entry.key) != "serai") {
            tasks.push_back(entry);
        }
    }
    ASSERT_EQ(tasks.size(), 2U);
    {
        kv::MemoryStore store{disk};
        kv::WriteBatch batch;
        batch.put(kv::Space::state, tasks[0].key, tasks[1].value);
        Bytes changed = tasks[1].value;
        changed.back() ^= 1U;
        batch.put(kv::Space::state, tasks[1].key, changed);
        ASSERT_TRUE(store.commit(batch));
    }

    const auto vault = open_on(disk, "x");

    ASSERT_TRUE(vault);
    EXPECT_EQ(vault->get(Place::numbered(Table::task, 1)).error(), ClientError::vault_damaged);
    EXPECT_EQ(vault->get(Place::numbered(Table::task, 2)).error(), ClientError::vault_damaged);
}

TEST(Vault, is_for_one_process_at_a_time) {
    const tests::TempDirectory folder;
    Diagnostics diagnostics;
    const auto first = Vault::create(
        folder.path() / "vault", passphrase("x"), crypto::kCheapestPasswordCost, diagnostics);
    ASSERT_TRUE(first);

    const auto second = Vault::open(folder.path() / "vault", passphrase("x"), diagnostics);

    EXPECT_EQ(second.error(), ClientError::vault_in_use);
}

TEST(Vault, says_that_there_is_none) {
    const tests::TempDirectory folder;
    Diagnostics diagnostics;
    EXPECT_EQ(Vault::open(folder.path() / "vault", passphrase("x"), diagnostics).error(),
              ClientError::not_set_up);
}

TEST(PasswordKey, depends_on_passphrase_salt_and_cost) {
    const auto key = [](std::string_view words, std::uint8_t salt, crypto::PasswordCost cost) {
        const Bytes salt_bytes(crypto::kPasswordSaltSize, salt);
        const auto made = crypto::argon2id(passphrase(words), salt_bytes, cost, 32);
        EXPECT_TRUE(made);
        return made->with_bytes(crypto::SecretAccess{"a test looks"},
                                [](ByteView bytes) { return to_hex(bytes); });
    };
    const crypto::PasswordCost cheap = crypto::kCheapestPasswordCost;
    const std::string reference = key("a", 1, cheap);

    EXPECT_EQ(key("a", 1, cheap), reference);
    EXPECT_NE(key("b", 1, cheap), reference);
    EXPECT_NE(key("a", 2, cheap), reference);
    EXPECT_NE(key("a", 1, {2, cheap.memory_bytes}), reference);
    EXPECT_FALSE(crypto::argon2id(passphrase("a"), Bytes(8), cheap, 32));
}

// ---- forgetting ----

// What a vault on a disk has in its files, by the store that it is.
tests::Traces values_in(const std::filesystem::path& folder) {
    std::string why;
    const auto store = kv::open_rocks_store(folder, {}, why);
    tests::Traces traces;
    const auto page = (*store)->scan(kv::ScanRequest{});
    for (const auto& entry : page->entries) {
        // An empty record (salt and tag alone) holds nothing that could be left; the mark of an untidy vault is one.
        constexpr std::size_t kEmptyRecord = 32;
        if (entry.value.size() > kEmptyRecord) {
            traces.add(entry.value);
        }
    }
    return traces;
}

class ForgettingVault : public testing::Test {
  protected:
    Vault open() { return std::move(*Vault::open(folder, passphrase("open sesame"), diagnostics)); }

    void SetUp() override {
        ASSERT_TRUE(Vault::create(
            folder, passphrase("open sesame"), crypto::kCheapestPasswordCost, diagnostics));
        auto vault = open();
        put(vault, Place::named(Table::group_secret, GroupId{}), "the keys of the first epoch");
        put(vault, Place::named(Table::key_package, as_bytes("reference")), "an init key");
    }

    tests::TempDirectory directory;
    std::filesystem::path folder = directory.path() / "vault";
    Diagnostics diagnostics;
};

TEST_F(ForgettingVault, former_keys_are_in_no_file_any_more) {
    const auto before = values_in(folder);
    {
        auto vault = open();
        Batch batch = vault.batch();
        batch.put_public(Place::named(Table::group_secret, GroupId{}),
                         as_bytes("the keys of the second epoch"));
        batch.erase(Place::named(Table::key_package, as_bytes("reference")));
        ASSERT_TRUE(vault.commit(std::move(batch)));

        ASSERT_TRUE(vault.forget());

        EXPECT_EQ(text_at(vault, Place::named(Table::group_secret, GroupId{})),
                  "the keys of the second epoch");
    }
    const auto after = values_in(folder);
    const auto gone = before.without(after);
    EXPECT_GT(gone.size(), 0U);
    EXPECT_EQ(gone.count_in_files(folder), 0U);
    EXPECT_GT(after.count_in_files(folder), 0U);
}

TEST_F(ForgettingVault, what_a_process_that_died_left_is_forgotten_after_the_next_opening) {
    const auto before = values_in(folder);
    {
        auto vault = open();
        put(vault, Place::named(Table::group_secret, GroupId{}), "the keys of the second epoch");
    }
    {
        auto vault = open();
        ASSERT_TRUE(vault.forget());
    }
    const auto gone = before.without(values_in(folder));
    EXPECT_GT(gone.size(), 0U);
    EXPECT_EQ(gone.count_in_files(folder), 0U);
}

}  // namespace
}  // namespace serai::client::vault
