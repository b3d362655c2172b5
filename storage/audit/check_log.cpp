#include "crypto/act/opening.hpp"
#include "crypto/merkle/tree_hash.hpp"
#include "crypto/primitive/hash.hpp"
#include "storage/audit/check_facts.hpp"
#include "storage/audit/right_edge.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/scan.hpp"

#include <algorithm>

namespace serai::storage::audit {
namespace {

namespace entry_type = protocol::message::entry_type;
namespace field = protocol::message::field;
namespace keyspace = kv::keyspace;
using kv::make_key;
using kv::Space;
using protocol::codec::decode_exact;
using protocol::codec::Reader;
using protocol::message::Counter;
using protocol::message::Leaf;
using protocol::message::LeafKind;
using protocol::message::Opening;
using protocol::message::ShownField;
using protocol::network::ActKind;
using protocol::network::Field;

std::string at(std::uint64_t index) {
    return " at leaf " + std::to_string(index);
}

// Takes one opening after another, in the order of the log.
class OpeningReader {
  public:
    OpeningReader(Problems& problems, Facts& facts) : problems_(problems), facts_(facts) {}

    void take(std::uint64_t index, const Leaf& leaf, const Opening& opening) {
        index_ = index;
        opening_ = &opening;
        if (!take_fields()) {
            problems_.add("a field of an opening is withheld" + at(index));
            return;
        }
        take_type();
        if (index == 0) {
            take_genesis();
        }
        if (facts_.genesis &&
            !crypto::act::verify_opening(facts_.genesis->statement.log_origin, leaf, opening)) {
            problems_.add("the opening does not lead to its leaf" + at(index));
        }
        take_counters();
        take_effects();
    }

  private:
    bool take_fields() {
        act_fields_.clear();
        for (const ShownField& shown : opening_->act_fields) {
            if (shown.field() == nullptr) {
                return false;
            }
            act_fields_.push_back(*shown.field());
        }
        return std::ranges::all_of(opening_->server_fields, [](const ShownField& shown) {
            return shown.field() != nullptr;
        });
    }

    void take_type() {
        const Bytes* type = opening_->server_value(field::kType);
        if (type == nullptr) {
            problems_.add("an entry without a type" + at(index_));
            return;
        }
        facts_.types[index_] = std::string{as_text(*type)};
        if (opening_->seal) {
            facts_.acts[opening_->entry_id] = index_;
            if (as_text(*type) != protocol::network::name(opening_->seal->header.kind)) {
                problems_.add("an act of another kind than its entry's" + at(index_));
            }
        }
    }

    void take_genesis() {
        const Bytes* value = opening_->server_value(field::kGenesis);
        const auto genesis =
            decode_exact<protocol::network::SignedGenesis>(value ? *value : Bytes{});
        if (!genesis) {
            problems_.add("leaf 0 is no genesis");
            return;
        }
        facts_.genesis = *genesis;
    }

    void take_counter(Scope scope, const Digest& id, ByteView encoded) {
        const std::pair key{scope, id};
        const auto counter = decode_exact<Counter>(encoded);
        const auto& sequence = facts_.sequences[key];
        if (!counter || counter->counter >= sequence.size() ||
            sequence[counter->counter] != index_ ||
            counter->previous != (counter->counter == 0 ? protocol::message::kNoPrevious
                                                        : sequence[counter->counter - 1])) {
            problems_.add("a counter that does not follow its predecessor" + at(index_));
        }
        facts_.counted.emplace(key, index_);
    }

    void take_counters() {
        for (const ShownField& shown : opening_->server_fields) {
            const Field& content = *shown.field();
            const ByteView value{content.value};
            Digest id{};
            if (content.name.starts_with(field::kPartyCounterPrefix)) {
                const auto code = content.name.substr(field::kPartyCounterPrefix.size());
                take_counter(Scope::party, crypto::sha256(as_bytes(code)), value);
            } else if (content.name == field::kChannelCounter && value.size() > 32) {
                std::ranges::copy(value.first(32), id.begin());
                take_counter(Scope::channel, id, value.subspan(32));
            } else if (content.name == field::kDocumentCounter && value.size() > 16) {
                std::ranges::copy(value.first(16), id.begin());
                take_counter(Scope::document, id, value.subspan(16));
            }
        }
    }

    void take_effects() {
        const std::string& type = facts_.types[index_];
        if (const Bytes* record = opening_->server_value(field::kRecord)) {
            take_record(*record);
        }
        if (type == entry_type::kCertificateSeen) {
            const Bytes* certificate = opening_->server_value(field::kCertificate);
            facts_.certificates[crypto::sha256(certificate ? *certificate : Bytes{})] = index_;
        } else if (type == entry_type::kCrl) {
            take_crl();
        } else if (opening_->seal) {
            take_act(opening_->seal->header.kind);
        }
    }

    void take_record(ByteView value) {
        const auto position = decode_exact<protocol::message::RecordPosition>(value);
        if (!position) {
            problems_.add("a record's position does not decode" + at(index_));
            return;
        }
        auto& records = facts_.records[position->group];
        if (!records.emplace(position->head.n.value(), std::pair{position->head.h, index_})
                 .second) {
            problems_.add("a second entry for one record" + at(index_));
        }
    }

    void take_crl() {
        const Bytes* value = opening_->server_value(field::kCrl);
        Reader reader{value ? ByteView{*value} : ByteView{}};
        const auto party = protocol::network::PartyCode::decode(reader);
        const auto der = reader.vector();
        if (!party || !der) {
            problems_.add("a list of revoked certificates does not decode" + at(index_));
            return;
        }
        facts_.crls[index_] = to_bytes(*der);
    }

    void take_act(ActKind kind) {
        bool good = true;
        if (kind == ActKind::publish_key_packages) {
            const auto statement =
                protocol::network::PublishKeyPackagesStatement::parse(act_fields_);
            good = statement.has_value();
            for (const Digest& reference : good ? statement->references : std::vector<Digest>{}) {
                facts_.published[reference] = index_;
            }
        } else if (kind == ActKind::claim_key_package) {
            for (const ShownField& shown : opening_->server_fields) {
                if (shown.field()->name == field::kKeyPackage) {
                    take_claim(shown.field()->value);
                }
            }
        } else if (kind == ActKind::seal_document) {
            const auto statement = protocol::network::SealDocumentStatement::parse(act_fields_);
            good = statement.has_value();
            if (good) {
                facts_.sealed[{statement->document, statement->version}] = {index_,
                                                                            statement->object,
                                                                            statement->length,
                                                                            statement->digest,
                                                                            statement->marking};
            }
        } else if (kind == ActKind::open_document) {
            const auto statement = protocol::network::OpenDocumentStatement::parse(act_fields_);
            good = statement.has_value();
            if (good) {
                const Bytes* device = opening_->server_value(field::kDevice);
                facts_.opened[index_] = {{statement->document, statement->version},
                                         crypto::sha256(device ? *device : Bytes{})};
            }
        } else if (kind == ActKind::complete_document) {
            const auto statement = protocol::network::CompleteDocumentStatement::parse(act_fields_);
            good = statement.has_value();
            if (good && !facts_.completed.emplace(statement->opened_at.value(), index_).second) {
                problems_.add("an opening was completed twice" + at(index_));
            }
        }
        if (!good) {
            problems_.add("an act's statement does not parse" + at(index_));
        }
    }

    void take_claim(ByteView value) {
        Digest reference{};
        if (value.size() != reference.size()) {
            problems_.add("a claimed key package's reference has another size" + at(index_));
            return;
        }
        std::ranges::copy(value, reference.begin());
        if (!facts_.claimed.insert(reference).second) {
            problems_.add("a key package was handed out twice" + at(index_));
        }
    }

    Problems& problems_;
    Facts& facts_;
    std::uint64_t index_ = 0;
    const Opening* opening_ = nullptr;
    std::vector<Field> act_fields_;
};

Result<TreeHead> read_head(const kv::Store& store, keyspace::Table table, Problems& problems) {
    SERAI_TRY(row, store.get(Space::state, make_key(table)));
    if (!row) {
        return TreeHead{TreeSize{0}, crypto::merkle::empty_root()};
    }
    const auto head = decode_exact<TreeHead>(*row);
    if (!head) {
        problems.add("a record of the tree's head does not decode");
        return TreeHead{};
    }
    return *head;
}

Result<void> check_tiles(const kv::Store& store,
                         const std::vector<FullTile>& filled,
                         std::uint64_t& seen,
                         Problems& problems) {
    for (const FullTile& tile : filled) {
        SERAI_TRY(row, store.get(Space::state, make_key(keyspace::kTile, tile.level, tile.index)));
        if (!row || *row != tile.hashes) {
            problems.add("tile " + std::to_string(tile.level) + "/" + std::to_string(tile.index) +
                         " is missing or holds other hashes");
        }
        ++seen;
    }
    return {};
}

// Leaves, tree and openings in one pass.
class LeafPass {
  public:
    LeafPass(const kv::Store& store, Problems& problems, Facts& facts)
        : store_(store), problems_(problems), facts_(facts), openings_(problems, facts) {}

    Result<void> run() {
        SERAI_TRY(head, read_head(store_, keyspace::kTreeHead, problems_));
        SERAI_TRY(signed_head, read_head(store_, keyspace::kSignedHead, problems_));
        const kv::Key log = make_key(keyspace::kLeavesLog);
        SERAI_TRY(bounds, store_.bounds(log));
        if (bounds.first != 0 || bounds.tail != head.size.value()) {
            problems_.add("the log has " + std::to_string(bounds.tail) + " leaves from " +
                          std::to_string(bounds.first) + " on, its head says " +
                          std::to_string(head.size.value()));
        }
        compare_signed(signed_head);
        for (std::uint64_t index = bounds.first; index < bounds.tail;) {
            SERAI_TRY(page, store_.read(log, index, 1024));
            for (const Bytes& record : page.records) {
                SERAI_CHECK(take(index, record));
                compare_signed(signed_head);
                ++index;
            }
        }
        if (edge_.head() != head) {
            problems_.add("the leaves do not make the recorded root");
        }
        if (signed_head.size > edge_.size()) {
            problems_.add("a checkpoint was signed for more leaves than there are");
        }
        problems_.report().root = edge_.head().root;
        problems_.report().leaves = edge_.size().value();
        return check_counts();
    }

  private:
    Result<void> take(std::uint64_t index, const Bytes& record) {
        std::vector<FullTile> filled;
        edge_.append(crypto::merkle::hash_leaf(record), filled);
        SERAI_CHECK(check_tiles(store_, filled, tiles_, problems_));
        const auto leaf = decode_exact<Leaf>(record);
        if (!leaf) {
            problems_.add("a leaf does not decode" + at(index));
            facts_.leaves.emplace_back();
            return {};
        }
        if (!facts_.leaves.empty() && leaf->time < facts_.leaves.back().time) {
            problems_.add("the time falls" + at(index));
        }
        facts_.leaves.push_back(*leaf);
        if (leaf->kind == LeafKind::governance) {
            facts_.governance.insert(index);
        }
        SERAI_TRY(row, store_.get(Space::openings, make_key(keyspace::kOpening, index)));
        if (!row) {
            facts_.erased.insert(index);
            return {};
        }
        ++problems_.report().openings;
        const auto opening = decode_exact<Opening>(*row);
        if (!opening) {
            problems_.add("an opening does not decode" + at(index));
            return {};
        }
        openings_.take(index, *leaf, *opening);
        return {};
    }

    void compare_signed(const TreeHead& signed_head) {
        if (signed_head.size == edge_.size() && signed_head != edge_.head()) {
            problems_.add("a checkpoint was signed for another tree than the leaves make");
        }
    }

    Result<void> check_counts() {
        problems_.report().erased = facts_.erased.size();
        std::uint64_t tiles = 0;
        std::uint64_t openings = 0;
        SERAI_CHECK(repo::for_each_row(
            store_, make_key(keyspace::kTile), [&](ByteView, ByteView) -> Result<void> {
                ++tiles;
                return {};
            }));
        auto request = kv::ScanRequest::prefix(Space::openings, make_key(keyspace::kOpening));
        for (bool more = true; more;) {
            SERAI_TRY(page, store_.scan(request));
            openings += page.entries.size();
            more = page.more;
            if (more) {
                request = kv::next_page(request, page);
            }
        }
        if (tiles != tiles_) {
            problems_.add("there are tiles that the tree does not have");
        }
        if (openings != problems_.report().openings) {
            problems_.add("there are openings without a leaf");
        }
        return {};
    }

    const kv::Store& store_;
    Problems& problems_;
    Facts& facts_;
    OpeningReader openings_;
    RightEdge edge_;
    std::uint64_t tiles_ = 0;
};

Result<void> read_sequences(const kv::Store& store, Problems& problems, Facts& facts) {
    return repo::for_each_row(
        store, make_key(keyspace::kSequence), [&](ByteView key, ByteView value) -> Result<void> {
            const auto scope = static_cast<Scope>(key[1]);
            auto& sequence = facts.sequences[{scope, repo::bytes_at<32>(key, 2)}];
            if (repo::integer_at(key, 34) != sequence.size()) {
                problems.add("an index of a sequence has a gap");
            }
            Reader reader{value};
            while (!reader.at_end()) {
                const auto leaf = reader.u64();
                if (!leaf || (!sequence.empty() && *leaf <= sequence.back())) {
                    problems.add("an index of a sequence does not rise");
                    break;
                }
                sequence.push_back(*leaf);
            }
            return {};
        });
}

// No index names a leaf whose opening does not say so.
void check_sequences(Problems& problems, const Facts& facts) {
    for (const auto& [key, leaves] : facts.sequences) {
        for (const std::uint64_t leaf : leaves) {
            if (!facts.erased.contains(leaf) && !facts.counted.contains({key, leaf})) {
                problems.add("an index names an entry that is not of its sequence" + at(leaf));
            }
        }
    }
}

}  // namespace

Result<void> check_log(const kv::Store& store, Problems& problems, Facts& facts) {
    SERAI_CHECK(read_sequences(store, problems, facts));
    SERAI_CHECK((LeafPass{store, problems, facts}.run()));
    check_sequences(problems, facts);
    std::set<std::uint64_t> governance;
    SERAI_CHECK(repo::for_each_row(
        store, make_key(keyspace::kGovernance), [&](ByteView key, ByteView) -> Result<void> {
            governance.insert(repo::integer_at(key, 1));
            return {};
        }));
    if (governance != facts.governance) {
        problems.add("the index of governance is not what the leaves say");
    }
    return {};
}

}  // namespace serai::storage::audit
