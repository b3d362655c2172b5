// A ratchet tree from outside: decoded, built, hashed and taken apart again.
#include "crypto/mls/tree/ratchet_tree.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace serai::fuzz {
namespace {

using namespace crypto::mls;

void check_tree(ByteView input) {
    const auto nodes = protocol::codec::decode_exact<TreeNodes>(input);
    if (!nodes.has_value()) {
        return;
    }
    require(equal(protocol::codec::encode(*nodes), input),
            "what decodes encodes to the same bytes");
    const auto* suite = CipherSuite::find(CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519);
    const auto tree = RatchetTree::from_nodes(*suite, *nodes);
    if (!tree.has_value()) {
        return;
    }
    require(equal(protocol::codec::encode(tree->to_nodes()), input),
            "a tree has the nodes that it was made of");
    require(!tree->root_hash().empty(), "a tree has a hash");
    require(tree->member_count() <= tree->leaf_slots(), "members fit into the leaves");
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::check_tree)
