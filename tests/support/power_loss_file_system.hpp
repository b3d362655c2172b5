// The seam of our own files (storage/file) on a PowerLossDisk. Names of operations: the sync points' own, and "file.write",
// "file.create", "file.truncate", "file.rename", "file.remove", "file.mkdir", "file.writeback"; and as failures only, a full disk:
// "file.write.full" (half of the bytes are written) and "file.create.full".
#pragma once

#include "storage/file/file_system.hpp"
#include "tests/support/power_loss_disk.hpp"

#include <memory>

namespace serai::tests {

// `disk` must outlive it. Failed and powerless operations return EIO.
[[nodiscard]] std::unique_ptr<storage::file::FileSystem> make_power_loss_file_system(
    PowerLossDisk& disk);

}  // namespace serai::tests
