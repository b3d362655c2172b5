// RFC 9420, section 7.3: each check of a leaf, in each of the places where a leaf can come from.
#include "crypto/mls/group/leaf_validation.hpp"
#include "tests/crypto/mls/support/capable_group.hpp"

#include <array>

namespace serai::tests::mls {

namespace {

// Add and tree have the leaf of somebody new, update and path replace one.
enum class Place { add, update, path, tree };

constexpr std::array kEverywhere{Place::add, Place::update, Place::path, Place::tree};

class LeafChecks : public CapableGroup {
  protected:
    // The verdict on a leaf that was changed before it was signed; by its owner, unless somebody else is named.
    [[nodiscard]] ErrorCode verdict(Place place,
                                    const LeafChange& change,
                                    const ValidationPolicy& policy,
                                    const SignaturePrivateKey* signer = nullptr) {
        switch (place) {
            case Place::add:
                return verdict_on_add(change, policy, signer);
            case Place::update:
                return verdict_on_update(change, policy, signer);
            case Place::path: {
                CommitPlan plan;
                plan.leaf = change;
                plan.leaf_signer = signer;
                return verdict_on(plan, policy);
            }
            case Place::tree:
                return verdict_on_tree(change, policy, signer);
        }
        return {};
    }

    // Good without the change, and refused with it.
    void expect_refused(Place place,
                        const LeafChange& change,
                        const ErrorCode& error,
                        const ValidationPolicy& policy,
                        const SignaturePrivateKey* signer = nullptr) {
        SCOPED_TRACE("place " + std::to_string(static_cast<int>(place)));
        EXPECT_EQ(verdict(place, {}, policy), ErrorCode{});
        EXPECT_EQ(verdict(place, change, policy, signer), error);
    }

    void expect_refused_everywhere(const LeafChange& change) {
        for (const auto place : kEverywhere) {
            expect_refused(place, change, MlsError::invalid_leaf, policy_);
        }
    }

    // Where the leaf would be, and who it is.
    [[nodiscard]] const std::string& name_in(Place place) {
        switch (place) {
            case Place::add:
                return newcomer_->name();
            case Place::update:
                return at(1).name();
            case Place::path:
                return at(0).name();
            case Place::tree:
                break;
        }
        return at(2).name();
    }

  private:
    ErrorCode verdict_on_add(const LeafChange& change,
                             const ValidationPolicy& policy,
                             const SignaturePrivateKey* signer) {
        const auto& leaf_signer = signer != nullptr ? *signer : newcomer_->signer();
        KeyPackage package = newcomer_->fresh_key_package();
        const Bytes own_key = package.leaf_node.signature_key;
        package = forge_key_package(std::move(package), change, leaf_signer, newcomer_->signer());
        if (package.leaf_node.signature_key != own_key) {
            package = forge_key_package(std::move(package), {}, leaf_signer, leaf_signer);
        }
        CommitPlan plan;
        plan.with_path = false;
        plan.by_value(Proposal{Add{std::move(package)}});
        return verdict_on(plan, policy);
    }

    ErrorCode verdict_on_update(const LeafChange& change,
                                const ValidationPolicy& policy,
                                const SignaturePrivateKey* signer) {
        LeafNode leaf =
            forge_update_leaf(at(1), change, signer != nullptr ? *signer : at(1).signer(), random_);
        auto cached = proposed(1, Proposal{Update{std::move(leaf)}});
        if (!cached) {
            return cached.error();
        }
        CommitPlan plan;
        plan.by_reference(std::move(*cached));
        return verdict_on(plan, policy);
    }

    // Member 2's leaf in a tree without parents, so that no hash covers it but the tree's.
    ErrorCode verdict_on_tree(const LeafChange& change,
                              const ValidationPolicy& policy,
                              const SignaturePrivateKey* signer) {
        constexpr LeafIndex kIndex{2};
        TreeNodes nodes = server_->tree().to_nodes();
        for (std::size_t i = 1; i < nodes.nodes.size(); i += 2) {
            nodes.nodes[i] = {};
        }
        LeafNode leaf = *server_->tree().leaf(kIndex);
        if (change) {
            change(leaf);
        }
        leaf.signature = sign_leaf(test_suite(),
                                   signer != nullptr ? *signer : at(2).signer(),
                                   leaf,
                                   server_->group_id(),
                                   kIndex);
        nodes.nodes[node_of(kIndex).value()].leaf = std::make_shared<const LeafNode>(leaf);
        auto info = group(0).group_info(at(0).signer(), {});
        info.group_context.tree_hash = RatchetTree::from_nodes(test_suite(), nodes)->root_hash();
        info.signature = test_suite().sign(at(0).signer(), "GroupInfoTBS", info.to_be_signed());
        const auto followed = PublicGroup::from_group_info(info, nodes, policy);
        return followed ? ErrorCode{} : followed.error();
    }
};

}  // namespace

TEST_F(LeafChecks, refuses_a_credential_that_the_validator_refuses) {
    for (const auto place : kEverywhere) {
        EXPECT_EQ(verdict(place, {}, policy_), ErrorCode{});
        validator_.banned = {name_in(place)};
        EXPECT_EQ(verdict(place, {}, policy_), MlsError::invalid_credential);
        validator_.banned.clear();
    }
}

TEST_F(LeafChecks, refuses_another_identity_in_place_of_the_old_one) {
    const LeafChange become_another = [](LeafNode& leaf) {
        leaf.credential = {X509Credential{{test_certificate("mallory", leaf.signature_key)}}};
    };
    EXPECT_EQ(verdict(Place::add, become_another, policy_), ErrorCode{});
    for (const auto place : {Place::update, Place::path}) {
        expect_refused(place, become_another, MlsError::invalid_credential, policy_);
    }
}

TEST_F(LeafChecks, refuses_a_signature_by_another_key) {
    for (const auto place : kEverywhere) {
        expect_refused(place, {}, CryptoError::verification_failed, policy_, &at(3).signer());
    }
}

TEST_F(LeafChecks, refuses_a_leaf_without_a_required_extension) {
    expect_refused_everywhere(
        [](LeafNode& leaf) { drop(leaf.capabilities.extensions, kRequiredExtension); });
}

TEST_F(LeafChecks, refuses_a_leaf_without_a_required_proposal) {
    expect_refused_everywhere(
        [](LeafNode& leaf) { drop(leaf.capabilities.proposals, kRequiredProposal); });
}

TEST_F(LeafChecks, refuses_a_leaf_without_a_required_credential) {
    expect_refused_everywhere(
        [](LeafNode& leaf) { drop(leaf.capabilities.credentials, kRequiredCredential); });
}

TEST_F(LeafChecks, refuses_a_leaf_without_an_extension_of_the_context) {
    expect_refused_everywhere(
        [](LeafNode& leaf) { drop(leaf.capabilities.extensions, kTestExtension); });
}

TEST_F(LeafChecks, refuses_a_credential_type_that_a_member_does_not_support) {
    const LeafChange become_basic = [](LeafNode& leaf) {
        leaf.credential = {BasicCredential{{1, 2, 3}}};
    };
    for (const auto place : {Place::add, Place::update, Place::path}) {
        expect_refused(place, become_basic, MlsError::invalid_leaf, lax_);
    }
    expect_refused(Place::tree, become_basic, MlsError::invalid_tree, lax_);
}

TEST_F(LeafChecks, refuses_a_leaf_that_does_not_support_a_members_credential_type) {
    at(3).identity().capabilities = capable(true);
    ASSERT_TRUE(commit_by(3, {}));
    const auto become_basic = [](LeafNode& leaf) {
        leaf.credential = {BasicCredential{{1, 2, 3}}};
    };
    const auto and_know_nothing_else = [&](LeafNode& leaf) {
        become_basic(leaf);
        drop(leaf.capabilities.credentials, CredentialType::x509);
    };
    for (const auto place : kEverywhere) {
        EXPECT_EQ(verdict(place, become_basic, lax_), ErrorCode{});
        EXPECT_EQ(verdict(place, and_know_nothing_else, lax_),
                  place == Place::tree ? MlsError::invalid_tree : MlsError::invalid_leaf);
    }
}

TEST_F(LeafChecks, refuses_a_lifetime_that_is_over_or_has_not_begun) {
    for (const Lifetime lifetime : {Lifetime{kTestTime - 10, kTestTime - 1},
                                    Lifetime{kTestTime + 1, kTestTime + 10},
                                    Lifetime{kTestTime + 1, kTestTime - 1}}) {
        expect_refused(
            Place::add,
            [&](LeafNode& leaf) { leaf.source = FromKeyPackage{lifetime}; },
            MlsError::invalid_leaf,
            policy_);
    }
}

TEST_F(LeafChecks, refuses_a_lifetime_that_is_too_long) {
    const ValidationPolicy no_clock{validator_, std::nullopt};
    const auto live_for = [&](std::uint64_t seconds) {
        return [seconds](LeafNode& leaf) {
            leaf.source = FromKeyPackage{{kTestTime, kTestTime + seconds}};
        };
    };
    for (const auto place : {Place::add, Place::tree}) {
        for (const auto& policy : {policy_, no_clock}) {
            EXPECT_EQ(verdict(place, live_for(policy.max_lifetime_seconds), policy), ErrorCode{});
            EXPECT_EQ(verdict(place, live_for(policy.max_lifetime_seconds + 1), policy),
                      MlsError::invalid_leaf);
        }
    }
}

TEST_F(LeafChecks, refuses_an_own_extension_that_it_does_not_list) {
    const auto stranger = static_cast<ExtensionType>(0xF777);
    expect_refused_everywhere([&](LeafNode& leaf) { leaf.extensions.set({stranger, {}}); });
}

TEST_F(LeafChecks, refuses_an_own_credential_type_that_it_does_not_list) {
    const LeafChange forget_it = [](LeafNode& leaf) {
        drop(leaf.capabilities.credentials, CredentialType::x509);
    };
    for (const auto place : {Place::add, Place::update, Place::path}) {
        expect_refused(place, forget_it, MlsError::invalid_leaf, policy_);
    }
    // It is the type of the others, too.
    expect_refused(Place::tree, forget_it, MlsError::invalid_tree, policy_);
}

TEST_F(LeafChecks, refuses_a_leaf_that_does_not_list_version_or_suite) {
    expect_refused_everywhere([](LeafNode& leaf) { leaf.capabilities.versions.clear(); });
    expect_refused_everywhere([](LeafNode& leaf) { leaf.capabilities.cipher_suites.clear(); });
}

TEST_F(LeafChecks, refuses_another_source) {
    const auto from = [](const LeafNodeSource& source) {
        return [source](LeafNode& leaf) {
            leaf.source = source;
        };
    };
    const FromKeyPackage key_package{kTestLifetime};
    expect_refused(Place::add, from(FromUpdate{}), MlsError::invalid_key_package, policy_);
    expect_refused(Place::add, from(FromCommit{}), MlsError::invalid_key_package, policy_);
    expect_refused(Place::update, from(key_package), MlsError::invalid_proposal, policy_);
    expect_refused(Place::update, from(FromCommit{}), MlsError::invalid_proposal, policy_);
    expect_refused(Place::path, from(key_package), MlsError::invalid_leaf, policy_);
    expect_refused(Place::path, from(FromUpdate{}), MlsError::invalid_leaf, policy_);
}

TEST_F(LeafChecks, refuses_the_encryption_key_that_it_replaces) {
    const auto keep_the_key_of = [&](LeafIndex index) {
        return [this, index](LeafNode& leaf) {
            leaf.encryption_key = server_->tree().leaf(index)->encryption_key;
        };
    };
    expect_refused(
        Place::update, keep_the_key_of(LeafIndex{1}), MlsError::invalid_proposal, policy_);
    expect_refused(Place::path, keep_the_key_of(LeafIndex{0}), MlsError::invalid_path, policy_);
}

TEST_F(LeafChecks, refuses_a_signature_key_of_another_member) {
    const LeafChange take_the_key = [&](LeafNode& leaf) {
        leaf.signature_key = at(3).identity().keys.public_key;
    };
    for (const auto place : {Place::add, Place::update, Place::path}) {
        expect_refused(place, take_the_key, MlsError::invalid_leaf, lax_, &at(3).signer());
    }
    expect_refused(Place::tree, take_the_key, MlsError::invalid_tree, lax_, &at(3).signer());
}

TEST_F(LeafChecks, refuses_an_encryption_key_of_another_member) {
    const LeafChange take_the_key = [&](LeafNode& leaf) {
        leaf.encryption_key = server_->tree().leaf(LeafIndex{3})->encryption_key;
    };
    for (const auto place : {Place::add, Place::update}) {
        expect_refused(place, take_the_key, MlsError::invalid_leaf, policy_);
    }
    expect_refused(Place::path, take_the_key, MlsError::invalid_path, policy_);
    expect_refused(Place::tree, take_the_key, MlsError::invalid_tree, policy_);
}

TEST_F(LeafChecks, refuses_an_encryption_key_of_a_parent) {
    const NodeIndex root = root_of(server_->tree().leaf_slots());
    const LeafChange take_the_key = [&](LeafNode& leaf) {
        leaf.encryption_key = to_bytes(server_->tree().node(root).encryption_key());
    };
    expect_refused(Place::add, take_the_key, MlsError::invalid_leaf, policy_);
    expect_refused(Place::path, take_the_key, MlsError::invalid_path, policy_);
}

TEST_F(LeafChecks, refuses_an_unusable_encryption_key) {
    const LeafChange spoil = [](LeafNode& leaf) {
        leaf.encryption_key = Bytes(32);
    };
    for (const auto place : {Place::add, Place::update, Place::path}) {
        expect_refused(place, spoil, MlsError::invalid_leaf, policy_);
    }
    expect_refused(Place::tree, spoil, MlsError::invalid_tree, policy_);
}

TEST_F(LeafChecks, refuses_an_unusable_signature_key) {
    for (const auto place : kEverywhere) {
        expect_refused(
            place,
            [](LeafNode& leaf) { leaf.signature_key.pop_back(); },
            MlsError::invalid_leaf,
            lax_);
    }
}

TEST_F(LeafChecks, ignores_capabilities_that_it_does_not_know) {
    static constexpr std::uint16_t kGrease = 0x3A3A;
    const LeafChange grease = [](LeafNode& leaf) {
        auto& can = leaf.capabilities;
        can.versions.push_back(kGrease);
        can.cipher_suites.push_back(CipherSuiteId{kGrease});
        can.extensions.push_back(ExtensionType{kGrease});
        can.proposals.push_back(ProposalType{kGrease});
        can.credentials.push_back(CredentialType{kGrease});
        leaf.extensions.set({ExtensionType{kGrease}, {1, 2, 3}});
    };
    for (const auto place : kEverywhere) {
        EXPECT_EQ(verdict(place, grease, policy_), ErrorCode{});
    }
}

}  // namespace serai::tests::mls
