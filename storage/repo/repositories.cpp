#include "storage/repo/repositories.hpp"

#include <chrono>

namespace serai::storage::repo {

UnixMillis system_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return UnixMillis{static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count())};
}

Repositories::Repositories(kv::Store& store,
                           const RepositoriesOptions& options,
                           std::size_t party_count,
                           std::unique_ptr<audit::AuditLog> log,
                           std::unique_ptr<Network> network)
    : store_(store),
      network_id_(options.network_id),
      random_(*options.random),
      now_(options.now),
      party_count_(party_count),
      log_(std::move(log)),
      network_(std::move(network)),
      channels_(store, *log_, options.keep_channels),
      directory_(store, options.keep_persons),
      documents_(store, *log_, options.keep_documents),
      mailbox_(store) {}

Result<std::unique_ptr<Repositories>> Repositories::open(kv::Store& store,
                                                         RepositoriesOptions options) {
    const std::size_t party_count = options.log.parties.size();
    SERAI_TRY(log, audit::AuditLog::open(store, std::move(options.log)));
    SERAI_TRY(network, Network::open(store, *log));
    std::unique_ptr<Repositories> repositories{
        new Repositories{store, options, party_count, std::move(log), std::move(network)}};
    SERAI_CHECK(repositories->documents_.load_uploads());
    return repositories;
}

}  // namespace serai::storage::repo
