#include "protocol/message/request.hpp"

#include <utility>

namespace serai::protocol::message {
namespace {

using codec::CodecError;

// The alternative of AnyRequest whose type it is.
template <std::size_t I = 0>
Result<AnyRequest> decode_alternative(RequestType type, ByteView body) {
    if constexpr (I == std::variant_size_v<AnyRequest>) {
        return CodecError::unknown_value;
    } else {
        using Request = std::variant_alternative_t<I, AnyRequest>;
        if (Request::kType != type) {
            return decode_alternative<I + 1>(type, body);
        }
        SERAI_TRY(request, codec::decode_exact<Request>(body));
        return AnyRequest{std::move(request)};
    }
}

}  // namespace

Result<AnyRequest> decode_request(RequestType type, ByteView body) {
    return decode_alternative(type, body);
}

}  // namespace serai::protocol::message
