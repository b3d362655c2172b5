#include "storage/repo/channels.hpp"

#include "protocol/base/limits.hpp"
#include "storage/audit/audit_log.hpp"
#include "storage/commit/request.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/channel_rows.hpp"
#include "storage/repo/removals.hpp"
#include "storage/repo/scan.hpp"

#include <algorithm>

namespace serai::storage::repo {
namespace {

namespace keyspace = kv::keyspace;
using kv::make_key;
using kv::Space;
using protocol::codec::decode_exact;
using protocol::message::RecordEntry;
using protocol::network::SpiffeId;

constexpr std::size_t kMaxChannelsInPage = 64;

Result<std::vector<Member>> read_members(const kv::Store& store, const GroupId& group) {
    std::vector<Member> members;
    SERAI_CHECK(for_each_row(
        store, make_key(keyspace::kMember, group), [&](ByteView, ByteView value) -> Result<void> {
            SERAI_TRY(member, decode_exact<Member>(value));
            members.push_back(std::move(member));
            return {};
        }));
    return members;
}

// One without a row has been there since before these rows were kept: nothing is known of it but that it is here.
Result<void> read_known(const kv::Store& store,
                        const GroupId& group,
                        Epoch present,
                        std::vector<Member>& members) {
    for (Member& member : members) {
        const Digest key = commit::device_key(member.device);
        SERAI_TRY(row,
                  store.get(Space::state, make_key(keyspace::kKnownEpochs, group, ByteView{key})));
        if (row) {
            SERAI_TRY(known, decode_exact<KnownEpochs>(*row));
            member.known = std::move(known);
        } else {
            member.known = {present.value(), {}};
        }
    }
    return {};
}

Result<std::shared_ptr<const PendingActs>> read_pending(const kv::Store& store,
                                                        const GroupId& group) {
    auto pending = std::make_shared<PendingActs>();
    const kv::Key prefix = make_key(keyspace::kPendingAct, group);
    SERAI_CHECK(for_each_row(store, prefix, [&](ByteView key, ByteView value) -> Result<void> {
        SERAI_TRY(row, decode_exact<PendingRow>(value));
        pending->emplace(integer_at(key, prefix.size()), std::move(row.act));
        return {};
    }));
    return std::shared_ptr<const PendingActs>{std::move(pending)};
}

Result<std::shared_ptr<const ServerProposals>> read_proposals(const kv::Store& store,
                                                              const GroupId& group) {
    auto proposals = std::make_shared<ServerProposals>();
    const kv::Key prefix = make_key(keyspace::kProposal, group);
    SERAI_CHECK(for_each_row(store, prefix, [&](ByteView key, ByteView value) -> Result<void> {
        SERAI_TRY(proposal, decode_exact<ServerProposal>(value));
        proposal.record = RecordNumber{integer_at(key, prefix.size())};
        proposals->push_back(std::move(proposal));
        return {};
    }));
    return std::shared_ptr<const ServerProposals>{std::move(proposals)};
}

Result<std::shared_ptr<const LastCommit>> read_last_commit(const kv::Store& store,
                                                           const GroupId& group) {
    SERAI_TRY(row, store.get(Space::state, make_key(keyspace::kLastCommit, group)));
    if (!row) {
        return std::shared_ptr<const LastCommit>{};
    }
    SERAI_TRY(commit, decode_exact<LastCommit>(*row));
    return std::make_shared<const LastCommit>(std::move(commit));
}

Result<void> read_waiters(const kv::Store& store, const GroupId& group, Channel::Overlay& overlay) {
    const kv::Key prefix = make_key(keyspace::kTreeWaiter, group);
    return for_each_row(store, prefix, [&](ByteView key, ByteView) -> Result<void> {
        const std::uint64_t epoch = integer_at(key, prefix.size());
        overlay.tree_waiters[epoch].insert(bytes_at<32>(key, prefix.size() + 8));
        return {};
    });
}

Result<RecordEntry> newest_record(const kv::Store& store, ByteView log, std::uint64_t tail) {
    SERAI_TRY(page, store.read(log, tail - 1, 1));
    if (page.records.empty()) {
        return kv::StoreError::corrupt;
    }
    return decode_exact<RecordEntry>(page.records.front());
}

// The smallest group id after this one; nullopt after the last.
Bytes key_after(ByteView key) {
    Bytes next = to_bytes(key);
    next.push_back(0);
    return next;
}

}  // namespace

Result<std::shared_ptr<const crypto::mls::PublicGroup>> read_public_group(const kv::Store& store,
                                                                          const GroupId& group) {
    SERAI_TRY(saved, store.get(Space::state, make_key(keyspace::kGroupState, group)));
    if (!saved) {
        return kv::StoreError::corrupt;
    }
    crypto::mls::TreeNodes tree;
    const kv::Key prefix = make_key(keyspace::kGroupNode, group);
    SERAI_CHECK(for_each_row(store, prefix, [&](ByteView key, ByteView value) -> Result<void> {
        const auto index = static_cast<std::size_t>(integer_at(key, prefix.size(), 4));
        SERAI_TRY(node, decode_exact<crypto::mls::TreeNode>(value));
        tree.nodes.resize(index + 1);
        tree.nodes[index] = std::move(node);
        return {};
    }));
    return crypto::mls::PublicGroup::load(*saved, tree);
}

Channels::Channels(kv::Store& store, audit::AuditLog& log, std::size_t keep_loaded)
    : store_(store), log_(log), loaded_(keep_loaded) {}

Result<ChannelPtr> Channels::load(const GroupId& group) {
    return loaded_.load(group, [&] { return read(group); });
}

Result<ChannelPtr> Channels::read(const GroupId& group) const {
    SERAI_TRY(founding, store_.get(Space::state, make_key(keyspace::kFounding, group)));
    if (!founding) {
        return WireError::not_found;
    }
    ChannelHead head;
    SERAI_TRY(decoded, decode_exact<Founding>(*founding));
    head.founding = std::make_shared<const Founding>(std::move(decoded));
    const kv::Key log = make_key(keyspace::kRecordsLog, group);
    SERAI_TRY(bounds, store_.bounds(log));
    if (bounds.tail > 0) {
        SERAI_TRY(newest, newest_record(store_, log, bounds.tail));
        head.end = RecordNumber{bounds.tail};
        head.h = newest.head.h;
        SERAI_TRY(public_group, read_public_group(store_, group));
        head.epoch = Epoch{public_group->epoch()};
        head.public_group = std::move(public_group);
    }
    SERAI_TRY(members, read_members(store_, group));
    SERAI_CHECK(read_known(store_, group, head.epoch, members));
    if (head.public_group != nullptr) {
        members = with_certificates(std::move(members), *head.public_group);
    }
    head.roster = std::make_shared<const Roster>(std::move(members));
    SERAI_TRY(pending, read_pending(store_, group));
    head.pending = std::move(pending);
    SERAI_TRY(proposals, read_proposals(store_, group));
    head.proposals = std::move(proposals);
    SERAI_TRY(last_commit, read_last_commit(store_, group));
    head.last_commit = std::move(last_commit);
    SERAI_TRY(sequence, log_.load_sequence(audit::SequenceId::of(group)));
    auto channel = std::make_shared<Channel>(std::move(head), std::move(sequence));
    SERAI_CHECK(read_waiters(store_, group, channel->overlay()));
    return channel;
}

Result<ReadableRange> Channels::readable(const GroupId& group, const SpiffeId& device) {
    const Digest key = commit::device_key(device);
    SERAI_TRY(row, store_.get(Space::state, make_key(keyspace::kReadable, group, ByteView{key})));
    if (!row) {
        return WireError::not_found;
    }
    return decode_exact<ReadableRange>(*row);
}

Result<protocol::message::Records> Channels::records(const GroupId& group,
                                                     const SpiffeId& device,
                                                     RecordNumber from,
                                                     std::size_t max) {
    SERAI_TRY(channel, load(group));
    // The head first: a range that is read later cannot be wider than the head allows.
    const auto head = channel->head();
    SERAI_TRY(range, readable(group, device));
    protocol::message::Records out;
    out.end = range.last ? std::min(head->end, next(*range.last)) : head->end;
    if (from < range.from || from > out.end) {
        return WireError::forbidden;
    }
    const std::size_t count = std::min<std::uint64_t>(std::min(max, limits::kMaxPageEntries),
                                                      out.end.value() - from.value());
    if (count == 0) {
        return out;
    }
    for (const auto& entry : channel->recent(from, count, limits::kMaxPage)) {
        SERAI_TRY(decoded, decode_exact<RecordEntry>(*entry));
        out.entries.push_back(std::move(decoded));
    }
    if (out.entries.empty()) {
        SERAI_TRY(
            page,
            store_.read(
                make_key(keyspace::kRecordsLog, group), from.value(), count, limits::kMaxPage));
        for (const Bytes& record : page.records) {
            SERAI_TRY(decoded, decode_exact<RecordEntry>(record));
            out.entries.push_back(std::move(decoded));
        }
    }
    return out;
}

Result<Digest> Channels::chain_hash(const GroupId& group, RecordNumber n) {
    SERAI_TRY(channel, load(group));
    const auto head = channel->head();
    if (n >= head->end) {
        return WireError::not_found;
    }
    if (next(n) == head->end) {
        return head->h;
    }
    if (const auto recent = channel->recent(n, 1, 1); !recent.empty()) {
        SERAI_TRY(entry, decode_exact<RecordEntry>(*recent.front()));
        return entry.head.h;
    }
    SERAI_TRY(page, store_.read(make_key(keyspace::kRecordsLog, group), n.value(), 1));
    if (page.records.empty()) {
        return kv::StoreError::corrupt;
    }
    SERAI_TRY(entry, decode_exact<RecordEntry>(page.records.front()));
    return entry.head.h;
}

Result<protocol::message::Channels> Channels::list(const SpiffeId& device, const GroupId& after) {
    const Digest key = commit::device_key(device);
    auto request =
        kv::ScanRequest::prefix(Space::state, make_key(keyspace::kDeviceChannel, ByteView{key}));
    if (after != GroupId{}) {
        request.begin = key_after(make_key(keyspace::kDeviceChannel, ByteView{key}, after));
    }
    request.max_entries = kMaxChannelsInPage;
    SERAI_TRY(page, store_.scan(request));
    protocol::message::Channels out;
    for (const kv::ScanEntry& row : page.entries) {
        const GroupId group{bytes_at<32>(row.key, 1 + key.size())};
        SERAI_TRY(channel, load(group));
        SERAI_TRY(range, readable(group, device));
        const auto head = channel->head();
        out.channels.push_back({group,
                                head->founding->rules,
                                head->epoch,
                                head->end,
                                range.from,
                                static_cast<std::uint32_t>(head->roster->members().size())});
    }
    return out;
}

Result<protocol::message::Acts> Channels::acts(const GroupId& group, std::uint64_t after) {
    const kv::Key prefix = make_key(keyspace::kPendingAct, group);
    auto request = kv::ScanRequest::prefix(Space::state, prefix);
    if (after != protocol::message::kNoPrevious) {
        request.begin = key_after(make_key(keyspace::kPendingAct, group, after));
    }
    request.max_bytes = limits::kMaxPage;
    SERAI_TRY(page, store_.scan(request));
    protocol::message::Acts out;
    for (const kv::ScanEntry& entry : page.entries) {
        SERAI_TRY(row, decode_exact<PendingRow>(entry.value));
        out.acts.push_back(std::move(row.receipt));
    }
    return out;
}

Result<protocol::message::ActReceipt> Channels::act(const GroupId& group, LogIndex leaf) const {
    SERAI_TRY(row, store_.get(Space::state, make_key(keyspace::kPendingAct, group, leaf)));
    if (!row) {
        return WireError::not_found;
    }
    SERAI_TRY(decoded, decode_exact<PendingRow>(*row));
    return std::move(decoded.receipt);
}

Result<void> Channels::for_each(const std::function<Result<void>(const GroupId&)>& visit) const {
    return for_each_row(store_, make_key(keyspace::kFounding), [&](ByteView key, ByteView) {
        return visit(GroupId{bytes_at<32>(key, 1)});
    });
}

Result<protocol::message::PublishedGroup> Channels::published(const GroupId& group,
                                                              const SpiffeId& device) {
    SERAI_TRY(channel, load(group));
    const auto head = channel->head();
    SERAI_TRY(row, store_.get(Space::state, make_key(keyspace::kGroupInfo, group)));
    if (!head->established() || !row) {
        return WireError::not_found;
    }
    SERAI_TRY(decoded, decode_exact<GroupInfoRow>(*row));
    if (decoded.epoch != head->epoch) {
        return WireError::not_found;  // a commit has just changed one of the two
    }
    return protocol::message::PublishedGroup{
        decoded.epoch, std::move(decoded.group_info), common_epochs(*head, device)};
}

Result<protocol::message::TreePart> Channels::tree(const GroupId& group,
                                                   Epoch epoch,
                                                   std::uint64_t offset) {
    const auto read_part = [&](std::uint64_t part) -> Result<TreeRow> {
        SERAI_TRY(
            row,
            store_.get(
                Space::state,
                make_key(keyspace::kTreePart, group, epoch, static_cast<std::uint32_t>(part))));
        if (!row) {
            return WireError::not_found;
        }
        return decode_exact<TreeRow>(*row);
    };
    SERAI_TRY(first, read_part(0));
    if (offset >= first.total) {
        return WireError::too_large;
    }
    SERAI_TRY(row, read_part(offset / kTreePartBytes));
    const auto skip = static_cast<std::ptrdiff_t>(offset % kTreePartBytes);
    return protocol::message::TreePart{row.total, Bytes(row.part.begin() + skip, row.part.end())};
}

}  // namespace serai::storage::repo
