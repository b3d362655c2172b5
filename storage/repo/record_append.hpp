// Appending one record to a channel, in Decide: the part that commits, establishment and messages have in common.
#pragma once

#include "protocol/message/record.hpp"
#include "storage/repo/device_intent.hpp"

#include <span>

namespace serai::storage::repo {

// An encoded ChannelRecord whose time is not known yet (it is zero).
[[nodiscard]] Bytes record_without_time(protocol::message::RecordType type,
                                        Bytes mls_message,
                                        std::vector<protocol::message::ActReceipt> acts);

// What appending did.
struct Appended {
    protocol::message::ChainHead head;
    protocol::message::Receipt receipt;
    std::shared_ptr<const Bytes> entry;  // encoded RecordEntry

    [[nodiscard]] Bytes response() const {
        return protocol::codec::encode(protocol::message::RecordReceipt{head, receipt});
    }

    // In the overlay of its channel.
    void enter(Channel::Overlay& overlay) const;
};

// Adds to `effects`: the record at the overlay's end, its entry, and the event. The caller adds the change of the overlay.
[[nodiscard]] Appended append_record(const commit::View& view,
                                     const Channel& channel,
                                     const audit::EntryDraft& draft,
                                     ByteView record_without_time,
                                     std::span<const protocol::network::PartyCode> parties,
                                     commit::Effects& effects);

// Late fields that append_record adds besides the parties' counters.
inline constexpr std::size_t kRecordLateFields = 2;

}  // namespace serai::storage::repo
