#include "bench/mls/primitive_costs.hpp"

#include "crypto/primitive/aead.hpp"
#include "crypto/primitive/hash.hpp"
#include "crypto/primitive/key_agreement.hpp"
#include "crypto/primitive/signature.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace serai::bench::mls {

namespace {

using namespace serai::crypto;

constexpr std::size_t kBulk = 16384;

double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Seconds per call: the median of several rounds of about a millisecond.
template <class Call>
double cost_of(const Call& call) {
    std::array<double, 5> rounds{};
    for (double& round : rounds) {
        std::size_t calls = 0;
        const double begin = thread_seconds();
        double now = begin;
        for (; now < begin + 1e-3; now = thread_seconds()) {
            for (int i = 0; i < 8; ++i) {
                call();
            }
            calls += 8;
        }
        round = (now - begin) / static_cast<double>(calls);
    }
    std::sort(rounds.begin(), rounds.end());
    return rounds[rounds.size() / 2];
}

}  // namespace

double seconds_for(const Needs& needs) {
    const auto keys = ed25519_generate();
    const Bytes message(needs.signed_bytes, 1);
    const Bytes signature = ed25519_sign(keys.private_key, message);
    const auto private_key = HpkePrivateKey::random(kX25519KeySize);
    const Bytes public_key = *x25519_public(private_key);
    const Bytes bulk(kBulk, 2);
    const Bytes nonce(kAeadNonceSize, 3);

    const auto sum = [](std::size_t times, const auto& call) {
        return times == 0 ? 0.0 : static_cast<double>(times) * cost_of(call);
    };
    const auto per_byte = [&](std::size_t bytes, const auto& call) {
        return sum(bytes, call) / static_cast<double>(kBulk);
    };
    return sum(needs.signatures,
               [&] { benchmark::DoNotOptimize(ed25519_sign(keys.private_key, message)); }) +
           sum(needs.verifications,
               [&] {
                   benchmark::DoNotOptimize(
                       ed25519_verify(keys.public_key, message, signature).has_value());
               }) +
           sum(needs.agreements,
               [&] { benchmark::DoNotOptimize(x25519(private_key, public_key).has_value()); }) +
           sum(needs.public_keys,
               [&] { benchmark::DoNotOptimize(x25519_public(private_key).has_value()); }) +
           per_byte(needs.hashed_bytes, [&] { benchmark::DoNotOptimize(sha256(bulk)); }) +
           per_byte(needs.sealed_bytes, [&] {
               benchmark::DoNotOptimize(
                   aead_seal(AeadAlgorithm::chacha20_poly1305, private_key, nonce, {}, bulk));
           });
}

void report(benchmark::State& state, const Report& what) {
    using benchmark::Counter;
    const auto set = [&](const char* name, std::size_t value) {
        state.counters[name] = static_cast<double>(value);
    };
    set("commit_bytes", what.commit_bytes);
    set("welcome_bytes", what.welcome_bytes);
    set("public_bytes", what.public_bytes);
    set("secret_bytes", what.secret_bytes);
    state.counters["floor"] = what.floor;
    // Inverted rate: time for so many floors, by their sum.
    state.counters["x_floor"] = what.floor == 0
                                    ? Counter(0)
                                    : Counter(what.floor * static_cast<double>(state.iterations()),
                                              Counter::kIsRate | Counter::kInvert);
}

}  // namespace serai::bench::mls
