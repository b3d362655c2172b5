#include "storage/repo/network.hpp"

#include "crypto/primitive/hash.hpp"
#include "protocol/base/limits.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/network_state.hpp"
#include "storage/repo/scan.hpp"

#include <algorithm>

namespace serai::storage::repo {
namespace {

namespace keyspace = kv::keyspace;
using kv::make_key;
using kv::Space;
using protocol::codec::decode_exact;
using protocol::message::OpenedEntry;
using protocol::network::SignedGenesis;

Result<void> read_crls(const kv::Store& store, Revocations& out) {
    return for_each_row(
        store, make_key(keyspace::kCrl), [&](ByteView, ByteView value) -> Result<void> {
            SERAI_TRY(row, decode_exact<CrlRow>(value));
            SERAI_TRY(crl, crypto::x509::Crl::parse(row.der));
            out.put({std::move(row.party),
                     std::move(row.trust_domain),
                     std::move(crl),
                     row.leaf,
                     row.leaf_time});
            return {};
        });
}

Result<std::shared_ptr<const SignedGenesis>> read_genesis(const audit::AuditLog& log) {
    SERAI_TRY(entry, log.opened(LogIndex{0}));
    const Bytes* value = entry.opening.server_value(protocol::message::field::kGenesis);
    if (value == nullptr) {
        return kv::StoreError::corrupt;
    }
    SERAI_TRY(genesis, decode_exact<SignedGenesis>(*value));
    if (genesis.statement.log_origin != log.origin()) {
        return audit::AuditError::wrong_origin;
    }
    return std::make_shared<const SignedGenesis>(std::move(genesis));
}

}  // namespace

Digest refusal_key(const Digest& source, std::uint64_t hour, std::string_view reason) {
    return crypto::sha256(refusal_row_key(source, hour, reason));
}

kv::Key refusal_row_key(const Digest& source, std::uint64_t hour, std::string_view reason) {
    const Digest reason_hash = crypto::sha256(as_bytes(reason));
    return make_key(keyspace::kRefusal, ByteView{source}, hour, ByteView{reason_hash});
}

kv::Key crl_row_key(const std::string& trust_domain, ByteView issuer) {
    const Digest domain_hash = crypto::sha256(as_bytes(trust_domain));
    const Digest issuer_hash = crypto::sha256(issuer);
    return make_key(keyspace::kCrl, ByteView{domain_hash}, ByteView{issuer_hash});
}

Network::Network(kv::Store& store, audit::AuditLog& log)
    : store_(store), log_(log), state_(std::make_unique<State>()) {}

Network::~Network() = default;

Result<std::unique_ptr<Network>> Network::open(kv::Store& store, audit::AuditLog& log) {
    std::unique_ptr<Network> network{new Network{store, log}};
    State& state = *network->state_;
    if (log.size().value() != 0) {
        SERAI_TRY(genesis, read_genesis(log));
        state.genesis = std::move(genesis);
    }
    SERAI_CHECK(read_crls(store, state.revocations));
    state.durable_revocations = std::make_shared<const Revocations>(state.revocations);
    SERAI_CHECK(for_each_row(
        store, make_key(keyspace::kCertificate), [&](ByteView key, ByteView) -> Result<void> {
            state.seen.insert(DigestKey{bytes_at<32>(key, 1)});
            return {};
        }));
    state.durable_seen = state.seen;
    return network;
}

std::shared_ptr<const SignedGenesis> Network::genesis() const {
    const std::lock_guard lock{state_->mutex};
    return state_->genesis;
}

std::vector<RecordedCrl> Network::crls() const {
    const std::lock_guard lock{state_->mutex};
    return state_->durable_revocations->all();
}

std::shared_ptr<const Revocations> Network::revocations() const {
    const std::lock_guard lock{state_->mutex};
    return state_->durable_revocations;
}

bool Network::is_revoked(const std::string& trust_domain, ByteView serial) const {
    return revocations()->is_revoked(trust_domain, serial);
}

bool Network::is_seen(const Digest& certificate_hash) const {
    const std::lock_guard lock{state_->mutex};
    return state_->durable_seen.contains(DigestKey{certificate_hash});
}

Result<protocol::message::GovernanceEntries> Network::governance(LogIndex from) const {
    auto request = kv::ScanRequest::prefix(Space::state, make_key(keyspace::kGovernance));
    request.begin = to_bytes(make_key(keyspace::kGovernance, from));
    SERAI_TRY(page, store_.scan(request));
    protocol::message::GovernanceEntries out;
    out.more = page.more;
    std::size_t bytes = 0;
    for (const kv::ScanEntry& row : page.entries) {
        SERAI_TRY(entry, log_.opened(LogIndex{integer_at(row.key, 1)}));
        bytes += protocol::codec::encode(entry).size();
        if (bytes > limits::kMaxPage && !out.entries.empty()) {
            out.more = true;
            break;
        }
        out.entries.push_back(std::move(entry));
    }
    return out;
}

Result<std::uint64_t> Network::refusals(const Digest& source,
                                        std::uint64_t hour,
                                        std::string_view reason) const {
    SERAI_TRY(row, store_.get(Space::state, refusal_row_key(source, hour, reason)));
    if (!row) {
        return std::uint64_t{0};
    }
    SERAI_TRY(refusal, decode_exact<RefusalRow>(*row));
    return refusal.count;
}

}  // namespace serai::storage::repo
