#include "tests/system/load_device.hpp"

#include "crypto/primitive/hash.hpp"
#include "protocol/message/web.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace serai::tests {
namespace {

using namespace protocol::message;
using client::connection::HttpRequest;
using client::connection::HttpResponse;
using protocol::codec::decode_exact;
using protocol::codec::encode;
using protocol::network::DocumentId;

constexpr std::size_t kBurst = 8;           // messages at once
constexpr std::ptrdiff_t kRemembered = 64;  // answers to be asked for again later
constexpr std::string_view kTusVersion = "1.0.0";

template <class Request>
Wish wish_for(Wish::Kind kind, const Request& request, Bytes mls_message = {}) {
    Wish wish;
    wish.kind = kind;
    wish.frame = make_request(random_request_id(), request);
    wish.mls_message = std::move(mls_message);
    return wish;
}

bool is_wire(const ErrorCode& error, std::initializer_list<WireError> any_of) {
    return std::any_of(
        any_of.begin(), any_of.end(), [&](WireError one) { return error == make_error_code(one); });
}

}  // namespace

LoadDevice::LoadDevice(const TestNetwork& network, ChannelMember member, std::uint32_t seed)
    : network_(&network), member_(std::move(member)), random_(seed) {}

client::connection::HttpsClient LoadDevice::https(std::uint16_t port) const {
    return {{"127.0.0.1", port}, network_->tls(member_.device()), kPatience};
}

// ---- working ----

void LoadDevice::work(std::uint16_t port, Start start, const Tick& tick) {
    auto client = member_.connect(port);
    if (!client || (start == Start::with_a_document && !put(*client, port, tick))) {
        return;
    }
    while (act(*client, port, tick)) {
    }
}

bool LoadDevice::act(ProtocolClient& client, std::uint16_t port, const Tick& tick) {
    const auto roll = random_() % 100;
    if (roll < 70) {
        return send_messages(client, tick);
    }
    if (roll < 82) {
        return commit(client, tick);
    }
    if (roll < 92) {
        return publish(client, tick);
    }
    return roll < 97 ? put(client, port, tick) : bool{client.call(GetCheckpoint{})};
}

bool LoadDevice::post(ProtocolClient& client, Wish wish, const Tick& tick) {
    open_.push_back(std::move(wish));
    tick();
    return client.post_frame(open_.back().frame);
}

bool LoadDevice::await_all(ProtocolClient& client, const Tick& tick) {
    std::vector<Wish> still_open;
    for (auto& wish : open_) {
        if (judge(wish, client.answer(wish.frame.id)) == Fate::open) {
            still_open.push_back(std::move(wish));
        }
        tick();
    }
    open_ = std::move(still_open);
    return open_.empty();
}

LoadDevice::Fate LoadDevice::judge(Wish& wish, const Result<Bytes>& answer) {
    if (answer) {
        wish.answer = *answer;
        ++acknowledged_count_;
        key_packages_ += wish.kind == Wish::Kind::key_packages ? 1 : 0;
        acknowledged_.push_back(std::move(wish));
        return Fate::acknowledged;
    }
    const ErrorCode error = answer.error();
    if (is_wire(error, {WireError::stale_epoch, WireError::too_large})) {
        refused_.push_back(std::move(wish));
        return Fate::refused;
    }
    const bool not_known =
        error == make_error_code(boost::system::errc::connection_reset) ||
        is_wire(error,
                {WireError::unknown_outcome, WireError::unavailable, WireError::shutting_down});
    EXPECT_TRUE(not_known) << "an answer that nothing asked for: " << error.message();
    return Fate::open;
}

bool LoadDevice::send_messages(ProtocolClient& client, const Tick& tick) {
    const std::size_t count = 1 + random_() % kBurst;
    for (std::size_t i = 0; i < count; ++i) {
        const auto request = member_.opaque_message(random_() % 600);
        if (!post(client, wish_for(Wish::Kind::message, request, request.message), tick)) {
            return false;
        }
    }
    if (!await_all(client, tick)) {
        return false;
    }
    return refused_.empty() || bool{member_.catch_up(client)};
}

bool LoadDevice::commit(ProtocolClient& client, const Tick& tick) {
    if (!member_.catch_up(client)) {
        return false;
    }
    const auto request = member_.make_update();
    EXPECT_TRUE(request) << request.error().message();
    return request && post(client, wish_for(Wish::Kind::commit, *request, request->commit), tick) &&
           await_all(client, tick) && member_.catch_up(client);
}

bool LoadDevice::publish(ProtocolClient& client, const Tick& tick) {
    return post(client, wish_for(Wish::Kind::key_packages, member_.make_key_packages(1)), tick) &&
           await_all(client, tick);
}

bool LoadDevice::put(ProtocolClient& client, std::uint16_t port, const Tick& tick) {
    Wish wish;
    wish.kind = Wish::Kind::document;
    wish.ciphertext = crypto::system_random().bytes(1 + random_() % 20'000);
    tick();
    const auto object = upload(port, wish.ciphertext);
    if (!object) {
        return false;
    }
    auto& statement = wish.document;
    statement.group = member_.group_id();
    statement.document = DocumentId{crypto::system_random().array<16>()};
    statement.object = *object;
    statement.length = wish.ciphertext.size();
    statement.digest = crypto::sha256(wish.ciphertext);
    statement.marking = crypto::system_random().array<32>();
    wish.frame = make_request(random_request_id(), member_.act<SealDocument>(statement));
    return post(client, std::move(wish), tick) && await_all(client, tick);
}

std::optional<ObjectId> LoadDevice::upload(std::uint16_t port, ByteView ciphertext) {
    auto web = https(port);
    client::Diagnostics diagnostics;
    const auto begun =
        web.exchange(HttpRequest{"POST",
                                 "/documents",
                                 {{"Tus-Resumable", std::string{kTusVersion}},
                                  {"Upload-Length", std::to_string(ciphertext.size())},
                                  {"Upload-Metadata", upload_metadata(member_.group_id())}},
                                 {}},
                     diagnostics);
    if (!begun || begun->status == 503) {
        return std::nullopt;
    }
    EXPECT_EQ(begun->status, 201U) << begun->header("Serai-Error");
    const std::string place{begun->header("Location")};
    const auto patched =
        web.exchange(HttpRequest{"PATCH",
                                 place,
                                 {{"Tus-Resumable", std::string{kTusVersion}},
                                  {"Content-Type", "application/offset+octet-stream"},
                                  {"Upload-Offset", "0"}},
                                 ciphertext},
                     diagnostics);
    if (!patched || patched->status != 204) {
        return std::nullopt;
    }
    const auto id = array_from_hex<16>(place.substr(place.rfind('/') + 1));
    return id ? std::optional{ObjectId{*id}} : std::nullopt;
}

// ---- after the restart ----

void LoadDevice::settle(std::uint16_t port) {
    auto client = member_.connect(port);
    ASSERT_TRUE(client) << client.error().message();
    retried_ += open_.size();
    for (const auto& wish : open_) {
        ASSERT_TRUE(client->post_frame(wish.frame));
    }
    ASSERT_TRUE(await_all(*client, [] {}));
}

void LoadDevice::verify(std::uint16_t port, const LogAuditor& auditor) {
    auto client = member_.connect(port);
    ASSERT_TRUE(client) << client.error().message();
    const auto caught_up = member_.catch_up(*client);
    ASSERT_TRUE(caught_up) << caught_up.error().message();
    for (const auto& wish : acknowledged_) {
        if (wish.kind == Wish::Kind::message || wish.kind == Wish::Kind::commit) {
            const auto receipt = decode_exact<RecordReceipt>(wish.answer);
            ASSERT_TRUE(receipt);
            auditor.expect_recorded(wish.mls_message, *receipt);
        } else {
            const auto receipt = decode_exact<Receipt>(wish.answer);
            ASSERT_TRUE(receipt);
            auditor.expect_leaf(*receipt);
        }
        if (wish.kind == Wish::Kind::document) {
            expect_document(*client, port, wish.document);
            documents_.push_back(wish.document);
        }
    }
    for (const auto& wish : refused_) {
        EXPECT_TRUE(wish.mls_message.empty() || auditor.find(wish.mls_message) == nullptr)
            << "what was refused has happened";
    }
    const auto count = client->call(CountKeyPackages{});
    ASSERT_TRUE(count);
    EXPECT_EQ(count->count, key_packages_);
    // Only the newest: a verdict is kept until its device has a few hundred newer ones (PipelineOptions::device_verdicts).
    std::ranges::move(acknowledged_, std::back_inserter(remembered_));
    if (std::ssize(remembered_) > kRemembered) {
        remembered_.erase(remembered_.begin(), remembered_.end() - kRemembered);
    }
    if (!remembered_.empty()) {
        expect_same_answer(*client, remembered_[random_() % remembered_.size()]);
    }
    acknowledged_.clear();
    refused_.clear();
}

void LoadDevice::expect_same_answer(ProtocolClient& client, const Wish& wish) {
    ASSERT_TRUE(client.post_frame(wish.frame));
    const auto again = client.answer(wish.frame.id);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(*again, wish.answer) << "a retry heard something else";
}

void LoadDevice::expect_document(ProtocolClient& client,
                                 std::uint16_t port,
                                 const protocol::network::SealDocumentStatement& sealed) {
    const auto grant = client.call(member_.act<OpenDocument>(
        protocol::network::OpenDocumentStatement{sealed.group, sealed.document, sealed.version}));
    ASSERT_TRUE(grant) << grant.error().message();
    auto web = https(port);
    client::Diagnostics diagnostics;
    const auto response = web.exchange(
        HttpRequest{
            "GET", object_path(grant->object), {{"Authorization", bearer(grant->token)}}, {}},
        diagnostics);
    ASSERT_TRUE(response) << diagnostics.explanation();
    EXPECT_EQ(response->status, 200U);
    EXPECT_EQ(response->body.size(), sealed.length);
    EXPECT_EQ(crypto::sha256(response->body), sealed.digest)
        << "an acknowledged document has changed";
}

void LoadDevice::fetch_all_documents(std::uint16_t port) {
    auto client = member_.connect(port);
    ASSERT_TRUE(client) << client.error().message();
    for (const auto& sealed : documents_) {
        ASSERT_NO_FATAL_FAILURE(expect_document(*client, port, sealed));
    }
}

}  // namespace serai::tests
