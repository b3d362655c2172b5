#include "crypto/mls/group/commit_builder.hpp"

#include "crypto/mls/group/leaf_validation.hpp"
#include "crypto/mls/group/message_protection.hpp"

#include <algorithm>

namespace serai::crypto::mls {

CommitBuilder::CommitBuilder(Group& member,
                             const LeafIdentity& identity,
                             const SignaturePrivateKey& signer,
                             const CommitOptions& options,
                             const ValidationPolicy& policy,
                             Random& random)
    : member_(&member),
      suite_(member.suite()),
      view_(*member.public_),
      identity_(identity),
      signer_(signer),
      options_(options),
      policy_(policy),
      random_(random),
      sender_(Sender::member(member.own_leaf())),
      self_(member.own_leaf()) {}

CommitBuilder::CommitBuilder(const PublicGroup& view,
                             ByteView external_pub,
                             const LeafIdentity& identity,
                             const CommitOptions& options,
                             const ValidationPolicy& policy,
                             Random& random)
    : member_(nullptr),
      suite_(view.suite()),
      view_(view),
      external_pub_(external_pub),
      identity_(identity),
      signer_(identity.keys.private_key),
      options_(options),
      policy_(policy),
      random_(random),
      sender_{SenderType::new_member_commit, 0} {}

Result<PendingCommit> CommitBuilder::run() {
    if (member_ == nullptr) {
        SERAI_CHECK(list_external_init());
    }
    list_proposals();
    const auto cached = member_ == nullptr ? std::span<const CachedProposal>{}
                                           : std::span<const CachedProposal>{member_->proposals_};
    SERAI_TRY(list, resolve(commit_, sender_, cached));
    const auto committer = member_ == nullptr ? std::nullopt : std::optional{self_};
    SERAI_TRY(applied, apply_proposals(view_, committer, list, policy_));
    SERAI_CHECK(wants_path(applied) ? make_path(applied) : do_without_path(applied));
    if (!applied.tree.credential_types_compatible()) {
        return MlsError::invalid_leaf;
    }
    return finish(std::move(applied));
}

// Section 8.3, as the joiner.
Result<void> CommitBuilder::list_external_init() {
    auto exported = suite_.external_init(external_pub_, random_);
    if (!exported) {
        return MlsError::invalid_group_info;
    }
    external_init_ =
        std::move(exported->secret).retag<InitSecretTag>("external init secret, section 8.3");
    commit_.proposals.push_back({Proposal{ExternalInit{std::move(exported->kem_output)}}});
    return {};
}

void CommitBuilder::list_proposals() {
    for (const auto& ref : options_.references) {
        commit_.proposals.push_back({ref});
    }
    const auto by_value = [&](auto proposal) {
        commit_.proposals.push_back({Proposal{std::move(proposal)}});
    };
    for (const auto& key_package : options_.adds) {
        by_value(Add{key_package});
    }
    for (const auto leaf : options_.removes) {
        by_value(Remove{leaf});
    }
    for (auto psk : options_.psks) {
        if (psk.nonce.empty()) {
            psk.nonce = random_.bytes(suite_.hash_size());
        }
        by_value(PreSharedKey{std::move(psk)});
    }
    if (options_.new_extensions) {
        by_value(GroupContextExtensions{*options_.new_extensions});
    }
    if (options_.reinit) {
        by_value(*options_.reinit);
    }
}

// Section 12.4. A renewed identity shows in a path alone.
bool CommitBuilder::wants_path(const AppliedProposals& applied) const {
    if (member_ == nullptr || applied.path_required || !options_.path_only_if_required) {
        return true;
    }
    const auto leaf = view_.tree().leaf(self_);
    return leaf->signature_key != identity_.keys.public_key ||
           leaf->credential != identity_.credential;
}

// The tree as the path is laid through it. A newcomer's leaf goes where an Add would put it; its content comes with the path.
Result<RatchetTree> CommitBuilder::place_committer(const AppliedProposals& applied) {
    RatchetTree tree = applied.tree;
    if (member_ == nullptr) {
        if (tree.member_count() == kMaxLeafSlots) {
            return MlsError::invalid_proposal_list;
        }
        self_ = tree.add(std::make_shared<const LeafNode>());
    }
    return tree;
}

// Without ciphertexts, parent hash and signature.
UpdatePath CommitBuilder::unsigned_path() const {
    UpdatePath path{unsigned_leaf(identity_, secrets_.leaf_key.public_key, FromCommit{}, random_),
                    {}};
    for (const auto& key : secrets_.public_keys) {
        path.nodes.push_back({key, {}});
    }
    return path;
}

// What the others will check, before anything is encrypted to them.
Result<void> CommitBuilder::check_path(const AppliedProposals& applied,
                                       const UpdatePath& path) const {
    SERAI_CHECK(check_leaf_form(suite_, path.leaf_node));
    const LeafNode* predecessor = nullptr;
    if (member_ != nullptr) {
        predecessor = view_.tree().leaf(self_).get();
    } else if (!applied.removes.empty()) {
        predecessor = applied.removes.front().leaf.get();
    }
    SERAI_CHECK(policy_.credentials.validate(
        {path.leaf_node,
         member_ != nullptr ? LeafOrigin::commit : LeafOrigin::external_commit,
         predecessor}));
    return check_across_group(applied, &path, self_);
}

// Section 7.5, as the sender.
Result<void> CommitBuilder::make_path(AppliedProposals& applied) {
    SERAI_TRY(tree, place_committer(applied));
    steps_ = tree.filtered_direct_path(self_, applied.new_leaves());
    secrets_ = TreeKemPrivate::generate_path(suite_, steps_.size(), random_);
    UpdatePath path = unsigned_path();
    SERAI_CHECK(check_path(applied, path));
    applied.tree = std::move(tree);

    path.leaf_node.source =
        FromCommit{applied.tree.merge_path(self_, steps_, secrets_.public_keys)};
    path.leaf_node.signature =
        sign_leaf(suite_, identity_.keys.private_key, path.leaf_node, view_.group_id(), self_);
    applied.tree.set_leaf(self_, std::make_shared<const LeafNode>(path.leaf_node));

    begin_context(applied);
    SERAI_TRY(
        nodes,
        encrypt_path(applied.tree, steps_, secrets_, protocol::codec::encode(context_), random_));
    path.nodes = std::move(nodes);
    commit_.path = std::move(path);
    return {};
}

// A "partial" commit.
Result<void> CommitBuilder::do_without_path(const AppliedProposals& applied) {
    SERAI_CHECK(check_across_group(applied, nullptr, {}));
    secrets_.commit_secret = CommitSecret::zero(suite_.hash_size());
    begin_context(applied);
    return {};
}

// The provisional context: everything of the next epoch's but its transcript hash.
void CommitBuilder::begin_context(const AppliedProposals& applied) {
    context_ = view_.context();
    ++context_.epoch;
    context_.tree_hash = applied.tree.root_hash();
    context_.extensions = applied.extensions;
}

InitSecret CommitBuilder::take_init_secret() {
    return member_ != nullptr ? member_->epoch_.init.clone("until the commit is accepted")
                              : std::move(external_init_);
}

Result<PskSecret> CommitBuilder::psk_secret(const AppliedProposals& applied) const {
    return member_ != nullptr ? member_->psk_secret(applied.psks, options_.psk_source)
                              : combine_psks_from(suite_, applied.psks, options_.psk_source);
}

Result<MlsMessage> CommitBuilder::protect(AuthenticatedContent content) {
    if (member_ != nullptr) {
        return member_->protect_handshake(std::move(content), random_);
    }
    // Section 6.2: a newcomer is no member yet, so there is no membership tag.
    return MlsMessage{PublicMessage{std::move(content.content), std::move(content.auth), {}}};
}

Result<PendingCommit> CommitBuilder::finish(AppliedProposals applied) {
    AuthenticatedContent content{
        member_ == nullptr ? WireFormat::public_message
                           : wire_format_of(member_->handshake_format_),
        {view_.group_id(), view_.epoch(), sender_, options_.authenticated_data, std::move(commit_)},
        {}};
    const Bytes encoded = protocol::codec::encode(content.content);
    content.auth.signature = suite_.sign(
        signer_,
        "FramedContentTBS",
        content_to_be_signed(content.wire_format, encoded, sender_.type, view_.encoded_context()));
    context_.confirmed_transcript_hash = confirmed_transcript_hash(suite_,
                                                                   view_.interim_transcript_hash(),
                                                                   content.wire_format,
                                                                   encoded,
                                                                   content.auth.signature);
    SERAI_TRY(psk, psk_secret(applied));
    const Bytes encoded_context = protocol::codec::encode(context_);
    auto joiner =
        joiner_secret(suite_, take_init_secret(), secrets_.commit_secret, encoded_context);
    auto joined =
        joined_secrets(suite_, joiner.clone("also goes into the Welcome"), psk, encoded_context);
    content.auth.confirmation_tag =
        suite_.mac(joined.epoch.confirmation_key, context_.confirmed_transcript_hash);

    Group next = next_group(applied, std::move(joined.epoch), content.auth.confirmation_tag);
    GroupInfo published = next.group_info(identity_.keys.private_key, options_.published_info);
    std::optional<Welcome> welcome;
    if (!applied.adds.empty()) {
        SERAI_TRY(made, make_welcome(applied, next, joiner, joined.welcome));
        welcome = std::move(made);
    }
    // Last, since it may take a message key.
    SERAI_TRY(message, protect(std::move(content)));
    return PendingCommit{
        std::move(message), std::move(welcome), std::move(published), std::move(next)};
}

Group CommitBuilder::next_group(const AppliedProposals& applied,
                                EpochSecrets epoch,
                                const Bytes& tag) {
    // A newcomer's key is the one of its path, taken below.
    auto keys = member_ != nullptr ? member_->tree_secrets_.clone("until the commit is accepted")
                                   : TreeKemPrivate{self_, {}};
    keys.prune(applied.tree);
    if (!secrets_.leaf_key.public_key.empty()) {
        keys.take_own_path(secrets_, steps_);
    }
    Group next{PublicGroup::make(std::move(context_), applied.tree, tag),
               std::move(keys),
               std::move(epoch)};
    if (member_ != nullptr) {
        next.inherit(*member_);
    }
    next.reinit_ = applied.reinit;
    return next;
}

Result<Welcome> CommitBuilder::make_welcome(const AppliedProposals& applied,
                                            const Group& next,
                                            const JoinerSecret& joiner,
                                            const WelcomeSecret& secret) const {
    const GroupInfo info = next.group_info(identity_.keys.private_key, options_.welcome_info);
    const auto key = suite_.expand<MessageKey>(secret, "key", {}, suite_.key_size());
    const auto nonce = suite_.expand<MessageNonce>(secret, "nonce", {}, suite_.nonce_size());
    Welcome welcome{suite_.id(), {}, {}};
    welcome.encrypted_group_info =
        suite_.aead_seal(key,
                         SecretView{nonce}.bytes(SecretAccess{"AEAD nonce"}),
                         {},
                         protocol::codec::encode(info));
    const HpkeInfo hpke_info = suite_.encryption_info("Welcome", welcome.encrypted_group_info);
    for (const auto& add : applied.adds) {
        GroupSecrets secrets{
            joiner.clone("one for each newcomer"), path_secret_for(add.index), applied.psks};
        auto sealed =
            suite_.encrypt(add.key_package.init_key, hpke_info, secrets.encode(), random_);
        if (!sealed) {
            return MlsError::invalid_key_package;
        }
        welcome.secrets.push_back({key_package_ref(suite_, add.key_package),
                                   {std::move(sealed->kem_output), std::move(sealed->ciphertext)}});
    }
    return welcome;
}

// Of the lowest common ancestor: the step whose copath child the newcomer is under.
std::optional<PathSecret> CommitBuilder::path_secret_for(LeafIndex newcomer) const {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        if (contains(steps_[i].copath_child, newcomer)) {
            return secrets_.secrets[i].clone("one for each newcomer");
        }
    }
    return std::nullopt;
}

Result<PendingCommit> Group::commit(const LeafIdentity& identity,
                                    const SignaturePrivateKey& signer,
                                    const CommitOptions& options,
                                    const ValidationPolicy& policy,
                                    Random& random) {
    if (reinit_) {
        return MlsError::group_ended;
    }
    // Sections 11.2 and 11.3: those usages are for reinitialize() and branch() alone.
    const auto& psks = options.psks;
    if (std::any_of(
            psks.begin(), psks.end(), [](const auto& psk) { return lineage_of(psk) != nullptr; })) {
        return MlsError::invalid_proposal;
    }
    return CommitBuilder{*this, identity, signer, options, policy, random}.run();
}

}  // namespace serai::crypto::mls
