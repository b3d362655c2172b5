#include "protocol/message/web.hpp"

#include "protocol/codec/base64.hpp"

#include <algorithm>
#include <charconv>

namespace serai::protocol::message {
namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kChannelKey = "channel ";
constexpr std::string_view kUnit = "bytes=";

template <std::size_t N>
std::optional<ByteArray<N>> parse_lower_hex(std::string_view text) {
    const bool lower = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
    return lower ? array_from_hex<N>(text) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || last != end) {
        return std::nullopt;
    }
    return value;
}

std::string object_path(const ObjectId& object) {
    return std::string{kDocumentsPath} + "/" + to_hex(object.value());
}

std::optional<ObjectId> parse_object_path(std::string_view target) {
    if (!target.starts_with(kDocumentsPath) ||
        !target.substr(kDocumentsPath.size()).starts_with('/')) {
        return std::nullopt;
    }
    const auto id = parse_lower_hex<16>(target.substr(kDocumentsPath.size() + 1));
    return id ? std::optional{ObjectId{*id}} : std::nullopt;
}

std::string bearer(const Digest& token) {
    return std::string{kBearer} + to_hex(token);
}

std::optional<Digest> parse_bearer(std::string_view header) {
    return header.starts_with(kBearer) ? parse_lower_hex<32>(header.substr(kBearer.size()))
                                       : std::nullopt;
}

std::string upload_metadata(const GroupId& group) {
    return std::string{kChannelKey} + codec::base64_encode(group.value());
}

std::optional<GroupId> parse_upload_channel(std::string_view metadata) {
    while (!metadata.empty()) {
        const auto comma = std::min(metadata.find(','), metadata.size());
        auto pair = metadata.substr(0, comma);
        metadata.remove_prefix(std::min(comma + 1, metadata.size()));
        while (pair.starts_with(' ')) {
            pair.remove_prefix(1);
        }
        if (!pair.starts_with(kChannelKey)) {
            continue;
        }
        const auto bytes = codec::base64_decode(pair.substr(kChannelKey.size()));
        if (!bytes || bytes->size() != Digest{}.size()) {
            return std::nullopt;
        }
        Digest id{};
        std::copy(bytes->begin(), bytes->end(), id.begin());
        return GroupId{id};
    }
    return std::nullopt;
}

std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size) {
    const ByteRange whole{0, size, false};
    if (!header.starts_with(kUnit)) {
        return whole;
    }
    header.remove_prefix(kUnit.size());
    const auto dash = header.find('-');
    if (dash == std::string_view::npos) {
        return whole;
    }
    const auto first = parse_number(header.substr(0, dash));
    const auto last = parse_number(header.substr(dash + 1));
    if (dash == 0) {
        if (!last) {
            return whole;
        }
        const auto length = std::min(*last, size);
        return length == 0 ? std::nullopt : std::optional{ByteRange{size - length, length, true}};
    }
    const bool open = dash + 1 == header.size();
    if (!first || (!last && !open) || (last && *last < *first)) {
        return whole;
    }
    if (*first >= size) {
        return std::nullopt;
    }
    const auto end = last ? std::min(*last, size - 1) : size - 1;
    return ByteRange{*first, end - *first + 1, true};
}

}  // namespace serai::protocol::message
