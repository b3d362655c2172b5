#include "storage/kv/watermark.hpp"

#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"
#include "storage/kv/error.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace serai::storage::kv {
namespace {

constexpr std::uint64_t kSectorSize = 512;
constexpr std::size_t kSlotSize = 24;
constexpr std::uint64_t kMagic = 0x5365'7261'6941'636BU;  // "SeraiAck"

// magic u64 | sequence u64 | its complement u64
Bytes encode_slot(std::uint64_t sequence) {
    Bytes slot;
    protocol::codec::Writer writer{slot};
    writer.u64(kMagic);
    writer.u64(sequence);
    writer.u64(~sequence);
    return slot;
}

Result<std::optional<std::uint64_t>> read_slot(const file::File& file, std::uint64_t sector) {
    std::array<std::uint8_t, kSlotSize> bytes{};
    SERAI_TRY(n, file.read(sector * kSectorSize, bytes));
    protocol::codec::Reader reader{ByteView{bytes}.first(n)};
    const auto magic = reader.u64();
    const auto sequence = reader.u64();
    const auto complement = reader.u64();
    if (!magic || !sequence || !complement || *magic != kMagic || *sequence != ~*complement) {
        return std::optional<std::uint64_t>{};
    }
    return std::optional{*sequence};
}

}  // namespace

Result<Watermark> Watermark::create(file::FileSystem& files,
                                    const std::filesystem::path& path,
                                    std::uint64_t sequence) {
    SERAI_TRY(file, files.open(path, file::OpenMode::create_new));
    SERAI_CHECK(file->write(0, encode_slot(sequence)));
    SERAI_CHECK(file->write(kSectorSize, encode_slot(sequence)));
    SERAI_CHECK(file->sync(file::SyncPoint::watermark_made));
    return Watermark{std::move(file), sequence, 0};
}

Result<Watermark> Watermark::open(file::FileSystem& files, const std::filesystem::path& path) {
    SERAI_TRY(file, files.open(path, file::OpenMode::write));
    SERAI_TRY(first, read_slot(*file, 0));
    SERAI_TRY(second, read_slot(*file, 1));
    if (!first && !second) {
        return StoreError::corrupt;
    }
    const bool second_is_newer = second.value_or(0) > first.value_or(0);
    const std::uint64_t sequence = std::max(first.value_or(0), second.value_or(0));
    return Watermark{std::move(file), sequence, second_is_newer ? 0U : 1U};
}

Result<void> Watermark::advance(std::uint64_t sequence) {
    SERAI_CHECK(file_->write(next_sector_ * kSectorSize, encode_slot(sequence)));
    next_sector_ = 1 - next_sector_;
    sequence_ = sequence;
    return {};
}

Result<void> Watermark::sync(file::SyncPoint point) {
    return file_->sync(point);
}

}  // namespace serai::storage::kv
