// The words of the HTTPS side: targets and headers of requests, written and read. docs/protocol.md, section 8.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/strong_id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace serai::protocol::message {

inline constexpr std::string_view kDocumentsPath = "/documents";

// Decimal digits and nothing else, below 2^64; nullopt otherwise. Every number in these headers is one.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

// "/documents/<32 lower-case hexadecimal digits>"; nullopt for any other target.
[[nodiscard]] std::string object_path(const ObjectId& object);
[[nodiscard]] std::optional<ObjectId> parse_object_path(std::string_view target);

// "Bearer <64 lower-case hexadecimal digits>": the value of Authorization; nullopt for any other.
[[nodiscard]] std::string bearer(const Digest& token);
[[nodiscard]] std::optional<Digest> parse_bearer(std::string_view header);

// The value of Upload-Metadata (tus 1.0): comma-separated pairs of a key and base64. Reading gives the group id of the first key
// "channel"; nullopt if there is none or it is no group id.
[[nodiscard]] std::string upload_metadata(const GroupId& group);
[[nodiscard]] std::optional<GroupId> parse_upload_channel(std::string_view metadata);

// A part of so many bytes.
struct ByteRange {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    bool partial = false;  // false: the whole, because nothing else was asked for

    friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// One range of "bytes=..." within `size` bytes: the value of Range. nullopt for one that cannot be satisfied. Header text that is no
// single byte range is ignored, as RFC 9110, section 14.2, allows: then it is the whole.
[[nodiscard]] std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size);

}  // namespace serai::protocol::message
