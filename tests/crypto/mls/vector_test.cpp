#include "tests/crypto/mls/vectors/vector_runner.hpp"

#include <gtest/gtest.h>

namespace serai::tests::mls {

namespace {

// How many entries of each file must pass: all of the suites that are built in, and all that name no suite.
struct Expected {
    const char* kind;
    std::size_t passed;
};

class MlsVectors : public testing::TestWithParam<Expected> {};

}  // namespace

TEST_P(MlsVectors, every_entry_of_a_supported_suite_passes) {
    const auto [kind, passed] = GetParam();
    const auto report =
        run_vector_file(kind, std::string{SERAI_TEST_VECTORS} + "/mls/" + kind + ".json");
    for (const auto& failure : report.failures) {
        ADD_FAILURE() << failure;
    }
    EXPECT_EQ(report.passed, passed);
}

INSTANTIATE_TEST_SUITE_P(WorkingGroup,
                         MlsVectors,
                         testing::Values(Expected{"crypto-basics", 2},
                                         Expected{"deserialization", 14},
                                         Expected{"key-schedule", 2},
                                         Expected{"message-protection", 2},
                                         Expected{"messages", 300},
                                         Expected{"passive-client-handling-commit", 26},
                                         Expected{"passive-client-welcome", 16},
                                         Expected{"psk_secret", 22},
                                         Expected{"secret-tree", 6},
                                         Expected{"transcript-hashes", 2},
                                         Expected{"tree-math", 10},
                                         Expected{"tree-operations", 5},
                                         Expected{"tree-validation", 28},
                                         Expected{"treekem", 22},
                                         Expected{"welcome", 2}),
                         [](const auto& test) {
                             std::string name = test.param.kind;
                             for (auto& c : name) {
                                 c = c == '-' ? '_' : c;
                             }
                             return name;
                         });

TEST(MlsVectorRunner, refuses_a_kind_that_it_does_not_know) {
    EXPECT_THROW((void)run_vector_file("tree-meth", "x"), std::invalid_argument);
}

TEST(MlsVectorRunner, counts_a_wrong_entry_as_failed) {
    // The lengths of another file's format: no entry can hold.
    const auto report =
        run_vector_file("tree-math", std::string{SERAI_TEST_VECTORS} + "/mls/deserialization.json");
    EXPECT_EQ(report.passed, 0U);
    EXPECT_EQ(report.failed, 14U);
}

}  // namespace serai::tests::mls
