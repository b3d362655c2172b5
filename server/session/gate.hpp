// Judges who knocks, before anything else is done for a connection.
//
// admit() does, in this order: judges the chain against the bundle and the revocation list of the trust domain that it names
// (each refusal has its own reason); counts and records a refusal, one leaf per source (address and claimed party), hour and reason; makes the
// certificate's first appearance a leaf and waits until that is durable.
//
// A certificate that is good but for the age of its party's list counts and is recorded as refused, and is admitted all the
// same with Caller::crl_stale: somebody has to bring the newer list.
#pragma once

#include "server/admin/metrics.hpp"
#include "server/runtime/clock.hpp"
#include "server/runtime/log.hpp"
#include "server/runtime/worker_pool.hpp"
#include "server/session/caller.hpp"
#include "server/session/rates.hpp"
#include "server/session/trust.hpp"
#include "storage/commit/pipeline.hpp"
#include "storage/repo/repositories.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <variant>
#include <vector>

namespace serai::server::session {

struct Refusal {
    WireError error = WireError::invalid_certificate;
    std::string reason;  // the name of an X509Error, or of a limit

    Refusal(WireError e, std::string r) : error(e), reason(std::move(r)) {}
};

using Admission = std::variant<CallerPtr, Refusal>;

// Thread-safe. Everything referred to outlives the gate.
class Gate {
  public:
    Gate(Trust& trust,
         storage::repo::Repositories& repositories,
         storage::commit::Pipeline& pipeline,
         runtime::WorkerPool& cpu,
         runtime::WorkerPool& blocking,
         const runtime::Clock& clock,
         admin::Metrics& metrics,
         const runtime::Log& log,
         const LimitConfig& limits);

    // `chain`: DER, the device's certificate first. `address`: of the peer, without its port.
    boost::asio::awaitable<Admission> admit(std::vector<Bytes> chain, std::string address);

    // Whether the certificate has been revoked since it was admitted.
    [[nodiscard]] bool is_revoked(const Caller& caller) const;

  private:
    struct Judged {
        CallerPtr caller;     // when good, or good but for the age of the list
        std::string claimed;  // the SPIFFE id that a bad one claims, if it does
        std::string reason;   // why it is bad; empty if it is good
    };

    using PreparedPtr = std::shared_ptr<storage::repo::Prepared>;

    [[nodiscard]] storage::repo::RecordRefusal refusal_of(const Judged& judged,
                                                          const std::string& address) const;
    [[nodiscard]] Judged judge(const std::vector<Bytes>& chain, const std::string& address);
    boost::asio::awaitable<void> note_refusal(Judged judged, std::string address);
    boost::asio::awaitable<storage::commit::Verdict> record(storage::repo::Prepared intent);

    Trust& trust_;
    storage::repo::Repositories& repositories_;
    storage::commit::Pipeline& pipeline_;
    runtime::WorkerPool& cpu_;
    runtime::WorkerPool& blocking_;
    const runtime::Clock& clock_;
    admin::Metrics& metrics_;
    const runtime::Log& log_;
    Rates rates_;
    TokenBucket recorded_refusals_;
    TokenBucket logged_refusals_;
};

}  // namespace serai::server::session
