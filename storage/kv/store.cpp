#include "storage/kv/store.hpp"

namespace serai::storage::kv {

Bytes after_prefix(ByteView prefix) {
    Bytes bound = to_bytes(prefix);
    while (!bound.empty() && bound.back() == 0xFF) {
        bound.pop_back();
    }
    if (!bound.empty()) {
        ++bound.back();
    }
    return bound;
}

ScanRequest ScanRequest::prefix(Space space, ByteView prefix) {
    ScanRequest request;
    request.space = space;
    request.begin = to_bytes(prefix);
    request.end = after_prefix(prefix);
    return request;
}

ScanRequest next_page(const ScanRequest& request, const ScanPage& page) {
    ScanRequest next = request;
    if (request.direction == Direction::forward) {
        next.begin = page.entries.back().key;
        next.begin.push_back(0);  // the smallest key after it
    } else {
        next.end = page.entries.back().key;
    }
    return next;
}

Result<void> Store::trim(ByteView log, std::uint64_t keep_from) {
    WriteBatch batch;
    batch.trim(log, keep_from);
    return commit(batch);
}

}  // namespace serai::storage::kv
