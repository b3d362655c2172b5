#include "client/audit/verifier.hpp"

#include "client/channel/catch_up.hpp"
#include "client/channel/judge.hpp"
#include "client/channel/store.hpp"
#include "crypto/act/commitment.hpp"
#include "crypto/merkle/tree_hash.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace serai::client::audit {
namespace {

namespace message = protocol::message;

class Verifier {
  public:
    Verifier(const Context& context, const OnLeaves& on_leaves)
        : context_(context), on_leaves_(on_leaves) {}

    Result<Report> run() {
        SERAI_TRY(entries, query_openings(context_, party_scope()));
        for (const VerifiedEntry& one : entries) {
            expected_.emplace(one.entry.index.value(), one.entry.leaf);
            report_.acts += one.signer ? 1U : 0U;
        }
        report_.openings = entries.size();
        SERAI_CHECK(read_leaves());
        SERAI_CHECK(check_records(entries));
        return report_;
    }

  private:
    ErrorCode accuse(std::string what, std::uint64_t index, const message::Leaf* leaf = nullptr) {
        session::EvidenceFile file{what};
        file.text("checkpoint", context_.log.note()).text("index", std::to_string(index));
        if (leaf != nullptr) {
            file.bytes("leaf", protocol::codec::encode(*leaf));
        }
        return context_.evidence.accuse(std::move(what), file);
    }

    // The newest checkpoint, and every leaf under it.
    Result<void> read_leaves() {
        SERAI_TRY(note, context_.session.call(message::GetCheckpoint{}));
        SERAI_CHECK(context_.log.advance(context_.session, note.note));
        SERAI_CHECK(context_.network.refresh(context_.session, context_.log, context_.evidence));
        report_.checkpoint = *context_.log.newest();
        const std::uint64_t size = report_.checkpoint.size.value();
        if (!expected_.empty() && expected_.rbegin()->first >= size) {
            return accuse("the server signs a log without entries that it opened", size);
        }
        crypto::merkle::CompactRange tree;
        while (tree.size().value() < size) {
            const LogIndex from{tree.size().value()};
            SERAI_TRY(page,
                      context_.session.call(message::GetLeaves{
                          from, static_cast<std::uint16_t>(limits::kMaxPageEntries)}));
            if (page.leaves.empty()) {
                return accuse("the server does not give all the leaves of the log that it signed",
                              from.value());
            }
            for (const message::Leaf& leaf : page.leaves) {
                if (tree.size().value() < size) {
                    SERAI_CHECK(check_leaf(tree.size().value(), leaf));
                    tree.append(crypto::act::leaf_hash(leaf));
                }
            }
            on_leaves_(tree.size().value(), size);
        }
        report_.leaves = size;
        if (tree.root() != report_.checkpoint.root) {
            return accuse("the leaves that the server gives are not those that it signed",
                          size - 1);
        }
        return {};
    }

    Result<void> check_leaf(std::uint64_t index, const message::Leaf& leaf) {
        if (leaf.time < last_time_) {
            return accuse("the log's time goes backwards", index, &leaf);
        }
        last_time_ = leaf.time;
        if (!ids_.insert(leaf.entry_id).second) {
            return accuse("two entries of the log have one id", index, &leaf);
        }
        if (const auto found = expected_.find(index);
            found != expected_.end() && found->second != leaf) {
            return accuse("an entry was opened with another leaf than the log has", index, &leaf);
        }
        if (leaf.kind == message::LeafKind::governance) {
            ++report_.governance;
            if (!std::ranges::binary_search(context_.network.governance(), LogIndex{index})) {
                return accuse("the server keeps back a governance entry", index, &leaf);
            }
        }
        return {};
    }

    using Logged = std::map<std::uint64_t, message::RecordPosition>;  // by leaf

    // What we received of our channels stands in the log, at the leaf that we were told; and the log has nothing of them that we
    // did not receive.
    Result<void> check_records(const std::vector<VerifiedEntry>& entries) {
        Logged logged;
        for (const VerifiedEntry& one : entries) {
            if (const Bytes* value = one.entry.opening.server_value(message::field::kRecord)) {
                const auto position =
                    protocol::codec::decode_exact<message::RecordPosition>(*value);
                if (position) {
                    logged.emplace(one.entry.index.value(), *position);
                }
            }
        }
        SERAI_TRY(channels, channel::load_channel_states(context_.vault));
        for (const channel::ChannelState& state : channels) {
            SERAI_CHECK(check_channel(state.group, logged));
            SERAI_CHECK(check_nothing_kept_back(state, logged));
        }
        return {};
    }

    Result<void> check_channel(const GroupId& group, const Logged& logged) {
        constexpr std::size_t kPage = 500;
        RecordNumber from;
        while (true) {
            SERAI_TRY(page, channel::load_history(context_.vault, group, from, kPage));
            for (const channel::HistoryEntry& entry : page) {
                from = next(entry.n);
                const auto found = logged.find(entry.leaf.value());
                const message::RecordPosition ours{group, {entry.n, entry.h}};
                if (found == logged.end() || found->second != ours) {
                    return accuse("record " + std::to_string(entry.n.value()) +
                                      " of a channel is not what the log says of it",
                                  entry.leaf.value());
                }
                if (!channel::is_time_of(expected_.at(entry.leaf.value()), entry.time)) {
                    return accuse("the time of record " + std::to_string(entry.n.value()) +
                                      " of a channel is not that of its leaf",
                                  entry.leaf.value());
                }
                ++report_.records;
            }
            if (page.size() < kPage) {
                return {};
            }
        }
    }

    // Records may have come while we verified: who still does not have one after asking again was not given it.
    Result<void> check_nothing_kept_back(const channel::ChannelState& before,
                                         const Logged& logged) {
        const auto at = std::ranges::max_element(logged, {}, [&](const auto& entry) {
            return entry.second.group == before.group ? entry.second.head.n.value() + 1 : 0;
        });
        if (at == logged.end() || at->second.group != before.group ||
            before.standing != channel::Standing::member ||
            at->second.head.n < before.next_record()) {
            return check_not_twice(before, logged);
        }
        if (const auto read = channel::catch_up(context_, before.group); !read) {
            // What comes next was given to us; that we cannot follow it is a member's doing.
            return read.error() == ClientError::wedged ? check_not_twice(before, logged)
                                                       : Result<void>{read.error()};
        }
        SERAI_TRY(now, channel::load_channel(context_.vault, before.group));
        if (now.state.standing == channel::Standing::member &&
            at->second.head.n >= now.state.next_record()) {
            return accuse("the server keeps back record " +
                              std::to_string(at->second.head.n.value()) + " of a channel",
                          at->first);
        }
        return check_not_twice(before, logged);
    }

    // One number, two records: the channel was forked.
    Result<void> check_not_twice(const channel::ChannelState& state, const Logged& logged) {
        std::map<std::uint64_t, std::uint64_t> leaf_of;
        for (const auto& [leaf, position] : logged) {
            if (position.group == state.group &&
                !leaf_of.emplace(position.head.n.value(), leaf).second) {
                return accuse("the log has record " + std::to_string(position.head.n.value()) +
                                  " of a channel twice",
                              leaf);
            }
        }
        return {};
    }

    const Context& context_;
    const OnLeaves& on_leaves_;
    Report report_;
    std::map<std::uint64_t, message::Leaf> expected_;
    std::set<EntryId> ids_;
    UnixSeconds last_time_;
};

}  // namespace

Result<Report> verify_log(const Context& context, const OnLeaves& on_leaves) {
    return Verifier{context, on_leaves}.run();
}

}  // namespace serai::client::audit
