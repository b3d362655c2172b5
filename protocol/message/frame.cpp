#include "protocol/message/frame.hpp"

#include "protocol/base/limits.hpp"

#include <algorithm>
#include <array>

namespace serai::protocol::message {
namespace {

using codec::CodecError;

struct RequestName {
    RequestType type;
    std::string_view name;
};

constexpr std::array<RequestName, 31> kRequestNames{{
    {RequestType::hello, "hello"},
    {RequestType::publish_key_packages, "publish_key_packages"},
    {RequestType::claim_key_package, "claim_key_package"},
    {RequestType::count_key_packages, "count_key_packages"},
    {RequestType::found_channel, "found_channel"},
    {RequestType::establish_channel, "establish_channel"},
    {RequestType::admit, "admit"},
    {RequestType::expel, "expel"},
    {RequestType::commit, "commit"},
    {RequestType::send, "send"},
    {RequestType::fetch_records, "fetch_records"},
    {RequestType::subscribe, "subscribe"},
    {RequestType::unsubscribe, "unsubscribe"},
    {RequestType::list_channels, "list_channels"},
    {RequestType::fetch_tree, "fetch_tree"},
    {RequestType::list_acts, "list_acts"},
    {RequestType::fetch_group_info, "fetch_group_info"},
    {RequestType::report, "report"},
    {RequestType::restore, "restore"},
    {RequestType::list_mailbox, "list_mailbox"},
    {RequestType::delete_mailbox, "delete_mailbox"},
    {RequestType::seal_document, "seal_document"},
    {RequestType::open_document, "open_document"},
    {RequestType::complete_document, "complete_document"},
    {RequestType::query_openings, "query_openings"},
    {RequestType::get_checkpoint, "get_checkpoint"},
    {RequestType::prove_inclusion, "prove_inclusion"},
    {RequestType::prove_consistency, "prove_consistency"},
    {RequestType::get_leaves, "get_leaves"},
    {RequestType::list_governance, "list_governance"},
    {RequestType::publish_crl, "publish_crl"},
}};

Result<FrameKind> read_kind(codec::Reader& reader) {
    SERAI_TRY(value, reader.u8());
    if (value < 1 || value > 3) {
        return CodecError::unknown_value;
    }
    return static_cast<FrameKind>(value);
}

}  // namespace

Result<std::vector<FrameView>> split_frames(ByteView message) {
    if (message.size() > limits::kMaxWebSocketMessage) {
        return CodecError::too_long;
    }
    if (message.empty()) {
        return CodecError::truncated;
    }
    codec::Reader reader{message};
    std::vector<FrameView> frames;
    while (!reader.at_end()) {
        SERAI_TRY(kind, read_kind(reader));
        SERAI_TRY(payload, reader.vector());
        frames.push_back({kind, payload});
    }
    return frames;
}

void append_frame(Bytes& message, FrameKind kind, ByteView payload) {
    codec::Writer writer{message};
    writer.enumeration(kind);
    writer.vector(payload);
}

bool is_request_type(std::uint16_t value) {
    return std::ranges::find(kRequestNames, static_cast<RequestType>(value), &RequestName::type) !=
           kRequestNames.end();
}

std::string_view name(RequestType type) {
    const auto found = std::ranges::find(kRequestNames, type, &RequestName::type);
    return found == kRequestNames.end() ? "unknown" : found->name;
}

void RequestFrame::encode(codec::Writer& writer) const {
    writer.strong(id);
    writer.enumeration(type);
    writer.vector(body);
}

Result<RequestFrame> RequestFrame::decode(codec::Reader& reader) {
    SERAI_TRY(id, reader.strong<RequestId>());
    SERAI_TRY(type, reader.u16());
    SERAI_TRY(body, reader.vector());
    if (!is_request_type(type)) {
        return CodecError::unknown_value;
    }
    return RequestFrame{id, static_cast<RequestType>(type), to_bytes(body)};
}

void ResponseFrame::encode(codec::Writer& writer) const {
    writer.strong(id);
    if (error) {
        writer.enumeration(*error);
        writer.text(detail);
    } else {
        writer.u16(0);
        writer.vector(body);
    }
}

Result<ResponseFrame> ResponseFrame::decode(codec::Reader& reader) {
    SERAI_TRY(id, reader.strong<RequestId>());
    SERAI_TRY(status, reader.u16());
    if (status == 0) {
        SERAI_TRY(body, reader.vector());
        return ResponseFrame{id, std::nullopt, to_bytes(body), {}};
    }
    SERAI_TRY(detail, reader.text(limits::kMaxDetail));
    if (!is_wire_error(status)) {
        return CodecError::unknown_value;
    }
    return ResponseFrame{id, static_cast<WireError>(status), {}, std::move(detail)};
}

void EventFrame::encode(codec::Writer& writer) const {
    writer.enumeration(type);
    writer.vector(body);
}

Result<EventFrame> EventFrame::decode(codec::Reader& reader) {
    SERAI_TRY(type, reader.u16());
    SERAI_TRY(body, reader.vector());
    if (type < 1 || type > 3) {
        return CodecError::unknown_value;
    }
    return EventFrame{static_cast<EventType>(type), to_bytes(body)};
}

}  // namespace serai::protocol::message
