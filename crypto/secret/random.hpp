// Randomness as a seam: production code draws from the operating system, tests from a repeatable stream
// (tests/support/deterministic_random.hpp).
#pragma once

#include "protocol/base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace serai::crypto {

// Thread safety: an implementation says; SystemRandom may be shared freely.
class Random {
  public:
    virtual ~Random() = default;

    // Fills all of `out` with unpredictable bytes. Cannot fail.
    virtual void fill(std::span<std::uint8_t> out) = 0;

    template <std::size_t N>
    [[nodiscard]] ByteArray<N> array() {
        ByteArray<N> out;
        fill(out);
        return out;
    }

    [[nodiscard]] Bytes bytes(std::size_t n) {
        Bytes out(n);
        fill(out);
        return out;
    }

  protected:
    Random() = default;
    Random(const Random&) = default;
    Random& operator=(const Random&) = default;
};

// The operating system's generator, by way of libsodium. Thread-safe.
[[nodiscard]] Random& system_random();

// Makes libsodium ready. Everything in crypto/ that uses it calls this by itself; cheap after the first time, thread-safe.
// Ends the process if libsodium cannot start: there is no safe way on without randomness.
void ensure_sodium();

}  // namespace serai::crypto
