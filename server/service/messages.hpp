// The traffic of channels: send, fetch, subscribe. send() is the path that has to be quick: no thread hop, no signature; the
// channel's head in memory says whether the sender is a member and the epoch is right, and the pipeline says so again.
#pragma once

#include "protocol/message/request.hpp"
#include "server/service/context.hpp"
#include "server/session/outbox.hpp"

#include <memory>

namespace serai::server::service {

// Thread-safe.
class Messages {
  public:
    explicit Messages(const Context& context) : context_(context) {}

    // Where a loaded channel is known to be, so that send() need not ask the store. Null if it is not.
    using ChannelPtr = storage::repo::ChannelPtr;

    // One message on its way, without the copies of a Call.
    struct Outgoing {
        session::Reply reply;
        storage::commit::Asked asked;
        protocol::message::Send request;
    };

    // Checks and submits a message for a loaded channel. Quick; may be called on a strand.
    void send(Outgoing message, ChannelPtr channel) const;

    // Loads a channel; reads the store if it must.
    [[nodiscard]] Result<ChannelPtr> load(const GroupId& group) const;

    void handle(const Call& call, const protocol::message::FetchRecords& request) const;
    void handle(const Call& call, const protocol::message::Subscribe& request) const;
    void handle(const Call& call, const protocol::message::Unsubscribe& request) const;

    // A subscription's next records: from the ring when they are there, else from the store, on the blocking pool.
    void catch_up(const std::shared_ptr<session::Session>& session,
                  const session::Outbox::Cursor& cursor) const;

  private:
    void read_on(const std::shared_ptr<session::Session>& session,
                 const session::Outbox::Cursor& cursor) const;

    const Context& context_;
};

}  // namespace serai::server::service
