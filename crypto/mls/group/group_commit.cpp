// Building a commit: RFC 9420, section 12.4.1.
#include "crypto/mls/group/group.hpp"
#include "crypto/mls/group/leaf_validation.hpp"
#include "crypto/mls/group/message_protection.hpp"
#include "crypto/mls/group/proposal_list.hpp"

#include <algorithm>

namespace serai::crypto::mls {

class CommitBuilder {
  public:
    CommitBuilder(const Group& group,
                  const LeafIdentity& identity,
                  const SignaturePrivateKey& signer,
                  const CommitOptions& options,
                  const ValidationPolicy& policy,
                  Random& random)
        : group_(group),
          suite_(group.suite()),
          view_(*group.public_),
          identity_(identity),
          signer_(signer),
          options_(options),
          policy_(policy),
          random_(random) {}

    Result<PendingCommit> run() {
        list_proposals();
        const Sender self = Sender::member(group_.own_leaf());
        SERAI_TRY(list, resolve(commit_, self, group_.proposals_));
        SERAI_TRY(applied, apply_proposals(view_, group_.own_leaf(), list, policy_));
        SERAI_CHECK(make_path(applied));
        if (!applied.tree.credential_types_compatible()) {
            return MlsError::invalid_leaf;
        }
        return finish(std::move(applied));
    }

  private:
    void list_proposals() {
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
    }

    // Section 7.5, as the sender.
    Result<void> make_path(AppliedProposals& applied) {
        const LeafIndex self = group_.own_leaf();
        steps_ = applied.tree.filtered_direct_path(self, applied.new_leaves());
        secrets_ = TreeKemPrivate::generate_path(suite_, steps_.size(), random_);
        UpdatePath path{{secrets_.leaf_key.public_key,
                         identity_.keys.public_key,
                         identity_.credential,
                         identity_.capabilities,
                         FromCommit{},
                         identity_.extensions,
                         {}},
                        {}};
        for (const auto& key : secrets_.public_keys) {
            path.nodes.push_back({key, {}});
        }
        SERAI_CHECK(check_leaf_form(suite_, path.leaf_node));
        SERAI_CHECK(policy_.credentials.validate(
            {path.leaf_node, LeafOrigin::commit, view_.tree().leaf(self).get()}));
        SERAI_CHECK(check_across_group(applied, &path, self));

        path.leaf_node.source =
            FromCommit{applied.tree.merge_path(self, steps_, secrets_.public_keys)};
        path.leaf_node.signature =
            sign_leaf(suite_, identity_.keys.private_key, path.leaf_node, view_.group_id(), self);
        applied.tree.set_leaf(self, std::make_shared<const LeafNode>(path.leaf_node));

        context_ = view_.context();
        ++context_.epoch;
        context_.tree_hash = applied.tree.root_hash();
        context_.extensions = applied.extensions;
        SERAI_TRY(nodes,
                  encrypt_path(
                      applied.tree, steps_, secrets_, protocol::codec::encode(context_), random_));
        path.nodes = std::move(nodes);
        commit_.path = std::move(path);
        return {};
    }

    Result<PendingCommit> finish(AppliedProposals applied) {
        PublicMessage message{
            group_.framed(std::move(commit_), options_.authenticated_data), {}, {}};
        const Bytes encoded = protocol::codec::encode(message.content);
        message.auth.signature = suite_.sign(
            signer_,
            "FramedContentTBS",
            content_to_be_signed(
                WireFormat::public_message, encoded, SenderType::member, view_.encoded_context()));
        context_.confirmed_transcript_hash =
            confirmed_transcript_hash(suite_,
                                      view_.interim_transcript_hash(),
                                      WireFormat::public_message,
                                      encoded,
                                      message.auth.signature);
        SERAI_TRY(psk, group_.psk_secret(applied.psks, options_.psk_source));
        const Bytes encoded_context = protocol::codec::encode(context_);
        auto joiner = joiner_secret(suite_,
                                    group_.epoch_.init.clone("until the commit is accepted"),
                                    secrets_.commit_secret,
                                    encoded_context);
        auto joined = joined_secrets(
            suite_, joiner.clone("also goes into the Welcome"), psk, encoded_context);
        message.auth.confirmation_tag =
            suite_.mac(joined.epoch.confirmation_key, context_.confirmed_transcript_hash);
        message.membership_tag = membership_tag(suite_,
                                                group_.epoch_.membership_key,
                                                message.content,
                                                message.auth,
                                                view_.encoded_context());

        Group next = next_group(applied, std::move(joined.epoch), message.auth.confirmation_tag);
        GroupInfo published = next.group_info(identity_.keys.private_key, options_.published_info);
        std::optional<Welcome> welcome;
        if (!applied.adds.empty()) {
            SERAI_TRY(made, make_welcome(applied, next, joiner, joined.welcome));
            welcome = std::move(made);
        }
        return PendingCommit{
            std::move(message), std::move(welcome), std::move(published), std::move(next)};
    }

    Group next_group(const AppliedProposals& applied, EpochSecrets epoch, const Bytes& tag) {
        auto keys = group_.tree_secrets_.clone("until the commit is accepted");
        keys.prune(applied.tree);
        keys.take_own_path(secrets_, steps_);
        Group next{PublicGroup::make(std::move(context_), applied.tree, tag),
                   std::move(keys),
                   std::move(epoch)};
        next.inherit(group_);
        next.ended_ = applied.reinit.has_value();
        return next;
    }

    Result<Welcome> make_welcome(const AppliedProposals& applied,
                                 const Group& next,
                                 const JoinerSecret& joiner,
                                 const WelcomeSecret& secret) {
        const GroupInfo info = next.group_info(identity_.keys.private_key, options_.welcome_info);
        const auto key = suite_.expand<MessageKey>(secret, "key", {}, suite_.key_size());
        const auto nonce = suite_.expand<MessageNonce>(secret, "nonce", {}, suite_.nonce_size());
        Welcome welcome{suite_.id(), {}, {}};
        welcome.encrypted_group_info =
            suite_.aead_seal(key,
                             SecretView{nonce}.bytes(SecretAccess{"AEAD nonce"}),
                             {},
                             protocol::codec::encode(info));
        for (const auto& add : applied.adds) {
            GroupSecrets secrets{
                joiner.clone("one for each newcomer"), path_secret_for(add.index), applied.psks};
            auto sealed = suite_.encrypt(add.key_package.init_key,
                                         "Welcome",
                                         welcome.encrypted_group_info,
                                         secrets.encode(),
                                         random_);
            if (!sealed) {
                return MlsError::invalid_key_package;
            }
            welcome.secrets.push_back(
                {key_package_ref(suite_, add.key_package),
                 {std::move(sealed->kem_output), std::move(sealed->ciphertext)}});
        }
        return welcome;
    }

    // Of the lowest common ancestor: the step whose copath child the newcomer is under.
    [[nodiscard]] std::optional<PathSecret> path_secret_for(LeafIndex newcomer) const {
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            if (contains(steps_[i].copath_child, newcomer)) {
                return secrets_.secrets[i].clone("one for each newcomer");
            }
        }
        return std::nullopt;
    }

    const Group& group_;
    const CipherSuite& suite_;
    const PublicGroup& view_;
    const LeafIdentity& identity_;
    const SignaturePrivateKey& signer_;
    const CommitOptions& options_;
    const ValidationPolicy& policy_;
    Random& random_;

    Commit commit_;
    std::vector<PathStep> steps_;
    NewPath secrets_;
    GroupContext context_;
};

Result<PendingCommit> Group::commit(const LeafIdentity& identity,
                                    const SignaturePrivateKey& signer,
                                    const CommitOptions& options,
                                    const ValidationPolicy& policy,
                                    Random& random) const {
    if (ended_) {
        return MlsError::group_ended;
    }
    return CommitBuilder{*this, identity, signer, options, policy, random}.run();
}

}  // namespace serai::crypto::mls
