#include "crypto/act/opening.hpp"

#include "crypto/act/signed_act.hpp"
#include "tests/crypto/x509/test_ca.hpp"

#include <gtest/gtest.h>

#include <set>

namespace serai::crypto::act {
namespace {

using protocol::message::ActReceipt;
using protocol::message::Leaf;
using protocol::message::Opening;
using protocol::network::Act;
using protocol::network::Field;
using protocol::network::NamedValue;

const std::string kOrigin = "log.example/audit";

class OpeningTest : public testing::Test {
  protected:
    OpeningTest() {
        const auto key = ed25519_generate();
        const ActSigner signer{{Bytes{1, 2, 3}}, key.private_key};
        act_ = sign_act({NetworkId{}, kOrigin},
                        protocol::network::ActKind::open_document,
                        {{"group", Bytes(32, 7)}, {"document", Bytes(16, 8)}},
                        signer,
                        tests::kTestNow);
        opening_ = open_act(act_,
                            with_salts({{"type", to_bytes(as_bytes("open-document"))},
                                        {"seal", to_bytes(seal_hash(act_.seal))},
                                        {"party:UZ", Bytes(16, 1)}}));
        leaf_ = leaf_of(opening_);
    }

    static Leaf leaf_of(const Opening& opening) {
        return {protocol::message::LeafKind::event,
                leaf_time(tests::kTestNow),
                opening.entry_id,
                commitment_of(kOrigin, opening)};
    }

    Result<void> verify(const Opening& opening) const {
        return verify_opening(kOrigin, leaf_, opening);
    }

    static Field& field_at(Opening& opening, FieldOwner owner, std::size_t i) {
        auto& fields = owner == FieldOwner::act ? opening.act_fields : opening.server_fields;
        return std::get<Field>(fields.at(i).content);
    }

    Act act_;
    Opening opening_;
    Leaf leaf_;
};

TEST_F(OpeningTest, is_accepted_beside_its_leaf) {
    EXPECT_TRUE(verify(opening_));
}

TEST_F(OpeningTest, is_refused_when_anything_in_a_field_changed) {
    const auto refuses = [&](FieldOwner owner, std::size_t i) {
        auto changed = opening_;
        field_at(changed, owner, i).value.push_back(0);
        EXPECT_EQ(verify(changed).error(), ActError::commitment_mismatch);
        changed = opening_;
        field_at(changed, owner, i).name += "x";
        EXPECT_EQ(verify(changed).error(), ActError::commitment_mismatch);
        changed = opening_;
        field_at(changed, owner, i).salt[0] ^= 1;
        EXPECT_EQ(verify(changed).error(), ActError::commitment_mismatch);
    };
    for (std::size_t i = 0; i < opening_.act_fields.size(); ++i) {
        refuses(FieldOwner::act, i);
    }
    for (std::size_t i = 0; i < opening_.server_fields.size(); ++i) {
        refuses(FieldOwner::server, i);
    }
}

TEST_F(OpeningTest, is_refused_when_fields_are_dropped_added_or_reordered) {
    auto changed = opening_;
    changed.server_fields.pop_back();
    EXPECT_EQ(verify(changed).error(), ActError::commitment_mismatch);
    changed = opening_;
    changed.server_fields.push_back(changed.server_fields.back());
    EXPECT_EQ(verify(changed).error(), ActError::commitment_mismatch);
    changed = opening_;
    std::swap(changed.act_fields[0], changed.act_fields[1]);
    EXPECT_EQ(verify(changed).error(), ActError::commitment_mismatch);
    // A field cannot move from the server's part to the device's.
    changed = opening_;
    changed.act_fields.push_back(changed.server_fields.front());
    changed.server_fields.erase(changed.server_fields.begin());
    EXPECT_EQ(verify(changed).error(), ActError::commitment_mismatch);
}

TEST_F(OpeningTest, is_refused_beside_another_entrys_leaf_or_in_another_log) {
    auto other = leaf_;
    other.entry_id = EntryId{{1}};
    EXPECT_EQ(verify_opening(kOrigin, other, opening_).error(), ActError::entry_mismatch);
    EXPECT_EQ(verify_opening("other.example", leaf_, opening_).error(),
              ActError::commitment_mismatch);
}

TEST_F(OpeningTest, leads_to_the_same_leaf_whichever_fields_are_withheld) {
    // Every subset of the fields but those that name the seal.
    for (unsigned mask = 0; mask < 16; ++mask) {
        unsigned k = 0;
        const auto withheld = withhold(kOrigin, opening_, [&](FieldOwner, const Field& field) {
            return field.name != "seal" && ((mask >> k++) & 1U) != 0;
        });
        EXPECT_TRUE(verify(withheld)) << mask;
        EXPECT_EQ(commitment_of(kOrigin, withheld), leaf_.commit);
    }
}

TEST_F(OpeningTest, shows_nothing_of_a_withheld_field) {
    const auto withheld = withhold(
        kOrigin, opening_, [](FieldOwner owner, const Field&) { return owner == FieldOwner::act; });
    for (const auto& field : withheld.act_fields) {
        EXPECT_EQ(field.field(), nullptr);
    }
    EXPECT_NE(withheld.server_value("type"), nullptr);
    EXPECT_EQ(to_hex(protocol::codec::encode(withheld)).find(to_hex(Bytes(32, 7))),
              std::string::npos);
}

TEST_F(OpeningTest, cannot_be_given_another_act) {
    auto changed = opening_;
    changed.seal->signature[0] ^= 1;
    EXPECT_EQ(verify(changed).error(), ActError::seal_mismatch);
    changed = opening_;
    changed.seal->header.act_id = EntryId{{9}};
    EXPECT_EQ(verify(changed).error(), ActError::entry_mismatch);
    changed = opening_;
    changed.seal.reset();
    EXPECT_EQ(verify(changed).error(), ActError::seal_mismatch);
    const auto without_name = withhold(
        kOrigin, opening_, [](FieldOwner, const Field& field) { return field.name == "seal"; });
    EXPECT_EQ(verify(without_name).error(), ActError::seal_mismatch);
}

TEST_F(OpeningTest, of_an_event_has_no_act) {
    const auto event = open_event(EntryId{{4}}, with_salts({{"type", Bytes{1}}}));
    EXPECT_TRUE(verify_opening(kOrigin, leaf_of(event), event));
    auto with_act = event;
    with_act.seal = act_.seal;
    with_act.seal->header.act_id = event.entry_id;
    EXPECT_EQ(verify_opening(kOrigin, leaf_of(event), with_act).error(), ActError::seal_mismatch);
}

TEST_F(OpeningTest, of_an_act_can_be_shown_as_a_receipt) {
    const ActReceipt good{{LogIndex{5}, leaf_}, act_, server_field_hashes(kOrigin, opening_)};
    EXPECT_TRUE(verify_act_receipt(kOrigin, good));

    auto changed = good;
    changed.act.fields[0].value[0] ^= 1;
    EXPECT_EQ(verify_act_receipt(kOrigin, changed).error(), ActError::commitment_mismatch);
    changed = good;
    changed.server_field_hashes.pop_back();
    EXPECT_EQ(verify_act_receipt(kOrigin, changed).error(), ActError::commitment_mismatch);
    changed = good;
    changed.receipt.leaf.commit[0] ^= 1;
    EXPECT_EQ(verify_act_receipt(kOrigin, changed).error(), ActError::commitment_mismatch);
    changed = good;
    changed.act.seal.header.act_id = EntryId{{9}};
    EXPECT_EQ(verify_act_receipt(kOrigin, changed).error(), ActError::entry_mismatch);
}

TEST(Salts, are_all_different) {
    protocol::network::NamedValues values(20, NamedValue{"same", Bytes{1}});
    std::set<Digest> salts;
    for (const auto& field : with_salts(values)) {
        salts.insert(field.salt);
    }
    EXPECT_EQ(salts.size(), 20U);
}

}  // namespace
}  // namespace serai::crypto::act
