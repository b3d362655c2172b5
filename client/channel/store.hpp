// A channel as it lies in the vault: its state and, while we are a member, its MLS group.
#pragma once

#include "client/channel/state.hpp"
#include "client/vault/vault.hpp"
#include "crypto/mls/group/group.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace serai::client::channel {

// A channel that our keys do not follow any more. What is public of it is followed all the same. The keys of the last epoch that we
// had are there for one thing: the resumption PSKs which show, when we come back, that we belong there. Nothing is encrypted with them.
struct LostGroup {
    crypto::mls::Group last;
    std::shared_ptr<const crypto::mls::PublicGroup> view;  // of the log's present epoch
    std::vector<crypto::mls::CachedProposal> proposals;    // the server's, of that epoch
};

struct OpenChannel {
    ChannelState state;
    std::optional<crypto::mls::Group> group;  // while we are a member
    std::optional<LostGroup> lost;            // while we are lost

    // What is public of the present epoch. There must be a group, or a lost one.
    [[nodiscard]] const crypto::mls::PublicGroup& view() const {
        return lost ? *lost->view : *group->view();
    }
};

// not_found if there is no such channel; vault_damaged.
[[nodiscard]] Result<OpenChannel> load_channel(const vault::Vault& vault, const GroupId& group);

[[nodiscard]] Result<std::vector<ChannelState>> load_channel_states(const vault::Vault& vault);

// Writes the state, the group's secrets, and its public part if `epoch_changed`; or drops the keys if there is no group any more.
void save_channel(vault::Batch& batch, const OpenChannel& channel, bool epoch_changed);

// Our commit that is not yet ordered.
void save_pending(vault::Batch& batch,
                  const GroupId& group,
                  const crypto::mls::PendingCommit& pending);
void drop_pending(vault::Batch& batch, const GroupId& group);
[[nodiscard]] Result<std::optional<crypto::mls::PendingCommit>> load_pending(
    const vault::Vault& vault, const GroupId& group);

// At most max_entries of the history, from record `from` on.
[[nodiscard]] Result<std::vector<HistoryEntry>> load_history(const vault::Vault& vault,
                                                             const GroupId& group,
                                                             RecordNumber from,
                                                             std::size_t max_entries);

[[nodiscard]] Result<std::optional<HistoryEntry>> load_history_entry(const vault::Vault& vault,
                                                                     const GroupId& group,
                                                                     RecordNumber n);

}  // namespace serai::client::channel
