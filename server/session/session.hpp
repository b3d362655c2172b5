// One WebSocket connection without its socket: frames in, frames out, requests handed to the services.
//
// Thread safety: what the connection calls (the first group) runs on its strand; what services, the committer and the registry
// call (the second) may come from any thread.
#pragma once

#include "protocol/base/error.hpp"
#include "protocol/message/frame.hpp"
#include "protocol/message/request_view.hpp"
#include "server/session/caller.hpp"
#include "server/session/outbox.hpp"
#include "storage/commit/request.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace serai::server::session {

class Session;

// Where the answer to one request goes. Copies are the same request; the first answer counts, later ones are dropped. Keeps the
// session alive.
class Reply {
  public:
    Reply(std::shared_ptr<Session> session, std::uint64_t token)
        : session_(std::move(session)), token_(token) {}

    // The encoded Response.
    void ok(ByteView body) const;

    // `detail`: one sentence for a person; never content, keys or what another party did. `malformed` also ends the session.
    void fail(WireError error, std::string_view detail = {}) const;

    // Any layer's error: a WireError as it is, anything else as `internal`, logged by the caller.
    void fail(const ErrorCode& error) const;

    [[nodiscard]] Session& session() const { return *session_; }

    [[nodiscard]] const std::shared_ptr<Session>& shared_session() const { return session_; }

    // For the pipeline: the verdict becomes the answer.
    [[nodiscard]] storage::commit::Waiter waiter() const;

    // As waiter(), but `then` gets the verdict (on the committer's thread; it must be quick and must answer in the end).
    [[nodiscard]] storage::commit::Waiter waiter(
        std::function<void(const storage::commit::Verdict&)> then) const;

  private:
    std::shared_ptr<Session> session_;
    std::uint64_t token_;
};

// One request frame. The body lives until handle() returns.
using IncomingRequest = protocol::message::RequestView;

// What a request handler keeps for one session.
class SessionState {
  public:
    SessionState() = default;
    SessionState(const SessionState&) = delete;
    SessionState& operator=(const SessionState&) = delete;
    virtual ~SessionState() = default;
};

// What a session does with its requests. Called on the session's strand: quick things at once, everything else elsewhere.
class RequestHandler {
  public:
    // Once, when a session begins; see Session::state. May be null.
    virtual std::shared_ptr<SessionState> begin() = 0;

    // Errors end the session: `malformed` for a body that does not decode.
    virtual std::optional<WireError> handle(const IncomingRequest& request, const Reply& reply) = 0;

    // A subscription's next records, from the store. Answers with outbox().caught_up() or catch_up_failed(), then wake().
    virtual void catch_up(const std::shared_ptr<Session>& session,
                          const Outbox::Cursor& cursor) = 0;

  protected:
    ~RequestHandler() = default;
};

struct SessionOptions {
    OutboxLimits outbox;
    std::size_t in_flight = 128;
};

class Session final : public storage::commit::CompletionSink,
                      public std::enable_shared_from_this<Session> {
  public:
    // `wake` is called from any thread when there is something to drain; it must post to the strand.
    Session(CallerPtr caller,
            RequestHandler& handler,
            SessionOptions options,
            std::function<void()> wake);

    // ---- on the strand ----

    // A WebSocket message arrived; it must live until proceed() has returned true.
    void receive(ByteView message);

    // Hands on the requests of the received message, as many as may be in flight. True when none is left: read on.
    [[nodiscard]] bool proceed();

    // As Outbox::drain; also begins to catch up where there is room. Empty: nothing to send.
    void drain(Bytes& message);

    // Why the session must end once everything is drained; nothing while it lives.
    [[nodiscard]] std::optional<WireError> ending() const;

    // Whether answers are due to requests that came before the end. Not after a revocation and the like: those end at once.
    [[nodiscard]] bool owes_answers() const;

    // The connection is gone: nothing is sent any more.
    void closed();

    [[nodiscard]] bool greeted() const { return greeted_; }

    // ---- any thread ----

    [[nodiscard]] const CallerPtr& caller() const { return caller_; }

    [[nodiscard]] Outbox& outbox() { return outbox_; }

    [[nodiscard]] const std::shared_ptr<SessionState>& state() const { return state_; }

    // Says goodbye and ends. Only the first reason counts.
    void end(WireError reason);

    void wake() const { wake_(); }

    void wake_if(bool needed) const {
        if (needed) {
            wake_();
        }
    }

    // An event that belongs to no channel.
    void notify(protocol::message::EventType type, const SharedFrame& frame);

    [[nodiscard]] bool is_closed() const { return closed_.load(std::memory_order_relaxed); }

    void complete(std::vector<storage::commit::Completion> completions) override;
    void delivered() override;

  private:
    friend class Reply;

    using Then = std::function<void(const storage::commit::Verdict&)>;

    struct Slot {
        RequestId id;
        Then then;
        std::uint32_t generation = 0;
        bool used = false;
    };

    void handle_frame(ByteView payload, protocol::message::FrameKind kind);
    std::uint64_t open_slot(const RequestId& id);
    std::optional<RequestId> take_slot(std::uint64_t token);
    void set_then(std::uint64_t token, Then then);
    Then take_then(std::uint64_t token);
    void answer(std::uint64_t token, std::optional<WireError> error, ByteView content);
    // The frame of the answer, unless the request has one.
    std::optional<Bytes> answer_frame(std::uint64_t token,
                                      std::optional<WireError> error,
                                      ByteView content);
    [[nodiscard]] bool has_capacity() const;

    const CallerPtr caller_;
    RequestHandler& handler_;
    const SessionOptions options_;
    const std::function<void()> wake_;
    const std::shared_ptr<SessionState> state_;
    Outbox outbox_;

    // the strand's
    std::vector<protocol::message::FrameView> frames_;
    std::size_t next_frame_ = 0;
    std::size_t in_flight_ = 0;
    bool greeted_ = false;

    mutable std::mutex mutex_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_slots_;
    std::optional<WireError> ending_;
    std::atomic<bool> closed_ = false;
    bool owes_wake_ = false;  // the committer's: between complete() and delivered()
};

// The frame around a RecordEvent whose entry is encoded already: what a channel's subscribers share.
[[nodiscard]] SharedFrame record_event_frame(const GroupId& group, ByteView encoded_entry);

}  // namespace serai::server::session
