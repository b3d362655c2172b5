// Commits by a member who breaks the rules, properly signed. What a follower can see, it refuses; the rest, the members.
#include "crypto/mls/group/leaf_validation.hpp"
#include "crypto/mls/group/message_protection.hpp"
#include "tests/crypto/mls/support/small_group.hpp"

#include <functional>

namespace serai::tests::mls {

namespace {

class HostileCommit : public SmallGroup {
  protected:
    void SetUp() override { start(4); }

    // A commit of member 0 with its content changed and signed again.
    [[nodiscard]] PublicMessage changed(const CommitOptions& options,
                                        const std::function<void(Commit&)>& change) {
        auto message = public_commit(at(0).commit(options, policy_));
        change(std::get<Commit>(message.content.content));
        return signed_again(std::move(message));
    }

    [[nodiscard]] PublicMessage signed_again(PublicMessage message) {
        message.auth.signature =
            test_suite().sign(at(0).signer(),
                              "FramedContentTBS",
                              content_to_be_signed(WireFormat::public_message,
                                                   protocol::codec::encode(message.content),
                                                   SenderType::member,
                                                   server_->encoded_context()));
        return message;
    }

    void sign_path_leaf(Commit& commit) {
        auto& leaf = commit.path->leaf_node;
        leaf.signature =
            sign_leaf(test_suite(), at(0).signer(), leaf, server_->group_id(), LeafIndex{0});
    }

    [[nodiscard]] ErrorCode verdict(const PublicMessage& message) {
        const auto staged = server_->stage(message, proposals_, policy_);
        return staged ? ErrorCode{} : staged.error();
    }

    static void by_value(Commit& commit, Proposal proposal) {
        commit.proposals.push_back({std::move(proposal)});
    }
};

}  // namespace

TEST_F(HostileCommit, the_unchanged_commit_passes) {
    EXPECT_EQ(verdict(changed({}, [](Commit&) {})), ErrorCode{});
}

TEST_F(HostileCommit, of_a_stranger_is_refused) {
    auto message = public_commit(at(0).commit({}, policy_));
    message.content.sender.index = 1;
    EXPECT_EQ(verdict(message), CryptoError::verification_failed);
    message.content.sender.index = 17;
    EXPECT_EQ(verdict(message), MlsError::not_a_member);
}

TEST_F(HostileCommit, without_the_path_it_needs_is_refused) {
    const auto drop_path = [](Commit& commit) {
        commit.path.reset();
    };
    EXPECT_EQ(verdict(changed({}, drop_path)), MlsError::invalid_path);
    CommitOptions removing;
    removing.removes.push_back(LeafIndex{1});
    EXPECT_EQ(verdict(changed(removing, drop_path)), MlsError::invalid_path);
}

TEST_F(HostileCommit, an_add_alone_may_do_without_a_path) {
    clients_.push_back(std::make_unique<TestClient>("e", random_));
    CommitOptions adding;
    adding.adds.push_back(at(4).fresh_key_package());
    EXPECT_EQ(verdict(changed(adding, [](Commit& commit) { commit.path.reset(); })), ErrorCode{});
}

TEST_F(HostileCommit, with_a_path_of_another_shape_is_refused) {
    EXPECT_EQ(verdict(changed({}, [](Commit& commit) { commit.path->nodes.pop_back(); })),
              MlsError::invalid_path);
    EXPECT_EQ(
        verdict(changed(
            {}, [](Commit& commit) { commit.path->nodes.push_back(commit.path->nodes.back()); })),
        MlsError::invalid_path);
    EXPECT_EQ(
        verdict(changed(
            {}, [](Commit& commit) { commit.path->nodes[0].encrypted_path_secret.pop_back(); })),
        MlsError::invalid_path);
    EXPECT_EQ(verdict(changed({},
                              [](Commit& commit) {
                                  auto& sealed = commit.path->nodes[0].encrypted_path_secret;
                                  sealed.push_back(sealed.back());
                              })),
              MlsError::invalid_path);
}

TEST_F(HostileCommit, with_a_path_key_that_is_not_its_leafs_parent_hash_is_refused) {
    const auto other = test_suite().generate_key_pair(random_);
    EXPECT_EQ(
        verdict(changed(
            {}, [&](Commit& commit) { commit.path->nodes[0].encryption_key = other.public_key; })),
        MlsError::invalid_path);
    EXPECT_EQ(verdict(changed({},
                              [&](Commit& commit) {
                                  commit.path->leaf_node.source = FromCommit{Bytes(32)};
                                  sign_path_leaf(commit);
                              })),
              MlsError::invalid_path);
}

TEST_F(HostileCommit, with_a_key_that_is_already_in_the_tree_is_refused) {
    const Bytes taken = server_->tree().leaf(LeafIndex{2})->encryption_key;
    const Bytes own_old = server_->tree().leaf(LeafIndex{0})->encryption_key;
    for (const auto& key : {taken, own_old}) {
        EXPECT_EQ(verdict(changed({},
                                  [&](Commit& commit) {
                                      commit.path->leaf_node.encryption_key = key;
                                      sign_path_leaf(commit);
                                  })),
                  MlsError::invalid_path);
        EXPECT_EQ(verdict(changed(
                      {}, [&](Commit& commit) { commit.path->nodes[1].encryption_key = key; })),
                  MlsError::invalid_path);
    }
    EXPECT_EQ(verdict(changed({},
                              [&](Commit& commit) {
                                  commit.path->nodes[1].encryption_key =
                                      commit.path->nodes[0].encryption_key;
                              })),
              MlsError::invalid_path);
}

TEST_F(HostileCommit, with_an_unusable_key_is_refused) {
    EXPECT_EQ(verdict(changed(
                  {}, [](Commit& commit) { commit.path->nodes[0].encryption_key = Bytes(32); })),
              MlsError::invalid_path);
    EXPECT_EQ(verdict(changed({},
                              [&](Commit& commit) {
                                  commit.path->leaf_node.encryption_key = Bytes(32);
                                  sign_path_leaf(commit);
                              })),
              MlsError::invalid_leaf);
}

TEST_F(HostileCommit, with_a_leaf_that_is_not_from_a_commit_is_refused) {
    EXPECT_EQ(verdict(changed({},
                              [&](Commit& commit) {
                                  commit.path->leaf_node.source = FromUpdate{};
                                  sign_path_leaf(commit);
                              })),
              MlsError::invalid_leaf);
}

TEST_F(HostileCommit, with_a_leaf_signed_by_another_is_refused) {
    EXPECT_EQ(verdict(changed(
                  {},
                  [&](Commit& commit) {
                      auto& leaf = commit.path->leaf_node;
                      leaf.signature = sign_leaf(
                          test_suite(), at(1).signer(), leaf, server_->group_id(), LeafIndex{0});
                  })),
              CryptoError::verification_failed);
}

TEST_F(HostileCommit, with_anothers_credential_is_refused) {
    EXPECT_EQ(verdict(changed({},
                              [&](Commit& commit) {
                                  commit.path->leaf_node.credential = at(1).identity().credential;
                                  sign_path_leaf(commit);
                              })),
              MlsError::invalid_credential);
}

TEST_F(HostileCommit, with_anothers_signature_key_is_refused) {
    class Anyone final : public CredentialValidator {
        [[nodiscard]] Result<void> validate(const LeafInQuestion&) const override { return {}; }
    };

    const Anyone anyone;
    const auto message = changed({}, [&](Commit& commit) {
        auto& leaf = commit.path->leaf_node;
        leaf.signature_key = at(1).identity().keys.public_key;
        leaf.signature =
            sign_leaf(test_suite(), at(1).signer(), leaf, server_->group_id(), LeafIndex{0});
    });
    EXPECT_EQ(server_->stage(message, {}, {anyone, std::nullopt}).error(), MlsError::invalid_leaf);
}

TEST_F(HostileCommit, that_removes_its_committer_is_refused) {
    EXPECT_EQ(verdict(changed(
                  {}, [](Commit& commit) { by_value(commit, Proposal{Remove{LeafIndex{0}}}); })),
              MlsError::invalid_proposal_list);
}

TEST_F(HostileCommit, that_touches_a_leaf_twice_is_refused) {
    EXPECT_EQ(verdict(changed({},
                              [](Commit& commit) {
                                  by_value(commit, Proposal{Remove{LeafIndex{1}}});
                                  by_value(commit, Proposal{Remove{LeafIndex{1}}});
                              })),
              MlsError::invalid_proposal_list);
}

TEST_F(HostileCommit, that_removes_nobody_is_refused) {
    EXPECT_EQ(verdict(changed(
                  {}, [](Commit& commit) { by_value(commit, Proposal{Remove{LeafIndex{9}}}); })),
              MlsError::invalid_proposal);
}

TEST_F(HostileCommit, that_updates_its_own_committer_is_refused) {
    EXPECT_EQ(verdict(changed({},
                              [&](Commit& commit) {
                                  by_value(commit,
                                           Proposal{Update{*server_->tree().leaf(LeafIndex{0})}});
                              })),
              MlsError::invalid_proposal_list);
}

TEST_F(HostileCommit, with_the_same_psk_twice_is_refused) {
    const PreSharedKeyId psk{ExternalPskId{{1}}, Bytes(32)};
    EXPECT_EQ(verdict(changed({},
                              [&](Commit& commit) {
                                  by_value(commit, Proposal{PreSharedKey{psk}});
                                  by_value(commit, Proposal{PreSharedKey{psk}});
                              })),
              MlsError::invalid_proposal_list);
}

TEST_F(HostileCommit, with_a_malformed_psk_is_refused) {
    for (const auto& psk :
         {PreSharedKeyId{ExternalPskId{{1}}, Bytes(31)},
          PreSharedKeyId{ResumptionPskId{ResumptionPskUsage::reinit, {}, 0}, Bytes(32)},
          PreSharedKeyId{ResumptionPskId{ResumptionPskUsage::branch, {}, 0}, Bytes(32)}}) {
        EXPECT_EQ(verdict(changed(
                      {}, [&](Commit& commit) { by_value(commit, Proposal{PreSharedKey{psk}}); })),
                  MlsError::invalid_proposal);
    }
}

TEST_F(HostileCommit, with_two_context_extensions_is_refused) {
    EXPECT_EQ(verdict(changed({},
                              [](Commit& commit) {
                                  by_value(commit, Proposal{GroupContextExtensions{}});
                                  by_value(commit, Proposal{GroupContextExtensions{}});
                              })),
              MlsError::invalid_proposal_list);
}

TEST_F(HostileCommit, with_malformed_context_extensions_is_refused) {
    for (const auto type : {ExtensionType::external_senders,
                            ExtensionType::required_capabilities,
                            ExtensionType::ratchet_tree,
                            ExtensionType::external_pub}) {
        EXPECT_EQ(verdict(changed(
                      {},
                      [&](Commit& commit) {
                          by_value(commit,
                                   Proposal{GroupContextExtensions{Extensions{{{type, {0xff}}}}}});
                      })),
                  MlsError::invalid_proposal);
    }
}

TEST_F(HostileCommit, with_a_reinit_among_others_is_refused) {
    const ReInit reinit{{1}, ProtocolVersion::mls10, test_suite().id(), {}};
    EXPECT_EQ(verdict(changed({},
                              [&](Commit& commit) {
                                  by_value(commit, Proposal{reinit});
                                  by_value(commit, Proposal{Remove{LeafIndex{1}}});
                              })),
              MlsError::invalid_proposal_list);
}

TEST_F(HostileCommit, of_a_member_with_an_external_init_is_refused) {
    EXPECT_EQ(verdict(changed(
                  {}, [](Commit& commit) { by_value(commit, Proposal{ExternalInit{Bytes(32)}}); })),
              MlsError::invalid_proposal_list);
}

TEST_F(HostileCommit, with_a_group_info_of_another_state_is_refused) {
    auto pending = *at(0).commit({}, policy_);
    const auto refusal = [&](const GroupInfo& info) {
        return server_->stage(pending.commit, {}, policy_, &info).error();
    };
    const auto resigned = [&](GroupInfo info) {
        info.signature = test_suite().sign(at(0).signer(), "GroupInfoTBS", info.to_be_signed());
        return info;
    };
    EXPECT_TRUE(server_->stage(pending.commit, {}, policy_, &pending.group_info));

    EXPECT_EQ(refusal(group(0).group_info(at(0).signer(), {})), MlsError::invalid_group_info);
    GroupInfo info = pending.group_info;
    info.confirmation_tag[0] ^= 1;
    EXPECT_EQ(refusal(resigned(info)), MlsError::invalid_group_info);
    info = pending.group_info;
    info.signer = LeafIndex{1};
    EXPECT_EQ(refusal(resigned(info)), MlsError::invalid_group_info);
    info = pending.group_info;
    info.signature[0] ^= 1;
    EXPECT_EQ(refusal(info), CryptoError::verification_failed);
}

// From here on: what only members can see.

TEST_F(HostileCommit, with_a_wrong_membership_tag_is_refused_by_members) {
    auto message = public_commit(at(0).commit({}, policy_));
    message.membership_tag[0] ^= 1;
    EXPECT_EQ(verdict(message), ErrorCode{});
    EXPECT_EQ(group(1).stage(MlsMessage{message}, policy_).error(),
              CryptoError::verification_failed);
}

TEST_F(HostileCommit, every_tampered_byte_is_noticed_by_members) {
    const Bytes encoded = protocol::codec::encode(at(0).commit({}, policy_)->commit);
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        Bytes tampered = encoded;
        tampered[i] ^= 1;
        const auto decoded = protocol::codec::decode_exact<MlsMessage>(tampered);
        EXPECT_FALSE(decoded && group(1).stage(*decoded, policy_)) << "byte " << i;
    }
}

TEST_F(HostileCommit, with_a_path_secret_for_the_wrong_key_is_refused_by_its_reader) {
    auto message = public_commit(at(0).commit({}, policy_));
    auto& commit = std::get<Commit>(message.content.content);
    // Members 2 and 3 are under the root's other child: swap what the two of them would open.
    auto& sealed = commit.path->nodes.back().encrypted_path_secret;
    ASSERT_EQ(sealed.size(), 2U);
    std::swap(sealed[0], sealed[1]);
    message = signed_again(std::move(message));
    EXPECT_EQ(verdict(message), ErrorCode{});
    // The membership tag would be right, coming from a member; here it is not, so ask the layer below.
    const auto staged = *server_->stage(message, {}, policy_);
    const auto state = group(2).save();
    TreeKemPrivate stranger{LeafIndex{2}, test_suite().generate_key_pair(random_)};
    EXPECT_EQ(
        stranger
            .open_path(test_suite(), staged.path, *staged.update_path, staged.provisional_context)
            .error(),
        CryptoError::verification_failed);
}

}  // namespace serai::tests::mls
