#include "tests/system/openings.hpp"

#include "crypto/act/opening.hpp"

#include <stdexcept>

namespace serai::tests {
namespace {

using namespace protocol::message;
using protocol::network::OpeningScope;
using protocol::network::QueryOpeningsStatement;

void require(bool condition, const std::string& what) {
    if (!condition) {
        throw std::runtime_error{"auditor: " + what};
    }
}

// The party's counter of an entry.
std::uint64_t counter_of(const OpenedEntry& entry, const std::string& party) {
    const Bytes* value =
        entry.opening.server_value(std::string{field::kPartyCounterPrefix} + party);
    require(value != nullptr, "an entry without the party's counter");
    const auto counter = protocol::codec::decode_exact<Counter>(*value);
    require(bool{counter}, "a counter that does not decode");
    return counter->counter;
}

}  // namespace

std::vector<OpenedEntry> party_entries(const TestNetwork& network,
                                       const TestDevice& auditor,
                                       ProtocolClient& client) {
    const auto context = network.network().act_context();
    std::vector<OpenedEntry> entries;
    for (bool more = true; more;) {
        const QueryOpeningsStatement statement{OpeningScope::party, {}, entries.size()};
        const auto page = client.call(QueryOpenings{
            crypto::act::sign_statement(context, statement, auditor.signer(), now_seconds())});
        require(bool{page}, "the query was refused: " + (page ? "" : page.error().message()));
        for (const auto& entry : page->entries) {
            require(bool{crypto::act::verify_opening(context.origin, entry.leaf, entry.opening)},
                    "an opening that does not lead to its leaf");
            require(counter_of(entry, auditor.party.text()) == entries.size(),
                    "a gap in the party's entries");
            entries.push_back(entry);
        }
        more = page->more && !page->entries.empty();
    }
    return entries;
}

std::string type_of(const OpenedEntry& entry) {
    const Bytes* type = entry.opening.server_value(field::kType);
    return type == nullptr ? std::string{} : std::string{as_text(*type)};
}

std::vector<std::string> recorded_refusals(const TestNetwork& network,
                                           const TestDevice& auditor,
                                           ProtocolClient& client) {
    std::vector<std::string> reasons;
    for (const auto& entry : party_entries(network, auditor, client)) {
        const Bytes* reason = entry.opening.server_value(field::kReason);
        if (type_of(entry) == entry_type::kRefused && reason != nullptr) {
            reasons.emplace_back(as_text(*reason));
        }
    }
    return reasons;
}

}  // namespace serai::tests
