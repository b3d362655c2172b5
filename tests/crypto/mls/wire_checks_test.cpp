// RFC 9420's rules that the decoders keep.
#include "crypto/mls/wire/message.hpp"
#include "crypto/mls/wire/tree_node.hpp"
#include "tests/crypto/mls/support/mls_client.hpp"

namespace serai::tests::mls {

namespace {

using protocol::codec::decode_exact;
using protocol::codec::encode;

// What decoding says to these bytes.
template <class T>
[[nodiscard]] ErrorCode verdict(ByteView bytes) {
    const auto decoded = decode_exact<T>(bytes);
    return decoded ? ErrorCode{} : decoded.error();
}

}  // namespace

// Section 2.1.1.
TEST(WireChecks, a_presence_octet_is_0_or_1) {
    Bytes commit = encode(Commit{});
    ASSERT_EQ(commit.back(), 0U) << "no path";
    EXPECT_EQ(verdict<Commit>(commit), ErrorCode{});
    for (const auto octet : Bytes{2, 0x80, 0xff}) {
        commit.back() = octet;
        EXPECT_EQ(verdict<Commit>(commit), CodecError::unknown_value);
    }
}

// Section 2.1.2.
TEST(WireChecks, a_length_of_the_reserved_prefix_is_refused) {
    Bytes bytes(8, 0);
    for (const auto first : Bytes{0xc0, 0xff}) {
        bytes[0] = first;
        Reader reader{bytes};
        EXPECT_EQ(reader.vector().error(), CodecError::non_minimal);
    }
}

// Section 7.1.
TEST(WireChecks, unmerged_leaves_are_in_increasing_order) {
    const auto verdict_on = [](std::vector<LeafIndex> leaves) {
        return verdict<ParentNode>(encode(ParentNode{{}, {}, std::move(leaves)}));
    };
    EXPECT_EQ(verdict_on({LeafIndex{1}, LeafIndex{2}, LeafIndex{9}}), ErrorCode{});
    EXPECT_EQ(verdict_on({LeafIndex{2}, LeafIndex{1}}), CodecError::unknown_value);
    EXPECT_EQ(verdict_on({LeafIndex{1}, LeafIndex{1}}), CodecError::unknown_value);
}

// Section 7.2.
TEST(WireChecks, own_capabilities_list_no_default_type) {
    const auto can = capabilities_for(test_suite().id(), CredentialType::x509, {kTestExtension});
    EXPECT_TRUE(can.proposals.empty());
    EXPECT_EQ(can.extensions, std::vector{kTestExtension});
    EXPECT_EQ(can.credentials, std::vector{CredentialType::x509});
    EXPECT_EQ(can.cipher_suites, std::vector{test_suite().id()});
    EXPECT_TRUE(can.supports(ExtensionType::required_capabilities));
    EXPECT_TRUE(can.supports(ProposalType::add));
}

// Sections 10 and 10.1: there is one version.
TEST(WireChecks, another_version_is_refused) {
    DeterministicRandom random{1};
    TestClient client{"a", random};
    const KeyPackage package = client.fresh_key_package();
    Bytes bytes = encode(package);
    EXPECT_EQ(verdict<KeyPackage>(bytes), ErrorCode{});
    bytes[1] = 2;
    EXPECT_EQ(verdict<KeyPackage>(bytes), CodecError::unknown_value);

    bytes = encode(MlsMessage{package});
    EXPECT_EQ(verdict<MlsMessage>(bytes), ErrorCode{});
    bytes[1] = 0;
    EXPECT_EQ(verdict<MlsMessage>(bytes), CodecError::unknown_value);
}

// Sections 12.2 and 13.2: nobody lists such a type among its capabilities.
TEST(WireChecks, a_proposal_of_an_unknown_type_is_refused) {
    Bytes bytes = encode(Proposal{Remove{LeafIndex{1}}});
    EXPECT_EQ(verdict<Proposal>(bytes), ErrorCode{});
    for (const auto type : Bytes{0, 8, 0x1a}) {
        bytes[1] = type;
        EXPECT_EQ(verdict<Proposal>(bytes), MlsError::unsupported);
    }
}

// Section 13.4.
TEST(WireChecks, an_extension_stands_once_in_its_list) {
    const auto verdict_on = [](ExtensionType second) {
        Bytes bytes;
        Writer{bytes}.list(std::vector<Extension>{{kTestExtension, {1}}, {second, {2}}});
        return verdict<Extensions>(bytes);
    };
    EXPECT_EQ(verdict_on(static_cast<ExtensionType>(0xF124)), ErrorCode{});
    EXPECT_EQ(verdict_on(kTestExtension), CodecError::unknown_value);
}

}  // namespace serai::tests::mls
