// The manifest of a document version: what a recipient needs to fetch, decrypt, check and handle it. It travels as an application
// message in the channel (protocol/message/content.hpp, ContentType::document), so only members see it.
#pragma once

#include "crypto/document/chunk_cipher.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/strong_id.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"
#include "protocol/message/document.hpp"
#include "protocol/network/statement.hpp"

#include <cstdint>
#include <string>

namespace serai::crypto::document {

inline constexpr std::size_t kMaxDocumentName = 255;  // bytes
inline constexpr std::size_t kMaxMediaType = 127;     // bytes

// The place that a ciphertext belongs to; bound into its key schedule, so that it decrypts nowhere else.
struct DocumentContext {
    NetworkId network;
    GroupId channel;
    protocol::network::DocumentId document;
    std::uint32_t version = 1;
    Digest marking{};  // marking_hash of the version's marking

    // "serai/document/v1" | network[32] | channel[32] | document[16] | uint32 version | marking[32]
    [[nodiscard]] Bytes bytes() const;
};

// SHA-256 of the encoded marking: what the act that seals a document commits to.
[[nodiscard]] Digest marking_hash(const protocol::message::Marking& marking);

// struct {
//   uint16 version = 1;
//   opaque document[16];  uint32 document_version;  opaque object[16];
//   opaque name<V>;                 printable UTF-8, 1 to 255 bytes, no slash or backslash, no leading dot: never a path
//   opaque media_type<V>;           printable UTF-8, up to 127 bytes; empty: not known
//   uint64 true_length;             bytes of the content, without padding
//   uint64 ciphertext_length;  opaque ciphertext_digest[32];   SHA-256
//   opaque key<V>;                  32 bytes
//   opaque previous[32];            SHA-256 of the encoded manifest of the version before; all zero in version 1
//   Marking marking;
// } Manifest;
//
// Move-only, since it holds the key. Its encoding holds the key too: callers wipe it after use.
struct Manifest {
    protocol::network::DocumentId document;
    std::uint32_t document_version = 1;
    ObjectId object;
    std::string name;
    std::string media_type;
    std::uint64_t true_length = 0;
    std::uint64_t ciphertext_length = 0;
    Digest ciphertext_digest{};
    DocumentKey key;
    Digest previous{};
    protocol::message::Marking marking;

    void encode(protocol::codec::Writer& writer) const;

    // unknown_value also for lengths that do not belong together: ciphertext_length must be that of the padded true_length.
    static Result<Manifest> decode(protocol::codec::Reader& reader);
};

// Whether a name can stand in a manifest, so that a recipient can make a file of that name in a folder of its choice.
[[nodiscard]] bool is_document_name(std::string_view name);

}  // namespace serai::crypto::document
