// Follows a channel's log, record by record, in order: chain, certificates, authority, decryption. The only code that moves a
// channel forward, our own records included.
#pragma once

#include "client/channel/judge.hpp"
#include "client/channel/state.hpp"
#include "client/channel/store.hpp"
#include "client/channel/task.hpp"
#include "client/context.hpp"

#include <map>
#include <optional>
#include <span>
#include <vector>

namespace serai::client::channel {

// Works on one open channel. What it changes enters a batch that save() commits: state, group, history and finished tasks
// together. One thread.
class Follower {
  public:
    // `channel` and the context outlive it. `tasks` are all tasks under way; those that a record finishes leave the vault, and
    // those that it sets back (a commit of ours that lost) are changed there.
    Follower(const Context& context, OpenChannel& channel, std::vector<Task> tasks);

    // Takes the next record. server_lied with evidence if it is not the next, or is one that an honest server would not have
    // ordered; removed for any record after our removal. After an error nothing of this record has happened; save() still keeps
    // those before it.
    //
    // Where our keys do not follow (a member's commit whose secrets do not hold, a commit or message of our own that we know
    // nothing of), the channel is lost: from there on it is followed as far as it is public, commits judged as ever, and nothing
    // is encrypted until we have come back (rejoining.hpp).
    Result<HistoryEntry> take(const protocol::message::RecordEntry& entry);

    // Makes everything taken so far durable.
    Result<void> save();

  private:
    struct Seen {
        const protocol::message::RecordEntry& entry;
        protocol::message::ChannelRecord record;
    };

    Result<void> check_place(const protocol::message::RecordEntry& entry);
    Result<void> check_time(const Seen& seen);
    Result<void> check_head(const Seen& seen, const protocol::message::ChainHead& head);
    Result<Digest> hash_of(RecordNumber n);

    Result<HistoryEntry> take_established(const Seen& seen);
    Result<HistoryEntry> take_commit(const Seen& seen);
    Result<HistoryEntry> take_own_commit(const Seen& seen, const Task& task);
    Result<HistoryEntry> take_own_return(const Seen& seen, const Task& task);
    Result<HistoryEntry> take_others_commit(const Seen& seen,
                                            const crypto::mls::MlsMessage& message,
                                            const crypto::mls::PublicMessage& commit);

    // The keys beside the judged change; absent if they do not follow, and `why` says why.
    struct Keys {
        std::optional<crypto::mls::Group> next;
        std::string why;
    };

    Result<crypto::mls::StagedPublicCommit> stage(const Seen& seen,
                                                  const crypto::mls::MlsMessage& message,
                                                  const crypto::mls::PublicMessage& commit,
                                                  Keys& keys);
    void note_change(const Seen& seen, const HistoryEntry& entry, std::uint64_t epoch);
    void note_vouching(const std::string& device, bool restored);
    void move_on(const Seen& seen, crypto::mls::StagedPublicCommit change, Keys keys);
    void lose(const Seen& seen, std::shared_ptr<const crypto::mls::PublicGroup> view);
    Result<HistoryEntry> take_proposal(const Seen& seen);
    Result<HistoryEntry> take_message(const Seen& seen);
    Result<HistoryEntry> take_own_message(const Seen& seen, const Task& task);
    Result<void> read_content(const Seen& seen,
                              const crypto::mls::PrivateMessage& message,
                              HistoryEntry& entry);

    Result<void> read_own_content(const Seen& seen,
                                  const crypto::mls::PrivateMessage& message,
                                  HistoryEntry& entry);
    Result<bool> wrote(const crypto::mls::PrivateMessage& sealed);
    Result<bool> is_known(const Bytes& seen_id);
    void remember(Bytes seen_id);

    void follow_change(const crypto::mls::StagedPublicCommit& change, HistoryEntry& entry);
    void note_title(const HistoryEntry& entry);
    void set_back_commits();
    void finish_all_tasks();
    void finish(const Task& task);
    [[nodiscard]] const Task* find_own(TaskKind kind, const Bytes& mls_message) const;
    [[nodiscard]] HistoryEntry entry_for(const Seen& seen, EntryKind kind) const;
    [[nodiscard]] ErrorCode accuse(const protocol::message::RecordEntry& entry, std::string what);

    const Context* context_;
    OpenChannel* channel_;
    std::vector<Task> tasks_;
    vault::Batch batch_;
    bool epoch_changed_ = false;
    bool changed_ = false;
    std::optional<UnixMillis> last_time_;    // of the newest record taken here
    std::map<RecordNumber, Digest> recent_;  // chain hashes that are not in the vault yet
    std::vector<Bytes> recent_ids_;          // message ids likewise
};

}  // namespace serai::client::channel
