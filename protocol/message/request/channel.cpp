#include "protocol/message/request/channel.hpp"

#include "protocol/base/limits.hpp"
#include "protocol/message/request/parts.hpp"

#include <utility>

namespace serai::protocol::message {
namespace {

using codec::CodecError;
using codec::Reader;
using codec::Writer;

constexpr std::size_t kMaxTreePart = limits::kMaxPage;

}  // namespace

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

}  // namespace serai::protocol::message
