#include "crypto/mls/group/public_group.hpp"

#include "crypto/mls/group/external_proposal.hpp"
#include "crypto/mls/group/leaf_validation.hpp"
#include "crypto/mls/group/message_protection.hpp"
#include "crypto/mls/group/proposal_list.hpp"
#include "crypto/mls/schedule/epoch_secrets.hpp"

namespace serai::crypto::mls {

namespace {

constexpr std::string_view kGroupInfoLabel = "GroupInfoTBS";
constexpr std::uint8_t kSaveVersion = 1;

Result<void> verify_group_info(const RatchetTree& tree, const GroupInfo& info) {
    const auto signer = tree.leaf(info.signer);
    if (signer == nullptr) {
        return MlsError::invalid_group_info;
    }
    return tree.suite().verify(
        signer->signature_key, kGroupInfoLabel, info.to_be_signed(), info.signature);
}

// Every leaf of a tree that is seen for the first time (section 12.4.3.1).
Result<void> check_all_leaves(const RatchetTree& tree,
                              const GroupContext& context,
                              const ValidationPolicy& policy) {
    Result<void> all;
    tree.for_each_member([&](LeafIndex index, const LeafNode& leaf) {
        const auto check = [&]() -> Result<void> {
            SERAI_CHECK(check_leaf_form(tree.suite(), leaf));
            SERAI_CHECK(check_leaf_supports(leaf, context.extensions));
            SERAI_CHECK(verify_leaf_signature(tree.suite(), leaf, context.group_id, index));
            // A lifetime that ended since the member was added does not make the tree invalid: sections 7.3 and 10 leave that to
            // policy, and the validator sees the leaf. One that is too long was so from the beginning.
            SERAI_CHECK(check_lifetime_length(leaf, policy));
            return policy.credentials.validate({leaf, LeafOrigin::existing, nullptr});
        };
        if (all) {
            all = check();
        }
    });
    return all;
}

// Each encryption key once in the whole tree, each signature key once among the leaves, and all of them usable.
bool keys_are_good(const RatchetTree& tree) {
    if (!tree.encryption_keys().distinct() || !tree.signature_keys().distinct()) {
        return false;
    }
    bool good = true;
    tree.for_each_node([&](NodeIndex, const TreeNode& node) {
        good = good && tree.suite().is_hpke_public_key(node.encryption_key());
    });
    return good;
}

}  // namespace

void CachedProposal::encode(Writer& writer) const {
    writer.vector(ref.hash);
    sender.encode(writer);
    writer.vector(authenticated_data);
    proposal.encode(writer);
}

Result<CachedProposal> CachedProposal::decode(Reader& reader) {
    SERAI_TRY(ref, read_bytes(reader));
    SERAI_TRY(sender, Sender::decode(reader));
    SERAI_TRY(authenticated_data, read_bytes(reader));
    SERAI_TRY(proposal, Proposal::decode(reader));
    return CachedProposal{
        {std::move(ref)}, sender, std::move(authenticated_data), std::move(proposal)};
}

PublicGroup::PublicGroup(GroupContext context,
                         RatchetTree tree,
                         Bytes interim,
                         Bytes confirmation_tag)
    : context_(std::move(context)),
      encoded_context_(protocol::codec::encode(context_)),
      tree_(std::move(tree)),
      interim_transcript_hash_(std::move(interim)),
      confirmation_tag_(std::move(confirmation_tag)) {
    // All hashes exist from here on, so that threads may read the shared nodes.
    static_cast<void>(tree_.root_hash());
}

std::shared_ptr<const PublicGroup> PublicGroup::make(GroupContext context,
                                                     RatchetTree tree,
                                                     Bytes confirmation_tag) {
    Bytes interim = mls::interim_transcript_hash(
        tree.suite(), context.confirmed_transcript_hash, confirmation_tag);
    return std::shared_ptr<const PublicGroup>(new PublicGroup(
        std::move(context), std::move(tree), std::move(interim), std::move(confirmation_tag)));
}

Result<std::shared_ptr<const PublicGroup>> PublicGroup::from_group_info(
    const GroupInfo& info, const TreeNodes& nodes, const ValidationPolicy& policy) {
    const CipherSuite* suite = CipherSuite::find(info.group_context.cipher_suite);
    if (suite == nullptr) {
        return MlsError::unsupported;
    }
    SERAI_TRY(tree, RatchetTree::from_nodes(*suite, nodes));
    SERAI_CHECK(verify_group_info(tree, info));
    if (tree.root_hash() != info.group_context.tree_hash || !tree.parent_hashes_valid() ||
        !keys_are_good(tree) || !tree.credential_types_compatible()) {
        return MlsError::invalid_tree;
    }
    SERAI_CHECK(check_group_extensions(info.group_context.extensions));
    SERAI_CHECK(check_external_senders(info.group_context.extensions, nullptr, policy));
    SERAI_CHECK(check_all_leaves(tree, info.group_context, policy));
    return make(info.group_context, std::move(tree), info.confirmation_tag);
}

Bytes PublicGroup::save() const {
    Bytes out;
    Writer writer{out};
    writer.u8(kSaveVersion);
    context_.encode(writer);
    writer.vector(confirmation_tag_);
    return out;
}

Result<std::shared_ptr<const PublicGroup>> PublicGroup::load(ByteView saved,
                                                             const TreeNodes& nodes) {
    Reader reader{saved};
    const auto version = reader.u8();
    if (!version || *version != kSaveVersion) {
        return MlsError::corrupt_state;
    }
    auto context = GroupContext::decode(reader);
    auto tag = context ? read_bytes(reader) : Result<Bytes>{context.error()};
    const CipherSuite* suite = context ? CipherSuite::find(context->cipher_suite) : nullptr;
    if (!tag || !reader.at_end() || suite == nullptr) {
        return MlsError::corrupt_state;
    }
    auto tree = RatchetTree::from_nodes(*suite, nodes);
    if (!tree || tree->root_hash() != context->tree_hash) {
        return MlsError::corrupt_state;
    }
    return make(std::move(*context), std::move(*tree), std::move(*tag));
}

Result<void> PublicGroup::check_group_info(const GroupInfo& info) const {
    if (info.group_context != context_ || info.confirmation_tag != confirmation_tag_) {
        return MlsError::invalid_group_info;
    }
    return verify_group_info(tree_, info);
}

// Section 6.1: whose key signed this.
Result<Bytes> PublicGroup::proposer_key(const FramedContent& content) const {
    switch (content.sender.type) {
        case SenderType::member: {
            const auto leaf = tree_.leaf(LeafIndex{content.sender.index});
            return leaf != nullptr ? Result<Bytes>{leaf->signature_key}
                                   : Result<Bytes>{MlsError::not_a_member};
        }
        case SenderType::external: {
            SERAI_TRY(senders, external_senders(context_.extensions));
            return content.sender.index < senders.size()
                       ? Result<Bytes>{senders[content.sender.index].signature_key}
                       : Result<Bytes>{MlsError::not_a_member};
        }
        case SenderType::new_member_proposal: {
            const auto* proposal = std::get_if<Proposal>(&content.content);
            const auto* add = proposal == nullptr ? nullptr : proposal->get<Add>();
            return add != nullptr ? Result<Bytes>{add->key_package.leaf_node.signature_key}
                                  : Result<Bytes>{MlsError::wrong_content};
        }
        case SenderType::new_member_commit:
            break;
    }
    return MlsError::wrong_content;
}

Result<void> PublicGroup::check_addressed_here(const FramedContent& content) const {
    if (content.group_id != context_.group_id) {
        return MlsError::wrong_group;
    }
    if (content.epoch != context_.epoch) {
        return MlsError::wrong_epoch;
    }
    return {};
}

Result<CachedProposal> PublicGroup::check_proposal(const AuthenticatedContent& content,
                                                   const ValidationPolicy& policy) const {
    const FramedContent& framed = content.content;
    SERAI_CHECK(check_addressed_here(framed));
    const auto* proposal = std::get_if<Proposal>(&framed.content);
    if (proposal == nullptr) {
        return MlsError::wrong_content;
    }
    // Section 6.1: senders outside the group use PublicMessage.
    if (framed.sender.type != SenderType::member &&
        content.wire_format != WireFormat::public_message) {
        return MlsError::wrong_content;
    }
    SERAI_TRY(key, proposer_key(framed));
    SERAI_CHECK(verify_content(suite(), key, content, encoded_context_));
    SERAI_CHECK(check_single(*this, framed.sender, *proposal, policy));
    return CachedProposal{
        proposal_ref(suite(), content), framed.sender, framed.authenticated_data, *proposal};
}

Result<CachedProposal> PublicGroup::check_proposal(const PublicMessage& message,
                                                   const ValidationPolicy& policy) const {
    return check_proposal(
        AuthenticatedContent{WireFormat::public_message, message.content, message.auth}, policy);
}

Result<CachedProposal> PublicGroup::check_proposal(const MlsMessage& message,
                                                   const ValidationPolicy& policy) const {
    const auto* open = message.get<PublicMessage>();
    return open != nullptr ? check_proposal(*open, policy)
                           : Result<CachedProposal>{MlsError::wrong_content};
}

std::vector<std::pair<LeafIndex, std::shared_ptr<const LeafNode>>> members(
    const PublicGroup& group) {
    std::vector<std::pair<LeafIndex, std::shared_ptr<const LeafNode>>> list;
    group.tree().for_each_node([&](NodeIndex index, const TreeNode& node) {
        if (node.leaf != nullptr) {
            list.emplace_back(leaf_of(index), node.leaf);
        }
    });
    return list;
}

}  // namespace serai::crypto::mls
