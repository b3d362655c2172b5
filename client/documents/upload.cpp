#include "client/documents/upload.hpp"

namespace serai::client::documents {
namespace {

constexpr std::size_t kMaxPath = 4096;

}  // namespace

void Upload::encode(protocol::codec::Writer& writer) const {
    writer.u16(1);
    writer.strong(group);
    writer.vector(as_bytes(source));
    writer.u64(size);
    writer.u64(changed);
    writer.flag(begun);
    manifest.encode(writer);
}

Result<Upload> Upload::decode(protocol::codec::Reader& reader) {
    SERAI_TRY(version, reader.u16());
    if (version != 1) {
        return protocol::codec::CodecError::unknown_value;
    }
    SERAI_TRY(group, reader.strong<GroupId>());
    SERAI_TRY(source, reader.vector(kMaxPath));
    SERAI_TRY(size, reader.u64());
    SERAI_TRY(changed, reader.u64());
    SERAI_TRY(begun, reader.flag());
    SERAI_TRY(manifest, crypto::document::Manifest::decode(reader));
    return Upload{group, std::string{as_text(source)}, size, changed, begun, std::move(manifest)};
}

}  // namespace serai::client::documents
