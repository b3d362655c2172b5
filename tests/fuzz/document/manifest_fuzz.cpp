// Manifests from other members.
#include "crypto/document/manifest.hpp"
#include "tests/fuzz/fuzz.hpp"

SERAI_FUZZ_DECODERS(serai::crypto::document::Manifest)
