#include "tests/interop/mls_peer/command.hpp"

namespace serai::tests::interop {

namespace {

namespace json = boost::json;

Refused wrong(std::string_view field, std::string_view expected) {
    return Refused{std::string{field} + " must be " + std::string{expected}};
}

Bytes from_hex_value(const json::value& value, std::string_view field) {
    const auto* text = value.if_string();
    auto decoded = text == nullptr ? std::nullopt : from_hex({text->data(), text->size()});
    if (!decoded) {
        throw wrong(field, "hexadecimal");
    }
    return std::move(*decoded);
}

}  // namespace

Command::Command(std::string_view line) {
    json::error_code problem;
    json::value value = json::parse({line.data(), line.size()}, problem);
    if (problem) {
        throw Refused{"not JSON: " + problem.message()};
    }
    if (!value.is_object()) {
        throw Refused{"a command is a JSON object"};
    }
    object_ = std::move(value.as_object());
    name_ = text("cmd");
}

bool Command::has(std::string_view field) const {
    const auto* value = object_.if_contains({field.data(), field.size()});
    return value != nullptr && !value->is_null();
}

const json::value& Command::at(std::string_view field) const {
    if (!has(field)) {
        throw Refused{std::string{field} + " is missing"};
    }
    return object_.at({field.data(), field.size()});
}

std::string Command::text(std::string_view field) const {
    const auto* value = at(field).if_string();
    if (value == nullptr) {
        throw wrong(field, "a string");
    }
    return {value->data(), value->size()};
}

std::uint64_t Command::number(std::string_view field, std::uint64_t last) const {
    json::error_code problem;
    const auto value = at(field).to_number<std::uint64_t>(problem);
    if (problem || value > last) {
        throw wrong(field, "a number from 0 to " + std::to_string(last));
    }
    return value;
}

bool Command::flag(std::string_view field) const {
    const auto* value = at(field).if_bool();
    if (value == nullptr) {
        throw wrong(field, "true or false");
    }
    return *value;
}

Bytes Command::bytes(std::string_view field) const {
    return from_hex_value(at(field), field);
}

std::vector<Bytes> Command::byte_list(std::string_view field) const {
    const auto* list = at(field).if_array();
    if (list == nullptr) {
        throw wrong(field, "a list");
    }
    std::vector<Bytes> all;
    for (const auto& value : *list) {
        all.push_back(from_hex_value(value, field));
    }
    return all;
}

std::optional<crypto::mls::TreeNodes> Command::tree_if_any(std::string_view field) const {
    if (!has(field)) {
        return std::nullopt;
    }
    return value_of(protocol::codec::decode_exact<crypto::mls::TreeNodes>(bytes(field)), field);
}

std::optional<std::string> as_utf8(ByteView bytes) {
    // The writer escapes what must be escaped and looks at nothing else; the reader is the judge.
    const std::string_view text = as_text(bytes);
    json::error_code problem;
    json::parse(json::serialize(json::string{text.data(), text.size()}), problem);
    return problem ? std::nullopt : std::optional{std::string{text}};
}

}  // namespace serai::tests::interop
