#include "tests/support/power_loss_disk.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace serai::tests {

struct PowerLossDisk::Inode {
    struct Undo {
        std::uint64_t offset;
        Bytes old_bytes;
    };

    std::uint64_t id = 0;
    bool directory = false;

    // Of a file: what a sync covered, and how to get it back.
    std::uint64_t synced_size = 0;
    std::vector<Undo> undo;

    // Of a folder.
    std::map<std::string, InodePtr> current;
    std::map<std::string, InodePtr> durable;
};

namespace {

namespace fs = std::filesystem;

Bytes read_range(const fs::path& path, std::uint64_t offset, std::uint64_t size) {
    std::ifstream in{path, std::ios::binary};
    in.seekg(static_cast<std::streamoff>(offset));
    Bytes bytes(size);
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    if (!in) {
        throw std::runtime_error("cannot read what is about to be overwritten");
    }
    return bytes;
}

void write_range(const fs::path& path, std::uint64_t offset, const Bytes& bytes) {
    std::fstream out{path, std::ios::binary | std::ios::in | std::ios::out};
    out.seekp(static_cast<std::streamoff>(offset));
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    if (!out) {
        throw std::runtime_error("cannot undo a write");
    }
}

}  // namespace

PowerLossDisk::PowerLossDisk(Path scratch)
    : root_(scratch / "disk"), graves_(scratch / "kept-by-power-loss-disk") {
    fs::create_directories(root_);
    fs::remove_all(graves_);
    fs::create_directories(graves_);
    tree_ = make_inode(true);
    adopt(*tree_, root_);
}

PowerLossDisk::~PowerLossDisk() {
    std::error_code ignored;
    fs::remove_all(graves_, ignored);
}

void PowerLossDisk::ignore_syncs(const std::string& name) {
    const std::scoped_lock lock{mutex_};
    ignored_.insert(name);
}

void PowerLossDisk::fail(const std::string& name, std::size_t n) {
    const std::scoped_lock lock{mutex_};
    failing_[name] = n;
}

std::size_t PowerLossDisk::count(const std::string& name) const {
    const std::scoped_lock lock{mutex_};
    const auto found = counts_.find(name);
    return found == counts_.end() ? 0 : found->second;
}

std::set<std::string> PowerLossDisk::names() const {
    const std::scoped_lock lock{mutex_};
    std::set<std::string> names;
    for (const auto& [name, count] : counts_) {
        names.insert(name);
    }
    return names;
}

void PowerLossDisk::cut_power() {
    const std::scoped_lock lock{mutex_};
    on_ = false;
}

void PowerLossDisk::cut_power_after(std::size_t n) {
    const std::scoped_lock lock{mutex_};
    operations_left_ = n;
}

bool PowerLossDisk::is_on() const {
    const std::scoped_lock lock{mutex_};
    return on_;
}

bool PowerLossDisk::admit(const std::string& name) {
    if (on_ && operations_left_ && (*operations_left_)-- == 0) {
        on_ = false;
        operations_left_.reset();
    }
    if (!on_) {
        return false;
    }
    if (take_failure(name)) {
        return false;
    }
    ++counts_[name];
    return true;
}

bool PowerLossDisk::take_failure(const std::string& name) {
    const auto failing = failing_.find(name);
    if (failing == failing_.end() || --failing->second > 0) {
        return false;
    }
    failing_.erase(failing);
    return true;
}

PowerLossDisk::InodePtr PowerLossDisk::make_inode(bool directory) {
    auto inode = std::make_shared<Inode>();
    inode->id = next_id_++;
    inode->directory = directory;
    return inode;
}

PowerLossDisk::Path PowerLossDisk::kept(const Inode& file) const {
    return graves_ / std::to_string(file.id);
}

void PowerLossDisk::keep_alive(Inode& file, const Path& path) {
    fs::create_hard_link(path, kept(file));
}

void PowerLossDisk::adopt(Inode& directory, const Path& path) {
    for (const auto& entry : fs::directory_iterator{path}) {
        auto inode = make_inode(entry.is_directory());
        if (inode->directory) {
            adopt(*inode, entry.path());
        } else {
            inode->synced_size = entry.file_size();
            keep_alive(*inode, entry.path());
        }
        directory.current.emplace(entry.path().filename().string(), std::move(inode));
    }
    directory.durable = directory.current;
}

PowerLossDisk::InodePtr PowerLossDisk::find(const Path& path) const {
    const Path relative = path.lexically_normal().lexically_relative(root_);
    if (relative.empty() || *relative.begin() == "..") {
        return nullptr;
    }
    InodePtr inode = tree_;
    for (const auto& part : relative) {
        if (part == "." || part.empty()) {
            continue;
        }
        const auto found = inode->current.find(part.string());
        if (found == inode->current.end()) {
            return nullptr;
        }
        inode = found->second;
    }
    return inode;
}

PowerLossDisk::InodePtr PowerLossDisk::parent_of(const Path& path) const {
    auto parent = find(path.lexically_normal().parent_path());
    if (!parent) {
        throw std::runtime_error("not below the root: " + path.string());
    }
    return parent;
}

PowerLossDisk::InodePtr PowerLossDisk::note_created(const Path& path) {
    auto inode = make_inode(false);
    keep_alive(*inode, path);
    parent_of(path)->current[path.filename().string()] = inode;
    return inode;
}

void PowerLossDisk::note_directory_created(const Path& path) {
    parent_of(path)->current[path.filename().string()] = make_inode(true);
}

void PowerLossDisk::note_write(Inode& file, std::uint64_t offset, std::uint64_t size) {
    if (offset < file.synced_size) {
        const auto covered = std::min(size, file.synced_size - offset);
        file.undo.push_back({offset, read_range(kept(file), offset, covered)});
    }
}

void PowerLossDisk::note_truncate(Inode& file, std::uint64_t size) {
    // What is cut off may be cut off a second time after it grew again: the oldest undo is applied last.
    const auto real_size = fs::file_size(kept(file));
    const auto end = std::min(file.synced_size, real_size);
    if (size < end) {
        file.undo.push_back({size, read_range(kept(file), size, end - size)});
    }
}

void PowerLossDisk::note_synced(Inode& file, const std::string& name) {
    if (ignored_.contains(name)) {
        return;
    }
    file.synced_size = fs::file_size(kept(file));
    file.undo.clear();
}

void PowerLossDisk::note_directory_synced(const Path& path, const std::string& name) {
    const auto directory = find(path);
    if (directory && !ignored_.contains(name)) {
        directory->durable = directory->current;
    }
}

void PowerLossDisk::note_removed(const Path& path) {
    parent_of(path)->current.erase(path.filename().string());
}

void PowerLossDisk::note_renamed(const Path& from, const Path& to) {
    const auto inode = find(from);
    parent_of(from)->current.erase(from.filename().string());
    parent_of(to)->current[to.filename().string()] = inode;
}

void PowerLossDisk::note_linked(const Path& from, const Path& to) {
    parent_of(to)->current[to.filename().string()] = find(from);
}

void PowerLossDisk::restore(std::mt19937* torn) {
    const std::scoped_lock lock{mutex_};
    for (const auto& entry : fs::directory_iterator{root_}) {
        fs::remove_all(entry.path());
    }
    rebuild(*tree_, root_, torn);

    fs::remove_all(graves_);
    fs::create_directories(graves_);
    tree_ = make_inode(true);
    adopt(*tree_, root_);
    on_ = true;
    operations_left_.reset();
    failing_.clear();
}

void PowerLossDisk::rebuild(const Inode& directory, const Path& path, std::mt19937* torn) {
    for (const auto& [name, inode] : directory.durable) {
        if (inode->directory) {
            fs::create_directory(path / name);
            rebuild(*inode, path / name, torn);
        } else {
            restore_content(*inode, torn);
            fs::create_hard_link(kept(*inode), path / name);
        }
    }
}

void PowerLossDisk::restore_content(const Inode& file, std::mt19937* torn) const {
    const Path path = kept(file);
    const auto size = fs::file_size(path);
    auto keep = file.synced_size;
    if (torn != nullptr && size > keep) {
        keep += (*torn)() % (size - keep + 1);
    }
    for (auto undo = file.undo.rbegin(); undo != file.undo.rend(); ++undo) {
        write_range(path, undo->offset, undo->old_bytes);
    }
    if (fs::file_size(path) > keep) {
        fs::resize_file(path, keep);
    }
}

}  // namespace serai::tests
