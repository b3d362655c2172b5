#include "protocol/message/request/log.hpp"

#include "protocol/base/limits.hpp"
#include "protocol/message/request/parts.hpp"

#include <utility>

namespace serai::protocol::message {
namespace {

using codec::Reader;
using codec::Writer;

}  // namespace

Result<CheckpointNote> CheckpointNote::decode(Reader& reader) {
    SERAI_TRY(note, read_note(reader));
    return CheckpointNote{std::move(note)};
}

Result<Proof> Proof::decode(Reader& reader) {
    SERAI_TRY(hashes, read_digests(reader));
    return Proof{std::move(hashes)};
}

void ProveInclusion::encode(Writer& writer) const {
    writer.strong(index);
    writer.strong(size);
}

Result<ProveInclusion> ProveInclusion::decode(Reader& reader) {
    SERAI_TRY(index, reader.strong<LogIndex>());
    SERAI_TRY(size, reader.strong<TreeSize>());
    return ProveInclusion{index, size};
}

void ProveConsistency::encode(Writer& writer) const {
    writer.strong(from);
    writer.strong(to);
}

Result<ProveConsistency> ProveConsistency::decode(Reader& reader) {
    SERAI_TRY(from, reader.strong<TreeSize>());
    SERAI_TRY(to, reader.strong<TreeSize>());
    return ProveConsistency{from, to};
}

Result<Leaves> Leaves::decode(Reader& reader) {
    SERAI_TRY(leaves, codec::read_list<Leaf>(reader, limits::kMaxPageEntries));
    return Leaves{std::move(leaves)};
}

void GetLeaves::encode(Writer& writer) const {
    writer.strong(from);
    writer.u16(max);
}

Result<GetLeaves> GetLeaves::decode(Reader& reader) {
    SERAI_TRY(from, reader.strong<LogIndex>());
    SERAI_TRY(max, read_page_size(reader));
    return GetLeaves{from, max};
}

void GovernanceEntries::encode(Writer& writer) const {
    writer.list(entries);
    writer.flag(more);
}

Result<GovernanceEntries> GovernanceEntries::decode(Reader& reader) {
    SERAI_TRY(entries, codec::read_list<OpenedEntry>(reader, limits::kMaxPageEntries));
    SERAI_TRY(more, reader.flag());
    return GovernanceEntries{std::move(entries), more};
}

Result<ListGovernance> ListGovernance::decode(Reader& reader) {
    SERAI_TRY(from, reader.strong<LogIndex>());
    return ListGovernance{from};
}

Result<PublishCrl> PublishCrl::decode(Reader& reader) {
    SERAI_TRY(crl, reader.vector(limits::kMaxFieldValue));
    return PublishCrl{to_bytes(crl)};
}

}  // namespace serai::protocol::message
