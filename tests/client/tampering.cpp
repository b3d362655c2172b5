#include "tests/client/tampering.hpp"

namespace serai::tests {

namespace message = protocol::message;
using protocol::codec::decode_exact;

Result<void> TamperingTransport::send(ByteView bytes) {
    SERAI_TRY(frames, message::split_frames(bytes));
    for (const message::FrameView& frame : frames) {
        SERAI_TRY(request, decode_exact<message::RequestFrame>(frame.payload));
        asked_[request.id] = request.type;
    }
    return honest_->send(bytes);
}

Result<Bytes> TamperingTransport::receive(std::chrono::milliseconds timeout) {
    SERAI_TRY(bytes, honest_->receive(timeout));
    SERAI_TRY(frames, message::split_frames(bytes));
    Bytes out;
    for (const message::FrameView& frame : frames) {
        if (frame.kind != message::FrameKind::response) {
            message::append_frame(out, frame.kind, frame.payload);
            continue;
        }
        SERAI_TRY(response, decode_exact<message::ResponseFrame>(frame.payload));
        lie_(asked_[response.id], response);
        message::append_frame(out, frame.kind, protocol::codec::encode(response));
    }
    return out;
}

}  // namespace serai::tests
