#include "crypto/act/commitment.hpp"

#include "crypto/merkle/tree_hash.hpp"
#include "crypto/primitive/hash.hpp"
#include "crypto/primitive/mac.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace serai::crypto::act {
namespace {

using protocol::network::Field;

constexpr std::string_view kFieldLabel = "serai/field/v1";
constexpr std::string_view kActLabel = "serai/act/v1";
constexpr std::string_view kCommitLabel = "serai/commit/v1";

ByteArray<2> u16(std::uint16_t value) {
    return {static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
}

// A u32 length prefix.
ByteArray<4> length_of(std::size_t size) {
    if (size > std::numeric_limits<std::uint32_t>::max()) {
        throw std::length_error{"field of an audit entry"};
    }
    const auto n = static_cast<std::uint32_t>(size);
    return {static_cast<std::uint8_t>(n >> 24U),
            static_cast<std::uint8_t>(n >> 16U),
            static_cast<std::uint8_t>(n >> 8U),
            static_cast<std::uint8_t>(n)};
}

std::uint16_t checked_count(std::size_t count) {
    if (count > std::numeric_limits<std::uint16_t>::max()) {
        throw std::length_error{"fields of an audit entry"};
    }
    return static_cast<std::uint16_t>(count);
}

ByteView flat(std::span<const Digest> digests) {
    static_assert(sizeof(Digest) == 32);
    return digests.empty() ? ByteView{} : ByteView{digests.front().data(), digests.size() * 32};
}

}  // namespace

Digest field_hash(const EntryContext& entry, std::uint16_t index, const Field& field) {
    return hmac_sha256(ByteView{field.salt},
                       {as_bytes(kFieldLabel),
                        length_of(entry.origin.size()),
                        as_bytes(entry.origin),
                        entry.entry_id.value(),
                        u16(index),
                        length_of(field.name.size()),
                        as_bytes(field.name),
                        length_of(field.value.size()),
                        field.value});
}

std::vector<Digest> field_hashes(const EntryContext& entry,
                                 std::uint16_t first,
                                 std::span<const Field> fields) {
    static_cast<void>(checked_count(std::size_t{first} + fields.size()));
    std::vector<Digest> hashes;
    hashes.reserve(fields.size());
    for (const Field& field : fields) {
        hashes.push_back(field_hash(entry, first, field));
        ++first;
    }
    return hashes;
}

Digest act_root(std::span<const Digest> field_hashes) {
    return sha256(
        {as_bytes(kActLabel), u16(checked_count(field_hashes.size())), flat(field_hashes)});
}

Digest commitment(const EntryContext& entry,
                  const Digest& act_root,
                  std::span<const Digest> server_field_hashes) {
    return sha256({as_bytes(kCommitLabel),
                   length_of(entry.origin.size()),
                   as_bytes(entry.origin),
                   entry.entry_id.value(),
                   act_root,
                   flat(server_field_hashes)});
}

std::vector<Field> with_salts(protocol::network::NamedValues values, Random& random) {
    const Bytes salts = random.bytes(values.size() * sizeof(Digest));
    std::vector<Field> fields;
    fields.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        Field field{std::string{values[i].name}, std::move(values[i].value), {}};
        std::copy_n(salts.begin() + static_cast<std::ptrdiff_t>(i * sizeof(Digest)),
                    sizeof(Digest),
                    field.salt.begin());
        fields.push_back(std::move(field));
    }
    return fields;
}

UnixSeconds leaf_time(UnixSeconds time) {
    return UnixSeconds{time.value() - time.value() % kLeafTimeStep};
}

LeafBytes leaf_bytes(const protocol::message::Leaf& leaf) {
    const Bytes encoded = protocol::codec::encode(leaf);
    LeafBytes bytes;
    if (encoded.size() != bytes.size()) {
        throw std::logic_error{"size of an audit leaf"};
    }
    std::copy(encoded.begin(), encoded.end(), bytes.begin());
    return bytes;
}

Digest leaf_hash(const protocol::message::Leaf& leaf) {
    return merkle::hash_leaf(leaf_bytes(leaf));
}

}  // namespace serai::crypto::act
