// Reading every row of a prefix, page by page.
#pragma once

#include "storage/kv/store.hpp"

#include <utility>

namespace serai::storage::repo {

// Calls row(key, value), which returns Result<void>, for each row whose key begins with `prefix`, in order. Several snapshots,
// one for each page.
template <class Row>
Result<void> for_each_row(const kv::Store& store, ByteView prefix, Row&& row) {
    auto request = kv::ScanRequest::prefix(kv::Space::state, prefix);
    for (bool more = true; more;) {
        SERAI_TRY(page, store.scan(request));
        for (const kv::ScanEntry& entry : page.entries) {
            SERAI_CHECK(row(ByteView{entry.key}, ByteView{entry.value}));
        }
        more = page.more;
        if (more) {
            request = kv::next_page(request, page);
        }
    }
    return {};
}

// An integer of a key, big-endian.
[[nodiscard]] inline std::uint64_t integer_at(ByteView key,
                                              std::size_t offset,
                                              std::size_t size = 8) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : key.subspan(offset, size)) {
        value = value << 8U | byte;
    }
    return value;
}

template <std::size_t N>
[[nodiscard]] ByteArray<N> bytes_at(ByteView key, std::size_t offset) {
    ByteArray<N> out;
    const ByteView part = key.subspan(offset, N);
    std::copy(part.begin(), part.end(), out.begin());
    return out;
}

}  // namespace serai::storage::repo
