#include "crypto/act/channel_chain.hpp"
#include "crypto/act/commitment.hpp"
#include "crypto/primitive/hash.hpp"
#include "storage/audit/check_facts.hpp"
#include "storage/commit/request.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/channel_rows.hpp"
#include "storage/repo/channels.hpp"
#include "storage/repo/scan.hpp"

namespace serai::storage::audit {
namespace {

namespace keyspace = kv::keyspace;
using kv::make_key;
using kv::Space;
using protocol::codec::decode_exact;
using protocol::message::ActReceipt;
using protocol::message::ChannelRecord;
using protocol::message::MailboxItem;
using protocol::message::RecordEntry;
using protocol::message::RecordType;
using repo::for_each_row;

using Waiters = std::set<std::pair<std::uint64_t, Digest>>;  // epoch and device key

// One channel from its rows.
class ChannelCheck {
  public:
    ChannelCheck(const kv::Store& store,
                 Problems& problems,
                 const Facts& facts,
                 repo::Founding founding)
        : store_(store),
          problems_(problems),
          facts_(facts),
          founding_(std::move(founding)),
          name_(" in channel " + to_hex(ByteView{founding_.group.value()}.first(4))) {}

    Result<void> run() {
        check_founding();
        SERAI_CHECK(check_records());
        SERAI_CHECK(check_pending());
        if (records_ != 0) {
            SERAI_CHECK(check_group());
        }
        SERAI_CHECK(check_proposals());
        SERAI_CHECK(check_last_commit());
        return check_trees();
    }

  private:
    [[nodiscard]] const GroupId& group() const { return founding_.group; }

    void expect(bool holds, const std::string& what) { problems_.expect(holds, what + name_); }

    void check_founding() {
        expect(facts_.has(founding_.act.receipt), "the founding act is not in the log");
        if (facts_.genesis) {
            expect(crypto::act::group_id_of(facts_.genesis->statement.network_id,
                                            crypto::act::leaf_hash(founding_.act.receipt.leaf)) ==
                       group(),
                   "the group id does not follow from the founding act");
        }
    }

    Result<void> check_records() {
        const kv::Key log = make_key(keyspace::kRecordsLog, group());
        SERAI_TRY(bounds, store_.bounds(log));
        if (bounds.first != 0) {
            problems_.add("the first records are missing" + name_);
        }
        for (std::uint64_t n = bounds.first; n < bounds.tail;) {
            SERAI_TRY(page, store_.read(log, n, 256));
            for (const Bytes& record : page.records) {
                check_record(n, record);
                ++n;
            }
        }
        records_ = bounds.tail;
        problems_.report().records += records_;
        const auto known = facts_.records.find(group());
        const std::size_t entries = known == facts_.records.end() ? 0 : known->second.size();
        if (facts_.erased.empty() && entries != records_) {
            problems_.add("the log has entries of " + std::to_string(entries) + " records and " +
                          std::to_string(records_) + " are there" + name_);
        }
        return {};
    }

    void check_record(std::uint64_t n, const Bytes& stored) {
        const std::string which = "record " + std::to_string(n);
        const auto entry = decode_exact<RecordEntry>(stored);
        const auto record = entry ? decode_exact<ChannelRecord>(entry->record)
                                  : Result<ChannelRecord>{entry.error()};
        if (!record) {
            problems_.add(which + " does not decode" + name_);
            return;
        }
        h_ = crypto::act::chain_hash(group(), RecordNumber{n}, h_, entry->record);
        expect(entry->head.n.value() == n && entry->head.h == h_, which + " is not in the chain");
        expect(has_leaf(n, entry->leaf.value()), which + " has no leaf");
        expect((n == 0) == (record->type == RecordType::established),
               which + " is of a type that does not belong there");
        if (record->type == RecordType::commit) {
            ++commits_;
            last_commit_ = crypto::sha256(record->mls_message);
            proposals_.clear();
        } else if (record->type == RecordType::proposal) {
            proposals_.insert(n);
        }
        for (const ActReceipt& act : record->acts) {
            expect(facts_.has(act.receipt), "an act beside " + which + " is not in the log");
            used_.insert(act.receipt.index.value());
        }
        leaves_[entry->leaf.value()] = n;
    }

    [[nodiscard]] bool has_leaf(std::uint64_t n, std::uint64_t leaf) const {
        if (facts_.erased.contains(leaf)) {
            return true;
        }
        const auto channel = facts_.records.find(group());
        if (channel == facts_.records.end()) {
            return false;
        }
        const auto found = channel->second.find(n);
        return found != channel->second.end() && found->second == std::pair{h_, leaf};
    }

    Result<void> check_pending() {
        const kv::Key prefix = make_key(keyspace::kPendingAct, group());
        return for_each_row(store_, prefix, [&](ByteView key, ByteView value) -> Result<void> {
            const auto row = decode_exact<repo::PendingRow>(value);
            if (!row) {
                problems_.add("a waiting act does not decode" + name_);
                return {};
            }
            const std::uint64_t leaf = repo::integer_at(key, prefix.size());
            expect(facts_.has(row->receipt.receipt) && row->receipt.receipt.index.value() == leaf,
                   "a waiting act is not in the log");
            expect(!used_.contains(leaf), "a used act still waits");
            return {};
        });
    }

    // What commits may refer to are the proposals since the last one.
    Result<void> check_proposals() {
        const kv::Key prefix = make_key(keyspace::kProposal, group());
        std::set<std::uint64_t> kept;
        SERAI_CHECK(for_each_row(store_, prefix, [&](ByteView key, ByteView value) -> Result<void> {
            kept.insert(repo::integer_at(key, prefix.size()));
            expect(decode_exact<repo::ServerProposal>(value).has_value(),
                   "a proposal does not decode");
            return {};
        }));
        expect(kept == proposals_, "the proposals are not those of the epoch");
        return {};
    }

    Result<void> check_last_commit() {
        SERAI_TRY(row, store_.get(Space::state, make_key(keyspace::kLastCommit, group())));
        if (!row) {
            expect(commits_ == 0, "the last commit is not known");
            return {};
        }
        const auto commit = decode_exact<repo::LastCommit>(*row);
        const auto record =
            commit ? leaves_.find(commit->receipt.receipt.index.value()) : leaves_.end();
        expect(record != leaves_.end() && record->second == commit->receipt.head.n.value() &&
                   commit->digest == last_commit_,
               "the last commit is another one");
        return {};
    }

    Result<void> check_group() {
        const auto loaded = repo::read_public_group(store_, group());
        if (!loaded) {
            problems_.add("the public group does not load" + name_);
            return {};
        }
        const auto& public_group = **loaded;
        expect(public_group.epoch() == commits_, "the epoch is not the number of commits");
        SERAI_TRY(info, store_.get(Space::state, make_key(keyspace::kGroupInfo, group())));
        const auto info_row = decode_exact<repo::GroupInfoRow>(info ? *info : Bytes{});
        expect(info_row && info_row->epoch.value() == commits_,
               "the GroupInfo is not of the epoch");
        std::size_t members = 0;
        SERAI_CHECK(for_each_row(store_,
                                 make_key(keyspace::kMember, group()),
                                 [&](ByteView, ByteView value) -> Result<void> {
                                     ++members;
                                     return check_member(public_group, value);
                                 }));
        expect(members == public_group.tree().member_count(),
               "the members are not as many as the tree's");
        return {};
    }

    Result<void> check_member(const crypto::mls::PublicGroup& public_group, ByteView value) {
        const auto member = decode_exact<repo::Member>(value);
        if (!member) {
            problems_.add("a member does not decode" + name_);
            return {};
        }
        expect(public_group.tree().leaf(crypto::mls::LeafIndex{member->leaf}) != nullptr,
               "a member's leaf is blank");
        const Digest key = commit::device_key(member->device);
        SERAI_TRY(range_row,
                  store_.get(Space::state, make_key(keyspace::kReadable, group(), ByteView{key})));
        const auto range = decode_exact<repo::ReadableRange>(range_row ? *range_row : Bytes{});
        expect(range && !range->last && range->from.value() < records_,
               "a member cannot read the channel");
        SERAI_TRY(
            listed,
            store_.get(Space::state, make_key(keyspace::kDeviceChannel, ByteView{key}, group())));
        expect(listed.has_value(), "a member does not have the channel on its list");
        return {};
    }

    // Every Welcome that waits has its tree, and there is no other tree.
    Result<void> check_trees() {
        const kv::Key prefix = make_key(keyspace::kTreeWaiter, group());
        std::set<std::uint64_t> awaited;
        SERAI_CHECK(for_each_row(store_, prefix, [&](ByteView key, ByteView) -> Result<void> {
            awaited.insert(repo::integer_at(key, prefix.size()));
            return {};
        }));
        const kv::Key parts = make_key(keyspace::kTreePart, group());
        std::map<std::uint64_t, std::uint64_t> bytes;
        std::map<std::uint64_t, std::uint64_t> totals;
        SERAI_CHECK(for_each_row(store_, parts, [&](ByteView key, ByteView value) -> Result<void> {
            const std::uint64_t epoch = repo::integer_at(key, parts.size());
            const auto row = decode_exact<repo::TreeRow>(value);
            if (row) {
                totals[epoch] = row->total;
                bytes[epoch] += row->part.size();
            }
            return {};
        }));
        std::set<std::uint64_t> kept;
        for (const auto& [epoch, total] : totals) {
            kept.insert(epoch);
            expect(bytes[epoch] == total, "a tree for newcomers is not whole");
        }
        expect(kept == awaited, "the trees for newcomers are not those that are waited for");
        return check_mail();
    }

    Result<void> check_mail() {
        const kv::Key prefix = make_key(keyspace::kTreeWaiter, group());
        return for_each_row(store_, prefix, [&](ByteView key, ByteView) -> Result<void> {
            const Digest device = repo::bytes_at<32>(key, prefix.size() + 8);
            const std::uint64_t epoch = repo::integer_at(key, prefix.size());
            bool found = false;
            SERAI_CHECK(for_each_row(store_,
                                     make_key(keyspace::kMailbox, ByteView{device}),
                                     [&](ByteView, ByteView value) -> Result<void> {
                                         const auto item = decode_exact<MailboxItem>(value);
                                         found = found || (item && fits(*item, epoch));
                                         return {};
                                     }));
            expect(found, "a newcomer has no Welcome");
            return {};
        });
    }

    [[nodiscard]] bool fits(const MailboxItem& item, std::uint64_t epoch) const {
        const auto record = leaves_.find(item.sequence);
        return item.group == group() && item.epoch.value() == epoch && record != leaves_.end() &&
               record->second == item.record.value();
    }

    const kv::Store& store_;
    Problems& problems_;
    const Facts& facts_;
    repo::Founding founding_;
    std::string name_;
    Digest h_{};
    std::uint64_t records_ = 0;
    std::uint64_t commits_ = 0;
    Digest last_commit_{};                           // SHA-256 of its message
    std::set<std::uint64_t> proposals_;              // records since it
    std::set<std::uint64_t> used_;                   // leaves of acts beside commits
    std::map<std::uint64_t, std::uint64_t> leaves_;  // record numbers by leaf
};

}  // namespace

Result<void> check_channels(const kv::Store& store, Problems& problems, const Facts& facts) {
    std::set<Bytes> logs{to_bytes(make_key(keyspace::kLeavesLog))};
    SERAI_CHECK(for_each_row(
        store, make_key(keyspace::kFounding), [&](ByteView key, ByteView value) -> Result<void> {
            auto founding = decode_exact<repo::Founding>(value);
            if (!founding || founding->group != GroupId{repo::bytes_at<32>(key, 1)}) {
                problems.add("a founding does not decode");
                return {};
            }
            logs.insert(to_bytes(make_key(keyspace::kRecordsLog, founding->group)));
            ++problems.report().channels;
            return ChannelCheck{store, problems, facts, std::move(*founding)}.run();
        }));
    for (Bytes after;;) {
        SERAI_TRY(names, store.list_logs(after, 256));
        for (const Bytes& name : names) {
            if (!logs.contains(name)) {
                problems.add("records of a channel that was never founded");
            }
        }
        if (names.empty()) {
            break;
        }
        after = names.back();
    }
    return {};
}

}  // namespace serai::storage::audit
