// The rows of the request window, read and written. Apart from the window, so that tests/fuzz can have the decoder without a store.
#include "storage/commit/request_window.hpp"

namespace serai::storage::commit {

void KeptVerdict::encode(protocol::codec::Writer& writer) const {
    writer.fixed(key.device);
    writer.strong(key.id);
    writer.fixed(digest);
    writer.strong(time);
    writer.flag(leaf.has_value());
    if (leaf) {
        writer.strong(*leaf);
    }
    writer.vector(body);
}

Result<KeptVerdict> KeptVerdict::decode(protocol::codec::Reader& reader) {
    KeptVerdict out;
    SERAI_TRY(device, reader.array<32>());
    SERAI_TRY(id, reader.strong<RequestId>());
    SERAI_TRY(digest, reader.array<32>());
    SERAI_TRY(time, reader.strong<UnixMillis>());
    SERAI_TRY(has_leaf, reader.flag());
    if (has_leaf) {
        SERAI_TRY(leaf, reader.strong<LogIndex>());
        out.leaf = leaf;
    }
    SERAI_TRY(body, reader.vector());
    out.key = {device, id};
    out.digest = digest;
    out.time = time;
    out.body = body;
    return out;
}

Result<std::vector<KeptVerdict>> decode_verdict_row(ByteView row) {
    protocol::codec::Reader reader{row};
    SERAI_TRY(version, reader.u8());
    if (version != kVerdictRowVersion) {
        return protocol::codec::CodecError::unknown_value;
    }
    SERAI_TRY(verdicts, protocol::codec::read_list<KeptVerdict>(reader));
    if (!reader.at_end()) {
        return protocol::codec::CodecError::trailing_bytes;
    }
    return std::move(verdicts);
}

}  // namespace serai::storage::commit
