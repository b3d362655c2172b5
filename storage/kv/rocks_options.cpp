#include "storage/kv/rocks_options.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

namespace serai::storage::kv {

std::unique_ptr<rocksdb::Env> make_rocks_env(const RocksOptions& options) {
    return rocksdb::NewCompositeEnv(options.rocks_files ? options.rocks_files
                                                        : rocksdb::FileSystem::Default());
}

rocksdb::DBOptions make_db_options(const RocksOptions& options, rocksdb::Env* env) {
    rocksdb::DBOptions db;
    db.env = env;

    // An unfinished record at the end of a log is what a crash leaves and is dropped; anything else that is wrong refuses
    // to start. RocksDB's default stops at the first damage and opens with what came before it.
    db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    db.track_and_verify_wals_in_manifest = true;
    db.recycle_log_file_num = 0;
    db.paranoid_checks = true;

    // After a failed write nobody knows what the disk holds: no trying again behind our back.
    db.max_bgerror_resume_count = 0;

    // One thread writes, whole batches at a time: nothing is gained by concurrent or pipelined writes, and reads must not
    // see a commit before it is synced.
    db.allow_concurrent_memtable_write = false;
    db.enable_pipelined_write = false;
    db.two_write_queues = false;
    db.unordered_write = false;
    db.manual_wal_flush = false;

    // Replay ends by writing what it found into new, synced tables, before anything is served.
    db.avoid_flush_during_recovery = false;
    db.max_total_wal_size = options.max_wal_bytes;

    db.max_open_files = -1;  // every table is opened, and so checked, at the start
    db.max_background_jobs = 2;
    db.bytes_per_sync =
        1024 * 1024;  // tables are written back as they grow, not in one burst beside a commit
    db.keep_log_file_num = 4;  // of RocksDB's own text log
    db.max_log_file_size = 4 * 1024 * 1024;
    return db;
}

rocksdb::ColumnFamilyOptions make_family_options(const RocksOptions& options,
                                                 const std::shared_ptr<rocksdb::Cache>& cache) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.block_size = 16 * 1024;
    table.format_version = 5;

    rocksdb::ColumnFamilyOptions family;
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    family.write_buffer_size = options.write_buffer_bytes;
    family.compression = rocksdb::kNoCompression;  // ciphertext and digests do not compress
    family.force_consistency_checks = true;
    // Most lookups on the write path ask for what is not there.
    family.memtable_whole_key_filtering = true;
    family.memtable_prefix_bloom_size_ratio = 0.02;
    // The first level is as large as what is merged into it: then each merge writes no more than twice what is new.
    family.level0_file_num_compaction_trigger = options.tables_per_merge;
    family.max_bytes_for_level_base =
        static_cast<std::uint64_t>(options.tables_per_merge) * options.write_buffer_bytes;
    return family;
}

rocksdb::WriteOptions durable_write() {
    rocksdb::WriteOptions write;
    write.sync = true;
    return write;
}

}  // namespace serai::storage::kv
