#include "storage/kv/write_batch.hpp"

namespace serai::storage::kv {

std::size_t WriteBatch::begin(Kind kind, Space space, ByteView key, std::uint64_t number) {
    steps_.push_back({.offset = arena_.size(),
                      .value_size = 0,
                      .number = number,
                      .key_size = static_cast<std::uint32_t>(key.size()),
                      .kind = kind,
                      .space = space});
    serai::append(arena_, key);
    return steps_.size() - 1;
}

void WriteBatch::end(std::size_t entry) {
    Entry& step = steps_[entry];
    step.value_size = arena_.size() - step.offset - step.key_size;
}

void WriteBatch::add(Kind kind, Space space, ByteView key, ByteView value, std::uint64_t number) {
    const auto entry = begin(kind, space, key, number);
    serai::append(arena_, value);
    end(entry);
}

void WriteBatch::expect_absent(Space space, ByteView key) {
    add(Kind::expect_absent, space, key, {}, 0);
}

void WriteBatch::expect_tail(ByteView log, std::uint64_t tail) {
    add(Kind::expect_tail, Space::state, log, {}, tail);
}

void WriteBatch::put(Space space, ByteView key, ByteView value) {
    add(Kind::put, space, key, value, 0);
}

void WriteBatch::erase(Space space, ByteView key) {
    add(Kind::erase, space, key, {}, 0);
}

void WriteBatch::append(ByteView log, std::uint64_t number, ByteView record) {
    add(Kind::append, Space::state, log, record, number);
}

void WriteBatch::trim(ByteView log, std::uint64_t keep_from) {
    add(Kind::trim, Space::state, log, {}, keep_from);
}

void WriteBatch::merge(const WriteBatch& other) {
    const std::size_t base = arena_.size();
    const std::size_t count = other.steps_.size();
    arena_.reserve(base + other.arena_.size());
    steps_.reserve(steps_.size() + count);
    arena_.insert(arena_.end(), other.arena_.begin(), other.arena_.end());
    for (std::size_t i = 0; i < count; ++i) {
        Entry entry = other.steps_[i];
        entry.offset += base;
        steps_.push_back(entry);
    }
}

void WriteBatch::clear() {
    arena_.clear();
    steps_.clear();
}

WriteBatch::Step WriteBatch::step(std::size_t i) const {
    const Entry& entry = steps_[i];
    const ByteView all{arena_};
    return {.kind = entry.kind,
            .space = entry.space,
            .key = all.subspan(entry.offset, entry.key_size),
            .value = all.subspan(entry.offset + entry.key_size, entry.value_size),
            .number = entry.number};
}

}  // namespace serai::storage::kv
