// What is over a limit is refused by the decoder, and what just reaches it is taken.
#include "protocol/base/limits.hpp"

#include "tests/protocol/arbitrary.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace serai::tests {
namespace {

using namespace protocol;
using network::PartyCode;

// Sets one part of a valid structure to a size, and tells whether it still decodes.
template <class T>
bool decodes_with(const std::function<void(T&)>& change) {
    Random random{5};
    T value = arbitrary<T>(random);
    change(value);
    return codec::decode_exact<T>(codec::encode(value)).has_value();
}

// `resize(value, n)` makes one part n large; `limit` is the largest n that is taken.
template <class T, class Resize>
void expect_limit(std::size_t limit, Resize resize) {
    EXPECT_TRUE(decodes_with<T>([&](T& value) { resize(value, limit); }));
    EXPECT_FALSE(decodes_with<T>([&](T& value) { resize(value, limit + 1); }));
}

TEST(Limits, hold_for_the_fields_of_acts) {
    expect_limit<network::Field>(64, [](auto& field, std::size_t n) { field.name.assign(n, 'a'); });
    expect_limit<network::Field>(limits::kMaxFieldValue,
                                 [](auto& field, std::size_t n) { field.value.resize(n); });
    expect_limit<network::Act>(limits::kMaxActFields, [](auto& act, std::size_t n) {
        act.fields.assign(n, network::Field{"f", {}, {}});
    });
    expect_limit<network::ActSeal>(limits::kMaxSignature,
                                   [](auto& seal, std::size_t n) { seal.signature.resize(n); });
}

TEST(Limits, hold_for_certificate_chains) {
    constexpr std::size_t kLength = 2;  // bytes of the length before one certificate of this size
    expect_limit<network::ActSeal>(
        limits::kMaxCertificateChain - kLength,
        [](auto& seal, std::size_t n) { seal.chain.assign(1, Bytes(n, 1)); });
    EXPECT_FALSE(decodes_with<network::ActSeal>([](auto& seal) { seal.chain.clear(); }));
    EXPECT_FALSE(decodes_with<network::ActSeal>([](auto& seal) { seal.chain.assign(1, Bytes{}); }));
}

TEST(Limits, hold_for_mls_messages) {
    expect_limit<message::Send>(limits::kMaxMlsMessage,
                                [](auto& send, std::size_t n) { send.message.resize(n); });
    expect_limit<message::Commit>(limits::kMaxMlsMessage,
                                  [](auto& commit, std::size_t n) { commit.welcome.resize(n); });
    expect_limit<message::ChannelRecord>(
        limits::kMaxMlsMessage, [](auto& record, std::size_t n) { record.mls_message.resize(n); });
    expect_limit<message::KeyPackageEntry>(
        limits::kMaxKeyPackage, [](auto& entry, std::size_t n) { entry.mls_message.resize(n); });
    expect_limit<message::PublishKeyPackages>(
        limits::kMaxKeyPackagesPerPublish,
        [](auto& publish, std::size_t n) { publish.key_packages.assign(n, Bytes{1}); });
}

TEST(Limits, hold_for_pages) {
    expect_limit<message::FetchRecords>(limits::kMaxPageEntries, [](auto& fetch, std::size_t n) {
        fetch.max = static_cast<std::uint16_t>(n);
    });
    EXPECT_FALSE(decodes_with<message::FetchRecords>([](auto& fetch) { fetch.max = 0; }));
    expect_limit<message::GetLeaves>(limits::kMaxPageEntries, [](auto& get, std::size_t n) {
        get.max = static_cast<std::uint16_t>(n);
    });
    expect_limit<message::Records>(limits::kMaxPageEntries,
                                   [](auto& records, std::size_t n) { records.entries.resize(n); });
    expect_limit<message::TreePart>(limits::kMaxPage,
                                    [](auto& part, std::size_t n) { part.part.resize(n); });
}

TEST(Limits, hold_for_text) {
    expect_limit<message::Hello>(64,
                                 [](auto& hello, std::size_t n) { hello.agent.assign(n, 'a'); });
    expect_limit<message::ResponseFrame>(limits::kMaxDetail, [](auto& response, std::size_t n) {
        response.error = WireError::busy;
        response.detail.assign(n, 'a');
    });
    expect_limit<message::Marking>(
        1024, [](auto& marking, std::size_t n) { marking.conditions.assign(n, 'a'); });
    EXPECT_FALSE(decodes_with<message::Hello>([](auto& hello) { hello.agent = "two\nlines"; }));
}

TEST(Limits, hold_for_the_parties_of_a_channel) {
    const auto with_parties = [](auto& rules, std::size_t n) {
        rules.parties.clear();
        for (std::size_t i = 0; i < n; ++i) {
            rules.parties.push_back(*PartyCode::parse("P" + std::to_string(100 + i)));
        }
    };
    expect_limit<network::ChannelRules>(64, with_parties);
}

}  // namespace
}  // namespace serai::tests
