// The secret side of the ratchet tree, RFC 9420, sections 7.4 to 7.6: the private keys that one member holds.
#pragma once

#include "crypto/mls/tree/ratchet_tree.hpp"
#include "crypto/mls/wire/welcome.hpp"

#include <map>
#include <span>
#include <vector>

namespace serai::crypto::mls {

using CommitSecret = Secret<struct CommitSecretTag>;
using NodeSecret = Secret<struct NodeSecretTag>;
using EncodedTreeKem = Secret<struct EncodedTreeKemTag>;

// node_secret and key pair of a path secret.
[[nodiscard]] HpkeKeyPair path_key_pair(const CipherSuite& suite, const PathSecret& path_secret);

// path_secret[n+1]; consumes path_secret[n].
[[nodiscard]] PathSecret next_path_secret(const CipherSuite& suite, PathSecret&& path_secret);

// What a committer generates for its filtered direct path.
struct NewPath {
    HpkeKeyPair leaf_key;
    std::vector<PathSecret> secrets;  // one for each step
    std::vector<HpkeKeyPair> keys;    // likewise
    std::vector<Bytes> public_keys;   // of `keys`
    CommitSecret commit_secret;
};

// The private keys held by the member at self().
class TreeKemPrivate {
  public:
    TreeKemPrivate(LeafIndex self, HpkeKeyPair leaf_key);

    [[nodiscard]] LeafIndex self() const { return self_; }

    [[nodiscard]] const HpkeKeyPair* find(NodeIndex node) const;

    [[nodiscard]] TreeKemPrivate clone(std::string_view reason) const;

    // Takes the key of a node that lies on the way from self() to the root.
    void set(NodeIndex node, HpkeKeyPair key);

    void set_leaf_key(HpkeKeyPair key) { set(node_of(self_), std::move(key)); }

    // Fresh secrets for a path of `steps` nodes.
    [[nodiscard]] static NewPath generate_path(const CipherSuite& suite,
                                               std::size_t steps,
                                               Random& random);

    // Takes the keys, out of a path that this member generated itself.
    void take_own_path(NewPath& path, std::span<const PathStep> steps);

    // A newcomer's start: the path secret of its Welcome, which belongs to the lowest common ancestor with the committer. Checks each
    // derived key against the tree: invalid_welcome.
    Result<void> implant(const RatchetTree& tree, LeafIndex committer, PathSecret&& secret);

    // Opens the path of another's commit and takes its keys. `steps` are the committer's, `path` has passed the public checks. The
    // derived keys must be those of the path: invalid_path. verification_failed if our ciphertext does not open.
    Result<CommitSecret> open_path(const CipherSuite& suite,
                                   std::span<const PathStep> steps,
                                   const UpdatePath& path,
                                   ByteView context);

    // Drops keys of nodes that are blank or hold another key in that tree (section 7.5: outdated keys MUST be deleted).
    void prune(const RatchetTree& tree);

    // Whether every key held is the one of its node.
    [[nodiscard]] bool consistent_with(const RatchetTree& tree) const;

    [[nodiscard]] EncodedTreeKem save() const;
    static Result<TreeKemPrivate> load(SecretView blob);

  private:
    LeafIndex self_;
    std::map<NodeIndex, HpkeKeyPair> keys_;
};

// Encrypts each path secret to its step's resolution (section 7.6). `tree` holds the public keys of the resolutions; `context` is
// the provisional GroupContext. invalid_path if a public key in the tree is not usable.
Result<std::vector<UpdatePathNode>> encrypt_path(const RatchetTree& tree,
                                                 std::span<const PathStep> steps,
                                                 const NewPath& path,
                                                 ByteView context,
                                                 Random& random);

}  // namespace serai::crypto::mls
