#include "client/channel/store.hpp"

namespace serai::client::channel {
namespace {

namespace mls = crypto::mls;
using vault::Place;
using vault::Table;

const crypto::SecretAccess kLoading{"loading a group from the vault"};

// The two parts of a saved group; nullopt if they are not there.
template <class Saved>
Result<std::optional<Saved>> load_parts(const vault::Vault& vault,
                                        const GroupId& group,
                                        Table public_table,
                                        Table secret_table) {
    SERAI_TRY(public_part, vault.get(Place::named(public_table, group)));
    SERAI_TRY(secret_part, vault.get(Place::named(secret_table, group)));
    if (!public_part || !secret_part) {
        return std::optional<Saved>{};
    }
    auto loaded = public_part->with_bytes(
        kLoading, [&](ByteView bytes) { return Saved::load(bytes, *secret_part); });
    if (!loaded) {
        return ClientError::vault_damaged;
    }
    return std::optional<Saved>{std::move(*loaded)};
}

}  // namespace

Result<OpenChannel> load_channel(const vault::Vault& vault, const GroupId& group) {
    SERAI_TRY(state, vault.get_decoded<ChannelState>(Place::named(Table::channel, group)));
    if (!state) {
        return ClientError::not_found;
    }
    SERAI_TRY(loaded,
              (load_parts<mls::Group>(vault, group, Table::group_public, Table::group_secret)));
    if (loaded.has_value() != (state->standing == Standing::member)) {
        return ClientError::vault_damaged;
    }
    return OpenChannel{std::move(*state), std::move(loaded)};
}

Result<std::vector<ChannelState>> load_channel_states(const vault::Vault& vault) {
    return vault.all_decoded<ChannelState>(Table::channel);
}

void save_channel(vault::Batch& batch, const OpenChannel& channel, bool epoch_changed) {
    const GroupId& group = channel.state.group;
    batch.put_encoded(Place::named(Table::channel, group), channel.state);
    if (!channel.group) {
        batch.erase(Place::named(Table::group_public, group));
        batch.erase(Place::named(Table::group_secret, group));
        return;
    }
    if (epoch_changed) {
        batch.put_public(Place::named(Table::group_public, group), channel.group->save_public());
    }
    batch.put(Place::named(Table::group_secret, group), channel.group->save_secret());
}

void save_pending(vault::Batch& batch, const GroupId& group, const mls::PendingCommit& pending) {
    const mls::SavedGroup saved = pending.save();
    batch.put_public(Place::named(Table::next_public, group), saved.public_state);
    batch.put(Place::named(Table::next_secret, group), saved.secret_state);
}

void drop_pending(vault::Batch& batch, const GroupId& group) {
    batch.erase(Place::named(Table::next_public, group));
    batch.erase(Place::named(Table::next_secret, group));
}

Result<std::optional<mls::PendingCommit>> load_pending(const vault::Vault& vault,
                                                       const GroupId& group) {
    return load_parts<mls::PendingCommit>(vault, group, Table::next_public, Table::next_secret);
}

Result<std::vector<HistoryEntry>> load_history(const vault::Vault& vault,
                                               const GroupId& group,
                                               RecordNumber from,
                                               std::size_t max_entries) {
    SERAI_TRY(records, vault.scan(Table::history, group.value(), from.value(), max_entries));
    std::vector<HistoryEntry> entries;
    entries.reserve(records.size());
    for (const vault::NumberedRecord& record : records) {
        SERAI_TRY(entry, vault::Vault::decode<HistoryEntry>(record.record));
        entries.push_back(std::move(entry));
    }
    return entries;
}

Result<std::optional<HistoryEntry>> load_history_entry(const vault::Vault& vault,
                                                       const GroupId& group,
                                                       RecordNumber n) {
    return vault.get_decoded<HistoryEntry>(
        Place::numbered(Table::history, group.value(), n.value()));
}

}  // namespace serai::client::channel
