#include "crypto/mls/group/identity.hpp"

#include "crypto/mls/group/grease.hpp"
#include "crypto/mls/group/leaf_validation.hpp"
#include "crypto/secret/secret_writer.hpp"

namespace serai::crypto::mls {

namespace {

constexpr std::string_view kKeyPackageLabel = "KeyPackageTBS";
constexpr std::uint8_t kKeyPackageBlobVersion = 1;

void write_key_pair(SecretWriter& writer, const HpkeKeyPair& pair) {
    writer.vector(pair.private_key);
    writer.vector(ByteView{pair.public_key});
}

Result<HpkeKeyPair> read_key_pair(Reader& reader) {
    SERAI_TRY(private_key, reader.vector());
    SERAI_TRY(public_key, read_bytes(reader));
    return HpkeKeyPair{HpkePrivateKey::from_bytes(private_key), std::move(public_key)};
}

}  // namespace

Capabilities capabilities_for(CipherSuiteId suite,
                              CredentialType credential,
                              std::vector<ExtensionType> extensions) {
    return {{static_cast<std::uint16_t>(ProtocolVersion::mls10)},
            {suite},
            std::move(extensions),
            {},
            {credential}};
}

LeafNode unsigned_leaf(const LeafIdentity& identity,
                       Bytes encryption_key,
                       LeafNodeSource source,
                       Random& random) {
    LeafNode leaf{std::move(encryption_key),
                  identity.keys.public_key,
                  identity.credential,
                  identity.capabilities,
                  std::move(source),
                  identity.extensions,
                  {}};
    add_grease(leaf, random);
    return leaf;
}

KeyPackageBlob KeyPackageSecrets::save() const {
    SecretWriter writer;
    writer.u8(kKeyPackageBlobVersion);
    writer.object(key_package);
    write_key_pair(writer, init_key);
    write_key_pair(writer, leaf_key);
    return writer.finish<KeyPackageBlob>();
}

Result<KeyPackageSecrets> KeyPackageSecrets::load(SecretView blob) {
    Reader reader{blob.bytes(SecretAccess{"decoding a key package's secrets"})};
    const auto version = reader.u8();
    if (!version || *version != kKeyPackageBlobVersion) {
        return MlsError::corrupt_state;
    }
    auto key_package = KeyPackage::decode(reader);
    if (!key_package) {
        return MlsError::corrupt_state;
    }
    auto init_key = read_key_pair(reader);
    auto leaf_key = init_key ? read_key_pair(reader) : Result<HpkeKeyPair>{init_key.error()};
    if (!leaf_key || !reader.at_end() || init_key->public_key != key_package->init_key ||
        leaf_key->public_key != key_package->leaf_node.encryption_key) {
        return MlsError::corrupt_state;
    }
    return KeyPackageSecrets{std::move(*key_package), std::move(*init_key), std::move(*leaf_key)};
}

KeyPackageSecrets generate_key_package(const CipherSuite& suite,
                                       const LeafIdentity& identity,
                                       Lifetime lifetime,
                                       Extensions extensions,
                                       Random& random) {
    KeyPackageSecrets secrets{{}, suite.generate_key_pair(random), suite.generate_key_pair(random)};
    LeafNode leaf =
        unsigned_leaf(identity, secrets.leaf_key.public_key, FromKeyPackage{lifetime}, random);
    leaf.signature = sign_leaf(suite, identity.keys.private_key, leaf, {}, {});

    KeyPackage& package = secrets.key_package;
    package.cipher_suite = suite.id();
    package.init_key = secrets.init_key.public_key;
    package.leaf_node = std::move(leaf);
    package.extensions = std::move(extensions);
    add_grease(package.extensions, random.array<1>().front());
    package.signature =
        suite.sign(identity.keys.private_key, kKeyPackageLabel, package.to_be_signed());
    return secrets;
}

bool is_last_resort(const KeyPackage& key_package) {
    return key_package.extensions.find(ExtensionType::last_resort_key_package) != nullptr;
}

Bytes key_package_ref(const CipherSuite& suite, const KeyPackage& key_package) {
    return suite.ref_hash("MLS 1.0 KeyPackage Reference", protocol::codec::encode(key_package));
}

Result<void> validate_key_package(const KeyPackage& key_package, const ValidationPolicy& policy) {
    const CipherSuite* suite = CipherSuite::find(key_package.cipher_suite);
    if (suite == nullptr) {
        return MlsError::unsupported;
    }
    const LeafNode& leaf = key_package.leaf_node;
    // Section 10.1: right source, an init key of its own.
    if (!leaf.is<FromKeyPackage>() || !suite->is_hpke_public_key(key_package.init_key) ||
        key_package.init_key == leaf.encryption_key) {
        return MlsError::invalid_key_package;
    }
    SERAI_CHECK(check_leaf_form(*suite, leaf));
    SERAI_CHECK(check_lifetime(leaf, policy));
    SERAI_CHECK(verify_leaf_signature(*suite, leaf, {}, {}));
    SERAI_CHECK(suite->verify(
        leaf.signature_key, kKeyPackageLabel, key_package.to_be_signed(), key_package.signature));
    return policy.credentials.validate({leaf, LeafOrigin::add, nullptr});
}

}  // namespace serai::crypto::mls
