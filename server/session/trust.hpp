// The bundles of the parties and their newest revocation lists, as one immutable value that is replaced when a list arrives.
#pragma once

#include "crypto/x509/chain_verifier.hpp"
#include "protocol/network/genesis.hpp"
#include "server/runtime/log.hpp"
#include "storage/repo/network.hpp"

#include <memory>
#include <mutex>

namespace serai::server::session {

// Thread-safe.
class Trust {
  public:
    // `bundles`: those of genesis, without lists.
    Trust(std::shared_ptr<const protocol::network::Genesis> genesis,
          crypto::x509::TrustStore bundles,
          const runtime::Log& log);

    [[nodiscard]] const protocol::network::Genesis& genesis() const { return *genesis_; }

    [[nodiscard]] std::shared_ptr<const crypto::x509::TrustStore> store() const;

    // Puts the durable lists in the place of those known so far; whichever call ends last has the newest. A list that does not
    // fit its bundle is logged and left out; storage::repo::Network::is_revoked knows its serials all the same.
    void refresh(const storage::repo::Network& network);

  private:
    const std::shared_ptr<const protocol::network::Genesis> genesis_;
    const crypto::x509::TrustStore bundles_;
    const runtime::Log& log_;
    std::mutex refreshing_;     // one at a time, from reading the lists to putting them in place
    mutable std::mutex mutex_;  // guards store_
    std::shared_ptr<const crypto::x509::TrustStore> store_;
};

// A time that certainly is not before the event whose leaf has this time: leaf times are rounded down.
[[nodiscard]] UnixSeconds end_of_leaf_minute(UnixSeconds leaf_time);

}  // namespace serai::server::session
