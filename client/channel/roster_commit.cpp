#include "client/channel/roster_commit.hpp"

#include "client/channel/judge.hpp"
#include "crypto/act/commitment.hpp"
#include "crypto/secret/random.hpp"

#include <algorithm>
#include <set>

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
namespace x509 = crypto::x509;
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
    const LeafJudge judge{context};
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

// Everybody who has to leave, or is to: by reference where the server has proposed it, by value otherwise.
Result<void> remove_members(const Context& context,
                            const OpenChannel& channel,
                            const std::vector<message::ActReceipt>& acts,
                            mls::CommitOptions& options) {
    std::set<std::uint32_t> proposed;
    for (const mls::CachedProposal& cached : channel.group->proposals()) {
        const auto* remove = cached.proposal.get<mls::Remove>();
        if (remove != nullptr && proposed.insert(remove->removed.value()).second) {
            options.references.push_back(cached.ref);
        }
    }
    std::vector<std::string> leaving;
    for (const message::ActReceipt& receipt : acts) {
        if (const auto expel = network::ExpelStatement::parse(receipt.act.fields);
            expel && receipt.act.kind() == network::ActKind::expel) {
            leaving.push_back(expel->subject.to_string() + "/");
        }
    }
    const mls::LeafIndex own = channel.group->own_leaf();
    const bool renews = has_newer_certificate(context, channel);
    bool ourselves = proposed.contains(own.value());
    channel.group->view()->tree().for_each_member(
        [&](mls::LeafIndex index, const mls::LeafNode& leaf) {
            const std::string device = device_of(leaf);
            const bool leaves = std::ranges::any_of(
                leaving, [&](const auto& prefix) { return device.starts_with(prefix); });
            const bool unfit = is_unfit(context, leaf) && !(index == own && renews);
            if (!proposed.contains(index.value()) && (leaves || unfit)) {
                options.removes.push_back(index);
                ourselves = ourselves || index == own;
            }
        });
    if (ourselves) {
        return context.diagnostics.fail(
            ClientError::not_permitted,
            "this device has to leave the channel itself; another member commits that");
    }
    return {};
}

// What the committer says beside the proposals: under its signature, and to newcomers.
void add_context(const OpenChannel& channel,
                 const std::vector<message::ActReceipt>& acts,
                 mls::CommitOptions& options) {
    message::ChannelAad aad;
    aad.message_id = MessageId{crypto::system_random().array<16>()};
    aad.head = *channel.state.cursor;
    for (const message::ActReceipt& act : acts) {
        aad.acts.push_back({act.receipt.index, crypto::act::leaf_hash(act.receipt.leaf)});
    }
    options.authenticated_data = encode(aad);
    const mls::Extension head{extension(network::kChainHeadExtension), encode(aad.head)};
    options.published_info.extensions.set(head);
    options.published_info.with_external_pub = true;
    options.welcome_info.extensions.set(head);
    options.welcome_info.extensions.set(
        {extension(network::kFoundingActExtension), encode(channel.state.founding)});
}

// Those of persons who are still there, and our own act, each once.
std::vector<message::ActReceipt> acts_to_use(const OpenChannel& channel,
                                             const RosterPayload& payload,
                                             std::vector<message::ActReceipt> expulsions) {
    std::vector<message::ActReceipt> acts;
    if (payload.act) {
        acts.push_back(*payload.act);
    }
    for (message::ActReceipt& expulsion : expulsions) {
        const auto statement = network::ExpelStatement::parse(expulsion.act.fields);
        const bool ours = payload.act && payload.act->receipt.index == expulsion.receipt.index;
        if (!ours && statement && has_person(channel, statement->subject)) {
            acts.push_back(std::move(expulsion));
        }
    }
    return acts;
}

}  // namespace

bool has_newer_certificate(const Context& context, const OpenChannel& channel) {
    const auto leaf =
        channel.group ? channel.group->view()->tree().leaf(channel.group->own_leaf()) : nullptr;
    if (leaf == nullptr) {
        return false;
    }
    const auto before = certificate_of(*leaf);
    const auto after = x509::Certificate::parse(context.device.chain.front());
    if (!before || !after || after->not_after() <= before->not_after()) {
        return false;
    }
    const auto crls = context.network.trust_now().crls(context.device.id.person.trust_domain);
    return std::ranges::none_of(
        crls, [&](const x509::Crl& crl) { return crl.revokes(before->serial()); });
}

bool has_person(const OpenChannel& channel, const network::PersonId& person) {
    const std::string prefix = person.to_string() + "/";
    bool found = false;
    channel.view().tree().for_each_member([&](mls::LeafIndex, const mls::LeafNode& leaf) {
        found = found || device_of(leaf).starts_with(prefix);
    });
    return found;
}

Result<RosterCommit> make_roster_commit(const Context& context,
                                        OpenChannel& channel,
                                        const RosterPayload& payload,
                                        std::vector<message::ActReceipt> expulsions) {
    const auto acts = acts_to_use(channel, payload, std::move(expulsions));
    mls::CommitOptions options;
    if (payload.change == RosterChange::admit) {
        SERAI_CHECK(add_devices(context, channel, payload, options));
    }
    SERAI_CHECK(remove_members(context, channel, acts, options));
    const bool removes_nobody = options.removes.empty() && options.references.empty();
    const bool renews =
        payload.change == RosterChange::clear && has_newer_certificate(context, channel);
    if (payload.change != RosterChange::admit && removes_nobody && !renews) {
        return ClientError::not_found;
    }
    add_context(channel, acts, options);
    const LeafJudge judge{context};
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
    request.acts = acts;
    return RosterCommit{std::move(pending), std::move(request)};
}

}  // namespace serai::client::channel
