// Numbers and identifiers that cannot be mistaken for one another: Strong<Tag, Value> compares and hashes like its value
// but converts to nothing.
#pragma once

#include "protocol/base/bytes.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace serai {

template <class Tag, class Value>
class Strong {
  public:
    using ValueType = Value;

    constexpr Strong() = default;

    constexpr explicit Strong(Value value) : value_(std::move(value)) {}

    [[nodiscard]] constexpr const Value& value() const { return value_; }

    friend auto operator<=>(const Strong&, const Strong&) = default;

  private:
    Value value_{};
};

// A counted thing that is only ever followed by the next one.
template <class Tag>
[[nodiscard]] constexpr Strong<Tag, std::uint64_t> next(Strong<Tag, std::uint64_t> n) {
    return Strong<Tag, std::uint64_t>{n.value() + 1};
}

using NetworkId = Strong<struct NetworkIdTag, Digest>;
using GroupId =
    Strong<struct GroupIdTag, Digest>;  // SHA-256(network id | founding act's leaf hash)
using RequestId =
    Strong<struct RequestIdTag, ByteArray<16>>;  // unique per device, names exact bytes
using EntryId =
    Strong<struct EntryIdTag, ByteArray<16>>;  // of an audit entry; the act id of a signed act
using MessageId = Strong<struct MessageIdTag,
                         ByteArray<16>>;  // unique per device and channel, survives re-encryption
using ObjectId = Strong<struct ObjectIdTag, ByteArray<16>>;  // ciphertext of one document version
using ThemeId = Strong<struct ThemeIdTag, ByteArray<16>>;
using Epoch = Strong<struct EpochTag, std::uint64_t>;  // RFC 9420 epoch of a group
using RecordNumber =
    Strong<struct RecordNumberTag, std::uint64_t>;  // place in a channel's log, from 0, no gaps
using LogIndex =
    Strong<struct LogIndexTag, std::uint64_t>;  // index of a leaf in the audit log, from 0
using TreeSize = Strong<struct TreeSizeTag, std::uint64_t>;  // number of leaves of the audit log
using UnixMillis =
    Strong<struct UnixMillisTag, std::uint64_t>;  // milliseconds since 1970-01-01 UTC
using UnixSeconds = Strong<struct UnixSecondsTag, std::uint64_t>;

}  // namespace serai

template <class Tag, class Value>
struct std::hash<serai::Strong<Tag, Value>> {
    std::size_t operator()(const serai::Strong<Tag, Value>& id) const noexcept {
        if constexpr (requires { std::hash<Value>{}(id.value()); }) {
            return std::hash<Value>{}(id.value());
        } else {
            return std::hash<std::string_view>{}(serai::as_text(id.value()));
        }
    }
};
