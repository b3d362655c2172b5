#include "server/service/directory.hpp"

#include "crypto/mls/cipher_suite.hpp"
#include "crypto/mls/group/identity.hpp"
#include "crypto/mls/wire/message.hpp"
#include "protocol/network/authority.hpp"
#include "server/service/verify.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace serai::server::service {

namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
namespace repo = storage::repo;

namespace {

// A key package of the asking device for the network's suite, with its reference (RFC 9420, section 5.2).
Result<repo::PublishKeyPackages::Package> check_key_package(const Context& context,
                                                            const network::SpiffeId& device,
                                                            const CredentialJudge& judge,
                                                            Bytes bytes) {
    if (bytes.size() > limits::kMaxKeyPackage) {
        return WireError::too_large;
    }
    SERAI_TRY(decoded, protocol::codec::decode_exact<mls::MlsMessage>(bytes));
    const auto* key_package = decoded.get<mls::KeyPackage>();
    const auto* suite = mls::CipherSuite::find(mls::CipherSuiteId{context.genesis().cipher_suite});
    if (key_package == nullptr || suite == nullptr || key_package->cipher_suite != suite->id()) {
        return WireError::invalid_key_package;
    }
    SERAI_CHECK(mls::validate_key_package(*key_package, judge.policy()));
    SERAI_TRY(owner, judge.identify(key_package->leaf_node.credential));
    if (owner.id != device) {
        return WireError::forbidden;
    }
    const auto reference = mls::key_package_ref(*suite, *key_package);
    const auto* source = std::get_if<mls::FromKeyPackage>(&key_package->leaf_node.source);
    repo::PublishKeyPackages::Package package;
    if (reference.size() != package.reference.size() || source == nullptr) {
        return WireError::invalid_key_package;
    }
    std::copy(reference.begin(), reference.end(), package.reference.begin());
    package.not_after = UnixSeconds{source->lifetime.not_after};
    package.last_resort =
        key_package->extensions.find(mls::ExtensionType::last_resort_key_package) != nullptr;
    package.mls_message = std::move(bytes);
    return package;
}

Result<repo::PublishKeyPackages> check(const Context& context,
                                       const Call& call,
                                       message::PublishKeyPackages request) {
    SERAI_TRY(statement,
              verify_statement<network::PublishKeyPackagesStatement>(
                  context, call.caller(), request.act));
    if (request.key_packages.empty() ||
        request.key_packages.size() != statement.references.size()) {
        return WireError::invalid_key_package;
    }
    const CredentialJudge judge{context};
    repo::PublishKeyPackages result;
    std::set<Digest> references;
    for (std::size_t i = 0; i < request.key_packages.size(); ++i) {
        SERAI_TRY(
            package,
            check_key_package(context, call.device(), judge, std::move(request.key_packages[i])));
        if (package.reference != statement.references[i] ||
            !references.insert(package.reference).second) {
            return WireError::invalid_key_package;
        }
        result.packages.push_back(std::move(package));
    }
    if (std::ranges::count(result.packages, true, &repo::PublishKeyPackages::Package::last_resort) >
        1) {
        return WireError::invalid_key_package;
    }
    result.act = std::move(request.act);
    return result;
}

Result<repo::ClaimKeyPackage> check(const Context& context,
                                    const Call& call,
                                    message::ClaimKeyPackage request) {
    SERAI_TRY(
        statement,
        verify_statement<network::ClaimKeyPackageStatement>(context, call.caller(), request.act));
    SERAI_TRY(channel, context.repositories.channels().load(statement.group));
    const auto head = channel->head();
    if (head->roster->find(call.device()) == nullptr) {
        return WireError::not_found;
    }
    const auto* party = context.genesis().party_of_domain(statement.subject.trust_domain);
    if (party == nullptr ||
        !network::may_be_member(context.genesis(), head->founding->rules, statement.subject)) {
        return WireError::forbidden;
    }
    return repo::ClaimKeyPackage{std::move(request.act), channel, statement.subject, party->code};
}

template <class Checked>
void submit_checked(const Context& context, const Call& call, Result<Checked> checked) {
    if (!checked) {
        refuse(context, call, checked.error());
        return;
    }
    submit(context, call, repo::prepare(context.repositories, call.asked(), std::move(*checked)));
}

}  // namespace

void Directory::handle(const Call& call, message::PublishKeyPackages request) const {
    submit_checked(context_, call, check(context_, call, std::move(request)));
}

void Directory::handle(const Call& call, message::ClaimKeyPackage request) const {
    submit_checked(context_, call, check(context_, call, std::move(request)));
}

void Directory::handle(const Call& call, const message::CountKeyPackages&) const {
    const auto stock =
        context_.repositories.directory().stock(call.device(),
                                                context_.clock.now_seconds(),
                                                *context_.repositories.network().revocations());
    if (!stock) {
        call.fail(stock.error());
        return;
    }
    call.ok(message::KeyPackageCount{stock->count, stock->last_resort_until});
}

void Directory::handle(const Call& call, const message::ListMailbox& request) const {
    call.answer(context_.repositories.mailbox().list(call.device(), request.from));
}

void Directory::handle(const Call& call, const message::DeleteMailbox& request) const {
    submit(
        context_,
        call,
        repo::prepare(context_.repositories, call.asked(), repo::DeleteMailbox{request.through}));
}

}  // namespace serai::server::service
