#include "server/session/hub.hpp"

#include "protocol/message/request.hpp"

#include <gtest/gtest.h>

namespace serai::server::session {
namespace {

namespace commit = storage::commit;
namespace message = protocol::message;

GroupId channel(std::uint8_t n) {
    Digest id{};
    id[0] = n;
    return GroupId{id};
}

// An entry that says nothing but its number.
commit::Event appended(std::uint8_t group, std::uint8_t n) {
    return commit::RecordAppended{
        channel(group), RecordNumber{n}, std::make_shared<const Bytes>(Bytes{n})};
}

class NoHandler final : public RequestHandler {
  public:
    std::shared_ptr<SessionState> begin() override { return nullptr; }

    std::optional<WireError> handle(const IncomingRequest&, const Reply&) override {
        return std::nullopt;
    }

    // As if the channel had no records yet.
    void catch_up(const std::shared_ptr<Session>& session, const Outbox::Cursor& cursor) override {
        static_cast<void>(session->outbox().caught_up(cursor.group, {}, cursor.next));
    }
};

// A member's connection.
class Member {
  public:
    explicit Member(std::string device) {
        auto caller = std::make_shared<Caller>();
        caller->identity.id.person.trust_domain = "uz.pve.example";
        caller->identity.id.device = std::move(device);
        session_ =
            std::make_shared<Session>(caller, handler_, SessionOptions{}, [this] { ++wakes_; });
    }

    void subscribe(Hub& hub, std::uint8_t number) {
        const GroupId group = channel(number);
        ASSERT_TRUE(session_->outbox().subscribe(group, RecordNumber{0}));
        hub.add(group, session_);
        static_cast<void>(session_->outbox().start(group));
        static_cast<void>(received());
        wakes_ = 0;
    }

    // Channel and number of each record that the client would receive now.
    std::vector<std::pair<int, int>> received() {
        std::vector<std::pair<int, int>> all;
        for (Bytes out; session_->drain(out), !out.empty();) {
            for (const auto& frame : *message::split_frames(out)) {
                const auto event =
                    protocol::codec::decode_exact<message::EventFrame>(frame.payload);
                EXPECT_TRUE(event && event->type == message::EventType::record);
                all.emplace_back(event->body.front(), event->body.back());
            }
        }
        return all;
    }

    [[nodiscard]] int wakes() const { return wakes_; }

    [[nodiscard]] const protocol::network::SpiffeId& device() const {
        return session_->caller()->identity.id;
    }

  private:
    NoHandler handler_;
    int wakes_ = 0;
    std::shared_ptr<Session> session_;
};

using Records = std::vector<std::pair<int, int>>;

class HubTest : public testing::Test {
  protected:
    void publish(const std::vector<commit::Event>& batch) { hub.publish(batch); }

    Registry registry{4};
    admin::Metrics metrics;
    Hub hub{registry, metrics};
    Member one{"one"};
    Member two{"two"};
};

TEST_F(HubTest, hands_each_subscriber_the_records_of_its_channels_and_wakes_it_once) {
    one.subscribe(hub, 1);
    one.subscribe(hub, 2);
    two.subscribe(hub, 2);

    publish({appended(1, 0), appended(1, 1), appended(2, 0), appended(3, 0), appended(1, 2)});

    EXPECT_EQ(one.wakes(), 1);
    EXPECT_EQ(two.wakes(), 1);
    EXPECT_EQ(one.received(), (Records{{1, 0}, {1, 1}, {2, 0}, {1, 2}}));
    EXPECT_EQ(two.received(), (Records{{2, 0}}));
    EXPECT_EQ(metrics.records_pushed.value(), 5);
}

TEST_F(HubTest, hands_a_removed_device_nothing_that_follows_in_the_same_batch) {
    one.subscribe(hub, 1);
    two.subscribe(hub, 1);

    publish({appended(1, 0),
             commit::MembersChanged{channel(1), RecordNumber{0}, {}, {two.device()}},
             appended(1, 1)});

    EXPECT_EQ(one.received(), (Records{{1, 0}, {1, 1}}));
    EXPECT_EQ(two.received(), (Records{{1, 0}}));
}

}  // namespace
}  // namespace serai::server::session
