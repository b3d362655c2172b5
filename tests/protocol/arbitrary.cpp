#include "tests/protocol/arbitrary.hpp"

#include <algorithm>

namespace serai::tests {

using namespace protocol;

namespace {

constexpr std::string_view kSegmentLetters = "abcxyzABCXYZ0189._-";
constexpr std::string_view kDomainLetters = "abcxyz0189-.";

// Never "." or "..", which no segment may be.
std::string segment(Random& random) {
    return "p" + random.word(kSegmentLetters, 12);
}

void fill_certificates(std::vector<Bytes>& certificates, Random& random) {
    certificates.resize(1 + random.below(3));
    for (Bytes& certificate : certificates) {
        certificate = random.bytes(40);
        certificate.push_back(0x30);
    }
}

template <class Item>
void sort_and_unique(std::vector<Item>& items) {
    std::ranges::sort(items);
    items.erase(std::unique(items.begin(), items.end()), items.end());
}

}  // namespace

void fill(Bytes& value, Random& random) {
    value = random.bytes(80);
}

void fill(std::string& value, Random& random) {
    value = random.text(20);
}

void fill(network::PartyCode& value, Random& random) {
    value = *network::PartyCode::parse(random.word("ABCKTUZ09-", 16));
}

void fill(network::PersonId& value, Random& random) {
    value.trust_domain = random.word(kDomainLetters, 20);
    fill(value.role, random);
    value.person = segment(random);
}

void fill(network::SpiffeId& value, Random& random) {
    fill(value.person, random);
    value.device = segment(random);
}

void fill(network::Field& value, Random& random) {
    value.name = "f" + random.text(20);
    fill(value.value, random);
    fill(value.salt, random);
}

void fill(network::ActSeal& value, Random& random) {
    fill(value.header, random);
    fill_certificates(value.chain, random);
    fill(value.signature, random);
}

void fill(network::Party& value, Random& random) {
    fill(value.code, random);
    fill(value.kind, random);
    value.trust_domain = random.word(kDomainLetters, 20);
    fill_certificates(value.bundle, random);
}

void fill(network::ChannelRules& value, Random& random) {
    fill(value.channel_class, random);
    fill(value.theme, random);
    fill(value.parties, random);
    fill(value.roles, random);
    fill(value.retention_days, random);
    sort_and_unique(value.parties);
    sort_and_unique(value.roles);
}

void fill(network::Genesis& value, Random& random) {
    fill(value.network_id, random);
    fill(value.name, random);
    fill(value.created, random);
    fill(value.log_origin, random);
    fill(value.log_key, random);
    value.witness_policy = "group q all KZ KG\nquorum q\n";
    fill(value.server_key, random);
    fill(value.cipher_suite, random);
    fill(value.quorum, random);
    value.parties.resize(1 + random.below(4));
    for (std::size_t i = 0; i < value.parties.size(); ++i) {
        fill(value.parties[i], random);
        // Ascending codes and distinct domains, whatever was drawn.
        value.parties[i].code = *network::PartyCode::parse("P" + std::to_string(i));
        value.parties[i].trust_domain += std::to_string(i);
    }
}

void fill(network::SignedGenesis& value, Random& random) {
    fill(value.statement, random);
    value.signatures.clear();
    for (const network::Party& party : value.statement.parties) {
        value.signatures.push_back({party.code, random.bytes(64)});
    }
}

void fill(message::Marking& value, Random& random) {
    fill(value.tlp, random);
    fill(value.handling, random);
    value.conditions = "c" + random.text(20);
    value.source_grade = "ABCX"[random.below(4)];
    value.information_grade = static_cast<std::uint8_t>(1 + random.below(4));
    fill(value.originator, random);
}

void fill(message::RequestFrame& value, Random& random) {
    fill(value.id, random);
    do {
        value.type = static_cast<message::RequestType>(random.below(100));
    } while (!message::is_request_type(static_cast<std::uint16_t>(value.type)));
    fill(value.body, random);
}

void fill(message::ResponseFrame& value, Random& random) {
    value = {};
    fill(value.id, random);
    fill(value.error, random);
    if (value.error) {
        fill(value.detail, random);
    } else {
        fill(value.body, random);
    }
}

void fill(message::FetchRecords& value, Random& random) {
    fill(value.group, random);
    fill(value.from, random);
    value.max = static_cast<std::uint16_t>(1 + random.below(limits::kMaxPageEntries));
}

void fill(message::GetLeaves& value, Random& random) {
    fill(value.from, random);
    value.max = static_cast<std::uint16_t>(1 + random.below(limits::kMaxPageEntries));
}

void fill(message::PublishedGroup& value, Random& random) {
    fill(value.epoch, random);
    fill(value.group_info, random);
    fill(value.psk_epochs, random);
    sort_and_unique(value.psk_epochs);
}

}  // namespace serai::tests
