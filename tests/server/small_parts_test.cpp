#include "server/admin/metrics.hpp"
#include "server/runtime/descriptors.hpp"
#include "server/runtime/log.hpp"
#include "server/service/uploads.hpp"
#include "server/session/rates.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <sstream>

namespace serai::server {
namespace {

using namespace std::chrono_literals;
using session::TokenBucket;

const TokenBucket::Time kStart = TokenBucket::Time{} + 1h;

TEST(TokenBucket, gives_a_burst_and_then_its_rate) {
    TokenBucket bucket{RateConfig{10, 3}};
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(bucket.take(kStart));
    }

    EXPECT_FALSE(bucket.take(kStart));
    EXPECT_FALSE(bucket.take(kStart + 50ms));
    EXPECT_TRUE(bucket.take(kStart + 150ms));
    EXPECT_FALSE(bucket.take(kStart + 151ms));
}

TEST(TokenBucket, never_saves_more_than_its_burst) {
    TokenBucket bucket{RateConfig{10, 2}};
    EXPECT_TRUE(bucket.take(kStart));

    EXPECT_TRUE(bucket.take(kStart + 1h));
    EXPECT_TRUE(bucket.take(kStart + 1h));
    EXPECT_FALSE(bucket.take(kStart + 1h));
}

TEST(TokenBucket, has_no_limit_at_rate_zero) {
    TokenBucket bucket{RateConfig{0, 1}};

    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(bucket.take(kStart));
    }
}

TEST(Rates, let_the_devices_of_a_party_share_its_bucket) {
    session::Rates rates{RateConfig{1, 2}, RateConfig{1, 3}};
    const auto first = rates.of("laptop", "UZ");
    const auto second = rates.of("phone", "UZ");

    EXPECT_TRUE(first.take(kStart));
    EXPECT_TRUE(first.take(kStart));
    EXPECT_FALSE(first.take(kStart));
    EXPECT_TRUE(second.take(kStart));
    EXPECT_FALSE(second.take(kStart));
}

ObjectId object(std::uint8_t n) {
    return ObjectId{ByteArray<16>{n}};
}

TEST(Uploads, keep_each_party_under_its_ceilings) {
    service::Uploads uploads{2, 100};
    const auto uz = *protocol::network::PartyCode::parse("UZ");
    const auto kz = *protocol::network::PartyCode::parse("KZ");

    EXPECT_TRUE(uploads.take(object(1), uz, 60));
    EXPECT_FALSE(uploads.take(object(2), uz, 41));
    EXPECT_TRUE(uploads.take(object(3), uz, 40));
    EXPECT_FALSE(uploads.take(object(4), uz, 0));
    EXPECT_TRUE(uploads.take(object(5), kz, 100));
    uploads.give_back(object(1));
    uploads.give_back(object(1));
    EXPECT_TRUE(uploads.take(object(6), uz, 60));
}

TEST(Descriptors, are_raised_to_what_the_process_may_have) {
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit low{std::min<rlim_t>(before.rlim_max, 300), before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);

    const auto raised = runtime::raise_descriptor_limit();

    EXPECT_GE(raised, before.rlim_cur);
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(Descriptors, are_reserved_for_the_store_before_connections_get_any) {
    EXPECT_EQ(runtime::connections_within(100'000, 2000), 2000U);
    EXPECT_EQ(runtime::connections_within(1024, 2000), 1024 - runtime::kReservedDescriptors);
    EXPECT_EQ(runtime::connections_within(runtime::kReservedDescriptors, 2000), 0U);
}

TEST(Metrics, are_text_that_prometheus_reads) {
    admin::Metrics metrics;
    metrics.count_request("send");
    metrics.count_request("send");
    metrics.count_refusal("expired");
    metrics.add_gauge("serai_test", "A test.", [] { return std::int64_t{7}; });

    const auto text = metrics.text();

    EXPECT_NE(text.find("serai_requests_total{type=\"send\"} 2\n"), std::string::npos);
    EXPECT_NE(text.find("serai_refused_identities_total{reason=\"expired\"} 1\n"),
              std::string::npos);
    EXPECT_NE(text.find("# TYPE serai_test gauge\nserai_test 7\n"), std::string::npos);
}

// One line as a log of this format writes it.
std::string logged(runtime::LogFormat format, std::string_view value) {
    std::ostringstream out;
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(out);
    const runtime::Log log{
        runtime::LogLevel::info, format, std::make_shared<spdlog::logger>("test", sink)};
    log.debug("not_this", {});
    log.info("thing_happened", {{"what", value}, {"count", std::uint64_t{3}}});
    return out.str();
}

TEST(Log, writes_one_json_object_a_line) {
    const auto line = logged(runtime::LogFormat::json, "a\"b\nc");

    EXPECT_NE(
        line.find(R"("level":"info","event":"thing_happened","what":"a\"b\u000ac","count":3})"),
        std::string::npos)
        << line;
}

TEST(Log, keeps_a_text_line_one_line) {
    const auto line = logged(runtime::LogFormat::text, "a b\nc");

    EXPECT_NE(line.find("info thing_happened what=\"a b\\u000ac\" count=3\n"), std::string::npos)
        << line;
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

}  // namespace
}  // namespace serai::server
