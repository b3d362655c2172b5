// What the primitives cost on this machine at this moment, so that every figure can be given as a multiple of the primitives
// that its operation cannot do without.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>

namespace serai::bench::mls {

// How often an operation needs each primitive at the least. Hashing counts the bytes that must be hashed once; key derivation,
// encoding and memory are left out, so that nobody can reach the sum of these.
struct Needs {
    std::size_t signatures = 0;      // Ed25519
    std::size_t verifications = 0;   // likewise
    std::size_t signed_bytes = 256;  // of each message that is signed or verified
    std::size_t agreements = 0;      // X25519
    std::size_t public_keys = 0;     // X25519 with the base point
    std::size_t hashed_bytes = 0;    // SHA-256
    std::size_t sealed_bytes = 0;    // ChaCha20-Poly1305

    // An HPKE encryption is both.
    void add_hpke_seals(std::size_t n) {
        agreements += n;
        public_keys += n;
    }
};

// Measures the primitives (some 30 ms), in processor time of this thread, and returns the sum in seconds.
[[nodiscard]] double seconds_for(const Needs& needs);

// What a row of the results says beside the time. Zero means that it does not apply.
struct Report {
    double floor = 0;  // as seconds_for() gives it
    std::size_t commit_bytes = 0;
    std::size_t welcome_bytes = 0;
    std::size_t public_bytes = 0;  // of a saved state
    std::size_t secret_bytes = 0;
};

// Sets the counters of those names, and x_floor: the time in multiples of the floor. To be called once, after the measured loop, by every
// measurement, since rows of a CSV file must all have the same counters.
void report(benchmark::State& state, const Report& what);

}  // namespace serai::bench::mls
