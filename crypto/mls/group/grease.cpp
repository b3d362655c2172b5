#include "crypto/mls/group/grease.hpp"

namespace serai::crypto::mls {

void add_grease(LeafNode& leaf, Random& random) {
    const auto choice = random.array<4>();
    const auto extension = static_cast<ExtensionType>(grease_value(choice[1]));
    auto& can = leaf.capabilities;
    can.cipher_suites.push_back(static_cast<CipherSuiteId>(grease_value(choice[0])));
    can.extensions.push_back(extension);
    can.proposals.push_back(static_cast<ProposalType>(grease_value(choice[2])));
    can.credentials.push_back(static_cast<CredentialType>(grease_value(choice[3])));
    leaf.extensions.set({extension, {}});
}

void add_grease(Extensions& extensions, std::uint8_t choice) {
    extensions.set(
        {static_cast<ExtensionType>(grease_value(choice)), Bytes(choice % 4, std::uint8_t{0x47})});
}

}  // namespace serai::crypto::mls
