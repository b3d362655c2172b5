// Application messages of 1 KiB: from plaintext to bytes for the wire and back.
#include "bench/mls/primitive_costs.hpp"
#include "bench/mls/scene.hpp"

namespace serai::bench::mls {

namespace {

constexpr std::size_t kMessageBytes = 1024;
constexpr std::size_t kBatch = 256;

Bytes encrypted(Group& group, const Person& sender, ByteView plaintext) {
    return protocol::codec::encode(MlsMessage{need(group.protect(sender.signer(), {}, plaintext))});
}

// By the last member, so that the other's messages, which decrypt_1kib reads, have no gaps.
void encrypt_1kib(benchmark::State& state) {
    auto& scene = warm_group(suite_of(state), members_of(state));
    const Bytes plaintext(kMessageBytes, 7);
    for (auto _ : state) {
        benchmark::DoNotOptimize(encrypted(scene.last, scene.last_person(), plaintext));
    }
    Needs needs;
    needs.signatures = 1;
    needs.signed_bytes = kMessageBytes;
    needs.sealed_bytes = kMessageBytes;
    report(state, {.floor = seconds_for(needs)});
}

// Each message can be read once only, so they are made in batches while the clock stands.
void decrypt_1kib(benchmark::State& state) {
    auto& scene = warm_group(suite_of(state), members_of(state));
    const Bytes plaintext(kMessageBytes, 7);
    std::vector<Bytes> messages(kBatch);
    while (state.KeepRunningBatch(kBatch)) {
        state.PauseTiming();
        for (auto& message : messages) {
            message = encrypted(scene.first, scene.first_person(), plaintext);
        }
        state.ResumeTiming();
        for (const auto& message : messages) {
            const auto decoded = need(protocol::codec::decode_exact<MlsMessage>(message));
            benchmark::DoNotOptimize(need(scene.last.unprotect(*decoded.get<PrivateMessage>())));
        }
    }
    Needs needs;
    needs.verifications = 1;
    needs.signed_bytes = kMessageBytes;
    needs.sealed_bytes = kMessageBytes;
    report(state, {.floor = seconds_for(needs)});
}

BENCHMARK(encrypt_1kib)->Apply(group_sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK(decrypt_1kib)->Apply(group_sizes)->Unit(benchmark::kMicrosecond);

}  // namespace

}  // namespace serai::bench::mls
