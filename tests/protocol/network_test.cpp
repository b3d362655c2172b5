// What the decoders of the network's structures demand beyond their shape, and the statements inside acts.
#include "protocol/network/statement.hpp"
#include "tests/protocol/arbitrary.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace serai::tests {
namespace {

using namespace protocol;
using namespace protocol::network;

template <class T>
T some(std::uint64_t seed = 11) {
    Random random{seed};
    return arbitrary<T>(random);
}

template <class T>
bool is_taken(const T& value) {
    return codec::decode_exact<T>(codec::encode(value)).has_value();
}

Genesis two_parties() {
    auto genesis = some<Genesis>();
    genesis.parties = {some<Party>(1), some<Party>(2)};
    genesis.parties[0].code = *PartyCode::parse("KZ");
    genesis.parties[1].code = *PartyCode::parse("UZ");
    genesis.parties[0].trust_domain = "kz.example";
    genesis.parties[1].trust_domain = "uz.example";
    return genesis;
}

TEST(Genesis, wants_distinct_ordered_parties) {
    EXPECT_TRUE(is_taken(two_parties()));

    auto swapped = two_parties();
    std::swap(swapped.parties[0], swapped.parties[1]);
    EXPECT_FALSE(is_taken(swapped));

    auto same_code = two_parties();
    same_code.parties[1].code = same_code.parties[0].code;
    EXPECT_FALSE(is_taken(same_code));

    auto same_domain = two_parties();
    same_domain.parties[1].trust_domain = same_domain.parties[0].trust_domain;
    EXPECT_FALSE(is_taken(same_domain)) << "two parties must never share a trust domain";

    auto none = two_parties();
    none.parties.clear();
    EXPECT_FALSE(is_taken(none));
}

TEST(Genesis, finds_parties_by_code_and_by_domain) {
    const Genesis genesis = two_parties();

    EXPECT_EQ(genesis.party(*PartyCode::parse("UZ")), &genesis.parties[1]);
    EXPECT_EQ(genesis.party_of_domain("kz.example"), &genesis.parties[0]);
    EXPECT_EQ(genesis.party(*PartyCode::parse("TM")), nullptr);
    EXPECT_EQ(genesis.party_of_domain("tm.example"), nullptr);
}

TEST(SignedGenesis, wants_a_signature_of_every_party) {
    SignedGenesis genesis{two_parties(), {}};
    EXPECT_FALSE(is_taken(genesis));

    genesis.signatures = {{genesis.statement.parties[0].code, Bytes(64)}};
    EXPECT_FALSE(is_taken(genesis));

    genesis.signatures.push_back({genesis.statement.parties[1].code, Bytes(64)});
    EXPECT_TRUE(is_taken(genesis));

    std::swap(genesis.signatures[0], genesis.signatures[1]);
    EXPECT_FALSE(is_taken(genesis));
}

TEST(Party, wants_a_bundle_and_a_lower_case_domain) {
    auto party = some<Party>();
    party.bundle.clear();
    EXPECT_FALSE(is_taken(party));

    party = some<Party>();
    party.trust_domain = "KZ.example";
    EXPECT_FALSE(is_taken(party));
}

TEST(ChannelRules, want_ascending_parties_and_roles) {
    ChannelRules rules;
    rules.parties = {*PartyCode::parse("KZ"), *PartyCode::parse("UZ")};
    rules.roles = {Role::focal_point, Role::registrar};
    EXPECT_TRUE(is_taken(rules));

    auto repeated = rules;
    repeated.parties = {rules.parties[0], rules.parties[0]};
    EXPECT_FALSE(is_taken(repeated));

    auto unordered = rules;
    std::swap(unordered.roles[0], unordered.roles[1]);
    EXPECT_FALSE(is_taken(unordered));
}

TEST(Marking, of_h3_wants_its_conditions) {
    auto marking = some<message::Marking>();
    marking.handling = message::Handling::h3;
    EXPECT_TRUE(is_taken(marking));

    marking.conditions.clear();
    EXPECT_FALSE(is_taken(marking));
}

TEST(Marking, wants_grades_that_exist) {
    auto marking = some<message::Marking>();
    marking.source_grade = 'D';
    EXPECT_FALSE(is_taken(marking));

    marking = some<message::Marking>();
    marking.information_grade = 5;
    EXPECT_FALSE(is_taken(marking));
    marking.information_grade = 0;
    EXPECT_FALSE(is_taken(marking));
}

TEST(Marking, has_names_that_lead_back) {
    for (std::uint8_t i = 1; i <= 5; ++i) {
        const auto tlp = static_cast<message::Tlp>(i);
        EXPECT_EQ(*message::tlp_from_name(message::name(tlp)), tlp);
    }
    for (std::uint8_t i = 1; i <= 4; ++i) {
        const auto handling = static_cast<message::Handling>(i);
        EXPECT_EQ(*message::handling_from_name(message::name(handling)), handling);
    }
    EXPECT_FALSE(message::tlp_from_name("TLP:WHITE").has_value()) << "of TLP 1.0";
}

TEST(SignContent, is_another_for_every_part_of_the_header_and_for_the_root) {
    const auto header = some<ActHeader>();
    const Digest root = some<Digest>();
    const Bytes content = sign_content(header, root);

    auto other_kind = header;
    other_kind.kind = header.kind == ActKind::admit ? ActKind::expel : ActKind::admit;
    auto other_network = header;
    other_network.network_id = some<NetworkId>(12);
    auto other_id = header;
    other_id.act_id = some<EntryId>(13);
    auto other_time = header;
    other_time.time = UnixSeconds{header.time.value() + 1};

    EXPECT_NE(sign_content(other_kind, root), content);
    EXPECT_NE(sign_content(other_network, root), content);
    EXPECT_NE(sign_content(other_id, root), content);
    EXPECT_NE(sign_content(other_time, root), content);
    EXPECT_NE(sign_content(header, some<Digest>(14)), content);
}

TEST(SignContent, begins_with_a_label_of_the_kind) {
    auto header = some<ActHeader>();
    header.kind = ActKind::open_document;
    const Bytes content = sign_content(header, Digest{});

    codec::Reader reader{content};
    EXPECT_EQ(*reader.text(64), "Serai 1.0 open-document");
}

// A statement as the fields of an act, salts drawn.
template <class Statement>
std::vector<Field> fields_of(const Statement& statement, Random& random) {
    std::vector<Field> fields;
    for (const NamedValue& named : statement.values()) {
        fields.push_back({std::string{named.name}, named.value, arbitrary<Digest>(random)});
    }
    return fields;
}

// Round trip, and each way in which the fields can be others than those of the kind.
template <class Statement>
void check_statement(Statement statement) {
    SCOPED_TRACE(name(Statement::kKind));
    Random random{3};
    const std::vector<Field> fields = fields_of(statement, random);
    const auto parsed = Statement::parse(fields);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->values(), statement.values());

    for (std::size_t i = 0; i < fields.size(); ++i) {
        auto renamed = fields;
        renamed[i].name += "x";
        EXPECT_FALSE(Statement::parse(renamed).has_value()) << "renamed " << fields[i].name;
        auto longer = fields;
        longer[i].value.push_back(0);
        EXPECT_FALSE(Statement::parse(longer).has_value()) << "longer " << fields[i].name;
        auto shorter = fields;
        shorter[i].value.pop_back();
        EXPECT_FALSE(Statement::parse(shorter).has_value()) << "shorter " << fields[i].name;
    }
    auto superfluous = fields;
    superfluous.push_back({"more", {}, {}});
    EXPECT_FALSE(Statement::parse(superfluous).has_value());
    auto missing = fields;
    missing.pop_back();
    EXPECT_FALSE(Statement::parse(missing).has_value());
}

TEST(Statements, are_exactly_the_fields_of_their_kind) {
    const auto group = some<GroupId>();
    const auto subject = some<PersonId>();
    check_statement(PublishKeyPackagesStatement{{some<Digest>()}});
    check_statement(ClaimKeyPackageStatement{group, subject});
    check_statement(FoundChannelStatement{some<ChannelRules>()});
    check_statement(AdmitStatement{group, subject});
    check_statement(ExpelStatement{group, subject});
    check_statement(SealDocumentStatement{
        group, DocumentId{}, 1, some<ObjectId>(), 77, some<Digest>(1), some<Digest>(2)});
    check_statement(OpenDocumentStatement{group, DocumentId{}, 2});
    check_statement(CompleteDocumentStatement{group, DocumentId{}, 2, LogIndex{9}, some<Digest>()});
    check_statement(QueryOpeningsStatement{OpeningScope::document, some<Digest>(), 4});
    check_statement(RestoreStatement{group, SpiffeId{subject, "laptop"}});
    check_statement(ReportStatement{group, RecordNumber{7}, some<Digest>()});
}

TEST(Statements, of_sealing_refuse_unmarked_material_and_version_zero) {
    Random random{3};
    SealDocumentStatement seal{GroupId{}, DocumentId{}, 1, ObjectId{}, 1, Digest{}, Digest{}};
    EXPECT_FALSE(SealDocumentStatement::parse(fields_of(seal, random)).has_value());

    seal.marking[0] = 1;
    EXPECT_TRUE(SealDocumentStatement::parse(fields_of(seal, random)).has_value());

    seal.version = 0;
    EXPECT_FALSE(SealDocumentStatement::parse(fields_of(seal, random)).has_value());
}

TEST(Statements, of_queries_refuse_an_unknown_scope) {
    Random random{3};
    auto fields = fields_of(QueryOpeningsStatement{}, random);
    fields[0].value = {4};
    EXPECT_FALSE(QueryOpeningsStatement::parse(fields).has_value());
}

TEST(ActKinds, have_each_a_name_of_their_own) {
    std::set<std::string_view> names;
    for (std::uint16_t value = 1; value <= EnumRange<ActKind>::kLast; ++value) {
        names.insert(network::name(static_cast<ActKind>(value)));
    }
    EXPECT_EQ(names.size(), EnumRange<ActKind>::kLast);
}

}  // namespace
}  // namespace serai::tests
