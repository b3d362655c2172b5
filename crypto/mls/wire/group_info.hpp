#pragma once

#include "crypto/mls/wire/extension.hpp"

namespace serai::crypto::mls {

// RFC 9420, section 8.1.
struct GroupContext {
    CipherSuiteId cipher_suite{};
    Bytes group_id;
    std::uint64_t epoch = 0;
    Bytes tree_hash;
    Bytes confirmed_transcript_hash;
    Extensions extensions;

    void encode(Writer& writer) const;
    static Result<GroupContext> decode(Reader& reader);
    friend bool operator==(const GroupContext&, const GroupContext&) = default;
};

// RFC 9420, section 12.4.3.
struct GroupInfo {
    GroupContext group_context;
    Extensions extensions;
    Bytes confirmation_tag;
    LeafIndex signer;
    Bytes signature;

    // GroupInfoTBS.
    [[nodiscard]] Bytes to_be_signed() const;

    void encode(Writer& writer) const;
    static Result<GroupInfo> decode(Reader& reader);
    friend bool operator==(const GroupInfo&, const GroupInfo&) = default;

  private:
    void encode_unsigned(Writer& writer) const;
};

}  // namespace serai::crypto::mls
