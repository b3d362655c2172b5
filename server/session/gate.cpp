#include "server/session/gate.hpp"

#include "crypto/primitive/hash.hpp"
#include "server/runtime/await.hpp"
#include "server/service/submit.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <utility>

namespace serai::server::session {

namespace asio = boost::asio;
namespace repo = storage::repo;
namespace x509 = crypto::x509;
using storage::commit::Verdict;

namespace {

constexpr RateConfig kLoggedRefusals{1, 100};  // lines; more are only counted

// Of an IPv6 address its network of 64 bits: whoever has one address there has all.
std::string network_of(const std::string& address) {
    boost::system::error_code error;
    const auto parsed = asio::ip::make_address(address, error);
    if (error || !parsed.is_v6()) {
        return address;
    }
    auto bytes = parsed.to_v6().to_bytes();
    std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), std::uint8_t{0});
    return asio::ip::address_v6{bytes}.to_string();
}

// Tells sources apart without saying who they are. Of what a refused certificate claims only the party counts, of which there
// are few: a name that anybody can invent must not make a new source.
Digest source_of(const std::string& address, std::string_view party) {
    Bytes text = to_bytes(as_bytes("serai/source/v2"));
    append(text, as_bytes(network_of(address)));
    text.push_back(0);
    append(text, as_bytes(party));
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
           runtime::WorkerPool& blocking,
           const runtime::Clock& clock,
           admin::Metrics& metrics,
           const runtime::Log& log,
           const LimitConfig& limits)
    : trust_(trust),
      repositories_(repositories),
      pipeline_(pipeline),
      cpu_(cpu),
      blocking_(blocking),
      clock_(clock),
      metrics_(metrics),
      log_(log),
      rates_(limits.device_rate, limits.party_rate),
      recorded_refusals_(limits.refusals),
      logged_refusals_(kLoggedRefusals) {}

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
    const auto now = std::chrono::steady_clock::now();
    if (logged_refusals_.take(now)) {
        log_.warning("identity_refused",
                     {{"peer", address}, {"claimed", judged.claimed}, {"reason", judged.reason}});
    }
    if (!recorded_refusals_.take(now)) {
        co_return;
    }
    std::function<PreparedPtr()> job = [this, judged, address] {
        return std::make_shared<repo::Prepared>(
            repo::prepare(repositories_, refusal_of(judged, address)));
    };
    auto preparing = runtime::run_on<PreparedPtr>(blocking_, std::move(job), nullptr);
    const auto intent = co_await std::move(preparing);
    if (intent != nullptr) {
        auto wait = record(std::move(*intent));
        co_await std::move(wait);
    }
}

repo::RecordRefusal Gate::refusal_of(const Judged& judged, const std::string& address) const {
    const auto id = protocol::network::SpiffeId::parse(judged.claimed);
    const auto* party = id ? trust_.genesis().party_of_domain(id->person.trust_domain) : nullptr;
    if (party == nullptr) {
        return {source_of(address, {}), judged.reason, {}};
    }
    return {source_of(address, party->code.text()), judged.reason, {party->code}};
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
