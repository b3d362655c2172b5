// Random values of the protocol's structures: valid ones, as a peer that keeps to the rules would make them. Structures are
// filled field by field (Boost.PFR); what has rules of its own has an overload here.
#pragma once

#include "protocol/base/error.hpp"
#include "protocol/message/content.hpp"
#include "protocol/message/document.hpp"
#include "protocol/message/request.hpp"
#include "protocol/network/genesis.hpp"

#include <boost/pfr/core.hpp>

#include <array>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace serai::tests {

// Pseudo-random and reproducible: a test names its seed when it fails.
class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    // Uniform from 0 to below - 1.
    std::size_t below(std::size_t below) {
        return std::uniform_int_distribution<std::size_t>{0, below - 1}(engine_);
    }

    bool flip() { return below(2) == 1; }

    // All bits equally likely, but every fourth one of the extremes.
    std::uint64_t integer() {
        static constexpr std::array<std::uint64_t, 4> kExtremes{
            0, 1, ~std::uint64_t{0}, std::uint64_t{1} << 63};
        return below(4) == 0 ? kExtremes[below(4)] : engine_();
    }

    std::uint8_t byte() { return static_cast<std::uint8_t>(below(256)); }

    Bytes bytes(std::size_t max) {
        Bytes out(below(max + 1));
        for (std::uint8_t& b : out) {
            b = byte();
        }
        return out;
    }

    // Printable UTF-8 of at most 3 * max bytes.
    std::string text(std::size_t max) {
        static const std::array<std::string, 6> kLetters{"a", "Z", " ", "-", "қ", "ў"};
        std::string out;
        for (std::size_t i = below(max + 1); i > 0; --i) {
            out += kLetters[below(kLetters.size())];
        }
        return out;
    }

    // 1 to max characters out of `alphabet`.
    std::string word(std::string_view alphabet, std::size_t max) {
        std::string out;
        for (std::size_t i = 1 + below(max); i > 0; --i) {
            out += alphabet[below(alphabet.size())];
        }
        return out;
    }

  private:
    std::mt19937_64 engine_;
};

// The values that an enumeration has on the wire: 1 to kLast, unless it says otherwise.
template <class Enum>
struct EnumRange;

template <>
struct EnumRange<protocol::network::ActKind> {
    static constexpr std::uint16_t kLast = 10;
};

template <>
struct EnumRange<protocol::network::PartyKind> {
    static constexpr std::uint8_t kLast = 3;
};

template <>
struct EnumRange<protocol::network::Role> {
    static constexpr std::uint8_t kLast = 5;
};

template <>
struct EnumRange<protocol::network::ChannelClass> {
    static constexpr std::uint8_t kLast = 2;
};

template <>
struct EnumRange<protocol::message::LeafKind> {
    static constexpr std::uint8_t kLast = 3;
};

template <>
struct EnumRange<protocol::message::RecordType> {
    static constexpr std::uint8_t kLast = 4;
};

template <>
struct EnumRange<protocol::message::ContentType> {
    static constexpr std::uint8_t kLast = 3;
};

template <>
struct EnumRange<protocol::message::Tlp> {
    static constexpr std::uint8_t kLast = 5;
};

template <>
struct EnumRange<protocol::message::Handling> {
    static constexpr std::uint8_t kLast = 4;
};

template <>
struct EnumRange<protocol::message::EventType> {
    static constexpr std::uint16_t kLast = 3;
};

template <>
struct EnumRange<WireError> {
    static constexpr std::uint16_t kLast = kLastWireError;
};

// fill(value, random) makes `value` a random valid one. Declared first, since structures contain each other.
template <class T>
requires std::is_aggregate_v<T>
void fill(T& value, Random& random);
void fill(Bytes& value, Random& random);
void fill(std::string& value, Random& random);
void fill(protocol::network::PartyCode& value, Random& random);
void fill(protocol::network::PersonId& value, Random& random);
void fill(protocol::network::SpiffeId& value, Random& random);
void fill(protocol::network::Field& value, Random& random);
void fill(protocol::network::ActSeal& value, Random& random);
void fill(protocol::network::Party& value, Random& random);
void fill(protocol::network::ChannelRules& value, Random& random);
void fill(protocol::network::Genesis& value, Random& random);
void fill(protocol::network::SignedGenesis& value, Random& random);
void fill(protocol::message::Marking& value, Random& random);
void fill(protocol::message::RequestFrame& value, Random& random);
void fill(protocol::message::ResponseFrame& value, Random& random);
void fill(protocol::message::FetchRecords& value, Random& random);
void fill(protocol::message::GetLeaves& value, Random& random);
void fill(protocol::message::PublishedGroup& value, Random& random);

template <std::integral Integer>
void fill(Integer& value, Random& random) {
    value = static_cast<Integer>(random.integer());
}

inline void fill(bool& value, Random& random) {
    value = random.flip();
}

template <class Enum>
requires std::is_enum_v<Enum>

void fill(Enum& value, Random& random) {
    value = static_cast<Enum>(1 + random.below(EnumRange<Enum>::kLast));
}

template <std::size_t N>
void fill(ByteArray<N>& value, Random& random) {
    for (std::uint8_t& b : value) {
        b = random.byte();
    }
}

template <class Tag, class Value>
void fill(Strong<Tag, Value>& value, Random& random) {
    Value inner{};
    fill(inner, random);
    value = Strong<Tag, Value>{inner};
}

template <class T>
void fill(std::optional<T>& value, Random& random) {
    value.reset();
    if (random.flip()) {
        fill(value.emplace(), random);
    }
}

template <class T>

requires(!std::same_as<T, std::uint8_t>) void fill(std::vector<T>& value, Random& random) {
    value.resize(random.below(4));
    for (T& item : value) {
        fill(item, random);
    }
}

template <class First, class Second>
void fill(std::variant<First, Second>& value, Random& random) {
    if (random.flip()) {
        fill(value.template emplace<0>(), random);
    } else {
        fill(value.template emplace<1>(), random);
    }
}

template <class T>
requires std::is_aggregate_v<T>

void fill(T& value, Random& random) {
    if constexpr (!std::is_base_of_v<protocol::message::Nothing, T>) {
        boost::pfr::for_each_field(value, [&](auto& field) { fill(field, random); });
    }
}

// A random valid T.
template <class T>
[[nodiscard]] T arbitrary(Random& random) {
    T value{};
    fill(value, random);
    return value;
}

}  // namespace serai::tests
