// Every table of the vault. A record's place is its table, perhaps a parent (a group id), and a number or an id.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/strong_id.hpp"

#include <cstdint>
#include <variant>

namespace serai::client::vault {

// Names records on the disk: never renumber.
//
//   table         parent    item        record
//   settings      -         0           setup/settings.hpp: Settings
//   device        -         0           setup/device.hpp: Device (the key among it)
//   genesis       -         0           SignedGenesis
//   log_view      -         0           session/log_view.hpp: the newest verified checkpoint
//   governance    -         leaf index  OpenedEntry, verified
//   key_package   -         reference   mls KeyPackageSecrets
//   channel       -         group id    channel/state.hpp: ChannelState
//   group_public  -         group id    mls Group, public part
//   group_secret  -         group id    mls Group, secret part
//   next_public   -         group id    mls PendingCommit, public part
//   next_secret   -         group id    mls PendingCommit, secret part
//   history       group id  record no.  channel/state.hpp: HistoryEntry
//   task          -         number      channel/task.hpp: Task, a request that is under way
//   message_seen  group id  device, id  nothing: this message of this device was read
//   stock         -         0           channel/stock.hpp: which of our key packages are of last resort
//   untidy        -         0           nothing: files may hold former secrets, see Vault::forget
//   lost_view     -         group id    channel/store.hpp: what is public, while we have lost our way
//   transfer      -         document    documents/upload.hpp: an upload under way
enum class Table : std::uint8_t {
    settings = 1,
    device = 2,
    genesis = 3,
    log_view = 4,
    governance = 5,
    key_package = 6,
    channel = 7,
    group_public = 8,
    group_secret = 9,
    next_public = 10,
    next_secret = 11,
    history = 12,
    task = 13,
    transfer = 14,
    message_seen = 15,
    lost_view = 16,
    stock = 17,
    untidy = 18,
};

// The views must live as long as the place.
struct Place {
    Table table = Table::settings;
    ByteView parent;
    std::variant<std::uint64_t, ByteView> item;

    // The only record of a table.
    static Place only(Table table) { return {table, {}, std::uint64_t{0}}; }

    static Place numbered(Table table, std::uint64_t number) { return {table, {}, number}; }

    static Place numbered(Table table, ByteView parent, std::uint64_t number) {
        return {table, parent, number};
    }

    static Place named(Table table, ByteView id) { return {table, {}, id}; }

    static Place named(Table table, ByteView parent, ByteView id) { return {table, parent, id}; }

    template <class Tag, class Value>
    static Place named(Table table, const Strong<Tag, Value>& id) {
        return {table, {}, ByteView{id.value()}};
    }
};

}  // namespace serai::client::vault
