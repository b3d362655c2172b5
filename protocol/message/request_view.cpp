#include "protocol/message/request_view.hpp"

namespace serai::protocol::message {

Result<RequestView> read_request(ByteView payload) {
    codec::Reader reader{payload};
    SERAI_TRY(id, reader.strong<RequestId>());
    SERAI_TRY(type, reader.u16());
    SERAI_TRY(body, reader.vector());
    if (!is_request_type(type)) {
        return codec::CodecError::unknown_value;
    }
    if (!reader.at_end()) {
        return codec::CodecError::trailing_bytes;
    }
    return RequestView{id, static_cast<RequestType>(type), body};
}

}  // namespace serai::protocol::message
