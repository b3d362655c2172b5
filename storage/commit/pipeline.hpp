// The commit pipeline: every change to the server's state goes through here, one batch after another, by one thread.
//
// Order of a batch (DESIGN, section 2): take what waits (at most kMaxBatchIntents and kMaxBatchBytes; no timer, so batches
// grow with load by themselves); decide each intent against the overlay; write once, synced; publish the heads; answer every
// waiter, refusals included; hand the events to the fan-out. So nobody hears of anything that is not durable, not even that
// somebody else won.
//
// Idempotency: a request's verdict that had an effect is kept in the same batch, with the request's digest, and repeated. The
// same id with other bytes is request_id_reused. Refusals had no effect and are not kept: the same bytes may be tried again. The
// window is trimmed by age and size (PipelineOptions).
//
// Failure: after a failed write every waiter of the batch, and of what waited behind it, hears unknown_outcome, and every later
// submit is unavailable. The process is to be restarted; a retry then hears from the kept verdicts what had happened.
//
// Thread safety: all functions may be called from any thread. The store, the log and the fan-out must outlive the pipeline.
#pragma once

#include "storage/audit/audit_log.hpp"
#include "storage/commit/event.hpp"
#include "storage/commit/intent.hpp"
#include "storage/commit/request.hpp"
#include "storage/kv/store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace serai::storage::commit {

inline constexpr std::size_t kMaxBatchIntents = 1024;
inline constexpr std::size_t kMaxBatchBytes = 4 * 1024 * 1024;

struct PipelineOptions {
    std::size_t queue_intents = 8192;            // waiting intents, all parties together
    std::size_t queue_bytes = 64 * 1024 * 1024;  // waiting bytes, all parties together
    std::size_t party_intents = 4096;            // waiting intents of one party
    std::size_t party_bytes = 32 * 1024 * 1024;  // waiting bytes of one party
    // How long a retry hears the same answer: a verdict is forgotten when it is older than this, when the device has that many
    // newer ones (more than it can have unanswered), or when all of them together are larger than this, the oldest first.
    std::chrono::hours keep_verdicts{72};
    std::size_t device_verdicts = 512;
    std::size_t verdict_bytes = 256 * 1024 * 1024;
    std::function<UnixMillis()> now;  // the wall clock; must be set
    std::function<void(std::span<const Event>)>
        fan_out;  // once per batch that has events, on the committer's thread;
                  // must return at once and not throw. May be empty
    std::function<void(std::string_view)>
        on_failure;  // once, when the pipeline latches; why. May be empty
};

struct PipelineCounters {
    std::uint64_t batches = 0;
    std::uint64_t intents = 0;  // decided
    std::uint64_t refused = 0;  // of those
    std::uint64_t waiting = 0;  // now
    bool read_only = false;
};

class Pipeline {
  public:
    // Loads the kept verdicts and starts the committer's thread. The store's error if they cannot be read.
    static Result<std::unique_ptr<Pipeline>> start(kv::Store& store,
                                                   audit::AuditLog& log,
                                                   PipelineOptions options);

    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    // As drain(), then stops the thread.
    ~Pipeline();

    // What to call before preparing: true if this request is known, kept or under way; then the waiter is answered (later, from
    // the committer's thread) and there is nothing to prepare. False: prepare and submit. Without this a retry would be judged
    // against a world in which it has already happened.
    // Errors: request_id_reused (known with another digest), unavailable, shutting_down; the waiter is not answered.
    [[nodiscard]] Result<bool> attach(const Asked& asked, Waiter waiter);

    // Queues the intent; the waiter is answered exactly once, after the batch is durable, from the committer's thread. It cannot be
    // cancelled. Errors: busy (nothing was recorded), unavailable, shutting_down; the waiter is not answered.
    Result<void> submit(std::unique_ptr<const Intent> intent, Waiter waiter);

    // Takes nothing more (shutting_down), and returns when everything taken is decided, durable and answered.
    void drain();

    [[nodiscard]] PipelineCounters counters() const;

  private:
    class Impl;
    explicit Pipeline(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace serai::storage::commit
