// How many uploads each party has unfinished, and of how many bytes: the ceiling on what strangers to a channel could fill the
// disk with.
#pragma once

#include "protocol/base/strong_id.hpp"
#include "protocol/network/party.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <unordered_map>

namespace serai::server::service {

// Thread-safe.
class Uploads {
  public:
    Uploads(std::size_t max_count, std::uint64_t max_bytes)
        : max_count_(max_count), max_bytes_(max_bytes) {}

    // False if the party would have too many or too much; nothing is taken then.
    [[nodiscard]] bool take(const ObjectId& object,
                            const protocol::network::PartyCode& party,
                            std::uint64_t bytes);

    // Finished or given up. Nothing happens if the object is not known.
    void give_back(const ObjectId& object);

  private:
    struct Use {
        std::size_t count = 0;
        std::uint64_t bytes = 0;
    };

    struct Upload {
        protocol::network::PartyCode party;
        std::uint64_t bytes = 0;
    };

    const std::size_t max_count_;
    const std::uint64_t max_bytes_;
    std::mutex mutex_;
    std::map<protocol::network::PartyCode, Use> parties_;
    std::unordered_map<ObjectId, Upload> uploads_;
};

}  // namespace serai::server::service
