// The primitives by themselves.
#include "bench/mls/primitive_costs.hpp"
#include "bench/mls/scene.hpp"
#include "crypto/primitive/hash.hpp"
#include "crypto/primitive/kem.hpp"

namespace serai::bench::mls {

namespace {

const Bytes& message() {
    static const Bytes bytes(256, 1);
    return bytes;
}

void ed25519_sign(benchmark::State& state) {
    const auto keys = ed25519_generate();
    for (auto _ : state) {
        benchmark::DoNotOptimize(crypto::ed25519_sign(keys.private_key, message()));
    }
    report(state, {});
}

void ed25519_verify(benchmark::State& state) {
    const auto keys = ed25519_generate();
    const Bytes signature = crypto::ed25519_sign(keys.private_key, message());
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            crypto::ed25519_verify(keys.public_key, message(), signature).has_value());
    }
    report(state, {});
}

void x25519(benchmark::State& state) {
    const auto keys = crypto::Dhkem{crypto::DhGroup::x25519}.generate(system_random());
    for (auto _ : state) {
        benchmark::DoNotOptimize(crypto::x25519(keys.private_key, keys.public_key).has_value());
    }
    report(state, {});
}

void x25519_base(benchmark::State& state) {
    const auto keys = crypto::Dhkem{crypto::DhGroup::x25519}.generate(system_random());
    for (auto _ : state) {
        benchmark::DoNotOptimize(x25519_public(keys.private_key).has_value());
    }
    report(state, {});
}

void sha256_1kib(benchmark::State& state) {
    const Bytes bytes(1024, 2);
    for (auto _ : state) {
        benchmark::DoNotOptimize(sha256(bytes));
    }
    report(state, {});
}

using HpkePlaintext = Secret<struct HpkePlaintextTag>;

void hpke_seal(benchmark::State& state) {
    const CipherSuite& suite = suite_of(state);
    const auto keys = suite.generate_key_pair(system_random());
    const auto secret = HpkePlaintext::random(32);
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            suite.encrypt(keys.public_key, "label", message(), secret, system_random())
                .has_value());
    }
    report(state, {});
}

void hpke_open(benchmark::State& state) {
    const CipherSuite& suite = suite_of(state);
    const auto keys = suite.generate_key_pair(system_random());
    const auto sealed = need(suite.encrypt(
        keys.public_key, "label", message(), HpkePlaintext::random(32), system_random()));
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            suite
                .decrypt<HpkePlaintext>(
                    keys, "label", message(), sealed.kem_output, sealed.ciphertext)
                .has_value());
    }
    report(state, {});
}

BENCHMARK(ed25519_sign);
BENCHMARK(ed25519_verify);
BENCHMARK(x25519);
BENCHMARK(x25519_base);
BENCHMARK(sha256_1kib);
BENCHMARK(hpke_seal)->ArgName("suite")->Arg(3)->Arg(1);
BENCHMARK(hpke_open)->ArgName("suite")->Arg(3)->Arg(1);

}  // namespace

}  // namespace serai::bench::mls
