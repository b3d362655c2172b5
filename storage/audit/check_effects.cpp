#include "crypto/primitive/hash.hpp"
#include "storage/audit/audit_log.hpp"
#include "storage/audit/check_facts.hpp"
#include "storage/commit/request_window.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/directory_rows.hpp"
#include "storage/repo/document_rows.hpp"
#include "storage/repo/documents.hpp"
#include "storage/repo/network_state.hpp"
#include "storage/repo/scan.hpp"

#include <algorithm>

namespace serai::storage::audit {
namespace {

namespace entry_type = protocol::message::entry_type;
namespace keyspace = kv::keyspace;
using kv::make_key;
using kv::Space;
using protocol::codec::decode_exact;
using protocol::codec::Reader;
using protocol::network::ActKind;
using protocol::network::DocumentId;
using protocol::network::name;
using repo::bytes_at;
using repo::for_each_row;
using repo::integer_at;

class EffectCheck {
  public:
    EffectCheck(const kv::Store& store, Problems& problems, const Facts& facts)
        : store_(store), problems_(problems), facts_(facts) {}

    Result<void> run() {
        SERAI_CHECK(check_acts());
        SERAI_CHECK(check_verdicts());
        SERAI_CHECK(check_key_packages());
        SERAI_CHECK(check_last_resorts());
        SERAI_CHECK(check_versions());
        SERAI_CHECK(check_accesses());
        SERAI_CHECK(check_crls());
        SERAI_CHECK(check_certificates());
        return check_refusals();
    }

  private:
    // Calls check(key, value) for every row of a table; a row that makes it return false is a problem.
    template <class Check>
    Result<void> each(keyspace::Table table, const std::string& sentence, Check check) {
        return for_each_row(
            store_, make_key(table), [&](ByteView key, ByteView value) -> Result<void> {
                problems_.expect(check(key, value), sentence);
                return {};
            });
    }

    [[nodiscard]] static std::optional<std::uint64_t> leaf_in(ByteView value) {
        return value.size() == 8 ? std::optional{integer_at(value, 0)} : std::nullopt;
    }

    Result<void> check_once(const Digest& key, std::uint64_t leaf, const std::string& sentence) {
        SERAI_TRY(row, store_.get(Space::state, make_key(keyspace::kOnce, ByteView{key})));
        problems_.expect(row && leaf_in(*row) == leaf, sentence);
        return {};
    }

    // What may happen once is taken by the leaf that says it happened; nothing is taken by a leaf that is not there.
    Result<void> check_acts() {
        for (const auto& [id, leaf] : facts_.acts) {
            SERAI_CHECK(check_once(AuditLog::once_key("act", id.value()),
                                   leaf,
                                   "an act's id is not taken by its leaf"));
        }
        for (const auto& [reference, leaf] : facts_.published) {
            SERAI_CHECK(check_once(AuditLog::once_key("key-package", reference),
                                   leaf,
                                   "a key package's reference is not taken by its leaf"));
        }
        for (const auto& [opened, leaf] : facts_.completed) {
            const kv::Key access = make_key(keyspace::kAccess, opened);
            SERAI_CHECK(check_once(AuditLog::once_key("completion", access),
                                   leaf,
                                   "a completion is not taken by its leaf"));
        }
        return each(keyspace::kOnce, "a name is taken by no leaf", [&](ByteView, ByteView value) {
            const auto leaf = leaf_in(value);
            return leaf && *leaf < facts_.leaves.size();
        });
    }

    Result<void> check_verdicts() {
        return each(
            keyspace::kVerdict, "a kept verdict has no leaf", [&](ByteView, ByteView value) {
                const auto verdicts = commit::decode_verdict_row(value);
                return verdicts &&
                       std::ranges::all_of(*verdicts, [&](const commit::KeptVerdict& verdict) {
                           return !verdict.leaf || verdict.leaf->value() < facts_.leaves.size();
                       });
            });
    }

    Result<void> check_key_packages() {
        return each(keyspace::kKeyPackage,
                    "a key package was never published, or was handed out",
                    [&](ByteView key, ByteView value) {
                        const auto row = decode_exact<repo::KeyPackageRow>(value);
                        const std::uint64_t leaf = integer_at(key, 65);
                        if (!row || facts_.claimed.contains(row->reference)) {
                            return false;
                        }
                        const auto found = facts_.published.find(row->reference);
                        return facts_.erased.contains(leaf) ||
                               (found != facts_.published.end() && found->second == leaf);
                    });
    }

    Result<void> check_last_resorts() {
        return each(
            keyspace::kLastResort,
            "a key package of last resort was never published",
            [&](ByteView, ByteView value) {
                const auto row = decode_exact<repo::KeyPackageRow>(value);
                return row && (!facts_.erased.empty() || facts_.published.contains(row->reference));
            });
    }

    Result<void> check_versions() {
        std::map<DocumentId, std::uint32_t> newest;
        SERAI_CHECK(each(keyspace::kVersion,
                         "a version of a document does not fit the act that sealed it",
                         [&](ByteView key, ByteView value) {
                             const DocumentId document{bytes_at<16>(key, 1)};
                             const auto number = static_cast<std::uint32_t>(integer_at(key, 17, 4));
                             const bool dense = number == ++newest[document];
                             const auto version = decode_exact<repo::Version>(value);
                             return dense && version && is_sealed(document, number, *version);
                         }));
        for (const auto& [id, fact] : facts_.sealed) {
            const kv::Key key = make_key(keyspace::kVersion, id.first, id.second);
            SERAI_TRY(row, store_.get(Space::state, key));
            problems_.expect(row.has_value(), "a sealed version is not there");
        }
        return each(keyspace::kSealedObject,
                    "a sealed object has no version",
                    [&](ByteView key, ByteView value) {
                        const auto row = decode_exact<repo::SealedRow>(value);
                        const auto fact = row ? facts_.sealed.find({row->document, row->version})
                                              : facts_.sealed.end();
                        return !facts_.erased.empty() ||
                               (fact != facts_.sealed.end() &&
                                fact->second.object.value() == bytes_at<16>(key, 1));
                    });
    }

    [[nodiscard]] bool is_sealed(const DocumentId& document,
                                 std::uint32_t number,
                                 const repo::Version& version) const {
        if (facts_.erased.contains(version.leaf.value())) {
            return true;
        }
        const auto found = facts_.sealed.find({document, number});
        if (found == facts_.sealed.end()) {
            return false;
        }
        const SealedFact& fact = found->second;
        return fact.leaf == version.leaf.value() && fact.object == version.object &&
               fact.length == version.length && fact.digest == version.digest &&
               fact.marking == version.marking;
    }

    Result<void> check_accesses() {
        std::uint64_t accesses = 0;
        SERAI_CHECK(
            each(keyspace::kAccess,
                 "an access to a document has no leaf",
                 [&](ByteView key, ByteView value) {
                     ++accesses;
                     const std::uint64_t leaf = integer_at(key, 1);
                     const auto row = decode_exact<repo::AccessRow>(value);
                     return row && was_opened(leaf, {row->document, row->version}, row->device);
                 }));
        if (facts_.erased.empty() && accesses != facts_.opened.size()) {
            problems_.add("the accesses are not as many as the acts of opening");
        }
        return each(keyspace::kGrant, "a grant has no leaf", [&](ByteView, ByteView value) {
            const auto grant = decode_exact<repo::GrantState>(value);
            return grant && was_opened(grant->leaf.value(),
                                       {grant->document, grant->version},
                                       commit::device_key(grant->device));
        });
    }

    [[nodiscard]] bool was_opened(std::uint64_t leaf,
                                  const DocumentVersion& what,
                                  const Digest& device) const {
        if (facts_.erased.contains(leaf)) {
            return true;
        }
        const auto found = facts_.opened.find(leaf);
        return found != facts_.opened.end() && found->second.version == what &&
               found->second.device == device;
    }

    Result<void> check_crls() {
        return each(keyspace::kCrl,
                    "a list of revoked certificates is not in the log",
                    [&](ByteView, ByteView value) {
                        const auto row = decode_exact<repo::CrlRow>(value);
                        const auto found =
                            row ? facts_.crls.find(row->leaf.value()) : facts_.crls.end();
                        return found != facts_.crls.end() && found->second == row->der;
                    });
    }

    Result<void> check_certificates() {
        for (const auto& [hash, leaf] : facts_.certificates) {
            const kv::Key key = make_key(keyspace::kCertificate, ByteView{hash});
            SERAI_TRY(row, store_.get(Space::state, key));
            problems_.expect(row && leaf_in(*row) == leaf,
                             "a certificate's first use is not noted");
        }
        return each(keyspace::kCertificate,
                    "a certificate was noted without a leaf",
                    [&](ByteView, ByteView value) {
                        const auto leaf = leaf_in(value);
                        return leaf && facts_.has(*leaf, entry_type::kCertificateSeen);
                    });
    }

    Result<void> check_refusals() {
        return each(keyspace::kRefusal, "refusals without a leaf", [&](ByteView, ByteView value) {
            const auto row = decode_exact<repo::RefusalRow>(value);
            return row && row->count > 0 && facts_.has(row->leaf, entry_type::kRefused);
        });
    }

    const kv::Store& store_;
    Problems& problems_;
    const Facts& facts_;
};

}  // namespace

Result<void> check_effects(const kv::Store& store, Problems& problems, const Facts& facts) {
    return EffectCheck{store, problems, facts}.run();
}

}  // namespace serai::storage::audit
