// tests/vectors/audit_vectors.json: the formats of docs/audit-log-format.md as somebody else computed them.
#include "crypto/act/channel_chain.hpp"
#include "crypto/act/commitment.hpp"
#include "crypto/act/opening.hpp"
#include "tests/crypto/merkle/vectors.hpp"

namespace serai::crypto::act {
namespace {

using protocol::message::Leaf;
using protocol::network::Field;
using tests::digest_of;
using tests::hex_of;
using tests::number_of;
using tests::text_of;

EntryId entry_id_of(const boost::json::value& value) {
    return EntryId{*array_from_hex<16>(text_of(value))};
}

std::vector<Field> fields_of(const boost::json::value& value) {
    std::vector<Field> fields;
    for (const auto& item : value.as_array()) {
        fields.push_back(
            {text_of(item.at("name")), hex_of(item.at("value")), *digest_of(item.at("salt"))});
    }
    return fields;
}

std::vector<Digest> hashes_of(const boost::json::value& value) {
    std::vector<Digest> hashes;
    for (const auto& item : value.as_array()) {
        hashes.push_back(*digest_of(item.at("hash")));
    }
    return hashes;
}

class AuditVectors : public testing::Test {
  protected:
    boost::json::value file_ = tests::load_vectors("audit_vectors.json");
};

TEST_F(AuditVectors, entries_lead_to_their_leaves) {
    for (const auto& v : file_.at("entries").as_array()) {
        const auto origin = text_of(v.at("origin"));
        const EntryContext entry{origin, entry_id_of(v.at("entry_id"))};
        const auto act = fields_of(v.at("act_fields"));
        const auto server = fields_of(v.at("server_fields"));

        const auto act_hashes = field_hashes(entry, 0, act);
        const auto server_hashes =
            field_hashes(entry, static_cast<std::uint16_t>(act.size()), server);
        EXPECT_EQ(act_hashes, hashes_of(v.at("act_fields")));
        EXPECT_EQ(server_hashes, hashes_of(v.at("server_fields")));
        EXPECT_EQ(act_root(act_hashes), *digest_of(v.at("act_root")));
        const auto commit = commitment(entry, act_root(act_hashes), server_hashes);
        EXPECT_EQ(commit, *digest_of(v.at("commit")));

        const Leaf leaf{protocol::message::LeafKind::event,
                        leaf_time(UnixSeconds{number_of(v.at("time")) + 59}),
                        entry.entry_id,
                        commit};
        EXPECT_EQ(to_hex(leaf_bytes(leaf)), text_of(v.at("leaf")));
        EXPECT_EQ(leaf_hash(leaf), *digest_of(v.at("leaf_hash")));
    }
}

TEST_F(AuditVectors, a_signature_covers_these_bytes) {
    const auto& v = file_.at("sign_content");
    const auto& entry = file_.at("entries").as_array().at(0);
    protocol::network::ActHeader header{.kind = protocol::network::ActKind::open_document,
                                        .network_id = NetworkId{*digest_of(v.at("network_id"))},
                                        .origin = text_of(entry.at("origin")),
                                        .act_id = entry_id_of(entry.at("entry_id")),
                                        .certificate_hash = *digest_of(v.at("certificate_hash")),
                                        .time = UnixSeconds{number_of(v.at("time"))},
                                        .not_after = UnixSeconds{number_of(v.at("not_after"))},
                                        .predecessor_state = std::nullopt};
    const auto root = *digest_of(v.at("act_root"));
    EXPECT_EQ(to_hex(protocol::network::sign_content(header, root)), text_of(v.at("content")));
    header.predecessor_state = digest_of(v.at("predecessor_state"));
    EXPECT_EQ(to_hex(protocol::network::sign_content(header, root)),
              text_of(v.at("content_with_predecessor")));
}

TEST_F(AuditVectors, records_make_their_chain) {
    const auto& v = file_.at("channel");
    const GroupId group{*digest_of(v.at("group"))};
    Digest head{};
    RecordNumber n;
    for (const auto& record : v.at("records").as_array()) {
        head = chain_hash(group, n, head, hex_of(record.at("record")));
        EXPECT_EQ(head, *digest_of(record.at("hash"))) << n.value();
        n = next(n);
    }
}

TEST_F(AuditVectors, a_group_is_named_by_its_founding) {
    const auto& v = file_.at("group_id");
    EXPECT_EQ(group_id_of(NetworkId{*digest_of(v.at("network_id"))}, *digest_of(v.at("leaf_hash")))
                  .value(),
              *digest_of(v.at("group")));
}

}  // namespace
}  // namespace serai::crypto::act
