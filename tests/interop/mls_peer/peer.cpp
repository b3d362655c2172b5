#include "tests/interop/mls_peer/peer.hpp"

#include "crypto/x509/certificate.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace serai::tests::interop {

using namespace serai::crypto;
using namespace serai::crypto::mls;

namespace {

constexpr std::uint64_t kHour = 3600;
constexpr std::uint64_t kKeyPackageLifetime = 60 * 24 * kHour;

UnixSeconds now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return UnixSeconds{static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(since).count())};
}

// An hour's grace for clocks that differ.
Lifetime lifetime_from_now() {
    return {now().value() - kHour, now().value() + kKeyPackageLifetime};
}

// Every suite that is built in, and both kinds of credential, since others in the group may have the other.
Capabilities capabilities() {
    Capabilities can = capabilities_for({}, CredentialType::basic);
    can.cipher_suites.clear();
    constexpr std::uint16_t kLastRegistered = 7;
    for (std::uint16_t id = 1; id <= kLastRegistered; ++id) {
        if (CipherSuite::find(static_cast<CipherSuiteId>(id)) != nullptr) {
            can.cipher_suites.push_back(static_cast<CipherSuiteId>(id));
        }
    }
    can.credentials.push_back(CredentialType::x509);
    return can;
}

ContentType content_of(const MlsMessage& message) {
    if (const auto* open = message.get<PublicMessage>()) {
        return open->content.type();
    }
    if (const auto* sealed = message.get<PrivateMessage>()) {
        return sealed->content_type;
    }
    throw Refused{"message: neither a public nor a private message"};
}

// The leaf that an Update or Remove is about.
std::optional<LeafIndex> leaf_touched_by(const CachedProposal& cached) {
    if (const auto* remove = cached.proposal.get<Remove>()) {
        return remove->removed;
    }
    if (cached.proposal.get<Update>() != nullptr) {
        return LeafIndex{cached.sender.index};
    }
    return std::nullopt;
}

// Two leaves may not have one signature key (section 7.3), so who has one in the group already means to replace it.
std::optional<LeafIndex> leaf_with_key(const TreeNodes& tree, const Bytes& signature_key) {
    for (std::size_t place = 0; place < tree.nodes.size(); place += 2) {
        const auto& leaf = tree.nodes[place].leaf;
        if (leaf != nullptr && leaf->signature_key == signature_key) {
            return LeafIndex{static_cast<std::uint32_t>(place / 2)};
        }
    }
    return std::nullopt;
}

// The tree that a joiner would use; nothing if there is none.
std::optional<TreeNodes> tree_of(const GroupInfo& info, const TreeNodes* given) {
    if (given != nullptr) {
        return *given;
    }
    const Bytes* inside = info.extensions.find(ExtensionType::ratchet_tree);
    if (inside == nullptr) {
        return std::nullopt;
    }
    return value_of(protocol::codec::decode_exact<TreeNodes>(*inside), "ratchet_tree");
}

}  // namespace

Result<void> KeysMatch::validate(const LeafInQuestion& question) const {
    const auto* x509 = question.leaf.credential.x509();
    if (x509 == nullptr) {
        return {};
    }
    if (x509->certificates.empty()) {
        return MlsError::invalid_credential;
    }
    SERAI_TRY(certificate, x509::Certificate::parse(x509->certificates.front()));
    return certificate.public_key() == question.leaf.signature_key
               ? Result<void>{}
               : Result<void>{MlsError::invalid_credential};
}

void KnownPsks::learn(Bytes id, const Bytes& secret) {
    keys_.insert_or_assign(std::move(id), ExternalPsk::from_bytes(secret));
}

ExternalPsk KnownPsks::find(const PreSharedKeyId& id) const {
    const auto* external = std::get_if<ExternalPskId>(&id.key);
    const auto it = external == nullptr ? keys_.end() : keys_.find(external->id);
    return it == keys_.end() ? ExternalPsk{} : it->second.clone("a PSK may be used again");
}

// Other implementations choose lifetimes of their own, up to the end of time.
ValidationPolicy Peer::policy() const {
    return {validator_, now(), std::numeric_limits<std::uint64_t>::max()};
}

KeyPackage Peer::make_key_package(const CipherSuite& suite,
                                  Credential credential,
                                  SignatureKeyPair keys) {
    LeafIdentity identity{std::move(credential), std::move(keys), capabilities(), {}};
    auto secrets = generate_key_package(suite, identity, lifetime_from_now());
    if (const auto valid = validate_key_package(secrets.key_package, policy()); !valid) {
        throw Refused{"key package: " + valid.error().message()};
    }
    KeyPackage package = secrets.key_package;
    newest_ = identity.clone("each key package keeps its own");
    newest_suite_ = &suite;
    key_packages_.insert_or_assign(key_package_ref(suite, package),
                                   OwnKeyPackage{std::move(secrets), std::move(identity)});
    return package;
}

const LeafIdentity& Peer::newest_identity() const {
    if (!newest_) {
        throw Refused{"make a key package first"};
    }
    return *newest_;
}

void Peer::enter(Group group, LeafIdentity identity, Bytes own_commit) {
    membership_.emplace(
        std::move(group), std::move(identity), std::move(own_commit), std::set<Bytes>{});
    pending_.reset();
}

void Peer::create_group(Bytes group_id) {
    const LeafIdentity& identity = newest_identity();
    enter(
        value_of(Group::create(*newest_suite_, std::move(group_id), identity, lifetime_from_now()),
                 "create_group"),
        identity.clone("the next group may have the same"));
}

void Peer::join(const Welcome& welcome, const TreeNodes* tree) {
    const auto own = std::find_if(
        welcome.secrets.begin(), welcome.secrets.end(), [&](const EncryptedGroupSecrets& entry) {
            return key_packages_.contains(entry.new_member);
        });
    if (own == welcome.secrets.end()) {
        throw Refused{"welcome: for none of our key packages"};
    }
    const auto package = key_packages_.find(own->new_member);
    auto joined =
        value_of(Group::join(welcome, package->second.secrets, tree, policy(), &psks_), "join");
    enter(std::move(joined), std::move(package->second.identity));
    key_packages_.erase(package);
}

Bytes Peer::join_external(const GroupInfo& info, const TreeNodes* tree) {
    const bool again =
        membership_ && membership_->group.view()->group_id() == info.group_context.group_id;
    LeafIdentity identity = (again ? membership_->identity : newest_identity())
                                .clone("the next group may have the same");
    ExternalCommitOptions options;
    options.psk_source = &psks_;
    if (const auto nodes = tree_of(info, tree)) {
        options.removes = leaf_with_key(*nodes, identity.keys.public_key);
    }
    auto pending =
        value_of(Group::join_external(info, tree, identity, options, policy()), "external_join");
    Bytes sent = protocol::codec::encode(pending.commit);
    enter(std::move(pending.next), std::move(identity), sent);
    return sent;
}

Peer::Membership& Peer::membership() {
    if (!membership_) {
        throw Refused{"not in a group"};
    }
    return *membership_;
}

const Peer::Membership& Peer::membership() const {
    if (!membership_) {
        throw Refused{"not in a group"};
    }
    return *membership_;
}

Group& Peer::group() {
    return membership().group;
}

const Group& Peer::group() const {
    return membership().group;
}

const SignaturePrivateKey& Peer::signer() const {
    return membership().identity.keys.private_key;
}

void Peer::advance(Group next, Bytes own_commit) {
    membership().group = std::move(next);
    membership().own_commit = std::move(own_commit);
    membership().sent_proposals.clear();
    pending_.reset();
}

// Section 12.4: all that are valid together. Left out: what only others may commit (our own Update, our own removal), what the
// commit does by itself, and all but the best that concern one leaf: a Remove, or else the newest Update (section 12.2).
std::vector<ProposalRef> Peer::proposals_to_commit(const CommitOptions& options) const {
    std::map<LeafIndex, const CachedProposal*> best;
    std::vector<ProposalRef> chosen;
    for (const auto& cached : group().proposals()) {
        const auto leaf = leaf_touched_by(cached);
        if (!leaf) {
            chosen.push_back(cached.ref);
        } else if (*leaf != group().own_leaf() &&
                   std::count(options.removes.begin(), options.removes.end(), *leaf) == 0) {
            auto& place = best[*leaf];
            if (place == nullptr || place->proposal.get<Remove>() == nullptr) {
                place = &cached;
            }
        }
    }
    for (const auto& [leaf, cached] : best) {
        chosen.push_back(cached->ref);
    }
    return chosen;
}

Group& Peer::group_speaking_as_set() {
    group().send_handshakes_as(settings.encrypt ? HandshakeFormat::private_message
                                                : HandshakeFormat::public_message);
    return group();
}

SentCommit Peer::commit(CommitOptions options) {
    options.references = proposals_to_commit(options);
    options.psk_source = &psks_;
    options.welcome_info.with_ratchet_tree = settings.inline_tree;
    auto pending =
        value_of(group_speaking_as_set().commit(membership().identity, signer(), options, policy()),
                 "commit");
    SentCommit sent{protocol::codec::encode(pending.commit), std::nullopt};
    if (pending.welcome) {
        sent.welcome = protocol::codec::encode(MlsMessage{*pending.welcome});
    }
    pending_.emplace(std::move(pending), sent.commit);
    return sent;
}

void Peer::apply() {
    if (!pending_) {
        throw Refused{"no commit is pending"};
    }
    advance(std::move(pending_->commit.next), std::move(pending_->sent));
}

void Peer::discard() {
    if (!pending_) {
        throw Refused{"no commit is pending"};
    }
    pending_.reset();
}

Bytes Peer::remember(const MlsMessage& proposal) {
    Bytes sent = protocol::codec::encode(proposal);
    membership().sent_proposals.insert(sent);
    return sent;
}

Bytes Peer::propose(Proposal proposal) {
    return remember(value_of(
        group_speaking_as_set().propose(signer(), std::move(proposal), {}, policy()), "propose"));
}

Bytes Peer::propose_update() {
    return remember(value_of(
        group_speaking_as_set().propose_update(membership().identity, signer(), {}, policy()),
        "propose"));
}

Handled Peer::handle(const Bytes& message) {
    if (pending_ && message == pending_->sent) {
        apply();
        return {Handled::Kind::commit, nullptr};
    }
    if (!message.empty() && message == membership().own_commit) {
        return {Handled::Kind::commit, nullptr};  // applied already
    }
    if (membership().sent_proposals.contains(message)) {
        return {Handled::Kind::proposal, nullptr};
    }
    const auto decoded = value_of(protocol::codec::decode_exact<MlsMessage>(message), "message");
    switch (content_of(decoded)) {
        case ContentType::commit:
            return receive_commit(decoded);
        case ContentType::proposal:
            static_cast<void>(value_of(group().receive_proposal(decoded, policy()), "proposal"));
            return {Handled::Kind::proposal, nullptr};
        case ContentType::application:
            break;
    }
    throw Refused{"message: an application message, which unprotect is for"};
}

Handled Peer::receive_commit(const MlsMessage& message) {
    auto staged = value_of(group().stage(message, policy(), &psks_), "commit");
    if (staged.removes_us()) {
        membership_.reset();
        pending_.reset();
        return {Handled::Kind::commit, staged.change.next};
    }
    advance(std::move(*staged.next));
    return {Handled::Kind::commit, nullptr};
}

}  // namespace serai::tests::interop
