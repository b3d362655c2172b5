// The part of commit that every store shares: judging a batch before anything is written.
#pragma once

#include "storage/kv/store.hpp"

#include <vector>

namespace serai::storage::kv {

// The store as it is before the batch.
class BatchBase {
  public:
    BatchBase() = default;
    BatchBase(const BatchBase&) = delete;
    BatchBase& operator=(const BatchBase&) = delete;
    virtual ~BatchBase() = default;

    [[nodiscard]] virtual Result<bool> present(Space space, ByteView key) const = 0;
    [[nodiscard]] virtual Result<LogBounds> bounds(ByteView log) const = 0;
};

// What becomes of one log.
struct LogChange {
    ByteView name;  // lives as long as the batch is unchanged
    LogBounds before;
    LogBounds after;
};

// The limits alone, without a look at the store: too_large, invalid.
Result<void> check_limits(const WriteBatch& batch);

// A key or log name of 1 to kMaxKey bytes.
[[nodiscard]] bool is_valid_key(ByteView key);

// The preconditions: conflict, or the errors of `base`. Returns each log that the batch appends to or trims, once.
[[nodiscard]] Result<std::vector<LogChange>> check_preconditions(const WriteBatch& batch,
                                                                 const BatchBase& base);

}  // namespace serai::storage::kv
