#include "protocol/message/content.hpp"

namespace serai::protocol::message {
namespace {

constexpr std::uint16_t kContentVersion = 1;

}  // namespace

void Content::encode(codec::Writer& writer) const {
    writer.u16(kContentVersion);
    writer.enumeration(type);
    writer.strong(sent);
    writer.vector(body);
}

Result<Content> Content::decode(codec::Reader& reader) {
    SERAI_TRY(version, reader.u16());
    SERAI_TRY(type, reader.u8());
    SERAI_TRY(sent, reader.strong<UnixMillis>());
    SERAI_TRY(body, reader.vector());
    if (version != kContentVersion || type < 1 || type > 3) {
        return codec::CodecError::unknown_value;
    }
    return Content{static_cast<ContentType>(type), sent, to_bytes(body)};
}

}  // namespace serai::protocol::message
