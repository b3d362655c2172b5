#include "server/session/hub.hpp"

#include "protocol/message/request.hpp"

#include <algorithm>
#include <concepts>
#include <utility>

namespace serai::server::session {

namespace message = protocol::message;
namespace commit = storage::commit;

namespace {

bool is(const std::weak_ptr<Session>& weak, const std::shared_ptr<Session>& session) {
    return weak.lock() == session;
}

// How many events at the front are records of one channel.
std::size_t records_of_one_channel(std::span<const commit::Event> events) {
    const auto* first = std::get_if<commit::RecordAppended>(&events.front());
    if (first == nullptr) {
        return 0;
    }
    const auto other = std::ranges::find_if(events, [first](const commit::Event& event) {
        const auto* record = std::get_if<commit::RecordAppended>(&event);
        return record == nullptr || record->group != first->group;
    });
    return static_cast<std::size_t>(other - events.begin());
}

SharedFrame mailbox_frame() {
    static const SharedFrame kFrame = [] {
        auto frame = std::make_shared<Bytes>();
        message::append_frame(
            *frame,
            message::FrameKind::event,
            protocol::codec::encode(message::make_event(message::MailboxEvent{})));
        return frame;
    }();
    return kFrame;
}

}  // namespace

void Hub::add(const GroupId& group, const std::shared_ptr<Session>& session) {
    const std::lock_guard lock{mutex_};
    auto& subscribers = channels_[group];
    std::erase_if(subscribers,
                  [&](const auto& weak) { return weak.expired() || is(weak, session); });
    subscribers.push_back(session);
}

void Hub::remove(const GroupId& group, const std::shared_ptr<Session>& session) {
    const std::lock_guard lock{mutex_};
    const auto it = channels_.find(group);
    if (it == channels_.end()) {
        return;
    }
    std::erase_if(it->second,
                  [&](const auto& weak) { return weak.expired() || is(weak, session); });
    if (it->second.empty()) {
        channels_.erase(it);
    }
}

// For records a connection is woken when all of the batch is in its outbox: each wake costs a system call, and a write of its own. What
// is rare wakes at once.
void Hub::publish(std::span<const commit::Event> events) {
    Sessions woken;
    while (!events.empty()) {
        const std::size_t records = records_of_one_channel(events);
        if (records > 0) {
            offer(events.first(records), woken);
            events = events.subspan(records);
            continue;
        }
        std::visit(
            [this]<class Known>(const Known& event) {
                if constexpr (!std::same_as<Known, commit::RecordAppended>) {
                    deliver(event);
                }
            },
            events.front());
        events = events.subspan(1);
    }
    for (const auto& session : woken) {
        session->wake();
    }
}

void Hub::offer(std::span<const commit::Event> records, Sessions& woken) {
    const GroupId& group = std::get<commit::RecordAppended>(records.front()).group;
    const std::lock_guard lock{mutex_};
    const auto it = channels_.find(group);
    if (it == channels_.end()) {
        return;
    }
    std::vector<NumberedFrame> frames;
    frames.reserve(records.size());
    for (const auto& event : records) {
        const auto& record = std::get<commit::RecordAppended>(event);
        frames.push_back({record.number, record_event_frame(group, *record.entry)});
    }
    for (const auto& weak : it->second) {
        if (auto session = weak.lock()) {
            metrics_.records_pushed.add(frames.size());
            if (session->outbox().offer(group, frames)) {
                woken.push_back(std::move(session));
            }
        }
    }
}

// The devices that were removed get no record after the one that removed them.
void Hub::deliver(const commit::MembersChanged& event) {
    const std::lock_guard lock{mutex_};
    const auto it = channels_.find(event.group);
    if (it == channels_.end()) {
        return;
    }
    std::erase_if(it->second, [&](const auto& weak) {
        const auto session = weak.lock();
        if (!session) {
            return true;
        }
        const auto& device = session->caller()->identity.id;
        if (std::find(event.removed.begin(), event.removed.end(), device) == event.removed.end()) {
            return false;
        }
        session->wake_if(session->outbox().end_after(event.group, event.number));
        return true;
    });
}

// Members hear of it by the proposal.
void Hub::deliver(const commit::RemovalDue& event) {
    if (on_removal_due) {
        on_removal_due(event);
    }
}

void Hub::deliver(const commit::MailboxArrived& event) {
    registry_.notify(event.device, message::EventType::mailbox, mailbox_frame());
}

void Hub::deliver(const commit::CertificatesRevoked& event) {
    registry_.revoke(event.trust_domain, event.serials);
    if (on_revocation) {
        on_revocation(event);
    }
}

// Members hear of a document by its manifest, which is a message.
void Hub::deliver(const commit::DocumentSealed&) {}

}  // namespace serai::server::session
