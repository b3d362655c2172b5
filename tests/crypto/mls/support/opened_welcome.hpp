// A Welcome taken apart, changed and put together again, as an inviter could have made it.
#pragma once

#include "crypto/mls/schedule/epoch_secrets.hpp"
#include "tests/crypto/mls/support/mls_client.hpp"

namespace serai::tests::mls {

struct OpenedWelcome {
    GroupSecrets secrets;
    GroupInfo info;
};

// By the newcomer whose key package it is for.
[[nodiscard]] OpenedWelcome open_welcome(const Welcome& welcome,
                                         const KeyPackageSecrets& key_package,
                                         const PskSource* psks = nullptr);

// The confirmation tag that the secrets and the context now give.
void confirm_again(OpenedWelcome& opened, const PskSource* psks = nullptr);

void sign_again(GroupInfo& info, const SignaturePrivateKey& signer);

// For one newcomer. The GroupInfo's ciphertext can be spoilt before the group secrets are sealed over it.
[[nodiscard]] Welcome seal_welcome(const OpenedWelcome& opened,
                                   const KeyPackage& key_package,
                                   Random& random,
                                   const PskSource* psks = nullptr,
                                   bool spoil_info = false);

}  // namespace serai::tests::mls
