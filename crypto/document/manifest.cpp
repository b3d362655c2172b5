#include "crypto/document/manifest.hpp"

#include "crypto/document/padding.hpp"
#include "crypto/primitive/hash.hpp"
#include "protocol/codec/utf8.hpp"

namespace serai::crypto::document {
namespace {

using protocol::codec::CodecError;
using protocol::codec::Reader;
using protocol::codec::Writer;

constexpr std::uint16_t kManifestVersion = 1;
// Above any document and below where lengths could overflow.
constexpr std::uint64_t kMaxTrueLength = std::uint64_t{1} << 50U;

bool is_consistent(const Manifest& manifest) {
    return manifest.document_version >= 1 && manifest.true_length <= kMaxTrueLength &&
           manifest.ciphertext_length == ciphertext_size(padded_length(manifest.true_length)) &&
           (manifest.document_version == 1) == (manifest.previous == Digest{});
}

Result<DocumentKey> read_key(Reader& reader) {
    SERAI_TRY(key, reader.vector(kDocumentKeySize));
    if (key.size() != kDocumentKeySize) {
        return CodecError::unknown_value;
    }
    return DocumentKey::from_bytes(key);
}

}  // namespace

Bytes DocumentContext::bytes() const {
    constexpr std::string_view kLabel = "serai/document/v1";
    Bytes out;
    Writer writer{out};
    writer.fixed(as_bytes(kLabel));
    writer.strong(network);
    writer.strong(channel);
    writer.strong(document);
    writer.u32(version);
    writer.fixed(marking);
    return out;
}

Digest marking_hash(const protocol::message::Marking& marking) {
    return sha256(protocol::codec::encode(marking));
}

bool is_document_name(std::string_view name) {
    return !name.empty() && name.size() <= kMaxDocumentName && !name.starts_with('.') &&
           name.find('/') == std::string_view::npos && name.find('\\') == std::string_view::npos &&
           protocol::codec::is_printable_utf8(as_bytes(name));
}

void Manifest::encode(Writer& writer) const {
    writer.u16(kManifestVersion);
    writer.strong(document);
    writer.u32(document_version);
    writer.strong(object);
    writer.text(name);
    writer.text(media_type);
    writer.u64(true_length);
    writer.u64(ciphertext_length);
    writer.fixed(ciphertext_digest);
    key.with_bytes(SecretAccess{"the manifest carries the key, end to end encrypted"},
                   [&](ByteView bytes) { writer.vector(bytes); });
    writer.fixed(previous);
    marking.encode(writer);
}

Result<Manifest> Manifest::decode(Reader& reader) {
    SERAI_TRY(version, reader.u16());
    if (version != kManifestVersion) {
        return CodecError::unknown_value;
    }
    SERAI_TRY(document, reader.strong<protocol::network::DocumentId>());
    SERAI_TRY(document_version, reader.u32());
    SERAI_TRY(object, reader.strong<ObjectId>());
    SERAI_TRY(name, reader.text(kMaxDocumentName));
    SERAI_TRY(media_type, reader.text(kMaxMediaType));
    SERAI_TRY(true_length, reader.u64());
    SERAI_TRY(ciphertext_length, reader.u64());
    SERAI_TRY(digest, reader.array<32>());
    SERAI_TRY(key, read_key(reader));
    SERAI_TRY(previous, reader.array<32>());
    SERAI_TRY(marking, protocol::message::Marking::decode(reader));
    Manifest manifest{.document = document,
                      .document_version = document_version,
                      .object = object,
                      .name = std::move(name),
                      .media_type = std::move(media_type),
                      .true_length = true_length,
                      .ciphertext_length = ciphertext_length,
                      .ciphertext_digest = digest,
                      .key = std::move(key),
                      .previous = previous,
                      .marking = std::move(marking)};
    if (!is_document_name(manifest.name)) {
        return CodecError::bad_text;
    }
    if (!is_consistent(manifest)) {
        return CodecError::unknown_value;
    }
    return manifest;
}

}  // namespace serai::crypto::document
