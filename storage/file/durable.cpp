#include "storage/file/durable.hpp"

#include <boost/system/errc.hpp>

#include <vector>

namespace serai::storage::file {
namespace {

namespace errc = boost::system::errc;
using Path = std::filesystem::path;

Result<Path> absolute_folder(const Path& folder) {
    std::error_code error;
    const Path absolute = std::filesystem::absolute(folder, error).lexically_normal();
    if (error) {
        return ErrorCode{error.value(), boost::system::system_category()};
    }
    return absolute.has_filename() ? absolute : absolute.parent_path();
}

}  // namespace

Path folder_of(const Path& path) {
    const Path parent = path.parent_path();
    return parent.empty() ? Path{"."} : parent;
}

Result<void> make_folders(FileSystem& files, const Path& folder, SyncPoint parent) {
    SERAI_TRY(deepest, absolute_folder(folder));
    std::vector<Path> missing;
    while (true) {
        SERAI_TRY(there, exists(files, deepest));
        if (there || deepest == deepest.root_path()) {
            break;
        }
        missing.push_back(deepest);
        deepest = deepest.parent_path();
    }
    SERAI_CHECK(files.sync_directory(deepest.parent_path(), parent));
    for (auto path = missing.rbegin(); path != missing.rend(); ++path) {
        const auto made = files.create_directory(*path);
        if (!made && made.error() != errc::file_exists) {
            return made.error();
        }
        SERAI_CHECK(files.sync_directory(path->parent_path(), parent));
    }
    return {};
}

Result<void> write_new(FileSystem& files,
                       const Path& path,
                       ByteView content,
                       OpenMode mode,
                       SyncPoint content_point,
                       SyncPoint entry_point) {
    {
        SERAI_TRY(file, files.open(path, mode));
        SERAI_CHECK(file->write(0, content));
        SERAI_CHECK(file->sync(content_point));
    }
    return files.sync_directory(folder_of(path), entry_point);
}

}  // namespace serai::storage::file
