// Reading tests/vectors/*.json.
#pragma once

#include "protocol/base/bytes.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace serai::tests {

inline boost::json::value load_vectors(const std::string& name) {
    std::string path{SERAI_TEST_VECTORS "/"};
    path += name;
    std::ifstream in{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
    return boost::json::parse(text);
}

inline std::string text_of(const boost::json::value& value) {
    return std::string{value.as_string()};
}

inline std::uint64_t number_of(const boost::json::value& value) {
    return value.to_number<std::uint64_t>();
}

inline Bytes hex_of(const boost::json::value& value) {
    return *from_hex(text_of(value));
}

// nullopt unless it has 32 bytes: no hash at all, which is for the caller to refuse.
inline std::optional<Digest> digest_of(const boost::json::value& value) {
    return array_from_hex<32>(text_of(value));
}

inline std::optional<std::vector<Digest>> digests_of(const boost::json::value& value) {
    std::vector<Digest> digests;
    for (const auto& item : value.as_array()) {
        const auto digest = digest_of(item);
        if (!digest) {
            return std::nullopt;
        }
        digests.push_back(*digest);
    }
    return digests;
}

}  // namespace serai::tests
