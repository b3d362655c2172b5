#include "tests/support/network/channel_member.hpp"

#include "crypto/act/channel_chain.hpp"
#include "crypto/act/channel_group.hpp"
#include "crypto/act/commitment.hpp"
#include "protocol/base/limits.hpp"

#include <algorithm>
#include <stdexcept>

namespace serai::tests {
namespace {

namespace mls = crypto::mls;
using namespace protocol::message;
using protocol::codec::decode_exact;
using protocol::codec::encode;
using protocol::network::ChannelRules;
using protocol::network::PartyCode;
using protocol::network::PersonId;
using protocol::network::Role;

constexpr auto kRulesExtension =
    static_cast<mls::ExtensionType>(protocol::network::kChannelRulesExtension);
constexpr auto kHeadExtension =
    static_cast<mls::ExtensionType>(protocol::network::kChainHeadExtension);
constexpr auto kSuite = mls::CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519;
constexpr std::uint64_t kLifetimeSeconds = 30 * 24 * 3600;

const mls::CipherSuite& suite() {
    return *mls::CipherSuite::find(kSuite);
}

mls::Lifetime lifetime() {
    return {now_seconds().value() - 3600, now_seconds().value() + kLifetimeSeconds};
}

MessageId random_message_id() {
    return MessageId{crypto::system_random().array<16>()};
}

ErrorCode not_the_next_record() {
    return make_error_code(boost::system::errc::protocol_error);
}

template <class T>
Bytes mls_message(T value) {
    return encode(mls::MlsMessage{std::move(value)});
}

// The whole tree of an epoch, page by page.
Result<mls::TreeNodes> fetch_tree(ProtocolClient& client, const GroupId& group, Epoch epoch) {
    Bytes tree;
    for (;;) {
        SERAI_TRY(part, client.call(FetchTree{group, epoch, tree.size()}));
        append(tree, part.part);
        if (part.part.empty() || tree.size() >= part.total) {
            return decode_exact<mls::TreeNodes>(tree);
        }
    }
}

void must(const Result<void>& result, const char* what) {
    if (!result) {
        throw std::runtime_error{std::string{"test channel: "} + what + ": " +
                                 result.error().message()};
    }
}

}  // namespace

ChannelRules state_channel_rules() {
    ChannelRules rules;
    rules.theme = ThemeId{crypto::system_random().array<16>()};
    for (const auto code : TestNetwork::kStates) {
        rules.parties.push_back(*PartyCode::parse(code));
    }
    rules.roles = {Role::focal_point};
    return rules;
}

ChannelMember::ChannelMember(const TestNetwork& network, TestDevice device)
    : network_(&network), device_(std::move(device)) {}

mls::LeafIdentity ChannelMember::identity() const {
    return {
        mls::Credential{mls::X509Credential{device_.chain}},
        device_.keys.clone("a leaf of a test device"),
        mls::capabilities_for(kSuite, mls::CredentialType::x509, {kRulesExtension, kHeadExtension}),
        {}};
}

mls::ValidationPolicy ChannelMember::policy() const {
    return {validator_, now_seconds()};
}

ChannelAad ChannelMember::aad(const std::vector<ActReceipt>& acts) const {
    ChannelAad out{random_message_id(), head_, {}};
    for (const auto& act : acts) {
        out.acts.push_back({act.receipt.index, crypto::act::leaf_hash(act.receipt.leaf)});
    }
    return out;
}

mls::Extensions ChannelMember::head_extension() const {
    return mls::Extensions{{mls::Extension{kHeadExtension, encode(head_)}}};
}

PublishKeyPackages ChannelMember::make_key_packages(std::size_t n) {
    PublishKeyPackages request;
    protocol::network::PublishKeyPackagesStatement statement;
    for (std::size_t i = 0; i < n; ++i) {
        auto made = mls::generate_key_package(suite(), identity(), lifetime());
        const Bytes reference = mls::key_package_ref(suite(), made.key_package);
        std::copy(reference.begin(), reference.end(), statement.references.emplace_back().begin());
        request.key_packages.push_back(mls_message(made.key_package));
        key_packages_.push_back(std::move(made));
    }
    request.act = sign(statement);
    return request;
}

Result<void> ChannelMember::found(ProtocolClient& client,
                                  const ChannelRules& rules,
                                  bool with_server) {
    SERAI_TRY(founding,
              client.call(act<FoundChannel>(protocol::network::FoundChannelStatement{rules})));
    group_id_ = crypto::act::group_id_of(network_->genesis().statement.network_id,
                                         crypto::act::leaf_hash(founding.receipt.leaf));
    SERAI_TRY(extensions, crypto::act::channel_extensions(network_->genesis().statement, rules));
    if (!with_server) {
        extensions = mls::Extensions{{mls::Extension{kRulesExtension, encode(rules)}}};
    }
    SERAI_TRY(
        group,
        mls::Group::create(
            suite(), to_bytes(group_id_.value()), identity(), lifetime(), std::move(extensions)));
    mls::GroupInfoOptions options;
    options.with_ratchet_tree = true;
    options.with_external_pub = true;
    const auto info = group.group_info(device_.keys.private_key, options);
    SERAI_TRY(receipt, client.call(EstablishChannel{group_id_, mls_message(info)}));
    group_ = std::move(group);
    group_->keep_resumption_psks(limits::kResumptionEpochs);
    head_ = receipt.head;
    return {};
}

Result<ChannelMember::Addition> ChannelMember::obtain(ProtocolClient& client,
                                                      const PersonId& person) {
    Addition out;
    SERAI_TRY(receipt,
              client.call(act<Admit>(protocol::network::AdmitStatement{group_id_, person})));
    out.act = std::move(receipt);
    SERAI_TRY(claimed,
              client.call(act<ClaimKeyPackage>(
                  protocol::network::ClaimKeyPackageStatement{group_id_, person})));
    for (const auto& entry : claimed.key_packages) {
        SERAI_TRY(message, decode_exact<mls::MlsMessage>(entry.mls_message));
        out.key_packages.push_back(*message.get<mls::KeyPackage>());
    }
    return out;
}

Result<Commit> ChannelMember::make_commit(mls::CommitOptions options,
                                          const std::vector<ActReceipt>& acts) {
    options.authenticated_data = encode(aad(acts));
    options.published_info.extensions = head_extension();
    options.published_info.with_external_pub = true;
    options.welcome_info.extensions = head_extension();
    SERAI_TRY(pending, group_->commit(identity(), device_.keys.private_key, options, policy()));
    Commit request;
    request.group = group_id_;
    request.epoch = Epoch{group_->epoch()};
    request.commit = mls_message(pending.commit);
    request.welcome = pending.welcome ? mls_message(*pending.welcome) : Bytes{};
    request.group_info = mls_message(pending.group_info);
    request.acts = acts;
    pending_message_ = request.commit;
    pending_ = std::move(pending);
    return request;
}

Result<void> ChannelMember::order(ProtocolClient& client, const Commit& commit) {
    SERAI_TRY(receipt, client.call(commit));
    confirm(receipt.head);
    return {};
}

Result<Commit> ChannelMember::make_admission(ProtocolClient& client,
                                             const std::vector<PersonId>& persons) {
    mls::CommitOptions options;
    std::vector<ActReceipt> acts;
    for (const auto& person : persons) {
        SERAI_TRY(addition, obtain(client, person));
        std::move(addition.key_packages.begin(),
                  addition.key_packages.end(),
                  std::back_inserter(options.adds));
        acts.push_back(std::move(addition.act));
    }
    return make_commit(std::move(options), acts);
}

Result<void> ChannelMember::bring_in(ProtocolClient& client, const std::vector<PersonId>& persons) {
    SERAI_TRY(commit, make_admission(client, persons));
    return order(client, commit);
}

Result<void> ChannelMember::expel(ProtocolClient& client, const PersonId& person) {
    SERAI_TRY(receipt,
              client.call(act<Expel>(protocol::network::ExpelStatement{group_id_, person})));
    mls::CommitOptions options;
    for (const auto& [index, leaf] : mls::members(*group_->view())) {
        const auto certificate =
            crypto::x509::Certificate::parse(leaf->credential.x509()->certificates.front());
        if (certificate && certificate->claimed_id() &&
            certificate->claimed_id()->person == person) {
            options.removes.push_back(index);
        }
    }
    SERAI_TRY(commit, make_commit(std::move(options), {receipt}));
    return order(client, commit);
}

Result<void> ChannelMember::join(ProtocolClient& client) {
    SERAI_TRY(mailbox, client.call(ListMailbox{0}));
    if (mailbox.items.empty()) {
        return make_error_code(WireError::not_found);
    }
    const MailboxItem& item = mailbox.items.back();
    SERAI_TRY(message, decode_exact<mls::MlsMessage>(item.welcome));
    SERAI_TRY(tree, fetch_tree(client, item.group, item.epoch));
    const auto& welcome = *message.get<mls::Welcome>();
    for (const auto& secrets : key_packages_) {
        const Bytes reference = mls::key_package_ref(suite(), secrets.key_package);
        const bool ours = std::any_of(welcome.secrets.begin(),
                                      welcome.secrets.end(),
                                      [&](const auto& one) { return one.new_member == reference; });
        if (ours) {
            SERAI_TRY(group, mls::Group::join(welcome, secrets, &tree, policy()));
            SERAI_TRY(records, client.call(FetchRecords{item.group, item.record, 1}));
            group_id_ = item.group;
            group_ = std::move(group);
            group_->keep_resumption_psks(limits::kResumptionEpochs);
            head_ = records.entries.at(0).head;
            SERAI_TRY(done, client.call(DeleteMailbox{item.sequence}));
            static_cast<void>(done);
            return {};
        }
    }
    return make_error_code(WireError::no_key_package);
}

Send ChannelMember::opaque_message(std::size_t size) const {
    mls::PrivateMessage message;
    message.group_id = to_bytes(group_id_.value());
    message.epoch = group_->epoch();
    message.content_type = mls::ContentType::application;
    message.authenticated_data = encode(aad());
    message.encrypted_sender_data = crypto::system_random().bytes(28);
    message.ciphertext = crypto::system_random().bytes(size);
    return Send{group_id_, mls_message(std::move(message))};
}

Result<Send> ChannelMember::message(ByteView plaintext) {
    SERAI_TRY(message, group_->protect(device_.keys.private_key, encode(aad()), plaintext));
    return Send{group_id_, mls_message(std::move(message))};
}

Result<Commit> ChannelMember::make_update() {
    return make_commit({}, {});
}

Result<Commit> ChannelMember::make_reinit() {
    mls::CommitOptions options;
    options.reinit = mls::ReInit{
        to_bytes(as_bytes("another group")), mls::ProtocolVersion::mls10, suite().id(), {}};
    return make_commit(std::move(options), {});
}

Result<Commit> ChannelMember::make_removals() {
    mls::CommitOptions options;
    for (const auto& proposal : group_->proposals()) {
        options.references.push_back(proposal.ref);
    }
    return make_commit(std::move(options), proposed_);
}

namespace {

// What a group remembers of its past epochs.
class OwnPsks final : public mls::PskSource {
  public:
    explicit OwnPsks(const mls::Group* group) : group_(group) {}

    [[nodiscard]] mls::ExternalPsk find(const mls::PreSharedKeyId& id) const override {
        const auto* resumption = std::get_if<mls::ResumptionPskId>(&id.key);
        return group_ == nullptr || resumption == nullptr
                   ? mls::ExternalPsk{}
                   : group_->resumption_psk(resumption->epoch);
    }

  private:
    const mls::Group* group_;
};

std::optional<mls::LeafIndex> leaf_of(const mls::PublicGroup& group, const Bytes& signature_key) {
    std::optional<mls::LeafIndex> found;
    for (const auto& [index, leaf] : mls::members(group)) {
        if (leaf->signature_key == signature_key) {
            found = index;
        }
    }
    return found;
}

}  // namespace

Result<Commit> ChannelMember::make_return(ProtocolClient& client, const ReturnOptions& options) {
    const auto& view = group_ ? *group_->view() : *pretended_;
    SERAI_TRY(published, client.call(FetchGroupInfo{group_id_}));
    SERAI_TRY(message, decode_exact<mls::MlsMessage>(published.group_info));
    const auto& info = *message.get<mls::GroupInfo>();
    mls::ExternalCommitOptions external;
    external.removes = leaf_of(view, device_.keys.public_key);
    const OwnPsks own{group_ ? &*group_ : nullptr};
    external.psk_source = options.psks == nullptr ? &own : options.psks;
    if (options.with_psk) {
        mls::PreSharedKeyId id;
        id.key = mls::ResumptionPskId{mls::ResumptionPskUsage::application,
                                      view.group_id(),
                                      options.psk_epoch.value_or(view.epoch())};
        external.psks.push_back(std::move(id));
    }
    external.authenticated_data = encode(aad(options.acts));
    external.published_info.extensions = head_extension();
    external.published_info.with_external_pub = true;
    const auto tree = view.tree().to_nodes();
    SERAI_TRY(pending, mls::Group::join_external(info, &tree, identity(), external, policy()));
    if (group_) {
        pending.next.keep_resumption_psks_of(*group_);
    }
    Commit request;
    request.group = group_id_;
    request.epoch = Epoch{view.epoch()};
    request.commit = mls_message(pending.commit);
    request.group_info = mls_message(pending.group_info);
    request.acts = options.acts;
    pending_message_ = request.commit;
    pending_ = std::move(pending);
    return request;
}

void ChannelMember::pretend(const GroupId& group,
                            std::shared_ptr<const mls::PublicGroup> view,
                            const ChainHead& head) {
    group_id_ = group;
    pretended_ = std::move(view);
    head_ = head;
}

void ChannelMember::confirm(const ChainHead& head) {
    proposed_.clear();
    group_ = std::move(pending_->next);
    pending_.reset();
    pending_message_.clear();
    head_ = head;
}

Result<void> ChannelMember::process(const RecordEntry& entry) {
    const auto h = crypto::act::chain_hash(group_id_, entry.head.n, head_.h, entry.record);
    if (entry.head.n != next(head_.n) || entry.head.h != h) {
        return not_the_next_record();
    }
    SERAI_TRY(record, decode_exact<ChannelRecord>(entry.record));
    if (record.type == RecordType::proposal) {
        SERAI_TRY(message, decode_exact<mls::MlsMessage>(record.mls_message));
        SERAI_TRY(proposal, group_->receive_proposal(message, policy()));
        static_cast<void>(proposal);
        for (const auto& act : record.acts) {
            if (std::find(proposed_.begin(), proposed_.end(), act) == proposed_.end()) {
                proposed_.push_back(act);
            }
        }
    } else if (record.type == RecordType::commit) {
        if (pending_ && record.mls_message == pending_message_) {
            confirm(entry.head);
            return {};
        }
        SERAI_TRY(message, decode_exact<mls::MlsMessage>(record.mls_message));
        SERAI_TRY(staged, group_->stage(message, policy()));
        pending_.reset();
        proposed_.clear();
        if (staged.removes_us()) {
            return make_error_code(WireError::forbidden);
        }
        group_ = std::move(*staged.next);
    }
    head_ = entry.head;
    return {};
}

Result<void> ChannelMember::catch_up(ProtocolClient& client) {
    for (;;) {
        SERAI_TRY(page, client.call(FetchRecords{group_id_, next(head_.n), 256}));
        for (const auto& entry : page.entries) {
            SERAI_CHECK(process(entry));
        }
        if (page.entries.empty() || next(head_.n) == page.end) {
            return {};
        }
    }
}

TestChannel TestChannel::make(const TestNetwork& network,
                              std::uint16_t port,
                              std::size_t persons,
                              std::size_t devices) {
    TestChannel channel;
    std::vector<ProtocolClient> clients;
    for (std::size_t i = 0; i < persons * devices; ++i) {
        const std::size_t person = i / devices;
        const auto party = TestNetwork::kStates[person % std::size(TestNetwork::kStates)];
        auto& member = channel.members_.emplace_back(
            network,
            network.device(party,
                           "focal-point/person-" + std::to_string(person) + "/device-" +
                               std::to_string(i % devices)));
        auto client = member.connect(port);
        must(client ? Result<void>{} : client.error(), "connect");
        // The founder needs none: it would be claimed with those of its person's other devices.
        if (i != 0) {
            const auto published = client->call(member.make_key_packages(1));
            must(published ? Result<void>{} : published.error(), "publish key packages");
        }
        clients.push_back(std::move(*client));
    }
    must(channel.members_.front().found(clients.front()), "found");
    for (std::size_t person = 0; person < persons; ++person) {
        const auto& id = channel.members_[person * devices].device().id.person;
        if (person != 0 || devices > 1) {
            must(channel.members_.front().bring_in(clients.front(), {id}), "bring in");
        }
    }
    for (std::size_t i = 1; i < channel.members_.size(); ++i) {
        must(channel.members_[i].join(clients[i]), "join");
        must(channel.members_[i].catch_up(clients[i]), "catch up");
    }
    return channel;
}

}  // namespace serai::tests
