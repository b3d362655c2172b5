// Proofs that a lying server makes up: two sizes and any number of hashes. No proof of nothing but chance hashes may hold.
#include "crypto/merkle/proof.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <vector>

namespace serai::fuzz {
namespace {

using namespace crypto::merkle;

std::vector<Digest> digests(protocol::codec::Reader& reader) {
    std::vector<Digest> out;
    while (reader.remaining() >= sizeof(Digest)) {
        out.push_back(*reader.array<sizeof(Digest)>());
    }
    return out;
}

void check(ByteView input) {
    protocol::codec::Reader reader{input};
    const auto a = reader.u64();
    const auto b = a ? reader.u64() : a;
    if (!b) {
        return;
    }
    const auto proof = digests(reader);
    // Roots that no tree has, so that nothing can lead to them.
    const Digest nowhere = hash_leaf(as_bytes("a root of no tree"));
    const Digest elsewhere = hash_leaf(as_bytes("another root of no tree"));
    require(!verify_inclusion(nowhere, LogIndex{*a}, TreeSize{*b}, proof, elsewhere),
            "nothing is included by chance");
    require(!verify_consistency(TreeSize{*a}, TreeSize{*b}, proof, nowhere, elsewhere),
            "nothing is consistent by chance");
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::check)
