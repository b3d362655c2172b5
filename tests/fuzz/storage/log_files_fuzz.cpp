// A write-ahead log or manifest of RocksDB as it may lie on a disk: looked at before anything is opened.
#include "storage/kv/log_file_check.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace serai::fuzz {
namespace {

// Whatever a process wrote before it died is the beginning of what it would have written.
void check_log(ByteView input) {
    const auto damage = storage::kv::find_log_damage(input);
    if (damage) {
        require(!damage->empty(), "damage has its sentence");
        return;
    }
    for (const std::size_t part : {2U, 3U, 7U}) {
        require(!storage::kv::find_log_damage(input.first(input.size() / part)),
                "the beginning of a good log is good");
    }
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::check_log)
