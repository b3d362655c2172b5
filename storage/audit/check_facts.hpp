// What the leaves and openings of a log say, for the consistency check to compare the other records with.
#pragma once

#include "protocol/message/audit.hpp"
#include "protocol/message/record.hpp"
#include "protocol/network/genesis.hpp"
#include "protocol/network/statement.hpp"
#include "storage/audit/consistency_check.hpp"
#include "storage/audit/sequence.hpp"
#include "storage/kv/store.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace serai::storage::audit {

// The report under construction.
class Problems {
  public:
    explicit Problems(CheckReport& report) : report_(report) {}

    [[nodiscard]] CheckReport& report() { return report_; }

    // A sentence; those beyond kMaxProblems are dropped.
    void add(std::string sentence) {
        if (report_.problems.size() < kMaxProblems) {
            report_.problems.push_back(std::move(sentence));
        }
    }

    // Adds the sentence unless `holds`; counts an effect that has its leaf otherwise.
    bool expect(bool holds, const std::string& sentence) {
        if (!holds) {
            add(sentence);
        } else {
            ++report_.effects;
        }
        return holds;
    }

  private:
    CheckReport& report_;
};

struct SealedFact {
    std::uint64_t leaf = 0;
    ObjectId object;
    std::uint64_t length = 0;
    Digest digest{};
    Digest marking{};
};

using DocumentVersion = std::pair<protocol::network::DocumentId, std::uint32_t>;

struct OpenedFact {
    DocumentVersion version;
    Digest device{};  // device key
};

struct Facts {
    std::vector<protocol::message::Leaf> leaves;
    std::set<std::uint64_t> erased;  // leaves without an opening: what they said is not known
    std::optional<protocol::network::SignedGenesis> genesis;

    // Leaves by counter, as the store's indices have them; the openings must say the same, and those that were erased are known
    // from here alone.
    std::map<std::pair<Scope, Digest>, std::vector<std::uint64_t>> sequences;
    std::set<std::pair<std::pair<Scope, Digest>, std::uint64_t>>
        counted;  // sequence and leaf, by the openings
    std::set<std::uint64_t> governance;
    std::map<EntryId, std::uint64_t> acts;
    std::map<std::uint64_t, std::string> types;
    // By group: the record's chain head and its leaf.
    std::map<GroupId, std::map<std::uint64_t, std::pair<Digest, std::uint64_t>>> records;
    std::map<Digest, std::uint64_t> published;  // key package references
    std::set<Digest> claimed;
    std::map<DocumentVersion, SealedFact> sealed;
    std::map<std::uint64_t, OpenedFact> opened;
    std::map<std::uint64_t, std::uint64_t>
        completed;                                 // leaf of the opening, leaf of the completion
    std::map<Digest, std::uint64_t> certificates;  // by SHA-256
    std::map<std::uint64_t, Bytes> crls;           // DER

    // Whether the log has a leaf at `index` whose entry is of this type, or one that was erased.
    [[nodiscard]] bool has(std::uint64_t index, std::string_view type) const {
        if (erased.contains(index)) {
            return true;
        }
        const auto found = types.find(index);
        return found != types.end() && found->second == type;
    }

    // Whether this receipt is of this log.
    [[nodiscard]] bool has(const protocol::message::Receipt& receipt) const {
        return receipt.index.value() < leaves.size() &&
               leaves[receipt.index.value()] == receipt.leaf;
    }
};

// Reads leaves, tiles, openings and the indices of sequences. The store's errors only.
Result<void> check_log(const kv::Store& store, Problems& problems, Facts& facts);

// Compares all else with the facts.
Result<void> check_channels(const kv::Store& store, Problems& problems, const Facts& facts);
Result<void> check_effects(const kv::Store& store, Problems& problems, const Facts& facts);

}  // namespace serai::storage::audit
