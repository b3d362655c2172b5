#include "storage/commit/pipeline.hpp"

#include "storage/commit/completions.hpp"
#include "storage/commit/request_window.hpp"
#include "storage/file/crash_point.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace serai::storage::commit {
namespace {

struct Queued {
    std::unique_ptr<const Intent> intent;
    Waiter waiter;  // of an intent that nobody asked for; the others wait in the window
    std::size_t bytes = 0;
};

// An intent of the batch after its decision.
struct Decided {
    Queued queued;
    std::optional<WireError> refused;
    std::shared_ptr<const Bytes> body;  // unless refused
    std::uint64_t row = 0;              // of its kept verdict
};

struct Load {
    std::size_t intents = 0;
    std::size_t bytes = 0;

    [[nodiscard]] bool has_room(std::size_t more,
                                std::size_t max_intents,
                                std::size_t max_bytes) const {
        return intents < max_intents && (intents == 0 || bytes + more <= max_bytes);
    }

    void add(std::size_t more) {
        ++intents;
        bytes += more;
    }

    void remove(std::size_t less) {
        --intents;
        bytes -= less;
    }
};

// A refusal that is no WireError is a fault of the intent's class; nobody outside can help it.
WireError wire_error_of(const ErrorCode& error) {
    return error.category() == wire_category() ? static_cast<WireError>(error.value())
                                               : WireError::internal;
}

// The server's own records share what belongs to no party.
protocol::network::PartyCode share_of(const Intent& intent) {
    return intent.asking() == nullptr ? protocol::network::PartyCode{} : intent.asking()->party;
}

}  // namespace

class Pipeline::Impl {
  public:
    Impl(kv::Store& store, audit::AuditLog& log, PipelineOptions options)
        : store_(store),
          log_(log),
          options_(std::move(options)),
          window_({options_.keep_verdicts,
                   std::max<std::size_t>(options_.device_verdicts, 1),
                   options_.verdict_bytes}) {}

    ~Impl() {
        drain();
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        work_.notify_all();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    Result<void> start() {
        SERAI_CHECK(window_.load(store_));
        verdicts_.start_at(window_.next_row());
        thread_ = std::thread{[this] {
            run();
        }};
        return {};
    }

    Result<bool> attach(const Asked& asked, Waiter waiter) {
        const Asking asking{asked};
        const std::lock_guard lock{mutex_};
        SERAI_CHECK(check_open(false));
        return attach_locked(asking, waiter);
    }

    Result<void> submit(std::unique_ptr<const Intent> intent, Waiter waiter) {
        const std::size_t bytes = intent->bytes();
        {
            const std::lock_guard lock{mutex_};
            SERAI_CHECK(check_open(true));
            if (const Asking* asking = intent->asking()) {
                SERAI_TRY(known, attach_locked(*asking, waiter));
                if (known) {
                    return {};
                }
            }
            SERAI_CHECK(enqueue(std::move(intent), std::move(waiter), bytes));
        }
        work_.notify_one();
        return {};
    }

    void drain() {
        std::unique_lock lock{mutex_};
        draining_ = true;
        idle_.wait(lock, [this] { return !busy_ && queue_.empty() && answers_.empty(); });
    }

    [[nodiscard]] PipelineCounters counters() const {
        const std::lock_guard lock{mutex_};
        PipelineCounters out = counters_;
        out.waiting = queue_.size();
        out.read_only = failed_;
        return out;
    }

  private:
    [[nodiscard]] Result<void> check_open(bool for_submit) const {
        if (failed_) {
            return WireError::unavailable;
        }
        if (draining_ && for_submit) {
            return WireError::shutting_down;
        }
        return {};
    }

    Result<bool> attach_locked(const Asking& asking, Waiter& waiter) {
        const RequestKey& key = asking.key;
        switch (window_.find(key, asking.digest)) {
            case RequestWindow::State::unknown:
                if (draining_) {
                    return WireError::shutting_down;
                }
                return false;
            case RequestWindow::State::reused:
                return WireError::request_id_reused;
            case RequestWindow::State::under_way:
                window_.wait(key, std::move(waiter));
                return true;
            case RequestWindow::State::kept:
                answers_.emplace_back(std::move(waiter), window_.kept(key));
                work_.notify_one();
                return true;
        }
        return WireError::internal;
    }

    Result<void> enqueue(std::unique_ptr<const Intent> intent, Waiter waiter, std::size_t bytes) {
        Load& share = shares_[share_of(*intent)];
        if (!total_.has_room(bytes, options_.queue_intents, options_.queue_bytes) ||
            !share.has_room(bytes, options_.party_intents, options_.party_bytes)) {
            return WireError::busy;
        }
        total_.add(bytes);
        share.add(bytes);
        if (const Asking* asking = intent->asking()) {
            window_.begin(asking->key, asking->digest, std::move(waiter));
            waiter = {};
        }
        queue_.push_back({std::move(intent), std::move(waiter), bytes});
        return {};
    }

    // ---- the committer's thread ----

    void run() {
        std::unique_lock lock{mutex_};
        while (true) {
            work_.wait(lock, [this] { return stopping_ || !queue_.empty() || !answers_.empty(); });
            if (queue_.empty() && answers_.empty()) {
                return;
            }
            busy_ = true;
            auto answers = std::exchange(answers_, {});
            auto batch = take_batch();
            lock.unlock();
            Completions completions;
            for (auto& [waiter, verdict] : answers) {
                completions.add(waiter, verdict);
            }
            if (!batch.empty()) {
                process(batch, completions);
            }
            completions.deliver();
            if (!events_.empty() && options_.fan_out) {
                options_.fan_out(events_);
            }
            completions.delivered();
            completions.clear();  // perhaps the last to hold a sink
            events_.clear();
            batch.clear();  // lets go of the heads that the intents pinned
            lock.lock();
            busy_ = false;
            if (queue_.empty() && answers_.empty()) {
                idle_.notify_all();
            }
        }
    }

    std::vector<Decided> take_batch() {
        std::vector<Decided> batch;
        std::size_t bytes = 0;
        while (!queue_.empty() && batch.size() < kMaxBatchIntents) {
            Queued& next = queue_.front();
            if (!batch.empty() && bytes + next.bytes > kMaxBatchBytes) {
                break;
            }
            bytes += next.bytes;
            total_.remove(next.bytes);
            const auto share = shares_.find(share_of(*next.intent));
            share->second.remove(next.bytes);
            if (share->second.intents == 0) {
                shares_.erase(share);
            }
            batch.push_back({std::move(next), std::nullopt, nullptr, 0});
            queue_.pop_front();
        }
        return batch;
    }

    void process(std::vector<Decided>& batch, Completions& completions) {
        std::string failure;
        try {
            decide_all(batch);
            SERAI_CRASH_POINT("commit.decided");
            if (const auto written = store_.commit(rows_); !written) {
                failure = written.error().message();
            }
        } catch (const std::exception& error) {
            failure = error.what();  // the overlay may hold half of an intent: nothing may follow
        }
        if (!failure.empty()) {
            fail(batch, completions, failure);
            return;
        }
        SERAI_CRASH_POINT("commit.written");
        log_.publish();
        for (const auto& change : changes_) {
            change->publish();
        }
        changes_.clear();
        SERAI_CRASH_POINT("commit.published");
        conclude(batch, completions);
    }

    void decide_all(std::vector<Decided>& batch) {
        rows_.clear();
        const View view{log_, options_.now()};
        time_ = view.now;
        for (Decided& item : batch) {
            effects_.clear();
            auto decision = item.queued.intent->decide(view, effects_);
            if (!decision) {
                item.refused = wire_error_of(decision.error());
                continue;
            }
            item.body = std::make_shared<const Bytes>(std::move(*decision));
            const auto leaf = take_effects();
            if (const Asking* asking = item.queued.intent->asking()) {
                item.row =
                    verdicts_.add({asking->key, asking->digest, view.now, leaf, *item.body}, rows_);
            }
        }
        verdicts_.finish(rows_);
        if (!rows_.empty()) {
            log_.write(rows_);
            const std::lock_guard lock{mutex_};
            window_.trim(view.now, rows_);
        }
    }

    // All of one decision enters the overlay and the batch. Returns the leaf of its entry.
    std::optional<LogIndex> take_effects() {
        std::optional<LogIndex> leaf;
        rows_.merge(effects_.rows);
        if (effects_.entry) {
            leaf = effects_.entry->receipt.index;
            log_.append(std::move(*effects_.entry), rows_);
            for (const Digest& claim : effects_.claims) {
                log_.claim_once(claim, rows_);
            }
        }
        for (auto& change : effects_.changes) {
            change->enter();
            changes_.push_back(std::move(change));
        }
        std::ranges::move(effects_.events, std::back_inserter(events_));
        return leaf;
    }

    void conclude(std::vector<Decided>& batch, Completions& completions) {
        const std::lock_guard lock{mutex_};
        ++counters_.batches;
        counters_.intents += batch.size();
        for (Decided& item : batch) {
            Verdict verdict{item.refused, item.body};
            counters_.refused += item.refused ? 1U : 0U;
            const Asking* asking = item.queued.intent->asking();
            if (asking == nullptr) {
                completions.add(item.queued.waiter, verdict);
                continue;
            }
            const RequestKey& key = asking->key;
            for (const Waiter& waiter : item.refused
                                            ? window_.refuse(key)
                                            : window_.keep(key, time_, item.body, item.row)) {
                completions.add(waiter, verdict);
            }
        }
    }

    // For good: the overlay and the store have parted.
    void fail(std::vector<Decided>& batch, Completions& completions, std::string_view why) {
        events_.clear();
        changes_.clear();
        const Verdict unknown = Verdict::refused(WireError::unknown_outcome);
        {
            const std::lock_guard lock{mutex_};
            failed_ = true;
            for (const Decided& item : batch) {
                completions.add(item.queued.waiter, unknown);
            }
            for (const Queued& waiting : queue_) {
                completions.add(waiting.waiter, unknown);
            }
            queue_.clear();
            shares_.clear();
            total_ = {};
            for (const Waiter& waiter : window_.abandon_all()) {
                completions.add(waiter, unknown);
            }
        }
        if (options_.on_failure) {
            options_.on_failure(why);
        }
    }

    kv::Store& store_;
    audit::AuditLog& log_;
    PipelineOptions options_;

    mutable std::mutex mutex_;  // guards what follows, up to the thread
    std::condition_variable work_;
    std::condition_variable idle_;
    std::deque<Queued> queue_;
    Load total_;
    std::map<protocol::network::PartyCode, Load> shares_;
    RequestWindow window_;
    std::vector<std::pair<Waiter, Verdict>> answers_;  // of kept verdicts
    PipelineCounters counters_;
    bool busy_ = false;
    bool draining_ = false;
    bool stopping_ = false;
    bool failed_ = false;

    // The committer's own, kept from batch to batch for their memory.
    kv::WriteBatch rows_;
    VerdictRows verdicts_;
    Effects effects_;
    std::vector<std::unique_ptr<Change>> changes_;
    std::vector<Event> events_;
    UnixMillis time_;

    std::thread thread_;
};

Pipeline::Pipeline(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Pipeline::~Pipeline() = default;

Result<std::unique_ptr<Pipeline>> Pipeline::start(kv::Store& store,
                                                  audit::AuditLog& log,
                                                  PipelineOptions options) {
    auto impl = std::make_unique<Impl>(store, log, std::move(options));
    SERAI_CHECK(impl->start());
    return std::unique_ptr<Pipeline>{new Pipeline{std::move(impl)}};
}

Result<bool> Pipeline::attach(const Asked& asked, Waiter waiter) {
    return impl_->attach(asked, std::move(waiter));
}

Result<void> Pipeline::submit(std::unique_ptr<const Intent> intent, Waiter waiter) {
    return impl_->submit(std::move(intent), std::move(waiter));
}

void Pipeline::drain() {
    impl_->drain();
}

PipelineCounters Pipeline::counters() const {
    return impl_->counters();
}

}  // namespace serai::storage::commit
