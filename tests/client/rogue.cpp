#include "tests/client/rogue.hpp"

#include "client/channel/store.hpp"
#include "crypto/act/channel_chain.hpp"
#include "crypto/act/commitment.hpp"
#include "crypto/secret/random.hpp"
#include "protocol/network/authority.hpp"
#include "tests/support/network/channel_member.hpp"

#include <stdexcept>

namespace serai::tests {
namespace {

namespace channel = client::channel;
namespace message = protocol::message;
namespace mls = crypto::mls;
using protocol::codec::decode_exact;
using protocol::codec::encode;

template <class T>
T value_of(Result<T> result, const char* what) {
    if (!result) {
        throw std::runtime_error{std::string{what} + ": " + result.error().message()};
    }
    return std::move(*result);
}

struct Made {
    mls::PendingCommit pending;
    Epoch epoch;
};

Made make_commit(Member& by,
                 const GroupId& group,
                 mls::CommitOptions options,
                 const std::vector<message::ActReceipt>& acts) {
    if (!by.catch_up(group)) {
        throw std::runtime_error{"catching up: " + by.diagnostics().explanation()};
    }
    auto open = value_of(channel::load_channel(by.client().vault(), group), "a channel");
    message::ChannelAad aad;
    aad.message_id = MessageId{crypto::system_random().array<16>()};
    aad.head = *open.state.cursor;
    for (const message::ActReceipt& receipt : acts) {
        aad.acts.push_back({receipt.receipt.index, crypto::act::leaf_hash(receipt.receipt.leaf)});
    }
    options.authenticated_data = encode(aad);
    options.published_info.with_external_pub = true;
    options.published_info.extensions.set(
        {static_cast<mls::ExtensionType>(protocol::network::kChainHeadExtension),
         encode(aad.head)});
    const BelievingValidator anybody;
    const mls::ValidationPolicy policy{anybody, now_seconds()};
    return {value_of(open.group->commit(by.client().device().leaf_identity(0x0003),
                                        by.client().device().keys.private_key,
                                        options,
                                        policy),
                     "a commit"),
            Epoch{open.group->epoch()}};
}

}  // namespace

mls::KeyPackage key_package_of(const TestDevice& device) {
    const client::setup::Device own{
        device.id, device.keys.clone("a key package for a test"), device.chain};
    return mls::generate_key_package(
               *mls::CipherSuite::find(mls::CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519),
               own.leaf_identity(0x0003),
               {now_seconds().value() - 60, now_seconds().value() + 3600})
        .key_package;
}

message::ChannelRecord rogue_commit(Member& by,
                                    const GroupId& group,
                                    mls::CommitOptions options,
                                    std::vector<message::ActReceipt> acts) {
    const Made made = make_commit(by, group, std::move(options), acts);
    message::ChannelRecord record;
    record.type = message::RecordType::commit;
    record.time = now_millis();
    record.mls_message = encode(made.pending.commit);
    record.acts = std::move(acts);
    return record;
}

message::RecordEntry forged_entry(Member& reader,
                                  const GroupId& group,
                                  const message::ChannelRecord& record) {
    const auto open = value_of(channel::load_channel(reader.client().vault(), group), "a channel");
    message::RecordEntry entry;
    entry.head.n = open.state.next_record();
    entry.leaf = LogIndex{open.state.last_leaf.value() + 1};
    entry.record = encode(record);
    rechain(reader, group, entry);
    return entry;
}

void rechain(Member& reader, const GroupId& group, message::RecordEntry& entry) {
    const auto open = value_of(channel::load_channel(reader.client().vault(), group), "a channel");
    const Digest before = open.state.cursor ? open.state.cursor->h : Digest{};
    entry.head.h = crypto::act::chain_hash(group, entry.head.n, before, entry.record);
}

std::vector<message::ActReceipt> acts_that_added(Member& member, const GroupId& group) {
    const auto open = value_of(channel::load_channel(member.client().vault(), group), "a channel");
    message::FetchRecords request;
    request.group = group;
    request.from = open.state.first;
    const auto page = value_of(member.context().session.call(request), "records");
    for (const message::RecordEntry& entry : page.entries) {
        const auto record =
            value_of(decode_exact<message::ChannelRecord>(entry.record), "a record");
        if (record.type == message::RecordType::commit) {
            return record.acts;
        }
    }
    throw std::runtime_error{"no record added this member"};
}

void burn_epoch(Member& by, const GroupId& group) {
    Made made = make_commit(by, group, {}, {});
    std::get<mls::PublicMessage>(made.pending.commit.value).membership_tag.front() ^= 1U;
    message::Commit request;
    request.group = group;
    request.epoch = made.epoch;
    request.commit = encode(made.pending.commit);
    request.group_info = encode(mls::MlsMessage{made.pending.group_info});
    value_of(by.context().session.call(request), "ordering a commit");
}

}  // namespace serai::tests
