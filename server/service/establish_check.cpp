#include "crypto/act/channel_group.hpp"
#include "crypto/mls/group/public_group.hpp"
#include "server/service/commit_check.hpp"
#include "server/service/mls_parts.hpp"
#include "server/service/verify.hpp"

#include <algorithm>

namespace serai::server::service {

namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
namespace repo = storage::repo;
using protocol::codec::decode_exact;

namespace {

// The group has the rules of the founding act and the server as external sender, and nothing else but, perhaps, requirements.
Result<void> check_extensions(const network::Genesis& genesis,
                              const repo::Founding& founding,
                              const mls::Extensions& extensions) {
    SERAI_TRY(expected, crypto::act::channel_extensions(genesis, founding.rules));
    for (const auto& extension : expected.items()) {
        const auto* found = extensions.find(extension.type);
        if (found == nullptr || *found != extension.data) {
            return WireError::invalid_commit;
        }
    }
    const bool only_these =
        std::ranges::all_of(extensions.items(), [&](const mls::Extension& extension) {
            return extension.type == mls::ExtensionType::required_capabilities ||
                   expected.find(extension.type) != nullptr;
        });
    return only_these ? Result<void>{} : Result<void>{WireError::invalid_commit};
}

Result<mls::TreeNodes> tree_of(const mls::GroupInfo& info) {
    const auto* data = info.extensions.find(mls::ExtensionType::ratchet_tree);
    if (data == nullptr) {
        return WireError::invalid_commit;
    }
    return decode_exact<mls::TreeNodes>(*data);
}

}  // namespace

Result<repo::EstablishChannel> check_establish(const Context& context,
                                               const session::Caller& caller,
                                               const repo::ChannelPtr& channel,
                                               message::EstablishChannel request) {
    const auto head = channel->head();
    if (head->established()) {
        return WireError::exists;
    }
    if (request.group_info.size() > limits::kMaxMlsMessage) {
        return WireError::too_large;
    }
    SERAI_TRY(info, decode_mls<mls::GroupInfo>(request.group_info));
    const auto& group = info.group_context;
    if (!equal(group.group_id, request.group.value()) || group.epoch != 0 ||
        static_cast<std::uint16_t>(group.cipher_suite) != context.genesis().cipher_suite) {
        return WireError::invalid_commit;
    }
    SERAI_CHECK(check_extensions(context.genesis(), *head->founding, group.extensions));
    SERAI_CHECK(check_external_pub(info));
    SERAI_TRY(tree, tree_of(info));
    const CredentialJudge judge{context};
    SERAI_TRY(followed, mls::PublicGroup::from_group_info(info, tree, judge.policy()));
    const auto everyone = mls::members(*followed);
    if (everyone.size() != 1) {
        return WireError::invalid_commit;
    }
    SERAI_TRY(founder, judge.identify(everyone.front().second->credential));
    if (founder.id != caller.identity.id) {
        return WireError::forbidden;
    }
    return repo::EstablishChannel{channel, std::move(request.group_info), followed};
}

}  // namespace serai::server::service
