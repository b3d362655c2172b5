// The registries of RFC 9420, section 17, and the two indices of a tree.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/strong_id.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

#include <cstdint>
#include <vector>

namespace serai::crypto::mls {

using protocol::codec::CodecError;
using protocol::codec::Reader;
using protocol::codec::Writer;

// Counts members' places from the left: 0, 1, 2 ...
using LeafIndex = Strong<struct LeafIndexTag, std::uint32_t>;

// Place in the array representation of a tree: leaves have even indices (RFC 9420, appendix C).
using NodeIndex = Strong<struct NodeIndexTag, std::uint32_t>;

enum class ProtocolVersion : std::uint16_t { mls10 = 1 };

// Open registries: values that are not named here are legal in lists of capabilities and extensions.
enum class CipherSuiteId : std::uint16_t {
    x25519_aes128gcm_sha256_ed25519 = 1,
    p256_aes128gcm_sha256_p256 = 2,
    x25519_chacha20poly1305_sha256_ed25519 = 3,
    x448_aes256gcm_sha512_ed448 = 4,
    p521_aes256gcm_sha512_p521 = 5,
    x448_chacha20poly1305_sha512_ed448 = 6,
    p384_aes256gcm_sha384_p384 = 7,
};

enum class ExtensionType : std::uint16_t {
    application_id = 1,
    ratchet_tree = 2,
    required_capabilities = 3,
    external_pub = 4,
    external_senders = 5,
    last_resort_key_package =
        10,  // in a KeyPackage, empty: section 16.8, named by the MLS extensions draft
    first_private = 0xF000,  // up to 0xFFFF: private use
};

enum class ProposalType : std::uint16_t {
    add = 1,
    update = 2,
    remove = 3,
    psk = 4,
    reinit = 5,
    external_init = 6,
    group_context_extensions = 7,
};

enum class CredentialType : std::uint16_t { basic = 1, x509 = 2 };

// Closed: an unknown value does not decode.
enum class WireFormat : std::uint16_t {
    public_message = 1,
    private_message = 2,
    welcome = 3,
    group_info = 4,
    key_package = 5,
};

enum class ContentType : std::uint8_t { application = 1, proposal = 2, commit = 3 };

enum class SenderType : std::uint8_t {
    member = 1,
    external = 2,
    new_member_proposal = 3,
    new_member_commit = 4,
};

// The "default" types, which everyone supports and nobody lists (section 7.2).
[[nodiscard]] constexpr bool is_default(ExtensionType type) {
    return type >= ExtensionType::application_id && type <= ExtensionType::external_senders;
}

[[nodiscard]] constexpr bool is_default(ProposalType type) {
    return type >= ProposalType::add && type <= ProposalType::group_context_extensions;
}

// A 16-bit enum of an open registry.
template <class Enum>
Result<Enum> read_open(Reader& reader) {
    SERAI_TRY(value, reader.u16());
    return static_cast<Enum>(value);
}

// An enum whose values run from 1 to `last`.
template <class Enum>
Result<Enum> read_closed(Reader& reader, Enum last) {
    std::uint16_t value = 0;
    if constexpr (sizeof(Enum) == 1) {
        SERAI_TRY(byte, reader.u8());
        value = byte;
    } else {
        SERAI_TRY(word, reader.u16());
        value = word;
    }
    if (value == 0 || value > static_cast<std::uint16_t>(last)) {
        return CodecError::unknown_value;
    }
    return static_cast<Enum>(value);
}

// mls10, or unknown_value.
Result<ProtocolVersion> read_version(Reader& reader);

template <class Enum>
Result<std::vector<Enum>> read_enum_list(Reader& reader) {
    SERAI_TRY(content, reader.vector());
    Reader inner{content};
    std::vector<Enum> values;
    values.reserve(content.size() / 2);
    while (!inner.at_end()) {
        SERAI_TRY(value, read_open<Enum>(inner));
        values.push_back(value);
    }
    return values;
}

template <class Enum>
void write_enum_list(Writer& writer, const std::vector<Enum>& values) {
    writer.length(values.size() * 2);
    for (const auto value : values) {
        writer.enumeration(value);
    }
}

// opaque field<V> as owned bytes.
Result<Bytes> read_bytes(Reader& reader);

}  // namespace serai::crypto::mls
