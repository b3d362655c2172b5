#include "server/session/session.hpp"

#include "protocol/base/limits.hpp"
#include "protocol/codec/varint.hpp"
#include "protocol/message/request.hpp"

#include <utility>

namespace serai::server::session {

namespace message = protocol::message;
using protocol::codec::Writer;
using storage::commit::Completion;
using storage::commit::Verdict;
using storage::commit::Waiter;

namespace {

constexpr std::size_t kFrameHead = 1 + 4;  // kind and the longest length

// A ResponseFrame inside its Frame, built in place.
Bytes response_frame(const RequestId& id, std::optional<WireError> error, ByteView content) {
    const std::size_t size =
        id.value().size() + sizeof(std::uint16_t) + protocol::codec::vector_size(content.size());
    Bytes frame;
    frame.reserve(kFrameHead + size);
    Writer writer{frame};
    writer.enumeration(message::FrameKind::response);
    writer.length(size);
    writer.strong(id);
    writer.u16(error ? static_cast<std::uint16_t>(*error) : std::uint16_t{0});
    writer.vector(content);
    return frame;
}

// Not a revocation and the like: those end at once.
bool lets_finish(WireError reason) {
    return reason == WireError::malformed || reason == WireError::shutting_down;
}

SharedFrame event_frame(const message::EventFrame& event) {
    auto frame = std::make_shared<Bytes>();
    message::append_frame(*frame, message::FrameKind::event, protocol::codec::encode(event));
    return frame;
}

}  // namespace

SharedFrame record_event_frame(const GroupId& group, ByteView encoded_entry) {
    const std::size_t body = group.value().size() + encoded_entry.size();
    const std::size_t size = sizeof(message::EventType) + protocol::codec::vector_size(body);
    auto frame = std::make_shared<Bytes>();
    frame->reserve(kFrameHead + size);
    Writer writer{*frame};
    writer.enumeration(message::FrameKind::event);
    writer.length(size);
    writer.enumeration(message::EventType::record);
    writer.length(body);
    writer.strong(group);
    writer.fixed(encoded_entry);
    return frame;
}

// ---- Reply ----

void Reply::ok(ByteView body) const {
    session_->answer(token_, std::nullopt, body);
}

void Reply::fail(WireError error, std::string_view detail) const {
    session_->answer(token_, error, as_bytes(detail.substr(0, limits::kMaxDetail)));
    if (error == WireError::malformed) {
        session_->end(error);
    }
}

void Reply::fail(const ErrorCode& error) const {
    const bool known = error.category() == wire_category();
    fail(known ? static_cast<WireError>(error.value()) : WireError::internal);
}

Waiter Reply::waiter() const {
    return {session_, token_};
}

Waiter Reply::waiter(std::function<void(const Verdict&)> then) const {
    session_->set_then(token_, std::move(then));
    return {session_, token_};
}

// ---- Session, on the strand ----

Session::Session(CallerPtr caller,
                 RequestHandler& handler,
                 SessionOptions options,
                 std::function<void()> wake)
    : caller_(std::move(caller)),
      handler_(handler),
      options_(options),
      wake_(std::move(wake)),
      state_(handler.begin()),
      outbox_(options.outbox) {}

void Session::receive(ByteView bytes) {
    auto frames = message::split_frames(bytes);
    next_frame_ = 0;
    if (!frames) {
        frames_.clear();
        end(WireError::malformed);
        return;
    }
    frames_ = std::move(*frames);
}

bool Session::has_capacity() const {
    return in_flight_ < options_.in_flight &&
           outbox_.queued_bytes() < options_.outbox.bytes + limits::kMaxWebSocketMessage;
}

bool Session::proceed() {
    while (next_frame_ < frames_.size() && !ending()) {
        if (!has_capacity()) {
            return false;
        }
        const auto frame = frames_[next_frame_++];
        handle_frame(frame.payload, frame.kind);
    }
    frames_.clear();
    next_frame_ = 0;
    return !ending();
}

void Session::handle_frame(ByteView payload, message::FrameKind kind) {
    const auto request = message::read_request(payload);
    if (kind != message::FrameKind::request || !request) {
        end(WireError::malformed);
        return;
    }
    // hello is the first request, and only the first.
    const bool is_hello = request->type == message::RequestType::hello;
    if (is_hello == greeted_) {
        end(WireError::malformed);
        return;
    }
    greeted_ = true;
    const Reply reply{shared_from_this(), open_slot(request->id)};
    ++in_flight_;
    if (const auto fatal = handler_.handle(*request, reply)) {
        reply.fail(*fatal);
        end(*fatal);
    }
}

void Session::drain(Bytes& out) {
    while (const auto cursor = outbox_.begin_catch_up()) {
        handler_.catch_up(shared_from_this(), *cursor);
    }
    in_flight_ -= outbox_.drain(out);
}

std::optional<WireError> Session::ending() const {
    const std::lock_guard lock{mutex_};
    return ending_;
}

bool Session::owes_answers() const {
    const auto reason = ending();
    return in_flight_ > 0 && reason && lets_finish(*reason);
}

void Session::closed() {
    closed_ = true;
}

// ---- Session, any thread ----

void Session::end(WireError reason) {
    {
        const std::lock_guard lock{mutex_};
        if (ending_) {
            return;
        }
        ending_ = reason;
    }
    outbox_.end_subscriptions(!lets_finish(reason));
    notify(message::EventType::goodbye,
           event_frame(message::make_event(message::GoodbyeEvent{.reason = reason})));
    wake_();
}

void Session::notify(message::EventType type, const SharedFrame& frame) {
    if (!is_closed()) {
        wake_if(outbox_.push_event(static_cast<std::uint16_t>(type), frame));
    }
}

std::uint64_t Session::open_slot(const RequestId& id) {
    const std::lock_guard lock{mutex_};
    if (free_slots_.empty()) {
        free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
        slots_.emplace_back();
    }
    const auto index = free_slots_.back();
    free_slots_.pop_back();
    auto& slot = slots_[index];
    slot.id = id;
    slot.used = true;
    ++slot.generation;
    return (std::uint64_t{slot.generation} << 32) | index;
}

std::optional<RequestId> Session::take_slot(std::uint64_t token) {
    const std::lock_guard lock{mutex_};
    const auto index = static_cast<std::uint32_t>(token);
    auto& slot = slots_.at(index);
    if (!slot.used || slot.generation != static_cast<std::uint32_t>(token >> 32)) {
        return std::nullopt;
    }
    slot.used = false;
    slot.then = nullptr;
    free_slots_.push_back(index);
    return slot.id;
}

void Session::set_then(std::uint64_t token, Then then) {
    const std::lock_guard lock{mutex_};
    auto& slot = slots_.at(static_cast<std::uint32_t>(token));
    if (slot.used && slot.generation == static_cast<std::uint32_t>(token >> 32)) {
        slot.then = std::move(then);
    }
}

Session::Then Session::take_then(std::uint64_t token) {
    const std::lock_guard lock{mutex_};
    auto& slot = slots_.at(static_cast<std::uint32_t>(token));
    if (!slot.used || slot.generation != static_cast<std::uint32_t>(token >> 32)) {
        return nullptr;
    }
    return std::exchange(slot.then, nullptr);
}

std::optional<Bytes> Session::answer_frame(std::uint64_t token,
                                           std::optional<WireError> error,
                                           ByteView content) {
    const auto id = take_slot(token);
    if (!id) {
        return std::nullopt;
    }
    auto frame = response_frame(*id, error, content);
    if (frame.size() > limits::kMaxWebSocketMessage) {
        frame = response_frame(*id, WireError::too_large, {});
    }
    return frame;
}

void Session::answer(std::uint64_t token, std::optional<WireError> error, ByteView content) {
    auto frame = answer_frame(token, error, content);
    if (frame && !is_closed()) {
        std::vector<Bytes> one;
        one.push_back(std::move(*frame));
        wake_if(outbox_.push_responses(std::move(one)));
    }
}

void Session::complete(std::vector<Completion> completions) {
    std::vector<Bytes> answers;
    answers.reserve(completions.size());
    for (const auto& [token, verdict] : completions) {
        if (const auto then = take_then(token)) {
            then(verdict);
        } else if (auto frame =
                       answer_frame(token,
                                    verdict.error,
                                    verdict.error ? ByteView{} : ByteView{*verdict.body})) {
            answers.push_back(std::move(*frame));
        }
    }
    owes_wake_ = !is_closed() && outbox_.push_responses(std::move(answers));
}

// The answers and the events of a batch leave together.
void Session::delivered() {
    wake_if(std::exchange(owes_wake_, false));
}

}  // namespace serai::server::session
