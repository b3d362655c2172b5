#include "server/session/hub.hpp"

#include "protocol/message/request.hpp"

#include <algorithm>
#include <utility>

namespace serai::server::session {

namespace message = protocol::message;
namespace commit = storage::commit;

namespace {

bool is(const std::weak_ptr<Session>& weak, const std::shared_ptr<Session>& session) {
    return weak.lock() == session;
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

void Hub::publish(std::span<const commit::Event> events) {
    for (const auto& event : events) {
        std::visit([this](const auto& known) { deliver(known); }, event);
    }
}

void Hub::deliver(const commit::RecordAppended& event) {
    const std::lock_guard lock{mutex_};
    const auto it = channels_.find(event.group);
    if (it == channels_.end()) {
        return;
    }
    const NumberedFrame record{event.number, record_event_frame(event.group, *event.entry)};
    for (const auto& weak : it->second) {
        if (const auto session = weak.lock()) {
            metrics_.records_pushed.add();
            session->wake_if(session->outbox().offer(event.group, record));
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
