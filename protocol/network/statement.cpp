#include "protocol/network/statement.hpp"

#include <concepts>

namespace serai::protocol::network {
namespace {

using codec::CodecError;
using codec::Reader;
using codec::Writer;

// One value in the presentation language, by its type.
template <class T>
Bytes value_bytes(const T& value) {
    Bytes out;
    Writer writer{out};
    if constexpr (codec::Encodable<T>) {
        value.encode(writer);
    } else if constexpr (std::same_as<T, Digest>) {
        writer.fixed(value);
    } else if constexpr (std::same_as<T, std::uint32_t>) {
        writer.u32(value);
    } else if constexpr (std::same_as<T, std::uint64_t>) {
        writer.u64(value);
    } else {
        writer.strong(value);
    }
    return out;
}

template <class T>
Result<T> read_value(Reader& reader) {
    if constexpr (codec::Decodable<T>) {
        return T::decode(reader);
    } else if constexpr (std::same_as<T, Digest>) {
        return reader.array<32>();
    } else if constexpr (std::same_as<T, std::uint32_t>) {
        return reader.u32();
    } else if constexpr (std::same_as<T, std::uint64_t>) {
        return reader.u64();
    } else {
        return reader.strong<T>();
    }
}

// Takes the fields in order: a missing, misnamed, malformed or superfluous one is an error.
class Fields {
  public:
    explicit Fields(std::span<const Field> fields) : rest_(fields) {}

    Result<ByteView> raw(std::string_view name) {
        if (rest_.empty() || rest_.front().name != name) {
            return CodecError::unknown_value;
        }
        const ByteView value = rest_.front().value;
        rest_ = rest_.subspan(1);
        return value;
    }

    template <class T>
    Result<T> take(std::string_view name) {
        SERAI_TRY(bytes, raw(name));
        Reader reader{bytes};
        SERAI_TRY(value, read_value<T>(reader));
        if (!reader.at_end()) {
            return CodecError::trailing_bytes;
        }
        return std::move(value);
    }

    Result<void> finish() const {
        if (!rest_.empty()) {
            return CodecError::trailing_bytes;
        }
        return {};
    }

  private:
    std::span<const Field> rest_;
};

constexpr std::string_view kGroup = "group";
constexpr std::string_view kSubject = "subject";
constexpr std::string_view kDevice = "device";
constexpr std::string_view kRules = "rules";
constexpr std::string_view kReference = "key-package";
constexpr std::string_view kRecord = "record";
constexpr std::string_view kChainHash = "chain-hash";
constexpr std::string_view kDocument = "document";
constexpr std::string_view kVersion = "version";
constexpr std::string_view kObject = "object";
constexpr std::string_view kLength = "length";
constexpr std::string_view kDigest = "digest";
constexpr std::string_view kMarking = "marking";
constexpr std::string_view kOpenedAt = "opened-at";
constexpr std::string_view kScope = "scope";
constexpr std::string_view kId = "id";
constexpr std::string_view kFrom = "from";

NamedValues group_and_subject(const GroupId& group, const PersonId& subject) {
    return {{kGroup, value_bytes(group)}, {kSubject, value_bytes(subject)}};
}

template <class Statement>
Result<Statement> parse_group_and_subject(std::span<const Field> list) {
    Fields fields{list};
    SERAI_TRY(group, fields.take<GroupId>(kGroup));
    SERAI_TRY(subject, fields.take<PersonId>(kSubject));
    SERAI_CHECK(fields.finish());
    return Statement{group, std::move(subject)};
}

}  // namespace

NamedValues PublishKeyPackagesStatement::values() const {
    NamedValues out;
    for (const Digest& reference : references) {
        out.push_back({kReference, value_bytes(reference)});
    }
    return out;
}

Result<PublishKeyPackagesStatement> PublishKeyPackagesStatement::parse(
    std::span<const Field> list) {
    Fields fields{list};
    PublishKeyPackagesStatement out;
    for (std::size_t i = 0; i < list.size(); ++i) {
        SERAI_TRY(reference, fields.take<Digest>(kReference));
        out.references.push_back(reference);
    }
    if (out.references.empty()) {
        return CodecError::truncated;
    }
    return out;
}

NamedValues ClaimKeyPackageStatement::values() const {
    return group_and_subject(group, subject);
}

Result<ClaimKeyPackageStatement> ClaimKeyPackageStatement::parse(std::span<const Field> fields) {
    return parse_group_and_subject<ClaimKeyPackageStatement>(fields);
}

NamedValues FoundChannelStatement::values() const {
    return {{kRules, value_bytes(rules)}};
}

Result<FoundChannelStatement> FoundChannelStatement::parse(std::span<const Field> list) {
    Fields fields{list};
    SERAI_TRY(rules, fields.take<ChannelRules>(kRules));
    SERAI_CHECK(fields.finish());
    return FoundChannelStatement{std::move(rules)};
}

NamedValues AdmitStatement::values() const {
    return group_and_subject(group, subject);
}

Result<AdmitStatement> AdmitStatement::parse(std::span<const Field> fields) {
    return parse_group_and_subject<AdmitStatement>(fields);
}

NamedValues ExpelStatement::values() const {
    return group_and_subject(group, subject);
}

Result<ExpelStatement> ExpelStatement::parse(std::span<const Field> fields) {
    return parse_group_and_subject<ExpelStatement>(fields);
}

NamedValues ReportStatement::values() const {
    return {{kGroup, value_bytes(group)},
            {kRecord, value_bytes(record)},
            {kChainHash, value_bytes(chain_hash)}};
}

Result<ReportStatement> ReportStatement::parse(std::span<const Field> list) {
    Fields fields{list};
    SERAI_TRY(group, fields.take<GroupId>(kGroup));
    SERAI_TRY(record, fields.take<RecordNumber>(kRecord));
    SERAI_TRY(chain_hash, fields.take<Digest>(kChainHash));
    SERAI_CHECK(fields.finish());
    return ReportStatement{group, record, chain_hash};
}

NamedValues RestoreStatement::values() const {
    return {{kGroup, value_bytes(group)}, {kDevice, value_bytes(device)}};
}

Result<RestoreStatement> RestoreStatement::parse(std::span<const Field> list) {
    Fields fields{list};
    SERAI_TRY(group, fields.take<GroupId>(kGroup));
    SERAI_TRY(device, fields.take<SpiffeId>(kDevice));
    SERAI_CHECK(fields.finish());
    return RestoreStatement{group, std::move(device)};
}

NamedValues SealDocumentStatement::values() const {
    return {{kGroup, value_bytes(group)},
            {kDocument, value_bytes(document)},
            {kVersion, value_bytes(version)},
            {kObject, value_bytes(object)},
            {kLength, value_bytes(length)},
            {kDigest, value_bytes(digest)},
            {kMarking, value_bytes(marking)}};
}

Result<SealDocumentStatement> SealDocumentStatement::parse(std::span<const Field> list) {
    Fields fields{list};
    SERAI_TRY(group, fields.take<GroupId>(kGroup));
    SERAI_TRY(document, fields.take<DocumentId>(kDocument));
    SERAI_TRY(version, fields.take<std::uint32_t>(kVersion));
    SERAI_TRY(object, fields.take<ObjectId>(kObject));
    SERAI_TRY(length, fields.take<std::uint64_t>(kLength));
    SERAI_TRY(digest, fields.take<Digest>(kDigest));
    SERAI_TRY(marking, fields.take<Digest>(kMarking));
    SERAI_CHECK(fields.finish());
    if (version == 0 || marking == Digest{}) {
        return CodecError::unknown_value;
    }
    return SealDocumentStatement{group, document, version, object, length, digest, marking};
}

NamedValues OpenDocumentStatement::values() const {
    return {{kGroup, value_bytes(group)},
            {kDocument, value_bytes(document)},
            {kVersion, value_bytes(version)}};
}

Result<OpenDocumentStatement> OpenDocumentStatement::parse(std::span<const Field> list) {
    Fields fields{list};
    SERAI_TRY(group, fields.take<GroupId>(kGroup));
    SERAI_TRY(document, fields.take<DocumentId>(kDocument));
    SERAI_TRY(version, fields.take<std::uint32_t>(kVersion));
    SERAI_CHECK(fields.finish());
    return OpenDocumentStatement{group, document, version};
}

NamedValues CompleteDocumentStatement::values() const {
    return {{kGroup, value_bytes(group)},
            {kDocument, value_bytes(document)},
            {kVersion, value_bytes(version)},
            {kOpenedAt, value_bytes(opened_at)},
            {kDigest, value_bytes(digest)}};
}

Result<CompleteDocumentStatement> CompleteDocumentStatement::parse(std::span<const Field> list) {
    Fields fields{list};
    SERAI_TRY(group, fields.take<GroupId>(kGroup));
    SERAI_TRY(document, fields.take<DocumentId>(kDocument));
    SERAI_TRY(version, fields.take<std::uint32_t>(kVersion));
    SERAI_TRY(opened_at, fields.take<LogIndex>(kOpenedAt));
    SERAI_TRY(digest, fields.take<Digest>(kDigest));
    SERAI_CHECK(fields.finish());
    return CompleteDocumentStatement{group, document, version, opened_at, digest};
}

NamedValues QueryOpeningsStatement::values() const {
    return {{kScope, Bytes{static_cast<std::uint8_t>(scope)}},
            {kId, value_bytes(id)},
            {kFrom, value_bytes(from)}};
}

Result<QueryOpeningsStatement> QueryOpeningsStatement::parse(std::span<const Field> list) {
    Fields fields{list};
    SERAI_TRY(scope, fields.raw(kScope));
    SERAI_TRY(id, fields.take<Digest>(kId));
    SERAI_TRY(from, fields.take<std::uint64_t>(kFrom));
    SERAI_CHECK(fields.finish());
    if (scope.size() != 1 || scope[0] < 1 || scope[0] > 3) {
        return CodecError::unknown_value;
    }
    return QueryOpeningsStatement{static_cast<OpeningScope>(scope[0]), id, from};
}

}  // namespace serai::protocol::network
