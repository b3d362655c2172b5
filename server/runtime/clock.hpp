// Time as a seam: everything in server/ that asks for the time of day asks one of these.
#pragma once

#include "protocol/base/strong_id.hpp"

#include <atomic>
#include <chrono>

namespace serai::server::runtime {

// Thread-safe.
class Clock {
  public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    [[nodiscard]] virtual UnixMillis now() const = 0;

    [[nodiscard]] UnixSeconds now_seconds() const { return UnixSeconds{now().value() / 1000}; }
};

// The machine's clock.
class SystemClock final : public Clock {
  public:
    [[nodiscard]] UnixMillis now() const override {
        using namespace std::chrono;
        return UnixMillis{static_cast<std::uint64_t>(
            duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count())};
    }
};

// A clock that moves only when told to, or runs at a distance from the machine's: for tests.
class ManualClock final : public Clock {
  public:
    explicit ManualClock(UnixMillis start) : now_(start.value()) {}

    [[nodiscard]] UnixMillis now() const override { return UnixMillis{now_.load()}; }

    void advance(std::chrono::milliseconds by) { now_ += static_cast<std::uint64_t>(by.count()); }

  private:
    std::atomic<std::uint64_t> now_;
};

}  // namespace serai::server::runtime
