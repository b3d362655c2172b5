// A key, or the name of a log: raw bytes, compared byte by byte. Kept in place, so that making one costs no allocation.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/strong_id.hpp"

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace serai::storage::kv {

// Converts to ByteView; the view lives as long as the Key. Integers are written big-endian, so that numeric order is byte
// order. Exceeding kCapacity is a broken invariant (every row of keyspace.hpp has a fixed size) and throws length_error.
class Key {
  public:
    static constexpr std::size_t kCapacity = 128;  // bytes

    Key() = default;

    explicit Key(ByteView bytes) { add(bytes); }

    Key& add(ByteView bytes) {
        if (bytes.size() > kCapacity - size_) {
            throw std::length_error("key over its capacity");
        }
        std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += bytes.size();
        return *this;
    }

    template <std::unsigned_integral Integer>
    Key& add(Integer value) {
        ByteArray<sizeof(Integer)> big_endian;
        for (std::size_t i = sizeof(Integer); i-- > 0;) {
            big_endian[i] = static_cast<std::uint8_t>(value & 0xFFU);
            if constexpr (sizeof(Integer) > 1) {
                value = static_cast<Integer>(value >> 8);
            }
        }
        return add(ByteView{big_endian});
    }

    template <class Tag, class Value>
    Key& add(const Strong<Tag, Value>& id) {
        if constexpr (std::unsigned_integral<Value>) {
            return add(id.value());
        } else {
            return add(ByteView{id.value()});
        }
    }

    [[nodiscard]] const std::uint8_t* data() const { return bytes_.data(); }

    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] bool empty() const { return size_ == 0; }

    [[nodiscard]] const std::uint8_t* begin() const { return data(); }

    [[nodiscard]] const std::uint8_t* end() const { return data() + size_; }

    friend bool operator==(const Key& a, const Key& b) { return equal(a, b); }

  private:
    std::array<std::uint8_t, kCapacity> bytes_{};
    std::size_t size_ = 0;
};

// The key made of `parts` one after another: make_key(Prefix::..., group_id, epoch).
template <class... Parts>
[[nodiscard]] Key make_key(const Parts&... parts) {
    Key key;
    (key.add(parts), ...);
    return key;
}

// The smallest key greater than every key that begins with `prefix`; empty (no bound) if the prefix is all 0xFF.
[[nodiscard]] Bytes after_prefix(ByteView prefix);

}  // namespace serai::storage::kv
