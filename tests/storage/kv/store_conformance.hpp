// What every Store must do. Each test runs on every kind of store named in store_conformance_test.cpp.
#pragma once

#include "storage/kv/store.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace serai::tests {

// One disk with a store on it; a test may close and open it again, or make its commits fail.
class StoreBench {
  public:
    StoreBench() = default;
    StoreBench(const StoreBench&) = delete;
    StoreBench& operator=(const StoreBench&) = delete;
    virtual ~StoreBench() = default;

    virtual storage::kv::Store& store() = 0;
    virtual void reopen() = 0;

    // The next commit that writes fails.
    virtual void fail_next_commit() = 0;

    // A path at which a checkpoint can be made, and a bench on the checkpoint made there.
    [[nodiscard]] virtual std::filesystem::path checkpoint_path() const = 0;
    [[nodiscard]] virtual std::unique_ptr<StoreBench> open_checkpoint() = 0;
};

struct StoreKind {
    std::string name;
    std::function<std::unique_ptr<StoreBench>()> make;
};

inline void PrintTo(const StoreKind& kind, std::ostream* out) {
    *out << kind.name;
}

class StoreConformance : public testing::TestWithParam<StoreKind> {
  protected:
    StoreConformance() : bench_(GetParam().make()) {}

    storage::kv::Store& store() { return bench_->store(); }

    std::unique_ptr<StoreBench> bench_;
};

}  // namespace serai::tests
