// Certificates, revocation lists and key files from anywhere. The first byte chooses the decoder.
#include "crypto/x509/chain_verifier.hpp"
#include "crypto/x509/key_files.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <array>
#include <vector>

namespace serai::fuzz {
namespace {

using namespace crypto::x509;

void certificate(ByteView input) {
    const auto parsed = Certificate::parse(input);
    if (!parsed) {
        return;
    }
    require(equal(parsed->der(), input), "a certificate has one encoding");
    const auto id = parsed->claimed_id();
    require(!id || parsed->uris().size() == 1, "an identity is one URI");
    // Judged as a chain of its own, and as the root of its own bundle where it can be one.
    const std::vector<Bytes> chain{to_bytes(input)};
    const auto bundle = TrustBundle::make("uz.pve.example", chain);
    if (bundle) {
        const auto verdict =
            verify_chain(chain, *bundle, {}, parsed->not_before(), Usage::signature);
        require(!verdict, "a root is no device");
    }
    TrustStore store;
    require(!store.verify(chain, parsed->not_before(), Usage::signature),
            "nobody is trusted by an empty store");
}

void revocation_list(ByteView input) {
    const auto parsed = Crl::parse(input);
    if (parsed) {
        require(equal(parsed->der(), input), "a list has one encoding");
        for (const auto& serial : parsed->revoked_serials()) {
            require(parsed->revokes(serial), "a list revokes what it names");
        }
        require(!parsed->is_newer_than(*parsed), "a list is not newer than itself");
    }
}

void pem(ByteView input) {
    const auto blocks = pem_decode("CERTIFICATE", as_text(input));
    require(!blocks || !blocks->empty(), "what decodes has a block");
}

void private_key(ByteView input) {
    const auto key = parse_private_key(crypto::SecretView::of_public(input));
    require(!key || key->public_key.size() == crypto::kEd25519PublicKeySize, "a key is whole");
}

void choose(ByteView input) {
    static constexpr std::array kDecoders{certificate, revocation_list, pem, private_key};
    if (!input.empty()) {
        kDecoders[input.front() % kDecoders.size()](input.subspan(1));
    }
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::choose)
