// Which documents a channel holds, as its members announced them.
#pragma once

#include "client/channel/state.hpp"
#include "client/vault/vault.hpp"
#include "crypto/document/manifest.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace serai::client::documents {

// A version of a document with the record that announced it.
struct Announced {
    crypto::document::Manifest manifest;
    RecordNumber record;
    UnixMillis time;     // of the server
    std::string sender;  // SPIFFE id of the device
};

// The manifest inside an entry's content; an error if the entry announces no document.
[[nodiscard]] Result<crypto::document::Manifest> manifest_of(const channel::HistoryEntry& entry);

// Every document version that was announced in the channel, in order.
[[nodiscard]] Result<std::vector<Announced>> list(const vault::Vault& vault, const GroupId& group);

// The newest version of the document that has this name (the newest document, if several do), or whose id begins so (4
// hexadecimal digits or more). not_found.
[[nodiscard]] Result<Announced> find(const vault::Vault& vault,
                                     const GroupId& group,
                                     std::string_view name);

}  // namespace serai::client::documents
