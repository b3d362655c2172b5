// Writes what Reader reads. Appends to bytes it does not own; never fails for a valid structure (a vector over
// kMaxVectorLength is a broken invariant and throws std::length_error).
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/strong_id.hpp"

#include <concepts>
#include <cstdint>
#include <ranges>
#include <type_traits>
#include <utility>

namespace serai::protocol::codec {

class Writer {
  public:
    // `out` must outlive the writer.
    explicit Writer(Bytes& out) : out_(out) {}

    void u8(std::uint8_t value) { out_.push_back(value); }

    void u16(std::uint16_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);

    void flag(bool value) { u8(value ? 1 : 0); }

    void fixed(ByteView bytes) { append(out_, bytes); }

    // The length prefix alone.
    void length(std::size_t n);

    void vector(ByteView bytes) {
        length(bytes.size());
        fixed(bytes);
    }

    void text(std::string_view value) { vector(as_bytes(value)); }

    template <class Tag, class Value>
    void strong(const Strong<Tag, Value>& id) {
        if constexpr (std::same_as<Value, std::uint64_t>) {
            u64(id.value());
        } else {
            fixed(id.value());
        }
    }

    template <class Enum>
    requires std::is_enum_v<Enum>

    void enumeration(Enum value) {
        if constexpr (sizeof(Enum) == 1) {
            u8(static_cast<std::uint8_t>(value));
        } else {
            static_assert(sizeof(Enum) == 2);
            u16(static_cast<std::uint16_t>(value));
        }
    }

    // A variable-size vector whose content `body` writes.
    template <std::invocable<Writer&> Body>
    void nested(Body&& body) {
        Bytes content;
        Writer inner{content};
        std::forward<Body>(body)(inner);
        vector(content);
    }

    // T items<V>.
    template <std::ranges::input_range Items>
    void list(const Items& items) {
        nested([&](Writer& inner) {
            for (const auto& item : items) {
                item.encode(inner);
            }
        });
    }

  private:
    Bytes& out_;
};

template <class T>
concept Encodable = requires(const T& value, Writer& writer) {
    value.encode(writer);
};

// The bytes of one structure.
template <Encodable T>
[[nodiscard]] Bytes encode(const T& value) {
    Bytes out;
    Writer writer{out};
    value.encode(writer);
    return out;
}

}  // namespace serai::protocol::codec
