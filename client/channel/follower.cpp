#include "client/channel/follower.hpp"

#include "crypto/act/channel_chain.hpp"
#include "crypto/primitive/hash.hpp"
#include "protocol/codec/utf8.hpp"

#include <algorithm>

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace mls = crypto::mls;
using protocol::codec::decode_exact;

Bytes seen_id_of(const MessageId& id, std::string_view sender) {
    Bytes seen_id = to_bytes(id.value());
    append(seen_id, as_bytes(sender));
    return seen_id;
}

// Of a message of our own: what is not under its authenticated data, which anybody can change in a copy.
Bytes seen_id_of(const mls::PrivateMessage& own) {
    return to_bytes(crypto::sha256(own.ciphertext));
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
            case message::RecordType::proposal:
                return take_proposal(seen);
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
        sealed->epoch != channel_->view().epoch()) {
        return accuse(seen.entry, "the server ordered a message of another group or epoch");
    }
    HistoryEntry entry = entry_for(seen, EntryKind::message);
    if (channel_->lost) {
        entry.kind = EntryKind::unreadable;
        entry.note = "written while this device had lost its way in the channel";
        return entry;
    }
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
        if (opened.error() == mls::MlsError::own_message) {
            return read_own_content(seen, sealed, entry);
        }
        if (opened.error() == mls::MlsError::key_consumed) {
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
    SERAI_TRY(known, is_known(seen_id_of(aad->message_id, entry.sender)));
    if (known) {
        return unreadable("a copy of an earlier message");
    }
    remember(seen_id_of(aad->message_id, entry.sender));
    auto content = decode_exact<message::Content>(opened->plaintext);
    crypto::wipe(opened->plaintext);
    if (!content) {
        return unreadable("content of an unknown kind");
    }
    entry.content = std::move(*content);
    return {};
}

// A message of our own leaf that is not among our tasks. Either somebody gave us an old one again, or another copy of our state wrote
// it: then our ratchet stands where the other's stood, and must not be used.
Result<void> Follower::read_own_content(const Seen& seen,
                                        const mls::PrivateMessage& sealed,
                                        HistoryEntry& entry) {
    entry.kind = EntryKind::unreadable;
    entry.sender = context_->device.id.to_string();
    const auto aad = decode_exact<message::ChannelAad>(sealed.authenticated_data);
    SERAI_TRY(known,
              aad ? is_known(seen_id_of(aad->message_id, entry.sender)) : Result<bool>{true});
    SERAI_TRY(ours, wrote(sealed));
    if (known || ours) {
        entry.note = "a copy of an earlier message";
        return {};
    }
    entry.note = "another copy of this device's state wrote it";
    lose(seen, channel_->group->view());
    return {};
}

// Whether this very ciphertext is ours, sent or about to be, whatever stands beside it.
Result<bool> Follower::wrote(const mls::PrivateMessage& sealed) {
    for (const Task& task : tasks_) {
        const auto payload = task.kind == TaskKind::send
                                 ? decode_exact<SendPayload>(task.payload)
                                 : Result<SendPayload>{ClientError::not_found};
        const auto waiting = payload ? decode_exact<mls::MlsMessage>(payload->ciphertext)
                                     : Result<mls::MlsMessage>{ClientError::not_found};
        const auto* own = waiting ? waiting->get<mls::PrivateMessage>() : nullptr;
        if (own != nullptr && own->ciphertext == sealed.ciphertext) {
            return true;
        }
    }
    return is_known(seen_id_of(sealed));
}

Result<bool> Follower::is_known(const Bytes& seen_id) {
    SERAI_TRY(known,
              context_->vault.get(vault::Place::named(
                  vault::Table::message_seen, channel_->state.group.value(), seen_id)));
    return known.has_value() || std::ranges::find(recent_ids_, seen_id) != recent_ids_.end();
}

void Follower::remember(Bytes seen_id) {
    batch_.put_public(
        vault::Place::named(vault::Table::message_seen, channel_->state.group.value(), seen_id),
        {});
    recent_ids_.push_back(std::move(seen_id));
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
    remember(seen_id_of(payload.message_id, entry.sender));
    if (const auto sent = decode_exact<mls::MlsMessage>(payload.ciphertext)) {
        if (const auto* own = sent->get<mls::PrivateMessage>()) {
            remember(seen_id_of(*own));
        }
    }
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
        } else if (kind == TaskKind::rejoin) {
            const auto payload = decode_exact<RejoinPayload>(task.payload);
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
