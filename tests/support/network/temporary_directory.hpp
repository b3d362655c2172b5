// A folder that is gone when the test is.
#pragma once

#include <filesystem>

namespace serai::tests {

// Made under $TMPDIR or /tmp, readable for the owner alone; removed with all it holds by the destructor. Move-only.
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(TemporaryDirectory&& other) noexcept;
    TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    // So that a failed test can be looked at afterwards.
    void keep() { kept_ = true; }

  private:
    std::filesystem::path path_;
    bool kept_ = false;
};

}  // namespace serai::tests
