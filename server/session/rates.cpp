#include "server/session/rates.hpp"

#include <algorithm>

namespace serai::server::session {

bool TokenBucket::take(Time now) {
    if (rate_.per_second == 0) {
        return true;
    }
    const std::lock_guard lock{mutex_};
    if (last_ == Time{}) {
        last_ = now;
    }
    const std::chrono::duration<double> passed = now - last_;
    if (passed.count() > 0) {
        tokens_ = std::min<double>(rate_.burst, tokens_ + passed.count() * rate_.per_second);
        last_ = now;
    }
    if (tokens_ < 1) {
        return false;
    }
    tokens_ -= 1;
    return true;
}

// A device that reconnects soon finds a full bucket only if nobody held the old one; a bucket of a party lives as long as one
// of its devices is connected.
std::shared_ptr<TokenBucket> Rates::bucket(Buckets& buckets,
                                           const std::string& key,
                                           RateConfig rate) {
    auto& weak = buckets[key];
    auto found = weak.lock();
    if (!found) {
        found = std::make_shared<TokenBucket>(rate);
        weak = found;
        std::erase_if(buckets, [](const auto& entry) { return entry.second.expired(); });
    }
    return found;
}

Allowance Rates::of(const std::string& device, const std::string& party) {
    const std::lock_guard lock{mutex_};
    return {bucket(devices_, device, device_), bucket(parties_, party, party_)};
}

}  // namespace serai::server::session
