// Everything of one store, opened together: where a server starts.
//
//   auto repositories = Repositories::open(store, options);        // reads the store; nothing is written
//   auto pipeline = commit::Pipeline::start(store, repositories->log(), pipeline_options);
//   pipeline->submit(prepare(*repositories, asked, AppendMessage{...}), waiter);
//
// Destroy the pipeline first, then the repositories, then the store.
#pragma once

#include "crypto/secret/random.hpp"
#include "storage/audit/audit_log.hpp"
#include "storage/kv/store.hpp"
#include "storage/repo/channels.hpp"
#include "storage/repo/directory.hpp"
#include "storage/repo/documents.hpp"
#include "storage/repo/mailbox.hpp"
#include "storage/repo/network.hpp"

#include <cstddef>
#include <functional>
#include <memory>

namespace serai::storage::repo {

// The machine's clock.
[[nodiscard]] UnixMillis system_now();

struct RepositoriesOptions {
    NetworkId network_id;
    audit::AuditLogOptions log;
    std::size_t keep_channels = 4096;    // loaded at most, unless more are in use
    std::size_t keep_documents = 16384;  // likewise
    std::size_t keep_persons = 1024;     // likewise, in the directory
    crypto::Random* random =
        &crypto::system_random();  // for salts, entry ids and grants; must be thread-safe
    std::function<UnixMillis()> now = system_now;  // the wall clock
};

class Repositories {
  public:
    // Errors: the store's, AuditError.
    static Result<std::unique_ptr<Repositories>> open(kv::Store& store,
                                                      RepositoriesOptions options);

    [[nodiscard]] kv::Store& store() { return store_; }

    [[nodiscard]] audit::AuditLog& log() const { return *log_; }

    [[nodiscard]] Channels& channels() { return channels_; }

    [[nodiscard]] Directory& directory() { return directory_; }

    [[nodiscard]] Documents& documents() { return documents_; }

    [[nodiscard]] Mailbox& mailbox() { return mailbox_; }

    [[nodiscard]] Network& network() { return *network_; }

    // How many parties there are.
    [[nodiscard]] std::size_t parties() const { return party_count_; }

    [[nodiscard]] const NetworkId& network_id() const { return network_id_; }

    [[nodiscard]] UnixMillis now() const { return now_(); }

    [[nodiscard]] crypto::Random& random() { return random_; }

  private:
    Repositories(kv::Store& store,
                 const RepositoriesOptions& options,
                 std::size_t party_count,
                 std::unique_ptr<audit::AuditLog> log,
                 std::unique_ptr<Network> network);

    kv::Store& store_;
    NetworkId network_id_;
    crypto::Random& random_;
    std::function<UnixMillis()> now_;
    std::size_t party_count_;
    std::unique_ptr<audit::AuditLog> log_;
    std::unique_ptr<Network> network_;
    Channels channels_;
    Directory directory_;
    Documents documents_;
    Mailbox mailbox_;
};

}  // namespace serai::storage::repo
