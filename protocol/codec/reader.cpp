#include "protocol/codec/reader.hpp"

#include "protocol/codec/utf8.hpp"
#include "protocol/codec/varint.hpp"

namespace serai::protocol::codec {
namespace {

class CodecCategory final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "codec"; }

    std::string message(int value) const override {
        switch (static_cast<CodecError>(value)) {
            case CodecError::truncated:
                return "the structure ends before it is complete";
            case CodecError::trailing_bytes:
                return "bytes follow the end of the structure";
            case CodecError::non_minimal:
                return "a vector length is not in its shortest form";
            case CodecError::too_long:
                return "a vector is longer than its bound";
            case CodecError::unknown_value:
                return "a value is not defined";
            case CodecError::bad_text:
                return "a text field is not printable UTF-8";
        }
        return "unknown codec error";
    }
};

template <class Integer>
Result<Integer> big_endian(Reader& reader) {
    SERAI_TRY(view, reader.fixed(sizeof(Integer)));
    Integer value = 0;
    for (const std::uint8_t byte : view) {
        value = static_cast<Integer>((value << 8) | byte);
    }
    return value;
}

}  // namespace

boost::system::error_code make_error_code(CodecError error) {
    static const CodecCategory category;
    return {static_cast<int>(error), category};
}

Result<std::uint8_t> Reader::u8() {
    SERAI_TRY(view, fixed(1));
    return view[0];
}

Result<std::uint16_t> Reader::u16() {
    return big_endian<std::uint16_t>(*this);
}

Result<std::uint32_t> Reader::u32() {
    return big_endian<std::uint32_t>(*this);
}

Result<std::uint64_t> Reader::u64() {
    return big_endian<std::uint64_t>(*this);
}

Result<bool> Reader::flag() {
    SERAI_TRY(value, u8());
    if (value > 1) {
        return CodecError::unknown_value;
    }
    return value == 1;
}

Result<ByteView> Reader::fixed(std::size_t n) {
    if (rest_.size() < n) {
        return CodecError::truncated;
    }
    const ByteView out = rest_.first(n);
    rest_ = rest_.subspan(n);
    return out;
}

Result<std::size_t> Reader::length() {
    if (rest_.empty()) {
        return CodecError::truncated;
    }
    const std::size_t size = varint_size_from_first_byte(rest_[0]);
    if (size == 0) {
        return CodecError::non_minimal;
    }
    SERAI_TRY(view, fixed(size));
    std::uint32_t value = view[0] & 0x3fU;
    for (std::size_t i = 1; i < size; ++i) {
        value = (value << 8) | view[i];
    }
    if (varint_size(value) != size) {
        return CodecError::non_minimal;
    }
    return std::size_t{value};
}

Result<ByteView> Reader::vector(std::size_t max) {
    SERAI_TRY(size, length());
    if (size > max) {
        return CodecError::too_long;
    }
    return fixed(size);
}

Result<std::string> Reader::text(std::size_t max) {
    SERAI_TRY(view, vector(max));
    if (!is_printable_utf8(view)) {
        return CodecError::bad_text;
    }
    return std::string{as_text(view)};
}

}  // namespace serai::protocol::codec
