#include "storage/kv/rocks_base.hpp"

#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

#include <algorithm>
#include <limits>
#include <utility>

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

namespace {

constexpr std::uint8_t kFirstNumberMark = 0;

bool comes_before(const Bytes& a, const Bytes& b) {
    return std::pair{a.size(), a} < std::pair{b.size(), b};
}

// The next name after `last` among the logs' records, or among their first numbers; nullopt if there is none.
Result<std::optional<Bytes>> next_name(rocksdb::Iterator& iterator,
                                       const Bytes& last,
                                       bool among_records) {
    const bool from_start = last.empty();
    if (among_records) {
        constexpr auto kLastNumber = std::numeric_limits<std::uint64_t>::max();
        const std::uint8_t shortest[] = {1};
        iterator.Seek(from_start ? to_slice(shortest) : LogKey::record(last, kLastNumber).slice());
    } else {
        const std::uint8_t mark[] = {kFirstNumberMark};
        const LogKey key = LogKey::first_number(last);
        iterator.Seek(from_start ? to_slice(mark) : key.slice());
        if (!from_start && iterator.Valid() && iterator.key() == key.slice()) {
            iterator.Next();
        }
    }
    if (!iterator.status().ok()) {
        return read_error(iterator.status());
    }
    if (!iterator.Valid() || (!among_records && iterator.key()[0] != kFirstNumberMark)) {
        return std::optional<Bytes>{};
    }
    const auto name = log_name(iterator.key());
    if (!name) {
        return StoreError::corrupt;
    }
    return std::optional{serai::to_bytes(*name)};
}

}  // namespace

// A log is found by its records, or, when all of them are trimmed, by its first number alone.
Result<std::vector<Bytes>> list_log_names(rocksdb::Iterator& iterator,
                                          ByteView after,
                                          std::size_t max_names) {
    std::vector<Bytes> names;
    Bytes last = serai::to_bytes(after);
    while (names.size() < max_names) {
        SERAI_TRY(by_records, next_name(iterator, last, true));
        SERAI_TRY(by_first, next_name(iterator, last, false));
        if (!by_records && !by_first) {
            break;
        }
        const bool take_first = by_first && (!by_records || comes_before(*by_first, *by_records));
        last = take_first ? *by_first : *by_records;
        names.push_back(last);
    }
    return names;
}

}  // namespace serai::storage::kv
