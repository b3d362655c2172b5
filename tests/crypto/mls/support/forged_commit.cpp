#include "tests/crypto/mls/support/forged_commit.hpp"

#include "crypto/mls/group/leaf_validation.hpp"
#include "crypto/mls/group/message_protection.hpp"

#include <algorithm>

namespace serai::tests::mls {

namespace {

using protocol::codec::encode;

// One commit in the making.
class Forge {
  public:
    Forge(const PublicGroup& group,
          const LeafIdentity& identity,
          const CommitPlan& plan,
          Random& random)
        : suite_(group.suite()),
          group_(group),
          identity_(identity),
          plan_(plan),
          random_(random),
          tree_(group.tree()),
          context_(group.context()) {
        commit_.proposals = plan.proposals;
        ++context_.epoch;
    }

    // Section 12.3, for whatever can be applied at all.
    void apply(const Sender& committer) {
        const auto listed = list(committer);
        for (const auto& [sender, proposal] : listed) {
            if (const auto* change = proposal->get<GroupContextExtensions>()) {
                context_.extensions = change->extensions;
            } else if (const auto* psk = proposal->get<PreSharedKey>()) {
                psk_ids_.push_back(psk->psk);
            } else if (const auto* update = proposal->get<Update>();
                       update != nullptr && tree_.leaf(LeafIndex{sender.index}) != nullptr) {
                tree_.update(LeafIndex{sender.index},
                             std::make_shared<const LeafNode>(update->leaf_node));
            }
        }
        for (const auto& [sender, proposal] : listed) {
            const auto* remove = proposal->get<Remove>();
            if (remove != nullptr && tree_.leaf(remove->removed) != nullptr) {
                tree_.remove(remove->removed);
            }
        }
        for (const auto& [sender, proposal] : listed) {
            if (const auto* add = proposal->get<Add>()) {
                new_leaves_.push_back(
                    tree_.add(std::make_shared<const LeafNode>(add->key_package.leaf_node)));
            }
        }
        std::sort(new_leaves_.begin(), new_leaves_.end());
    }

    LeafIndex add_self() {
        LeafNode placeholder;
        placeholder.capabilities = identity_.capabilities;
        placeholder.credential = identity_.credential;
        return tree_.add(std::make_shared<const LeafNode>(std::move(placeholder)));
    }

    void make_path(LeafIndex self) {
        steps_ = tree_.filtered_direct_path(self, new_leaves_);
        NewPath path = TreeKemPrivate::generate_path(suite_, steps_.size(), random_);
        call(plan_.keys, path);
        LeafNode leaf{path.leaf_key.public_key,
                      identity_.keys.public_key,
                      identity_.credential,
                      identity_.capabilities,
                      FromCommit{tree_.merge_path(self, steps_, path.public_keys)},
                      identity_.extensions,
                      {}};
        call(plan_.leaf, leaf);
        leaf.signature = sign_leaf(
            suite_,
            plan_.leaf_signer != nullptr ? *plan_.leaf_signer : identity_.keys.private_key,
            leaf,
            group_.group_id(),
            self);
        tree_.set_leaf(self, std::make_shared<const LeafNode>(leaf));
        context_.tree_hash = tree_.root_hash();
        provisional_context_ = encode(context_);
        UpdatePath update{std::move(leaf), sealed(path)};
        call(plan_.path, update);
        commit_.path = std::move(update);
        commit_secret_ = std::move(path.commit_secret);
    }

    ForgedCommit finish(const Sender& sender,
                        const SignaturePrivateKey& signer,
                        InitSecret init,
                        MemberSecrets* member) {
        context_.tree_hash = tree_.root_hash();
        AuthenticatedContent message{
            plan_.format, {group_.group_id(), group_.epoch(), sender, {}, std::move(commit_)}, {}};
        call(plan_.content, message.content);
        message = sign_content(suite_,
                               plan_.signer != nullptr ? *plan_.signer : signer,
                               plan_.format,
                               std::move(message.content),
                               group_.encoded_context());
        context_.confirmed_transcript_hash =
            confirmed_transcript_hash(suite_,
                                      group_.interim_transcript_hash(),
                                      plan_.format,
                                      encode(message.content),
                                      message.auth.signature);
        const Bytes encoded_context = encode(context_);
        auto found = combine_psks_from(suite_, psk_ids_, plan_.psks);
        const PskSecret psk = found ? std::move(*found) : PskSecret::zero(suite_.hash_size());
        auto joined =
            joined_secrets(suite_,
                           joiner_secret(suite_, std::move(init), commit_secret_, encoded_context),
                           psk,
                           encoded_context);
        Bytes tag = suite_.mac(joined.epoch.confirmation_key, context_.confirmed_transcript_hash);
        tag[0] ^= plan_.wrong_confirmation ? 1 : 0;
        message.auth.confirmation_tag = tag;
        return {protect(std::move(message), member),
                std::move(tree_),
                std::move(context_),
                std::move(tag),
                joined.epoch.authenticator.with_bytes(SecretAccess{"test"}, to_bytes),
                std::move(steps_),
                std::move(provisional_context_)};
    }

  private:
    template <class Hook, class T>
    static void call(const Hook& hook, T& value) {
        if (hook) {
            hook(value);
        }
    }

    [[nodiscard]] std::vector<std::pair<Sender, const Proposal*>> list(
        const Sender& committer) const {
        std::vector<std::pair<Sender, const Proposal*>> out;
        for (const auto& entry : commit_.proposals) {
            if (const auto* proposal = std::get_if<Proposal>(&entry.value)) {
                out.emplace_back(committer, proposal);
                continue;
            }
            for (const auto& known : plan_.known) {
                if (known.ref == std::get<ProposalRef>(entry.value)) {
                    out.emplace_back(known.sender, &known.proposal);
                    break;
                }
            }
        }
        return out;
    }

    // Ciphertexts in the right number even if there is a key that nothing can be encrypted to.
    std::vector<UpdatePathNode> sealed(const NewPath& path) {
        auto nodes = encrypt_path(tree_, steps_, path, provisional_context_, random_);
        if (nodes) {
            return std::move(*nodes);
        }
        std::vector<UpdatePathNode> unreadable;
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            unreadable.push_back({path.public_keys[i],
                                  std::vector<HpkeCiphertextWire>(steps_[i].resolution.size(),
                                                                  {Bytes(32), Bytes(48)})});
        }
        return unreadable;
    }

    MlsMessage protect(AuthenticatedContent message, MemberSecrets* member) {
        if (plan_.format == WireFormat::private_message) {
            return {*protect_private(
                suite_, member->message_keys, member->sender_data, message, 0, random_)};
        }
        PublicMessage open{std::move(message.content), std::move(message.auth), {}};
        if (member != nullptr) {
            open.membership_tag = membership_tag(
                suite_, member->membership, open.content, open.auth, group_.encoded_context());
        }
        return {std::move(open)};
    }

    const CipherSuite& suite_;
    const PublicGroup& group_;
    const LeafIdentity& identity_;
    const CommitPlan& plan_;
    Random& random_;
    RatchetTree tree_;
    GroupContext context_;
    Commit commit_;
    std::vector<LeafIndex> new_leaves_;
    std::vector<PreSharedKeyId> psk_ids_;
    std::vector<PathStep> steps_;
    Bytes provisional_context_;
    CommitSecret commit_secret_ = CommitSecret::zero(suite_.hash_size());
};

}  // namespace

MemberSecrets secrets_of(const Group& group) {
    const GroupBlob blob = group.save_secret();
    return blob.with_bytes(SecretAccess{"test"}, [&](ByteView bytes) {
        // In the order of group_save.cpp.
        Reader reader{bytes};
        static_cast<void>(reader.u8());
        static_cast<void>(reader.vector());
        static_cast<void>(reader.u64());
        static_cast<void>(reader.vector());
        const ByteView sender_data = *reader.vector();
        static_cast<void>(reader.vector());
        const ByteView external = *reader.vector();
        static_cast<void>(reader.vector());
        const ByteView membership = *reader.vector();
        static_cast<void>(reader.vector());
        static_cast<void>(reader.vector());
        const ByteView init = *reader.vector();
        const ByteView message_keys = *reader.vector();
        return MemberSecrets{SenderDataSecret::from_bytes(sender_data),
                             ExternalSecret::from_bytes(external),
                             MembershipKey::from_bytes(membership),
                             InitSecret::from_bytes(init),
                             *SecretTree::load(group.suite(), SecretView::of_public(message_keys))};
    });
}

ForgedCommit forge_commit(TestClient& member, const CommitPlan& plan, Random& random) {
    const Group& group = member.group();
    MemberSecrets secrets = secrets_of(group);
    const Sender self = Sender::member(group.own_leaf());
    Forge forge{*group.view(), member.identity(), plan, random};
    forge.apply(self);
    if (plan.with_path) {
        forge.make_path(group.own_leaf());
    }
    return forge.finish(self, member.signer(), std::move(secrets.init), &secrets);
}

ForgedCommit forge_external_commit(const PublicGroup& group,
                                   ByteView external_pub,
                                   const LeafIdentity& joiner,
                                   CommitPlan plan,
                                   Random& random,
                                   bool with_init) {
    auto exported = *group.suite().external_init(external_pub, random);
    if (with_init) {
        plan.by_value(Proposal{ExternalInit{exported.kem_output}});
    }
    const Sender self{SenderType::new_member_commit, 0};
    Forge forge{group, joiner, plan, random};
    forge.apply(self);
    if (plan.with_path) {
        forge.make_path(forge.add_self());
    }
    return forge.finish(self,
                        joiner.keys.private_key,
                        std::move(exported.secret).retag<InitSecretTag>("section 8.3"),
                        nullptr);
}

void tag_again(const Group& group, PublicMessage& message) {
    message.membership_tag = membership_tag(group.suite(),
                                            secrets_of(group).membership,
                                            message.content,
                                            message.auth,
                                            group.view()->encoded_context());
}

PublicMessage forge_proposal(const Group& group,
                             const Sender& sender,
                             const SignaturePrivateKey& signer,
                             Proposal proposal) {
    auto content =
        sign_content(group.suite(),
                     signer,
                     WireFormat::public_message,
                     {group.view()->group_id(), group.epoch(), sender, {}, std::move(proposal)},
                     group.view()->encoded_context());
    PublicMessage message{std::move(content.content), std::move(content.auth), {}};
    if (sender.type == SenderType::member) {
        tag_again(group, message);
    }
    return message;
}

LeafNode forge_update_leaf(TestClient& member,
                           const LeafChange& change,
                           const SignaturePrivateKey& signer,
                           Random& random) {
    const LeafIdentity& identity = member.identity();
    LeafNode leaf{test_suite().generate_key_pair(random).public_key,
                  identity.keys.public_key,
                  identity.credential,
                  identity.capabilities,
                  FromUpdate{},
                  identity.extensions,
                  {}};
    if (change) {
        change(leaf);
    }
    leaf.signature = sign_leaf(
        test_suite(), signer, leaf, member.group().view()->group_id(), member.group().own_leaf());
    return leaf;
}

KeyPackage forge_key_package(KeyPackage key_package,
                             const LeafChange& change,
                             const SignaturePrivateKey& leaf_signer,
                             const SignaturePrivateKey& signer) {
    auto& leaf = key_package.leaf_node;
    if (change) {
        change(leaf);
    }
    leaf.signature = sign_leaf(test_suite(), leaf_signer, leaf, {}, {});
    key_package.signature = test_suite().sign(signer, "KeyPackageTBS", key_package.to_be_signed());
    return key_package;
}

}  // namespace serai::tests::mls
