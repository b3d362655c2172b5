#include "server/service/audit.hpp"

#include "server/service/errors.hpp"
#include "server/service/verify.hpp"
#include "storage/repo/openings.hpp"

#include <utility>

namespace serai::server::service {

namespace message = protocol::message;
namespace network = protocol::network;
namespace repo = storage::repo;
namespace x509 = crypto::x509;
using storage::commit::Verdict;

namespace {

// Everything that concerns a party is for its officials; channels and documents are for those who are in them, which the
// pipeline decides.
bool may_query(const network::PersonId& person, network::OpeningScope scope) {
    switch (person.role) {
        case network::Role::focal_point:
        case network::Role::registrar:
        case network::Role::auditor:
            return true;
        case network::Role::expert:
            return scope != network::OpeningScope::party;
        case network::Role::witness:
            return false;
    }
    return false;
}

Result<void> load_scope(const Context& context, repo::QueryOpenings& query) {
    auto& repositories = context.repositories;
    const auto& id = query.statement.id;
    switch (query.statement.scope) {
        case network::OpeningScope::party:
            return {};
        case network::OpeningScope::channel: {
            SERAI_TRY(channel, repositories.channels().load(GroupId{id}));
            query.channel = channel;
            return {};
        }
        case network::OpeningScope::document: {
            ByteArray<16> first{};
            std::copy_n(id.begin(), first.size(), first.begin());
            SERAI_TRY(document, repositories.documents().load(network::DocumentId{first}));
            const auto durable = document->durable();
            if (!durable->group) {
                return WireError::not_found;
            }
            SERAI_TRY(channel, repositories.channels().load(*durable->group));
            query.document = document;
            query.channel = channel;
            return {};
        }
    }
    return WireError::malformed;
}

Result<repo::QueryOpenings> check(const Context& context,
                                  const Call& call,
                                  message::QueryOpenings request) {
    SERAI_TRY(
        statement,
        verify_statement<network::QueryOpeningsStatement>(context, call.caller(), request.act));
    if (!may_query(call.device().person, statement.scope)) {
        return WireError::forbidden;
    }
    repo::QueryOpenings query{std::move(request.act), statement, nullptr, nullptr};
    SERAI_CHECK(load_scope(context, query));
    return query;
}

// The page for a query whose leaf is durable.
void answer_page(const Context& context,
                 const Call& call,
                 const network::QueryOpeningsStatement& statement,
                 const Verdict& verdict) {
    const auto receipt = protocol::codec::decode_exact<message::Receipt>(*verdict.body);
    if (!receipt) {
        call.fail(make_error_code(WireError::internal));
        return;
    }
    call.answer(repo::page(context.repositories.log(), call.caller().party, statement, *receipt));
}

Result<repo::PublishCrl> check(const Context& context,
                               const Call& call,
                               const message::PublishCrl& request) {
    SERAI_TRY(crl, x509::Crl::parse(request.crl));
    const auto& domain = call.device().person.trust_domain;
    const auto store = context.trust.store();
    const auto* bundle = store->bundle(domain);
    if (bundle == nullptr) {
        return x509::X509Error::unknown_trust_domain;
    }
    SERAI_CHECK(x509::verify_crl(crl, *bundle, context.clock.now_seconds()));
    return repo::PublishCrl{call.caller().party, domain, crl};
}

}  // namespace

void Audit::handle(const Call& call, const message::Hello&) const {
    auto note = context_.repositories.log().checkpoint();
    if (!note) {
        // A server that cannot write signs nothing new, but reading goes on under what it signed before.
        note = context_.repositories.log().newest_checkpoint();
    }
    if (!note) {
        call.fail(note.error());
        return;
    }
    call.ok(message::HelloOk{context_.genesis().network_id,
                             context_.clock.now(),
                             context_.limits.in_flight,
                             std::move(*note)});
}

void Audit::handle(const Call& call, const message::GetCheckpoint&) const {
    auto note = context_.repositories.log().checkpoint();
    if (!note) {
        call.fail(note.error());
        return;
    }
    call.ok(message::CheckpointNote{std::move(*note)});
}

void Audit::handle(const Call& call, const message::ProveInclusion& request) const {
    auto proof = context_.repositories.log().prove_inclusion(request.index, request.size);
    if (!proof) {
        call.fail(proof.error());
        return;
    }
    call.ok(message::Proof{std::move(*proof)});
}

void Audit::handle(const Call& call, const message::ProveConsistency& request) const {
    auto proof = context_.repositories.log().prove_consistency(request.from, request.to);
    if (!proof) {
        call.fail(proof.error());
        return;
    }
    call.ok(message::Proof{std::move(*proof)});
}

void Audit::handle(const Call& call, const message::GetLeaves& request) const {
    if (request.max == 0 || request.max > limits::kMaxPageEntries) {
        call.fail(make_error_code(WireError::too_large));
        return;
    }
    auto leaves = context_.repositories.log().leaves(request.from, request.max);
    if (!leaves) {
        call.fail(leaves.error());
        return;
    }
    call.ok(message::Leaves{std::move(*leaves)});
}

void Audit::handle(const Call& call, const message::ListGovernance& request) const {
    call.answer(context_.repositories.network().governance(request.from));
}

void Audit::handle(const Call& call, message::QueryOpenings request) const {
    auto query = check(context_, call, std::move(request));
    if (!query) {
        call.fail(query.error());
        return;
    }
    const auto statement = query->statement;
    auto intent = repo::prepare(context_.repositories, call.asked(), std::move(*query));
    if (!intent) {
        call.fail(intent.error());
        return;
    }
    const auto waiter = call.reply().waiter(page_after(call, statement));
    if (const auto taken = context_.pipeline.submit(std::move(*intent), waiter); !taken) {
        call.fail(taken.error());
    }
}

std::function<void(const Verdict&)> Audit::page_after(
    const Call& call, const network::QueryOpeningsStatement& statement) const {
    auto own = std::make_shared<Call>(call);
    return [this, own, statement](const Verdict& verdict) {
        if (verdict.error) {
            own->fail(make_error_code(*verdict.error));
            return;
        }
        const auto posted = context_.blocking.post(
            [this, own, statement, verdict] { answer_page(context_, *own, statement, verdict); });
        if (!posted) {
            own->fail(make_error_code(WireError::shutting_down));
        }
    };
}

bool Audit::attach(const Call& call, const message::QueryOpenings& request) const {
    const auto statement = network::QueryOpeningsStatement::parse(request.act.fields);
    if (!statement) {
        return false;
    }
    const auto known =
        context_.pipeline.attach(call.asked(), call.reply().waiter(page_after(call, *statement)));
    if (!known) {
        call.fail(known.error());
    }
    return !known || *known;
}

void Audit::handle(const Call& call, const message::PublishCrl& request) const {
    auto crl = check(context_, call, request);
    if (!crl) {
        call.reply().fail(WireError::verification_failed, detail_of(crl.error()));
        return;
    }
    auto intent = repo::prepare(context_.repositories, call.asked(), std::move(*crl));
    if (!intent) {
        call.fail(intent.error());
        return;
    }
    const auto waiter = call.reply().waiter(answer_in_force(call));
    if (const auto taken = context_.pipeline.submit(std::move(*intent), waiter); !taken) {
        call.fail(taken.error());
    }
}

// Who hears that its list is published may count on being judged by it.
std::function<void(const Verdict&)> Audit::answer_in_force(const Call& call) const {
    auto own = std::make_shared<Call>(call);
    return [this, own](const Verdict& verdict) {
        if (verdict.error) {
            own->fail(make_error_code(*verdict.error));
            return;
        }
        const auto posted = context_.cpu.post([this, own, verdict] {
            context_.trust.refresh(context_.repositories.network());
            own->reply().ok(*verdict.body);
        });
        if (!posted) {
            own->fail(make_error_code(WireError::shutting_down));
        }
    };
}

void Audit::refresh_trust() const {
    context_.cpu.post([this] { context_.trust.refresh(context_.repositories.network()); });
}

}  // namespace serai::server::service
