// One command as it came in: a JSON object on a line. Every reader throws Refused, with words for whoever wrote the command.
#pragma once

#include "crypto/mls/wire/message.hpp"
#include "crypto/mls/wire/tree_node.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace serai::tests::interop {

// Why a command was not carried out. Whoever throws it has changed nothing.
class Refused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// The value, or Refused: "what: the error's own words".
template <class T>
[[nodiscard]] T value_of(Result<T> result, std::string_view what) {
    if (!result) {
        throw Refused{std::string{what} + ": " + result.error().message()};
    }
    return std::move(*result);
}

class Command {
  public:
    // One JSON object with a string "cmd" and nothing after it. Fields that nobody asks for are ignored.
    explicit Command(std::string_view line);

    [[nodiscard]] std::string_view name() const { return name_; }

    // Present and not null.
    [[nodiscard]] bool has(std::string_view field) const;

    [[nodiscard]] std::string text(std::string_view field) const;
    [[nodiscard]] std::uint64_t number(std::string_view field, std::uint64_t last) const;
    [[nodiscard]] bool flag(std::string_view field) const;

    // From hexadecimal.
    [[nodiscard]] Bytes bytes(std::string_view field) const;
    [[nodiscard]] std::vector<Bytes> byte_list(std::string_view field) const;

    // bytes() as an MLSMessage that holds a T.
    template <class T>
    [[nodiscard]] T message(std::string_view field) const {
        return inner<T>(bytes(field), field);
    }

    template <class T>
    [[nodiscard]] std::vector<T> messages(std::string_view field) const {
        std::vector<T> all;
        for (const auto& encoded : byte_list(field)) {
            all.push_back(inner<T>(encoded, field));
        }
        return all;
    }

    // A ratchet tree in the form of the extension, or nothing if the field is not there.
    [[nodiscard]] std::optional<crypto::mls::TreeNodes> tree_if_any(std::string_view field) const;

  private:
    template <class T>
    [[nodiscard]] static T inner(const Bytes& encoded, std::string_view field) {
        const auto message =
            value_of(protocol::codec::decode_exact<crypto::mls::MlsMessage>(encoded), field);
        const T* found = message.get<T>();
        if (found == nullptr) {
            throw Refused{std::string{field} + ": a message of another kind"};
        }
        return *found;
    }

    [[nodiscard]] const boost::json::value& at(std::string_view field) const;

    boost::json::object object_;
    std::string name_;
};

// The bytes as a JSON string if they are UTF-8, else nothing.
[[nodiscard]] std::optional<std::string> as_utf8(ByteView bytes);

}  // namespace serai::tests::interop
