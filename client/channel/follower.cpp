#include "client/channel/follower.hpp"

#include "crypto/act/channel_chain.hpp"
#include "protocol/codec/utf8.hpp"

#include <algorithm>

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace mls = crypto::mls;
using protocol::codec::decode_exact;

UnixSeconds seconds_of(UnixMillis time) {
    constexpr std::uint64_t kMillis = 1000;
    return UnixSeconds{time.value() / kMillis};
}

std::vector<std::string> sorted(std::vector<std::string> texts) {
    std::ranges::sort(texts);
    return texts;
}

}  // namespace

Follower::Follower(const Context& context, OpenChannel& channel, std::vector<Task> tasks)
    : context_(&context),
      channel_(&channel),
      tasks_(std::move(tasks)),
      batch_(context.vault.batch()) {
    std::erase_if(tasks_, [&](const Task& task) { return task.group != channel.state.group; });
}

Result<HistoryEntry> Follower::take(const message::RecordEntry& entry) {
    if (channel_->state.standing == Standing::removed) {
        return ClientError::removed;
    }
    SERAI_CHECK(check_place(entry));
    auto record = decode_exact<message::ChannelRecord>(entry.record);
    if (!record) {
        return accuse(entry, "the server ordered a record that does not decode");
    }
    const Seen seen{entry, std::move(*record)};
    SERAI_CHECK(check_time(seen));
    const auto read = [&]() -> Result<HistoryEntry> {
        switch (seen.record.type) {
            case message::RecordType::established:
                return take_established(seen);
            case message::RecordType::commit:
                return take_commit(seen);
            case message::RecordType::application:
                return take_message(seen);
        }
        return accuse(entry, "the server ordered a record of an unknown kind");
    };
    SERAI_TRY(understood, read());
    batch_.put_encoded(
        vault::Place::numbered(
            vault::Table::history, channel_->state.group.value(), entry.head.n.value()),
        understood);
    channel_->state.cursor = entry.head;
    channel_->state.last_leaf = entry.leaf;
    last_time_ = understood.time;
    recent_.emplace(entry.head.n, entry.head.h);
    changed_ = true;
    return std::move(understood);
}

Result<void> Follower::save() {
    if (!changed_) {
        return {};
    }
    save_channel(batch_, *channel_, epoch_changed_);
    SERAI_CHECK(context_->vault.commit(std::move(batch_)));
    batch_ = context_->vault.batch();
    epoch_changed_ = false;
    changed_ = false;
    recent_.clear();
    recent_ids_.clear();
    return {};
}

// Number, chain hash and leaf: nothing was dropped, put in another order, or given twice.
Result<void> Follower::check_place(const message::RecordEntry& entry) {
    const ChannelState& state = channel_->state;
    const RecordNumber expected = state.next_record();
    if (entry.head.n != expected) {
        return accuse(entry,
                      "the server gave record " + std::to_string(entry.head.n.value()) +
                          " of the channel where record " + std::to_string(expected.value()) +
                          " was due");
    }
    const Digest previous = state.cursor ? state.cursor->h : Digest{};
    if (crypto::act::chain_hash(state.group, expected, previous, entry.record) != entry.head.h) {
        return accuse(entry,
                      "record " + std::to_string(expected.value()) +
                          " does not continue the channel's hash chain");
    }
    if (state.cursor && entry.leaf <= state.last_leaf) {
        return accuse(entry, "the server put a record's leaf before that of an earlier record");
    }
    return {};
}

// The server's clock may be set back by a little, not by more.
Result<void> Follower::check_time(const Seen& seen) {
    constexpr std::uint64_t kMaxStepBack = 300'000;  // milliseconds
    const ChannelState& state = channel_->state;
    if (!last_time_ && state.cursor) {
        SERAI_TRY(newest, load_history_entry(context_->vault, state.group, state.cursor->n));
        if (!newest) {
            return ClientError::vault_damaged;
        }
        last_time_ = newest->time;
    }
    if (last_time_ && seen.record.time.value() + kMaxStepBack < last_time_->value()) {
        return accuse(seen.entry, "the time of a record is before that of an earlier record");
    }
    return {};
}

// What the sender had seen when it wrote must be what we have seen.
Result<void> Follower::check_head(const Seen& seen, const message::ChainHead& head) {
    const ChannelState& state = channel_->state;
    if (!state.cursor || head.n < state.first) {
        return {};
    }
    if (head.n > state.cursor->n) {
        return accuse(seen.entry,
                      "the sender of a record has seen a later record before it: the server shows "
                      "members different channels");
    }
    SERAI_TRY(hash, hash_of(head.n));
    if (hash != head.h) {
        return accuse(seen.entry,
                      "the sender of a record has seen another record " +
                          std::to_string(head.n.value()) +
                          " than we have: the server shows members different channels");
    }
    return {};
}

Result<Digest> Follower::hash_of(RecordNumber n) {
    if (const auto found = recent_.find(n); found != recent_.end()) {
        return found->second;
    }
    SERAI_TRY(entry, load_history_entry(context_->vault, channel_->state.group, n));
    if (!entry) {
        return ClientError::vault_damaged;
    }
    return entry->h;
}

Result<HistoryEntry> Follower::take_established(const Seen& seen) {
    const auto own = std::ranges::find_if(tasks_, [&](const Task& task) {
        if (task.kind != TaskKind::found || !task.frame) {
            return false;
        }
        const auto request = decode_exact<message::EstablishChannel>(task.frame->body);
        return request && request->group_info == seen.record.mls_message;
    });
    if (own == tasks_.end() || seen.entry.head.n != RecordNumber{0}) {
        return accuse(seen.entry, "the server ordered the beginning of a channel a second time");
    }
    if (seen.record.acts != std::vector{channel_->state.founding}) {
        return accuse(seen.entry, "the server put another act beside the beginning of our channel");
    }
    finish(*own);
    HistoryEntry entry = entry_for(seen, EntryKind::established);
    entry.sender = context_->device.id.to_string();
    return entry;
}

// ---- commits ----

Result<HistoryEntry> Follower::take_commit(const Seen& seen) {
    if (const Task* own = find_own(TaskKind::roster, seen.record.mls_message)) {
        return take_own_commit(seen, *own);
    }
    const auto decoded = decode_exact<mls::MlsMessage>(seen.record.mls_message);
    const mls::PublicMessage* commit = decoded ? decoded->get<mls::PublicMessage>() : nullptr;
    if (commit == nullptr) {
        return accuse(seen.entry, "the server ordered a commit that is none");
    }
    return take_others_commit(seen, *decoded, *commit);
}

Result<HistoryEntry> Follower::take_own_commit(const Seen& seen, const Task& task) {
    SERAI_TRY(payload, decode_exact<RosterPayload>(task.payload));
    if (!payload.act || seen.record.acts != std::vector{*payload.act}) {
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
    for (const message::ActReceipt& receipt : seen.record.acts) {
        channel_->state.used_acts.push_back(receipt.receipt.leaf.entry_id);
    }
    channel_->group = std::move(pending->next);
    epoch_changed_ = true;
    finish(task);
    set_back_commits();
    return entry;
}

Result<HistoryEntry> Follower::take_others_commit(const Seen& seen,
                                                  const mls::MlsMessage& message,
                                                  const mls::PublicMessage& commit) {
    mls::Group& group = *channel_->group;
    const LeafJudge judge{context_->network.trust_at(seen.entry.leaf),
                          seconds_of(seen.record.time)};
    const mls::ValidationPolicy policy{judge, seconds_of(seen.record.time)};
    const auto aad = decode_exact<message::ChannelAad>(commit.content.authenticated_data);
    if (!aad) {
        return accuse(seen.entry, "the server ordered a commit whose authenticated data is none");
    }
    SERAI_CHECK(check_head(seen, aad->head));
    auto staged = group.stage(message, policy);
    if (!staged) {
        // What the server can check itself it must have checked; the rest is a member's doing.
        const auto in_public = group.view()->stage(commit, group.proposals(), policy);
        const std::string why = staged.error().message();
        if (!in_public) {
            return accuse(seen.entry, "the server ordered an invalid commit: " + why);
        }
        return context_->diagnostics.fail(ClientError::wedged,
                                          "a member's commit cannot be followed: " + why);
    }
    if (auto judged = judge_commit(
            *context_, channel_->state, *group.view(), staged->change, *aad, seen.record.acts);
        !judged) {
        if (judged.error() != ClientError::untrusted) {
            return judged.error();
        }
        return accuse(seen.entry, "the server ordered " + context_->diagnostics.explanation());
    }
    SERAI_CHECK(check_record_time(*context_, seen.entry, seen.record.time));
    HistoryEntry entry = entry_for(seen, EntryKind::change);
    entry.message_id = aad->message_id;
    if (const auto leaf = staged->change.next->tree().leaf(staged->change.committer)) {
        entry.sender = device_of(*leaf);
    }
    follow_change(staged->change, entry);
    for (const message::ActReceipt& receipt : seen.record.acts) {
        channel_->state.used_acts.push_back(receipt.receipt.leaf.entry_id);
    }
    epoch_changed_ = true;
    set_back_commits();
    if (staged->removes_us()) {
        channel_->group.reset();
        channel_->state.standing = Standing::removed;
        finish_all_tasks();
    } else {
        channel_->group = std::move(*staged->next);
    }
    return entry;
}

void Follower::follow_change(const mls::StagedPublicCommit& change, HistoryEntry& entry) {
    for (const mls::AddedMember& added : change.adds) {
        entry.added.push_back(device_of(added.key_package.leaf_node));
    }
    for (const mls::RemovedMember& removed : change.removes) {
        entry.removed.push_back(device_of(*removed.leaf));
    }
}

// A commit of ours for the epoch that has just ended can never be ordered; its act and key packages are still good.
void Follower::set_back_commits() {
    drop_pending(batch_, channel_->state.group);
    set_back(batch_, tasks_);
}

// ---- messages ----

Result<HistoryEntry> Follower::take_message(const Seen& seen) {
    if (const Task* own = find_own(TaskKind::send, seen.record.mls_message)) {
        return take_own_message(seen, *own);
    }
    const auto decoded = decode_exact<mls::MlsMessage>(seen.record.mls_message);
    const mls::PrivateMessage* sealed = decoded ? decoded->get<mls::PrivateMessage>() : nullptr;
    if (sealed == nullptr || !seen.record.acts.empty()) {
        return accuse(seen.entry, "the server ordered a message that is none");
    }
    if (!equal(sealed->group_id, channel_->state.group.value()) ||
        sealed->epoch != channel_->group->epoch()) {
        return accuse(seen.entry, "the server ordered a message of another group or epoch");
    }
    HistoryEntry entry = entry_for(seen, EntryKind::message);
    SERAI_CHECK(read_content(seen, *sealed, entry));
    note_title(entry);
    return entry;
}

// Content that makes no sense is its sender's doing (the server sees none of it): it is noted, and the channel goes on.
Result<void> Follower::read_content(const Seen& seen,
                                    const mls::PrivateMessage& sealed,
                                    HistoryEntry& entry) {
    const auto unreadable = [&](std::string why) -> Result<void> {
        entry.kind = EntryKind::unreadable;
        entry.content.reset();
        entry.note = std::move(why);
        return {};
    };
    auto opened = channel_->group->unprotect(sealed);
    if (!opened) {
        if (opened.error() == mls::MlsError::key_consumed ||
            opened.error() == mls::MlsError::own_message) {
            return unreadable("a copy of an earlier message");
        }
        return unreadable("does not decrypt: " + opened.error().message());
    }
    if (const auto leaf = channel_->group->view()->tree().leaf(opened->sender)) {
        entry.sender = device_of(*leaf);
    }
    const auto aad = decode_exact<message::ChannelAad>(opened->authenticated_data);
    if (!aad || !aad->acts.empty()) {
        return unreadable("authenticated data that is none");
    }
    SERAI_CHECK(check_head(seen, aad->head));
    entry.message_id = aad->message_id;
    Bytes seen_id = to_bytes(aad->message_id.value());
    append(seen_id, as_bytes(entry.sender));
    const vault::Place place =
        vault::Place::named(vault::Table::message_seen, channel_->state.group.value(), seen_id);
    SERAI_TRY(known, context_->vault.get(place));
    if (known || std::ranges::find(recent_ids_, seen_id) != recent_ids_.end()) {
        return unreadable("a copy of an earlier message");
    }
    batch_.put_public(place, {});
    auto content = decode_exact<message::Content>(opened->plaintext);
    crypto::wipe(opened->plaintext);
    recent_ids_.push_back(std::move(seen_id));
    if (!content) {
        return unreadable("content of an unknown kind");
    }
    entry.content = std::move(*content);
    return {};
}

Result<HistoryEntry> Follower::take_own_message(const Seen& seen, const Task& task) {
    if (!seen.record.acts.empty()) {
        return accuse(seen.entry, "the server put acts beside our message");
    }
    SERAI_TRY(payload, decode_exact<SendPayload>(task.payload));
    HistoryEntry entry = entry_for(seen, EntryKind::message);
    entry.sender = context_->device.id.to_string();
    entry.message_id = payload.message_id;
    SERAI_TRY(content, decode_exact<message::Content>(payload.content));
    entry.content = std::move(content);
    note_title(entry);
    finish(task);
    return entry;
}

void Follower::note_title(const HistoryEntry& entry) {
    if (!entry.content || entry.content->type != message::ContentType::title) {
        return;
    }
    const Bytes& title = entry.content->body;
    if (title.size() <= kMaxTitle && protocol::codec::is_printable_utf8(title)) {
        channel_->state.title = as_text(title);
    }
}

// ---- common ----

const Task* Follower::find_own(TaskKind kind, const Bytes& mls_message) const {
    for (const Task& task : tasks_) {
        if (task.kind != kind) {
            continue;
        }
        if (kind == TaskKind::roster) {
            const auto payload = decode_exact<RosterPayload>(task.payload);
            if (payload && payload->commit == mls_message) {
                return &task;
            }
        } else {
            const auto payload = decode_exact<SendPayload>(task.payload);
            if (payload && payload->ciphertext == mls_message) {
                return &task;
            }
        }
    }
    return nullptr;
}

void Follower::finish(const Task& task) {
    task.finish(batch_);
    const std::uint64_t number = task.number;
    std::erase_if(tasks_, [&](const Task& one) { return one.number == number; });
}

void Follower::finish_all_tasks() {
    for (const Task& task : tasks_) {
        task.finish(batch_);
    }
    tasks_.clear();
}

HistoryEntry Follower::entry_for(const Seen& seen, EntryKind kind) const {
    HistoryEntry entry;
    entry.n = seen.entry.head.n;
    entry.h = seen.entry.head.h;
    entry.leaf = seen.entry.leaf;
    entry.time = seen.record.time;
    entry.kind = kind;
    return entry;
}

ErrorCode Follower::accuse(const message::RecordEntry& entry, std::string what) {
    session::EvidenceFile file{what};
    file.text("checkpoint", context_->log.note())
        .bytes("group", channel_->state.group.value())
        .text("record number", std::to_string(entry.head.n.value()))
        .bytes("chain hash given", entry.head.h)
        .text("leaf given", std::to_string(entry.leaf.value()))
        .bytes("record", entry.record);
    if (channel_->state.cursor) {
        file.text("newest record before", std::to_string(channel_->state.cursor->n.value()))
            .bytes("its chain hash", channel_->state.cursor->h);
    }
    return context_->evidence.accuse(std::move(what), file);
}

}  // namespace serai::client::channel
