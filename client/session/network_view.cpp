#include "client/session/network_view.hpp"

#include "crypto/act/opening.hpp"

#include <algorithm>

namespace serai::client::session {
namespace {

namespace message = protocol::message;
namespace network = protocol::network;
using protocol::codec::Reader;

ErrorCode accuse(EvidenceLocker& evidence,
                 std::string accusation,
                 const message::OpenedEntry& entry) {
    EvidenceFile file{accusation};
    file.text("index", std::to_string(entry.index.value()))
        .bytes("leaf", protocol::codec::encode(entry.leaf))
        .bytes("opening", protocol::codec::encode(entry.opening));
    return evidence.accuse(std::move(accusation), file);
}

}  // namespace

NetworkView::NetworkView(crypto::act::Network given, vault::Vault& vault)
    : network_(std::move(given)), vault_(&vault) {
    versions_.emplace(LogIndex{0}, network_.trust);
}

Result<NetworkView> NetworkView::load(crypto::act::Network given, vault::Vault& vault) {
    NetworkView view{std::move(given), vault};
    constexpr std::size_t kPage = 256;
    std::uint64_t from = 0;
    while (true) {
        SERAI_TRY(records, vault.scan(vault::Table::governance, {}, from, kPage));
        for (const vault::NumberedRecord& record : records) {
            SERAI_TRY(entry, vault::Vault::decode<message::OpenedEntry>(record.record));
            if (!view.take(entry)) {
                return ClientError::vault_damaged;
            }
            from = record.number + 1;
        }
        if (records.size() < kPage) {
            return view;
        }
    }
}

Result<void> NetworkView::refresh(Session& session, LogView& log, EvidenceLocker& evidence) {
    bool more = true;
    while (more) {
        const LogIndex from = seen_.empty() ? LogIndex{0} : next(seen_.back());
        SERAI_TRY(page, session.call(message::ListGovernance{from}));
        more = page.more && !page.entries.empty();
        for (const message::OpenedEntry& entry : page.entries) {
            if (!seen_.empty() && entry.index <= seen_.back()) {
                return session.diagnostics().fail(ClientError::protocol_violation,
                                                  "governance entries out of order");
            }
            if (entry.leaf.kind != message::LeafKind::governance ||
                !crypto::act::verify_opening(genesis().log_origin, entry.leaf, entry.opening)) {
                return accuse(evidence,
                              "the server showed a governance entry that is not what its leaf says",
                              entry);
            }
            SERAI_CHECK(log.check_included(session, entry.index, entry.leaf));
            if (!take(entry)) {
                return accuse(
                    evidence, "the log holds a governance entry that no honest log has", entry);
            }
            vault::Batch batch = vault_->batch();
            batch.put_encoded(vault::Place::numbered(vault::Table::governance, entry.index.value()),
                              entry);
            SERAI_CHECK(vault_->commit(std::move(batch)));
        }
    }
    if (seen_.empty() || seen_.front() != LogIndex{0}) {
        return session.diagnostics().fail(ClientError::protocol_violation,
                                          "the server's log does not begin with a genesis");
    }
    return {};
}

Result<void> NetworkView::take(const message::OpenedEntry& entry) {
    const Bytes* type = entry.opening.server_value(message::field::kType);
    if (type == nullptr) {
        return ClientError::untrusted;
    }
    const bool is_genesis = as_text(*type) == message::entry_type::kGenesis;
    if (is_genesis != (entry.index == LogIndex{0})) {
        return ClientError::untrusted;
    }
    if (is_genesis) {
        const Bytes* value = entry.opening.server_value(message::field::kGenesis);
        const auto signed_genesis =
            protocol::codec::decode_exact<network::SignedGenesis>(value ? *value : Bytes{});
        if (!signed_genesis || signed_genesis->statement != genesis()) {
            return ClientError::untrusted;
        }
    } else if (as_text(*type) == message::entry_type::kCrl) {
        const Bytes* value = entry.opening.server_value(message::field::kCrl);
        SERAI_CHECK(take_crl(entry, value ? *value : Bytes{}));
    }
    seen_.push_back(entry.index);
    return {};
}

// PartyCode<V> | DER<V>
Result<void> NetworkView::take_crl(const message::OpenedEntry& entry, ByteView value) {
    Reader reader{value};
    SERAI_TRY(code, network::PartyCode::decode(reader));
    SERAI_TRY(der, reader.vector());
    const network::Party* party = genesis().party(code);
    if (party == nullptr || !reader.at_end()) {
        return ClientError::untrusted;
    }
    SERAI_TRY(crl, crypto::x509::Crl::parse(der));
    // The leaf's time is rounded down: the list may have been made within the minute that follows it.
    const UnixSeconds at =
        std::clamp(crl.this_update(),
                   entry.leaf.time,
                   UnixSeconds{entry.leaf.time.value() + crypto::act::kLeafTimeStep - 1});
    crypto::x509::TrustStore trust = trust_now();
    SERAI_CHECK(trust.add_crl(party->trust_domain, std::move(crl), at));
    versions_.insert_or_assign(next(entry.index), std::move(trust));
    return {};
}

const crypto::x509::TrustStore& NetworkView::trust_at(LogIndex index) const {
    return std::prev(versions_.upper_bound(index))->second;
}

const crypto::x509::TrustStore& NetworkView::trust_now() const {
    return versions_.rbegin()->second;
}

std::string NetworkView::party_of(const network::PersonId& person) const {
    const network::Party* party = genesis().party_of_domain(person.trust_domain);
    return party == nullptr ? person.trust_domain : party->code.text();
}

}  // namespace serai::client::session
