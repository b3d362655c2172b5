// Signed acts: what a device does on the record. An act is a list of named fields that its device committed to one by one
// (docs/audit-log-format.md), and a signature over SignContent. Its act id is also the id of its audit entry.
//
// Only shapes here; crypto/act computes commitments, signs and verifies.
#pragma once

#include "protocol/base/strong_id.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace serai::protocol::network {

// On the wire and under signatures: never renumber.
enum class ActKind : std::uint16_t {
    publish_key_packages = 1,
    claim_key_package = 2,
    found_channel = 3,
    admit = 4,
    expel = 5,
    seal_document = 6,
    open_document = 7,
    complete_document = 8,
    query_openings = 9,
    report = 10,
    restore = 11,
};

// As in the signature's label "Serai 1.0 <kind>", for instance "open-document".
[[nodiscard]] std::string_view name(ActKind kind);
[[nodiscard]] std::optional<ActKind> act_kind_named(std::string_view name);
Result<ActKind> read_act_kind(codec::Reader& reader);

// One field of an act or an audit entry, with its salt.
// struct { opaque name<V>; opaque value<V>; opaque salt[32]; } Field;
struct Field {
    std::string name;  // 1 to 64 characters
    Bytes value;
    Digest salt{};

    void encode(codec::Writer& writer) const;
    static Result<Field> decode(codec::Reader& reader);

    friend bool operator==(const Field&, const Field&) = default;
};

// struct {
//   uint16 version = 1;  ActKind kind;  opaque network_id[32];  opaque origin<V>;  opaque act_id[16];
//   opaque certificate_hash[32];     SHA-256 of the device certificate's DER
//   uint64 time;  uint64 not_after;  Unix seconds; the act counts from time to not_after, both included
//   optional<opaque[32]> predecessor_state;   governance only
// } ActHeader;
struct ActHeader {
    ActKind kind = ActKind::admit;
    NetworkId network_id;
    std::string origin;  // log origin of the network
    EntryId act_id;
    Digest certificate_hash{};
    UnixSeconds time;
    UnixSeconds not_after;
    std::optional<Digest> predecessor_state;

    void encode(codec::Writer& writer) const;
    static Result<ActHeader> decode(codec::Reader& reader);

    friend bool operator==(const ActHeader&, const ActHeader&) = default;
};

// The bytes a device signs: struct { opaque label<V> = "Serai 1.0 <kind>"; ActHeader header; opaque act_root[32]; }.
[[nodiscard]] Bytes sign_content(const ActHeader& header, const Digest& act_root);

// What is bound into the audit entry besides the fields.
// struct { ActHeader header; Certificate chain<V>; opaque signature<V>; } ActSeal;
struct ActSeal {
    ActHeader header;
    std::vector<Bytes> chain;  // DER, device certificate first, without the root
    Bytes signature;

    void encode(codec::Writer& writer) const;
    static Result<ActSeal> decode(codec::Reader& reader);

    friend bool operator==(const ActSeal&, const ActSeal&) = default;
};

// struct { ActSeal seal; Field fields<V>; } Act;
struct Act {
    ActSeal seal;
    std::vector<Field> fields;

    [[nodiscard]] ActKind kind() const { return seal.header.kind; }

    void encode(codec::Writer& writer) const;
    static Result<Act> decode(codec::Reader& reader);

    friend bool operator==(const Act&, const Act&) = default;
};

}  // namespace serai::protocol::network
