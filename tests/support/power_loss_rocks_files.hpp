// RocksDB's files on a PowerLossDisk. Syncs are named by the kind of file, as are writes with ".write" after it: wal, table,
// manifest, current (the file that is renamed to CURRENT), other, and directory (syncs only).
#pragma once

#include "tests/support/power_loss_disk.hpp"

#include <memory>

namespace rocksdb {
class FileSystem;
}

namespace serai::tests {

// `disk` must outlive every database on it. Failed and powerless operations return an IOError.
[[nodiscard]] std::shared_ptr<rocksdb::FileSystem> make_power_loss_rocks_files(PowerLossDisk& disk);

}  // namespace serai::tests
