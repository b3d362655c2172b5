#include "crypto/mls/wire/message.hpp"

namespace serai::crypto::mls {

namespace {

template <class T>
Result<MlsMessage> decode_as(Reader& reader) {
    SERAI_TRY(value, T::decode(reader));
    return MlsMessage{std::move(value)};
}

}  // namespace

void MlsMessage::encode(Writer& writer) const {
    writer.enumeration(ProtocolVersion::mls10);
    writer.enumeration(wire_format());
    std::visit([&](const auto& message) { message.encode(writer); }, value);
}

Result<MlsMessage> MlsMessage::decode(Reader& reader) {
    SERAI_CHECK(read_version(reader));
    SERAI_TRY(format, read_closed(reader, WireFormat::key_package));
    switch (format) {
        case WireFormat::public_message:
            return decode_as<PublicMessage>(reader);
        case WireFormat::private_message:
            return decode_as<PrivateMessage>(reader);
        case WireFormat::welcome:
            return decode_as<Welcome>(reader);
        case WireFormat::group_info:
            return decode_as<GroupInfo>(reader);
        case WireFormat::key_package:
            return decode_as<KeyPackage>(reader);
    }
    return CodecError::unknown_value;
}

}  // namespace serai::crypto::mls
