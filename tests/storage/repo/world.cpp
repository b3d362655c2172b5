#include "tests/storage/repo/world.hpp"

#include "crypto/act/channel_chain.hpp"
#include "crypto/act/commitment.hpp"
#include "crypto/primitive/hash.hpp"

#include <algorithm>
#include <stdexcept>

namespace serai::tests {
namespace {

namespace mls = crypto::mls;
namespace network = protocol::network;
namespace repo = storage::repo;
using storage::commit::Verdict;

constexpr const char* kParties[] = {"KG", "KZ", "TJ", "TM", "UN", "UZ"};
constexpr auto kSuite = mls::CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519;

class BelievingValidator final : public mls::CredentialValidator {
  public:
    [[nodiscard]] Result<void> validate(const mls::LeafInQuestion&) const override { return {}; }
};

mls::ValidationPolicy policy() {
    static const BelievingValidator validator;
    return {validator, std::nullopt, ~std::uint64_t{0}};
}

const mls::CipherSuite& suite() {
    return *mls::CipherSuite::find(kSuite);
}

mls::LeafIdentity identity_of(const Device& who, const crypto::SignatureKeyPair& keys) {
    return {mls::Credential{mls::BasicCredential{to_bytes(as_bytes(who.id.to_string()))}},
            keys.clone("a leaf of a test device"),
            mls::capabilities_for(kSuite, mls::CredentialType::basic),
            {}};
}

constexpr mls::Lifetime kLifetime{0, ~std::uint64_t{0}};

// Everything is derived from a number, so that a store can be opened again by another World.
crypto::SignatureKeyPair fixed_key(std::uint8_t n) {
    Bytes seed(crypto::kEd25519SeedSize, n);
    return *crypto::ed25519_from_seed(crypto::SecretView::of_public(seed));
}

network::SignedGenesis test_genesis() {
    network::SignedGenesis out;
    out.statement.network_id = NetworkId{Digest{1, 2, 3}};
    out.statement.name = "test";
    out.statement.created = UnixSeconds{1};
    out.statement.log_origin = World::kOrigin;
    out.statement.log_key = "key";
    for (const char* code : kParties) {
        network::Party member;
        member.code = party(code);
        member.trust_domain = device(code).id.person.trust_domain;
        member.bundle = {Bytes{1}};
        out.statement.parties.push_back(std::move(member));
        out.signatures.push_back({party(code), Bytes{1}});
    }
    return out;
}

storage::audit::AuditLogOptions log_options() {
    storage::audit::AuditLogOptions options;
    options.origin = World::kOrigin;
    options.log_key = fixed_key(7);
    for (const char* code : kParties) {
        options.parties.push_back(party(code));
    }
    return options;
}

template <class T>
T must(Result<T> result, const char* what) {
    if (!result) {
        throw std::runtime_error{std::string{what} + ": " + result.error().message()};
    }
    return std::move(*result);
}

template <class T>
Bytes mls_message(T value) {
    return protocol::codec::encode(mls::MlsMessage{std::move(value)});
}

}  // namespace

network::PartyCode party(const std::string& code) {
    return *network::PartyCode::parse(code);
}

Device device(const std::string& code, const std::string& person, const std::string& name) {
    std::string domain = code;
    std::ranges::transform(
        domain, domain.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return {*network::SpiffeId::parse("spiffe://" + domain + ".example/focal-point/" + person +
                                      "/" + name),
            party(code)};
}

void Answers::complete(std::vector<storage::commit::Completion> completions) {
    const std::lock_guard lock{mutex_};
    ++calls_;
    for (auto& completion : completions) {
        verdicts_.emplace(completion.token, std::move(completion.verdict));
    }
    arrived_.notify_all();
}

Verdict Answers::wait(std::uint64_t token) {
    std::unique_lock lock{mutex_};
    arrived_.wait(lock, [&] { return verdicts_.contains(token); });
    auto node = verdicts_.extract(token);
    return std::move(node.mapped());
}

std::size_t Answers::calls() const {
    const std::lock_guard lock{mutex_};
    return calls_;
}

World::World(storage::kv::Store& store, storage::commit::PipelineOptions options) : store_(store) {
    repo::RepositoriesOptions repository_options;
    repository_options.network_id = test_genesis().statement.network_id;
    repository_options.log = log_options();
    repository_options.now = [this] {
        return now();
    };
    repositories_ = must(repo::Repositories::open(store, std::move(repository_options)), "open");
    options.now = [this] {
        return now();
    };
    options.fan_out =
        [this, also = std::move(options.fan_out)](std::span<const storage::commit::Event> events) {
            if (also) {
                also(events);
            }
            const std::lock_guard lock{mutex_};
            events_.insert(events_.end(), events.begin(), events.end());
        };
    pipeline_ = must(
        storage::commit::Pipeline::start(store, repositories_->log(), std::move(options)), "start");
    if (!repositories_->network().genesis()) {
        static_cast<void>(run_as_server(repo::RecordGenesis{test_genesis()}));
    }
}

World::~World() = default;

storage::commit::Asked World::ask(const Device& who) const {
    storage::commit::Asked asked;
    asked.device = who.id;
    asked.party = who.party;
    asked.certificate_serial = {1};
    asked.request = RequestId{crypto::system_random().array<16>()};
    asked.digest = crypto::sha256(asked.request.value());
    return asked;
}

network::Act World::act(const Device& who,
                        network::ActKind kind,
                        network::NamedValues values) const {
    network::Act out;
    out.seal.header.kind = kind;
    out.seal.header.network_id = repositories_->network_id();
    out.seal.header.origin = kOrigin;
    out.seal.header.act_id = EntryId{crypto::system_random().array<16>()};
    out.seal.header.time = UnixSeconds{now().value() / 1000};
    out.seal.header.not_after = UnixSeconds{now().value() / 1000 + 600};
    out.seal.chain = {to_bytes(as_bytes(who.id.to_string()))};
    out.seal.signature = {1};
    out.fields = crypto::act::with_salts(std::move(values));
    return out;
}

std::uint64_t World::start(repo::Prepared intent) {
    const std::uint64_t token = next_token_++;
    if (!intent) {
        answers_->complete(
            {{token, Verdict::refused(static_cast<WireError>(intent.error().value()))}});
        return token;
    }
    if (const auto taken = pipeline_->submit(std::move(*intent), {answers_, token}); !taken) {
        answers_->complete(
            {{token, Verdict::refused(static_cast<WireError>(taken.error().value()))}});
    }
    return token;
}

Verdict World::submit(repo::Prepared intent) {
    return answers_->wait(start(std::move(intent)));
}

std::vector<storage::commit::Event> World::events() const {
    const std::lock_guard lock{mutex_};
    return events_;
}

network::ChannelRules rules() {
    network::ChannelRules out;
    for (const char* code : kParties) {
        out.parties.push_back(party(code));
    }
    out.roles = {network::Role::focal_point};
    return out;
}

TestChannel::TestChannel(World& world, Device founder)
    : founder_(std::move(founder)), keys_(fixed_key(9)) {
    const auto act = world.act(founder_, network::FoundChannelStatement{rules()});
    const auto receipt = response<protocol::message::ActReceipt>(
        world.run(founder_, repo::FoundChannel{act, rules()}));
    group_id_ = crypto::act::group_id_of(world.repositories().network_id(),
                                         crypto::act::leaf_hash(receipt.receipt.leaf));
    mls_.emplace(
        must(mls::Group::create(
                 suite(), to_bytes(group_id_.value()), identity_of(founder_, keys_), kLifetime),
             "create a group"));
    mls::GroupInfoOptions options;
    options.with_ratchet_tree = true;
    const auto info = mls_->group_info(keys_.private_key, options);
    static_cast<void>(response<protocol::message::RecordReceipt>(
        world.run(founder_, repo::EstablishChannel{load(world), mls_message(info), mls_->view()})));
}

repo::ChannelPtr TestChannel::load(World& world) const {
    return must(world.repositories().channels().load(group_id_), "load a channel");
}

repo::AppendMessage TestChannel::message(World& world,
                                         std::string_view text,
                                         std::optional<Epoch> epoch_of) const {
    return {load(world), epoch_of.value_or(epoch()), to_bytes(as_bytes(text))};
}

TestChannel::Made TestChannel::make_commit(World& world,
                                           const std::vector<Device>& added,
                                           const std::vector<Device>& removed,
                                           std::vector<protocol::message::ActReceipt> acts) {
    mls::CommitOptions options;
    for (const Device& newcomer : added) {
        options.adds.push_back(
            mls::generate_key_package(
                suite(), identity_of(newcomer, crypto::ed25519_generate()), kLifetime)
                .key_package);
    }
    auto channel = load(world);
    const auto base = channel->head();
    for (const Device& leaver : removed) {
        options.removes.emplace_back(base->roster->find(leaver.id)->leaf);
    }
    auto pending = must(
        mls_->commit(identity_of(founder_, keys_), keys_.private_key, options, policy()), "commit");
    const auto staged = must(mls_->view()->stage(pending.commit, {}, policy()), "stage a commit");
    repo::ApplyCommit input{std::move(channel),
                            base,
                            mls_message(pending.commit),
                            pending.welcome ? mls_message(*pending.welcome) : Bytes{},
                            mls_message(pending.group_info),
                            staged.next,
                            staged.changed_nodes,
                            {},
                            {},
                            {founder_.id, founder_.party, 0, std::nullopt, {}},
                            std::nullopt,
                            std::move(acts),
                            {}};
    for (std::size_t i = 0; i < added.size(); ++i) {
        input.added.push_back(
            {added[i].id, added[i].party, staged.adds.at(i).index.value(), std::nullopt, {}});
    }
    for (const Device& leaver : removed) {
        input.removed.push_back(leaver.id);
    }
    return {std::move(input), std::move(pending)};
}

Verdict TestChannel::record_act(World& world, network::ActKind kind, const Device& subject) const {
    const bool of_device = kind == network::ActKind::restore;
    const auto values = of_device ? network::RestoreStatement{group_id_, subject.id}.values()
                                  : network::AdmitStatement{group_id_, subject.id.person}.values();
    const auto act = world.act(founder_, kind, values);
    return world.run(founder_,
                     repo::RecordAct{act,
                                     load(world),
                                     subject.id.person,
                                     of_device ? subject.id.device : std::string{},
                                     subject.party});
}

Verdict TestChannel::admit(World& world, const std::vector<Device>& added) {
    std::vector<protocol::message::ActReceipt> acts;
    std::vector<network::PersonId> persons;
    for (const Device& newcomer : added) {
        if (std::ranges::find(persons, newcomer.id.person) == persons.end()) {
            persons.push_back(newcomer.id.person);
            acts.push_back(response<protocol::message::ActReceipt>(
                record_act(world, network::ActKind::admit, newcomer)));
        }
    }
    auto made = make_commit(world, added, {}, std::move(acts));
    auto verdict = world.run(founder_, made.input);
    if (!verdict.error) {
        take(std::move(made));
    }
    return verdict;
}

Verdict TestChannel::expel(World& world, const Device& removed) {
    auto act = response<protocol::message::ActReceipt>(
        record_act(world, network::ActKind::expel, removed));
    auto made = make_commit(world, {}, {removed}, {std::move(act)});
    auto verdict = world.run(founder_, made.input);
    if (!verdict.error) {
        take(std::move(made));
    }
    return verdict;
}

std::string find_inconsistency(const storage::kv::Store& store) {
    const auto report = storage::audit::check_consistency(store);
    if (!report) {
        return "the store cannot be read: " + report.error().message();
    }
    std::string out;
    for (const auto& problem : report->problems) {
        out += problem + "\n";
    }
    return out;
}

}  // namespace serai::tests
