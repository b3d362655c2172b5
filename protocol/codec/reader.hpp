// Reads the TLS presentation language (RFC 8446, section 3) with the variable-size vectors of RFC 9420, section 2.1.2.
//
// Strict: a vector's length must be in its shortest form, and nothing may be left over (decode_exact). Every read checks
// what remains before it looks or allocates. A Reader is a cursor over bytes it does not own; views it returns live as
// long as those bytes. After an error the cursor's place is unspecified: give the reader up.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/strong_id.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

namespace serai::protocol::codec {

enum class CodecError {
    truncated = 1,       // fewer bytes than the structure needs
    trailing_bytes = 2,  // more bytes than the structure has
    non_minimal =
        3,         // a vector length that a shorter form could carry, or the reserved prefix 0b11
    too_long = 4,  // a vector longer than its bound
    unknown_value = 5,  // an enum value, version or flag that is not defined
    bad_text = 6,       // text that breaks the rules of its field
};

boost::system::error_code make_error_code(CodecError error);

class Reader {
  public:
    static constexpr std::size_t kNoBound = std::numeric_limits<std::size_t>::max();

    explicit Reader(ByteView bytes) : rest_(bytes) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    [[nodiscard]] std::size_t remaining() const { return rest_.size(); }

    // What has not been read, without reading it.
    [[nodiscard]] ByteView rest() const { return rest_; }

    Result<std::uint8_t> u8();
    Result<std::uint16_t> u16();
    Result<std::uint32_t> u32();
    Result<std::uint64_t> u64();

    // 0 or 1; anything else is unknown_value. RFC 9420's optional<T> begins with one.
    Result<bool> flag();

    // Exactly n bytes.
    Result<ByteView> fixed(std::size_t n);

    template <std::size_t N>
    Result<ByteArray<N>> array() {
        SERAI_TRY(view, fixed(N));
        ByteArray<N> out;
        std::copy(view.begin(), view.end(), out.begin());
        return out;
    }

    // A variable-size vector length alone.
    Result<std::size_t> length();

    // The content of a variable-size vector of at most max bytes.
    Result<ByteView> vector(std::size_t max = kNoBound);

    // A variable-size vector as printable UTF-8: well-formed, no control characters.
    Result<std::string> text(std::size_t max);

    // An integer or byte array inside its strong type.
    template <class StrongType>
    Result<StrongType> strong() {
        using Value = typename StrongType::ValueType;
        if constexpr (std::same_as<Value, std::uint64_t>) {
            SERAI_TRY(value, u64());
            return StrongType{value};
        } else {
            SERAI_TRY(value, (array<std::tuple_size_v<Value>>()));
            return StrongType{value};
        }
    }

  private:
    ByteView rest_;
};

// A structure of the protocol: knows how to read and write itself.
template <class T>
concept Decodable = requires(Reader& reader) {
    { T::decode(reader) } -> std::same_as<Result<T>>;
};

// The only way in from outside: decodes a T and refuses anything left over.
template <Decodable T>
Result<T> decode_exact(ByteView bytes) {
    Reader reader{bytes};
    auto value = T::decode(reader);
    if (value && !reader.at_end()) {
        return make_error_code(CodecError::trailing_bytes);
    }
    return value;
}

// T items<V>: elements until the vector's bytes are used up, at most max_items.
template <Decodable T>
Result<std::vector<T>> read_list(Reader& reader, std::size_t max_items = Reader::kNoBound) {
    SERAI_TRY(content, reader.vector());
    Reader inner{content};
    std::vector<T> items;
    while (!inner.at_end()) {
        if (items.size() == max_items) {
            return make_error_code(CodecError::too_long);
        }
        SERAI_TRY(item, T::decode(inner));
        items.push_back(std::move(item));
    }
    return items;
}

}  // namespace serai::protocol::codec

template <>
struct boost::system::is_error_code_enum<serai::protocol::codec::CodecError> : std::true_type {};
