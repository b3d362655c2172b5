// Update paths (RFC 9420, section 7.6) and commits (section 12.4).
#pragma once

#include "crypto/mls/wire/proposal.hpp"

#include <optional>
#include <variant>

namespace serai::crypto::mls {

struct HpkeCiphertextWire {
    Bytes kem_output;
    Bytes ciphertext;

    void encode(Writer& writer) const;
    static Result<HpkeCiphertextWire> decode(Reader& reader);
    friend bool operator==(const HpkeCiphertextWire&, const HpkeCiphertextWire&) = default;
};

struct UpdatePathNode {
    Bytes encryption_key;
    std::vector<HpkeCiphertextWire> encrypted_path_secret;

    void encode(Writer& writer) const;
    static Result<UpdatePathNode> decode(Reader& reader);
    friend bool operator==(const UpdatePathNode&, const UpdatePathNode&) = default;
};

struct UpdatePath {
    LeafNode leaf_node;
    std::vector<UpdatePathNode> nodes;

    void encode(Writer& writer) const;
    static Result<UpdatePath> decode(Reader& reader);
    friend bool operator==(const UpdatePath&, const UpdatePath&) = default;
};

// Hash of the AuthenticatedContent that carried a proposal (section 5.2).
struct ProposalRef {
    Bytes hash;

    friend auto operator<=>(const ProposalRef&, const ProposalRef&) = default;
};

struct ProposalOrRef {
    std::variant<Proposal, ProposalRef> value;

    void encode(Writer& writer) const;
    static Result<ProposalOrRef> decode(Reader& reader);
    friend bool operator==(const ProposalOrRef&, const ProposalOrRef&) = default;
};

struct Commit {
    std::vector<ProposalOrRef> proposals;
    std::optional<UpdatePath> path;

    void encode(Writer& writer) const;
    static Result<Commit> decode(Reader& reader);
    friend bool operator==(const Commit&, const Commit&) = default;
};

}  // namespace serai::crypto::mls
