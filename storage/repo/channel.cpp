#include "storage/repo/channel.hpp"

#include "protocol/base/limits.hpp"

#include <algorithm>

namespace serai::storage::repo {

std::vector<Epoch> common_epochs(const ChannelHead& head,
                                 const protocol::network::SpiffeId& device) {
    std::vector<Epoch> epochs;
    const std::uint64_t present = head.epoch.value();
    const std::uint64_t removed_at =
        head.last_commit == nullptr ? 0 : head.last_commit->removed_at.value();
    const std::uint64_t first =
        std::max(removed_at, present - std::min(present, limits::kResumptionEpochs));
    for (std::uint64_t epoch = first; epoch <= present; ++epoch) {
        const bool all_have_it =
            std::ranges::all_of(head.roster->members(), [&](const Member& member) {
                // What it missed itself it says best; from before it came in it has nothing.
                return member.device == device ? epoch >= member.known.since
                                               : member.known.has(epoch);
            });
        if (all_have_it) {
            epochs.emplace_back(epoch);
        }
    }
    return epochs;
}

Channel::Channel(ChannelHead head, std::unique_ptr<audit::Sequence> sequence)
    : group_(head.founding->group),
      overlay_{std::move(head), std::move(sequence), {}, {}, false},
      head_(std::make_shared<const ChannelHead>(overlay_.head)) {}

std::shared_ptr<const ChannelHead> Channel::head() const {
    const std::lock_guard lock{mutex_};
    return head_;
}

std::vector<std::shared_ptr<const Bytes>> Channel::recent(RecordNumber from,
                                                          std::size_t max_records,
                                                          std::size_t max_bytes) const {
    const std::lock_guard lock{mutex_};
    std::vector<std::shared_ptr<const Bytes>> out;
    const std::uint64_t first = head_->end.value() - ring_.size();
    if (from.value() < first) {
        return out;
    }
    std::size_t bytes = 0;
    for (std::uint64_t i = from.value() - first; i < ring_.size() && out.size() < max_records;
         ++i) {
        const auto& entry = ring_[i];
        bytes += entry->size();
        if (bytes > max_bytes && !out.empty()) {
            break;
        }
        out.push_back(entry);
    }
    return out;
}

void Channel::publish() {
    if (!overlay_.changed) {
        return;
    }
    auto head = std::make_shared<const ChannelHead>(overlay_.head);
    const std::lock_guard lock{mutex_};
    head_ = std::move(head);
    for (auto& entry : overlay_.appended) {
        ring_bytes_ += entry->size();
        ring_.push_back(std::move(entry));
    }
    while (ring_.size() > kRingRecords || (ring_bytes_ > kRingBytes && ring_.size() > 1)) {
        ring_bytes_ -= ring_.front()->size();
        ring_.pop_front();
    }
    overlay_.appended.clear();
    overlay_.changed = false;
}

}  // namespace serai::storage::repo
