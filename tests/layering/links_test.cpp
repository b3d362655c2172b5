// The targets of this build against the floor plan.
#include "tests/layering/links.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace serai::layering {
namespace {

std::vector<Target> project_targets() {
    std::ifstream in{SERAI_TARGETS_FILE, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    return parse_targets(text);
}

const Target* find(const std::vector<Target>& targets, std::string_view name) {
    const auto found = std::ranges::find(targets, name, &Target::name);
    return found == targets.end() ? nullptr : &*found;
}

TEST(Links, every_target_links_along_the_floor_plan) {
    for (const Violation& violation : check_links(project_targets())) {
        ADD_FAILURE() << describe(violation);
    }
}

// The check above would be empty if the list were.
TEST(Links, the_layers_are_in_the_list_with_what_they_link) {
    const auto targets = project_targets();
    for (const auto& [name, folder, link] :
         {std::tuple{"serai_protocol", "protocol", "serai_options"},
          std::tuple{"serai_crypto", "crypto", "serai_protocol"},
          std::tuple{"serai_storage_file", "storage/file", "serai_protocol"},
          std::tuple{"serai_storage_kv", "storage/kv", "RocksDB::rocksdb-shared"},
          std::tuple{"serai_storage_objects", "storage/objects", "serai_storage_file"},
          std::tuple{"serai_storage", "storage", "serai_storage_kv"},
          std::tuple{"serai_server", "server", "serai_storage"},
          std::tuple{"serai_client", "client", "serai_storage_kv"},
          std::tuple{"serai", "client/cli", "serai_client"},
          std::tuple{"layering_test", "tests/layering", "serai_options"}}) {
        const Target* target = find(targets, name);
        ASSERT_NE(target, nullptr) << name;
        EXPECT_EQ(target->folder, folder);
        EXPECT_NE(std::ranges::find(target->links, link), target->links.end())
            << name << " does not link " << link;
    }
}

// Planted faults.

std::vector<Violation> check_text(const std::string& last) {
    return check_links(
        parse_targets("serai_options||\n"
                      "serai_protocol|protocol|serai_options\n"
                      "serai_crypto|crypto|serai_protocol;PkgConfig::SODIUM\n"
                      "serai_storage_kv|storage/kv|serai_protocol\n"
                      "serai_storage|storage|serai_storage_kv;serai_crypto\n"
                      "serai_server|server|serai_storage\n" +
                      last));
}

TEST(LinkRules, let_links_of_the_floor_plan_through) {
    EXPECT_TRUE(
        check_text("serai_client|client|serai_storage_kv;serai_crypto;serai_options").empty());
    EXPECT_TRUE(check_text("some_test|tests/server|serai_server;RocksDB::rocksdb-shared").empty());
}

TEST(LinkRules, find_a_link_that_runs_the_wrong_way) {
    EXPECT_FALSE(check_text("serai_client|client|serai_storage").empty());
    EXPECT_FALSE(check_text("serai_client|client|serai_server").empty());
    EXPECT_FALSE(check_text("serai_more|crypto/more|serai_storage_kv").empty());
    EXPECT_FALSE(check_text("serai_more|protocol|serai_crypto").empty());
    EXPECT_FALSE(check_text("serai_more|storage/kv|serai_crypto").empty());
    EXPECT_FALSE(check_text("serai_more|elsewhere|serai_protocol").empty());
    EXPECT_FALSE(check_text("serai_more||serai_protocol").empty());
}

TEST(LinkRules, keep_libraries_behind_their_walls) {
    EXPECT_FALSE(check_text("serai_more|storage/repo|RocksDB::rocksdb-shared").empty());
    EXPECT_FALSE(check_text("serai_more|client|OpenSSL::Crypto").empty());
    EXPECT_FALSE(check_text("serai_more|server|PkgConfig::SODIUM").empty());
}

TEST(LinkRules, name_both_ends) {
    const auto found = check_text("serai_client|client|serai_server");

    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(describe(found.front()),
              "client/CMakeLists.txt: serai_client may not link serai_server of server/");
}

TEST(LinkRules, refuse_a_list_of_another_form) {
    EXPECT_THROW(static_cast<void>(parse_targets("serai_protocol protocol")), std::runtime_error);
}

}  // namespace
}  // namespace serai::layering
