#include "crypto/primitive/hash.hpp"
#include "protocol/base/limits.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/device_intent.hpp"
#include "storage/repo/network_state.hpp"

#include <algorithm>
#include <optional>

namespace serai::storage::repo {
namespace {

namespace entry_type = protocol::message::entry_type;
namespace field = protocol::message::field;
namespace keyspace = kv::keyspace;
using commit::Asked;
using commit::Effects;
using commit::View;
using kv::make_key;
using kv::Space;
using protocol::codec::decode_exact;
using protocol::codec::Writer;
using protocol::message::LeafKind;
using protocol::network::PartyCode;

constexpr std::uint64_t kHourMillis = 3'600'000;

// The first refusals of an hour each make an entry; the others only count.
std::uint64_t hour_of(UnixMillis now) {
    return now.value() / kHourMillis;
}

Bytes encoded(LogIndex index) {
    Bytes out;
    Writer{out}.strong(index);
    return out;
}

// What the server records by itself.
class ServerIntent : public commit::Intent {
  public:
    [[nodiscard]] const commit::Asking* asking() const final { return nullptr; }

    [[nodiscard]] std::size_t bytes() const final { return 512 + draft_.estimated_bytes(); }

  protected:
    ServerIntent(Network& network, audit::EntryDraft draft)
        : network_(network), draft_(std::move(draft)) {}

    [[nodiscard]] Network& network() const { return network_; }

    // Adds the entry and returns its encoded receipt.
    [[nodiscard]] Bytes record(const View& view,
                               std::span<const PartyCode> parties,
                               Effects& effects) const {
        effects.entry = view.log.assemble(draft_, view.now, {}, nullptr, nullptr, parties);
        return protocol::codec::encode(effects.entry->receipt);
    }

  private:
    Network& network_;
    audit::EntryDraft draft_;
};

audit::EntryDraft draft_of(Repositories& repositories, LeafKind kind, std::string_view type) {
    return {repositories.log().origin(), kind, type, repositories.random()};
}

class GenesisIntent final : public ServerIntent {
  public:
    GenesisIntent(Repositories& repositories, RecordGenesis input)
        : ServerIntent(repositories.network(), make_draft(repositories, input)),
          genesis_(
              std::make_shared<const protocol::network::SignedGenesis>(std::move(input.genesis))) {}

    [[nodiscard]] Result<Bytes> decide(const View& view, Effects& effects) const override {
        if (view.log.next_index() != LogIndex{0}) {
            return WireError::exists;
        }
        effects.changes.push_back(change([] {},
                                         [state = &network().state(), genesis = genesis_] {
                                             const std::lock_guard lock{state->mutex};
                                             state->genesis = genesis;
                                         }));
        return record(view, {}, effects);
    }

  private:
    static audit::EntryDraft make_draft(Repositories& repositories, const RecordGenesis& input) {
        return draft_of(repositories, LeafKind::governance, entry_type::kGenesis)
            .add(field::kGenesis, protocol::codec::encode(input.genesis));
    }

    std::shared_ptr<const protocol::network::SignedGenesis> genesis_;
};

class PublishCrlIntent final : public DeviceIntent {
  public:
    PublishCrlIntent(Repositories& repositories, Asked asked, PublishCrl input)
        : DeviceIntent(repositories, std::move(asked)),
          input_(std::move(input)),
          draft_(repo::draft_of(repositories, LeafKind::governance, entry_type::kCrl)) {
        Bytes value;
        Writer writer{value};
        input_.party.encode(writer);
        writer.vector(input_.crl.der());
        draft_.add(field::kDevice, as_bytes(who().device.to_string())).add(field::kCrl, value);
    }

    [[nodiscard]] std::size_t bytes() const override {
        return 512 + draft_.estimated_bytes() + input_.crl.der().size();
    }

  private:
    Result<Bytes> decide_device(const View& view, Effects& effects) const override {
        const Network::State& state = repositories().network().state();
        const RecordedCrl* present =
            state.revocations.find(input_.trust_domain, input_.crl.issuer());
        if (present != nullptr && !input_.crl.is_newer_than(present->crl)) {
            return WireError::exists;
        }
        effects.entry = view.log.assemble(draft_, view.now, {}, nullptr, nullptr, {});
        const auto& receipt = effects.entry->receipt;
        effects.rows.put_encoded(Space::state,
                                 crl_row_key(input_.trust_domain, input_.crl.issuer()),
                                 CrlRow{input_.party,
                                        input_.trust_domain,
                                        receipt.index,
                                        receipt.leaf.time,
                                        input_.crl.der()});
        effects.changes.push_back(change_to(
            {input_.party, input_.trust_domain, input_.crl, receipt.index, receipt.leaf.time}));
        auto serials = input_.crl.revoked_serials();
        const bool any_new = std::ranges::any_of(serials, [&](const Bytes& serial) {
            return !state.revocations.is_revoked(input_.trust_domain, serial);
        });
        effects.events.emplace_back(
            commit::CertificatesRevoked{input_.trust_domain, std::move(serials), any_new});
        return protocol::codec::encode(receipt);
    }

    [[nodiscard]] std::unique_ptr<commit::Change> change_to(RecordedCrl crl) const {
        Network::State* state = &repositories().network().state();
        return change([state, crl] { state->revocations.put(crl); },
                      [state] {
                          auto durable = std::make_shared<const Revocations>(state->revocations);
                          const std::lock_guard lock{state->mutex};
                          state->durable_revocations = std::move(durable);
                      });
    }

    PublishCrl input_;
    audit::EntryDraft draft_;
};

class CertificateSeenIntent final : public ServerIntent {
  public:
    CertificateSeenIntent(Repositories& repositories, const CertificateSeen& input)
        : ServerIntent(repositories.network(), make_draft(repositories, input)),
          party_(input.party),
          hash_(crypto::sha256(input.certificate)) {}

    [[nodiscard]] Result<Bytes> decide(const View& view, Effects& effects) const override {
        Network::State* state = &network().state();
        const DigestKey key{hash_};
        if (state->seen.contains(key)) {
            return Bytes{};
        }
        Bytes response = record(view, std::span{&party_, 1}, effects);
        effects.rows.put(Space::state,
                         make_key(keyspace::kCertificate, ByteView{hash_}),
                         encoded(effects.entry->receipt.index));
        effects.changes.push_back(change([state, key] { state->seen.insert(key); },
                                         [state, key] {
                                             const std::lock_guard lock{state->mutex};
                                             state->durable_seen.insert(key);
                                         }));
        return response;
    }

  private:
    static audit::EntryDraft make_draft(Repositories& repositories, const CertificateSeen& input) {
        return draft_of(repositories, LeafKind::event, entry_type::kCertificateSeen)
            .add(field::kDevice, as_bytes(input.device.to_string()))
            .add(field::kCertificate, input.certificate)
            .reserve_late(1);
    }

    PartyCode party_;
    Digest hash_;
};

class RefusalIntent final : public ServerIntent {
  public:
    // before: what the store had for the hour in which it was prepared.
    RefusalIntent(Repositories& repositories,
                  RecordRefusal input,
                  std::uint64_t hour,
                  RefusalRow before)
        : ServerIntent(repositories.network(), make_draft(repositories, input)),
          input_(std::move(input)),
          hour_(hour),
          before_(before) {}

    [[nodiscard]] Result<Bytes> decide(const View& view, Effects& effects) const override {
        Network::State* state = &network().state();
        const DigestKey key{refusal_key(input_.source, hour_, input_.reason)};
        RefusalRow row = known(*state, key).value_or(before_);
        Bytes response;
        if (row.count == 0) {
            response = record(view, input_.concerns, effects);
            row.leaf = effects.entry->receipt.index.value();
        }
        ++row.count;
        effects.rows.put_encoded(
            Space::state, refusal_row_key(input_.source, hour_, input_.reason), row);
        effects.changes.push_back(change([state, key, row, hour = hour_] {
            state->refusals[hour].insert_or_assign(key, row);
            const auto newest = state->refusals.rbegin()->first;
            std::erase_if(state->refusals,
                          [newest](const auto& entry) { return entry.first + 1 < newest; });
        }));
        return response;
    }

  private:
    [[nodiscard]] std::optional<RefusalRow> known(const Network::State& state,
                                                  const DigestKey& key) const {
        const auto of_hour = state.refusals.find(hour_);
        if (of_hour == state.refusals.end()) {
            return std::nullopt;
        }
        const auto found = of_hour->second.find(key);
        return found == of_hour->second.end() ? std::nullopt : std::optional{found->second};
    }

    static audit::EntryDraft make_draft(Repositories& repositories, const RecordRefusal& input) {
        return draft_of(repositories, LeafKind::event, entry_type::kRefused)
            .add(field::kReason, as_bytes(input.reason))
            .reserve_late(input.concerns.size());
    }

    RecordRefusal input_;
    std::uint64_t hour_;
    RefusalRow before_;
};

}  // namespace

Prepared prepare(Repositories& repositories, RecordGenesis input) {
    if (protocol::codec::encode(input.genesis).size() > limits::kMaxFieldValue) {
        return WireError::too_large;
    }
    return std::make_unique<const GenesisIntent>(repositories, std::move(input));
}

Prepared prepare(Repositories& repositories, Asked asked, PublishCrl input) {
    if (input.crl.der().size() + 64 > limits::kMaxFieldValue) {
        return WireError::too_large;
    }
    return std::make_unique<const PublishCrlIntent>(
        repositories, std::move(asked), std::move(input));
}

Prepared prepare(Repositories& repositories, CertificateSeen input) {
    if (input.certificate.size() > limits::kMaxFieldValue) {
        return WireError::too_large;
    }
    return std::make_unique<const CertificateSeenIntent>(repositories, input);
}

Prepared prepare(Repositories& repositories, RecordRefusal input) {
    const std::uint64_t hour = hour_of(repositories.now());
    SERAI_TRY(
        row,
        repositories.store().get(Space::state, refusal_row_key(input.source, hour, input.reason)));
    RefusalRow before;
    if (row) {
        SERAI_TRY(decoded, decode_exact<RefusalRow>(*row));
        before = decoded;
    }
    return std::make_unique<const RefusalIntent>(repositories, std::move(input), hour, before);
}

}  // namespace serai::storage::repo
