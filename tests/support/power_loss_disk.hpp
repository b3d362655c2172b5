// A folder that can lose its power: knows for every file and folder below it what would survive, and brings it back to that.
//
// What survives is what POSIX promises and not a bit more: of a file's content what its last sync covered, of a folder's
// entries (made, renamed, linked, removed) what the folder's last sync covered, and nothing of a folder whose own entry was
// not synced. A file may be synced and yet lost, because its name was not. Changes below the synced length are undone byte by
// byte; what was appended is cut off, or, on request, cut at a random place.
//
// Two adapters bring operations here: PowerLossFileSystem (our own files) and PowerLossRocksFiles (RocksDB's). Operations
// have names: syncs by their sync point or by the kind of RocksDB file, "wal"; writes with ".write" after it.
// Syncs and writes can be made to fail, and syncs to be ignored: they report success and promise nothing.
//
// Thread-safe. The real files live in root(); their contents are kept alive beside it (hard links) after they are removed.
#pragma once

#include "protocol/base/bytes.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace serai::tests {

class PowerLossDisk {
  public:
    using Path = std::filesystem::path;

    // A file or folder, independent of its names. Opaque to the adapters.
    struct Inode;
    using InodePtr = std::shared_ptr<Inode>;

    // Makes `scratch`/disk, the root, if it is not there; everything found in it is taken for durable.
    explicit PowerLossDisk(Path scratch);
    ~PowerLossDisk();
    PowerLossDisk(const PowerLossDisk&) = delete;
    PowerLossDisk& operator=(const PowerLossDisk&) = delete;

    [[nodiscard]] const Path& root() const { return root_; }

    // Every sync of this name does nothing from now on, and says that it did.
    void ignore_syncs(const std::string& name);

    // The n-th operation of this name from now on (1: the next), fails without effect; those after it succeed again.
    void fail(const std::string& name, std::size_t n = 1);

    // How many times an operation of this name was done or ignored.
    [[nodiscard]] std::size_t count(const std::string& name) const;

    // All names seen so far.
    [[nodiscard]] std::set<std::string> names() const;

    // From now on no operation has an effect: everything that would change something fails.
    void cut_power();

    // Cuts the power by itself before the n-th operation (of any name) from now on.
    void cut_power_after(std::size_t n);

    [[nodiscard]] bool is_on() const;

    // Makes the root what survived, and switches the power on. No file below it may be open. With `torn`, each file keeps a
    // random part of what was appended after its last sync, as a disk may have written some of it.
    void restore(std::mt19937* torn = nullptr);

    // --- For the adapters. Hold mutex() from the question to the note.

    [[nodiscard]] std::recursive_mutex& mutex() const { return mutex_; }

    // False if the operation must fail: the power is off, or a test asked for it.
    [[nodiscard]] bool admit(const std::string& name);

    // True if a test asked for a failure of this name and it is due now. For failures that are more than doing nothing.
    [[nodiscard]] bool take_failure(const std::string& name);

    [[nodiscard]] InodePtr find(const Path& path) const;

    InodePtr note_created(const Path& path);
    void note_directory_created(const Path& path);

    // Before the bytes change.
    void note_write(Inode& file, std::uint64_t offset, std::uint64_t size);
    void note_truncate(Inode& file, std::uint64_t size);

    void note_synced(Inode& file, const std::string& name);
    void note_directory_synced(const Path& path, const std::string& name);
    void note_removed(const Path& path);
    void note_renamed(const Path& from, const Path& to);
    void note_linked(const Path& from, const Path& to);

  private:
    InodePtr make_inode(bool directory);
    void adopt(Inode& directory, const Path& path);
    void keep_alive(Inode& file, const Path& path);
    void rebuild(const Inode& directory, const Path& path, std::mt19937* torn);
    void restore_content(const Inode& file, std::mt19937* torn) const;
    [[nodiscard]] Path kept(const Inode& file) const;
    [[nodiscard]] InodePtr parent_of(const Path& path) const;

    mutable std::recursive_mutex mutex_;
    Path root_;
    Path graves_;
    InodePtr tree_;
    std::uint64_t next_id_ = 1;
    bool on_ = true;
    std::optional<std::size_t> operations_left_;
    std::set<std::string> ignored_;
    std::map<std::string, std::size_t> failing_;
    std::map<std::string, std::size_t> counts_;
};

}  // namespace serai::tests
