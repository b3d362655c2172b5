#include "storage/kv/rocks_base.hpp"

#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

#include <algorithm>
#include <limits>

namespace serai::storage::kv {

void LogKey::add(ByteView bytes) {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += bytes.size();
}

LogKey LogKey::record(ByteView log, std::uint64_t number) {
    LogKey key;
    key.bytes_[key.size_++] = static_cast<std::uint8_t>(log.size());
    key.add(log);
    for (int shift = 56; shift >= 0; shift -= 8) {
        key.bytes_[key.size_++] = static_cast<std::uint8_t>((number >> shift) & 0xFFU);
    }
    return key;
}

LogKey LogKey::first_number(ByteView log) {
    LogKey key;
    key.bytes_[key.size_++] = 0;
    key.bytes_[key.size_++] = static_cast<std::uint8_t>(log.size());
    key.add(log);
    return key;
}

std::optional<std::uint64_t> record_number(ByteView log, const rocksdb::Slice& key) {
    const auto name = log_name(key);
    if (!name || key[0] == 0 || !equal(*name, log)) {
        return std::nullopt;
    }
    return decode_number(to_view(key).subspan(1 + log.size()));
}

std::optional<ByteView> log_name(const rocksdb::Slice& key) {
    const ByteView bytes = to_view(key);
    if (bytes.size() < 2) {
        return std::nullopt;
    }
    const bool is_record = bytes[0] != 0;
    const std::size_t length = is_record ? bytes[0] : bytes[1];
    const std::size_t start = is_record ? 1 : 2;
    if (bytes.size() != start + length + (is_record ? 8 : 0)) {
        return std::nullopt;
    }
    return bytes.subspan(start, length);
}

Bytes encode_number(std::uint64_t number) {
    Bytes bytes;
    protocol::codec::Writer writer{bytes};
    writer.u64(number);
    return bytes;
}

std::optional<std::uint64_t> decode_number(ByteView bytes) {
    protocol::codec::Reader reader{bytes};
    const auto number = reader.u64();
    if (!number || !reader.at_end()) {
        return std::nullopt;
    }
    return *number;
}

Result<LogBounds> find_bounds(rocksdb::Iterator& iterator, ByteView log) {
    LogBounds bounds;
    const LogKey first_key = LogKey::first_number(log);
    iterator.Seek(first_key.slice());
    if (iterator.Valid() && iterator.key() == first_key.slice()) {
        const auto number = decode_number(to_view(iterator.value()));
        if (!number) {
            return StoreError::corrupt;
        }
        bounds.first = *number;
    }
    bounds.tail = bounds.first;

    constexpr auto kLastNumber = std::numeric_limits<std::uint64_t>::max();
    iterator.SeekForPrev(LogKey::record(log, kLastNumber).slice());
    if (iterator.Valid()) {
        if (const auto last = record_number(log, iterator.key())) {
            bounds.tail = *last + 1;
        }
    }
    if (!iterator.status().ok()) {
        return read_error(iterator.status());
    }
    if (bounds.tail < bounds.first) {
        return StoreError::corrupt;
    }
    return bounds;
}

}  // namespace serai::storage::kv
