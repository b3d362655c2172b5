// Validity of one leaf node by itself, RFC 9420, section 7.3. What depends on the other leaves is in proposal_list.hpp.
#pragma once

#include "crypto/mls/cipher_suite.hpp"
#include "crypto/mls/group/validation.hpp"
#include "crypto/mls/wire/extension.hpp"

namespace serai::crypto::mls {

// Signature. Group and place are part of what is signed, unless the leaf is that of a key package.
Result<void> verify_leaf_signature(const CipherSuite& suite,
                                   const LeafNode& leaf,
                                   ByteView group_id,
                                   LeafIndex index);

[[nodiscard]] Bytes sign_leaf(const CipherSuite& suite,
                              const SignaturePrivateKey& signer,
                              const LeafNode& leaf,
                              ByteView group_id,
                              LeafIndex index);

// Keys of the suite's form, own version, suite and credential type among the capabilities, own extensions too. invalid_leaf.
Result<void> check_leaf_form(const CipherSuite& suite, const LeafNode& leaf);

// A lifetime that is not longer than the policy allows, whatever the time is (section 7.2). invalid_leaf.
Result<void> check_lifetime_length(const LeafNode& leaf, const ValidationPolicy& policy);

// Besides, one that covers the policy's time, if it has one. invalid_leaf.
Result<void> check_lifetime(const LeafNode& leaf, const ValidationPolicy& policy);

// Whether the leaf supports what a group with those extensions needs: each extension's type, and required_capabilities (section
// 11.1). invalid_leaf; CodecError for a malformed required_capabilities.
Result<void> check_leaf_supports(const LeafNode& leaf, const Extensions& group_extensions);

}  // namespace serai::crypto::mls
