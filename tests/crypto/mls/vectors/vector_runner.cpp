#include "tests/crypto/mls/vectors/vector_runner.hpp"

#include "tests/crypto/mls/vectors/vector_case.hpp"

#include <fstream>
#include <iterator>
#include <map>

namespace serai::tests::mls {

namespace {

using Check = void (*)(const boost::json::value&);

const std::map<std::string, Check, std::less<>>& checks() {
    static const std::map<std::string, Check, std::less<>> table{
        {"crypto-basics", check_crypto_basics},
        {"deserialization", check_deserialization},
        {"key-schedule", check_key_schedule},
        {"message-protection", check_message_protection},
        {"messages", check_messages},
        {"passive-client-handling-commit", check_passive_client},
        {"passive-client-random", check_passive_client},
        {"passive-client-welcome", check_passive_client},
        {"psk_secret", check_psk_secret},
        {"secret-tree", check_secret_tree},
        {"transcript-hashes", check_transcript_hashes},
        {"tree-math", check_tree_math},
        {"tree-operations", check_tree_operations},
        {"tree-validation", check_tree_validation},
        {"treekem", check_treekem},
        {"welcome", check_welcome},
    };
    return table;
}

Check find_check(std::string_view kind) {
    if (const auto it = checks().find(kind); it != checks().end()) {
        return it->second;
    }
    if (kind.starts_with("passive-client-")) {
        return check_passive_client;
    }
    throw std::invalid_argument{"no such kind of vectors: " + std::string{kind}};
}

boost::json::value parse_file(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) {
        throw std::runtime_error{"cannot open " + path};
    }
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    boost::system::error_code error;
    auto value = boost::json::parse(text, error);
    if (error || !value.is_array()) {
        throw std::runtime_error{path + " is no JSON array"};
    }
    return value;
}

}  // namespace

std::vector<std::string> vector_kinds() {
    std::vector<std::string> kinds;
    for (const auto& [kind, check] : checks()) {
        kinds.push_back(kind);
    }
    return kinds;
}

VectorReport run_vector_file(std::string_view kind, const std::string& path) {
    const Check check = find_check(kind);
    const auto file = parse_file(path);
    VectorReport report;
    std::size_t index = 0;
    for (const auto& entry : file.as_array()) {
        try {
            check(entry);
            ++report.passed;
        } catch (const VectorNotSupported&) {
            ++report.not_supported;
        } catch (const std::exception& failure) {
            ++report.failed;
            report.failures.push_back("entry " + std::to_string(index) + ": " + failure.what());
        }
        ++index;
    }
    return report;
}

}  // namespace serai::tests::mls
