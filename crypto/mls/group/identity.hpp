// What a client puts into a leaf, and its key packages.
#pragma once

#include "crypto/mls/cipher_suite.hpp"
#include "crypto/mls/group/validation.hpp"
#include "crypto/mls/wire/key_package.hpp"

#include <string_view>

namespace serai::crypto::mls {

// One device: its credential, its signature key, and what it can do. The certificate's key and keys.public_key are the same.
struct LeafIdentity {
    Credential credential;
    SignatureKeyPair keys;
    Capabilities capabilities;
    Extensions extensions;

    [[nodiscard]] LeafIdentity clone(std::string_view reason) const {
        return {credential, keys.clone(reason), capabilities, extensions};
    }
};

// mls10, that suite, that type of credential, and the given non-default extension types.
[[nodiscard]] Capabilities capabilities_for(CipherSuiteId suite,
                                            CredentialType credential,
                                            std::vector<ExtensionType> extensions = {});

// A leaf that shows the identity, still unsigned. What it says of capabilities and extensions is the
// identity's, and some GREASE (section 13.5).
[[nodiscard]] LeafNode unsigned_leaf(const LeafIdentity& identity,
                                     Bytes encryption_key,
                                     LeafNodeSource source,
                                     Random& random);

using KeyPackageBlob = Secret<struct KeyPackageBlobTag>;

// A key package and its private keys. Good for one join; erase it once that join is saved, unless it is a last resort.
struct KeyPackageSecrets {
    KeyPackage key_package;
    HpkeKeyPair init_key;
    HpkeKeyPair leaf_key;

    // For the client's encrypted store. corrupt_state for bytes this version did not write.
    [[nodiscard]] KeyPackageBlob save() const;
    static Result<KeyPackageSecrets> load(SecretView blob);
};

// Fresh keys, signed by the identity. `extensions` are those of the key package itself; GREASE is added.
[[nodiscard]] KeyPackageSecrets generate_key_package(const CipherSuite& suite,
                                                     const LeafIdentity& identity,
                                                     Lifetime lifetime,
                                                     Extensions extensions = {},
                                                     Random& random = system_random());

// Whether the key package is marked for use when no other is left: it may be used again, so its keys are kept after a join (section
// 16.8). One is made by giving generate_key_package() the empty extension last_resort_key_package, which the identity's capabilities must
// name (section 10).
[[nodiscard]] bool is_last_resort(const KeyPackage& key_package);

// MakeKeyPackageRef, section 5.2. The suite must be the key package's own.
[[nodiscard]] Bytes key_package_ref(const CipherSuite& suite, const KeyPackage& key_package);

// Section 10.1, by itself: signatures, suite, lifetime, keys, credential. What depends on a group (capabilities that its members
// require) is checked when it is added. invalid_key_package, invalid_leaf, unsupported, verification_failed, or the validator's error.
Result<void> validate_key_package(const KeyPackage& key_package, const ValidationPolicy& policy);

}  // namespace serai::crypto::mls
