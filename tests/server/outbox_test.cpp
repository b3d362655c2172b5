#include "server/session/outbox.hpp"

#include "protocol/base/limits.hpp"

#include <gtest/gtest.h>

#include <random>

namespace serai::server::session {
namespace {

constexpr std::size_t kFrame = 1000;  // bytes of a test record

GroupId group(std::uint8_t n) {
    Digest id{};
    id[0] = n;
    return GroupId{id};
}

// A record that says its own number.
NumberedFrame record(std::uint64_t n, std::size_t size = kFrame) {
    auto frame = std::make_shared<Bytes>(size, std::uint8_t{0});
    for (std::size_t i = 0; i < 8; ++i) {
        (*frame)[i] = static_cast<std::uint8_t>(n >> (8 * i));
    }
    return {RecordNumber{n}, frame};
}

std::vector<NumberedFrame> one(NumberedFrame record) {
    return {std::move(record)};
}

std::vector<Bytes> response(std::size_t size) {
    return {Bytes(size)};
}

// A channel whose log is all there, and what a client of the outbox has received of it.
class Follower {
  public:
    explicit Follower(std::size_t bytes) : outbox_(OutboxLimits{bytes, 4}) {}

    Outbox& outbox() { return outbox_; }

    void subscribe(std::uint64_t from) {
        ASSERT_TRUE(outbox_.subscribe(group(1), RecordNumber{from}));
        static_cast<void>(outbox_.start(group(1)));
    }

    // So many records in one batch.
    void append(std::size_t count = 1) {
        std::vector<NumberedFrame> batch;
        while (batch.size() < count) {
            batch.push_back(record(end_++));
        }
        static_cast<void>(outbox_.offer(group(1), batch));
    }

    // One read of the log on behalf of the outbox, at most three records.
    void catch_up() {
        if (const auto cursor = outbox_.begin_catch_up()) {
            std::vector<NumberedFrame> page;
            for (auto n = cursor->next.value(); n < end_ && page.size() < 3; ++n) {
                page.push_back(record(n));
            }
            static_cast<void>(outbox_.caught_up(cursor->group, page, RecordNumber{end_}));
        }
    }

    void drain() {
        Bytes message;
        static_cast<void>(outbox_.drain(message));
        for (std::size_t at = 0; at + kFrame <= message.size(); at += kFrame) {
            std::uint64_t n = 0;
            for (std::size_t i = 0; i < 8; ++i) {
                n |= std::uint64_t{message[at + i]} << (8 * i);
            }
            received_.push_back(n);
        }
    }

    // Until nothing comes any more.
    void settle() {
        for (int i = 0; i < 1000; ++i) {
            catch_up();
            drain();
        }
    }

    [[nodiscard]] std::uint64_t end() const { return end_; }

    [[nodiscard]] const std::vector<std::uint64_t>& received() const { return received_; }

  private:
    Outbox outbox_;
    std::uint64_t end_ = 0;
    std::vector<std::uint64_t> received_;
};

std::vector<std::uint64_t> range(std::uint64_t from, std::uint64_t to) {
    std::vector<std::uint64_t> all;
    for (auto n = from; n < to; ++n) {
        all.push_back(n);
    }
    return all;
}

TEST(Outbox, pushes_records_to_a_live_subscription_at_once) {
    Follower follower{64 * 1024};
    follower.subscribe(0);
    follower.catch_up();

    follower.append();
    follower.append();
    follower.drain();

    EXPECT_EQ(follower.received(), range(0, 2));
}

TEST(Outbox, begins_with_the_old_records_and_goes_on_with_the_live_ones) {
    Follower follower{64 * 1024};
    for (int i = 0; i < 10; ++i) {
        follower.append();
    }
    follower.subscribe(4);
    follower.settle();
    follower.append();
    follower.drain();

    EXPECT_EQ(follower.received(), range(4, 11));
}

TEST(Outbox, holds_no_more_than_its_room_for_a_reader_that_stops) {
    Follower follower{64 * 1024};
    follower.subscribe(0);
    follower.catch_up();

    for (int i = 0; i < 10'000; ++i) {
        follower.append();
    }

    EXPECT_LE(follower.outbox().queued_bytes(), 64U * 1024U);
    EXPECT_GT(follower.outbox().queued_bytes(), 60U * 1024U);
}

TEST(Outbox, gives_a_reader_that_comes_back_everything_once_and_in_order) {
    Follower follower{64 * 1024};
    follower.subscribe(0);
    follower.catch_up();
    for (int i = 0; i < 1000; ++i) {
        follower.append();
    }

    follower.settle();

    EXPECT_EQ(follower.received(), range(0, 1000));
}

TEST(Outbox, loses_and_doubles_nothing_in_any_order_of_events) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::mt19937 random{seed};
        Follower follower{8 * 1024};
        follower.subscribe(0);
        for (int step = 0; step < 300; ++step) {
            switch (random() % 4) {
                case 0:
                case 1:
                    follower.append(1 + random() % 12);
                    break;
                case 2:
                    follower.catch_up();
                    break;
                default:
                    follower.drain();
            }
        }
        follower.settle();

        ASSERT_EQ(follower.received(), range(0, follower.end())) << "seed " << seed;
    }
}

TEST(Outbox, takes_of_a_batch_what_fits_and_reads_on_for_the_rest) {
    Follower follower{8 * kFrame};
    follower.subscribe(0);
    follower.catch_up();

    follower.append(20);
    EXPECT_EQ(follower.outbox().queued_bytes(), 8 * kFrame);
    follower.settle();

    EXPECT_EQ(follower.received(), range(0, 20));
}

TEST(Outbox, sends_of_a_batch_nothing_beyond_its_last_record) {
    Follower follower{64 * 1024};
    follower.subscribe(0);
    follower.catch_up();
    static_cast<void>(follower.outbox().end_after(group(1), RecordNumber{2}));

    follower.append(6);
    follower.settle();

    EXPECT_EQ(follower.received(), range(0, 3));
}

TEST(Outbox, notices_a_record_that_came_while_a_page_was_read) {
    Outbox outbox{OutboxLimits{}};
    ASSERT_TRUE(outbox.subscribe(group(1), RecordNumber{0}));
    static_cast<void>(outbox.start(group(1)));
    ASSERT_TRUE(outbox.begin_catch_up());

    static_cast<void>(outbox.offer(group(1), one(record(0))));
    static_cast<void>(outbox.caught_up(group(1), {}, RecordNumber{0}));

    const auto again = outbox.begin_catch_up();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->next, RecordNumber{0});
}

TEST(Outbox, sends_a_removed_client_the_removal_and_nothing_after_it) {
    Follower follower{64 * 1024};
    follower.subscribe(0);
    follower.catch_up();
    follower.append();
    static_cast<void>(follower.outbox().end_after(group(1), RecordNumber{0}));
    follower.append();
    follower.settle();

    EXPECT_EQ(follower.received(), range(0, 1));
    EXPECT_FALSE(follower.outbox().is_subscribed(group(1)));
}

TEST(Outbox, sends_a_removed_client_that_is_behind_everything_up_to_the_removal) {
    Follower follower{4 * 1024};
    follower.subscribe(0);
    follower.catch_up();
    for (int i = 0; i < 20; ++i) {
        follower.append();
    }
    static_cast<void>(follower.outbox().end_after(group(1), RecordNumber{19}));
    for (int i = 0; i < 5; ++i) {
        follower.append();
    }
    follower.settle();

    EXPECT_EQ(follower.received(), range(0, 20));
}

TEST(Outbox, sends_nothing_to_a_subscription_that_is_held) {
    Outbox outbox{OutboxLimits{}};
    ASSERT_TRUE(outbox.subscribe(group(1), RecordNumber{0}));

    static_cast<void>(outbox.offer(group(1), one(record(0))));

    EXPECT_FALSE(outbox.begin_catch_up());
    EXPECT_EQ(outbox.queued_bytes(), 0U);
}

TEST(Outbox, forgets_a_held_subscription_whose_client_is_removed_meanwhile) {
    Outbox outbox{OutboxLimits{}};
    ASSERT_TRUE(outbox.subscribe(group(1), RecordNumber{5}));

    static_cast<void>(outbox.end_after(group(1), RecordNumber{4}));

    EXPECT_FALSE(outbox.start(group(1)));
    EXPECT_FALSE(outbox.is_subscribed(group(1)));
}

TEST(Outbox, refuses_more_subscriptions_than_allowed) {
    Outbox outbox{OutboxLimits{64 * 1024, 2}};

    EXPECT_TRUE(outbox.subscribe(group(1), RecordNumber{0}));
    EXPECT_TRUE(outbox.subscribe(group(2), RecordNumber{0}));
    EXPECT_FALSE(outbox.subscribe(group(3), RecordNumber{0}));
    EXPECT_TRUE(outbox.subscribe(group(2), RecordNumber{7}));
}

TEST(Outbox, wakes_once_until_it_is_drained) {
    Outbox outbox{OutboxLimits{}};

    EXPECT_TRUE(outbox.push_responses(response(10)));
    EXPECT_FALSE(outbox.push_responses(response(10)));
    Bytes message;
    EXPECT_EQ(outbox.drain(message), 2U);
    EXPECT_TRUE(outbox.push_responses(response(10)));
}

TEST(Outbox, fills_a_message_to_its_target_and_never_beyond_the_protocols_limit) {
    Outbox outbox{OutboxLimits{}};
    for (int i = 0; i < 8; ++i) {
        static_cast<void>(outbox.push_responses(response(15'000)));
    }
    static_cast<void>(outbox.push_responses(response(60'000)));

    std::vector<std::size_t> sizes;
    for (Bytes message; static_cast<void>(outbox.drain(message)), !message.empty();) {
        sizes.push_back(message.size());
    }

    EXPECT_EQ(sizes, (std::vector<std::size_t>{30'000, 30'000, 30'000, 30'000, 60'000}));
}

TEST(Outbox, does_not_put_two_frames_into_one_message_that_are_too_large_together) {
    Outbox outbox{OutboxLimits{}};
    static_cast<void>(outbox.push_responses(response(10'000)));
    static_cast<void>(outbox.push_responses(response(60'000)));

    Bytes message;
    static_cast<void>(outbox.drain(message));

    EXPECT_EQ(message.size(), 10'000U);
}

TEST(Outbox, keeps_one_of_several_equal_notices) {
    Outbox outbox{OutboxLimits{}};
    const auto notice = std::make_shared<const Bytes>(5);

    static_cast<void>(outbox.push_event(2, notice));
    static_cast<void>(outbox.push_event(2, notice));
    Bytes message;
    static_cast<void>(outbox.drain(message));

    EXPECT_EQ(message.size(), 5U);
}

}  // namespace
}  // namespace serai::server::session
