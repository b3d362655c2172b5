#include "server/service/channels.hpp"

#include "crypto/primitive/hash.hpp"
#include "protocol/network/authority.hpp"
#include "server/service/commit_check.hpp"
#include "server/service/verify.hpp"

#include <optional>
#include <utility>

namespace serai::server::service {

namespace message = protocol::message;
namespace network = protocol::network;
namespace repo = storage::repo;

namespace {

Result<repo::FoundChannel> check(const Context& context,
                                 const Call& call,
                                 message::FoundChannel request) {
    SERAI_TRY(
        statement,
        verify_statement<network::FoundChannelStatement>(context, call.caller(), request.act));
    if (!network::may_found(context.genesis(), statement.rules, call.device().person)) {
        return WireError::forbidden;
    }
    return repo::FoundChannel{std::move(request.act), statement.rules};
}

bool is_allowed(const Context& context,
                const repo::Founding& founding,
                const network::PersonId& signer,
                const network::AdmitStatement& statement) {
    return network::may_admit(
        context.genesis(), founding.rules, founding.founder.person, signer, statement.subject);
}

bool is_allowed(const Context& context,
                const repo::Founding& founding,
                const network::PersonId& signer,
                const network::ExpelStatement& statement) {
    return network::may_expel(
        context.genesis(), founding.founder.person, signer, statement.subject);
}

bool is_allowed(const Context& context,
                const repo::Founding& founding,
                const network::PersonId& signer,
                const network::RestoreStatement& statement) {
    return network::may_restore(context.genesis(),
                                founding.rules,
                                founding.founder.person,
                                signer,
                                statement.device.person);
}

// Whom an act is about; without a device's name where it is about the person.
network::SpiffeId subject_of(const network::RestoreStatement& statement) {
    return statement.device;
}

network::SpiffeId subject_of(const auto& statement) {
    return {statement.subject, {}};
}

template <class Request>
Result<repo::RecordAct> check_act(const Context& context, const Call& call, Request request) {
    SERAI_TRY(statement,
              verify_statement<typename Request::Statement>(context, call.caller(), request.act));
    SERAI_TRY(channel, context.repositories.channels().load(statement.group));
    if (!is_allowed(context, *channel->head()->founding, call.device().person, statement)) {
        return WireError::forbidden;
    }
    auto subject = subject_of(statement);
    const auto* party = context.genesis().party_of_domain(subject.person.trust_domain);
    if (party == nullptr) {
        return WireError::forbidden;
    }
    return repo::RecordAct{std::move(request.act),
                           channel,
                           std::move(subject.person),
                           std::move(subject.device),
                           party->code};
}

Result<repo::RecordReport> check(const Context& context,
                                 const Call& call,
                                 message::Report request) {
    SERAI_TRY(statement,
              verify_statement<network::ReportStatement>(context, call.caller(), request.act));
    SERAI_TRY(channel, context.repositories.channels().load(statement.group));
    const auto head = channel->head();
    if (head->roster->find(call.device()) == nullptr) {
        return WireError::not_found;
    }
    SERAI_CHECK(
        check_chain_head(context, *channel, *head, {statement.record, statement.chain_hash}));
    return repo::RecordReport{std::move(request.act), channel, statement.record};
}

// The commit that began the present epoch, sent once more under another request id: it is one commit, with one receipt.
std::optional<message::RecordReceipt> find_repeated(const repo::Channel& channel,
                                                    const network::SpiffeId& sender,
                                                    const message::Commit& request) {
    const auto head = channel.head();
    if (head->last_commit == nullptr || head->roster->find(sender) == nullptr ||
        head->last_commit->digest != crypto::sha256(request.commit)) {
        return std::nullopt;
    }
    return head->last_commit->receipt;
}

// Prepares what the checks let pass.
template <class Checked>
void submit_checked(const Context& context, const Call& call, Result<Checked> checked) {
    if (!checked) {
        refuse(context, call, checked.error());
        return;
    }
    submit(context, call, repo::prepare(context.repositories, call.asked(), std::move(*checked)));
}

// Those who may authorise changes of a channel's roster see which are waiting: its members, and the officials of its parties.
Result<void> may_list_acts(const Context& context, const Call& call, const GroupId& group) {
    SERAI_TRY(channel, context.repositories.channels().load(group));
    const auto head = channel->head();
    if (head->roster->find(call.device()) != nullptr) {
        return {};
    }
    const auto& self = call.device().person;
    const auto& founding = *head->founding;
    const bool official =
        network::may_admit(
            context.genesis(), founding.rules, founding.founder.person, self, self) ||
        (self.role == network::Role::registrar &&
         std::find(founding.rules.parties.begin(),
                   founding.rules.parties.end(),
                   call.caller().party) != founding.rules.parties.end());
    return official ? Result<void>{} : Result<void>{WireError::not_found};
}

}  // namespace

void Channels::handle(const Call& call, message::FoundChannel request) const {
    submit_checked(context_, call, check(context_, call, std::move(request)));
}

void Channels::handle(const Call& call, message::EstablishChannel request) const {
    const auto channel = context_.repositories.channels().load(request.group);
    if (!channel) {
        call.fail(channel.error());
        return;
    }
    submit_checked(
        context_, call, check_establish(context_, call.caller(), *channel, std::move(request)));
}

template <class Request>
void Channels::record_act(const Call& call, Request request) const {
    submit_checked(context_, call, check_act(context_, call, std::move(request)));
}

void Channels::handle(const Call& call, message::Admit request) const {
    record_act(call, std::move(request));
}

void Channels::handle(const Call& call, message::Expel request) const {
    record_act(call, std::move(request));
}

void Channels::handle(const Call& call, message::Restore request) const {
    record_act(call, std::move(request));
}

void Channels::handle(const Call& call, message::Commit request) const {
    const auto channel = context_.repositories.channels().load(request.group);
    if (!channel) {
        call.fail(channel.error());
        return;
    }
    if (const auto before = find_repeated(**channel, call.device(), request)) {
        call.ok(*before);
        return;
    }
    submit_checked(
        context_, call, check_commit(context_, call.caller(), *channel, std::move(request)));
}

void Channels::handle(const Call& call, const message::ListChannels& request) const {
    call.answer(context_.repositories.channels().list(call.device(), request.after));
}

void Channels::handle(const Call& call, const message::FetchTree& request) const {
    auto& channels = context_.repositories.channels();
    const auto readable = channels.readable(request.group, call.device());
    if (!readable) {
        call.fail(readable.error());
        return;
    }
    if (readable->last) {
        call.fail(make_error_code(WireError::not_found));
        return;
    }
    call.answer(channels.tree(request.group, request.epoch, request.offset));
}

void Channels::handle(const Call& call, const message::ListActs& request) const {
    if (const auto allowed = may_list_acts(context_, call, request.group); !allowed) {
        call.fail(allowed.error());
        return;
    }
    call.answer(context_.repositories.channels().acts(request.group, request.after));
}

void Channels::handle(const Call& call, const message::FetchGroupInfo& request) const {
    auto& channels = context_.repositories.channels();
    const auto channel = channels.load(request.group);
    if (!channel || (*channel)->head()->roster->find(call.device()) == nullptr) {
        call.fail(channel ? make_error_code(WireError::not_found) : channel.error());
        return;
    }
    call.answer(channels.published(request.group, call.device()));
}

void Channels::handle(const Call& call, message::Report request) const {
    submit_checked(context_, call, check(context_, call, std::move(request)));
}

}  // namespace serai::server::service
