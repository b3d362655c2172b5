// The answers of one batch, sorted by whom they go to.
#pragma once

#include "storage/commit/request.hpp"

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace serai::storage::commit {

class Completions {
  public:
    // Drops the answer if the waiter is gone.
    void add(const Waiter& waiter, const Verdict& verdict) {
        auto sink = waiter.sink.lock();
        if (!sink) {
            return;
        }
        const auto [place, is_new] = places_.try_emplace(sink.get(), groups_.size());
        if (is_new) {
            groups_.emplace_back(std::move(sink), std::vector<Completion>{});
        }
        groups_[place->second].second.push_back({waiter.token, verdict});
    }

    // One call for each sink.
    void deliver() {
        for (auto& [sink, completions] : groups_) {
            sink->complete(std::move(completions));
        }
    }

    // One call for each sink that deliver() has called.
    void delivered() const {
        for (const auto& [sink, completions] : groups_) {
            sink->delivered();
        }
    }

    void clear() {
        groups_.clear();
        places_.clear();
    }

  private:
    std::vector<std::pair<std::shared_ptr<CompletionSink>, std::vector<Completion>>> groups_;
    std::unordered_map<CompletionSink*, std::size_t> places_;
};

}  // namespace serai::storage::commit
