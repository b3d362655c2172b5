#include "protocol/network/authority.hpp"

#include <algorithm>

namespace serai::protocol::network {
namespace {

bool speaks_for_its_party(const PersonId& person) {
    return person.role == Role::focal_point || person.role == Role::registrar;
}

bool speaks_for(const PersonId& signer, const PersonId& subject) {
    return speaks_for_its_party(signer) && signer.trust_domain == subject.trust_domain;
}

bool is_in_audience(const Genesis& genesis, const ChannelRules& rules, const PersonId& person) {
    const Party* party = genesis.party_of_domain(person.trust_domain);
    if (party == nullptr || std::ranges::find(rules.parties, party->code) == rules.parties.end()) {
        return false;
    }
    return rules.channel_class == ChannelClass::expert || party->kind != PartyKind::guest;
}

}  // namespace

bool may_be_member(const Genesis& genesis, const ChannelRules& rules, const PersonId& person) {
    return is_in_audience(genesis, rules, person) &&
           std::ranges::find(rules.roles, person.role) != rules.roles.end();
}

bool may_found(const Genesis& genesis, const ChannelRules& rules, const PersonId& founder) {
    return founder.role == Role::focal_point && may_be_member(genesis, rules, founder);
}

bool may_admit(const Genesis& genesis,
               const ChannelRules& rules,
               const PersonId& founder,
               const PersonId& signer,
               const PersonId& subject) {
    const bool authorised = signer == founder ||
                            (speaks_for(signer, subject) && is_in_audience(genesis, rules, signer));
    return authorised && may_be_member(genesis, rules, subject);
}

bool may_restore(const Genesis& genesis,
                 const ChannelRules& rules,
                 const PersonId& founder,
                 const PersonId& signer,
                 const PersonId& subject) {
    return signer != subject && may_admit(genesis, rules, founder, signer, subject);
}

bool may_expel(const Genesis& genesis,
               const PersonId& founder,
               const PersonId& signer,
               const PersonId& subject) {
    if (genesis.party_of_domain(signer.trust_domain) == nullptr) {
        return false;
    }
    return signer == founder || signer == subject || speaks_for(signer, subject);
}

}  // namespace serai::protocol::network
