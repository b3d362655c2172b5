// Byte sequences without meaning of their own. Anything secret lives in crypto/secret instead.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace serai {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

template <std::size_t N>
using ByteArray = std::array<std::uint8_t, N>;

// SHA-256 output, or anything of its size.
using Digest = ByteArray<32>;

// The characters of `text` as bytes. The view lives as long as the text.
[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The bytes as characters, unchanged; says nothing about their encoding. Lives as long as the bytes.
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline Bytes to_bytes(ByteView view) {
    return {view.begin(), view.end()};
}

inline void append(Bytes& out, ByteView more) {
    out.insert(out.end(), more.begin(), more.end());
}

// Not constant time: for public bytes only.
[[nodiscard]] bool equal(ByteView a, ByteView b);

// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(ByteView bytes);

// Accepts both cases; nullopt for odd length or a character that is no hexadecimal digit.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

// As from_hex, for exactly N bytes.
template <std::size_t N>
[[nodiscard]] std::optional<ByteArray<N>> array_from_hex(std::string_view text) {
    const auto bytes = from_hex(text);
    if (!bytes || bytes->size() != N) {
        return std::nullopt;
    }
    ByteArray<N> out;
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return out;
}

}  // namespace serai
