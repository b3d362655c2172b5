// Publishing and claiming; the directory itself is in directory.cpp.
#include "protocol/base/limits.hpp"
#include "storage/kv/keyspace.hpp"
#include "storage/repo/device_intent.hpp"
#include "storage/repo/directory_rows.hpp"
#include "storage/repo/network_state.hpp"

#include <algorithm>
#include <set>

namespace serai::storage::repo {
namespace {

using audit::AuditLog;
using commit::Asked;
using commit::Effects;
using commit::View;
using kv::Space;
using protocol::message::KeyPackageEntry;
using protocol::network::PartyCode;
using Package = PersonPackages::Package;
using PersonPtr = std::shared_ptr<PersonPackages>;

UnixSeconds seconds_of(UnixMillis time) {
    constexpr std::uint64_t kMillis = 1000;
    return UnixSeconds{time.value() / kMillis};
}

class PublishIntent final : public ActIntent {
  public:
    struct Item {
        Package package;  // its leaf is not known yet
        AuditLog::OnceCheck once;
        bool last_resort = false;
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
        std::set<std::pair<std::uint64_t, std::uint16_t>> useless;
        SERAI_CHECK(make_room(view, useless));
        for (const Item& item : items_) {
            SERAI_CHECK(judge_once(view, item.once, WireError::exists));
        }
        effects.entry =
            view.log.assemble(draft(), view.now, {}, nullptr, nullptr, std::span{&who().party, 1});
        const std::uint64_t leaf = effects.entry->receipt.index.value();
        for (const auto& [of_leaf, place] : useless) {
            effects.rows.erase(Space::state, row_key(person_->person, who_key(), of_leaf, place));
        }
        for (const Item& item : items_) {
            effects.claims.push_back(item.once.key);
            effects.rows.put_encoded(
                Space::state,
                item.last_resort ? last_resort_key(person_->person, who_key())
                                 : row_key(person_->person, who_key(), leaf, item.package.place),
                KeyPackageRow{item.package.reference, item.package.not_after, *item.package.entry});
        }
        // The intent outlives the batch, and so this reference.
        effects.changes.push_back(change([this, leaf, useless = std::move(useless)] {
            std::erase_if(person_->overlay[who_key()], [&](const Package& package) {
                return useless.contains({package.leaf, package.place});
            });
            for (const Item& item : items_) {
                auto package = item.package;
                package.leaf = leaf;
                if (item.last_resort) {
                    person_->last_resort.insert_or_assign(who_key(), std::move(package));
                } else {
                    person_->overlay[who_key()].push_back(std::move(package));
                }
            }
        }));
        return protocol::codec::encode(effects.entry->receipt);
    }

    // Those of before that nobody would be given any more make room.
    Result<void> make_room(const View& view,
                           std::set<std::pair<std::uint64_t, std::uint16_t>>& useless) const {
        const Revocations& revocations = repositories().network().state().revocations;
        std::size_t count = 0;
        if (const auto mine = person_->overlay.find(who_key()); mine != person_->overlay.end()) {
            for (const Package& package : mine->second) {
                if (package.is_good(seconds_of(view.now), revocations)) {
                    ++count;
                } else {
                    useless.emplace(package.leaf, package.place);
                }
            }
        }
        count += static_cast<std::size_t>(std::ranges::count(items_, false, &Item::last_resort));
        return count <= kMaxUnclaimed ? Result<void>{} : Result<void>{WireError::too_large};
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
          subject_(std::move(input.subject)),
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
        bool last_resort = false;  // stays where it is
    };

    [[nodiscard]] Taken choose_for(const Digest& device, UnixSeconds now) const {
        const Revocations& revocations = repositories().network().state().revocations;
        Taken taken{device, 0, nullptr, {}, false};
        if (const auto found = person_->overlay.find(device); found != person_->overlay.end()) {
            for (const auto& package : found->second) {
                ++taken.count;
                if (package.is_good(now, revocations)) {
                    taken.entry = package.entry;
                    taken.reference = package.reference;
                    return taken;
                }
            }
        }
        const auto last = person_->last_resort.find(device);
        if (last != person_->last_resort.end() && last->second.is_good(now, revocations)) {
            taken.entry = last->second.entry;
            taken.reference = last->second.reference;
            taken.last_resort = true;
        }
        return taken;
    }

    // Devices of the person that have left any, those in the channel apart.
    struct Candidates {
        std::set<Digest> outside;
        bool any_inside = false;
    };

    [[nodiscard]] Candidates candidates(const Roster& roster) const {
        Candidates out;
        for (const auto& [device, packages] : person_->overlay) {
            out.outside.insert(device);
        }
        for (const auto& [device, package] : person_->last_resort) {
            out.outside.insert(device);
        }
        for (const Member& member : roster.members()) {
            if (member.device.person == subject_) {
                out.any_inside =
                    out.outside.erase(commit::device_key(member.device)) > 0 || out.any_inside;
            }
        }
        return out;
    }

    [[nodiscard]] std::vector<Taken> choose(const std::set<Digest>& devices, UnixMillis now) const {
        std::vector<Taken> chosen;
        std::size_t bytes = 0;
        for (const Digest& device : devices) {
            Taken taken = choose_for(device, seconds_of(now));
            bytes += taken.entry ? taken.entry->mls_message.size() + 512 : 0;
            if (chosen.size() == max_devices_ || bytes > limits::kMaxPage) {
                break;
            }
            if (taken.entry) {
                chosen.push_back(std::move(taken));
            }
        }
        // In the order of the entry's fields.
        std::ranges::stable_sort(chosen, {}, &Taken::last_resort);
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
        const Candidates devices = candidates(*overlay.head.roster);
        const auto chosen = choose(devices.outside, view.now);
        if (chosen.empty()) {
            return devices.any_inside ? WireError::exists : WireError::no_key_package;
        }
        std::vector<audit::LateField> references;
        for (const Taken& taken : chosen) {
            references.push_back({taken.last_resort ? protocol::message::field::kLastResort
                                                    : protocol::message::field::kKeyPackage,
                                  taken.reference});
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
        for (std::size_t i = 0; i < taken.count; ++i) {
            const auto& packages = person_->overlay.at(taken.device);
            rows.erase(Space::state,
                       row_key(person_->person, taken.device, packages[i].leaf, packages[i].place));
        }
    }

    ChannelPtr channel_;
    protocol::network::PersonId subject_;
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
        items.push_back(
            {{0, place, package.reference, package.not_after, serial_of(*entry), std::move(entry)},
             once,
             package.last_resort});
        ++place;
    }
    return items;
}

}  // namespace

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
