// MLSMessage, whole: what a member or a stranger may hand to server and client.
#include "crypto/mls/wire/message.hpp"
#include "tests/fuzz/fuzz.hpp"

SERAI_FUZZ_TARGET(serai::fuzz::check_decoder<serai::crypto::mls::MlsMessage>)
