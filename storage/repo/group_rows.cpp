#include "storage/repo/group_rows.hpp"

#include "storage/commit/request.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/channel_rows.hpp"

#include <algorithm>

namespace serai::storage::repo {
namespace {

namespace keyspace = kv::keyspace;
using kv::make_key;
using kv::Space;

}  // namespace

void put_group(const crypto::mls::PublicGroup& group, const GroupId& id, kv::WriteBatch& rows) {
    rows.put(Space::state, make_key(keyspace::kGroupState, id), group.save());
    group.tree().for_each_node(
        [&](crypto::mls::NodeIndex index, const crypto::mls::TreeNode& node) {
            rows.put_encoded(Space::state, make_key(keyspace::kGroupNode, id, index), node);
        });
}

void put_group_changes(const crypto::mls::PublicGroup& group,
                       std::span<const crypto::mls::NodeIndex> changed,
                       const GroupId& id,
                       kv::WriteBatch& rows) {
    rows.put(Space::state, make_key(keyspace::kGroupState, id), group.save());
    for (const crypto::mls::NodeIndex index : changed) {
        const crypto::mls::TreeNode node = group.tree().node(index);
        const kv::Key key = make_key(keyspace::kGroupNode, id, index);
        if (node.blank()) {
            rows.erase(Space::state, key);
        } else {
            rows.put_encoded(Space::state, key, node);
        }
    }
}

void put_group_info(const crypto::mls::PublicGroup& group,
                    const GroupId& id,
                    ByteView group_info,
                    kv::WriteBatch& rows) {
    rows.put_encoded(Space::state,
                     make_key(keyspace::kGroupInfo, id),
                     GroupInfoRow{Epoch{group.epoch()}, to_bytes(group_info)});
}

void put_member(const GroupId& group, const Member& member, kv::WriteBatch& rows) {
    const Digest key = commit::device_key(member.device);
    rows.put_encoded(Space::state, make_key(keyspace::kMember, group, ByteView{key}), member);
    rows.put(Space::state, make_key(keyspace::kDeviceChannel, ByteView{key}, group), {});
    rows.put_encoded(
        Space::state, make_key(keyspace::kKnownEpochs, group, ByteView{key}), member.known);
}

void erase_member(const GroupId& group, const Digest& device_key, kv::WriteBatch& rows) {
    rows.erase(Space::state, make_key(keyspace::kMember, group, ByteView{device_key}));
    rows.erase(Space::state, make_key(keyspace::kDeviceChannel, ByteView{device_key}, group));
    rows.erase(Space::state, make_key(keyspace::kKnownEpochs, group, ByteView{device_key}));
}

void put_tree(const crypto::mls::PublicGroup& group, const GroupId& id, kv::WriteBatch& rows) {
    const Bytes tree = protocol::codec::encode(group.tree().to_nodes());
    for (std::uint32_t part = 0; part < tree_parts(tree.size()); ++part) {
        const ByteView rest = ByteView{tree}.subspan(part * kTreePartBytes);
        const TreeRow row{tree.size(), to_bytes(rest.first(std::min(rest.size(), kTreePartBytes)))};
        rows.put_encoded(
            Space::state, make_key(keyspace::kTreePart, id, Epoch{group.epoch()}, part), row);
    }
}

}  // namespace serai::storage::repo
