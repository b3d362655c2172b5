// Runs whole vector files; used by the tests and by the program mls_vectors.
#pragma once

#include <boost/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace serai::tests::mls {

struct VectorReport {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t not_supported = 0;
    std::vector<std::string> failures;  // "entry 3: what was wrong"
};

// The names of the formats, which are those of the working group's files without ".json".
[[nodiscard]] std::vector<std::string> vector_kinds();

// Throws std::invalid_argument for a kind that is not known ("passive-client-" may be followed by anything), std::runtime_error for
// a file that cannot be read or is no JSON array.
[[nodiscard]] VectorReport run_vector_file(std::string_view kind, const std::string& path);

// One function for each format: returns if the entry holds, throws VectorFailed or VectorNotSupported.
void check_crypto_basics(const boost::json::value& entry);
void check_deserialization(const boost::json::value& entry);
void check_key_schedule(const boost::json::value& entry);
void check_message_protection(const boost::json::value& entry);
void check_messages(const boost::json::value& entry);
void check_passive_client(const boost::json::value& entry);
void check_psk_secret(const boost::json::value& entry);
void check_secret_tree(const boost::json::value& entry);
void check_transcript_hashes(const boost::json::value& entry);
void check_tree_math(const boost::json::value& entry);
void check_tree_operations(const boost::json::value& entry);
void check_tree_validation(const boost::json::value& entry);
void check_treekem(const boost::json::value& entry);
void check_welcome(const boost::json::value& entry);

}  // namespace serai::tests::mls
