// From durable batches to the subscribers' outboxes. Called once per batch on the committer's thread; an event is encoded once
// and shared by everybody who gets it.
#pragma once

#include "server/admin/metrics.hpp"
#include "server/session/registry.hpp"
#include "server/session/session.hpp"
#include "storage/commit/event.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

namespace serai::server::session {

// Thread-safe.
class Hub {
  public:
    Hub(Registry& registry, admin::Metrics& metrics) : registry_(registry), metrics_(metrics) {}

    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    // From now on the session's outbox is offered the channel's records. Subscribe in the outbox first: see Outbox::subscribe.
    void add(const GroupId& group, const std::shared_ptr<Session>& session);
    void remove(const GroupId& group, const std::shared_ptr<Session>& session);

    void publish(std::span<const storage::commit::Event> events);

    // Called for each revocation list, after the connections of its certificates were told to end; must return at once.
    std::function<void(const storage::commit::CertificatesRevoked&)> on_revocation;

    // Called when somebody has to leave a channel; must return at once.
    std::function<void(const storage::commit::RemovalDue&)> on_removal_due;

  private:
    using Subscribers = std::vector<std::weak_ptr<Session>>;
    using Sessions = std::vector<std::shared_ptr<Session>>;

    // Offers records of one channel, at least one, and adds to `woken` whoever has to be woken for them.
    void offer(std::span<const storage::commit::Event> records, Sessions& woken);

    void deliver(const storage::commit::MembersChanged& event);
    void deliver(const storage::commit::RemovalDue& event);
    void deliver(const storage::commit::MailboxArrived& event);
    void deliver(const storage::commit::CertificatesRevoked& event);
    void deliver(const storage::commit::DocumentSealed& event);

    Registry& registry_;
    admin::Metrics& metrics_;
    std::mutex mutex_;
    std::unordered_map<GroupId, Subscribers> channels_;
};

}  // namespace serai::server::session
