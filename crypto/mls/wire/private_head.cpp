#include "crypto/mls/wire/private_head.hpp"

namespace serai::crypto::mls {

using protocol::codec::CodecError;

namespace {

bool is_content_type(std::uint8_t value) {
    return value >= static_cast<std::uint8_t>(ContentType::application) &&
           value <= static_cast<std::uint8_t>(ContentType::commit);
}

}  // namespace

Result<PrivateHead> read_private_head(ByteView mls_message) {
    Reader reader{mls_message};
    SERAI_TRY(version, reader.u16());
    SERAI_TRY(format, reader.u16());
    if (version != static_cast<std::uint16_t>(ProtocolVersion::mls10) ||
        format != static_cast<std::uint16_t>(WireFormat::private_message)) {
        return CodecError::unknown_value;
    }
    SERAI_TRY(group_id, reader.vector());
    SERAI_TRY(epoch, reader.u64());
    SERAI_TRY(type, reader.u8());
    SERAI_TRY(authenticated_data, reader.vector());
    SERAI_CHECK(reader.vector());  // encrypted_sender_data
    SERAI_CHECK(reader.vector());  // ciphertext
    if (!is_content_type(type)) {
        return CodecError::unknown_value;
    }
    if (!reader.at_end()) {
        return CodecError::trailing_bytes;
    }
    return PrivateHead{group_id, epoch, static_cast<ContentType>(type), authenticated_data};
}

}  // namespace serai::crypto::mls
