// Documents on a disk that fails, while messages go on.
#include "protocol/message/web.hpp"
#include "storage/file/file_system.hpp"
#include "tests/server/test_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>

namespace serai::tests {
namespace {

namespace message = protocol::message;
using storage::file::File;
using storage::file::FileStatus;
using storage::file::FileSystem;
using storage::file::OpenMode;
using storage::file::SyncPoint;

// The machine's files, until `broken`: then no file is made and no folder synced.
class BreakableFiles final : public FileSystem {
  public:
    Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override {
        SERAI_CHECK(mode == OpenMode::create_new ? judge() : Result<void>{});
        return real_.open(path, mode);
    }

    Result<FileStatus> status(const Path& path) override { return real_.status(path); }

    Result<std::vector<std::string>> list(const Path& folder) override {
        return real_.list(folder);
    }

    Result<void> create_directory(const Path& path) override {
        return real_.create_directory(path);
    }

    Result<void> rename(const Path& from, const Path& to) override {
        return real_.rename(from, to);
    }

    Result<void> remove(const Path& path) override { return real_.remove(path); }

    Result<void> remove_tree(const Path& path) override { return real_.remove_tree(path); }

    Result<void> sync_directory(const Path& path, SyncPoint point) override {
        SERAI_CHECK(judge());
        return real_.sync_directory(path, point);
    }

    std::atomic<int> broken = 0;  // an errno

  private:
    Result<void> judge() const {
        if (broken != 0) {
            return ErrorCode{broken, boost::system::system_category()};
        }
        return {};
    }

    FileSystem& real_ = storage::file::machine_file_system();
};

class FailingDiskTest : public testing::Test {
  protected:
    HttpAnswer begin() {
        return http(server.port(),
                    channel.member(0).device(),
                    "POST",
                    "/documents",
                    {"Tus-Resumable: 1.0.0",
                     "Upload-Length: 10",
                     "Upload-Metadata: " + message::upload_metadata(channel.group_id())});
    }

    HttpAnswer health() {
        return http(server.port(), channel.member(0).device(), "GET", "/healthz");
    }

    BreakableFiles files;
    TestServer server{{{"limits.uploads_per_party", "1"}}, nullptr, &files};
    TestChannel channel = TestChannel::make(server.network(), server.port(), 2);
};

TEST_F(FailingDiskTest, is_told_by_health_and_log_and_messages_go_on) {
    ASSERT_EQ(health().status, 200U);
    files.broken = EIO;

    EXPECT_EQ(begin().status, 503U);

    EXPECT_EQ(health().status, 503U);
    EXPECT_NE(server.log().find("documents_read_only"), std::string::npos);
    auto client = server.connect(channel.member(1).device());
    EXPECT_TRUE(client.call(*channel.member(1).message(as_bytes("salem"))));
}

TEST_F(FailingDiskTest, an_upload_that_could_not_begin_takes_no_place) {
    files.broken = EMFILE;
    EXPECT_EQ(begin().status, 503U);

    files.broken = 0;

    EXPECT_EQ(begin().status, 201U);
}

TEST_F(FailingDiskTest, a_file_that_stands_for_nothing_is_removed_at_the_start_and_others_stay) {
    const auto uploads = server.network().data_directory() / "objects" / "uploads";
    ASSERT_EQ(begin().status, 201U);
    const auto leftover = uploads / std::string(32, 'a');
    std::ofstream{leftover} << "orphan";

    server.stop();
    server.start();

    EXPECT_FALSE(std::filesystem::exists(leftover));
    EXPECT_FALSE(std::filesystem::is_empty(uploads));
}

}  // namespace
}  // namespace serai::tests
