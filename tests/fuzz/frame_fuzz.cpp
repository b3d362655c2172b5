// What a WebSocket message goes through on either side: frames, each frame's envelope, each request's body.
#include "protocol/message/frame.hpp"
#include "protocol/message/request.hpp"
#include "protocol/message/request_view.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <variant>

namespace serai::fuzz {
namespace {

using namespace protocol;

void check_request(ByteView payload) {
    check_decoder<message::RequestFrame>(payload);
    const auto frame = codec::decode_exact<message::RequestFrame>(payload);
    const auto view = message::read_request(payload);
    require(view.has_value() == frame.has_value(), "a request is read in place as it is decoded");
    if (!frame.has_value()) {
        return;
    }
    require(view->id == frame->id && view->type == frame->type && equal(view->body, frame->body),
            "a request read in place is the same");
    const auto request = message::decode_request(frame->type, frame->body);
    if (request.has_value()) {
        const Bytes again =
            std::visit([](const auto& body) { return codec::encode(body); }, *request);
        require(equal(again, frame->body), "a request's body encodes to the same bytes");
    }
}

void check_message(ByteView input) {
    const auto frames = message::split_frames(input);
    if (!frames.has_value()) {
        return;
    }
    Bytes again;
    for (const message::FrameView& frame : *frames) {
        message::append_frame(again, frame.kind, frame.payload);
        switch (frame.kind) {
            case message::FrameKind::request:
                check_request(frame.payload);
                break;
            case message::FrameKind::response:
                check_decoder<message::ResponseFrame>(frame.payload);
                break;
            case message::FrameKind::event:
                check_decoder<message::EventFrame>(frame.payload);
                break;
        }
    }
    require(equal(again, input), "the frames of a message are the message");
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::check_message)
