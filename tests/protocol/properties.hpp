// What holds for every structure of the protocol, whatever is in it. A structure's line in a property test is its name.
//
// Only what needs the structure's type is a template; the checks see a Specimen, so that 80 structures cost little to compile.
#pragma once

#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"
#include "tests/protocol/arbitrary.hpp"

#include <boost/core/type_name.hpp>

#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace serai::tests {

// One value of a structure, seen through its codec.
struct Specimen {
    // encode(value)
    Bytes bytes;
    // encode(decode_exact(x)), or the decoder's error.
    Result<Bytes> (*recode)(ByteView x);
    // Whether x decodes to a value equal to this one.
    std::function<bool(ByteView x)> is_decoded_from;
    // The value's encodings with each of its enumerations, one after the other, set to a number that is not defined.
    std::vector<Bytes> with_unknown_enums;
};

// Round trip: the bytes decode to the value and encode to themselves.
void expect_round_trip(const Specimen& specimen);

// No strict prefix of the bytes decodes.
void expect_every_truncation_is_refused(const Specimen& specimen);

// The bytes and one more do not decode.
void expect_trailing_byte_is_refused(const Specimen& specimen);

// A changed byte is refused, or gives a value whose encoding has that change: never one that stands for other bytes.
void expect_changes_are_seen(const Specimen& specimen, Random& random);

void expect_unknown_enums_are_refused(const Specimen& specimen);

// All of the above.
void expect_properties(const Specimen& specimen, Random& random);

namespace detail {

template <class T>
struct IsVector : std::false_type {};

template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
struct IsOptional : std::false_type {};

template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
concept FieldByField =
    std::is_aggregate_v<T> && !std::is_base_of_v<protocol::message::Nothing, T> && !requires {
    std::tuple_size<T>::value;
};

// Calls visit with a reference to each enumeration inside the value.
template <class T, class Visit>
void for_each_enum(T& value, const Visit& visit) {
    if constexpr (std::is_enum_v<T>) {
        visit(value);
    } else if constexpr (detail::IsVector<T>::value && !std::same_as<T, Bytes>) {
        for (auto& item : value) {
            for_each_enum(item, visit);
        }
    } else if constexpr (detail::IsOptional<T>::value) {
        if (value) {
            for_each_enum(*value, visit);
        }
    } else if constexpr (FieldByField<T>) {
        boost::pfr::for_each_field(value, [&](auto& field) { for_each_enum(field, visit); });
    }
}

template <class T>
std::vector<Bytes> encodings_with_unknown_enums(T value) {
    std::vector<Bytes> out;
    for_each_enum(value, [&](auto& place) {
        using Enum = std::remove_cvref_t<decltype(place)>;
        const Enum before = place;
        place = static_cast<Enum>(std::numeric_limits<std::underlying_type_t<Enum>>::max());
        out.push_back(protocol::codec::encode(value));
        place = before;
    });
    return out;
}

template <class T>
Result<Bytes> recode(ByteView bytes) {
    SERAI_TRY(value, protocol::codec::decode_exact<T>(bytes));
    return protocol::codec::encode(value);
}

}  // namespace detail

template <class T>
[[nodiscard]] Specimen specimen_of(const T& value) {
    const auto is_decoded_from = [value](ByteView bytes) {
        const auto decoded = protocol::codec::decode_exact<T>(bytes);
        return decoded.has_value() && *decoded == value;
    };
    return {protocol::codec::encode(value),
            &detail::recode<T>,
            is_decoded_from,
            detail::encodings_with_unknown_enums(value)};
}

// Draws specimens from `draw` and checks each; `type` is named when one fails.
void check_specimens(const std::string& type,
                     std::uint64_t seed,
                     const std::function<Specimen(Random&)>& draw);

template <class... Structures>
void check_properties_of_all() {
    std::uint64_t seed = 1;
    (check_specimens(boost::core::type_name<Structures>(),
                     seed++,
                     [](Random& random) { return specimen_of(arbitrary<Structures>(random)); }),
     ...);
}

}  // namespace serai::tests
