#include "storage/repo/record_append.hpp"

#include "crypto/act/channel_chain.hpp"
#include "storage/kv/keyspace.hpp"

#include <array>

namespace serai::storage::repo {
namespace {

namespace keyspace = kv::keyspace;
using protocol::codec::Writer;
using protocol::message::ChainHead;
using protocol::message::ChannelRecord;

// Of the time in an encoded ChannelRecord: behind version and type.
constexpr std::size_t kTimeOffset = 2;

void patch(Bytes& bytes, std::size_t offset, ByteView value) {
    std::copy(value.begin(), value.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
}

Bytes encoded(UnixMillis time) {
    Bytes out;
    Writer{out}.strong(time);
    return out;
}

}  // namespace

Bytes record_without_time(protocol::message::RecordType type,
                          Bytes mls_message,
                          std::vector<protocol::message::ActReceipt> acts) {
    return protocol::codec::encode(
        ChannelRecord{type, UnixMillis{0}, std::move(mls_message), std::move(acts)});
}

void Appended::enter(Channel::Overlay& overlay) const {
    overlay.head.end = next(head.n);
    overlay.head.h = head.h;
    overlay.appended.push_back(entry);
}

Appended append_record(const commit::View& view,
                       const Channel& channel,
                       const audit::EntryDraft& draft,
                       ByteView record_without_time,
                       std::span<const protocol::network::PartyCode> parties,
                       commit::Effects& effects) {
    const Channel::Overlay& overlay = channel.overlay();
    const GroupId& group = channel.group();
    Appended out;
    out.head.n = overlay.head.end;

    // A RecordEntry, with the chain hash filled in once the record has its time.
    auto entry = std::make_shared<Bytes>();
    entry->reserve(record_without_time.size() + 64);
    Writer writer{*entry};
    out.head.encode(writer);
    const std::size_t hash_offset = entry->size() - out.head.h.size();
    writer.strong(view.log.next_index());
    writer.length(record_without_time.size());
    const std::size_t record_offset = entry->size();
    writer.fixed(record_without_time);
    patch(*entry, record_offset + kTimeOffset, encoded(view.now));
    out.head.h = crypto::act::chain_hash(
        group, out.head.n, overlay.head.h, ByteView{*entry}.subspan(record_offset));
    patch(*entry, hash_offset, out.head.h);

    const Bytes position =
        protocol::codec::encode(protocol::message::RecordPosition{group, out.head});
    const std::array late{audit::LateField{protocol::message::field::kRecord, position}};
    effects.entry =
        view.log.assemble(draft, view.now, late, overlay.sequence.get(), nullptr, parties);
    out.receipt = effects.entry->receipt;
    effects.rows.append(kv::make_key(keyspace::kRecordsLog, group), out.head.n.value(), *entry);
    out.entry = entry;
    effects.events.emplace_back(commit::RecordAppended{group, out.head.n, out.entry});
    return out;
}

}  // namespace serai::storage::repo
