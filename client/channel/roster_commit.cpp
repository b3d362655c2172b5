#include "client/channel/roster_commit.hpp"

#include "client/channel/judge.hpp"
#include "crypto/act/commitment.hpp"
#include "crypto/secret/random.hpp"

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
using protocol::codec::decode_exact;
using protocol::codec::encode;

mls::ExtensionType extension(std::uint16_t type) {
    return static_cast<mls::ExtensionType>(type);
}

bool is_member(const OpenChannel& channel, const std::string& device) {
    bool found = false;
    channel.group->view()->tree().for_each_member([&](mls::LeafIndex, const mls::LeafNode& leaf) {
        found = found || device_of(leaf) == device;
    });
    return found;
}

Result<void> add_devices(const Context& context,
                         const OpenChannel& channel,
                         const RosterPayload& payload,
                         mls::CommitOptions& options) {
    const LeafJudge judge{context.network.trust_now(), context.now_seconds()};
    for (const message::KeyPackageEntry& entry : payload.key_packages) {
        const auto decoded = decode_exact<mls::MlsMessage>(entry.mls_message);
        const auto* key_package = decoded ? decoded->get<mls::KeyPackage>() : nullptr;
        if (key_package == nullptr) {
            return context.diagnostics.fail(ClientError::protocol_violation,
                                            "a key package that does not decode");
        }
        const auto identity = judge.identify(key_package->leaf_node);
        if (!identity || identity->id.person != payload.subject) {
            return context.diagnostics.fail(
                ClientError::untrusted,
                "the server gave a key package for " + payload.subject.to_string() +
                    " that is not theirs" + (identity ? "" : ": " + identity.error().message()));
        }
        if (!is_member(channel, identity->id.to_string())) {
            options.adds.push_back(*key_package);
        }
    }
    if (options.adds.empty()) {
        return context.diagnostics.fail(make_error_code(WireError::exists),
                                        payload.subject.to_string() + " is a member already");
    }
    return {};
}

Result<void> remove_devices(const OpenChannel& channel,
                            const RosterPayload& payload,
                            mls::CommitOptions& options) {
    const std::string prefix = payload.subject.to_string() + "/";
    channel.group->view()->tree().for_each_member(
        [&](mls::LeafIndex index, const mls::LeafNode& leaf) {
            if (device_of(leaf).starts_with(prefix)) {
                options.removes.push_back(index);
            }
        });
    if (options.removes.empty()) {
        return ClientError::not_found;
    }
    return {};
}

// What the committer says beside the proposals: under its signature, and to newcomers.
void add_context(const OpenChannel& channel,
                 const RosterPayload& payload,
                 mls::CommitOptions& options) {
    message::ChannelAad aad;
    aad.message_id = MessageId{crypto::system_random().array<16>()};
    aad.head = *channel.state.cursor;
    aad.acts = {{payload.act->receipt.index, crypto::act::leaf_hash(payload.act->receipt.leaf)}};
    options.authenticated_data = encode(aad);
    const mls::Extension head{extension(network::kChainHeadExtension), encode(aad.head)};
    options.published_info.extensions.set(head);
    options.welcome_info.extensions.set(head);
    options.welcome_info.extensions.set(
        {extension(network::kFoundingActExtension), encode(channel.state.founding)});
}

}  // namespace

Result<RosterCommit> make_roster_commit(const Context& context,
                                        OpenChannel& channel,
                                        const RosterPayload& payload) {
    mls::CommitOptions options;
    SERAI_CHECK(payload.admit ? add_devices(context, channel, payload, options)
                              : remove_devices(channel, payload, options));
    add_context(channel, payload, options);
    const LeafJudge judge{context.network.trust_now(), context.now_seconds()};
    const mls::ValidationPolicy policy{judge, context.now_seconds()};
    SERAI_TRY(
        pending,
        channel.group->commit(context.device.leaf_identity(context.network.genesis().cipher_suite),
                              context.device.keys.private_key,
                              options,
                              policy));
    message::Commit request;
    request.group = channel.state.group;
    request.epoch = Epoch{channel.group->epoch()};
    request.commit = encode(pending.commit);
    if (pending.welcome) {
        request.welcome = encode(mls::MlsMessage{*pending.welcome});
    }
    request.group_info = encode(mls::MlsMessage{pending.group_info});
    request.acts = {*payload.act};
    return RosterCommit{std::move(pending), std::move(request)};
}

}  // namespace serai::client::channel
