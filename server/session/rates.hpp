// How many requests a device and a party may make: token buckets.
#pragma once

#include "server/config.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace serai::server::session {

// Thread-safe.
class TokenBucket {
  public:
    using Time = std::chrono::steady_clock::time_point;

    explicit TokenBucket(RateConfig rate) : rate_(rate), tokens_(rate.burst) {}

    // False: over the rate; nothing was taken.
    [[nodiscard]] bool take(Time now);

  private:
    const RateConfig rate_;
    std::mutex mutex_;
    double tokens_;
    Time last_{};
};

// What one connection draws from.
struct Allowance {
    std::shared_ptr<TokenBucket> device;
    std::shared_ptr<TokenBucket> party;

    [[nodiscard]] bool take(TokenBucket::Time now) const {
        return device->take(now) && party->take(now);
    }
};

// Thread-safe. All connections of a device share a bucket, and all of a party.
class Rates {
  public:
    Rates(RateConfig device, RateConfig party) : device_(device), party_(party) {}

    [[nodiscard]] Allowance of(const std::string& device, const std::string& party);

  private:
    using Buckets = std::unordered_map<std::string, std::weak_ptr<TokenBucket>>;

    static std::shared_ptr<TokenBucket> bucket(Buckets& buckets,
                                               const std::string& key,
                                               RateConfig rate);

    const RateConfig device_;
    const RateConfig party_;
    std::mutex mutex_;
    Buckets devices_;
    Buckets parties_;
};

}  // namespace serai::server::session
