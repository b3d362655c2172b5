#include "client/vault/vault.hpp"

#include "client/vault/head.hpp"
#include "crypto/primitive/aead.hpp"
#include "crypto/primitive/kdf.hpp"
#include "storage/kv/rocks_store.hpp"

#include <algorithm>
#include <array>

namespace serai::client::vault {
namespace {

namespace kv = storage::kv;
using crypto::AeadAlgorithm;
using crypto::SecretView;

constexpr AeadAlgorithm kAead = AeadAlgorithm::chacha20_poly1305;
constexpr std::size_t kKeySize = 32;
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kNameSize = 16;  // bytes of an HMAC that stand in a record's name
// Every key and nonce pair is used once, since each encryption has a key of its own.
constexpr ByteArray<crypto::kAeadNonceSize> kNonce{};

using MasterKey = crypto::Secret<struct VaultMasterKeyTag>;
using ContentKey = crypto::Secret<struct VaultContentKeyTag>;
using RecordKey = crypto::Secret<struct VaultRecordKeyTag>;

// Shorter than every other name, so it can be none of them.
const Bytes kHeadName = to_bytes(as_bytes("serai"));
constexpr std::string_view kHeadLabel = "serai/vault/head/v1";

Result<MasterKey> open_head(const Head& head, const Passphrase& passphrase) {
    SERAI_TRY(key, crypto::argon2id(passphrase, head.salt, head.cost, kKeySize));
    if (head.wrapped.size() != kKeySize + crypto::kAeadTagSize) {
        return ClientError::vault_damaged;
    }
    auto master = MasterKey::filled(kKeySize, [&](std::span<std::uint8_t> out) {
        crypto::Aead aead{kAead, key};
        return aead.open_into(kNonce, as_bytes(kHeadLabel), head.wrapped, out);
    });
    if (!master) {
        return ClientError::wrong_passphrase;
    }
    return master;
}

Result<Head> make_head(const Passphrase& passphrase, const crypto::PasswordCost& cost) {
    Head head;
    head.salt = crypto::system_random().array<crypto::kPasswordSaltSize>();
    head.cost = cost;
    SERAI_TRY(key, crypto::argon2id(passphrase, head.salt, cost, kKeySize));
    const MasterKey master = MasterKey::random(kKeySize);
    head.wrapped =
        master.with_bytes(crypto::SecretAccess{"wrapping the vault's key"}, [&](ByteView bytes) {
            return crypto::aead_seal(kAead, key, kNonce, as_bytes(kHeadLabel), bytes);
        });
    return head;
}

Result<std::unique_ptr<kv::Store>> open_store(const std::filesystem::path& directory,
                                              Diagnostics& diagnostics) {
    constexpr std::size_t kMega = 1024 * 1024;
    kv::RocksOptions options;
    options.write_buffer_bytes = 4 * kMega;
    options.block_cache_bytes = 8 * kMega;
    options.max_wal_bytes = 16 * kMega;
    std::string why;
    auto store = kv::open_rocks_store(directory, options, why);
    if (!store) {
        if (store.error() == kv::StoreError::unavailable) {
            return diagnostics.fail(
                ClientError::vault_in_use,
                "perhaps by a 'serai follow' in another window, which has to end first (" + why +
                    ")");
        }
        return diagnostics.fail(ClientError::vault_damaged, why);
    }
    return store;
}

// Whose former records must not stay.
constexpr std::array kKeyTables{Table::key_package, Table::group_secret, Table::next_secret};

bool holds_keys(Table table) {
    return std::ranges::find(kKeyTables, table) != kKeyTables.end();
}

}  // namespace

struct Vault::Keys {
    explicit Keys(const MasterKey& master)
        : names(crypto::hkdf_expand<struct VaultNameKeyTag>(
              master, as_bytes("serai/vault/names/v1"), kKeySize)),
          contents(crypto::hkdf_expand<struct VaultContentKeyTag>(
              master, as_bytes("serai/vault/contents/v1"), kKeySize)) {}

    // The key of one encryption.
    [[nodiscard]] RecordKey record_key(ByteView salt) const {
        return crypto::hkdf_expand<struct VaultRecordKeyTag>(contents, salt, kKeySize);
    }

    crypto::HmacSha256 names;
    ContentKey contents;
};

// ---- Batch ----

void Batch::put(const Place& place, SecretView content) {
    changes_keys_ = changes_keys_ || holds_keys(place.table);
    const kv::Key name = vault_->name_of(place);
    steps_.put(kv::Space::state, name, vault_->seal(name, content));
}

void Batch::erase(const Place& place) {
    changes_keys_ = changes_keys_ || holds_keys(place.table);
    steps_.erase(kv::Space::state, vault_->name_of(place));
}

// ---- Vault ----

Vault::Vault(std::unique_ptr<kv::Store> store, std::unique_ptr<Keys> keys)
    : store_(std::move(store)), keys_(std::move(keys)) {}

Vault::Vault(Vault&&) noexcept = default;
Vault& Vault::operator=(Vault&&) noexcept = default;
Vault::~Vault() = default;

Result<Vault> Vault::create(const std::filesystem::path& directory,
                            const Passphrase& passphrase,
                            const crypto::PasswordCost& cost,
                            Diagnostics& diagnostics) {
    if (std::filesystem::exists(directory)) {
        return diagnostics.fail(ClientError::already_set_up,
                                directory.string() + " is there already");
    }
    SERAI_TRY(store, open_store(directory, diagnostics));
    return over(std::move(store), passphrase, cost);
}

Result<Vault> Vault::open(const std::filesystem::path& directory,
                          const Passphrase& passphrase,
                          Diagnostics& diagnostics) {
    if (!std::filesystem::exists(directory)) {
        return diagnostics.fail(ClientError::not_set_up, "there is no " + directory.string());
    }
    SERAI_TRY(store, open_store(directory, diagnostics));
    return over(std::move(store), passphrase, crypto::PasswordCost{});
}

Result<Vault> Vault::over(std::unique_ptr<kv::Store> store,
                          const Passphrase& passphrase,
                          const crypto::PasswordCost& cost) {
    SERAI_TRY(stored, store->get(kv::Space::state, kHeadName));
    if (!stored) {
        SERAI_TRY(head, make_head(passphrase, cost));
        stored = protocol::codec::encode(head);
        kv::WriteBatch batch;
        batch.put(kv::Space::state, kHeadName, *stored);
        SERAI_CHECK(store->commit(batch));
    }
    const auto head = protocol::codec::decode_exact<Head>(*stored);
    if (!head) {
        return ClientError::vault_damaged;
    }
    SERAI_TRY(master, open_head(*head, passphrase));
    Vault vault{std::move(store), std::make_unique<Keys>(master)};
    SERAI_TRY(untidy, vault.get(Place::only(Table::untidy)));
    vault.untidy_ = untidy.has_value();
    return vault;
}

Result<void> Vault::commit(Batch&& batch) {
    Batch taken = std::move(batch);
    const bool becomes_untidy = taken.changes_keys_ && !untidy_;
    if (becomes_untidy) {
        taken.put_public(Place::only(Table::untidy), {});
    }
    SERAI_CHECK(store_->commit(taken.steps_));
    untidy_ = untidy_ || becomes_untidy;
    return {};
}

Result<void> Vault::forget() {
    if (!untidy_) {
        return {};
    }
    for (const Table table : kKeyTables) {
        const kv::Key prefix = prefix_of(table, {});
        SERAI_CHECK(store_->forget(kv::Space::state, prefix, kv::after_prefix(prefix)));
    }
    Batch batch{*this};
    batch.erase(Place::only(Table::untidy));
    SERAI_CHECK(store_->commit(batch.steps_));
    untidy_ = false;
    return {};
}

Result<std::optional<Record>> Vault::get(const Place& place) const {
    const kv::Key name = name_of(place);
    SERAI_TRY(sealed, store_->get(kv::Space::state, name));
    if (!sealed) {
        return std::optional<Record>{};
    }
    SERAI_TRY(record, open(name, *sealed));
    return std::optional<Record>{std::move(record)};
}

Result<std::vector<NumberedRecord>> Vault::scan(Table table,
                                                ByteView parent,
                                                std::uint64_t from,
                                                std::size_t max_records) const {
    const kv::Key prefix = prefix_of(table, parent);
    kv::ScanRequest request;
    request.begin = to_bytes(kv::make_key(prefix, from));
    request.end = kv::after_prefix(prefix);
    request.max_entries = max_records;
    std::vector<NumberedRecord> records;
    while (true) {
        SERAI_TRY(page, store_->scan(request));
        for (const kv::ScanEntry& entry : page.entries) {
            protocol::codec::Reader reader{ByteView{entry.key}.subspan(prefix.size())};
            SERAI_TRY(number, reader.u64());
            SERAI_TRY(record, open(entry.key, entry.value));
            records.push_back({number, std::move(record)});
        }
        if (!page.more || page.entries.empty() || records.size() >= max_records) {
            return records;
        }
        request = kv::next_page(request, page);
        request.max_entries = max_records - records.size();
    }
}

Result<std::vector<Record>> Vault::all(Table table, ByteView parent) const {
    kv::ScanRequest request = kv::ScanRequest::prefix(kv::Space::state, prefix_of(table, parent));
    std::vector<Record> records;
    while (true) {
        SERAI_TRY(page, store_->scan(request));
        for (const kv::ScanEntry& entry : page.entries) {
            SERAI_TRY(record, open(entry.key, entry.value));
            records.push_back(std::move(record));
        }
        if (!page.more || page.entries.empty()) {
            return records;
        }
        request = kv::next_page(request, page);
    }
}

kv::Key Vault::prefix_of(Table table, ByteView parent) const {
    const std::uint8_t byte = static_cast<std::uint8_t>(table);
    const Digest hash = keys_->names({ByteView{&byte, 1}, parent});
    return kv::Key{ByteView{hash}.first(kNameSize)};
}

// prefix | number, or prefix | HMAC of the id. One table has one kind of item.
kv::Key Vault::name_of(const Place& place) const {
    kv::Key name = prefix_of(place.table, place.parent);
    if (const auto* number = std::get_if<std::uint64_t>(&place.item)) {
        return name.add(*number);
    }
    const Digest hash = keys_->names({name, std::get<ByteView>(place.item)});
    return name.add(ByteView{hash}.first(kNameSize));
}

// salt[16] | AEAD(record key, nonce 0, aad = name, content)
Bytes Vault::seal(const kv::Key& name, SecretView content) const {
    Bytes out = crypto::system_random().bytes(kSaltSize);
    const RecordKey key = keys_->record_key(out);
    out.resize(kSaltSize + content.size() + crypto::kAeadTagSize);
    crypto::Aead aead{kAead, key};
    aead.seal_into(kNonce,
                   name,
                   content.bytes(crypto::SecretAccess{"encrypting a record"}),
                   std::span{out}.subspan(kSaltSize));
    return out;
}

Result<Record> Vault::open(ByteView name, ByteView sealed) const {
    if (sealed.size() < kSaltSize + crypto::kAeadTagSize) {
        return ClientError::vault_damaged;
    }
    const RecordKey key = keys_->record_key(sealed.first(kSaltSize));
    const ByteView ciphertext = sealed.subspan(kSaltSize);
    auto record =
        Record::filled(ciphertext.size() - crypto::kAeadTagSize, [&](std::span<std::uint8_t> out) {
            crypto::Aead aead{kAead, key};
            return aead.open_into(kNonce, name, ciphertext, out);
        });
    if (!record) {
        return ClientError::vault_damaged;
    }
    return record;
}

}  // namespace serai::client::vault
