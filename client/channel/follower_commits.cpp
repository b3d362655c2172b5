// What changes a channel: commits, and the server's proposals. The rest of the follower is in follower.cpp.
#include "client/channel/follower.hpp"
#include "crypto/act/channel_group.hpp"

#include <algorithm>

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace mls = crypto::mls;
using protocol::codec::decode_exact;

constexpr std::string_view kCameBack = "came back with new keys";

UnixSeconds seconds_of(UnixMillis time) {
    constexpr std::uint64_t kMillis = 1000;
    return UnixSeconds{time.value() / kMillis};
}

std::vector<std::string> sorted(std::vector<std::string> texts) {
    std::ranges::sort(texts);
    return texts;
}

}  // namespace

Result<HistoryEntry> Follower::take_commit(const Seen& seen) {
    if (const Task* own = find_own(TaskKind::roster, seen.record.mls_message)) {
        return take_own_commit(seen, *own);
    }
    if (const Task* own = find_own(TaskKind::rejoin, seen.record.mls_message)) {
        return take_own_return(seen, *own);
    }
    const auto decoded = decode_exact<mls::MlsMessage>(seen.record.mls_message);
    const mls::PublicMessage* commit = decoded ? decoded->get<mls::PublicMessage>() : nullptr;
    if (commit == nullptr) {
        return accuse(seen.entry, "the server ordered a commit that is none");
    }
    return take_others_commit(seen, *decoded, *commit);
}

Result<HistoryEntry> Follower::take_own_commit(const Seen& seen, const Task& task) {
    const auto request = task.frame ? decode_exact<message::Commit>(task.frame->body)
                                    : Result<message::Commit>{ClientError::vault_damaged};
    if (!request || seen.record.acts != request->acts) {
        return accuse(seen.entry, "the server put other acts beside our commit than we sent");
    }
    SERAI_TRY(pending, load_pending(context_->vault, channel_->state.group));
    if (!pending) {
        return ClientError::vault_damaged;
    }
    HistoryEntry entry = entry_for(seen, EntryKind::change);
    entry.sender = context_->device.id.to_string();
    const auto members_of = [](const mls::PublicGroup& group) {
        std::vector<std::string> devices;
        group.tree().for_each_member(
            [&](mls::LeafIndex, const mls::LeafNode& leaf) { devices.push_back(device_of(leaf)); });
        return sorted(std::move(devices));
    };
    const auto before = members_of(*channel_->group->view());
    const auto after = members_of(*pending->next.view());
    std::ranges::set_difference(after, before, std::back_inserter(entry.added));
    std::ranges::set_difference(before, after, std::back_inserter(entry.removed));
    note_change(seen, entry, pending->next.epoch());
    channel_->group = std::move(pending->next);
    finish(task);
    set_back_commits();
    return entry;
}

Result<HistoryEntry> Follower::take_own_return(const Seen& seen, const Task& task) {
    const auto request = task.frame ? decode_exact<message::Commit>(task.frame->body)
                                    : Result<message::Commit>{ClientError::vault_damaged};
    if (!request || seen.record.acts != request->acts) {
        return accuse(seen.entry, "the server put other acts beside our return than we sent");
    }
    SERAI_TRY(pending, load_pending(context_->vault, channel_->state.group));
    if (!pending) {
        return ClientError::vault_damaged;
    }
    HistoryEntry entry = entry_for(seen, EntryKind::change);
    entry.sender = context_->device.id.to_string();
    entry.note = std::string{kCameBack};
    note_change(seen, entry, pending->next.epoch());
    channel_->group = std::move(pending->next);
    channel_->lost.reset();
    channel_->state.standing = Standing::member;
    channel_->state.lost_at.reset();
    channel_->state.unvouched.clear();
    drop_pending(batch_, channel_->state.group);
    finish(task);
    return entry;
}

// What the server can check itself it must have checked; the rest is a member's doing, or that of another copy of our own state.
Result<mls::StagedPublicCommit> Follower::stage(const Seen& seen,
                                                const mls::MlsMessage& message,
                                                const mls::PublicMessage& commit,
                                                Keys& keys) {
    const LeafJudge judge{context_->network.trust_at(seen.entry.leaf),
                          seconds_of(seen.record.time),
                          context_->network.genesis()};
    const mls::ValidationPolicy policy{judge, seconds_of(seen.record.time)};
    if (channel_->group) {
        auto staged = channel_->group->stage(message, policy);
        if (staged) {
            keys.next = std::move(staged->next);
            return std::move(staged->change);
        }
        keys.why = staged.error() == mls::MlsError::own_message
                       ? "another copy of this device's state made it"
                       : staged.error().message();
    }
    const auto& proposals =
        channel_->lost ? channel_->lost->proposals : channel_->group->proposals();
    auto in_public = channel_->view().stage(commit, proposals, policy);
    if (!in_public) {
        return accuse(seen.entry,
                      "the server ordered an invalid commit: " + in_public.error().message());
    }
    return std::move(*in_public);
}

Result<HistoryEntry> Follower::take_others_commit(const Seen& seen,
                                                  const mls::MlsMessage& message,
                                                  const mls::PublicMessage& commit) {
    const auto aad = decode_exact<message::ChannelAad>(commit.content.authenticated_data);
    if (!aad) {
        return accuse(seen.entry, "the server ordered a commit whose authenticated data is none");
    }
    SERAI_CHECK(check_head(seen, aad->head));
    Keys keys;
    SERAI_TRY(change, stage(seen, message, commit, keys));
    if (auto judged = judge_commit(*context_,
                                   channel_->state,
                                   channel_->view(),
                                   change,
                                   *aad,
                                   seen.record.acts,
                                   {seen.entry.leaf, seconds_of(seen.record.time)});
        !judged) {
        if (judged.error() != ClientError::untrusted) {
            return judged.error();
        }
        return accuse(seen.entry, "the server ordered " + context_->diagnostics.explanation());
    }
    SERAI_CHECK(check_record_time(*context_, seen.entry, seen.record.time));
    HistoryEntry entry = entry_for(seen, EntryKind::change);
    entry.message_id = aad->message_id;
    if (const auto leaf = change.next->tree().leaf(change.committer)) {
        entry.sender = device_of(*leaf);
    }
    follow_change(change, entry);
    if (!keys.why.empty()) {
        entry.note = "this device cannot follow it: " + keys.why;
    }
    note_change(seen, entry, change.next->epoch());
    set_back_commits();
    const bool restored = change.external && !seen.record.acts.empty();
    move_on(seen, std::move(change), std::move(keys));
    if (channel_->lost) {
        note_vouching(entry.sender, restored);
    }
    return entry;
}

// What later commits are judged by.
void Follower::note_change(const Seen& seen, const HistoryEntry& entry, std::uint64_t epoch) {
    for (const message::ActReceipt& receipt : seen.record.acts) {
        channel_->state.used_acts.push_back(receipt.receipt.leaf.entry_id);
    }
    if (!entry.removed.empty()) {
        channel_->state.removed_at = Epoch{epoch};
    }
    epoch_changed_ = true;
}

// While we are lost: a commit takes no more than a signature key, as far as we can tell, so whoever makes one may have stolen it. An
// official's act vouches for the return that it allows, and for no later commit.
void Follower::note_vouching(const std::string& device, bool restored) {
    auto& unvouched = channel_->state.unvouched;
    std::erase(unvouched, device);
    if (!restored && device != context_->device.id.to_string()) {
        unvouched.push_back(device);
    }
}

// Into the epoch after the commit: with keys, without them, or not at all.
void Follower::move_on(const Seen& seen, mls::StagedPublicCommit change, Keys keys) {
    const std::string self = context_->device.id.to_string();
    const bool removed =
        !change.external && std::ranges::any_of(change.removes, [&](const auto& member) {
            return device_of(*member.leaf) == self;
        });
    if (removed) {
        channel_->group.reset();
        channel_->lost.reset();
        channel_->state.standing = Standing::removed;
        channel_->state.lost_at.reset();
        channel_->state.unvouched.clear();
        finish_all_tasks();
    } else if (keys.next) {
        channel_->group = std::move(*keys.next);
    } else {
        lose(seen, change.next);
    }
}

void Follower::lose(const Seen& seen, std::shared_ptr<const mls::PublicGroup> view) {
    if (channel_->lost) {
        channel_->lost->view = std::move(view);
        channel_->lost->proposals.clear();
        return;
    }
    auto proposals = view == channel_->group->view() ? channel_->group->proposals()
                                                     : std::vector<mls::CachedProposal>{};
    channel_->lost.emplace(
        LostGroup{std::move(*channel_->group), std::move(view), std::move(proposals)});
    channel_->group.reset();
    channel_->state.standing = Standing::lost;
    channel_->state.lost_at = seen.entry.head;
    epoch_changed_ = true;
    set_back_commits();
}

void Follower::follow_change(const mls::StagedPublicCommit& change, HistoryEntry& entry) {
    if (change.external) {
        entry.note = std::string{kCameBack};
        return;
    }
    for (const mls::AddedMember& added : change.adds) {
        entry.added.push_back(device_of(added.key_package.leaf_node));
    }
    for (const mls::RemovedMember& removed : change.removes) {
        entry.removed.push_back(device_of(*removed.leaf));
    }
}

// A commit of ours for the epoch that has just ended can never be ordered; its act and key packages are still good. One by which we
// wanted to come back is made anew from the start.
void Follower::set_back_commits() {
    drop_pending(batch_, channel_->state.group);
    set_back(batch_, tasks_);
}

// ---- the server's proposals ----

// As the group's external sender the server may propose that somebody be removed who has to leave, and nothing else.
Result<HistoryEntry> Follower::take_proposal(const Seen& seen) {
    const auto decoded = decode_exact<mls::MlsMessage>(seen.record.mls_message);
    const mls::PublicMessage* sent = decoded ? decoded->get<mls::PublicMessage>() : nullptr;
    const auto* proposal =
        sent == nullptr ? nullptr : std::get_if<mls::Proposal>(&sent->content.content);
    const mls::Remove* remove = proposal == nullptr ? nullptr : proposal->get<mls::Remove>();
    const mls::Sender server{mls::SenderType::external, crypto::act::kServerSender};
    if (remove == nullptr || sent->content.sender != server) {
        return accuse(seen.entry, "the server proposed something else than a removal");
    }
    const auto aad = decode_exact<message::ChannelAad>(sent->content.authenticated_data);
    if (!aad) {
        return accuse(seen.entry, "the server's proposal has authenticated data that is none");
    }
    SERAI_CHECK(check_head(seen, aad->head));
    const LeafJudge judge{context_->network.trust_at(seen.entry.leaf),
                          seconds_of(seen.record.time),
                          context_->network.genesis()};
    const mls::ValidationPolicy policy{judge, seconds_of(seen.record.time)};
    auto cached = channel_->lost ? channel_->lost->view->check_proposal(*sent, policy)
                                 : channel_->group->receive_proposal(*decoded, policy);
    if (!cached) {
        return accuse(seen.entry,
                      "the server made an invalid proposal: " + cached.error().message());
    }
    if (channel_->lost) {
        channel_->lost->proposals.push_back(std::move(*cached));
    }
    const auto leaf = channel_->view().tree().leaf(remove->removed);
    const auto reason = judge_proposal(*context_,
                                       channel_->state,
                                       *leaf,
                                       *aad,
                                       seen.record.acts,
                                       {seen.entry.leaf, seconds_of(seen.record.time)});
    if (!reason) {
        return reason.error() == ClientError::untrusted
                   ? accuse(seen.entry, "the server made " + context_->diagnostics.explanation())
                   : reason.error();
    }
    SERAI_CHECK(check_record_time(*context_, seen.entry, seen.record.time));
    HistoryEntry entry = entry_for(seen, EntryKind::removal_due);
    entry.message_id = aad->message_id;
    entry.removed.push_back(device_of(*leaf));
    entry.note = *reason;
    return entry;
}

}  // namespace serai::client::channel
