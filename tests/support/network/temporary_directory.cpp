#include "tests/support/network/temporary_directory.hpp"

#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

namespace serai::tests {

TemporaryDirectory::TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "serai-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error{errno, std::generic_category(), "mkdtemp " + name};
    }
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    if (!path_.empty() && !kept_) {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})), kept_(other.kept_) {}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(kept_, other.kept_);
    return *this;
}

}  // namespace serai::tests
