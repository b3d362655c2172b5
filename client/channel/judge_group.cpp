// What is judged beside leaves and acts: the group as a newcomer finds it, and the times of records.
#include "client/channel/authority.hpp"
#include "client/channel/judge.hpp"
#include "crypto/act/channel_group.hpp"
#include "crypto/act/commitment.hpp"
#include "protocol/network/authority.hpp"

#include <algorithm>

namespace serai::client::channel {
namespace {

namespace act = crypto::act;
namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;

constexpr std::uint64_t kMaxClockStep = 300;  // seconds

}  // namespace

bool is_time_of(const message::Leaf& leaf, UnixMillis time) {
    constexpr std::uint64_t kMillis = 1000;
    const std::uint64_t said = act::leaf_time(UnixSeconds{time.value() / kMillis}).value();
    const std::uint64_t logged = leaf.time.value();
    return std::max(said, logged) - std::min(said, logged) <= kMaxClockStep;
}

Result<void> check_record_time(const Context& context,
                               const message::RecordEntry& entry,
                               UnixMillis time) {
    SERAI_TRY(page, context.session.call(message::GetLeaves{entry.leaf, 1}));
    if (page.leaves.size() != 1) {
        return context.diagnostics.fail(ClientError::protocol_violation,
                                        "the server does not give the leaf of a record");
    }
    const message::Leaf& leaf = page.leaves.front();
    SERAI_CHECK(context.log.check_included(context.session, entry.leaf, leaf));
    if (is_time_of(leaf, time)) {
        return {};
    }
    const std::string accusation = "the time of a record is not that of its leaf";
    session::EvidenceFile file{accusation};
    file.text("checkpoint", context.log.note())
        .text("record number", std::to_string(entry.head.n.value()))
        .bytes("chain hash given", entry.head.h)
        .text("leaf given", std::to_string(entry.leaf.value()))
        .bytes("leaf", protocol::codec::encode(leaf))
        .bytes("record", entry.record);
    return context.evidence.accuse(accusation, file);
}

Result<void> judge_extensions(const Context& context,
                              const network::ChannelRules& rules,
                              const mls::Extensions& extensions) {
    SERAI_TRY(expected, act::channel_extensions(context.network.genesis(), rules));
    for (const mls::Extension& extension : expected.items()) {
        const Bytes* found = extensions.find(extension.type);
        if (found == nullptr || *found != extension.data) {
            return refuse(context, "the channel's group lacks what every channel has");
        }
    }
    for (const mls::Extension& extension : extensions.items()) {
        if (expected.find(extension.type) == nullptr &&
            extension.type != mls::ExtensionType::required_capabilities) {
            return refuse(context, "the channel's group has an extension of nobody's making");
        }
    }
    return {};
}

Result<void> judge_members(const Context& context,
                           const network::ChannelRules& rules,
                           const mls::PublicGroup& group) {
    std::string stranger;
    group.tree().for_each_member([&](mls::LeafIndex, const mls::LeafNode& leaf) {
        const auto id = network::SpiffeId::parse(device_of(leaf));
        if (!id || !network::may_be_member(context.network.genesis(), rules, id->person)) {
            stranger = id ? id->to_string() : "a member without identity";
        }
    });
    if (!stranger.empty()) {
        return refuse(context, stranger + " is in the channel against its rules");
    }
    return {};
}

}  // namespace serai::client::channel
