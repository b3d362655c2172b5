// The seam of our own files (storage/file) on a PowerLossDisk. Names of operations: the sync points' own, and "file.write",
// "file.create", "file.rename", "file.remove", "file.mkdir".
#pragma once

#include "storage/file/file_system.hpp"
#include "tests/support/power_loss_disk.hpp"

#include <memory>

namespace serai::tests {

// `disk` must outlive it. Failed and powerless operations return EIO.
[[nodiscard]] std::unique_ptr<storage::file::FileSystem> make_power_loss_file_system(
    PowerLossDisk& disk);

}  // namespace serai::tests
