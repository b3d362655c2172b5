// The program that the kill test kills: victim FOLDER. Opens the stores in the folder, checks what is there, and goes on
// from there; writes the number of each acknowledged step to standard output, eight bytes at a time.
#include "storage/kv/rocks_store.hpp"
#include "tests/storage/crash/workload.hpp"

#include <unistd.h>

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
    using namespace serai;
    if (argc != 2) {
        return 2;
    }
    const std::filesystem::path folder{argv[1]};
    std::string why;
    storage::kv::RocksOptions options;
    options.write_buffer_bytes = 256 * 1024;  // so that tables are written and merged under way
    options.tables_per_merge = 3;
    options.max_wal_bytes = 1024 * 1024;
    const auto store = storage::kv::open_rocks_store(folder / "store", options, why);
    const auto objects = storage::objects::ObjectStore::open(folder / "objects", {}, why);
    if (!store || !objects) {
        std::fprintf(stderr, "%s\n", why.c_str());
        return 3;
    }
    const auto last = tests::crash::last_step(**store);
    if (!last) {
        return 4;
    }
    for (std::uint64_t n = *last + 1;; ++n) {
        if (const auto done = tests::crash::run_step(**store, **objects, n); !done) {
            std::fprintf(stderr,
                         "step %llu: %s\n",
                         static_cast<unsigned long long>(n),
                         done.error().message().c_str());
            return 5;
        }
        if (::write(STDOUT_FILENO, &n, sizeof n) != static_cast<ssize_t>(sizeof n)) {
            return 6;
        }
    }
}
