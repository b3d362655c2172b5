#include "server/session/registry.hpp"

#include <algorithm>
#include <utility>

namespace serai::server::session {

void Registry::add(const std::shared_ptr<Abortable>& connection) {
    const std::lock_guard lock{mutex_};
    if (connections_.size() >= prune_at_) {
        std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
        prune_at_ = std::max<std::size_t>(64, connections_.size() * 2);
    }
    connections_.push_back(connection);
}

std::shared_ptr<const void> Registry::enter(const CallerPtr& caller,
                                            const std::shared_ptr<Abortable>& connection) {
    auto entered = std::make_unique<Entered>(Entered{caller, connection});
    const std::lock_guard lock{mutex_};
    auto& count = per_device_[caller->device];
    if (count >= connections_per_device_) {
        return nullptr;
    }
    ++count;
    entered_.insert(entered.get());
    return {entered.release(), [this](const Entered* place) {
                leave(place);
            }};
}

void Registry::leave(const Entered* entered) {
    const std::unique_ptr<const Entered> owner{entered};
    const std::lock_guard lock{mutex_};
    entered_.erase(entered);
    const auto it = per_device_.find(entered->caller->device);
    if (--it->second == 0) {
        per_device_.erase(it);
    }
}

void Registry::add(const std::shared_ptr<Session>& session) {
    const std::lock_guard lock{mutex_};
    sessions_[session->caller()->device].push_back(session);
}

void Registry::remove(const std::shared_ptr<Session>& session) {
    const std::lock_guard lock{mutex_};
    const auto it = sessions_.find(session->caller()->device);
    if (it == sessions_.end()) {
        return;
    }
    std::erase(it->second, session);
    if (it->second.empty()) {
        sessions_.erase(it);
    }
}

void Registry::notify(const protocol::network::SpiffeId& device,
                      protocol::message::EventType type,
                      const SharedFrame& frame) const {
    std::vector<std::shared_ptr<Session>> found;
    {
        const std::lock_guard lock{mutex_};
        if (const auto it = sessions_.find(device.to_string()); it != sessions_.end()) {
            found = it->second;
        }
    }
    for (const auto& session : found) {
        session->notify(type, frame);
    }
}

std::vector<std::shared_ptr<Session>> Registry::all_sessions() const {
    const std::lock_guard lock{mutex_};
    std::vector<std::shared_ptr<Session>> all;
    for (const auto& [device, sessions] : sessions_) {
        all.insert(all.end(), sessions.begin(), sessions.end());
    }
    return all;
}

void Registry::revoke(const std::string& trust_domain, std::span<const Bytes> serials) {
    end_if([&](const Caller& caller) {
        const auto& identity = caller.identity;
        return identity.id.person.trust_domain == trust_domain &&
               std::find(serials.begin(), serials.end(), identity.serial) != serials.end();
    });
}

void Registry::expire(UnixSeconds now) {
    end_if([now](const Caller& caller) { return caller.is_expired(now); });
}

void Registry::end_if(const std::function<bool(const Caller&)>& hit) {
    std::unordered_set<const Caller*> with_session;
    for (const auto& session : all_sessions()) {
        with_session.insert(session->caller().get());
        if (hit(*session->caller())) {
            session->end(WireError::invalid_certificate);
        }
    }
    abort_if([&](const Caller& caller) { return !with_session.contains(&caller) && hit(caller); });
}

void Registry::end_all(WireError reason) {
    std::unordered_set<const Caller*> with_session;
    for (const auto& session : all_sessions()) {
        with_session.insert(session->caller().get());
        session->end(reason);
    }
    abort_if([&](const Caller& caller) { return !with_session.contains(&caller); });
}

void Registry::abort_if(const std::function<bool(const Caller&)>& chosen) {
    std::vector<std::shared_ptr<Abortable>> connections;
    {
        const std::lock_guard lock{mutex_};
        for (const auto* entered : entered_) {
            if (chosen(*entered->caller)) {
                connections.push_back(entered->connection.lock());
            }
        }
    }
    for (const auto& connection : connections) {
        if (connection) {
            connection->abort();
        }
    }
}

void Registry::abort_all() {
    std::vector<std::weak_ptr<Abortable>> all;
    {
        const std::lock_guard lock{mutex_};
        all = connections_;
    }
    for (const auto& weak : all) {
        if (const auto connection = weak.lock()) {
            connection->abort();
        }
    }
}

std::size_t Registry::sessions() const {
    return all_sessions().size();
}

}  // namespace serai::server::session
