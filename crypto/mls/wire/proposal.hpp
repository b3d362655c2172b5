// Proposals, RFC 9420, section 12.1.
#pragma once

#include "crypto/mls/wire/key_package.hpp"
#include "crypto/mls/wire/psk.hpp"

#include <variant>

namespace serai::crypto::mls {

struct Add {
    KeyPackage key_package;

    void encode(Writer& writer) const;
    static Result<Add> decode(Reader& reader);
    friend bool operator==(const Add&, const Add&) = default;
};

struct Update {
    LeafNode leaf_node;

    void encode(Writer& writer) const;
    static Result<Update> decode(Reader& reader);
    friend bool operator==(const Update&, const Update&) = default;
};

struct Remove {
    LeafIndex removed;

    void encode(Writer& writer) const;
    static Result<Remove> decode(Reader& reader);
    friend bool operator==(const Remove&, const Remove&) = default;
};

struct PreSharedKey {
    PreSharedKeyId psk;

    void encode(Writer& writer) const;
    static Result<PreSharedKey> decode(Reader& reader);
    friend bool operator==(const PreSharedKey&, const PreSharedKey&) = default;
};

struct ReInit {
    Bytes group_id;
    ProtocolVersion version = ProtocolVersion::mls10;  // open: perhaps one that is not known here
    CipherSuiteId cipher_suite{};
    Extensions extensions;

    void encode(Writer& writer) const;
    static Result<ReInit> decode(Reader& reader);
    friend bool operator==(const ReInit&, const ReInit&) = default;
};

struct ExternalInit {
    Bytes kem_output;

    void encode(Writer& writer) const;
    static Result<ExternalInit> decode(Reader& reader);
    friend bool operator==(const ExternalInit&, const ExternalInit&) = default;
};

struct GroupContextExtensions {
    Extensions extensions;

    void encode(Writer& writer) const;
    static Result<GroupContextExtensions> decode(Reader& reader);
    friend bool operator==(const GroupContextExtensions&, const GroupContextExtensions&) = default;
};

// Types that RFC 9420 does not define do not decode, since their length is not known: MlsError::unsupported. Nobody here lists one among
// its capabilities, so no commit may hold one (section 12.2).
struct Proposal {
    // In the order of ProposalType.
    using Value = std::
        variant<Add, Update, Remove, PreSharedKey, ReInit, ExternalInit, GroupContextExtensions>;
    Value value;

    [[nodiscard]] ProposalType type() const { return static_cast<ProposalType>(value.index() + 1); }

    template <class T>
    [[nodiscard]] const T* get() const {
        return std::get_if<T>(&value);
    }

    void encode(Writer& writer) const;
    static Result<Proposal> decode(Reader& reader);
    friend bool operator==(const Proposal&, const Proposal&) = default;
};

}  // namespace serai::crypto::mls
