#include "client/channel/stock.hpp"

#include "client/channel/mailbox.hpp"
#include "client/channel/stock_note.hpp"
#include "client/crash_point.hpp"
#include "client/session/verdict.hpp"
#include "crypto/mls/wire/message.hpp"
#include "crypto/x509/certificate.hpp"

#include <algorithm>
#include <set>

namespace serai::client::channel {
namespace {

namespace message = protocol::message;
namespace mls = crypto::mls;
namespace network = protocol::network;
using protocol::codec::decode_exact;
using protocol::codec::encode;

constexpr std::uint64_t kLastResortDays = 30;  // it is replaced at least so often
constexpr std::uint64_t kRenewalDays = 7;      // before its end
constexpr std::uint64_t kDay = 24 * 3600;      // seconds

// A server keeps its verdicts for three days at least (docs/protocol.md, section 4). After that a refusal does not say any more that
// the request had no effect before.
constexpr std::uint64_t kVerdictDays = 2;

constexpr std::uint64_t kClockSlack = 3600;  // seconds that our clock may be ahead of the server's

vault::Place note_place() {
    return vault::Place::only(vault::Table::stock);
}

vault::Place package_place(ByteView reference) {
    return vault::Place::named(vault::Table::key_package, reference);
}

Result<StockNote> load_note(const vault::Vault& vault) {
    SERAI_TRY(note, vault.get_decoded<StockNote>(note_place()));
    return note.value_or(StockNote{});
}

// What the directory lacks, made and saved, on its way to be published.
class Refill {
  public:
    explicit Refill(const Context& context) : context_(context), batch_(context.vault.batch()) {}

    Result<void> run(std::size_t count, bool with_last_resort) {
        suite_ = setup::Device::usable_suite(context_.network.genesis().cipher_suite);
        if (suite_ == nullptr) {
            return mls::MlsError::unsupported;
        }
        SERAI_TRY(certificate, crypto::x509::Certificate::parse(context_.device.chain.front()));
        not_before_ = certificate.not_before().value();
        not_after_ = certificate.not_after().value();
        // So many at a time; the rest with the next tending.
        count = std::min<std::size_t>(count, limits::kMaxKeyPackagesPerPublish - 1);
        for (std::size_t i = 0; i < count; ++i) {
            add(not_after_, {});
        }
        if (with_last_resort) {
            add_last_resort();
        }
        return publish();
    }

  private:
    void add(std::uint64_t not_after, mls::Extensions extensions) {
        const mls::KeyPackageSecrets made = mls::generate_key_package(
            *suite_,
            context_.device.leaf_identity(context_.network.genesis().cipher_suite),
            {not_before_, not_after},
            std::move(extensions));
        const Bytes reference = mls::key_package_ref(*suite_, made.key_package);
        batch_.put(package_place(reference), made.save());
        Digest digest{};
        std::copy_n(reference.begin(), digest.size(), digest.begin());
        statement_.references.push_back(digest);
        request_.key_packages.push_back(encode(mls::MlsMessage{made.key_package}));
    }

    void add_last_resort() {
        const std::uint64_t end = context_.now_seconds().value() + kLastResortDays * kDay;
        mls::Extensions extensions;
        extensions.set({mls::ExtensionType::last_resort_key_package, {}});
        add(std::min(not_after_, end), std::move(extensions));
    }

    Result<void> publish() {
        request_.act = context_.sign(statement_);
        SERAI_TRY(number, next_task_number(context_.vault));
        Task task{number, TaskKind::publish, GroupId{}, std::nullopt, {}};
        task.frame = message::make_request(session::Session::fresh_request_id(), request_);
        task.save(batch_);
        SERAI_CHECK(context_.vault.commit(std::move(batch_)));
        SERAI_CRASH_POINT("client.publish.saved");
        return carry_on_publish(context_, task);
    }

    const Context& context_;
    vault::Batch batch_;
    const mls::CipherSuite* suite_ = nullptr;
    std::uint64_t not_before_ = 0;
    std::uint64_t not_after_ = 0;
    message::PublishKeyPackages request_;
    network::PublishKeyPackagesStatement statement_;
};

// Those in the vault whose lifetime has been over for a while: no commit can have used them since.
Result<std::vector<Bytes>> expired_packages(const Context& context) {
    SERAI_TRY(records, context.vault.all(vault::Table::key_package, {}));
    std::vector<Bytes> expired;
    for (const vault::Record& record : records) {
        const auto secrets = mls::KeyPackageSecrets::load(record);
        const auto* suite =
            secrets ? mls::CipherSuite::find(secrets->key_package.cipher_suite) : nullptr;
        const auto* source =
            secrets ? std::get_if<mls::FromKeyPackage>(&secrets->key_package.leaf_node.source)
                    : nullptr;
        if (suite == nullptr || source == nullptr) {
            return ClientError::vault_damaged;
        }
        if (source->lifetime.not_after + kClockSlack < context.now_seconds().value()) {
            expired.push_back(mls::key_package_ref(*suite, secrets->key_package));
        }
    }
    return expired;
}

// The key packages that Welcomes in the mailbox are for. Those were made while they were good, and can be taken in later.
Result<std::set<Bytes>> awaited_packages(const Context& context) {
    std::set<Bytes> awaited;
    SERAI_CHECK(visit_mailbox(context, [&](const message::MailboxItem& item) -> Result<void> {
        const auto decoded = decode_exact<mls::MlsMessage>(item.welcome);
        if (const auto* welcome = decoded ? decoded->get<mls::Welcome>() : nullptr) {
            for (const mls::EncryptedGroupSecrets& secrets : welcome->secrets) {
                awaited.insert(secrets.new_member);
            }
        }
        return {};
    }));
    return awaited;
}

// Private keys that nothing can be opened with any more leave the vault.
Result<void> forget_expired(const Context& context) {
    SERAI_TRY(expired, expired_packages(context));
    if (expired.empty()) {
        return {};
    }
    SERAI_TRY(awaited, awaited_packages(context));
    vault::Batch batch = context.vault.batch();
    for (const Bytes& reference : expired) {
        if (!awaited.contains(reference)) {
            batch.erase(package_place(reference));
        }
    }
    return context.vault.commit(std::move(batch));
}

// What an earlier process, or an earlier attempt of this one, did not hear the answer to. Otherwise two might be under way, and which
// of them the directory has would be anybody's guess.
Result<void> settle(const Context& context) {
    SERAI_TRY(tasks, load_tasks(context.vault));
    for (const Task& task : tasks) {
        if (task.kind == TaskKind::publish) {
            SERAI_CHECK(carry_on_publish(context, task));
        }
    }
    return {};
}

// The key packages of a request of ours.
struct Published {
    std::vector<Bytes> references;
    Bytes last_resort;      // reference; empty if there is none
    UnixSeconds signed_at;  // the act
};

Result<Published> published_by(const Task& task) {
    const auto request = task.frame ? decode_exact<message::PublishKeyPackages>(task.frame->body)
                                    : Result<message::PublishKeyPackages>{ClientError::not_found};
    if (!request) {
        return ClientError::vault_damaged;
    }
    Published published;
    published.signed_at = request->act.seal.header.time;
    for (const Bytes& bytes : request->key_packages) {
        const auto decoded = decode_exact<mls::MlsMessage>(bytes);
        const auto* key_package = decoded ? decoded->get<mls::KeyPackage>() : nullptr;
        const auto* suite =
            key_package == nullptr ? nullptr : mls::CipherSuite::find(key_package->cipher_suite);
        if (suite == nullptr) {
            return ClientError::vault_damaged;
        }
        published.references.push_back(mls::key_package_ref(*suite, *key_package));
        if (mls::is_last_resort(*key_package)) {
            published.last_resort = published.references.back();
        }
    }
    return published;
}

// The directory has this one of last resort, and so gives out the one before it no more.
void take_turn(vault::Batch& batch, const StockNote& note, ByteView reference, bool used) {
    if (!note.former.empty()) {
        batch.erase(package_place(note.former));
    }
    batch.put_encoded(note_place(), StockNote{to_bytes(reference), note.present, used});
}

// Refills up to `wanted` if fewer than `least` are there.
Result<void> refill(const Context& context, std::uint32_t least, std::uint32_t wanted) {
    SERAI_CHECK(forget_expired(context));
    SERAI_CHECK(settle(context));
    SERAI_TRY(there, context.session.call(message::CountKeyPackages{}));
    SERAI_TRY(note, load_note(context.vault));
    SERAI_TRY(certificate, crypto::x509::Certificate::parse(context.device.chain.front()));
    // It cannot be good for longer than the certificate is.
    const std::uint64_t soon = std::min(context.now_seconds().value() + kRenewalDays * kDay,
                                        certificate.not_after().value());
    const bool with_last_resort = note.used || there.last_resort_until.value() < soon;
    const std::uint32_t missing = there.count < least ? wanted - there.count : 0;
    if (missing == 0 && !with_last_resort) {
        return {};
    }
    return Refill{context}.run(missing, with_last_resort);
}

}  // namespace

Result<void> stock_key_packages(const Context& context, std::uint32_t wanted) {
    return refill(context, wanted, wanted);
}

Result<void> tend_stock(const Context& context) {
    return refill(context, kLowStock, kStock);
}

Result<void> carry_on_publish(const Context& context, const Task& task) {
    SERAI_TRY(published, published_by(task));
    const auto answer = context.session.exchange(*task.frame);
    SERAI_CRASH_POINT("client.publish.answered");
    if (!answer && !session::is_refused_for_good(answer.error())) {
        return answer.error();
    }
    SERAI_TRY(note, load_note(context.vault));
    vault::Batch batch = context.vault.batch();
    task.finish(batch);
    const bool known = equal(published.last_resort, note.present);
    if (answer && !published.last_resort.empty() && !known) {
        take_turn(batch, note, published.last_resort, false);
    }
    // One that lay here for so long may have been carried out; then its keys are still good.
    const UnixSeconds certain_until{published.signed_at.value() + kVerdictDays * kDay};
    if (!answer && context.now_seconds() < certain_until) {
        for (const Bytes& reference : published.references) {
            if (!equal(reference, note.present)) {
                batch.erase(package_place(reference));
            }
        }
    }
    SERAI_CHECK(context.vault.commit(std::move(batch)));
    if (!answer && answer.error() != WireError::act_expired) {
        return answer.error();
    }
    return {};
}

Result<void> use_up(const vault::Vault& vault,
                    vault::Batch& batch,
                    ByteView reference,
                    const mls::KeyPackage& key_package) {
    if (!mls::is_last_resort(key_package)) {
        batch.erase(package_place(reference));
        return {};
    }
    SERAI_TRY(note, load_note(vault));
    if (equal(note.former, reference)) {
        return {};  // it has been replaced already
    }
    if (equal(note.present, reference)) {
        note.used = true;
        batch.put_encoded(note_place(), note);
        return {};
    }
    // Whoever brought us in had it from the directory, so it arrived there, though we did not hear that yet.
    take_turn(batch, note, reference, true);
    return {};
}

}  // namespace serai::client::channel
