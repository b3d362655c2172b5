#include "storage/repo/directory.hpp"

#include "protocol/base/limits.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/device_intent.hpp"
#include "storage/repo/directory_rows.hpp"
#include "storage/repo/scan.hpp"

#include <set>

namespace serai::storage::repo {
namespace {

namespace keyspace = kv::keyspace;
using audit::AuditLog;
using commit::Asked;
using commit::Effects;
using commit::View;
using kv::make_key;
using kv::Space;
using protocol::codec::decode_exact;
using protocol::message::KeyPackageEntry;
using protocol::network::PartyCode;
using PersonPtr = std::shared_ptr<PersonPackages>;

kv::Key row_key(const Digest& person,
                const Digest& device,
                std::uint64_t leaf,
                std::uint16_t place) {
    return make_key(keyspace::kKeyPackage, ByteView{person}, ByteView{device}, leaf, place);
}

class PublishIntent final : public ActIntent {
  public:
    struct Item {
        PersonPackages::Package package;  // its leaf is not known yet
        AuditLog::OnceCheck once;
    };

    PublishIntent(Repositories& repositories,
                  Asked asked,
                  protocol::network::Act act,
                  AuditLog::OnceCheck once,
                  PersonPtr person,
                  std::vector<Item> items)
        : ActIntent(repositories, std::move(asked), std::move(act), once, 0),
          person_(std::move(person)),
          items_(std::move(items)) {}

    [[nodiscard]] std::size_t bytes() const override {
        std::size_t total = ActIntent::bytes();
        for (const Item& item : items_) {
            total += 256 + item.package.entry->mls_message.size();
        }
        return total;
    }

  private:
    Result<Bytes> decide_act(const View& view, Effects& effects) const override {
        const auto mine = person_->overlay.find(who_key());
        const std::size_t present = mine == person_->overlay.end() ? 0 : mine->second.size();
        if (present + items_.size() > kMaxUnclaimed) {
            return WireError::too_large;
        }
        for (const Item& item : items_) {
            SERAI_CHECK(judge_once(view, item.once, WireError::exists));
        }
        effects.entry =
            view.log.assemble(draft(), view.now, {}, nullptr, nullptr, std::span{&who().party, 1});
        const std::uint64_t leaf = effects.entry->receipt.index.value();
        for (const Item& item : items_) {
            effects.claims.push_back(item.once.key);
            effects.rows.put_encoded(
                Space::state,
                row_key(person_->person, who_key(), leaf, item.package.place),
                KeyPackageRow{item.package.reference, item.package.not_after, *item.package.entry});
        }
        // The intent outlives the batch, and so this reference.
        effects.changes.push_back(change([this, leaf] {
            auto& packages = person_->overlay[who_key()];
            for (const Item& item : items_) {
                packages.push_back(item.package);
                packages.back().leaf = leaf;
            }
        }));
        return protocol::codec::encode(effects.entry->receipt);
    }

    PersonPtr person_;
    std::vector<Item> items_;
};

class ClaimIntent final : public ActIntent {
  public:
    ClaimIntent(Repositories& repositories,
                Asked asked,
                ClaimKeyPackage input,
                AuditLog::OnceCheck once,
                PersonPtr person,
                std::size_t devices)
        : ActIntent(repositories, std::move(asked), std::move(input.act), once, devices),
          channel_(std::move(input.channel)),
          subject_party_(std::move(input.subject_party)),
          person_(std::move(person)),
          max_devices_(devices) {}

    [[nodiscard]] std::size_t bytes() const override {
        return ActIntent::bytes() + limits::kMaxPage;
    }

  private:
    // Of one device: those that are over, and the one to hand out if there is any.
    struct Taken {
        Digest device{};
        std::size_t count = 0;  // from the front, the one to hand out the last of them
        std::shared_ptr<const KeyPackageEntry> entry;
        Digest reference{};
    };

    [[nodiscard]] std::vector<Taken> choose(UnixMillis now) const {
        std::vector<Taken> chosen;
        std::size_t bytes = 0;
        const std::uint64_t good_until = now.value() / 1000 + kMinKeyPackageSeconds;
        for (const auto& [device, packages] : person_->overlay) {
            Taken taken{device, 0, nullptr, {}};
            for (const auto& package : packages) {
                ++taken.count;
                if (package.not_after.value() >= good_until) {
                    taken.entry = package.entry;
                    taken.reference = package.reference;
                    break;
                }
            }
            bytes += taken.entry ? taken.entry->mls_message.size() + 512 : 0;
            if (chosen.size() == max_devices_ || bytes > limits::kMaxPage) {
                break;
            }
            if (taken.entry) {
                chosen.push_back(std::move(taken));
            }
        }
        return chosen;
    }

    Result<Bytes> decide_act(const View& view, Effects& effects) const override {
        const Channel::Overlay& overlay = channel_->overlay();
        if (!overlay.head.established()) {
            return WireError::not_found;
        }
        if (overlay.head.roster->find(who().device) == nullptr) {
            return WireError::forbidden;
        }
        const auto chosen = choose(view.now);
        if (chosen.empty()) {
            return WireError::no_key_package;
        }
        std::vector<audit::LateField> references;
        for (const Taken& taken : chosen) {
            references.push_back({protocol::message::field::kKeyPackage, taken.reference});
        }
        const auto parties = concerned(overlay.head, {who().party, subject_party_});
        effects.entry = view.log.assemble(
            draft(), view.now, references, overlay.sequence.get(), nullptr, parties);
        protocol::message::ClaimedKeyPackages response{effects.entry->receipt, {}};
        for (const Taken& taken : chosen) {
            response.key_packages.push_back(*taken.entry);
            erase_rows(taken, effects.rows);
        }
        effects.changes.push_back(
            channel_change(channel_, [person = person_, chosen](Channel::Overlay&) {
                for (const Taken& taken : chosen) {
                    auto& packages = person->overlay[taken.device];
                    packages.erase(packages.begin(),
                                   packages.begin() + static_cast<std::ptrdiff_t>(taken.count));
                }
            }));
        return protocol::codec::encode(response);
    }

    void erase_rows(const Taken& taken, kv::WriteBatch& rows) const {
        const auto& packages = person_->overlay.at(taken.device);
        for (std::size_t i = 0; i < taken.count; ++i) {
            rows.erase(Space::state,
                       row_key(person_->person, taken.device, packages[i].leaf, packages[i].place));
        }
    }

    ChannelPtr channel_;
    PartyCode subject_party_;
    PersonPtr person_;
    std::size_t max_devices_;
};

Result<std::vector<PublishIntent::Item>> make_items(
    Repositories& repositories,
    const Asked& asked,
    std::vector<PublishKeyPackages::Package> packages) {
    std::vector<PublishIntent::Item> items;
    std::set<Digest> references;
    std::uint16_t place = 0;
    for (auto& package : packages) {
        if (!references.insert(package.reference).second) {
            return WireError::exists;
        }
        SERAI_TRY(
            once,
            repositories.log().check_once(AuditLog::once_key("key-package", package.reference)));
        auto entry = std::make_shared<const KeyPackageEntry>(
            KeyPackageEntry{asked.device, std::move(package.mls_message)});
        items.push_back({{0, place, package.reference, package.not_after, std::move(entry)}, once});
        ++place;
    }
    return items;
}

}  // namespace

Directory::Directory(kv::Store& store, std::size_t keep_loaded)
    : store_(store), loaded_(keep_loaded) {}

Result<PersonPtr> Directory::load(const protocol::network::PersonId& person) {
    const Digest key = commit::person_key(person);
    return loaded_.load(PersonKey{key}, [&]() -> Result<PersonPtr> {
        auto packages = std::make_shared<PersonPackages>();
        packages->person = key;
        const auto read_row = [&](ByteView row, ByteView value) -> Result<void> {
            SERAI_TRY(decoded, decode_exact<KeyPackageRow>(value));
            packages->overlay[bytes_at<32>(row, 33)].push_back(
                {integer_at(row, 65),
                 static_cast<std::uint16_t>(integer_at(row, 73, 2)),
                 decoded.reference,
                 decoded.not_after,
                 std::make_shared<const KeyPackageEntry>(std::move(decoded.entry))});
            return {};
        };
        SERAI_CHECK(for_each_row(store_, make_key(keyspace::kKeyPackage, ByteView{key}), read_row));
        return packages;
    });
}

Result<std::uint32_t> Directory::count(const protocol::network::SpiffeId& device) const {
    const Digest person = commit::person_key(device.person);
    const Digest key = commit::device_key(device);
    std::uint32_t count = 0;
    SERAI_CHECK(for_each_row(store_,
                             make_key(keyspace::kKeyPackage, ByteView{person}, ByteView{key}),
                             [&](ByteView, ByteView) -> Result<void> {
                                 ++count;
                                 return {};
                             }));
    return count;
}

Prepared prepare(Repositories& repositories, Asked asked, PublishKeyPackages input) {
    if (input.packages.empty() || input.packages.size() > limits::kMaxKeyPackagesPerPublish) {
        return WireError::too_large;
    }
    SERAI_TRY(once, check_act(repositories, input.act));
    SERAI_TRY(items, make_items(repositories, asked, std::move(input.packages)));
    SERAI_TRY(person, repositories.directory().load(asked.device.person));
    return std::make_unique<const PublishIntent>(repositories,
                                                 std::move(asked),
                                                 std::move(input.act),
                                                 once,
                                                 std::move(person),
                                                 std::move(items));
}

Prepared prepare(Repositories& repositories, Asked asked, ClaimKeyPackage input) {
    constexpr std::size_t kMaxDevices = 16;  // of one person, in one claim
    SERAI_TRY(once, check_act(repositories, input.act));
    SERAI_TRY(person, repositories.directory().load(input.subject));
    return std::make_unique<const ClaimIntent>(
        repositories, std::move(asked), std::move(input), once, std::move(person), kMaxDevices);
}

}  // namespace serai::storage::repo
