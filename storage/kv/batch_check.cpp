#include "storage/kv/batch_check.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace serai::storage::kv {
namespace {

// The logs that the batch has named so far, each with its bounds before and after.
class Logs {
  public:
    explicit Logs(const BatchBase& base) : base_(base) {}

    Result<LogChange*> find(ByteView name) {
        const auto known = places_.find(as_text(name));
        if (known != places_.end()) {
            return &changes_[known->second];
        }
        SERAI_TRY(bounds, base_.bounds(name));
        places_.emplace(as_text(name), changes_.size());
        changes_.push_back({.name = name, .before = bounds, .after = bounds});
        return &changes_.back();
    }

    std::vector<LogChange> changed() && {
        std::erase_if(changes_, [](const LogChange& log) { return log.before == log.after; });
        return std::move(changes_);
    }

  private:
    const BatchBase& base_;
    std::unordered_map<std::string_view, std::size_t> places_;
    std::vector<LogChange> changes_;
};

Result<void> check_log_step(const WriteBatch::Step& step, LogChange& log) {
    using Kind = WriteBatch::Kind;
    const bool holds = step.kind == Kind::expect_tail ? log.before.tail == step.number
                       : step.kind == Kind::append    ? log.after.tail == step.number
                                                      : step.number <= log.after.tail;
    if (!holds) {
        return StoreError::conflict;
    }
    if (step.kind == Kind::append) {
        ++log.after.tail;
    } else if (step.kind == Kind::trim) {
        log.after.first = std::max(log.after.first, step.number);
    }
    return {};
}

}  // namespace

bool is_valid_key(ByteView key) {
    return !key.empty() && key.size() <= kMaxKey;
}

Result<void> check_limits(const WriteBatch& batch) {
    if (batch.bytes() > kMaxBatch) {
        return StoreError::too_large;
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto step = batch.step(i);
        if (step.key.empty()) {
            return StoreError::invalid;
        }
        if (step.key.size() > kMaxKey || step.value.size() > kMaxRecord) {
            return StoreError::too_large;
        }
    }
    return {};
}

Result<std::vector<LogChange>> check_preconditions(const WriteBatch& batch, const BatchBase& base) {
    using Kind = WriteBatch::Kind;
    Logs logs{base};
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto step = batch.step(i);
        if (step.kind == Kind::put || step.kind == Kind::erase) {
            continue;
        }
        if (step.kind == Kind::expect_absent) {
            SERAI_TRY(present, base.present(step.space, step.key));
            if (present) {
                return StoreError::conflict;
            }
            continue;
        }
        SERAI_TRY(log, logs.find(step.key));
        SERAI_CHECK(check_log_step(step, *log));
    }
    return std::move(logs).changed();
}

}  // namespace serai::storage::kv
