// Who is connected: so that a revoked certificate's connections end at once, a mailbox's owner hears of a Welcome, and shutdown
// reaches everybody.
#pragma once

#include "protocol/base/error.hpp"
#include "server/session/caller.hpp"
#include "server/session/session.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace serai::server::session {

// A connection's socket, to be closed without ceremony.
class Abortable : public std::enable_shared_from_this<Abortable> {
  public:
    Abortable() = default;
    Abortable(const Abortable&) = delete;
    Abortable& operator=(const Abortable&) = delete;
    virtual ~Abortable() = default;

    // From any thread; closes soon, on the connection's strand.
    virtual void abort() = 0;

    // On the strand: how to close, and (null) that there is nothing to close any more.
    void set_closer(std::function<void()> closer) { closer_ = std::move(closer); }

    void close_now() {
        if (closer_) {
            closer_();
        }
    }

  private:
    std::function<void()> closer_;
};

// Thread-safe.
class Registry {
  public:
    explicit Registry(std::size_t connections_per_device)
        : connections_per_device_(connections_per_device) {}

    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    // A connection that has not said who it is.
    void add(const std::shared_ptr<Abortable>& connection);

    // It has: the place of one connection of that device, given back when the last copy goes. Null if the device has too many.
    // Must be destroyed before the registry.
    [[nodiscard]] std::shared_ptr<const void> enter(const CallerPtr& caller,
                                                    const std::shared_ptr<Abortable>& connection);

    void add(const std::shared_ptr<Session>& session);
    void remove(const std::shared_ptr<Session>& session);

    // Something for every session of a device.
    void notify(const protocol::network::SpiffeId& device,
                protocol::message::EventType type,
                const SharedFrame& frame) const;

    // Ends every connection whose certificate has one of these serials.
    void revoke(const std::string& trust_domain, std::span<const Bytes> serials);

    // Ends every connection whose certificate has expired by now.
    void expire(UnixSeconds now);

    // Goodbye to every session; connections that are none are aborted.
    void end_all(WireError reason);

    void abort_all();

    [[nodiscard]] std::size_t sessions() const;

  private:
    struct Entered {
        CallerPtr caller;
        std::weak_ptr<Abortable> connection;
    };

    using Sessions = std::unordered_map<std::string, std::vector<std::shared_ptr<Session>>>;

    void leave(const Entered* entered);
    void end_if(const std::function<bool(const Caller&)>& hit);
    void abort_if(const std::function<bool(const Caller&)>& chosen);
    [[nodiscard]] std::vector<std::shared_ptr<Session>> all_sessions() const;

    const std::size_t connections_per_device_;
    mutable std::mutex mutex_;
    std::vector<std::weak_ptr<Abortable>> connections_;
    std::size_t prune_at_ = 64;
    std::unordered_set<const Entered*> entered_;
    std::unordered_map<std::string, std::size_t> per_device_;
    Sessions sessions_;  // by device
};

}  // namespace serai::server::session
