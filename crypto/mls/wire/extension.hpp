#pragma once

#include "crypto/mls/wire/types.hpp"

namespace serai::crypto::mls {

// struct { ExtensionType extension_type; opaque extension_data<V>; } Extension;
struct Extension {
    ExtensionType type{};
    Bytes data;

    void encode(Writer& writer) const;
    static Result<Extension> decode(Reader& reader);
    friend bool operator==(const Extension&, const Extension&) = default;
};

// Extension extensions<V>: at most one of each type (RFC 9420, section 13.4), which decode() enforces.
class Extensions {
  public:
    Extensions() = default;

    // Two of one type are a broken invariant: throws std::invalid_argument.
    explicit Extensions(std::vector<Extension> items);

    // The data of the extension of that type, or null. Lives as long as this list.
    [[nodiscard]] const Bytes* find(ExtensionType type) const;

    // Adds it, or replaces the one of its type.
    void set(Extension extension);

    [[nodiscard]] const std::vector<Extension>& items() const { return items_; }

    void encode(Writer& writer) const { writer.list(items_); }

    static Result<Extensions> decode(Reader& reader);
    friend bool operator==(const Extensions&, const Extensions&) = default;

  private:
    std::vector<Extension> items_;
};

// RFC 9420, section 11.1: what every member of the group must support.
struct RequiredCapabilities {
    std::vector<ExtensionType> extensions;
    std::vector<ProposalType> proposals;
    std::vector<CredentialType> credentials;

    void encode(Writer& writer) const;
    static Result<RequiredCapabilities> decode(Reader& reader);
    friend bool operator==(const RequiredCapabilities&, const RequiredCapabilities&) = default;
};

}  // namespace serai::crypto::mls
