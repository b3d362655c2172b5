#include "protocol/message/frame.hpp"

#include "protocol/base/limits.hpp"
#include "protocol/message/request_view.hpp"

#include <gtest/gtest.h>

namespace serai::protocol::message {
namespace {

using codec::CodecError;

TEST(Frames, of_one_message_come_out_in_the_order_they_went_in) {
    Bytes message;
    append_frame(message, FrameKind::event, Bytes{1});
    append_frame(message, FrameKind::response, Bytes{});
    append_frame(message, FrameKind::event, Bytes(300, 7));

    const auto frames = split_frames(message);

    ASSERT_TRUE(frames.has_value());
    ASSERT_EQ(frames->size(), 3U);
    EXPECT_EQ((*frames)[0].kind, FrameKind::event);
    EXPECT_TRUE(equal((*frames)[0].payload, Bytes{1}));
    EXPECT_EQ((*frames)[1].kind, FrameKind::response);
    EXPECT_TRUE((*frames)[1].payload.empty());
    EXPECT_TRUE(equal((*frames)[2].payload, Bytes(300, 7)));
}

TEST(Frames, of_an_empty_message_are_refused) {
    EXPECT_EQ(split_frames({}).error(), CodecError::truncated);
}

TEST(Frames, of_an_unknown_kind_are_refused) {
    EXPECT_EQ(split_frames(Bytes{0, 0}).error(), CodecError::unknown_value);
    EXPECT_EQ(split_frames(Bytes{4, 0}).error(), CodecError::unknown_value);
}

TEST(Frames, cut_off_anywhere_are_refused_unless_the_cut_is_between_two) {
    Bytes message;
    append_frame(message, FrameKind::request, Bytes(70, 1));
    const std::size_t first = message.size();
    append_frame(message, FrameKind::request, Bytes(3, 2));

    for (std::size_t size = 0; size < message.size(); ++size) {
        EXPECT_EQ(split_frames(ByteView{message}.first(size)).has_value(), size == first) << size;
    }
}

TEST(Frames, fill_a_message_up_to_the_limit_and_no_further) {
    constexpr std::size_t kHead = 5;  // kind and a length of four bytes
    Bytes message;
    append_frame(message, FrameKind::request, Bytes(limits::kMaxWebSocketMessage - kHead, 0));
    ASSERT_EQ(message.size(), limits::kMaxWebSocketMessage);
    EXPECT_TRUE(split_frames(message).has_value());

    message.clear();
    append_frame(message, FrameKind::request, Bytes(limits::kMaxWebSocketMessage - kHead + 1, 0));
    EXPECT_EQ(split_frames(message).error(), CodecError::too_long);
}

TEST(RequestView, is_the_frame_and_nothing_else_decodes) {
    const RequestFrame frame{RequestId{ByteArray<16>{3}}, RequestType::send, Bytes{1, 2, 3}};
    Bytes bytes = codec::encode(frame);

    const auto view = read_request(bytes);

    ASSERT_TRUE(view.has_value());
    EXPECT_EQ(view->id, frame.id);
    EXPECT_EQ(view->type, frame.type);
    EXPECT_EQ(to_bytes(view->body), frame.body);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(read_request(ByteView{bytes}.first(size)).has_value()) << size;
    }
    bytes.push_back(0);
    EXPECT_EQ(read_request(bytes).error(), CodecError::trailing_bytes);
    bytes.pop_back();
    bytes[16] = 0xff;
    EXPECT_EQ(read_request(bytes).error(), CodecError::unknown_value);
}

TEST(ResponseFrame, of_an_error_has_no_body_and_of_a_success_no_detail) {
    const ResponseFrame refused{
        RequestId{}, WireError::stale_epoch, {}, "The channel is in epoch 4."};
    const ResponseFrame answered{RequestId{}, std::nullopt, Bytes{1, 2}, {}};

    EXPECT_EQ(*codec::decode_exact<ResponseFrame>(codec::encode(refused)), refused);
    EXPECT_EQ(*codec::decode_exact<ResponseFrame>(codec::encode(answered)), answered);
}

TEST(ResponseFrame, with_an_error_that_is_not_defined_is_refused) {
    Bytes bytes(16, 0);
    codec::Writer writer{bytes};
    writer.u16(kLastWireError + 1);
    writer.text("");

    EXPECT_EQ(codec::decode_exact<ResponseFrame>(bytes).error(), CodecError::unknown_value);
}

}  // namespace
}  // namespace serai::protocol::message
