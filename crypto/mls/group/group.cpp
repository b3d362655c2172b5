// A member's group: its beginning, its messages. Joining is in group_join.cpp, commits in group_commit.cpp and group_stage.cpp,
// saving in group_save.cpp.
#include "crypto/mls/group/group.hpp"

#include "crypto/mls/group/grease.hpp"
#include "crypto/mls/group/leaf_validation.hpp"
#include "crypto/mls/group/message_protection.hpp"
#include "crypto/mls/group/proposal_list.hpp"

#include <algorithm>

namespace serai::crypto::mls {

Group::Group(std::shared_ptr<const PublicGroup> view,
             TreeKemPrivate tree_secrets,
             EpochSecrets epoch_secrets)
    : public_(std::move(view)),
      tree_secrets_(std::move(tree_secrets)),
      epoch_(std::move(epoch_secrets)),
      message_keys_(public_->suite(), std::move(epoch_.encryption), public_->tree().leaf_slots()) {}

Group::Group(std::shared_ptr<const PublicGroup> view,
             TreeKemPrivate tree_secrets,
             EpochSecrets epoch_secrets,
             SecretTree message_keys)
    : public_(std::move(view)),
      tree_secrets_(std::move(tree_secrets)),
      epoch_(std::move(epoch_secrets)),
      message_keys_(std::move(message_keys)) {}

Result<Group> Group::create(const CipherSuite& suite,
                            Bytes group_id,
                            const LeafIdentity& identity,
                            Lifetime lifetime,
                            Extensions context_extensions,
                            Random& random) {
    if (!suite.is_signature_public_key(identity.keys.public_key)) {
        return MlsError::unsupported;
    }
    HpkeKeyPair leaf_key = suite.generate_key_pair(random);
    LeafNode leaf = unsigned_leaf(identity, leaf_key.public_key, FromKeyPackage{lifetime}, random);
    leaf.signature = sign_leaf(suite, identity.keys.private_key, leaf, {}, {});
    if (!check_leaf_form(suite, leaf) || !check_group_extensions(context_extensions) ||
        !check_leaf_supports(leaf, context_extensions)) {
        return MlsError::unsupported;
    }
    RatchetTree tree{suite, std::move(leaf)};
    GroupContext context{
        suite.id(), std::move(group_id), 0, tree.root_hash(), {}, std::move(context_extensions)};
    auto epoch = EpochSecrets::derive(suite, EpochSecret::random(suite.hash_size(), random));
    Bytes tag = suite.mac(epoch.confirmation_key, context.confirmed_transcript_hash);
    return Group{PublicGroup::make(std::move(context), std::move(tree), std::move(tag)),
                 TreeKemPrivate{LeafIndex{0}, std::move(leaf_key)},
                 std::move(epoch)};
}

Bytes Group::epoch_authenticator() const {
    return epoch_.authenticator.with_bytes(
        SecretAccess{"epoch authenticator, shown to people by design (section 8.7)"}, to_bytes);
}

ExportedSecret Group::export_secret(std::string_view label, ByteView context, std::size_t n) const {
    return ExportedSecret::filled(n, [&](std::span<std::uint8_t> out) {
        export_into(suite(), epoch_.exporter, label, context, out);
    });
}

GroupInfo Group::group_info(const SignaturePrivateKey& signer,
                            const GroupInfoOptions& options) const {
    GroupInfo info;
    info.group_context = public_->context();
    info.extensions = options.extensions;
    // Which value is no secret: any byte that changes with the epoch will do.
    add_grease(info.extensions, public_->context().tree_hash.back());
    if (options.with_ratchet_tree) {
        info.extensions.set(
            {ExtensionType::ratchet_tree, protocol::codec::encode(public_->tree().to_nodes())});
    }
    if (options.with_external_pub) {
        Bytes external_pub;
        Writer{external_pub}.vector(suite().derive_key_pair(epoch_.external).public_key);
        info.extensions.set({ExtensionType::external_pub, std::move(external_pub)});
    }
    info.confirmation_tag = public_->confirmation_tag();
    info.signer = own_leaf();
    info.signature = suite().sign(signer, "GroupInfoTBS", info.to_be_signed());
    return info;
}

FramedContent Group::framed(Content content, ByteView authenticated_data) const {
    return {public_->group_id(),
            epoch(),
            Sender::member(own_leaf()),
            to_bytes(authenticated_data),
            std::move(content)};
}

Result<PrivateMessage> Group::protect(const SignaturePrivateKey& signer,
                                      ByteView authenticated_data,
                                      ByteView plaintext,
                                      std::size_t pad_to,
                                      Random& random) {
    if (reinit_) {
        return MlsError::group_ended;
    }
    auto content = sign_content(suite(),
                                signer,
                                WireFormat::private_message,
                                framed(ApplicationData{to_bytes(plaintext)}, authenticated_data),
                                public_->encoded_context());
    auto message =
        protect_private(suite(), message_keys_, epoch_.sender_data, content, pad_to, random);
    wipe(std::get<ApplicationData>(content.content.content).bytes);
    return message;
}

// Sender data is no proof: every member can make it. Where the key is still there, the content has to open and to be signed by us.
ErrorCode Group::verdict_on_own(const SenderData& sender, const PrivateMessage& message) {
    auto content = open_private(suite(), message_keys_, sender, message);
    if (!content) {
        return content.error() == MlsError::key_consumed
                   ? ErrorCode{make_error_code(MlsError::own_message)}
                   : content.error();
    }
    const auto verified = verify_content(suite(),
                                         public_->tree().leaf(own_leaf())->signature_key,
                                         *content,
                                         public_->encoded_context());
    if (auto* data = std::get_if<ApplicationData>(&content->content.content)) {
        wipe(data->bytes);
    }
    return verified ? ErrorCode{make_error_code(MlsError::own_message)} : verified.error();
}

Result<Group::OpenedMessage> Group::open_member_message(const PrivateMessage& message) {
    if (message.group_id != public_->group_id()) {
        return MlsError::wrong_group;
    }
    if (message.epoch != epoch()) {
        return MlsError::wrong_epoch;
    }
    SERAI_TRY(sender, open_sender_data(suite(), epoch_.sender_data, message));
    if (sender.leaf == own_leaf()) {
        return verdict_on_own(sender, message);
    }
    // Section 6.3.2: MUST identify a non-blank node.
    const auto leaf = public_->tree().leaf(sender.leaf);
    if (leaf == nullptr) {
        return MlsError::not_a_member;
    }
    SERAI_TRY(content, open_private(suite(), message_keys_, sender, message));
    SERAI_CHECK(verify_content(suite(), leaf->signature_key, content, public_->encoded_context()));
    return OpenedMessage{sender, std::move(content)};
}

void Group::consume_key_of(const OpenedMessage& message) {
    consume(message_keys_, message.sender, message.content.content.type());
}

Result<ApplicationMessage> Group::unprotect(const PrivateMessage& message) {
    if (message.content_type != ContentType::application) {
        return MlsError::wrong_content;
    }
    SERAI_TRY(opened, open_member_message(message));
    consume_key_of(opened);
    auto& framed = opened.content.content;
    return ApplicationMessage{LeafIndex{framed.sender.index},
                              std::move(framed.authenticated_data),
                              std::move(std::get<ApplicationData>(framed.content).bytes)};
}

// Signed content of our own, as it travels.
Result<MlsMessage> Group::protect_handshake(AuthenticatedContent content, Random& random) {
    if (content.wire_format == WireFormat::private_message) {
        SERAI_TRY(sealed,
                  protect_private(suite(), message_keys_, epoch_.sender_data, content, 0, random));
        return MlsMessage{std::move(sealed)};
    }
    SERAI_TRY(open,
              protect_public(
                  suite(), epoch_.membership_key, std::move(content), public_->encoded_context()));
    return MlsMessage{std::move(open)};
}

Result<MlsMessage> Group::sign_and_cache(const SignaturePrivateKey& signer,
                                         Proposal proposal,
                                         ByteView authenticated_data,
                                         const ValidationPolicy& policy,
                                         Random& random) {
    if (reinit_) {
        return MlsError::group_ended;
    }
    auto content = sign_content(suite(),
                                signer,
                                wire_format_of(handshake_format_),
                                framed(std::move(proposal), authenticated_data),
                                public_->encoded_context());
    SERAI_TRY(cached, public_->check_proposal(content, policy));
    SERAI_TRY(message, protect_handshake(std::move(content), random));
    proposals_.push_back(std::move(cached));
    return std::move(message);
}

Result<MlsMessage> Group::propose(const SignaturePrivateKey& signer,
                                  Proposal proposal,
                                  ByteView authenticated_data,
                                  const ValidationPolicy& policy,
                                  Random& random) {
    const auto* psk = proposal.get<PreSharedKey>();
    // Sections 11.2 and 11.3: a PSK that ties one group to another is for reinitialize() and branch() alone.
    if (proposal.get<Update>() != nullptr || proposal.get<ExternalInit>() != nullptr ||
        (psk != nullptr && lineage_of(psk->psk) != nullptr)) {
        return MlsError::invalid_proposal;
    }
    return sign_and_cache(signer, std::move(proposal), authenticated_data, policy, random);
}

Result<MlsMessage> Group::propose_update(const LeafIdentity& identity,
                                         const SignaturePrivateKey& signer,
                                         ByteView authenticated_data,
                                         const ValidationPolicy& policy,
                                         Random& random) {
    HpkeKeyPair key = suite().generate_key_pair(random);
    LeafNode leaf = unsigned_leaf(identity, key.public_key, FromUpdate{}, random);
    leaf.signature =
        sign_leaf(suite(), identity.keys.private_key, leaf, public_->group_id(), own_leaf());
    SERAI_TRY(message,
              sign_and_cache(
                  signer, Proposal{Update{std::move(leaf)}}, authenticated_data, policy, random));
    pending_updates_.push_back(std::move(key));
    return std::move(message);
}

Result<void> Group::check_membership(const PublicMessage& message) const {
    if (message.content.group_id != public_->group_id()) {
        return MlsError::wrong_group;
    }
    if (message.content.epoch != epoch()) {
        return MlsError::wrong_epoch;
    }
    if (message.content.sender.type != SenderType::member) {
        return {};
    }
    const Bytes expected = membership_tag(
        suite(), epoch_.membership_key, message.content, message.auth, public_->encoded_context());
    return ct_equal(ByteView{expected}, message.membership_tag)
               ? Result<void>{}
               : Result<void>{CryptoError::verification_failed};
}

Result<CachedProposal> Group::receive_proposal(const MlsMessage& message,
                                               const ValidationPolicy& policy) {
    if (reinit_) {
        return MlsError::group_ended;
    }
    if (const auto* open = message.get<PublicMessage>()) {
        SERAI_CHECK(check_membership(*open));
        return cache({WireFormat::public_message, open->content, open->auth}, policy);
    }
    const auto* sealed = message.get<PrivateMessage>();
    if (sealed == nullptr || sealed->content_type != ContentType::proposal) {
        return MlsError::wrong_content;
    }
    SERAI_TRY(opened, open_member_message(*sealed));
    SERAI_TRY(cached, cache(opened.content, policy));
    consume_key_of(opened);
    return std::move(cached);
}

Result<CachedProposal> Group::cache(const AuthenticatedContent& content,
                                    const ValidationPolicy& policy) {
    const ProposalRef ref = proposal_ref(suite(), content);
    const auto known = std::find_if(proposals_.begin(), proposals_.end(), [&](const auto& cached) {
        return cached.ref == ref;
    });
    if (known != proposals_.end()) {
        return *known;
    }
    // An Update of ours that we do not remember could never be followed: its key is lost.
    if (content.content.sender == Sender::member(own_leaf())) {
        return MlsError::own_message;
    }
    SERAI_TRY(cached, public_->check_proposal(content, policy));
    proposals_.push_back(cached);
    return cached;
}

}  // namespace serai::crypto::mls
