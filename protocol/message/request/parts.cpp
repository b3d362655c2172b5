#include "protocol/message/request/parts.hpp"

#include "protocol/base/limits.hpp"

namespace serai::protocol::message {
namespace {

using codec::CodecError;
using codec::Reader;

constexpr std::size_t kMaxNote = 128 * 1024;

}  // namespace

Result<Bytes> read_mls_message(Reader& reader) {
    SERAI_TRY(view, reader.vector(limits::kMaxMlsMessage));
    return to_bytes(view);
}

Result<std::string> read_note(Reader& reader) {
    SERAI_TRY(view, reader.vector(kMaxNote));
    return std::string{as_text(view)};
}

Result<std::uint16_t> read_page_size(Reader& reader) {
    SERAI_TRY(max, reader.u16());
    if (max < 1 || max > limits::kMaxPageEntries) {
        return CodecError::too_long;
    }
    return max;
}

}  // namespace serai::protocol::message
