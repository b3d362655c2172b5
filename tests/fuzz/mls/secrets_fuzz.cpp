// GroupSecrets, which a newcomer decodes after decrypting what a member, possibly a hostile one, has encrypted to it.
#include "crypto/mls/wire/welcome.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace serai::fuzz {
namespace {

void check_group_secrets(ByteView input) {
    const auto secrets = protocol::codec::decode_exact<crypto::mls::GroupSecrets>(input);
    if (!secrets.has_value()) {
        return;
    }
    const auto again = secrets->encode();
    again.with_bytes(crypto::SecretAccess{"a fuzzer's input is no secret"}, [&](ByteView bytes) {
        require(equal(bytes, input), "what decodes encodes to the same bytes");
    });
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::check_group_secrets)
