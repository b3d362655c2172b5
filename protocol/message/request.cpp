#include "protocol/message/request.hpp"

#include <utility>

namespace serai::protocol::message {
namespace {

using codec::CodecError;
using codec::Reader;
using codec::Writer;

constexpr std::size_t kMaxAgent = 64;
constexpr std::size_t kMaxNote = 128 * 1024;
constexpr std::size_t kMaxTreePart = limits::kMaxPage;

Result<Bytes> read_mls_message(Reader& reader) {
    SERAI_TRY(view, reader.vector(limits::kMaxMlsMessage));
    return to_bytes(view);
}

Result<std::string> read_note(Reader& reader) {
    SERAI_TRY(view, reader.vector(kMaxNote));
    return std::string{as_text(view)};
}

Result<std::uint16_t> read_page_size(Reader& reader) {
    SERAI_TRY(max, reader.u16());
    if (max < 1 || max > limits::kMaxPageEntries) {
        return CodecError::too_long;
    }
    return max;
}

// The alternative of AnyRequest whose type it is.
template <std::size_t I = 0>
Result<AnyRequest> decode_alternative(RequestType type, ByteView body) {
    if constexpr (I == std::variant_size_v<AnyRequest>) {
        return CodecError::unknown_value;
    } else {
        using Request = std::variant_alternative_t<I, AnyRequest>;
        if (Request::kType != type) {
            return decode_alternative<I + 1>(type, body);
        }
        SERAI_TRY(request, codec::decode_exact<Request>(body));
        return AnyRequest{std::move(request)};
    }
}

}  // namespace

Result<AnyRequest> decode_request(RequestType type, ByteView body) {
    return decode_alternative(type, body);
}

void HelloOk::encode(Writer& writer) const {
    writer.strong(network_id);
    writer.strong(server_time);
    writer.u16(max_in_flight);
    writer.vector(as_bytes(checkpoint));
}

Result<HelloOk> HelloOk::decode(Reader& reader) {
    SERAI_TRY(network_id, reader.strong<NetworkId>());
    SERAI_TRY(server_time, reader.strong<UnixMillis>());
    SERAI_TRY(max_in_flight, reader.u16());
    SERAI_TRY(checkpoint, read_note(reader));
    return HelloOk{network_id, server_time, max_in_flight, std::move(checkpoint)};
}

void Hello::encode(Writer& writer) const {
    writer.u16(version);
    writer.strong(network_id);
    writer.text(agent);
}

Result<Hello> Hello::decode(Reader& reader) {
    SERAI_TRY(version, reader.u16());
    SERAI_TRY(network_id, reader.strong<NetworkId>());
    SERAI_TRY(agent, reader.text(kMaxAgent));
    return Hello{version, network_id, std::move(agent)};
}

void Grant::encode(Writer& writer) const {
    receipt.encode(writer);
    writer.strong(object);
    writer.fixed(token);
    writer.strong(expires);
    writer.u64(length);
    writer.fixed(digest);
}

Result<Grant> Grant::decode(Reader& reader) {
    SERAI_TRY(receipt, Receipt::decode(reader));
    SERAI_TRY(object, reader.strong<ObjectId>());
    SERAI_TRY(token, reader.array<32>());
    SERAI_TRY(expires, reader.strong<UnixSeconds>());
    SERAI_TRY(length, reader.u64());
    SERAI_TRY(digest, reader.array<32>());
    return Grant{receipt, object, token, expires, length, digest};
}

void Openings::encode(Writer& writer) const {
    receipt.encode(writer);
    writer.list(entries);
    writer.flag(more);
}

Result<Openings> Openings::decode(Reader& reader) {
    SERAI_TRY(receipt, Receipt::decode(reader));
    SERAI_TRY(entries, codec::read_list<OpenedEntry>(reader));
    SERAI_TRY(more, reader.flag());
    return Openings{receipt, std::move(entries), more};
}

void KeyPackageEntry::encode(Writer& writer) const {
    device.encode(writer);
    writer.vector(mls_message);
}

Result<KeyPackageEntry> KeyPackageEntry::decode(Reader& reader) {
    SERAI_TRY(device, network::SpiffeId::decode(reader));
    SERAI_TRY(mls_message, reader.vector(limits::kMaxKeyPackage));
    return KeyPackageEntry{std::move(device), to_bytes(mls_message)};
}

void PublishKeyPackages::encode(Writer& writer) const {
    act.encode(writer);
    writer.nested([&](Writer& inner) {
        for (const Bytes& key_package : key_packages) {
            inner.vector(key_package);
        }
    });
}

Result<PublishKeyPackages> PublishKeyPackages::decode(Reader& reader) {
    SERAI_TRY(act, network::Act::decode(reader));
    SERAI_TRY(content, reader.vector());
    Reader inner{content};
    std::vector<Bytes> key_packages;
    while (!inner.at_end()) {
        SERAI_TRY(key_package, inner.vector(limits::kMaxKeyPackage));
        key_packages.push_back(to_bytes(key_package));
        if (key_packages.size() > limits::kMaxKeyPackagesPerPublish) {
            return CodecError::too_long;
        }
    }
    return PublishKeyPackages{std::move(act), std::move(key_packages)};
}

void ClaimedKeyPackages::encode(Writer& writer) const {
    receipt.encode(writer);
    writer.list(key_packages);
}

Result<ClaimedKeyPackages> ClaimedKeyPackages::decode(Reader& reader) {
    SERAI_TRY(receipt, Receipt::decode(reader));
    SERAI_TRY(key_packages, codec::read_list<KeyPackageEntry>(reader));
    return ClaimedKeyPackages{receipt, std::move(key_packages)};
}

Result<KeyPackageCount> KeyPackageCount::decode(Reader& reader) {
    SERAI_TRY(count, reader.u32());
    SERAI_TRY(until, reader.strong<UnixSeconds>());
    return KeyPackageCount{count, until};
}

void EstablishChannel::encode(Writer& writer) const {
    writer.strong(group);
    writer.vector(group_info);
}

Result<EstablishChannel> EstablishChannel::decode(Reader& reader) {
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(group_info, read_mls_message(reader));
    return EstablishChannel{group, std::move(group_info)};
}

void Commit::encode(Writer& writer) const {
    writer.strong(group);
    writer.strong(epoch);
    writer.vector(commit);
    writer.vector(welcome);
    writer.vector(group_info);
    writer.list(acts);
}

Result<Commit> Commit::decode(Reader& reader) {
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(epoch, reader.strong<Epoch>());
    SERAI_TRY(commit, read_mls_message(reader));
    SERAI_TRY(welcome, read_mls_message(reader));
    SERAI_TRY(group_info, read_mls_message(reader));
    SERAI_TRY(acts, codec::read_list<ActReceipt>(reader));
    return Commit{group,
                  epoch,
                  std::move(commit),
                  std::move(welcome),
                  std::move(group_info),
                  std::move(acts)};
}

void Send::encode(Writer& writer) const {
    writer.strong(group);
    writer.vector(message);
}

Result<Send> Send::decode(Reader& reader) {
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(message, read_mls_message(reader));
    return Send{group, std::move(message)};
}

void Records::encode(Writer& writer) const {
    writer.list(entries);
    writer.strong(end);
}

Result<Records> Records::decode(Reader& reader) {
    SERAI_TRY(entries, codec::read_list<RecordEntry>(reader, limits::kMaxPageEntries));
    SERAI_TRY(end, reader.strong<RecordNumber>());
    return Records{std::move(entries), end};
}

void FetchRecords::encode(Writer& writer) const {
    writer.strong(group);
    writer.strong(from);
    writer.u16(max);
}

Result<FetchRecords> FetchRecords::decode(Reader& reader) {
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(from, reader.strong<RecordNumber>());
    SERAI_TRY(max, read_page_size(reader));
    return FetchRecords{group, from, max};
}

void Subscribe::encode(Writer& writer) const {
    writer.strong(group);
    writer.strong(from);
}

Result<Subscribe> Subscribe::decode(Reader& reader) {
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(from, reader.strong<RecordNumber>());
    return Subscribe{group, from};
}

Result<Unsubscribe> Unsubscribe::decode(Reader& reader) {
    SERAI_TRY(group, reader.strong<GroupId>());
    return Unsubscribe{group};
}

void ChannelSummary::encode(Writer& writer) const {
    writer.strong(group);
    rules.encode(writer);
    writer.strong(epoch);
    writer.strong(end);
    writer.strong(readable_from);
    writer.u32(members);
}

Result<ChannelSummary> ChannelSummary::decode(Reader& reader) {
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(rules, network::ChannelRules::decode(reader));
    SERAI_TRY(epoch, reader.strong<Epoch>());
    SERAI_TRY(end, reader.strong<RecordNumber>());
    SERAI_TRY(readable_from, reader.strong<RecordNumber>());
    SERAI_TRY(members, reader.u32());
    return ChannelSummary{group, std::move(rules), epoch, end, readable_from, members};
}

Result<Channels> Channels::decode(Reader& reader) {
    SERAI_TRY(channels, codec::read_list<ChannelSummary>(reader, limits::kMaxPageEntries));
    return Channels{std::move(channels)};
}

Result<ListChannels> ListChannels::decode(Reader& reader) {
    SERAI_TRY(after, reader.strong<GroupId>());
    return ListChannels{after};
}

void TreePart::encode(Writer& writer) const {
    writer.u64(total);
    writer.vector(part);
}

Result<TreePart> TreePart::decode(Reader& reader) {
    SERAI_TRY(total, reader.u64());
    SERAI_TRY(part, reader.vector(kMaxTreePart));
    return TreePart{total, to_bytes(part)};
}

void FetchTree::encode(Writer& writer) const {
    writer.strong(group);
    writer.strong(epoch);
    writer.u64(offset);
}

Result<FetchTree> FetchTree::decode(Reader& reader) {
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(epoch, reader.strong<Epoch>());
    SERAI_TRY(offset, reader.u64());
    return FetchTree{group, epoch, offset};
}

Result<Acts> Acts::decode(Reader& reader) {
    SERAI_TRY(acts, codec::read_list<ActReceipt>(reader, limits::kMaxPageEntries));
    return Acts{std::move(acts)};
}

void PublishedGroup::encode(Writer& writer) const {
    writer.strong(epoch);
    writer.vector(group_info);
    writer.nested([&](Writer& inner) {
        for (const Epoch& one : psk_epochs) {
            inner.strong(one);
        }
    });
}

Result<PublishedGroup> PublishedGroup::decode(Reader& reader) {
    SERAI_TRY(epoch, reader.strong<Epoch>());
    SERAI_TRY(group_info, read_mls_message(reader));
    SERAI_TRY(list, reader.vector(sizeof(std::uint64_t) * (limits::kResumptionEpochs + 1)));
    PublishedGroup out{epoch, std::move(group_info), {}};
    Reader inner{list};
    while (!inner.at_end()) {
        SERAI_TRY(one, inner.strong<Epoch>());
        if (!out.psk_epochs.empty() && one <= out.psk_epochs.back()) {
            return CodecError::unknown_value;
        }
        out.psk_epochs.push_back(one);
    }
    return out;
}

Result<FetchGroupInfo> FetchGroupInfo::decode(Reader& reader) {
    SERAI_TRY(group, reader.strong<GroupId>());
    return FetchGroupInfo{group};
}

void ListActs::encode(Writer& writer) const {
    writer.strong(group);
    writer.u64(after);
}

Result<ListActs> ListActs::decode(Reader& reader) {
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(after, reader.u64());
    return ListActs{group, after};
}

void MailboxItem::encode(Writer& writer) const {
    writer.u64(sequence);
    writer.strong(group);
    writer.strong(record);
    writer.strong(epoch);
    writer.vector(welcome);
}

Result<MailboxItem> MailboxItem::decode(Reader& reader) {
    SERAI_TRY(sequence, reader.u64());
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(record, reader.strong<RecordNumber>());
    SERAI_TRY(epoch, reader.strong<Epoch>());
    SERAI_TRY(welcome, read_mls_message(reader));
    return MailboxItem{sequence, group, record, epoch, std::move(welcome)};
}

void Mailbox::encode(Writer& writer) const {
    writer.list(items);
    writer.flag(more);
}

Result<Mailbox> Mailbox::decode(Reader& reader) {
    SERAI_TRY(items, codec::read_list<MailboxItem>(reader, limits::kMaxPageEntries));
    SERAI_TRY(more, reader.flag());
    return Mailbox{std::move(items), more};
}

Result<ListMailbox> ListMailbox::decode(Reader& reader) {
    SERAI_TRY(from, reader.u64());
    return ListMailbox{from};
}

Result<DeleteMailbox> DeleteMailbox::decode(Reader& reader) {
    SERAI_TRY(through, reader.u64());
    return DeleteMailbox{through};
}

Result<CheckpointNote> CheckpointNote::decode(Reader& reader) {
    SERAI_TRY(note, read_note(reader));
    return CheckpointNote{std::move(note)};
}

Result<Proof> Proof::decode(Reader& reader) {
    SERAI_TRY(hashes, read_digests(reader));
    return Proof{std::move(hashes)};
}

void ProveInclusion::encode(Writer& writer) const {
    writer.strong(index);
    writer.strong(size);
}

Result<ProveInclusion> ProveInclusion::decode(Reader& reader) {
    SERAI_TRY(index, reader.strong<LogIndex>());
    SERAI_TRY(size, reader.strong<TreeSize>());
    return ProveInclusion{index, size};
}

void ProveConsistency::encode(Writer& writer) const {
    writer.strong(from);
    writer.strong(to);
}

Result<ProveConsistency> ProveConsistency::decode(Reader& reader) {
    SERAI_TRY(from, reader.strong<TreeSize>());
    SERAI_TRY(to, reader.strong<TreeSize>());
    return ProveConsistency{from, to};
}

Result<Leaves> Leaves::decode(Reader& reader) {
    SERAI_TRY(leaves, codec::read_list<Leaf>(reader, limits::kMaxPageEntries));
    return Leaves{std::move(leaves)};
}

void GetLeaves::encode(Writer& writer) const {
    writer.strong(from);
    writer.u16(max);
}

Result<GetLeaves> GetLeaves::decode(Reader& reader) {
    SERAI_TRY(from, reader.strong<LogIndex>());
    SERAI_TRY(max, read_page_size(reader));
    return GetLeaves{from, max};
}

void GovernanceEntries::encode(Writer& writer) const {
    writer.list(entries);
    writer.flag(more);
}

Result<GovernanceEntries> GovernanceEntries::decode(Reader& reader) {
    SERAI_TRY(entries, codec::read_list<OpenedEntry>(reader, limits::kMaxPageEntries));
    SERAI_TRY(more, reader.flag());
    return GovernanceEntries{std::move(entries), more};
}

Result<ListGovernance> ListGovernance::decode(Reader& reader) {
    SERAI_TRY(from, reader.strong<LogIndex>());
    return ListGovernance{from};
}

Result<PublishCrl> PublishCrl::decode(Reader& reader) {
    SERAI_TRY(crl, reader.vector(limits::kMaxFieldValue));
    return PublishCrl{to_bytes(crl)};
}

void RecordEvent::encode(Writer& writer) const {
    writer.strong(group);
    entry.encode(writer);
}

Result<RecordEvent> RecordEvent::decode(Reader& reader) {
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(entry, RecordEntry::decode(reader));
    return RecordEvent{group, std::move(entry)};
}

Result<GoodbyeEvent> GoodbyeEvent::decode(Reader& reader) {
    SERAI_TRY(reason, reader.u16());
    if (!is_wire_error(reason)) {
        return CodecError::unknown_value;
    }
    return GoodbyeEvent{static_cast<WireError>(reason)};
}

}  // namespace serai::protocol::message
