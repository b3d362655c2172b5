#include "protocol/network/party.hpp"
#include "protocol/network/spiffe_id.hpp"

#include <gtest/gtest.h>

namespace serai::protocol::network {
namespace {

TEST(SpiffeId, names_party_role_person_and_device) {
    const auto id = SpiffeId::parse("spiffe://uz.pve.example/focal-point/person-1/laptop");

    ASSERT_TRUE(id.has_value());
    EXPECT_EQ(id->person.trust_domain, "uz.pve.example");
    EXPECT_EQ(id->person.role, Role::focal_point);
    EXPECT_EQ(id->person.person, "person-1");
    EXPECT_EQ(id->device, "laptop");
    EXPECT_EQ(id->to_string(), "spiffe://uz.pve.example/focal-point/person-1/laptop");
    EXPECT_EQ(id->person.to_string(), "spiffe://uz.pve.example/focal-point/person-1");
}

class RefusedSpiffeId : public testing::TestWithParam<std::string> {};

TEST_P(RefusedSpiffeId, is_refused) {
    EXPECT_FALSE(SpiffeId::parse(GetParam()).has_value()) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(SpiffeId,
                         RefusedSpiffeId,
                         testing::Values("",
                                         "spiffe://",
                                         "https://uz.pve.example/focal-point/person-1/laptop",
                                         "SPIFFE://uz.pve.example/focal-point/person-1/laptop",
                                         "spiffe://uz.pve.example/focal-point/person-1",
                                         "spiffe://uz.pve.example/focal-point/person-1/laptop/",
                                         "spiffe://uz.pve.example/focal-point/person-1/laptop/more",
                                         "spiffe://uz.pve.example//person-1/laptop",
                                         "spiffe://UZ.pve.example/focal-point/person-1/laptop",
                                         "spiffe://uz.pve.example:443/focal-point/person-1/laptop",
                                         "spiffe://user@uz.pve.example/focal-point/person-1/laptop",
                                         "spiffe:///focal-point/person-1/laptop",
                                         "spiffe://uz.pve.example/minister/person-1/laptop",
                                         "spiffe://uz.pve.example/focal-point/../laptop",
                                         "spiffe://uz.pve.example/focal-point/./laptop",
                                         "spiffe://uz.pve.example/focal-point/person 1/laptop",
                                         "spiffe://uz.pve.example/focal-point/person%31/laptop",
                                         "spiffe://uz.pve.example/focal-point/person-1/laptop?x",
                                         "spiffe://uz.pve.example/focal-point/person-1/laptop#x",
                                         "spiffe://uz.pve.example/focal-point/person-1/" +
                                             std::string(250, 'a')));

TEST(Roles, have_each_a_name_that_leads_back) {
    for (const Role role :
         {Role::focal_point, Role::registrar, Role::auditor, Role::witness, Role::expert}) {
        EXPECT_EQ(*role_from_name(name(role)), role);
    }
    EXPECT_FALSE(role_from_name("Focal-Point").has_value());
}

TEST(PartyCode, is_short_and_plain) {
    EXPECT_TRUE(PartyCode::parse("KZ").has_value());
    EXPECT_TRUE(PartyCode::parse("GUEST-ORG-12").has_value());
    EXPECT_FALSE(PartyCode::parse("").has_value());
    EXPECT_FALSE(PartyCode::parse("kz").has_value());
    EXPECT_FALSE(PartyCode::parse("K Z").has_value());
    EXPECT_FALSE(PartyCode::parse(std::string(17, 'A')).has_value());
}

}  // namespace
}  // namespace serai::protocol::network
