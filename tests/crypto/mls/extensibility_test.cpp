// Values that are not known here: RFC 9420, section 13.
#include "crypto/mls/group/grease.hpp"
#include "crypto/mls/group/leaf_validation.hpp"
#include "tests/crypto/mls/support/small_group.hpp"

#include <algorithm>

namespace serai::tests::mls {

namespace {

constexpr auto kUnknownExtension = static_cast<ExtensionType>(0x1234);
constexpr auto kUnknownCredential = static_cast<CredentialType>(0x2345);

class Anyone final : public CredentialValidator {
    [[nodiscard]] Result<void> validate(const LeafInQuestion&) const override { return {}; }
};

class MlsExtensibility : public SmallGroup {
  protected:
    // Two members and a stranger, "c".
    void SetUp() override {
        start(2);
        clients_.push_back(std::make_unique<TestClient>("c", random_));
    }

    // Signed again after a change, by the stranger.
    [[nodiscard]] KeyPackage resigned(KeyPackage key_package) {
        auto& leaf = key_package.leaf_node;
        leaf.signature = sign_leaf(test_suite(), at(2).signer(), leaf, {}, {});
        key_package.signature =
            test_suite().sign(at(2).signer(), "KeyPackageTBS", key_package.to_be_signed());
        return key_package;
    }

    [[nodiscard]] static CommitOptions adding(KeyPackage key_package) {
        CommitOptions options;
        options.adds.push_back(std::move(key_package));
        return options;
    }

    // The group's members from now on have a credential of an unknown type among what they support.
    void teach_the_unknown_credential() {
        for (std::size_t i = 0; i < clients_.size(); ++i) {
            at(i).identity().capabilities.credentials.push_back(kUnknownCredential);
        }
        ASSERT_TRUE(commit_by(0, {}));
        ASSERT_TRUE(commit_by(1, {}));
    }

    [[nodiscard]] KeyPackage with_unknown_credential() {
        at(2).identity().credential = Credential{OtherCredential{kUnknownCredential, {1, 2, 3}}};
        at(2).identity().capabilities.credentials = {CredentialType::x509, kUnknownCredential};
        return at(2).fresh_key_package();
    }
};

bool is_grease(std::uint16_t value) {
    return (value & 0x0F0F) == 0x0A0A && value >> 8 == (value & 0xFF) && value != 0xFAFA;
}

template <class T>
std::size_t grease_in(const std::vector<T>& values) {
    return static_cast<std::size_t>(std::count_if(values.begin(), values.end(), [](T value) {
        return is_grease(static_cast<std::uint16_t>(value));
    }));
}

std::size_t grease_in(const Extensions& extensions) {
    std::vector<ExtensionType> types;
    for (const auto& item : extensions.items()) {
        types.push_back(item.type);
    }
    return grease_in(types);
}

void expect_grease_in(const LeafNode& leaf) {
    EXPECT_EQ(grease_in(leaf.capabilities.cipher_suites), 1U);
    EXPECT_EQ(grease_in(leaf.capabilities.extensions), 1U);
    EXPECT_EQ(grease_in(leaf.capabilities.proposals), 1U);
    EXPECT_EQ(grease_in(leaf.capabilities.credentials), 1U);
    EXPECT_EQ(grease_in(leaf.extensions), 1U);
}

}  // namespace

TEST_F(MlsExtensibility, grease_takes_the_reserved_values) {
    std::set<std::uint16_t> values;
    for (int choice = 0; choice < 256; ++choice) {
        const auto value = grease_value(static_cast<std::uint8_t>(choice));
        EXPECT_TRUE(is_grease(value)) << value;
        values.insert(value);
    }
    EXPECT_EQ(values.size(), 15U);
}

TEST_F(MlsExtensibility, what_we_send_is_greased_where_it_may_be) {
    expect_grease_in(*server_->tree().leaf(LeafIndex{0}));  // by path
    expect_grease_in(*server_->tree().leaf(LeafIndex{1}));  // by key package
    EXPECT_EQ(grease_in(at(2).fresh_key_package().extensions), 1U);
    EXPECT_EQ(grease_in(group(0).group_info(at(0).signer(), {}).extensions), 1U);
    const auto update =
        *group(1).propose_update(at(1).identity(), at(1).signer(), {}, policy_, random_);
    const auto& content = update.get<PublicMessage>()->content.content;
    expect_grease_in(std::get<Proposal>(content).get<Update>()->leaf_node);
}

TEST_F(MlsExtensibility, grease_stays_out_of_what_must_be_understood) {
    EXPECT_EQ(grease_in(server_->context().extensions), 0U);
    EXPECT_EQ(grease_in(at(0).identity().capabilities.extensions), 0U);
    EXPECT_EQ(grease_in(at(0).identity().extensions), 0U);
}

TEST_F(MlsExtensibility, unknown_capabilities_and_extensions_of_a_newcomer_are_carried) {
    auto key_package = at(2).fresh_key_package();
    auto& can = key_package.leaf_node.capabilities;
    can.versions.push_back(0x7777);
    can.cipher_suites.push_back(static_cast<CipherSuiteId>(0x7777));
    can.extensions.push_back(kUnknownExtension);
    can.proposals.push_back(static_cast<ProposalType>(0x7777));
    can.credentials.push_back(kUnknownCredential);
    key_package.leaf_node.extensions.set({kUnknownExtension, {1, 2, 3}});
    key_package.extensions.set({kUnknownExtension, {4, 5}});
    key_package = resigned(std::move(key_package));

    const auto pending = at(0).commit(adding(key_package), policy_);

    ASSERT_TRUE(pending) << pending.error().message();
    const auto staged = group(1).stage(pending->commit, policy_);
    ASSERT_TRUE(staged) << staged.error().message();
    EXPECT_EQ(*staged->next->view()->tree().leaf(LeafIndex{2}), key_package.leaf_node);
    EXPECT_EQ(staged->change.adds[0].key_package, key_package);
}

TEST_F(MlsExtensibility, a_leaf_extension_that_its_capabilities_do_not_name_is_refused) {
    auto key_package = at(2).fresh_key_package();
    key_package.leaf_node.extensions.set({kUnknownExtension, {}});
    EXPECT_EQ(validate_key_package(resigned(key_package), policy_).error(), MlsError::invalid_leaf);
}

TEST_F(MlsExtensibility, unknown_group_info_extensions_are_ignored_and_kept) {
    auto options = adding(at(2).fresh_key_package());
    options.welcome_info.with_ratchet_tree = true;
    options.welcome_info.extensions.set({kUnknownExtension, {7}});
    const auto pending = *at(0).commit(options, policy_);
    GroupInfo info;
    ASSERT_TRUE(
        Group::join(*pending.welcome, at(2).key_package(), nullptr, policy_, nullptr, &info));
    EXPECT_EQ(*info.extensions.find(kUnknownExtension), Bytes{7});
}

TEST_F(MlsExtensibility, an_extension_of_the_group_must_be_supported_by_all) {
    CommitOptions options;
    options.new_extensions = Extensions{{{kUnknownExtension, {}}}};
    EXPECT_EQ(at(0).commit(options, policy_).error(), MlsError::invalid_leaf);
    // A joiner that is shown such a group does not come in.
    auto info = group(0).group_info(at(0).signer(), {});
    info.group_context.extensions.set({kUnknownExtension, {}});
    info.signature = test_suite().sign(at(0).signer(), "GroupInfoTBS", info.to_be_signed());
    const auto nodes = server_->tree().to_nodes();
    EXPECT_EQ(PublicGroup::from_group_info(info, nodes, policy_).error(), MlsError::invalid_leaf);
}

TEST_F(MlsExtensibility, two_extensions_of_one_type_do_not_decode) {
    Bytes twice;
    Writer{twice}.list(std::vector<Extension>{{kUnknownExtension, {1}}, {kUnknownExtension, {2}}});
    EXPECT_EQ(protocol::codec::decode_exact<Extensions>(twice).error(), CodecError::unknown_value);
}

TEST_F(MlsExtensibility, an_unknown_proposal_is_refused_by_its_name) {
    for (const Bytes& proposal : {Bytes{0, 0}, Bytes{0, 8}, Bytes{0x1A, 0x1A}, Bytes{0xF0, 0}}) {
        EXPECT_EQ(protocol::codec::decode_exact<Proposal>(proposal).error(), MlsError::unsupported);
    }
    auto message = public_commit(at(0).commit({}, policy_));
    auto& commit = std::get<Commit>(message.content.content);
    commit.proposals.push_back({Proposal{ExternalInit{{}}}});
    Bytes encoded = protocol::codec::encode(MlsMessage{message});
    const Bytes known{1, 0, 6, 0};  // by value, external_init, of no bytes
    const auto place = std::search(encoded.begin(), encoded.end(), known.begin(), known.end());
    ASSERT_NE(place, encoded.end());
    *(place + 2) = 8;
    EXPECT_EQ(protocol::codec::decode_exact<MlsMessage>(encoded).error(), MlsError::unsupported);
}

TEST_F(MlsExtensibility, an_unknown_credential_is_carried) {
    const auto key_package = with_unknown_credential();
    const Bytes encoded = protocol::codec::encode(key_package);
    const auto decoded = protocol::codec::decode_exact<KeyPackage>(encoded);
    ASSERT_TRUE(decoded) << decoded.error().message();
    EXPECT_EQ(*decoded, key_package);
    EXPECT_EQ(decoded->leaf_node.credential.type(), kUnknownCredential);
    EXPECT_EQ(protocol::codec::encode(*decoded), encoded);
    EXPECT_EQ(protocol::codec::decode_exact<Credential>(Bytes{0, 0, 0}).error(),
              CodecError::unknown_value)
        << "0 is reserved";
}

TEST_F(MlsExtensibility, an_unknown_credential_is_for_the_validator_to_judge) {
    EXPECT_EQ(validate_key_package(with_unknown_credential(), policy_).error(),
              MlsError::invalid_credential);
    const Anyone anyone;
    const ValidationPolicy lenient{anyone, UnixSeconds{kTestTime}};
    EXPECT_TRUE(validate_key_package(with_unknown_credential(), lenient));
}

TEST_F(MlsExtensibility, an_unknown_credential_must_be_supported_by_all) {
    const Anyone anyone;
    const ValidationPolicy lenient{anyone, UnixSeconds{kTestTime}};
    const auto options = adding(with_unknown_credential());
    EXPECT_EQ(at(0).commit(options, lenient).error(), MlsError::invalid_leaf);

    teach_the_unknown_credential();

    const auto pending = at(0).commit(options, lenient);
    ASSERT_TRUE(pending) << pending.error().message();
    const auto staged = group(1).stage(pending->commit, lenient);
    ASSERT_TRUE(staged) << staged.error().message();
    const auto nodes = staged->next->view()->tree().to_nodes();
    const auto decoded = protocol::codec::decode_exact<TreeNodes>(protocol::codec::encode(nodes));
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(Group::join(*pending->welcome, at(2).key_package(), &*decoded, lenient));
}

TEST_F(MlsExtensibility, a_newcomer_with_it_must_support_the_others) {
    const Anyone anyone;
    const ValidationPolicy lenient{anyone, UnixSeconds{kTestTime}};
    teach_the_unknown_credential();
    auto key_package = with_unknown_credential();
    key_package.leaf_node.capabilities.credentials = {kUnknownCredential};
    const auto refused = at(0).commit(adding(resigned(key_package)), lenient);
    EXPECT_EQ(refused.error(), MlsError::invalid_leaf);
}

TEST_F(MlsExtensibility, a_last_resort_key_package_may_be_used_again) {
    at(2).identity().capabilities.extensions.push_back(ExtensionType::last_resort_key_package);
    const auto secrets =
        generate_key_package(test_suite(),
                             at(2).identity(),
                             kTestLifetime,
                             Extensions{{{ExtensionType::last_resort_key_package, {}}}},
                             random_);
    EXPECT_TRUE(is_last_resort(secrets.key_package));
    EXPECT_FALSE(is_last_resort(at(2).fresh_key_package()));
    EXPECT_TRUE(validate_key_package(secrets.key_package, policy_));
    auto options = adding(secrets.key_package);
    options.welcome_info.with_ratchet_tree = true;
    auto other = *Group::create(
        test_suite(), random_.bytes(32), at(0).identity(), kTestLifetime, {}, random_);
    const auto here = *at(0).commit(options, policy_);
    const auto there = *other.commit(at(0).identity(), at(0).signer(), options, policy_, random_);
    EXPECT_TRUE(Group::join(*here.welcome, secrets, nullptr, policy_));
    EXPECT_TRUE(Group::join(*there.welcome, secrets, nullptr, policy_));
}

}  // namespace serai::tests::mls
