#include "storage/kv/error.hpp"

#include <string>

namespace serai::storage::kv {
namespace {

const char* sentence(StoreError error) {
    switch (error) {
        case StoreError::conflict:
            return "A precondition of the write does not hold.";
        case StoreError::unknown:
            return "The outcome of the write is not known until the store is opened again.";
        case StoreError::unavailable:
            return "The store takes no writes.";
        case StoreError::too_large:
            return "A key, record or batch is over its limit.";
        case StoreError::corrupt:
            return "The store's files are damaged or incomplete.";
        case StoreError::trimmed:
            return "The log no longer holds that record.";
        case StoreError::out_of_range:
            return "The log has no such record yet.";
        case StoreError::invalid:
            return "The request to the store is malformed.";
        case StoreError::wrong_format:
            return "The store was written in another format.";
    }
    return "Unknown store error.";
}

class StoreCategory final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "store"; }

    std::string message(int value) const override {
        return sentence(static_cast<StoreError>(value));
    }
};

}  // namespace

const boost::system::error_category& store_category() {
    static const StoreCategory category;
    return category;
}

boost::system::error_code make_error_code(StoreError error) {
    return {static_cast<int>(error), store_category()};
}

}  // namespace serai::storage::kv
