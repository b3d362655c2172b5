#pragma once

#include "crypto/mls/wire/credential.hpp"
#include "crypto/mls/wire/extension.hpp"

namespace serai::crypto::mls {

// RFC 9420, section 7.2. Unknown values are legal and mean nothing to us.
struct Capabilities {
    std::vector<std::uint16_t> versions;
    std::vector<CipherSuiteId> cipher_suites;
    std::vector<ExtensionType> extensions;
    std::vector<ProposalType> proposals;
    std::vector<CredentialType> credentials;

    // Listed, or default.
    [[nodiscard]] bool supports(ExtensionType type) const;
    [[nodiscard]] bool supports(ProposalType type) const;
    [[nodiscard]] bool supports(CredentialType type) const;
    [[nodiscard]] bool supports(CipherSuiteId suite) const;
    [[nodiscard]] bool supports_mls10() const;

    void encode(Writer& writer) const;
    static Result<Capabilities> decode(Reader& reader);
    friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

// Seconds since 1970-01-01 UTC, both ends included.
struct Lifetime {
    std::uint64_t not_before = 0;
    std::uint64_t not_after = 0;

    friend bool operator==(const Lifetime&, const Lifetime&) = default;
};

// How a leaf came into its tree: LeafNodeSource key_package(1), update(2), commit(3).
struct FromKeyPackage {
    Lifetime lifetime;

    friend bool operator==(const FromKeyPackage&, const FromKeyPackage&) = default;
};

struct FromUpdate {
    friend bool operator==(const FromUpdate&, const FromUpdate&) = default;
};

struct FromCommit {
    Bytes parent_hash;

    friend bool operator==(const FromCommit&, const FromCommit&) = default;
};

using LeafNodeSource = std::variant<FromKeyPackage, FromUpdate, FromCommit>;

struct LeafNode {
    Bytes encryption_key;
    Bytes signature_key;
    Credential credential;
    Capabilities capabilities;
    LeafNodeSource source;
    Extensions extensions;
    Bytes signature;

    template <class Source>
    [[nodiscard]] bool is() const {
        return std::holds_alternative<Source>(source);
    }

    // Empty unless the leaf came by a commit.
    [[nodiscard]] ByteView parent_hash() const;

    // LeafNodeTBS. The group and place are part of it unless the leaf comes from a key package.
    [[nodiscard]] Bytes to_be_signed(ByteView group_id, LeafIndex index) const;

    void encode(Writer& writer) const;
    static Result<LeafNode> decode(Reader& reader);
    friend bool operator==(const LeafNode&, const LeafNode&) = default;

  private:
    void encode_unsigned(Writer& writer) const;
};

}  // namespace serai::crypto::mls
