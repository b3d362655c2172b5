#include "server/service/uploads.hpp"

namespace serai::server::service {

bool Uploads::take(const ObjectId& object,
                   const protocol::network::PartyCode& party,
                   std::uint64_t bytes) {
    const std::lock_guard lock{mutex_};
    auto& use = parties_[party];
    if (use.count >= max_count_ || bytes > max_bytes_ || use.bytes > max_bytes_ - bytes) {
        return false;
    }
    ++use.count;
    use.bytes += bytes;
    uploads_.emplace(object, Upload{party, bytes});
    return true;
}

void Uploads::give_back(const ObjectId& object) {
    const std::lock_guard lock{mutex_};
    const auto it = uploads_.find(object);
    if (it == uploads_.end()) {
        return;
    }
    auto& use = parties_[it->second.party];
    --use.count;
    use.bytes -= it->second.bytes;
    uploads_.erase(it);
}

}  // namespace serai::server::service
