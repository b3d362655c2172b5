#include "server/service/dispatcher.hpp"

#include "crypto/x509/error.hpp"
#include "protocol/message/request.hpp"
#include "server/service/errors.hpp"

#include <chrono>
#include <deque>
#include <exception>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace serai::server::service {

namespace message = protocol::message;
namespace repo = storage::repo;
using message::RequestType;
using session::IncomingRequest;
using session::Reply;
using session::Session;

// The first message of a session into a channel waits until the channel is loaded; those that follow wait behind it, so that a
// session's messages keep their order.
struct Dispatcher::Station final : session::SessionState {
    using Queue = std::deque<Messages::Outgoing>;

    std::mutex mutex;
    std::unordered_map<GroupId, std::weak_ptr<repo::Channel>> loaded;
    std::unordered_map<GroupId, Queue> waiting;
};

namespace {

storage::commit::Asked asked_of(const session::Caller& caller, const IncomingRequest& request) {
    return {caller.identity.id,
            caller.party,
            caller.identity.serial,
            request.id,
            storage::commit::request_digest(request.type, request.body),
            caller.identity.not_after};
}

// Signatures and MLS, as against reading.
bool takes_cpu(RequestType type) {
    switch (type) {
        case RequestType::publish_key_packages:
        case RequestType::claim_key_package:
        case RequestType::found_channel:
        case RequestType::establish_channel:
        case RequestType::admit:
        case RequestType::expel:
        case RequestType::restore:
        case RequestType::commit:
        case RequestType::report:
        case RequestType::open_document:
        case RequestType::complete_document:
        case RequestType::query_openings:
        case RequestType::publish_crl:
            return true;
        default:
            return false;
    }
}

// Whether a retry has to be recognised before it is judged again. query_openings sees to it by itself.
bool is_kept(RequestType type) {
    switch (type) {
        case RequestType::publish_key_packages:
        case RequestType::claim_key_package:
        case RequestType::found_channel:
        case RequestType::establish_channel:
        case RequestType::admit:
        case RequestType::expel:
        case RequestType::restore:
        case RequestType::commit:
        case RequestType::report:
        case RequestType::delete_mailbox:
        case RequestType::seal_document:
        case RequestType::open_document:
        case RequestType::complete_document:
        case RequestType::publish_crl:
            return true;
        default:
            return false;
    }
}

// What a device may ask while its party's revocation list is too old: what it takes to connect, to check the log, and to
// publish a newer list.
bool renews_list(RequestType type) {
    switch (type) {
        case RequestType::hello:
        case RequestType::get_checkpoint:
        case RequestType::prove_inclusion:
        case RequestType::prove_consistency:
        case RequestType::get_leaves:
        case RequestType::list_governance:
        case RequestType::publish_crl:
            return true;
        default:
            return false;
    }
}

}  // namespace

Dispatcher::Dispatcher(const Context& context, Documents& documents)
    : context_(context),
      channels_(context),
      messages_(context),
      directory_(context),
      audit_(context),
      documents_(documents) {}

std::shared_ptr<session::SessionState> Dispatcher::begin() {
    return std::make_shared<Station>();
}

std::optional<WireError> Dispatcher::handle(const IncomingRequest& request, const Reply& reply) {
    auto& station = static_cast<Station&>(*reply.session().state());
    context_.metrics.count_request(message::name(request.type));
    if (!reply.session().caller()->allowance.take(std::chrono::steady_clock::now())) {
        reply.fail(WireError::rate_limited);
        return std::nullopt;
    }
    if (reply.session().caller()->is_expired(context_.clock.now_seconds())) {
        return WireError::invalid_certificate;
    }
    if (reply.session().caller()->crl_stale && !renews_list(request.type)) {
        reply.fail(WireError::invalid_certificate,
                   crypto::x509::name(crypto::x509::X509Error::crl_stale));
        return std::nullopt;
    }
    if (request.type == RequestType::send) {
        return send(request, reply, station);
    }
    const auto call = std::make_shared<const Call>(
        reply.session().caller(), reply, request.id, request.type, to_bytes(request.body));
    if (request.type == RequestType::hello) {
        return greet(call);
    }
    post(call);
    return std::nullopt;
}

std::optional<WireError> Dispatcher::greet(const CallPtr& call) {
    const auto hello = protocol::codec::decode_exact<message::Hello>(call->body());
    if (!hello) {
        return WireError::malformed;
    }
    if (hello->version != message::kProtocolVersion) {
        return WireError::unsupported_version;
    }
    if (hello->network_id != context_.genesis().network_id) {
        return WireError::wrong_network;
    }
    context_.log.info("session_opened",
                      {{"device", call->caller().device},
                       {"party", call->caller().party.text()},
                       {"peer", call->caller().address}});
    post(call);
    return std::nullopt;
}

std::optional<WireError> Dispatcher::send(const IncomingRequest& request,
                                          const Reply& reply,
                                          Station& station) {
    auto decoded = protocol::codec::decode_exact<message::Send>(request.body);
    if (!decoded) {
        return WireError::malformed;
    }
    const auto group = decoded->group;
    Messages::Outgoing outgoing{
        reply, asked_of(*reply.session().caller(), request), std::move(*decoded)};
    std::unique_lock lock{station.mutex};
    if (const auto queue = station.waiting.find(group); queue != station.waiting.end()) {
        queue->second.push_back(std::move(outgoing));
        return std::nullopt;
    }
    const auto known = station.loaded.find(group);
    if (auto channel = known == station.loaded.end() ? nullptr : known->second.lock()) {
        lock.unlock();
        messages_.send(std::move(outgoing), std::move(channel));
        return std::nullopt;
    }
    station.waiting[group].push_back(std::move(outgoing));
    lock.unlock();
    const auto shared = std::static_pointer_cast<Station>(reply.session().state());
    if (!context_.blocking.post([this, shared, group] { load_and_send(shared, group); })) {
        reply.fail(WireError::shutting_down);
    }
    return std::nullopt;
}

void Dispatcher::load_and_send(const std::shared_ptr<Station>& station,
                               const GroupId& group) const {
    const auto channel = or_internal([&] { return messages_.load(group); });
    for (;;) {
        std::optional<Messages::Outgoing> outgoing;
        {
            const std::lock_guard lock{station->mutex};
            auto& queue = station->waiting.at(group);
            if (queue.empty()) {
                if (channel) {
                    station->loaded[group] = *channel;
                }
                station->waiting.erase(group);
                return;
            }
            outgoing.emplace(std::move(queue.front()));
            queue.pop_front();
        }
        const Reply reply = outgoing->reply;
        const auto sent = or_internal([&]() -> Result<void> {
            SERAI_TRY(loaded, channel);
            messages_.send(std::move(*outgoing), loaded);
            return {};
        });
        if (!sent) {
            reply.fail(wire_error(sent.error()));
        }
    }
}

// What throws must leave neither a queue without anybody who empties it nor a request without an answer.
template <class Job>
auto Dispatcher::or_internal(const Job& job) const -> decltype(job()) {
    try {
        return job();
    } catch (const std::exception& failure) {
        context_.log.error("request_failed",
                           {{"type", message::name(RequestType::send)}, {"what", failure.what()}});
        return WireError::internal;
    }
}

void Dispatcher::catch_up(const std::shared_ptr<Session>& session,
                          const session::Outbox::Cursor& cursor) {
    messages_.catch_up(session, cursor);
}

void Dispatcher::post(const CallPtr& call) {
    auto& pool = takes_cpu(call->type()) ? context_.cpu : context_.blocking;
    const auto posted = pool.post([this, call] {
        try {
            execute(*call);
        } catch (const std::exception& failure) {
            context_.log.error("request_failed",
                               {{"type", message::name(call->type())}, {"what", failure.what()}});
            call->reply().fail(WireError::internal);
        }
    });
    if (!posted) {
        call->reply().fail(WireError::shutting_down);
    }
}

template <class Request, class Service>
void Dispatcher::run(const Call& call, const Service& service) const {
    auto request = protocol::codec::decode_exact<Request>(call.body());
    if (!request) {
        call.reply().fail(WireError::malformed);
        return;
    }
    if constexpr (std::same_as<Request, message::QueryOpenings>) {
        if (service.attach(call, *request)) {
            return;
        }
    } else if (is_kept(Request::kType)) {
        const auto known = context_.pipeline.attach(call.asked(), call.reply().waiter());
        if (!known) {
            call.fail(known.error());
            return;
        }
        if (*known) {
            return;
        }
    }
    service.handle(call, std::move(*request));
}

void Dispatcher::execute(const Call& call) const {
    switch (call.type()) {
        case RequestType::hello:
            return run<message::Hello>(call, audit_);
        case RequestType::publish_key_packages:
            return run<message::PublishKeyPackages>(call, directory_);
        case RequestType::claim_key_package:
            return run<message::ClaimKeyPackage>(call, directory_);
        case RequestType::count_key_packages:
            return run<message::CountKeyPackages>(call, directory_);
        case RequestType::found_channel:
            return run<message::FoundChannel>(call, channels_);
        case RequestType::establish_channel:
            return run<message::EstablishChannel>(call, channels_);
        case RequestType::admit:
            return run<message::Admit>(call, channels_);
        case RequestType::expel:
            return run<message::Expel>(call, channels_);
        case RequestType::restore:
            return run<message::Restore>(call, channels_);
        case RequestType::commit:
            return run<message::Commit>(call, channels_);
        case RequestType::send:
            return;  // never comes here
        case RequestType::fetch_records:
            return run<message::FetchRecords>(call, messages_);
        case RequestType::subscribe:
            return run<message::Subscribe>(call, messages_);
        case RequestType::unsubscribe:
            return run<message::Unsubscribe>(call, messages_);
        case RequestType::list_channels:
            return run<message::ListChannels>(call, channels_);
        case RequestType::fetch_tree:
            return run<message::FetchTree>(call, channels_);
        case RequestType::list_acts:
            return run<message::ListActs>(call, channels_);
        case RequestType::fetch_group_info:
            return run<message::FetchGroupInfo>(call, channels_);
        case RequestType::report:
            return run<message::Report>(call, channels_);
        case RequestType::list_mailbox:
            return run<message::ListMailbox>(call, directory_);
        case RequestType::delete_mailbox:
            return run<message::DeleteMailbox>(call, directory_);
        case RequestType::seal_document:
            return run<message::SealDocument>(call, documents_);
        case RequestType::open_document:
            return run<message::OpenDocument>(call, documents_);
        case RequestType::complete_document:
            return run<message::CompleteDocument>(call, documents_);
        case RequestType::query_openings:
            return run<message::QueryOpenings>(call, audit_);
        case RequestType::get_checkpoint:
            return run<message::GetCheckpoint>(call, audit_);
        case RequestType::prove_inclusion:
            return run<message::ProveInclusion>(call, audit_);
        case RequestType::prove_consistency:
            return run<message::ProveConsistency>(call, audit_);
        case RequestType::get_leaves:
            return run<message::GetLeaves>(call, audit_);
        case RequestType::list_governance:
            return run<message::ListGovernance>(call, audit_);
        case RequestType::publish_crl:
            return run<message::PublishCrl>(call, audit_);
    }
}

}  // namespace serai::server::service
