#include "storage/repo/removals.hpp"

#include "crypto/x509/certificate.hpp"

#include <algorithm>

namespace serai::storage::repo {
namespace {

bool is_revoked(const Member& member, const Revocations& revocations) {
    return member.certificate &&
           revocations.is_revoked(member.device.person.trust_domain, member.certificate->serial);
}

}  // namespace

std::optional<LeafCertificate> certificate_of(const crypto::mls::LeafNode& leaf) {
    const auto* credential = leaf.credential.x509();
    if (credential == nullptr || credential->certificates.empty()) {
        return std::nullopt;
    }
    const auto certificate = crypto::x509::Certificate::parse(credential->certificates.front());
    if (!certificate) {
        return std::nullopt;
    }
    return LeafCertificate{certificate->serial(), certificate->not_after()};
}

std::vector<Member> with_certificates(std::vector<Member> members,
                                      const crypto::mls::PublicGroup& group) {
    for (Member& member : members) {
        if (const auto leaf = group.tree().leaf(crypto::mls::LeafIndex{member.leaf})) {
            member.certificate = certificate_of(*leaf);
        }
    }
    return members;
}

bool is_expelled(const PendingActs& pending, const protocol::network::PersonId& person) {
    return std::ranges::any_of(pending, [&](const auto& item) {
        const PendingAct& act = item.second;
        return act.kind == protocol::network::ActKind::expel && act.subject == person;
    });
}

bool is_unfit(const Member& member, const Revocations& revocations, UnixSeconds now) {
    return member.certificate &&
           (member.certificate->not_after <= now || is_revoked(member, revocations));
}

std::vector<const Member*> due_removals(const Roster& roster,
                                        const PendingActs& pending,
                                        const Revocations& revocations) {
    std::vector<const Member*> due;
    for (const Member& member : roster.members()) {
        if (is_revoked(member, revocations) || is_expelled(pending, member.device.person)) {
            due.push_back(&member);
        }
    }
    return due;
}

}  // namespace serai::storage::repo
