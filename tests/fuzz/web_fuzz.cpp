// The words of HTTPS requests: the first byte chooses the header, the next eight are a size, the rest is text.
#include "protocol/codec/base64.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/message/web.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <array>

namespace serai::fuzz {
namespace {

using namespace protocol::message;

void number(std::string_view text, std::uint64_t) {
    const auto value = parse_number(text);
    require(!value || parse_number(std::to_string(*value)) == value, "a number means itself");
}

void path(std::string_view text, std::uint64_t) {
    const auto object = parse_object_path(text);
    require(!object || object_path(*object) == text, "an object has one path");
}

void authorization(std::string_view text, std::uint64_t) {
    const auto token = parse_bearer(text);
    require(!token || bearer(*token) == text, "a token has one spelling");
}

void metadata(std::string_view text, std::uint64_t) {
    const auto group = parse_upload_channel(text);
    require(!group || parse_upload_channel(upload_metadata(*group)) == group,
            "a channel is named by what names it");
}

void range(std::string_view text, std::uint64_t size) {
    const auto part = parse_range(text, size);
    if (!part) {
        return;
    }
    require(part->offset <= size && part->length <= size - part->offset, "a range lies inside");
    if (part->partial) {
        require(part->length > 0, "a part is not empty");
    } else {
        require(part->offset == 0 && part->length == size, "the whole is the whole");
    }
}

void base64(std::string_view text, std::uint64_t) {
    const auto bytes = protocol::codec::base64_decode(text);
    require(!bytes || protocol::codec::base64_encode(*bytes) == text, "bytes have one spelling");
}

void check_word(ByteView input) {
    using Check = void (*)(std::string_view, std::uint64_t);
    static constexpr std::array<Check, 6> kChecks{
        number, path, authorization, metadata, range, base64};
    protocol::codec::Reader reader{input};
    const auto choice = reader.u8();
    const auto size = reader.u64();
    if (choice && size) {
        kChecks[*choice % kChecks.size()](as_text(input.last(reader.remaining())), *size);
    }
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::check_word)
