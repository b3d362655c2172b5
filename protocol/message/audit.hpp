// Entries of the audit log as they travel: leaves, openings, receipts. docs/audit-log-format.md has the hashing, crypto/act
// computes it.
#pragma once

#include "protocol/base/strong_id.hpp"
#include "protocol/network/act.hpp"
#include "protocol/network/party.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace serai::protocol::message {

enum class LeafKind : std::uint8_t {
    event = 1,
    governance = 2,  // its opening is open to all and never erased
    erasure = 3,
};

inline constexpr std::size_t kLeafSize = 74;  // bytes, always

// struct { opaque magic[16] = "serai audit leaf"; uint8 version = 1; LeafKind kind; uint64 time; opaque entry_id[16];
//          opaque commit[32]; } Leaf;
struct Leaf {
    LeafKind kind = LeafKind::event;
    UnixSeconds time;  // rounded down to 60 s; never falls from one leaf to the next
    EntryId entry_id;
    Digest commit{};

    void encode(codec::Writer& writer) const;
    static Result<Leaf> decode(codec::Reader& reader);

    friend bool operator==(const Leaf&, const Leaf&) = default;
};

// A field shown, or withheld so that only its hash is there and the entry can still be recomputed.
// struct { uint8 shown; select (shown) { case 1: Field field; case 0: opaque hash[32]; } } ShownField;
struct ShownField {
    std::variant<network::Field, Digest> content;

    // nullptr when withheld. Lives as long as *this.
    [[nodiscard]] const network::Field* field() const {
        return std::get_if<network::Field>(&content);
    }

    void encode(codec::Writer& writer) const;
    static Result<ShownField> decode(codec::Reader& reader);

    friend bool operator==(const ShownField&, const ShownField&) = default;
};

// What stands beside a leaf. The entry's type is the server field "type"; with an act, "type" is the act's name and the server
// field "seal" is SHA-256 of the encoded ActSeal.
// struct { uint16 version = 1; opaque entry_id[16]; optional<ActSeal> seal; ShownField act_fields<V>;
//          ShownField server_fields<V>; } Opening;
struct Opening {
    EntryId entry_id;
    std::optional<network::ActSeal> seal;
    std::vector<ShownField> act_fields;
    std::vector<ShownField> server_fields;

    // The value of the server's field with this name; nullptr if there is none or it is withheld.
    [[nodiscard]] const Bytes* server_value(std::string_view name) const;

    void encode(codec::Writer& writer) const;
    static Result<Opening> decode(codec::Reader& reader);

    friend bool operator==(const Opening&, const Opening&) = default;
};

// Names of the server's fields, in the order in which an entry has those that apply to it.
namespace field {
inline constexpr std::string_view kType = "type";      // text: see EntryType
inline constexpr std::string_view kSeal = "seal";      // SHA-256 of the ActSeal
inline constexpr std::string_view kDevice = "device";  // SPIFFE id of the device that caused it
inline constexpr std::string_view kCertificate = "certificate";  // DER, in certificate-seen
inline constexpr std::string_view kRecord = "record";  // RecordPosition, in record entries
inline constexpr std::string_view kKeyPackage =
    "key-package";  // reference claimed, in claim-key-package
inline constexpr std::string_view kLastResort =
    "last-resort";  // likewise, of one that may be claimed again
inline constexpr std::string_view kGenesis = "genesis";                   // SignedGenesis
inline constexpr std::string_view kCrl = "crl";                           // PartyCode<V> | DER<V>
inline constexpr std::string_view kReason = "reason";                     // text, in refused
inline constexpr std::string_view kChannelCounter = "channel";            // GroupId | Counter
inline constexpr std::string_view kDocumentCounter = "document-counter";  // DocumentId | Counter
inline constexpr std::string_view kPartyCounterPrefix =
    "party:";  // + code; Counter. One per party concerned
}  // namespace field

// Entry types besides the names of act kinds.
namespace entry_type {
inline constexpr std::string_view kGenesis = "genesis";
inline constexpr std::string_view kCrl = "crl";
inline constexpr std::string_view kCertificateSeen = "certificate-seen";
inline constexpr std::string_view kRefused =
    "refused";  // a refused handshake or identity, one per source and hour
inline constexpr std::string_view kEstablished = "established";
inline constexpr std::string_view kCommit = "commit";
inline constexpr std::string_view kMessage = "message";
inline constexpr std::string_view kProposal = "proposal";  // the server's own
}  // namespace entry_type

inline constexpr std::uint64_t kNoPrevious = ~std::uint64_t{0};

// Place of an entry in a dense sequence: of a party, a channel or a document.
// struct { uint64 counter; uint64 previous; } Counter;
struct Counter {
    std::uint64_t counter = 0;             // from 0, no gaps
    std::uint64_t previous = kNoPrevious;  // leaf index of the entry with counter - 1

    void encode(codec::Writer& writer) const;
    static Result<Counter> decode(codec::Reader& reader);

    friend bool operator==(const Counter&, const Counter&) = default;
};

// The durable grade of a receipt: where the entry is.
struct Receipt {
    LogIndex index;
    Leaf leaf;

    void encode(codec::Writer& writer) const;
    static Result<Receipt> decode(codec::Reader& reader);

    friend bool operator==(const Receipt&, const Receipt&) = default;
};

// An accepted act with what is needed to recompute its leaf: the evidence that stands in a channel's record beside the commit
// that uses it.
// struct { Receipt receipt; Act act; opaque server_field_hash[32]<V>; } ActReceipt;
struct ActReceipt {
    Receipt receipt;
    network::Act act;
    std::vector<Digest> server_field_hashes;

    void encode(codec::Writer& writer) const;
    static Result<ActReceipt> decode(codec::Reader& reader);

    friend bool operator==(const ActReceipt&, const ActReceipt&) = default;
};

// One entry as an auditor receives it.
struct OpenedEntry {
    LogIndex index;
    Leaf leaf;
    Opening opening;

    void encode(codec::Writer& writer) const;
    static Result<OpenedEntry> decode(codec::Reader& reader);

    friend bool operator==(const OpenedEntry&, const OpenedEntry&) = default;
};

// opaque hash[32]<V>
void write_digests(codec::Writer& writer, const std::vector<Digest>& digests);
Result<std::vector<Digest>> read_digests(codec::Reader& reader);

}  // namespace serai::protocol::message
