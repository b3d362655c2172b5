#include "server/session/gate.hpp"

#include "crypto/primitive/hash.hpp"
#include "server/runtime/await.hpp"
#include "server/service/submit.hpp"

#include <utility>

namespace serai::server::session {

namespace asio = boost::asio;
namespace repo = storage::repo;
namespace x509 = crypto::x509;
using storage::commit::Verdict;

namespace {

// Tells sources apart without saying who they are.
Digest source_of(const std::string& address, const std::string& claimed) {
    Bytes text = to_bytes(as_bytes("serai/source/v1"));
    append(text, as_bytes(address));
    text.push_back(0);
    append(text, as_bytes(claimed));
    return crypto::sha256(text);
}

std::string reason_of(const ErrorCode& error) {
    if (error.category() == x509::x509_category()) {
        return std::string{x509::name(static_cast<x509::X509Error>(error.value()))};
    }
    return std::string{name(WireError::invalid_certificate)};
}

std::string claimed_by(const std::vector<Bytes>& chain) {
    if (chain.empty()) {
        return {};
    }
    const auto certificate = x509::Certificate::parse(chain.front());
    if (!certificate) {
        return {};
    }
    const auto id = certificate->claimed_id();
    return id ? id->to_string() : std::string{};
}

// Judges as if the party had no list, except that every serial that any of its durable lists names stays revoked: a list's
// age takes nothing back.
Result<x509::Identity> verify_despite_stale_list(const x509::TrustStore& store,
                                                 const repo::Network& network,
                                                 const std::vector<Bytes>& chain,
                                                 UnixSeconds now) {
    SERAI_TRY(leaf, x509::Certificate::parse(chain.front()));
    SERAI_TRY(id, leaf.claimed_id());
    const auto& domain = id.person.trust_domain;
    const auto* bundle = store.bundle(domain);
    if (bundle == nullptr) {
        return x509::X509Error::unknown_trust_domain;
    }
    for (const auto& der : chain) {
        SERAI_TRY(certificate, x509::Certificate::parse(der));
        if (network.is_revoked(domain, certificate.serial())) {
            return x509::X509Error::revoked;
        }
    }
    return x509::verify_chain(chain, *bundle, {}, now, x509::Usage::tls_client);
}

}  // namespace

Gate::Gate(Trust& trust,
           repo::Repositories& repositories,
           storage::commit::Pipeline& pipeline,
           runtime::WorkerPool& cpu,
           const runtime::Clock& clock,
           admin::Metrics& metrics,
           const runtime::Log& log,
           const LimitConfig& limits)
    : trust_(trust),
      repositories_(repositories),
      pipeline_(pipeline),
      cpu_(cpu),
      clock_(clock),
      metrics_(metrics),
      log_(log),
      rates_(limits.device_rate, limits.party_rate),
      recorded_refusals_(limits.refusals) {}

Gate::Judged Gate::judge(const std::vector<Bytes>& chain, const std::string& address) {
    const auto store = trust_.store();
    const auto now = clock_.now_seconds();
    auto identity = store->verify(chain, now, x509::Usage::tls_client);
    const bool stale = !identity && identity.error() == make_error_code(x509::X509Error::crl_stale);
    if (stale) {
        identity = verify_despite_stale_list(*store, repositories_.network(), chain, now);
    }
    if (!identity) {
        return {nullptr, claimed_by(chain), reason_of(identity.error())};
    }
    auto device = identity->id.to_string();
    const auto& domain = identity->id.person.trust_domain;
    const auto* party = trust_.genesis().party_of_domain(domain);
    if (party == nullptr) {
        return {nullptr, device, std::string{x509::name(x509::X509Error::unknown_trust_domain)}};
    }
    if (repositories_.network().is_revoked(domain, identity->serial)) {
        return {nullptr, device, std::string{x509::name(x509::X509Error::revoked)}};
    }
    auto allowance = rates_.of(device, party->code.text());
    const auto caller = std::make_shared<const Caller>(
        Caller{*identity, party->code, chain, device, address, std::move(allowance), stale});
    if (stale) {
        return {caller, device, std::string{x509::name(x509::X509Error::crl_stale)}};
    }
    return {caller, {}, {}};
}

bool Gate::is_revoked(const Caller& caller) const {
    return repositories_.network().is_revoked(caller.identity.id.person.trust_domain,
                                              caller.identity.serial);
}

asio::awaitable<Verdict> Gate::record(repo::Prepared intent) {
    if (!intent) {
        co_return Verdict::refused(WireError::internal);
    }
    auto wait = service::submit_and_wait(pipeline_, std::move(*intent));
    co_return co_await std::move(wait);
}

asio::awaitable<void> Gate::note_refusal(Judged judged, std::string address) {
    metrics_.count_refusal(judged.reason);
    log_.warning("identity_refused",
                 {{"peer", address}, {"claimed", judged.claimed}, {"reason", judged.reason}});
    if (recorded_refusals_.take(std::chrono::steady_clock::now())) {
        repo::RecordRefusal refusal{source_of(address, judged.claimed), judged.reason, {}};
        const auto id = protocol::network::SpiffeId::parse(judged.claimed);
        const auto* party =
            id ? trust_.genesis().party_of_domain(id->person.trust_domain) : nullptr;
        if (party != nullptr) {
            refusal.concerns.push_back(party->code);
        }
        auto intent = repo::prepare(repositories_, std::move(refusal));
        auto wait = record(std::move(intent));
        co_await std::move(wait);
    }
}

asio::awaitable<Admission> Gate::admit(std::vector<Bytes> chain, std::string address) {
    std::function<Judged()> job = [this, chain, address] {
        return judge(chain, address);
    };
    Judged stopped{nullptr, {}, std::string{name(WireError::shutting_down)}};
    auto judging = runtime::run_on<Judged>(cpu_, std::move(job), std::move(stopped));
    auto judged = co_await std::move(judging);
    if (!judged.reason.empty()) {
        auto noting = note_refusal(judged, std::move(address));
        co_await std::move(noting);
    }
    if (!judged.caller) {
        Refusal refusal{WireError::invalid_certificate, std::move(judged.reason)};
        co_return refusal;
    }
    const auto caller = judged.caller;
    if (!repositories_.network().is_seen(caller->identity.certificate_hash)) {
        auto intent = repo::prepare(
            repositories_,
            repo::CertificateSeen{caller->identity.id, caller->party, caller->chain.front()});
        auto recording = record(std::move(intent));
        const auto verdict = co_await std::move(recording);
        if (verdict.error) {
            Refusal refusal{*verdict.error, std::string{name(*verdict.error)}};
            co_return refusal;
        }
    }
    co_return caller;
}

}  // namespace serai::server::session
