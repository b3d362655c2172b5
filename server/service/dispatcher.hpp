// Where a session's requests go: rates, decoding, the service that does it, and the threads it runs on.
//
// - send: on the session's strand, straight into the pipeline, when the channel is loaded (it is, after the first message);
// - what verifies signatures or MLS: the cpu pool; what only reads: the blocking pool;
// - everything else that is quick: at once.
#pragma once

#include "server/service/audit.hpp"
#include "server/service/channels.hpp"
#include "server/service/context.hpp"
#include "server/service/directory.hpp"
#include "server/service/documents.hpp"
#include "server/service/messages.hpp"
#include "server/session/session.hpp"

#include <memory>
#include <optional>

namespace serai::server::service {

// Thread-safe. Must outlive every session and every job on the pools.
class Dispatcher final : public session::RequestHandler {
  public:
    Dispatcher(const Context& context, Documents& documents);

    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    std::shared_ptr<session::SessionState> begin() override;

    std::optional<WireError> handle(const session::IncomingRequest& request,
                                    const session::Reply& reply) override;

    void catch_up(const std::shared_ptr<session::Session>& session,
                  const session::Outbox::Cursor& cursor) override;

    [[nodiscard]] const Audit& audit() const { return audit_; }

  private:
    struct Station;

    std::optional<WireError> greet(const CallPtr& call);
    std::optional<WireError> send(const session::IncomingRequest& request,
                                  const session::Reply& reply,
                                  Station& station);
    void load_and_send(const std::shared_ptr<Station>& station, const GroupId& group) const;
    template <class Job>
    auto or_internal(const Job& job) const -> decltype(job());
    void post(const CallPtr& call);
    void execute(const Call& call) const;

    template <class Request, class Service>
    void run(const Call& call, const Service& service) const;

    const Context& context_;
    Channels channels_;
    Messages messages_;
    Directory directory_;
    Audit audit_;
    Documents& documents_;
};

}  // namespace serai::server::service
