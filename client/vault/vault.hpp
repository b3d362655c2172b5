// The client's memory: one encrypted embedded store, changed by atomic, synced batches only.
//
// Every record is encrypted and bound to its place, and no key on the disk tells anything: a reader of the folder sees how
// many records there are in how many groups, and how they are numbered, but neither names nor content. What it does not stop is
// somebody putting back an old copy of the whole folder; MLS notices that as a channel that cannot go on.
//
// The keys: passphrase --Argon2id--> wrapping key --opens--> master key --HKDF--> one key for record names (HMAC-SHA-256) and
// one for contents, from which each record's own key follows by a random 16-byte salt.
//
// One process at a time (vault_in_use), one thread at a time. A batch that was committed survives power loss.
#pragma once

#include "client/error.hpp"
#include "client/vault/place.hpp"
#include "crypto/primitive/mac.hpp"
#include "crypto/primitive/password.hpp"
#include "crypto/secret/secret.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"
#include "storage/kv/store.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace serai::client::vault {

// A decrypted record.
using Record = crypto::Secret<struct VaultRecordTag>;
using Passphrase = crypto::Secret<struct PassphraseTag>;

class Vault;

// Changes that happen together or not at all. Contents are encrypted when they are added.
class Batch {
  public:
    void put(const Place& place, crypto::SecretView content);

    void put_public(const Place& place, ByteView content) {
        put(place, crypto::SecretView::of_public(content));
    }

    template <protocol::codec::Encodable T>
    void put_encoded(const Place& place, const T& value) {
        Bytes encoded = protocol::codec::encode(value);
        put_public(place, encoded);
        crypto::wipe(encoded);
    }

    void erase(const Place& place);

    [[nodiscard]] bool empty() const { return steps_.empty(); }

  private:
    friend class Vault;

    explicit Batch(const Vault& vault) : vault_(&vault) {}

    const Vault* vault_;
    storage::kv::WriteBatch steps_;
    bool changes_keys_ = false;  // in a table of Vault::forget
};

struct NumberedRecord {
    std::uint64_t number = 0;
    Record record;
};

class Vault {
  public:
    // Makes a new vault in `directory`, which must not exist yet. already_set_up, file_failed.
    static Result<Vault> create(const std::filesystem::path& directory,
                                const Passphrase& passphrase,
                                const crypto::PasswordCost& cost,
                                Diagnostics& diagnostics);

    // not_set_up, wrong_passphrase, vault_in_use, vault_damaged.
    static Result<Vault> open(const std::filesystem::path& directory,
                              const Passphrase& passphrase,
                              Diagnostics& diagnostics);

    // The same on a store that is open: makes the head of the vault if the store is empty.
    static Result<Vault> over(std::unique_ptr<storage::kv::Store> store,
                              const Passphrase& passphrase,
                              const crypto::PasswordCost& cost);

    Vault(Vault&&) noexcept;
    Vault& operator=(Vault&&) noexcept;
    ~Vault();

    [[nodiscard]] Batch batch() const { return Batch{*this}; }

    // Returns when everything in it is durable. After an error nothing of it counts: end the process; what is true is read
    // back by the next one.
    Result<void> commit(Batch&& batch);

    // Makes the deletion of keys come true on the disk: what batches have overwritten or erased of the groups' secrets, of commits under way
    // and of key packages is in no file any more when this returns. The store writes anew and keeps the old for a while, and the old can be
    // decrypted as long as the passphrase is known. Rewrites files, so it is not for every message: call it when an epoch has ended and
    // before the program ends. Nothing if there is nothing to forget; what a process that died left is known after opening.
    Result<void> forget();

    // nullopt if there is none; vault_damaged if it is not what was written there.
    [[nodiscard]] Result<std::optional<Record>> get(const Place& place) const;

    // The same, decoded. vault_damaged also for bytes that do not decode.
    template <protocol::codec::Decodable T>
    [[nodiscard]] Result<std::optional<T>> get_decoded(const Place& place) const {
        SERAI_TRY(record, get(place));
        if (!record) {
            return std::optional<T>{};
        }
        SERAI_TRY(value, decode<T>(*record));
        return std::optional<T>{std::move(value)};
    }

    // The records of a numbered table from `from` on, ascending, at most max_records.
    [[nodiscard]] Result<std::vector<NumberedRecord>> scan(Table table,
                                                           ByteView parent,
                                                           std::uint64_t from,
                                                           std::size_t max_records) const;

    // Every record of a table, in no telling order.
    [[nodiscard]] Result<std::vector<Record>> all(Table table, ByteView parent) const;

    template <protocol::codec::Decodable T>
    [[nodiscard]] Result<std::vector<T>> all_decoded(Table table, ByteView parent = {}) const {
        SERAI_TRY(records, all(table, parent));
        std::vector<T> values;
        for (const Record& record : records) {
            SERAI_TRY(value, decode<T>(record));
            values.push_back(std::move(value));
        }
        return values;
    }

    // A record as a T.
    template <protocol::codec::Decodable T>
    [[nodiscard]] static Result<T> decode(const Record& record) {
        auto value = record.with_bytes(
            crypto::SecretAccess{"decoding a record"},
            [](ByteView bytes) { return protocol::codec::decode_exact<T>(bytes); });
        if (!value) {
            return ClientError::vault_damaged;
        }
        return value;
    }

  private:
    friend class Batch;

    struct Keys;

    Vault(std::unique_ptr<storage::kv::Store> store, std::unique_ptr<Keys> keys);

    [[nodiscard]] storage::kv::Key name_of(const Place& place) const;
    [[nodiscard]] storage::kv::Key prefix_of(Table table, ByteView parent) const;
    [[nodiscard]] Bytes seal(const storage::kv::Key& name, crypto::SecretView content) const;
    [[nodiscard]] Result<Record> open(ByteView name, ByteView sealed) const;

    std::unique_ptr<storage::kv::Store> store_;
    std::unique_ptr<Keys> keys_;
    bool untidy_ = false;  // there is something to forget
};

}  // namespace serai::client::vault
