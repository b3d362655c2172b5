#include "crypto/mls/group/leaf_validation.hpp"

#include <algorithm>

namespace serai::crypto::mls {

namespace {

constexpr std::string_view kLeafLabel = "LeafNodeTBS";

template <class T>
bool supports_all(const Capabilities& capabilities, const std::vector<T>& required) {
    return std::all_of(
        required.begin(), required.end(), [&](T type) { return capabilities.supports(type); });
}

}  // namespace

Result<void> verify_leaf_signature(const CipherSuite& suite,
                                   const LeafNode& leaf,
                                   ByteView group_id,
                                   LeafIndex index) {
    return suite.verify(
        leaf.signature_key, kLeafLabel, leaf.to_be_signed(group_id, index), leaf.signature);
}

Bytes sign_leaf(const CipherSuite& suite,
                const SignaturePrivateKey& signer,
                const LeafNode& leaf,
                ByteView group_id,
                LeafIndex index) {
    return suite.sign(signer, kLeafLabel, leaf.to_be_signed(group_id, index));
}

Result<void> check_leaf_form(const CipherSuite& suite, const LeafNode& leaf) {
    const auto& can = leaf.capabilities;
    const bool extensions_listed =
        std::all_of(leaf.extensions.items().begin(),
                    leaf.extensions.items().end(),
                    [&](const Extension& extension) { return can.supports(extension.type); });
    const bool good = suite.is_hpke_public_key(leaf.encryption_key) &&
                      suite.is_signature_public_key(leaf.signature_key) && can.supports_mls10() &&
                      can.supports(suite.id()) && can.supports(leaf.credential.type()) &&
                      extensions_listed;
    return good ? Result<void>{} : Result<void>{MlsError::invalid_leaf};
}

Result<void> check_lifetime_length(const LeafNode& leaf, const ValidationPolicy& policy) {
    const auto* from = std::get_if<FromKeyPackage>(&leaf.source);
    if (from == nullptr) {
        return {};
    }
    const auto [not_before, not_after] = from->lifetime;
    const bool good =
        not_before <= not_after && not_after - not_before <= policy.max_lifetime_seconds;
    return good ? Result<void>{} : Result<void>{MlsError::invalid_leaf};
}

Result<void> check_lifetime(const LeafNode& leaf, const ValidationPolicy& policy) {
    SERAI_CHECK(check_lifetime_length(leaf, policy));
    const auto* from = std::get_if<FromKeyPackage>(&leaf.source);
    if (from == nullptr || !policy.now) {
        return {};
    }
    const auto now = policy.now->value();
    const bool good = from->lifetime.not_before <= now && now <= from->lifetime.not_after;
    return good ? Result<void>{} : Result<void>{MlsError::invalid_leaf};
}

Result<void> check_leaf_supports(const LeafNode& leaf, const Extensions& group_extensions) {
    const auto& can = leaf.capabilities;
    for (const auto& extension : group_extensions.items()) {
        if (!can.supports(extension.type)) {
            return MlsError::invalid_leaf;
        }
    }
    const Bytes* data = group_extensions.find(ExtensionType::required_capabilities);
    if (data == nullptr) {
        return {};
    }
    SERAI_TRY(required, protocol::codec::decode_exact<RequiredCapabilities>(*data));
    const bool all = supports_all(can, required.extensions) &&
                     supports_all(can, required.proposals) &&
                     supports_all(can, required.credentials);
    return all ? Result<void>{} : Result<void>{MlsError::invalid_leaf};
}

}  // namespace serai::crypto::mls
