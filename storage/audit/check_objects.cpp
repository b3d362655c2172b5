#include "crypto/primitive/hash.hpp"
#include "storage/audit/check_facts.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/objects/object_store.hpp"
#include "storage/repo/documents.hpp"
#include "storage/repo/scan.hpp"

#include <algorithm>

namespace serai::storage::audit {
namespace {

constexpr std::size_t kChunk = 1024 * 1024;  // bytes

// What is wrong with the ciphertext; nullptr if nothing is.
const char* compare(objects::ObjectStore& objects, const repo::Version& version) {
    const auto reader = objects.open_sealed(version.object);
    if (!reader) {
        return reader.error() == make_error_code(objects::ObjectError::not_found)
                   ? "is missing"
                   : "cannot be read";
    }
    if ((*reader)->size() != version.length) {
        return "has another length";
    }
    crypto::Sha256 hash;
    Bytes chunk(kChunk);
    for (std::uint64_t offset = 0; offset < version.length;) {
        const auto n = std::min<std::uint64_t>(kChunk, version.length - offset);
        const std::span<std::uint8_t> part{chunk.data(), static_cast<std::size_t>(n)};
        if (!(*reader)->read(offset, part)) {
            return "cannot be read";
        }
        hash.update(part);
        offset += n;
    }
    return hash.finish() == version.digest ? nullptr : "is damaged";
}

}  // namespace

Result<void> check_objects(const kv::Store& store,
                           objects::ObjectStore& objects,
                           CheckReport& report) {
    Problems problems{report};
    return repo::for_each_row(
        store, kv::make_key(kv::keyspace::kVersion), [&](ByteView, ByteView value) -> Result<void> {
            // A row that does not decode is check_consistency's to name.
            if (const auto version = protocol::codec::decode_exact<repo::Version>(value)) {
                const char* wrong = compare(objects, *version);
                if (wrong == nullptr) {
                    ++report.documents;
                } else {
                    problems.add("the ciphertext of object " + to_hex(version->object.value()) +
                                 " " + wrong);
                }
            }
            return {};
        });
}

}  // namespace serai::storage::audit
