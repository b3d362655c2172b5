// Writing what a channel's group and membership are made of.
#pragma once

#include "crypto/mls/group/public_group.hpp"
#include "storage/kv/write_batch.hpp"
#include "storage/repo/member.hpp"

#include <span>

namespace serai::storage::repo {

// The whole group: state and every node.
void put_group(const crypto::mls::PublicGroup& group, const GroupId& id, kv::WriteBatch& rows);

// The state, and the nodes that changed.
void put_group_changes(const crypto::mls::PublicGroup& group,
                       std::span<const crypto::mls::NodeIndex> changed,
                       const GroupId& id,
                       kv::WriteBatch& rows);

// The GroupInfo by which lost members come back, of the epoch that `group` is.
void put_group_info(const crypto::mls::PublicGroup& group,
                    const GroupId& id,
                    ByteView group_info,
                    kv::WriteBatch& rows);

// A member with its place in the list of the device's channels, and what it knows. Its readable range is the caller's.
void put_member(const GroupId& group, const Member& member, kv::WriteBatch& rows);
void erase_member(const GroupId& group, const Digest& device_key, kv::WriteBatch& rows);

// The ratchet_tree of the epoch, in parts.
void put_tree(const crypto::mls::PublicGroup& group, const GroupId& id, kv::WriteBatch& rows);

}  // namespace serai::storage::repo
