// Signing, MACing and encrypting framed content: RFC 9420, sections 6.1 to 6.3. Free functions over keys, so that they can be
// proved by vectors without a group; Group and PublicGroup are their only other callers.
#pragma once

#include "crypto/mls/schedule/epoch_secrets.hpp"
#include "crypto/mls/schedule/secret_tree.hpp"
#include "crypto/mls/wire/framing.hpp"

#include <cstddef>

namespace serai::crypto::mls {

// FramedContentTBS. `encoded_content` is the FramedContent; `encoded_context` the GroupContext, which is part of it for members
// and for external committers only.
[[nodiscard]] Bytes content_to_be_signed(WireFormat format,
                                         ByteView encoded_content,
                                         SenderType sender,
                                         ByteView encoded_context);

// MakeProposalRef, section 5.2.
[[nodiscard]] ProposalRef proposal_ref(const CipherSuite& suite,
                                       const AuthenticatedContent& content);

// Signs content as a member. A commit's confirmation tag is still missing afterwards.
[[nodiscard]] AuthenticatedContent sign_content(const CipherSuite& suite,
                                                const SignaturePrivateKey& signer,
                                                WireFormat format,
                                                FramedContent content,
                                                ByteView encoded_context);

Result<void> verify_content(const CipherSuite& suite,
                            ByteView signature_key,
                            const AuthenticatedContent& content,
                            ByteView encoded_context);

// Section 6.2.
[[nodiscard]] Bytes membership_tag(const CipherSuite& suite,
                                   const MembershipKey& key,
                                   const FramedContent& content,
                                   const FramedContentAuthData& auth,
                                   ByteView encoded_context);

// wrong_content for an application message: section 6 allows those as PrivateMessage only.
Result<PublicMessage> protect_public(const CipherSuite& suite,
                                     const MembershipKey& key,
                                     AuthenticatedContent content,
                                     ByteView encoded_context);

// The content of a member's message whose tag is right, or of a message of a sender outside the group, which has none. The signature
// is not checked here.
Result<AuthenticatedContent> unprotect_public(const CipherSuite& suite,
                                              const MembershipKey& key,
                                              PublicMessage message,
                                              ByteView encoded_context);

// Section 6.3. The content must be signed, by the member at content.sender.index. Zeros are appended until the plaintext has at least
// `pad_to` bytes.
Result<PrivateMessage> protect_private(const CipherSuite& suite,
                                       SecretTree& keys,
                                       const SenderDataSecret& sender_data_secret,
                                       const AuthenticatedContent& content,
                                       std::size_t pad_to,
                                       Random& random);

// Who sent it, without opening the content.
Result<SenderData> open_sender_data(const CipherSuite& suite,
                                    const SenderDataSecret& sender_data_secret,
                                    const PrivateMessage& message);

// Decrypts what open_sender_data() has announced. The signature is not checked here, and the key is not erased: call consume() when
// both were found good.
Result<AuthenticatedContent> open_private(const CipherSuite& suite,
                                          SecretTree& keys,
                                          const SenderData& sender,
                                          const PrivateMessage& message);

// Key and nonce of section 6.3.2, from a sample of the ciphertext.
[[nodiscard]] MessageKeys sender_data_keys(const CipherSuite& suite,
                                           const SenderDataSecret& secret,
                                           ByteView ciphertext);

// Erases the key of a message that was opened and verified (section 9.2).
void consume(SecretTree& keys, const SenderData& sender, ContentType type);

}  // namespace serai::crypto::mls
