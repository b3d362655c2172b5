// Channels: loading and reading. What changes them is in channel_intents.hpp.
//
// Who may read: a member device reads from the record that added it; a device that was removed reads up to and including the
// commit that removed it; to all others a channel is not_found. A device that came back reads from the record of its return.
//
// Thread safety: all functions may be called from any thread; those that return Result may read the disk and block.
#pragma once

#include "protocol/message/request.hpp"
#include "storage/kv/store.hpp"
#include "storage/repo/channel.hpp"
#include "storage/repo/lru.hpp"

#include <functional>
#include <optional>

namespace serai::storage::audit {
class AuditLog;
}

namespace serai::storage::repo {

// The records that one device may read.
struct ReadableRange {
    RecordNumber from;
    std::optional<RecordNumber> last;  // set for one that was removed

    void encode(protocol::codec::Writer& writer) const;
    static Result<ReadableRange> decode(protocol::codec::Reader& reader);

    friend bool operator==(const ReadableRange&, const ReadableRange&) = default;
};

// The stored public group of an established channel; corrupt if it does not load. Reads the store.
[[nodiscard]] Result<std::shared_ptr<const crypto::mls::PublicGroup>> read_public_group(
    const kv::Store& store, const GroupId& group);

class Channels {
  public:
    Channels(kv::Store& store, audit::AuditLog& log, std::size_t keep_loaded);

    // Loads a channel, or finds it loaded. WireError::not_found if it was never founded. Holding the result pins it.
    [[nodiscard]] Result<ChannelPtr> load(const GroupId& group);

    // not_found for a device that never was a member.
    [[nodiscard]] Result<ReadableRange> readable(const GroupId& group,
                                                 const protocol::network::SpiffeId& device);

    // A page for the device: dense from `from`, at most `max` and limits::kMaxPage bytes (the first record always). not_found;
    // forbidden for records outside the device's range (from == end is an empty page). `end` is never beyond the device's range.
    [[nodiscard]] Result<protocol::message::Records> records(
        const GroupId& group,
        const protocol::network::SpiffeId& device,
        RecordNumber from,
        std::size_t max);

    // The chain hash of a record, to compare with what a sender says it has seen. not_found beyond the end.
    [[nodiscard]] Result<Digest> chain_hash(const GroupId& group, RecordNumber n);

    // Channels in which the device is a member now, by ascending group id, greater than `after`; one page.
    [[nodiscard]] Result<protocol::message::Channels> list(
        const protocol::network::SpiffeId& device, const GroupId& after);

    // Unused admissions and expulsions, in log order, after a leaf index; a page. The caller checks who asks.
    [[nodiscard]] Result<protocol::message::Acts> acts(const GroupId& group, std::uint64_t after);

    // One act that waits. not_found if it does not, or no longer.
    [[nodiscard]] Result<protocol::message::ActReceipt> act(const GroupId& group,
                                                            LogIndex leaf) const;

    // Calls visit(group) for every channel that was ever founded, by ascending group id, until it fails.
    [[nodiscard]] Result<void> for_each(
        const std::function<Result<void>(const GroupId&)>& visit) const;

    // What a lost member of the channel needs to come back. not_found if it is not established, or the GroupInfo of the present epoch
    // is not there yet (ask again). The caller checks who asks.
    [[nodiscard]] Result<protocol::message::PublishedGroup> published(
        const GroupId& group, const protocol::network::SpiffeId& device);

    // The tree of an epoch that somebody was added in, while a Welcome into it waits in a mailbox. not_found; too_large for an
    // offset beyond the end. The caller checks who asks: readable() finds members and those a Welcome waits for.
    [[nodiscard]] Result<protocol::message::TreePart> tree(const GroupId& group,
                                                           Epoch epoch,
                                                           std::uint64_t offset);

  private:
    [[nodiscard]] Result<ChannelPtr> read(const GroupId& group) const;

    kv::Store& store_;
    audit::AuditLog& log_;
    Lru<GroupId, Channel> loaded_;
};

}  // namespace serai::storage::repo
