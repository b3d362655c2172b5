#include "storage/commit/pipeline.hpp"

#include "storage/kv/memory_store.hpp"
#include "tests/storage/repo/world.hpp"

#include <gtest/gtest.h>

#include <future>

namespace serai::tests {
namespace {

namespace commit = storage::commit;
namespace kv = storage::kv;
namespace repo = storage::repo;
using commit::Verdict;
using protocol::message::RecordReceipt;

// Holds the committer inside its next write until release() or the end.
class Held {
  public:
    explicit Held(kv::MemoryStore& store) : store_(store) {
        store_.on_commit([this] {
            std::unique_lock lock{mutex_};
            reached_ = true;
            changed_.notify_all();
            changed_.wait(lock, [this] { return released_; });
        });
    }

    ~Held() { release(); }

    void wait_until_reached() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return reached_; });
    }

    void release() {
        const std::lock_guard lock{mutex_};
        released_ = true;
        changed_.notify_all();
    }

  private:
    kv::MemoryStore& store_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool reached_ = false;
    bool released_ = false;
};

class PipelineTest : public testing::Test {
  protected:
    void open(commit::PipelineOptions options = {}) {
        world_.reset();
        world_ = std::make_unique<World>(*store_, std::move(options));
        if (!channel_) {
            channel_ = std::make_unique<TestChannel>(*world_, kz_);
            EXPECT_FALSE(channel_->admit(*world_, {uz_}).error);
        }
    }

    // Another life of the server on the same disk.
    void restart(commit::PipelineOptions options = {}) {
        world_.reset();
        store_ = std::make_unique<kv::MemoryStore>(store_->disk());
        open(std::move(options));
    }

    Verdict send(const commit::Asked& asked, std::string_view text = "x") {
        return world_->run(asked, channel_->message(*world_, text));
    }

    repo::Prepared message(const Device& who) {
        return repo::prepare(
            world_->repositories(), world_->ask(who), channel_->message(*world_, "x"));
    }

    std::uint64_t records() { return channel_->load(*world_)->head()->end.value(); }

    std::unique_ptr<kv::MemoryStore> store_ = std::make_unique<kv::MemoryStore>();
    Device kz_ = device("KZ");
    Device uz_ = device("UZ");
    std::unique_ptr<World> world_;
    std::unique_ptr<TestChannel> channel_;
};

TEST_F(PipelineTest, a_retry_is_answered_with_the_same_bytes_and_not_done_again) {
    open();
    const auto asked = world_->ask(kz_);
    const auto first = send(asked);
    const auto count = records();
    const auto second = send(asked);
    EXPECT_EQ(*first.body, *second.body);
    EXPECT_EQ(records(), count);
}

TEST_F(PipelineTest, a_kept_verdict_survives_a_restart) {
    open();
    const auto asked = world_->ask(kz_);
    const auto first = send(asked);
    const auto count = records();
    restart();
    EXPECT_EQ(*send(asked).body, *first.body);
    EXPECT_EQ(records(), count);
}

TEST_F(PipelineTest, attach_knows_what_was_done_and_what_was_not) {
    open();
    const auto asked = world_->ask(kz_);
    EXPECT_FALSE(*world_->pipeline().attach(asked, {}));
    const auto done = send(asked);
    auto answers = std::make_shared<Answers>();
    EXPECT_TRUE(*world_->pipeline().attach(asked, {answers, 1}));
    EXPECT_EQ(*answers->wait(1).body, *done.body);
}

TEST_F(PipelineTest, the_same_id_with_other_bytes_is_refused) {
    open();
    auto asked = world_->ask(kz_);
    ASSERT_FALSE(send(asked).error);
    asked.digest[0] ^= 1;
    EXPECT_EQ(send(asked).error, WireError::request_id_reused);
    EXPECT_EQ(world_->pipeline().attach(asked, {}).error(),
              make_error_code(WireError::request_id_reused));
}

TEST_F(PipelineTest, ids_of_different_devices_do_not_meet) {
    open();
    const auto asked = world_->ask(kz_);
    auto other = world_->ask(uz_);
    other.request = asked.request;
    ASSERT_FALSE(send(asked).error);
    EXPECT_FALSE(send(other).error);
}

TEST_F(PipelineTest, a_refusal_had_no_effect_and_may_be_tried_again) {
    open();
    const auto asked = world_->ask(kz_);
    EXPECT_EQ(world_->run(asked, channel_->message(*world_, "x", Epoch{7})).error,
              WireError::stale_epoch);
    EXPECT_FALSE(send(asked).error);
}

TEST_F(PipelineTest, the_same_request_twice_in_one_batch_has_two_answers_and_one_effect) {
    open();
    const auto count = records();
    const auto asked = world_->ask(kz_);
    std::uint64_t tokens[3];
    {
        Held held{*store_};
        tokens[0] = world_->start(message(uz_));
        held.wait_until_reached();
        for (int i = 1; i < 3; ++i) {
            tokens[i] = world_->start(
                repo::prepare(world_->repositories(), asked, channel_->message(*world_, "x")));
        }
        held.release();
        const auto first = world_->answers().wait(tokens[1]);
        const auto second = world_->answers().wait(tokens[2]);
        EXPECT_EQ(*first.body, *second.body);
        EXPECT_FALSE(world_->answers().wait(tokens[0]).error);
        store_->on_commit({});
    }
    EXPECT_EQ(records(), count + 2);
}

TEST_F(PipelineTest, waiting_intents_share_one_write_and_one_call_of_the_sink) {
    open();
    std::vector<std::uint64_t> tokens;
    const auto commits = store_->commits();
    const auto calls = world_->answers().calls();
    {
        Held held{*store_};
        tokens.push_back(world_->start(message(kz_)));
        held.wait_until_reached();
        for (int i = 0; i < 50; ++i) {
            tokens.push_back(world_->start(message(i % 2 == 0 ? kz_ : uz_)));
        }
        held.release();
        for (const auto token : tokens) {
            EXPECT_FALSE(world_->answers().wait(token).error);
        }
        store_->on_commit({});
    }
    EXPECT_EQ(store_->commits(), commits + 2);
    EXPECT_EQ(world_->answers().calls(), calls + 2);
}

TEST_F(PipelineTest, nothing_is_answered_or_seen_before_it_is_durable) {
    open();
    const auto count = records();
    auto answers = std::make_shared<Answers>();
    Held held{*store_};
    ASSERT_TRUE(world_->pipeline().submit(std::move(*message(kz_)), {answers, 1}));
    held.wait_until_reached();
    EXPECT_EQ(answers->calls(), 0U);
    EXPECT_EQ(records(), count);
    held.release();
    EXPECT_FALSE(answers->wait(1).error);
    EXPECT_EQ(records(), count + 1);
    store_->on_commit({});
}

// Writes down what it is told, and asks the pipeline for something at its end: it must not be destroyed under the pipeline's lock.
class Diary final : public commit::CompletionSink {
  public:
    Diary(const commit::Pipeline& pipeline, std::vector<std::string>& days)
        : pipeline_(pipeline), days_(days) {}

    Diary(const Diary&) = delete;
    Diary& operator=(const Diary&) = delete;

    ~Diary() { static_cast<void>(pipeline_.counters()); }

    void complete(std::vector<commit::Completion> completions) override {
        days_.push_back("answers: " + std::to_string(completions.size()));
    }

    void delivered() override { days_.emplace_back("delivered"); }

  private:
    const commit::Pipeline& pipeline_;
    std::vector<std::string>& days_;
};

TEST_F(PipelineTest, a_batch_is_answered_then_told_and_then_its_sinks_are_woken) {
    std::vector<std::string> days;  // the committer's until drain() has returned
    std::shared_ptr<Diary> diary;
    commit::PipelineOptions options;
    options.fan_out = [&](std::span<const commit::Event> events) {
        days.push_back("events: " + std::to_string(events.size()));
        if (events.size() == 2) {
            diary.reset();  // from here on only the batch holds it
        }
    };
    open(std::move(options));
    diary = std::make_shared<Diary>(world_->pipeline(), days);
    Held held{*store_};
    static_cast<void>(world_->start(message(uz_)));
    held.wait_until_reached();
    ASSERT_TRUE(world_->pipeline().submit(std::move(*message(kz_)), {diary, 1}));
    ASSERT_TRUE(world_->pipeline().submit(std::move(*message(kz_)), {diary, 2}));
    days.clear();
    held.release();
    world_->pipeline().drain();
    store_->on_commit({});
    EXPECT_EQ(days,
              (std::vector<std::string>{"events: 1", "answers: 2", "events: 2", "delivered"}));
}

TEST_F(PipelineTest, a_full_queue_says_busy_and_records_nothing) {
    commit::PipelineOptions options;
    options.queue_intents = 4;
    open(std::move(options));
    Held held{*store_};
    const auto blocker = world_->start(message(kz_));
    held.wait_until_reached();
    std::vector<std::uint64_t> tokens;
    for (int i = 0; i < 4; ++i) {
        tokens.push_back(world_->start(message(kz_)));
    }
    const auto asked = world_->ask(kz_);
    auto late = repo::prepare(world_->repositories(), asked, channel_->message(*world_, "late"));
    EXPECT_EQ(world_->pipeline().submit(std::move(*late), {}).error(),
              make_error_code(WireError::busy));
    held.release();
    for (const auto token : tokens) {
        EXPECT_FALSE(world_->answers().wait(token).error);
    }
    EXPECT_FALSE(world_->answers().wait(blocker).error);
    store_->on_commit({});
    EXPECT_FALSE(send(asked).error);
}

TEST_F(PipelineTest, one_party_cannot_fill_the_queue_for_the_others) {
    commit::PipelineOptions options;
    options.party_intents = 2;
    open(std::move(options));
    Held held{*store_};
    std::vector<std::uint64_t> tokens{world_->start(message(kz_))};
    held.wait_until_reached();
    tokens.push_back(world_->start(message(kz_)));
    tokens.push_back(world_->start(message(kz_)));
    EXPECT_EQ(world_->pipeline().submit(std::move(*message(kz_)), {}).error(),
              make_error_code(WireError::busy));
    tokens.push_back(world_->start(message(uz_)));
    held.release();
    for (const auto token : tokens) {
        EXPECT_FALSE(world_->answers().wait(token).error);
    }
    store_->on_commit({});
}

TEST_F(PipelineTest, after_a_failed_write_the_outcome_is_unknown_and_nothing_more_is_taken) {
    for (const auto fault :
         {kv::MemoryStore::Fault::before_effect, kv::MemoryStore::Fault::after_effect}) {
        open();
        const auto count = records();
        const auto asked = world_->ask(kz_);
        std::vector<std::uint64_t> tokens;
        {
            Held held{*store_};
            store_->fail_commit(1, fault);
            tokens.push_back(world_->start(
                repo::prepare(world_->repositories(), asked, channel_->message(*world_, "x"))));
            held.wait_until_reached();
            tokens.push_back(world_->start(message(uz_)));
            held.release();
            for (const auto token : tokens) {
                EXPECT_EQ(world_->answers().wait(token).error, WireError::unknown_outcome);
            }
        }
        EXPECT_TRUE(world_->pipeline().counters().read_only);
        EXPECT_EQ(send(world_->ask(kz_)).error, WireError::unavailable);
        EXPECT_EQ(records(), count);

        restart();
        const bool happened = fault == kv::MemoryStore::Fault::after_effect;
        EXPECT_EQ(records(), count + (happened ? 1 : 0));
        const auto retry = send(asked);
        ASSERT_FALSE(retry.error);
        EXPECT_EQ(response<RecordReceipt>(retry).head.n.value(), count);
        EXPECT_EQ(records(), count + 1);
        EXPECT_EQ(find_inconsistency(*store_), "");
    }
}

TEST_F(PipelineTest, a_dropped_waiter_does_not_cancel_the_intent) {
    open();
    const auto count = records();
    {
        auto gone = std::make_shared<Answers>();
        ASSERT_TRUE(world_->pipeline().submit(std::move(*message(kz_)), {gone, 1}));
    }
    world_->pipeline().drain();
    EXPECT_EQ(records(), count + 1);
}

TEST_F(PipelineTest, drain_answers_what_was_taken_and_takes_nothing_more) {
    open();
    std::vector<std::uint64_t> tokens;
    for (int i = 0; i < 20; ++i) {
        tokens.push_back(world_->start(message(kz_)));
    }
    auto late = message(kz_);
    world_->pipeline().drain();
    for (const auto token : tokens) {
        EXPECT_FALSE(world_->answers().wait(token).error);
    }
    EXPECT_EQ(world_->pipeline().submit(std::move(*late), {}).error(),
              make_error_code(WireError::shutting_down));
    EXPECT_EQ(world_->pipeline().attach(world_->ask(kz_), {}).error(),
              make_error_code(WireError::shutting_down));
}

TEST_F(PipelineTest, verdicts_beyond_the_devices_number_are_forgotten_also_on_the_disk) {
    commit::PipelineOptions options;
    options.device_verdicts = 3;
    open(options);
    const auto oldest = world_->ask(kz_);
    ASSERT_FALSE(send(oldest).error);
    const auto others = world_->ask(uz_);
    ASSERT_FALSE(send(others).error);
    for (int i = 0; i < 5; ++i) {
        ASSERT_FALSE(send(world_->ask(kz_)).error);
    }
    EXPECT_FALSE(*world_->pipeline().attach(oldest, {}));
    EXPECT_TRUE(*world_->pipeline().attach(others, {}));
    restart(options);
    EXPECT_FALSE(*world_->pipeline().attach(oldest, {}));
    EXPECT_TRUE(*world_->pipeline().attach(others, {}));
}

TEST_F(PipelineTest, verdicts_are_forgotten_with_age) {
    commit::PipelineOptions options;
    options.keep_verdicts = std::chrono::hours{1};
    open(options);
    const auto asked = world_->ask(kz_);
    ASSERT_FALSE(send(asked).error);
    world_->advance(59 * 60 * 1000);
    ASSERT_FALSE(send(world_->ask(kz_)).error);
    EXPECT_TRUE(*world_->pipeline().attach(asked, {}));
    world_->advance(2 * 60 * 1000);
    ASSERT_FALSE(send(world_->ask(kz_)).error);
    EXPECT_FALSE(*world_->pipeline().attach(asked, {}));
}

TEST_F(PipelineTest, an_act_counts_once) {
    open();
    const auto act = world_->act(kz_, protocol::network::FoundChannelStatement{rules()});
    EXPECT_FALSE(world_->run(kz_, repo::FoundChannel{act, rules()}).error);
    EXPECT_EQ(world_->run(kz_, repo::FoundChannel{act, rules()}).error, WireError::act_duplicate);
    restart();
    EXPECT_EQ(world_->run(kz_, repo::FoundChannel{act, rules()}).error, WireError::act_duplicate);
}

TEST_F(PipelineTest, an_act_that_waited_too_long_does_not_count) {
    open();
    const auto act = world_->act(kz_, protocol::network::FoundChannelStatement{rules()});
    auto intent =
        repo::prepare(world_->repositories(), world_->ask(kz_), repo::FoundChannel{act, rules()});
    world_->advance(700'000);
    EXPECT_EQ(world_->submit(std::move(intent)).error, WireError::act_expired);
}

TEST_F(PipelineTest, an_act_counts_once_in_one_batch_too) {
    open();
    const auto act = world_->act(kz_, protocol::network::FoundChannelStatement{rules()});
    std::vector<repo::Prepared> intents;
    for (int i = 0; i < 2; ++i) {
        intents.push_back(repo::prepare(
            world_->repositories(), world_->ask(kz_), repo::FoundChannel{act, rules()}));
    }
    Held held{*store_};
    const auto blocker = world_->start(message(kz_));
    held.wait_until_reached();
    const auto first = world_->start(std::move(intents[0]));
    const auto second = world_->start(std::move(intents[1]));
    held.release();
    EXPECT_FALSE(world_->answers().wait(blocker).error);
    EXPECT_FALSE(world_->answers().wait(first).error);
    EXPECT_EQ(world_->answers().wait(second).error, WireError::act_duplicate);
    store_->on_commit({});
}

}  // namespace
}  // namespace serai::tests
