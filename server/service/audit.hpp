// Use cases of those who look: checkpoint, proofs, leaves, governance, openings; and the parties' revocation lists.
#pragma once

#include "protocol/message/request.hpp"
#include "server/service/context.hpp"

#include <functional>

namespace serai::server::service {

// Runs on the worker pools; thread-safe.
class Audit {
  public:
    explicit Audit(const Context& context) : context_(context) {}

    void handle(const Call& call, const protocol::message::Hello& request) const;
    void handle(const Call& call, const protocol::message::GetCheckpoint& request) const;
    void handle(const Call& call, const protocol::message::ProveInclusion& request) const;
    void handle(const Call& call, const protocol::message::ProveConsistency& request) const;
    void handle(const Call& call, const protocol::message::GetLeaves& request) const;
    void handle(const Call& call, const protocol::message::ListGovernance& request) const;
    void handle(const Call& call, protocol::message::QueryOpenings request) const;
    void handle(const Call& call, const protocol::message::PublishCrl& request) const;

    // A retry of a query that is known gets its page again: true if it is answered, or will be.
    [[nodiscard]] bool attach(const Call& call,
                              const protocol::message::QueryOpenings& request) const;

    // Takes the recorded lists into the trust store, on the cpu pool.
    void refresh_trust() const;

  private:
    [[nodiscard]] std::function<void(const storage::commit::Verdict&)> page_after(
        const Call& call, const protocol::network::QueryOpeningsStatement& statement) const;
    [[nodiscard]] std::function<void(const storage::commit::Verdict&)> answer_in_force(
        const Call& call) const;

    const Context& context_;
};

}  // namespace serai::server::service
