// What a connection still has to send: responses, and the events of its subscriptions. Pure: no socket, no clock; the connection
// drains it, the hub and the services fill it.
//
// Bounded memory for a reader of any slowness, without losing anything: responses are bounded by the requests in flight, and
// a subscription whose events no longer fit stops being pushed to. It is then a cursor: the number of the next record that
// the client lacks. Once the outbox has drained, the connection reads on from the cursor (from the channel's ring or log), and
// when the cursor has reached the end the subscription is live again. A record is queued only when it is exactly the next one,
// so there is no gap and nothing comes twice, whatever comes first.
//
// Thread-safe. Functions that say so return whether the connection must be woken: only the first one since the last drain says
// yes, so a batch that touches a connection a hundred times wakes it once.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/strong_id.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <variant>
#include <vector>

namespace serai::server::session {

// One encoded frame, shared by every connection that it goes to.
using SharedFrame = std::shared_ptr<const Bytes>;

struct NumberedFrame {
    RecordNumber number;
    SharedFrame frame;  // an EventFrame with a RecordEvent
};

struct OutboxLimits {
    std::size_t bytes = 1024 * 1024;  // of queued events
    std::size_t subscriptions = 1024;
};

class Outbox {
  public:
    // A WebSocket message is filled up to the target, and never beyond the protocol's maximum.
    static constexpr std::size_t kTargetMessage = 16 * 1024;

    explicit Outbox(OutboxLimits limits) : limits_(limits) {}

    // ---- filling: any thread; true: wake the connection ----

    // Always taken: frames that answer a request each.
    [[nodiscard]] bool push_responses(std::vector<Bytes> frames);

    // An event that belongs to no subscription. Dropped when an equal one (by `kind`) waits already.
    [[nodiscard]] bool push_event(std::uint16_t kind, SharedFrame frame);

    // Begins a subscription, or begins one anew: false if there are too many, or after end_subscriptions(). It is held until start(): what happens to the
    // channel is noted but nothing is sent, so that the caller can look whether the client may read at all.
    [[nodiscard]] bool subscribe(const GroupId& group, RecordNumber from);

    // Lets a held subscription go: its records come by catch-up first.
    [[nodiscard]] bool start(const GroupId& group);

    // The next records of a channel, as they became durable.
    [[nodiscard]] bool offer(const GroupId& group, std::span<const NumberedFrame> records);

    // Nothing after `last` is for this client: the subscription ends with it.
    [[nodiscard]] bool end_after(const GroupId& group, RecordNumber last);

    void unsubscribe(const GroupId& group);

    // No records any more, of this subscription or another: the connection ends. Those that are queued stay, or (`at_once`) are
    // dropped, with whatever else answers no request.
    void end_subscriptions(bool at_once);

    [[nodiscard]] std::vector<GroupId> subscribed_groups() const;

    // ---- catching up: the connection ----

    struct Cursor {
        GroupId group;
        RecordNumber next;
        std::size_t room = 0;  // bytes that fit
    };

    // A subscription to read on for, if there is one and at least half of the room is free. The caller must answer with
    // caught_up() or catch_up_failed(); until then this returns nothing.
    [[nodiscard]] std::optional<Cursor> begin_catch_up();

    // Records from the cursor's place on, dense, and the channel's end as the reader saw it. True: wake (or go on).
    [[nodiscard]] bool caught_up(const GroupId& group,
                                 const std::vector<NumberedFrame>& records,
                                 RecordNumber end);

    // The records cannot be had (not readable any more): the subscription ends.
    void catch_up_failed(const GroupId& group);

    // ---- draining: the connection ----

    // Moves frames into `message` (emptied first): one WebSocket message, empty if nothing waits. Returns the number of responses
    // in it. Arms the next wake.
    std::size_t drain(Bytes& message);

    [[nodiscard]] std::size_t queued_bytes() const;
    [[nodiscard]] std::size_t subscriptions() const;
    [[nodiscard]] bool is_subscribed(const GroupId& group) const;

  private:
    enum class Mode : std::uint8_t { held, behind, reading, live };

    struct Subscription {
        RecordNumber next;
        RecordNumber seen_end;                // one past the newest record offered
        std::optional<RecordNumber> ends_at;  // last record for this client
        Mode mode = Mode::held;
    };

    struct Item {
        std::variant<Bytes, SharedFrame> frame;
        std::uint16_t event_kind = 0;  // of push_event
        bool is_response = false;

        [[nodiscard]] const Bytes& bytes() const;
    };

    using Subscriptions = std::unordered_map<GroupId, Subscription>;

    bool wake_once();
    void queue(Item item);
    // True if the subscription ended with this record.
    bool push_next(Subscriptions::iterator it, const NumberedFrame& record);
    void set_behind(Subscriptions::iterator it);

    OutboxLimits limits_;
    mutable std::mutex mutex_;
    std::deque<Item> items_;
    std::size_t bytes_ = 0;
    Subscriptions subscriptions_;
    std::deque<GroupId>
        behind_;  // in the order in which they fell behind; may name some that are not any more
    bool catching_up_ = false;
    bool woken_ = false;
    bool ended_ = false;  // nothing can be subscribed to
};

}  // namespace serai::server::session
