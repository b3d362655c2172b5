// What holds for every structure of the protocol, whatever is in it. A structure's line in a property test is its name.
#pragma once

#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"
#include "tests/protocol/arbitrary.hpp"

#include <boost/core/type_name.hpp>
#include <gtest/gtest.h>

#include <limits>

namespace serai::tests {

// Calls check(T) for every enumeration inside a value, with a T& into it.
template <class T, class Check>
void for_each_enum(T& value, const Check& check);

namespace detail {

template <class T>
struct IsVector : std::false_type {};

template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
struct IsOptional : std::false_type {};

template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

}  // namespace detail

template <class T, class Check>
void for_each_enum(T& value, const Check& check) {
    if constexpr (std::is_enum_v<T>) {
        check(value);
    } else if constexpr (std::same_as<T, Bytes> ||
                         std::is_base_of_v<protocol::message::Nothing, T>) {
        return;
    } else if constexpr (detail::IsVector<T>::value) {
        for (auto& item : value) {
            for_each_enum(item, check);
        }
    } else if constexpr (detail::IsOptional<T>::value) {
        if (value) {
            for_each_enum(*value, check);
        }
    } else if constexpr (std::is_aggregate_v<T> && !std::is_array_v<T>) {
        if constexpr (requires { std::tuple_size<T>::value; }) {
            return;  // bytes of fixed size
        } else {
            boost::pfr::for_each_field(value, [&](auto& field) { for_each_enum(field, check); });
        }
    }
}

// encode(decode(x)) == x and decode(encode(v)) == v.
template <class T>
void expect_round_trip(const T& value, const Bytes& bytes) {
    const auto decoded = protocol::codec::decode_exact<T>(bytes);
    ASSERT_TRUE(decoded.has_value()) << decoded.error().message();
    EXPECT_EQ(*decoded == value, true) << "decoded to another value";
    EXPECT_EQ(protocol::codec::encode(*decoded), bytes);
}

template <class T>
void expect_every_truncation_is_refused(const Bytes& bytes) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto decoded = protocol::codec::decode_exact<T>(ByteView{bytes}.first(size));
        EXPECT_FALSE(decoded.has_value()) << "took " << size << " of " << bytes.size() << " bytes";
    }
}

template <class T>
void expect_trailing_byte_is_refused(Bytes bytes) {
    bytes.push_back(0);
    const auto decoded = protocol::codec::decode_exact<T>(bytes);
    ASSERT_FALSE(decoded.has_value());
    EXPECT_EQ(decoded.error(), protocol::codec::CodecError::trailing_bytes);
}

// A changed byte is refused, or gives a value whose encoding has that change: never one that stands for other bytes.
template <class T>
void expect_changes_are_seen(const Bytes& bytes, Random& random) {
    for (int i = 0; i < 64 && !bytes.empty(); ++i) {
        Bytes changed = bytes;
        changed[random.below(bytes.size())] ^= static_cast<std::uint8_t>(1 + random.below(255));
        const auto decoded = protocol::codec::decode_exact<T>(changed);
        if (decoded.has_value()) {
            EXPECT_EQ(protocol::codec::encode(*decoded), changed);
        }
    }
}

// Every enumeration in the value, one after the other, set to a number that is not defined.
template <class T>
void expect_unknown_enums_are_refused(T value) {
    for_each_enum(value, [&](auto& place) {
        using Enum = std::remove_cvref_t<decltype(place)>;
        using Number = std::underlying_type_t<Enum>;
        const Enum before = place;
        place = static_cast<Enum>(std::numeric_limits<Number>::max());
        EXPECT_FALSE(protocol::codec::decode_exact<T>(protocol::codec::encode(value)).has_value())
            << "took an unknown " << boost::core::type_name<Enum>();
        place = before;
    });
}

// All of the above, over random values.
template <class T>
void check_properties(std::uint64_t seed, int rounds = 40) {
    SCOPED_TRACE(boost::core::type_name<T>());
    Random random{seed};
    for (int i = 0; i < rounds && !testing::Test::HasFailure(); ++i) {
        SCOPED_TRACE("round " + std::to_string(i));
        const T value = arbitrary<T>(random);
        const Bytes bytes = protocol::codec::encode(value);
        expect_round_trip(value, bytes);
        expect_every_truncation_is_refused<T>(bytes);
        expect_trailing_byte_is_refused<T>(bytes);
        expect_changes_are_seen<T>(bytes, random);
        expect_unknown_enums_are_refused(value);
    }
}

template <class... Structures>
void check_properties_of_all() {
    std::uint64_t seed = 1;
    (check_properties<Structures>(seed++), ...);
}

}  // namespace serai::tests
