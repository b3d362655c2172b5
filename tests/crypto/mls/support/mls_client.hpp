// Members for tests: identities that anyone can make, and a judge who knows them.
#pragma once

#include "crypto/mls/group/group.hpp"
#include "crypto/primitive/hash.hpp"
#include "tests/support/deterministic_random.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace serai::tests::mls {

using namespace serai::crypto;
using namespace serai::crypto::mls;

inline constexpr auto kTestExtension = static_cast<ExtensionType>(0xF123);
inline constexpr std::uint64_t kTestTime = 1'800'000'000;
inline constexpr Lifetime kTestLifetime{kTestTime - 1000, kTestTime + 1'000'000};

[[nodiscard]] inline const CipherSuite& test_suite() {
    return *CipherSuite::find(CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519);
}

// Stands in for a certificate: the name, then a hash that binds it to the key.
[[nodiscard]] inline Bytes test_certificate(std::string_view name, ByteView key) {
    Bytes certificate = to_bytes(as_bytes(name));
    append(certificate, sha256({as_bytes(name), key}));
    return certificate;
}

[[nodiscard]] inline std::string name_of(const LeafNode& leaf) {
    const auto* x509 = leaf.credential.x509();
    if (x509 == nullptr || x509->certificates.empty() || x509->certificates[0].size() < 32) {
        return {};
    }
    const auto& certificate = x509->certificates[0];
    return std::string{as_text(certificate).substr(0, certificate.size() - 32)};
}

// Accepts what test_certificate makes, unless the name is banned, and demands that a successor keeps the name.
class TestValidator final : public CredentialValidator {
  public:
    [[nodiscard]] Result<void> validate(const LeafInQuestion& question) const override {
        const std::string name = name_of(question.leaf);
        const auto* x509 = question.leaf.credential.x509();
        const bool good =
            x509 != nullptr && !banned.contains(name) &&
            x509->certificates[0] == test_certificate(name, question.leaf.signature_key) &&
            (question.predecessor == nullptr || name_of(*question.predecessor) == name);
        return good ? Result<void>{} : Result<void>{MlsError::invalid_credential};
    }

    [[nodiscard]] Bytes client_name(const LeafNode& leaf) const override {
        return to_bytes(as_bytes(name_of(leaf)));
    }

    [[nodiscard]] Result<void> validate_external_sender(
        const ExternalSender& sender) const override {
        const auto* basic = std::get_if<BasicCredential>(&sender.credential.value);
        return basic != nullptr && external_senders.contains(std::string{as_text(basic->identity)})
                   ? Result<void>{}
                   : Result<void>{MlsError::invalid_credential};
    }

    std::set<std::string> banned;
    std::set<std::string> external_senders;  // the names that may propose from outside
};

// Has every pre-shared key that anybody asks for.
class AnyPsk final : public PskSource {
  public:
    [[nodiscard]] ExternalPsk find(const PreSharedKeyId&) const override {
        return ExternalPsk::from_bytes(as_bytes("known to everybody"));
    }
};

[[nodiscard]] inline LeafIdentity test_identity(std::string_view name,
                                                Random& random,
                                                const CipherSuite& suite = test_suite()) {
    SignatureKeyPair keys = suite.generate_signature_key_pair(random);
    Credential credential{X509Credential{{test_certificate(name, keys.public_key)}}};
    return {std::move(credential),
            std::move(keys),
            capabilities_for(suite.id(), CredentialType::x509, {kTestExtension}),
            {}};
}

// One device, and the group it is in, if any.
class TestClient {
  public:
    TestClient(std::string name, Random& source, const CipherSuite& suite = test_suite())
        : name_(std::move(name)),
          random_(&source),
          suite_(&suite),
          identity_(test_identity(name_, source, suite)) {}

    [[nodiscard]] const std::string& name() const { return name_; }

    [[nodiscard]] LeafIdentity& identity() { return identity_; }

    [[nodiscard]] const SignaturePrivateKey& signer() const { return identity_.keys.private_key; }

    [[nodiscard]] bool in_group() const { return group_.has_value(); }

    [[nodiscard]] Group& group() { return *group_; }

    void set_group(std::optional<Group> group) { group_ = std::move(group); }

    // Saves, forgets, loads.
    void restart() {
        const auto saved = group_->save();
        group_ = *Group::load(saved.public_state, saved.secret_state);
    }

    [[nodiscard]] KeyPackage fresh_key_package() {
        key_package_ = generate_key_package(*suite_, identity_, kTestLifetime, {}, *random_);
        return key_package_->key_package;
    }

    [[nodiscard]] const KeyPackageSecrets& key_package() const { return *key_package_; }

    void found(Bytes group_id, Extensions extensions = {}) {
        group_ = *Group::create(*suite_,
                                std::move(group_id),
                                identity_,
                                kTestLifetime,
                                std::move(extensions),
                                *random_);
    }

    [[nodiscard]] Result<PendingCommit> commit(const CommitOptions& options,
                                               const ValidationPolicy& policy) {
        return group_->commit(identity_, signer(), options, policy, *random_);
    }

    [[nodiscard]] Result<void> join(const Welcome& welcome,
                                    const PublicGroup& server,
                                    const ValidationPolicy& policy) {
        const TreeNodes nodes = server.tree().to_nodes();
        auto joined = Group::join(welcome, *key_package_, &nodes, policy);
        if (!joined) {
            return joined.error();
        }
        group_ = std::move(*joined);
        return {};
    }

  private:
    std::string name_;
    Random* random_;
    const CipherSuite* suite_;
    LeafIdentity identity_;
    std::optional<KeyPackageSecrets> key_package_;
    std::optional<Group> group_;
};

}  // namespace serai::tests::mls
