#include "storage/audit/sequence.hpp"

#include "crypto/primitive/hash.hpp"

#include <algorithm>

namespace serai::storage::audit {

SequenceId SequenceId::of(const protocol::network::PartyCode& party) {
    return {Scope::party, crypto::sha256(as_bytes(party.text()))};
}

SequenceId SequenceId::of(const GroupId& group) {
    return {Scope::channel, group.value()};
}

SequenceId SequenceId::of(const protocol::network::DocumentId& document) {
    SequenceId id{Scope::document, {}};
    std::ranges::copy(document.value(), id.id.begin());
    return id;
}

}  // namespace serai::storage::audit
