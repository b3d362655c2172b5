// Saved states. The formats are private to this file and versioned; anything that does not read is corrupt_state.
#include "crypto/mls/group/group.hpp"
#include "crypto/secret/secret_writer.hpp"

namespace serai::crypto::mls {

namespace {

// 2: how handshakes are sent; the ReInit that ended a group; a pending commit may be a PrivateMessage.
constexpr std::uint8_t kVersion = 2;

// The order of the secrets in a blob.
template <class Epoch, class Fn>
void for_each_epoch_secret(Epoch& epoch, const Fn& fn) {
    fn(epoch.sender_data);
    fn(epoch.exporter);
    fn(epoch.external);
    fn(epoch.confirmation_key);
    fn(epoch.membership_key);
    fn(epoch.resumption_psk);
    fn(epoch.authenticator);
    fn(epoch.init);
}

Result<void> expect_version(Reader& reader) {
    SERAI_TRY(version, reader.u8());
    return version == kVersion ? Result<void>{} : Result<void>{MlsError::corrupt_state};
}

template <class T>
Result<T> corrupt_unless(Result<T> result) {
    return result ? std::move(result) : Result<T>{MlsError::corrupt_state};
}

Result<std::shared_ptr<const PublicGroup>> load_public(ByteView bytes) {
    Reader reader{bytes};
    SERAI_CHECK(expect_version(reader));
    SERAI_TRY(saved, reader.vector());
    SERAI_TRY(nodes, TreeNodes::decode(reader));
    if (!reader.at_end()) {
        return MlsError::corrupt_state;
    }
    return PublicGroup::load(saved, nodes);
}

}  // namespace

// Everything but the public part, decoded step by step.
class GroupLoader {
  public:
    static Result<Group> run(ByteView public_state, SecretView secret_state) {
        SERAI_TRY(view, load_public(public_state));
        Reader reader{secret_state.bytes(SecretAccess{"decoding a saved group"})};
        SERAI_CHECK(expect_version(reader));
        SERAI_TRY(group_id, reader.vector());
        SERAI_TRY(epoch, reader.u64());
        // The two parts must have been written together.
        if (!equal(group_id, view->group_id()) || epoch != view->epoch()) {
            return MlsError::corrupt_state;
        }
        SERAI_TRY(tree_blob, reader.vector());
        SERAI_TRY(keys, TreeKemPrivate::load(SecretView::of_public(tree_blob)));
        EpochSecrets secrets;
        SERAI_CHECK(read_epoch(reader, secrets));
        SERAI_TRY(message_blob, reader.vector());
        SERAI_TRY(message_keys,
                  SecretTree::load(view->suite(), SecretView::of_public(message_blob)));
        if (!keys.consistent_with(view->tree())) {
            return MlsError::corrupt_state;
        }
        Group group{view, std::move(keys), std::move(secrets), std::move(message_keys)};
        SERAI_CHECK(read_rest(reader, group));
        return group;
    }

  private:
    static Result<void> read_epoch(Reader& reader, EpochSecrets& secrets) {
        Result<void> good;
        for_each_epoch_secret(secrets, [&](auto& secret) {
            auto bytes = reader.vector();
            if (!bytes) {
                good = bytes.error();
            } else if (good) {
                secret = std::remove_reference_t<decltype(secret)>::from_bytes(*bytes);
            }
        });
        return good;
    }

    static Result<void> read_rest(Reader& reader, Group& group) {
        SERAI_TRY(proposals, protocol::codec::read_list<CachedProposal>(reader));
        group.proposals_ = std::move(proposals);
        SERAI_TRY(updates, reader.u32());
        for (std::uint32_t i = 0; i < updates; ++i) {
            SERAI_TRY(private_key, reader.vector());
            SERAI_TRY(public_key, read_bytes(reader));
            group.pending_updates_.push_back(
                {HpkePrivateKey::from_bytes(private_key), std::move(public_key)});
        }
        SERAI_TRY(format, read_closed(reader, HandshakeFormat::private_message));
        group.handshake_format_ = format;
        SERAI_TRY(kept, reader.u64());
        group.resumption_psks_kept_ = kept;
        SERAI_TRY(psks, reader.u32());
        for (std::uint32_t i = 0; i < psks; ++i) {
            SERAI_TRY(epoch, reader.u64());
            SERAI_TRY(psk, reader.vector());
            group.resumption_psks_.emplace(epoch, ResumptionPsk::from_bytes(psk));
        }
        SERAI_TRY(ended, reader.flag());
        if (ended) {
            SERAI_TRY(reinit, ReInit::decode(reader));
            group.reinit_ = std::move(reinit);
        }
        return reader.at_end() ? Result<void>{} : Result<void>{MlsError::corrupt_state};
    }
};

Bytes Group::save_public() const {
    Bytes out;
    Writer writer{out};
    writer.u8(kVersion);
    writer.vector(public_->save());
    public_->tree().to_nodes().encode(writer);
    return out;
}

GroupBlob Group::save_secret() const {
    SecretWriter writer;
    writer.u8(kVersion);
    writer.vector(ByteView{public_->group_id()});
    writer.u64(epoch());
    writer.vector(tree_secrets_.save());
    for_each_epoch_secret(epoch_, [&](const auto& secret) { writer.vector(secret); });
    writer.vector(message_keys_.save());
    Bytes proposals;
    Writer{proposals}.list(proposals_);
    writer.fixed(proposals);
    writer.u32(static_cast<std::uint32_t>(pending_updates_.size()));
    for (const auto& key : pending_updates_) {
        writer.vector(key.private_key);
        writer.vector(ByteView{key.public_key});
    }
    writer.u8(static_cast<std::uint8_t>(handshake_format_));
    writer.u64(resumption_psks_kept_);
    writer.u32(static_cast<std::uint32_t>(resumption_psks_.size()));
    for (const auto& [epoch, psk] : resumption_psks_) {
        writer.u64(epoch);
        writer.vector(psk);
    }
    writer.flag(reinit_.has_value());
    if (reinit_) {
        writer.object(*reinit_);
    }
    return writer.finish<GroupBlob>();
}

SavedGroup Group::save() const {
    return {save_public(), save_secret()};
}

Result<Group> Group::load(ByteView public_state, SecretView secret_state) {
    return corrupt_unless(GroupLoader::run(public_state, secret_state));
}

SavedGroup PendingCommit::save() const {
    Bytes out;
    Writer writer{out};
    writer.u8(kVersion);
    commit.encode(writer);
    writer.flag(welcome.has_value());
    if (welcome) {
        welcome->encode(writer);
    }
    group_info.encode(writer);
    writer.vector(next.save_public());
    return {std::move(out), next.save_secret()};
}

namespace {

Result<PendingCommit> load_pending(ByteView public_state, SecretView secret_state) {
    Reader reader{public_state};
    SERAI_CHECK(expect_version(reader));
    SERAI_TRY(commit, MlsMessage::decode(reader));
    if (commit.wire_format() > WireFormat::private_message) {
        return MlsError::corrupt_state;
    }
    SERAI_TRY(has_welcome, reader.flag());
    std::optional<Welcome> welcome;
    if (has_welcome) {
        SERAI_TRY(decoded, Welcome::decode(reader));
        welcome = std::move(decoded);
    }
    SERAI_TRY(info, GroupInfo::decode(reader));
    SERAI_TRY(next_public, reader.vector());
    if (!reader.at_end()) {
        return MlsError::corrupt_state;
    }
    SERAI_TRY(next, Group::load(next_public, secret_state));
    return PendingCommit{std::move(commit), std::move(welcome), std::move(info), std::move(next)};
}

}  // namespace

Result<PendingCommit> PendingCommit::load(ByteView public_state, SecretView secret_state) {
    return corrupt_unless(load_pending(public_state, secret_state));
}

}  // namespace serai::crypto::mls
