// Who may do what in a channel: the rules that the server applies before it orders and each client before it believes.
#include "protocol/network/authority.hpp"

#include <gtest/gtest.h>

namespace serai::protocol::network {
namespace {

PartyCode code(std::string_view text) {
    return *PartyCode::parse(text);
}

Party party(std::string_view text, PartyKind kind, const std::string& domain) {
    return {code(text), kind, domain, {Bytes{1}}};
}

// Two states, the secretariat and a guest organisation.
Genesis network() {
    Genesis genesis;
    genesis.parties = {party("GUEST", PartyKind::guest, "guest.example"),
                       party("KZ", PartyKind::member_state, "kz.example"),
                       party("TM", PartyKind::member_state, "tm.example"),
                       party("UN", PartyKind::secretariat, "un.example"),
                       party("UZ", PartyKind::member_state, "uz.example")};
    return genesis;
}

// A channel for focal points of KZ, UZ and the guests; TM is not in it.
ChannelRules rules(ChannelClass channel_class) {
    ChannelRules rules;
    rules.channel_class = channel_class;
    rules.parties = {code("GUEST"), code("KZ"), code("UZ")};
    rules.roles = {Role::focal_point, Role::expert};
    return rules;
}

PersonId person(const std::string& domain, Role role, const std::string& name = "p") {
    return {domain, role, name};
}

const PersonId kKz = person("kz.example", Role::focal_point);
const PersonId kUz = person("uz.example", Role::focal_point);
const PersonId kTm = person("tm.example", Role::focal_point);
const PersonId kGuest = person("guest.example", Role::expert);

TEST(Membership, is_for_the_parties_that_the_rules_name) {
    EXPECT_TRUE(may_be_member(network(), rules(ChannelClass::state), kKz));
    EXPECT_FALSE(may_be_member(network(), rules(ChannelClass::state), kTm));
}

TEST(Membership, is_for_the_roles_that_the_rules_name) {
    EXPECT_FALSE(
        may_be_member(network(), rules(ChannelClass::state), person("kz.example", Role::auditor)));
}

TEST(Membership, of_guests_is_for_expert_channels_only) {
    EXPECT_FALSE(may_be_member(network(), rules(ChannelClass::state), kGuest));
    EXPECT_TRUE(may_be_member(network(), rules(ChannelClass::expert), kGuest));
}

TEST(Membership, is_for_nobody_when_the_audience_is_empty_or_unknown) {
    ChannelRules empty = rules(ChannelClass::state);
    empty.parties.clear();
    EXPECT_FALSE(may_be_member(network(), empty, kKz));

    ChannelRules roleless = rules(ChannelClass::state);
    roleless.roles.clear();
    EXPECT_FALSE(may_be_member(network(), roleless, kKz));

    EXPECT_FALSE(may_be_member(
        network(), rules(ChannelClass::expert), person("elsewhere.example", Role::focal_point)));
}

TEST(Founding, is_for_a_focal_point_of_a_party_in_the_channel) {
    EXPECT_TRUE(may_found(network(), rules(ChannelClass::state), kKz));
    EXPECT_FALSE(may_found(network(), rules(ChannelClass::state), kTm));
    EXPECT_FALSE(may_found(network(), rules(ChannelClass::expert), kGuest));
}

TEST(Admitting, is_for_the_founder_and_for_ones_own_party) {
    const auto admits = [](const PersonId& signer, const PersonId& subject) {
        return may_admit(network(), rules(ChannelClass::state), kKz, signer, subject);
    };

    EXPECT_TRUE(admits(kKz, kUz)) << "the founder, somebody of another state";
    EXPECT_TRUE(admits(kUz, person("uz.example", Role::focal_point, "q"))) << "one's own";
    EXPECT_TRUE(admits(person("uz.example", Role::registrar), kUz)) << "a registrar, its own";
    EXPECT_FALSE(admits(kUz, person("kz.example", Role::focal_point, "q"))) << "another's";
    EXPECT_FALSE(admits(person("uz.example", Role::auditor), kUz)) << "not by an auditor";
}

TEST(Admitting, of_somebody_who_may_not_be_a_member_is_refused_whoever_signs) {
    EXPECT_FALSE(may_admit(network(), rules(ChannelClass::state), kKz, kKz, kTm));
    EXPECT_FALSE(may_admit(network(), rules(ChannelClass::state), kKz, kKz, kGuest));
}

TEST(Admitting, by_a_party_outside_the_channel_is_refused) {
    EXPECT_FALSE(may_admit(
        network(), rules(ChannelClass::state), kKz, person("tm.example", Role::registrar), kTm));
}

TEST(Restoring, is_for_who_may_admit_but_never_for_oneself) {
    const auto restores = [](const PersonId& signer, const PersonId& subject) {
        return may_restore(network(), rules(ChannelClass::state), kKz, signer, subject);
    };

    EXPECT_TRUE(restores(kKz, kUz)) << "the founder, somebody of another state";
    EXPECT_TRUE(restores(person("uz.example", Role::focal_point, "q"), kUz)) << "a colleague";
    EXPECT_TRUE(restores(person("kz.example", Role::registrar), kKz)) << "the founder by its own";
    EXPECT_FALSE(restores(kUz, kUz)) << "a stolen key would be enough";
    EXPECT_FALSE(restores(kKz, kKz)) << "the founder's too";
    EXPECT_FALSE(restores(kUz, person("kz.example", Role::focal_point, "q"))) << "another's";
    EXPECT_FALSE(restores(person("tm.example", Role::registrar), kTm)) << "not in the channel";
}

TEST(Expelling, is_for_the_founder_ones_own_party_and_oneself) {
    const PersonId other = person("uz.example", Role::focal_point, "q");

    EXPECT_TRUE(may_expel(network(), kKz, kKz, kUz));
    EXPECT_TRUE(may_expel(network(), kKz, kUz, other));
    EXPECT_TRUE(may_expel(network(), kKz, person("uz.example", Role::registrar), kUz));
    EXPECT_TRUE(may_expel(network(), kUz, kGuest, kGuest)) << "departure";
    EXPECT_FALSE(may_expel(network(), kKz, kUz, kKz));
    EXPECT_FALSE(may_expel(network(), kKz, person("uz.example", Role::auditor), kUz));
}

TEST(Expelling, by_somebody_of_no_party_is_refused) {
    const PersonId stranger = person("elsewhere.example", Role::focal_point);
    EXPECT_FALSE(may_expel(network(), kKz, stranger, stranger));
}

}  // namespace
}  // namespace serai::protocol::network
