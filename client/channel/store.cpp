#include "client/channel/store.hpp"

#include "protocol/base/limits.hpp"

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

// struct { opaque public_group<V>; TreeNodes tree; CachedProposal proposals<V>; } LostView;
Bytes encode_view(const LostGroup& lost) {
    Bytes out;
    protocol::codec::Writer writer{out};
    writer.vector(lost.view->save());
    lost.view->tree().to_nodes().encode(writer);
    writer.list(lost.proposals);
    return out;
}

Result<LostGroup> decode_lost(ByteView bytes, mls::Group last) {
    protocol::codec::Reader reader{bytes};
    SERAI_TRY(saved, reader.vector());
    SERAI_TRY(nodes, mls::TreeNodes::decode(reader));
    SERAI_TRY(proposals, protocol::codec::read_list<mls::CachedProposal>(reader));
    SERAI_TRY(view, mls::PublicGroup::load(saved, nodes));
    return LostGroup{std::move(last), std::move(view), std::move(proposals)};
}

Result<LostGroup> load_lost(const vault::Vault& vault, const GroupId& group, mls::Group last) {
    SERAI_TRY(record, vault.get(Place::named(Table::lost_view, group)));
    if (!record) {
        return ClientError::vault_damaged;
    }
    auto lost = record->with_bytes(
        kLoading, [&](ByteView bytes) { return decode_lost(bytes, std::move(last)); });
    return lost ? std::move(lost) : Result<LostGroup>{ClientError::vault_damaged};
}

}  // namespace

Result<OpenChannel> load_channel(const vault::Vault& vault, const GroupId& group) {
    SERAI_TRY(state, vault.get_decoded<ChannelState>(Place::named(Table::channel, group)));
    if (!state) {
        return ClientError::not_found;
    }
    SERAI_TRY(loaded,
              (load_parts<mls::Group>(vault, group, Table::group_public, Table::group_secret)));
    if (loaded.has_value() != (state->standing != Standing::removed)) {
        return ClientError::vault_damaged;
    }
    OpenChannel channel{std::move(*state), std::nullopt, std::nullopt};
    if (!loaded) {
        return channel;
    }
    loaded->keep_resumption_psks(limits::kResumptionEpochs);
    if (channel.state.standing == Standing::lost) {
        SERAI_TRY(lost, load_lost(vault, group, std::move(*loaded)));
        channel.lost = std::move(lost);
    } else {
        channel.group = std::move(*loaded);
    }
    return channel;
}

Result<std::vector<ChannelState>> load_channel_states(const vault::Vault& vault) {
    return vault.all_decoded<ChannelState>(Table::channel);
}

void save_channel(vault::Batch& batch, const OpenChannel& channel, bool epoch_changed) {
    const GroupId& group = channel.state.group;
    batch.put_encoded(Place::named(Table::channel, group), channel.state);
    if (channel.lost) {
        batch.put_public(Place::named(Table::lost_view, group), encode_view(*channel.lost));
    } else if (epoch_changed) {
        batch.erase(Place::named(Table::lost_view, group));
    }
    const mls::Group* keys =
        channel.lost ? &channel.lost->last : (channel.group ? &*channel.group : nullptr);
    if (keys == nullptr) {
        batch.erase(Place::named(Table::group_public, group));
        batch.erase(Place::named(Table::group_secret, group));
        return;
    }
    if (epoch_changed) {
        batch.put_public(Place::named(Table::group_public, group), keys->save_public());
    }
    batch.put(Place::named(Table::group_secret, group), keys->save_secret());
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
