// What the services work with, and one request on its way through them.
#pragma once

#include "crypto/act/signed_act.hpp"
#include "server/admin/metrics.hpp"
#include "server/config.hpp"
#include "server/runtime/clock.hpp"
#include "server/runtime/log.hpp"
#include "server/runtime/worker_pool.hpp"
#include "server/session/hub.hpp"
#include "server/session/session.hpp"
#include "server/session/trust.hpp"
#include "storage/commit/pipeline.hpp"
#include "storage/repo/prepare.hpp"
#include "storage/repo/repositories.hpp"

#include <memory>
#include <string_view>
#include <utility>

namespace serai::server::service {

// References to what outlives every service. All of it may be used from any thread.
struct Context {
    storage::repo::Repositories& repositories;
    storage::commit::Pipeline& pipeline;
    session::Trust& trust;
    session::Hub& hub;
    runtime::WorkerPool& cpu;
    runtime::WorkerPool& blocking;
    const runtime::Clock& clock;
    admin::Metrics& metrics;
    const runtime::Log& log;
    LimitConfig limits;
    crypto::act::ActContext act_context;

    [[nodiscard]] const protocol::network::Genesis& genesis() const { return trust.genesis(); }
};

// One request with what it takes to answer it, off the strand.
class Call {
  public:
    Call(session::CallerPtr caller,
         session::Reply reply,
         RequestId id,
         protocol::message::RequestType type,
         Bytes body)
        : caller_(std::move(caller)),
          reply_(std::move(reply)),
          id_(id),
          type_(type),
          body_(std::move(body)) {}

    [[nodiscard]] const session::Caller& caller() const { return *caller_; }

    [[nodiscard]] const protocol::network::SpiffeId& device() const { return caller_->identity.id; }

    [[nodiscard]] const session::Reply& reply() const { return reply_; }

    [[nodiscard]] protocol::message::RequestType type() const { return type_; }

    [[nodiscard]] ByteView body() const { return body_; }

    [[nodiscard]] storage::commit::Asked asked() const;

    // Answers with a structure.
    template <protocol::codec::Encodable Response>
    void ok(const Response& response) const {
        reply_.ok(protocol::codec::encode(response));
    }

    // Answers with any layer's error, as errors.hpp translates it.
    void fail(const ErrorCode& error) const;

    // One or the other.
    template <protocol::codec::Encodable Response>
    void answer(const Result<Response>& response) const {
        if (response) {
            ok(*response);
        } else {
            fail(response.error());
        }
    }

  private:
    session::CallerPtr caller_;
    session::Reply reply_;
    RequestId id_;
    protocol::message::RequestType type_;
    Bytes body_;
};

using CallPtr = std::shared_ptr<const Call>;

// Answers a request that is not submitted. A twin of it (a retry on another connection) may have come through since this one
// looked, and then it is what the twin has done that speaks against this one: the twin's verdict is the answer.
void refuse(const Context& context, const Call& call, const ErrorCode& error);

// Hands the intent to the pipeline, whose verdict is the answer; an error of preparing is the answer itself.
void submit(const Context& context, const Call& call, storage::repo::Prepared intent);

}  // namespace serai::server::service
