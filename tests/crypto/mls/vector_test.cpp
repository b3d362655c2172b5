#include "tests/crypto/mls/vectors/vector_runner.hpp"

#include <gtest/gtest.h>

namespace serai::tests::mls {

namespace {

// How many entries each file has. All must pass: every suite of the files is built in.
struct Expected {
    const char* kind;
    std::size_t passed;
};

class MlsVectors : public testing::TestWithParam<Expected> {};

}  // namespace

TEST_P(MlsVectors, every_entry_passes) {
    const auto [kind, passed] = GetParam();
    const auto report =
        run_vector_file(kind, std::string{SERAI_TEST_VECTORS} + "/mls/" + kind + ".json");
    for (const auto& failure : report.failures) {
        ADD_FAILURE() << failure;
    }
    EXPECT_EQ(report.passed, passed);
    EXPECT_EQ(report.not_supported, 0U);
}

INSTANTIATE_TEST_SUITE_P(WorkingGroup,
                         MlsVectors,
                         testing::Values(Expected{"crypto-basics", 7},
                                         Expected{"deserialization", 14},
                                         Expected{"key-schedule", 7},
                                         Expected{"message-protection", 7},
                                         Expected{"messages", 300},
                                         Expected{"passive-client-handling-commit", 91},
                                         Expected{"passive-client-welcome", 56},
                                         Expected{"psk_secret", 77},
                                         Expected{"secret-tree", 21},
                                         Expected{"transcript-hashes", 7},
                                         Expected{"tree-math", 10},
                                         Expected{"tree-operations", 5},
                                         Expected{"tree-validation", 98},
                                         Expected{"treekem", 77},
                                         Expected{"welcome", 7}),
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
