#include "server/session/session.hpp"

#include "protocol/message/request.hpp"
#include "server/session/registry.hpp"

#include <gtest/gtest.h>

namespace serai::server::session {
namespace {

namespace message = protocol::message;
using message::RequestType;
using storage::commit::Verdict;

// Keeps what it is handed.
class KeepingHandler final : public RequestHandler {
  public:
    std::shared_ptr<SessionState> begin() override { return nullptr; }

    std::optional<WireError> handle(const IncomingRequest& request, const Reply& reply) override {
        types.push_back(request.type);
        replies.push_back(reply);
        return fatal;
    }

    void catch_up(const std::shared_ptr<Session>& session, const Outbox::Cursor& cursor) override {
        ++catch_ups;
        session->outbox().catch_up_failed(cursor.group);
    }

    std::vector<RequestType> types;
    std::vector<Reply> replies;
    std::optional<WireError> fatal;
    int catch_ups = 0;
};

class SessionTest : public testing::Test {
  protected:
    void receive(const std::vector<message::RequestFrame>& frames) {
        for (const auto& frame : frames) {
            message::append_frame(
                incoming, message::FrameKind::request, protocol::codec::encode(frame));
        }
        session->receive(incoming);
        done = session->proceed();
    }

    static message::RequestFrame request(RequestType type, std::uint8_t id) {
        ByteArray<16> bytes{};
        bytes[0] = id;
        return {RequestId{bytes}, type, {}};
    }

    // Everything that the client would receive now.
    std::vector<message::ResponseFrame> responses() {
        std::vector<message::ResponseFrame> all;
        for (Bytes out; session->drain(out), !out.empty();) {
            for (const auto& frame : *message::split_frames(out)) {
                if (frame.kind == message::FrameKind::response) {
                    all.push_back(
                        *protocol::codec::decode_exact<message::ResponseFrame>(frame.payload));
                }
            }
        }
        return all;
    }

    KeepingHandler handler;
    int wakes = 0;
    std::shared_ptr<Session> session = std::make_shared<Session>(
        std::make_shared<const Caller>(), handler, SessionOptions{{}, 3}, [this] { ++wakes; });
    Bytes incoming;
    bool done = false;
};

TEST_F(SessionTest, hands_on_every_request_of_a_message) {
    receive({request(RequestType::hello, 1), request(RequestType::list_channels, 2)});

    EXPECT_TRUE(done);
    EXPECT_EQ(handler.types, (std::vector{RequestType::hello, RequestType::list_channels}));
}

TEST_F(SessionTest, ends_when_the_first_request_is_not_hello) {
    receive({request(RequestType::list_channels, 1)});

    EXPECT_EQ(session->ending(), WireError::malformed);
    EXPECT_TRUE(handler.types.empty());
}

TEST_F(SessionTest, ends_at_a_second_hello) {
    receive({request(RequestType::hello, 1), request(RequestType::hello, 2)});

    EXPECT_EQ(session->ending(), WireError::malformed);
}

TEST_F(SessionTest, ends_at_bytes_that_are_no_frames) {
    const Bytes garbage{9, 9, 9};
    session->receive(garbage);

    EXPECT_FALSE(session->proceed());
    EXPECT_EQ(session->ending(), WireError::malformed);
}

TEST_F(SessionTest, owes_the_answers_to_what_came_before_the_bad_bytes) {
    receive({request(RequestType::hello, 1)});
    session->receive(Bytes{9, 9, 9});
    EXPECT_TRUE(responses().empty());
    EXPECT_TRUE(session->owes_answers());

    handler.replies.front().ok({});

    ASSERT_EQ(responses().size(), 1U);
    EXPECT_FALSE(session->owes_answers());
}

TEST_F(SessionTest, owes_nothing_once_it_is_revoked) {
    receive({request(RequestType::hello, 1)});

    session->end(WireError::invalid_certificate);

    EXPECT_FALSE(session->owes_answers());
}

TEST_F(SessionTest, hands_out_no_record_once_its_end_is_decided) {
    const GroupId behind{Digest{1}};
    const GroupId live{Digest{2}};
    auto& outbox = session->outbox();
    for (const GroupId& group : {behind, live}) {
        ASSERT_TRUE(outbox.subscribe(group, RecordNumber{0}));
        static_cast<void>(outbox.start(group));
    }
    static_cast<void>(outbox.begin_catch_up());
    static_cast<void>(outbox.caught_up(behind, {}, RecordNumber{5}));
    static_cast<void>(outbox.begin_catch_up());
    static_cast<void>(outbox.caught_up(live, {}, RecordNumber{0}));

    const auto frame = std::make_shared<const Bytes>(Bytes{3, 0});
    const std::vector<NumberedFrame> records{{RecordNumber{0}, frame}, {RecordNumber{1}, frame}};
    static_cast<void>(outbox.offer(live, std::span{records}.first(1)));
    EXPECT_GT(outbox.queued_bytes(), 0U);

    session->end(WireError::invalid_certificate);

    EXPECT_FALSE(outbox.offer(live, std::span{records}.last(1)));
    Bytes out;
    session->drain(out);

    EXPECT_EQ(handler.catch_ups, 0);
    EXPECT_EQ(message::split_frames(out)->size(), 1U) << "goodbye, and nothing else";
    EXPECT_FALSE(outbox.subscribe(live, RecordNumber{0}));
}

TEST_F(SessionTest, ends_at_a_frame_that_only_a_server_sends) {
    message::append_frame(incoming, message::FrameKind::response, Bytes(20));
    session->receive(incoming);
    static_cast<void>(session->proceed());

    EXPECT_EQ(session->ending(), WireError::malformed);
}

TEST_F(SessionTest, answers_a_fatal_request_and_says_goodbye) {
    handler.fatal = WireError::wrong_network;
    receive({request(RequestType::hello, 1)});

    const auto all = responses();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all.front().error, WireError::wrong_network);
    EXPECT_EQ(session->ending(), WireError::wrong_network);
}

TEST_F(SessionTest, stops_taking_requests_while_too_many_are_unanswered) {
    receive({request(RequestType::hello, 1),
             request(RequestType::list_channels, 2),
             request(RequestType::list_channels, 3),
             request(RequestType::list_channels, 4)});

    EXPECT_FALSE(done);
    EXPECT_EQ(handler.types.size(), 3U);

    handler.replies.front().ok({});
    EXPECT_FALSE(session->proceed());
    static_cast<void>(responses());
    EXPECT_TRUE(session->proceed());
    EXPECT_EQ(handler.types.size(), 4U);
}

TEST_F(SessionTest, answers_in_the_order_of_the_answers) {
    receive({request(RequestType::hello, 1), request(RequestType::list_channels, 2)});

    handler.replies[1].ok(Bytes{7});
    handler.replies[0].fail(WireError::busy, "later");

    const auto all = responses();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].id, request(RequestType::hello, 2).id);
    EXPECT_EQ(all[0].body, Bytes{7});
    EXPECT_EQ(all[1].error, WireError::busy);
    EXPECT_EQ(all[1].detail, "later");
}

TEST_F(SessionTest, counts_only_the_first_answer_to_a_request) {
    receive({request(RequestType::hello, 1)});

    handler.replies[0].ok({});
    handler.replies[0].fail(WireError::internal);

    EXPECT_EQ(responses().size(), 1U);
}

TEST_F(SessionTest, turns_the_pipelines_verdicts_into_answers) {
    receive({request(RequestType::hello, 1), request(RequestType::list_channels, 2)});
    const auto good = handler.replies[0].waiter();
    const auto bad = handler.replies[1].waiter();

    session->complete({{good.token, {std::nullopt, std::make_shared<const Bytes>(Bytes{1, 2})}},
                       {bad.token, Verdict::refused(WireError::stale_epoch)}});

    const auto all = responses();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].body, (Bytes{1, 2}));
    EXPECT_EQ(all[1].error, WireError::stale_epoch);
}

TEST_F(SessionTest, wakes_its_connection_once_for_all_that_a_batch_has_for_it) {
    receive({request(RequestType::hello, 1), request(RequestType::list_channels, 2)});
    const auto body = std::make_shared<const Bytes>(Bytes{1});
    wakes = 0;

    session->complete({{handler.replies[0].waiter().token, {std::nullopt, body}},
                       {handler.replies[1].waiter().token, {std::nullopt, body}}});
    session->notify(message::EventType::mailbox, std::make_shared<const Bytes>(Bytes{3, 0}));
    EXPECT_EQ(wakes, 0);
    session->delivered();
    session->delivered();

    EXPECT_EQ(wakes, 1);
    EXPECT_EQ(responses().size(), 2U);
}

TEST_F(SessionTest, refuses_an_answer_that_is_too_large_for_one_message) {
    receive({request(RequestType::hello, 1)});

    handler.replies[0].ok(Bytes(70'000));

    const auto all = responses();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all.front().error, WireError::too_large);
}

TEST_F(SessionTest, sends_nothing_after_the_connection_is_gone) {
    receive({request(RequestType::hello, 1)});
    session->closed();

    handler.replies[0].ok({});

    EXPECT_TRUE(responses().empty());
}

TEST_F(SessionTest, ends_when_its_certificate_expires_and_not_before) {
    auto caller = std::make_shared<Caller>();
    caller->identity.not_after = UnixSeconds{1000};
    const auto listening =
        std::make_shared<Session>(caller, handler, SessionOptions{{}, 3}, [this] { ++wakes; });
    Registry registry{16};
    registry.add(listening);

    registry.expire(UnixSeconds{999});
    EXPECT_EQ(listening->ending(), std::nullopt);
    registry.expire(UnixSeconds{1000});

    EXPECT_EQ(listening->ending(), WireError::invalid_certificate);
}

TEST_F(SessionTest, says_goodbye_once_with_the_first_reason) {
    session->end(WireError::shutting_down);
    session->end(WireError::internal);

    Bytes out;
    session->drain(out);
    const auto frames = message::split_frames(out);
    ASSERT_TRUE(frames);
    ASSERT_EQ(frames->size(), 1U);
    const auto event = protocol::codec::decode_exact<message::EventFrame>(frames->front().payload);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->type, message::EventType::goodbye);
    EXPECT_EQ(protocol::codec::decode_exact<message::GoodbyeEvent>(event->body)->reason,
              WireError::shutting_down);
}

}  // namespace
}  // namespace serai::server::session
