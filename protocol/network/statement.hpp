// What each kind of act says: its fields by name, in their fixed order. A verifier refuses an act whose fields are not exactly
// those of its kind.
#pragma once

#include "protocol/network/act.hpp"
#include "protocol/network/channel_rules.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace serai::protocol::network {

using DocumentId = Strong<struct DocumentIdTag, ByteArray<16>>;

// A field before its salt is drawn.
struct NamedValue {
    std::string_view name;
    Bytes value;

    friend bool operator==(const NamedValue&, const NamedValue&) = default;
};

using NamedValues = std::vector<NamedValue>;

// Key packages put into the directory, by reference (RFC 9420, section 5.2).
struct PublishKeyPackagesStatement {
    static constexpr ActKind kKind = ActKind::publish_key_packages;
    std::vector<Digest> references;

    [[nodiscard]] NamedValues values() const;
    static Result<PublishKeyPackagesStatement> parse(std::span<const Field> fields);
};

// One key package taken for each device of a person, to bring that person into a channel.
struct ClaimKeyPackageStatement {
    static constexpr ActKind kKind = ActKind::claim_key_package;
    GroupId group;
    PersonId subject;

    [[nodiscard]] NamedValues values() const;
    static Result<ClaimKeyPackageStatement> parse(std::span<const Field> fields);
};

// The group id follows from this act's leaf, so it is not in the statement.
struct FoundChannelStatement {
    static constexpr ActKind kKind = ActKind::found_channel;
    ChannelRules rules;

    [[nodiscard]] NamedValues values() const;
    static Result<FoundChannelStatement> parse(std::span<const Field> fields);
};

// The authority to add the devices of a person.
struct AdmitStatement {
    static constexpr ActKind kKind = ActKind::admit;
    GroupId group;
    PersonId subject;

    [[nodiscard]] NamedValues values() const;
    static Result<AdmitStatement> parse(std::span<const Field> fields);
};

// The authority to remove every device of a person.
struct ExpelStatement {
    static constexpr ActKind kKind = ActKind::expel;
    GroupId group;
    PersonId subject;

    [[nodiscard]] NamedValues values() const;
    static Result<ExpelStatement> parse(std::span<const Field> fields);
};

// A member says that it cannot follow a channel beyond a record: a commit whose secrets do not hold, or a record that it must have
// written itself and knows nothing of.
struct ReportStatement {
    static constexpr ActKind kKind = ActKind::report;
    GroupId group;
    RecordNumber record;
    Digest chain_hash{};  // of the record

    [[nodiscard]] NamedValues values() const;
    static Result<ReportStatement> parse(std::span<const Field> fields);
};

// The authority for one device to come back into its own place in a channel without the resumption PSK of an epoch.
struct RestoreStatement {
    static constexpr ActKind kKind = ActKind::restore;
    GroupId group;
    SpiffeId device;

    [[nodiscard]] NamedValues values() const;
    static Result<RestoreStatement> parse(std::span<const Field> fields);
};

// Makes an uploaded object visible as a version of a document.
struct SealDocumentStatement {
    static constexpr ActKind kKind = ActKind::seal_document;
    GroupId group;
    DocumentId document;
    std::uint32_t version = 1;  // from 1, dense per document
    ObjectId object;
    std::uint64_t length = 0;  // bytes of ciphertext
    Digest digest{};           // SHA-256 of the ciphertext
    Digest marking{};          // SHA-256 of the encoded Marking; never all zero

    [[nodiscard]] NamedValues values() const;
    static Result<SealDocumentStatement> parse(std::span<const Field> fields);
};

struct OpenDocumentStatement {
    static constexpr ActKind kKind = ActKind::open_document;
    GroupId group;
    DocumentId document;
    std::uint32_t version = 1;

    [[nodiscard]] NamedValues values() const;
    static Result<OpenDocumentStatement> parse(std::span<const Field> fields);
};

// Says that every byte arrived and decrypted.
struct CompleteDocumentStatement {
    static constexpr ActKind kKind = ActKind::complete_document;
    GroupId group;
    DocumentId document;
    std::uint32_t version = 1;
    LogIndex opened_at;  // the leaf of the opening that this completes
    Digest digest{};     // SHA-256 of the ciphertext received

    [[nodiscard]] NamedValues values() const;
    static Result<CompleteDocumentStatement> parse(std::span<const Field> fields);
};

enum class OpeningScope : std::uint8_t {
    party = 1,     // every entry that concerns the asking device's party; id is not used
    channel = 2,   // id: group id
    document = 3,  // id: document id, in its first 16 bytes
};

// Reads openings in the order of the scope's dense counter.
struct QueryOpeningsStatement {
    static constexpr ActKind kKind = ActKind::query_openings;
    OpeningScope scope = OpeningScope::party;
    Digest id{};
    std::uint64_t from = 0;  // first counter wanted

    [[nodiscard]] NamedValues values() const;
    static Result<QueryOpeningsStatement> parse(std::span<const Field> fields);
};

}  // namespace serai::protocol::network
