// Looks for secrets where they should not be any more, as somebody would with a core dump or the files of a stolen disk.
#pragma once

#include "crypto/secret/secret.hpp"
#include "protocol/base/bytes.hpp"

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <unordered_map>
#include <vector>

namespace serai::tests {

// Runs of kRun bytes, kept in a disguise, so that remembering them does not put them where they are looked for. Runs that any program
// may have by chance (few different bytes) are left out. One thread.
class Traces {
  public:
    static constexpr std::size_t kRun = 16;

    // Every run of the bytes.
    void add(ByteView bytes);

    // The same of a Secret, whichever.
    template <class SecretType>
    void add_secret(const SecretType& secret) {
        secret.with_bytes(crypto::SecretAccess{"a test looks for what is left of it"},
                          [this](ByteView bytes) { add(bytes); });
    }

    // Those that the other does not have.
    [[nodiscard]] Traces without(const Traces& other) const;

    [[nodiscard]] std::size_t size() const { return size_; }

    // How many of the runs are in these bytes.
    [[nodiscard]] std::size_t count_in(ByteView bytes) const;

    // How many of them are anywhere in the writable memory of a process: this one, or a child that waits. Throws std::runtime_error if
    // its memory cannot be read.
    [[nodiscard]] std::size_t count_in_process(pid_t process) const;

    // How many of them are in the files below a folder.
    [[nodiscard]] std::size_t count_in_files(const std::filesystem::path& folder) const;

  private:
    using Masked = std::array<std::uint8_t, kRun>;
    using Found = std::vector<const Masked*>;

    void insert(const Masked& masked);
    [[nodiscard]] bool has(const Masked& masked) const;
    void search(ByteView bytes, Found& found) const;

    static constexpr std::size_t kFilterBits = std::size_t{1} << 20U;

    std::unordered_map<std::uint64_t, std::vector<Masked>> runs_;  // by their first 8 bytes
    std::vector<bool> filter_ = std::vector<bool>(kFilterBits);
    std::size_t size_ = 0;
};

}  // namespace serai::tests
